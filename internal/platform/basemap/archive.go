package basemap

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"

	"gongyi/internal/kernel/geo"
)

// The PMTiles format, version 3: a header of 127 bytes, a directory that is
// packed with gzip, more directories if that would be too long, and the tiles,
// each packed by itself.
const (
	headerSize   = 127
	rootRoom     = 16 << 10 // header and first directory, so that one read gets both
	leafEntries  = 4096
	packedGzip   = 2
	vectorTiles  = 1
	maxDirectory = 64 << 20 // unpacked, all directories of a file together
)

var magic = []byte("PMTiles\x03")

// entry says where a tile lies; a run of tiles with the same content is one.
type entry struct {
	tile   uint64
	offset uint64
	length uint32
	run    uint32 // 0: not a tile but a further directory
}

// about is what a file says of itself besides its tiles.
type about struct {
	Name        string       `json:"name"`
	Attribution string       `json:"attribution"`
	Version     string       `json:"version"` // changes with the tiles
	Layers      []aboutLayer `json:"vector_layers"`
	Summary     *Summary     `json:"gongyi,omitempty"`
}

type aboutLayer struct {
	ID     string            `json:"id"`
	Fields map[string]string `json:"fields"`
}

// archive is a file of tiles that is open for reading.
type archive struct {
	file     *os.File
	identity os.FileInfo
	entries  []entry
	tiles    int64 // where they begin
	end      int64 // and end
	about    about
	box      geo.Box
	center   geo.Point
	least    uint8
	deepest  uint8
}

// openArchive opens a file of tiles and reads its directories.
func openArchive(name string) (_ *archive, err error) {
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil, ErrNoMap
	}
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	a := &archive{file: f}
	if a.identity, err = f.Stat(); err != nil {
		return nil, err
	}
	return a, a.readHead()
}

func (a *archive) readHead() error {
	head := make([]byte, headerSize)
	if _, err := a.file.ReadAt(head, 0); err != nil || !bytes.HasPrefix(head, magic) {
		return broken("not a file of tiles")
	}
	number := func(at int) int64 { return int64(binary.LittleEndian.Uint64(head[at:])) }
	coordinate := func(at int) int64 { return int64(int32(binary.LittleEndian.Uint32(head[at:]))) / 10 }
	if head[97] != packedGzip || head[98] != packedGzip || head[99] != vectorTiles {
		return broken("a file of tiles of another kind")
	}
	a.least, a.deepest = head[100], head[101]
	a.box = geo.Box{Min: geo.Point{Lon: coordinate(102), Lat: coordinate(106)}, Max: geo.Point{Lon: coordinate(110), Lat: coordinate(114)}}
	a.center = geo.Point{Lon: coordinate(119), Lat: coordinate(123)}
	a.tiles, a.end = number(56), number(56)+number(64)
	if a.tiles < headerSize || a.end < a.tiles || a.end > a.identity.Size() {
		return broken("tiles that are not in the file")
	}
	text, err := a.part(number(24), number(32))
	if err == nil {
		err = json.Unmarshal(text, &a.about)
	}
	if err != nil {
		return broken("a file of tiles that says nothing of itself")
	}
	return a.directory(number(8), number(16), number(40), 0)
}

// part unpacks a part of the file that is not a tile.
func (a *archive) part(from, length int64) ([]byte, error) {
	if from < 0 || length < 0 || from+length > a.identity.Size() || from+length < from {
		return nil, broken("a part that is not in the file")
	}
	z, err := gzip.NewReader(io.NewSectionReader(a.file, from, length))
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(z, maxDirectory+1))
	if err == nil && len(b) > maxDirectory {
		err = broken("a directory that is too long")
	}
	return b, err
}

// directory reads the entries of a directory and of those below it.
func (a *archive) directory(from, length, leaves int64, depth int) error {
	if depth > 2 {
		return broken("directories without end")
	}
	b, err := a.part(from, length)
	if err != nil {
		return broken("a directory that is none")
	}
	all, err := decodeDirectory(b)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.run == 0 {
			if err := a.directory(leaves+int64(e.offset), int64(e.length), leaves, depth+1); err != nil {
				return err
			}
			continue
		}
		if e.offset > uint64(a.end-a.tiles) || uint64(a.end-a.tiles)-e.offset < uint64(e.length) {
			return broken("a tile that is not in the file")
		}
		if n := len(a.entries); n > 0 && a.entries[n-1].tile >= e.tile {
			return broken("tiles out of order")
		}
		a.entries = append(a.entries, e)
	}
	return nil
}

// find is where a tile lies.
func (a *archive) find(t Tile) (entry, bool) {
	n := t.number()
	i := sort.Search(len(a.entries), func(i int) bool { return a.entries[i].tile > n }) - 1
	if i < 0 || n-a.entries[i].tile >= uint64(a.entries[i].run) {
		return entry{}, false
	}
	return a.entries[i], true
}

// read is a tile as it lies in the file, packed.
func (a *archive) read(e entry) ([]byte, error) {
	b := make([]byte, e.length)
	if _, err := a.file.ReadAt(b, a.tiles+int64(e.offset)); err != nil {
		return nil, fmt.Errorf("basemap: read a tile: %w", err)
	}
	return b, nil
}

func (a *archive) close() error { return a.file.Close() }

// encodeDirectory writes entries as columns of small numbers.
func encodeDirectory(all []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(all)))
	last := uint64(0)
	for _, e := range all {
		b = binary.AppendUvarint(b, e.tile-last)
		last = e.tile
	}
	for _, e := range all {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range all {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range all {
		if i > 0 && e.offset == all[i-1].offset+uint64(all[i-1].length) {
			b = binary.AppendUvarint(b, 0) // right behind the one before
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
	}
	return b
}

func decodeDirectory(b []byte) ([]entry, error) {
	bad := false
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			bad = true
			return 0
		}
		b = b[n:]
		return v
	}
	count := next()
	if count > uint64(len(b)) { // each entry takes four bytes at least
		return nil, broken("a directory that is none")
	}
	all := make([]entry, count)
	last := uint64(0)
	for i := range all {
		last += next()
		all[i].tile = last
	}
	for i := range all {
		all[i].run = uint32(next())
	}
	for i := range all {
		all[i].length = uint32(next())
	}
	for i := range all {
		if v := next(); v > 0 {
			all[i].offset = v - 1
		} else if i > 0 {
			all[i].offset = all[i-1].offset + uint64(all[i-1].length)
		}
	}
	if bad {
		return nil, broken("a directory that is cut off")
	}
	return all, nil
}
