package basemap

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"

	"gongyi/internal/kernel/geo"
)

// kind of an element of OpenStreetMap; as a set, which kinds a pass wants.
type kind uint8

const (
	nodes kind = 1 << iota
	ways
	relations
	everything = nodes | ways | relations
)

// tag is one word about an element: highway=residential.
type tag struct{ key, value string }

// member is a part of a relation.
type member struct {
	kind kind
	ref  int64
	role string
}

// element is what a pass visits. It is used again for the next one: a visitor
// keeps copies.
type element struct {
	kind     kind
	id       int64
	lat, lon int32 // 1e-7 degrees
	tags     []tag
	refs     []int64
	members  []member
}

func (e *element) reset(k kind) {
	*e = element{kind: k, tags: e.tags[:0], refs: e.refs[:0], members: e.members[:0]}
}

// get is the value of a tag, "" if there is none.
func (e *element) get(key string) string {
	for _, t := range e.tags {
		if t.key == key {
			return t.value
		}
	}
	return ""
}

// Bounds of one element. OpenStreetMap itself allows 2,000 nodes in a way and
// 32,000 members in a relation.
const (
	maxTags    = 5_000
	maxRefs    = 100_000
	maxMembers = 200_000
)

// extract is a file of OpenStreetMap data that can be read again and again.
type extract interface {
	// scan visits the elements of the kinds that are wanted, in the order of the
	// file. at tells how many bytes of the file have been passed.
	scan(ctx context.Context, want kind, at func(int64), visit func(*element) error) error
	// bounds is what the file says it covers, if it does; known after a scan.
	bounds() (geo.Box, bool)
}

// open finds out what a file is from its first bytes; names may lie.
func openExtract(r io.ReaderAt, size int64) (extract, error) {
	head := make([]byte, 64)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	head = head[:n]
	file := io.NewSectionReader(r, 0, size)
	if len(head) > 4 && binary.BigEndian.Uint32(head) < maxBlobHeader && bytes.Contains(head, []byte("OSMHeader")) {
		return &pbfFile{file: file}, nil
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if bytes.HasPrefix(text, []byte("<?xml")) || bytes.HasPrefix(text, []byte("<osm")) {
		return &xmlFile{file: file}, nil
	}
	return nil, ErrNotOSM
}

// counted is a reader that knows how far it has come.
type counted struct {
	r    *bufio.Reader
	read int64
}

// newCounted reads a file from its start; several may do so at once.
func newCounted(file *io.SectionReader) *counted {
	return &counted{r: bufio.NewReaderSize(io.NewSectionReader(file, 0, file.Size()), 1<<20)}
}

// Read counts.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.read += int64(n)
	return n, err
}

// onMap reports whether a coordinate of 1e-7 degrees can be on a map at all.
func onMap(lat, lon int64) bool {
	return lat >= -900_000_000 && lat <= 900_000_000 && lon >= -1_800_000_000 && lon <= 1_800_000_000
}

// micro is a coordinate of 1e-7 degrees as a point of the house.
func micro(lat, lon int32) geo.Point { return geo.Point{Lat: int64(lat) / 10, Lon: int64(lon) / 10} }
