package evidence

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/transparency-dev/tessera/api/layout"

	"gongyi/internal/kernel/fault"
)

// Refusals about published files; the detail "file" names the first wrong one.
var (
	ErrTileMissing = fault.New(fault.Conflict, "evidence.tile_missing")
	ErrTileWrong   = fault.New(fault.Conflict, "evidence.tile_wrong")
)

const (
	checkpointFile = "checkpoint"
	entries        = -1 // the level of entry bundles in tile paths
)

// tileID names one file of C2SP tlog-tiles: width hashes of a level, or as many
// entries. Full tiles are 256 wide.
type tileID struct {
	level int
	index int64
	width int
}

// path is the file's name below the log's directory.
func (t tileID) path() string {
	partial := uint8(t.width % tileWidth)
	if t.level == entries {
		return layout.EntriesPath(uint64(t.index), partial)
	}
	return layout.TilePath(uint64(t.level), uint64(t.index), partial)
}

// full is the complete tile at the same place.
func (t tileID) full() tileID { return tileID{t.level, t.index, tileWidth} }

// leaves is how many leaves a tree must have to hold the tile.
func (t tileID) leaves() int64 {
	return (t.index*tileWidth + int64(t.width)) << (tileHeight * max(t.level, 0))
}

// Five groups of three digits are a million times more entries than fit a disk.
var tilePattern = regexp.MustCompile(`^tile/(entries|0|[1-7])/((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?$`)

// parseTile reads a path; anything that is no tile's one and only name is none.
func parseTile(path string) (tileID, bool) {
	m := tilePattern.FindStringSubmatch(path)
	if m == nil {
		return tileID{}, false
	}
	t := tileID{level: entries, width: tileWidth}
	if m[1] != "entries" {
		t.level = int(m[1][0] - '0')
	}
	digits := strings.NewReplacer("x", "", "/", "").Replace(m[2])
	t.index, _ = strconv.ParseInt(digits, 10, 64) // at most fifteen digits
	if m[3] != "" {
		t.width, _ = strconv.Atoi(m[3])
	}
	return t, t.path() == path
}

// edgeOf is the incomplete tiles of a tree, the bundle first.
func edgeOf(size int64) []tileID {
	var edge []tileID
	if w := int(size % tileWidth); w > 0 {
		edge = append(edge, tileID{entries, size / tileWidth, w})
	}
	for level := 0; size > 0; level, size = level+1, size/tileWidth {
		if w := int(size % tileWidth); w > 0 {
			edge = append(edge, tileID{level, size / tileWidth, w})
		}
	}
	return edge
}

// content is what the file must hold, byte for byte, as the database has it.
func (t *Tree) content(ctx context.Context, id tileID) ([]byte, error) {
	first := id.index * tileWidth
	if id.level <= 0 {
		leaves, err := t.Leaves(ctx, first, first+int64(id.width))
		if err != nil {
			return nil, err
		}
		return leafContent(id.level, leaves), nil
	}
	var b []byte
	for n := range int64(id.width) {
		h, err := t.node(ctx, id.level*tileHeight, first+n)
		if err != nil {
			return nil, err
		}
		b = append(b, h[:]...)
	}
	return b, nil
}

// leafContent is a bundle of leaves, each after its length in two bytes, or the
// tile of their hashes.
func leafContent(level int, leaves []Leaf) []byte {
	b := make([]byte, 0, len(leaves)*(2+len(Leaf{})))
	for _, leaf := range leaves {
		if level == entries {
			b = append(b, 0, byte(len(leaf)))
		} else {
			leaf = LeafHash(leaf)
		}
		b = append(b, leaf[:]...)
	}
	return b
}

// compare says whether the published file begins with what it must hold. A
// partial tile may be gone once the full one is there.
func compare(dir string, id tileID, want []byte) error {
	got, err := os.ReadFile(filepath.Join(dir, id.path()))
	if errors.Is(err, fs.ErrNotExist) && id.width < tileWidth {
		got, err = os.ReadFile(filepath.Join(dir, id.full().path()))
		if len(got) > len(want) {
			got = got[:len(want)]
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrTileMissing.With("file", id.path())
	case err != nil:
		return err
	case !bytes.Equal(got, want):
		return ErrTileWrong.With("file", id.path())
	}
	return nil
}
