package basemap

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gongyi/internal/kernel/geo"
)

// writer writes a file of tiles beside the one that it will replace. Tiles come
// first, as they are made; directories follow when all are known.
type writer struct {
	name    string
	file    *os.File
	sum     hash.Hash // over all tiles in the order in which they came
	at      uint64    // behind the last tile
	entries []entry
	same    map[[16]byte]entry // tiles by content: water has the same ones over and over
	limits  Limits
}

func newWriter(name string, limits Limits) (*writer, error) {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".map-*")
	if err != nil {
		return nil, err
	}
	return &writer{name: name, file: f, sum: sha256.New(), same: make(map[[16]byte]entry), limits: limits}, nil
}

// add writes a packed tile.
func (w *writer) add(t Tile, packed []byte) error {
	full := sha256.Sum256(packed)
	content := [16]byte(full[:])
	e, known := w.same[content]
	if !known {
		e = entry{offset: w.at, length: uint32(len(packed))}
		if _, err := w.file.WriteAt(packed, int64(rootRoom+w.at)); err != nil {
			return err
		}
		w.at += uint64(len(packed))
		w.same[content] = e
	}
	if len(w.entries) >= w.limits.Tiles {
		return tooLarge("tiles", w.limits.Tiles)
	}
	if int64(w.at) > w.limits.Bytes {
		return tooLarge("bytes", int(w.limits.Bytes))
	}
	e.tile, e.run = t.number(), 1
	w.entries = append(w.entries, e)
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], e.tile)
	w.sum.Write(place[:])
	w.sum.Write(full[:])
	return nil
}

// version names the tiles that were written.
func (w *writer) version() string { return hex.EncodeToString(w.sum.Sum(nil)[:6]) }

// finish writes the directories and puts the file into its place: who opens it
// meets the old one or the new one, whole.
func (w *writer) finish(box geo.Box, s *Summary) (err error) {
	slices.SortFunc(w.entries, func(a, b entry) int { return cmp.Compare(a.tile, b.tile) })
	tiles := len(w.entries)
	w.joinRuns()
	root, leaves := w.directories()
	text, err := json.Marshal(w.tell(s))
	if err != nil {
		return err
	}
	metadata := packed(text)
	head := w.header(box, len(root), len(metadata), len(leaves), tiles)
	for _, part := range []struct {
		data []byte
		at   int64
	}{{head, 0}, {root, headerSize}, {metadata, int64(rootRoom + w.at)}, {leaves, int64(rootRoom+w.at) + int64(len(metadata))}} {
		if _, err := w.file.WriteAt(part.data, part.at); err != nil {
			return err
		}
	}
	if err := w.file.Chmod(0o644); err != nil {
		return err
	}
	if err := errors.Join(w.file.Sync(), w.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(w.file.Name(), w.name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(w.name))
}

// abandon leaves no trace; after finish it does nothing.
func (w *writer) abandon() {
	w.file.Close()
	os.Remove(w.file.Name())
}

// joinRuns makes one entry of neighbours with the same content.
func (w *writer) joinRuns() {
	out := w.entries[:0]
	for _, e := range w.entries {
		if n := len(out); n > 0 && out[n-1].offset == e.offset && out[n-1].length == e.length && out[n-1].tile+uint64(out[n-1].run) == e.tile {
			out[n-1].run++
			continue
		}
		out = append(out, e)
	}
	w.entries = out
}

// directories packs the entries into one directory, or into one of directories if
// it would not fit into its room.
func (w *writer) directories() (root, leaves []byte) {
	if root = packed(encodeDirectory(w.entries)); len(root) <= rootRoom-headerSize {
		return root, nil
	}
	for size := leafEntries; ; size *= 2 {
		var tops []entry
		leaves = nil
		for part := range slices.Chunk(w.entries, size) {
			leaf := packed(encodeDirectory(part))
			tops = append(tops, entry{tile: part[0].tile, offset: uint64(len(leaves)), length: uint32(len(leaf))})
			leaves = append(leaves, leaf...)
		}
		if root = packed(encodeDirectory(tops)); len(root) <= rootRoom-headerSize {
			return root, leaves
		}
	}
}

func (w *writer) tell(s *Summary) about {
	a := about{Name: "Gongyi", Attribution: Attribution, Version: w.version(), Summary: s}
	for _, name := range layerNames {
		a.Layers = append(a.Layers, aboutLayer{name, map[string]string{"class": "String", "name": "String", "name_en": "String"}})
	}
	return a
}

func (w *writer) header(box geo.Box, root, metadata, leaves, tiles int) []byte {
	h := make([]byte, headerSize)
	copy(h, magic)
	number := func(at int, v uint64) { binary.LittleEndian.PutUint64(h[at:], v) }
	coordinate := func(at int, micro int64) { binary.LittleEndian.PutUint32(h[at:], uint32(int32(micro*10))) }
	number(8, headerSize)
	number(16, uint64(root))
	number(24, rootRoom+w.at)
	number(32, uint64(metadata))
	number(40, rootRoom+w.at+uint64(metadata))
	number(48, uint64(leaves))
	number(56, rootRoom)
	number(64, w.at)
	number(72, uint64(tiles))
	number(80, uint64(len(w.entries)))
	number(88, uint64(len(w.same)))
	h[97], h[98], h[99], h[100], h[101], h[118] = packedGzip, packedGzip, vectorTiles, MinZoom, MaxZoom, 14
	coordinate(102, box.Min.Lon)
	coordinate(106, box.Min.Lat)
	coordinate(110, box.Max.Lon)
	coordinate(114, box.Max.Lat)
	coordinate(119, box.Center().Lon)
	coordinate(123, box.Center().Lat)
	return h
}

// packed is b in gzip, without a time in it.
func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// unpackTile is a tile for a reader who does not take gzip.
func unpackTile(b []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
