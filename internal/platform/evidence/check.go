package evidence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gongyi/internal/kernel/fault"
)

// Refusals of a published tree as a whole. Both are evidence of a problem, of
// the database or of the directory, and nothing overwrites them.
var (
	ErrPublishedAhead   = fault.New(fault.Conflict, "evidence.published_ahead")   // more was published than the database has
	ErrPublishedDiffers = fault.New(fault.Conflict, "evidence.published_differs") // another tree was published
)

// Checked is what CheckTiles has compared.
type Checked struct {
	Checkpoint Checkpoint
	Files      int
}

// checkChunk is how many tiles' leaves are read from the database at once.
const checkChunk = 16

// CheckTiles compares everything that is published in a log's directory with the
// database: the checkpoint with the key and the tree, then every tile and every
// bundle byte for byte. It reports the first wrong file by name.
//
// The directory may be in use. So the checkpoint is read before the tree, which
// open then reads from the database: what was published by then is in it.
func CheckTiles(ctx context.Context, dir, verifier string, open func(context.Context) (*Tree, error)) (done Checked, err error) {
	defer fault.Wrap(&err, "evidence: check tiles")
	signed, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return done, ErrTileMissing.With("file", checkpointFile)
	}
	if err != nil {
		return done, err
	}
	if done.Checkpoint, err = OpenCheckpoint(signed, verifier); err != nil {
		return done, errors.Join(ErrTileWrong.With("file", checkpointFile), err)
	}
	tree, err := open(ctx)
	if err != nil {
		return done, err
	}
	if err := checkPublished(ctx, done.Checkpoint, tree); err != nil {
		return done, err
	}
	c := checker{dir: dir, tree: tree, size: done.Checkpoint.Size}
	for _, step := range []func(context.Context) error{c.leaves, c.upper, c.others} {
		if err := step(ctx); err != nil {
			return done, err
		}
	}
	done.Files = c.files + 1
	return done, nil
}

// checkPublished says whether a published checkpoint is of the tree.
func checkPublished(ctx context.Context, c Checkpoint, tree *Tree) error {
	if size := tree.Size(); c.Size > size {
		return ErrPublishedAhead.With("published", c.Size).With("size", size)
	}
	root, err := tree.Root(ctx, c.Size)
	if err == nil && root != c.Root {
		err = ErrPublishedDiffers.With("published", c.Size)
	}
	return err
}

type checker struct {
	dir   string
	tree  *Tree
	size  int64 // of the published checkpoint
	files int
}

func (c *checker) compare(id tileID, want []byte) error {
	c.files++
	return compare(c.dir, id, want)
}

// leaves checks the bundles and the lowest tiles, and on the way that the leaves
// in the database make the nodes in the database.
func (c *checker) leaves(ctx context.Context) error {
	for from := int64(0); from < c.size; from += checkChunk * tileWidth {
		all, err := c.tree.Leaves(ctx, from, min(from+checkChunk*tileWidth, c.size))
		if err != nil {
			return err
		}
		for at := from; len(all) > 0; at += tileWidth {
			n := min(tileWidth, len(all))
			if err := c.leafTile(ctx, at/tileWidth, all[:n]); err != nil {
				return err
			}
			all = all[n:]
		}
	}
	return nil
}

func (c *checker) leafTile(ctx context.Context, index int64, leaves []Leaf) error {
	if len(leaves) == tileWidth {
		var hashes tile
		for i, leaf := range leaves {
			hashes.set(i, LeafHash(leaf))
		}
		want, err := c.tree.node(ctx, tileHeight, index)
		if err != nil {
			return err
		}
		if hashes.root() != want {
			return ErrLeavesDamaged.With("from", index*tileWidth).With("to", (index+1)*tileWidth)
		}
	}
	for _, level := range []int{entries, 0} {
		if err := c.compare(tileID{level, index, len(leaves)}, leafContent(level, leaves)); err != nil {
			return err
		}
	}
	return nil
}

// upper checks the tiles of the higher levels.
func (c *checker) upper(ctx context.Context) error {
	level := 1
	for n := c.size >> tileHeight; n > 0; n >>= tileHeight {
		for at := int64(0); at < n; at += tileWidth {
			id := tileID{level, at / tileWidth, int(min(tileWidth, n-at))}
			want, err := c.tree.content(ctx, id)
			if err != nil {
				return err
			}
			if err := c.compare(id, want); err != nil {
				return err
			}
		}
		level++
	}
	return nil
}

// others checks every other file that could be asked for: partial tiles of
// earlier sizes, and what is integrated but not yet published. Files that are no
// tiles are never served, and tiles beyond the database are under no signature.
func (c *checker) others(ctx context.Context) error {
	return filepath.WalkDir(filepath.Join(c.dir, "tile"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // tidied away meanwhile, or the log is empty
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(c.dir, path)
		if err != nil {
			return err
		}
		id, ok := parseTile(filepath.ToSlash(rel))
		if !ok || id.leaves() > c.tree.Size() || id.width == tileWidth && id.leaves() <= c.size {
			return ctx.Err()
		}
		want, err := c.tree.content(ctx, id)
		if err != nil {
			return err
		}
		if err := c.compare(id, want); !errors.Is(err, ErrTileMissing) {
			return err
		}
		return nil
	})
}
