package basemap

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"gongyi/internal/kernel/geo"
)

// xmlFile is an extract as OpenStreetMap's own XML (.osm).
type xmlFile struct {
	file *io.SectionReader
	box  geo.Box
}

func (f *xmlFile) bounds() (geo.Box, bool) { return f.box, f.box.Valid() }

// maxToken bounds one tag of the XML with all its attributes.
const maxToken = 1 << 20

var errLongToken = errors.New("a token is too long")

// fuse refuses to read on when one token has become too long.
type fuse struct {
	r    *counted
	left int
}

func (f *fuse) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errLongToken
	}
	n, err := f.r.Read(p[:min(len(p), 64<<10)])
	f.left -= n
	return n, err
}

func (f *xmlFile) scan(ctx context.Context, want kind, at func(int64), visit func(*element) error) error {
	r := newCounted(f.file)
	guard := &fuse{r: r}
	d := xml.NewDecoder(guard)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		return nil, broken("charset " + charset)
	}
	s := xmlScan{file: f, want: want, visit: visit}
	for n := 0; ; n++ {
		if n%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			at(r.read)
		}
		guard.left = maxToken
		t, err := d.Token()
		if err == io.EOF {
			return s.end()
		}
		if err != nil {
			return wrong(err, d.InputOffset())
		}
		switch t := t.(type) {
		case xml.StartElement:
			err = s.start(t)
		case xml.EndElement:
			err = s.close(t.Name.Local)
		case xml.Directive:
			err = broken("a document type") // no entities: OpenStreetMap has none
		}
		if err != nil {
			return err
		}
	}
}

// xmlScan is the state of one pass: the element that is being read.
type xmlScan struct {
	file   *xmlFile
	want   kind
	visit  func(*element) error
	e      element
	open   bool // e is being read
	gone   bool // e was deleted from the map
	inside bool // the <osm> element
	done   bool
}

// wrong makes a refusal of what the parser says; a disk that fails is none.
func wrong(err error, offset int64) error {
	if disk := (*fs.PathError)(nil); errors.As(err, &disk) {
		return err
	}
	return ErrBroken.With("what", err.Error()).With("at", offset)
}

func (s *xmlScan) end() error {
	if !s.done {
		return ErrNotOSM
	}
	return nil
}

var xmlKinds = map[string]kind{"node": nodes, "way": ways, "relation": relations}

func (s *xmlScan) start(t xml.StartElement) error {
	name := t.Name.Local
	if !s.inside {
		if name != "osm" || s.done {
			return ErrNotOSM
		}
		s.inside = true
		return nil
	}
	if k := xmlKinds[name]; k != 0 {
		return s.begin(k, t.Attr)
	}
	if name == "bounds" {
		return s.boundsOf(t.Attr)
	}
	if !s.open || s.e.kind&s.want == 0 {
		return nil
	}
	switch name {
	case "tag":
		s.e.tags = append(s.e.tags, tag{attr(t.Attr, "k"), attr(t.Attr, "v")})
	case "nd":
		ref, err := strconv.ParseInt(attr(t.Attr, "ref"), 10, 64)
		if err != nil {
			return broken("a way names no node")
		}
		s.e.refs = append(s.e.refs, ref)
	case "member":
		ref, err := strconv.ParseInt(attr(t.Attr, "ref"), 10, 64)
		if err != nil {
			return broken("a relation names no member")
		}
		s.e.members = append(s.e.members, member{xmlKinds[attr(t.Attr, "type")], ref, attr(t.Attr, "role")})
	}
	if len(s.e.tags) > maxTags || len(s.e.refs) > maxRefs || len(s.e.members) > maxMembers {
		return broken("element " + strconv.FormatInt(s.e.id, 10) + " has too many parts")
	}
	return nil
}

func (s *xmlScan) begin(k kind, attrs []xml.Attr) error {
	if s.open {
		return broken("an element inside another")
	}
	s.e.reset(k)
	s.open, s.gone = true, attr(attrs, "visible") == "false"
	if k&s.want == 0 || s.gone {
		return nil
	}
	var err error
	if s.e.id, err = strconv.ParseInt(attr(attrs, "id"), 10, 64); err != nil {
		return broken("an element without a number")
	}
	if k == nodes {
		lat, ok := e7(attr(attrs, "lat"))
		lon, too := e7(attr(attrs, "lon"))
		if !ok || !too || !onMap(lat, lon) {
			return broken("node " + strconv.FormatInt(s.e.id, 10) + " is nowhere")
		}
		s.e.lat, s.e.lon = int32(lat), int32(lon)
	}
	return nil
}

func (s *xmlScan) close(name string) error {
	if name == "osm" {
		s.inside, s.done = false, true
		return nil
	}
	if xmlKinds[name] == 0 || !s.open {
		return nil
	}
	s.open = false
	if s.e.kind&s.want == 0 || s.gone {
		return nil
	}
	return s.visit(&s.e)
}

func (s *xmlScan) boundsOf(attrs []xml.Attr) error {
	var v [4]int64
	for i, name := range []string{"minlat", "minlon", "maxlat", "maxlon"} {
		n, ok := e7(attr(attrs, name))
		if !ok {
			return broken("bounds that are none")
		}
		v[i] = n / 10
	}
	s.file.box = geo.Box{Min: geo.Point{Lat: v[0], Lon: v[1]}, Max: geo.Point{Lat: v[2], Lon: v[3]}}
	return nil
}

func attr(attrs []xml.Attr, name string) string {
	for i := range attrs {
		if attrs[i].Name.Local == name {
			return attrs[i].Value
		}
	}
	return ""
}

// e7 reads degrees in units of 1e-7.
func e7(s string) (int64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1000 {
		return 0, false
	}
	return int64(math.Round(v * 1e7)), true
}
