package basemap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/platform/i18n"
)

// Map serves a file of tiles. An import may replace the file at any time, also
// from another process: every request looks whether it is still the same.
type Map struct {
	name string
	log  *slog.Logger

	mu   sync.RWMutex // held for reading while a tile is read
	open *archive     // nil: there is none, or a bad one
	seen os.FileInfo  // the file that was looked at last
}

// New serves the file of tiles of a name; it need not be there yet.
func New(name string, log *slog.Logger) *Map { return &Map{name: name, log: log} }

// Close lets the file go.
func (m *Map) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.swap(nil, nil)
}

func (m *Map) swap(a *archive, seen os.FileInfo) (err error) {
	if m.open != nil {
		err = m.open.close()
	}
	m.open, m.seen = a, seen
	return err
}

// with calls fn with the file as it is now, or refuses if there is none.
func (m *Map) with(fn func(*archive) error) error {
	info, err := os.Stat(m.name)
	if err != nil {
		info = nil
	}
	m.mu.RLock()
	if !sameFile(info, m.seen) {
		m.mu.RUnlock()
		m.renew(info)
		m.mu.RLock()
	}
	defer m.mu.RUnlock()
	if m.open == nil {
		return ErrNoMap
	}
	return fn(m.open)
}

// renew opens the file anew. One that cannot be read is none: the schematic stands
// in for it, and the log says why.
func (m *Map) renew(info os.FileInfo) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if sameFile(info, m.seen) {
		return // another request was faster
	}
	var a *archive
	if info != nil {
		var err error
		if a, err = openArchive(m.name); err != nil {
			a = nil
			m.log.Warn("the base map cannot be used", "file", m.name, "err", err)
		} else {
			info = a.identity // it may have been replaced once more
		}
	}
	if err := m.swap(a, info); err != nil {
		m.log.Warn("the base map before could not be closed", "err", err)
	}
}

func sameFile(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// Info is what is known of the map that is served.
type Info struct {
	Version     string    `json:"version"` // "" without an extract
	Attribution string    `json:"attribution,omitempty"`
	Bounds      []float64 `json:"bounds,omitempty"` // west, south, east, north in degrees
	Center      []float64 `json:"center,omitempty"` // longitude, latitude
	MinZoom     int       `json:"minzoom,omitempty"`
	MaxZoom     int       `json:"maxzoom,omitempty"`
	Summary     *Summary  `json:"-"`
	Box         geo.Box   `json:"-"`
}

// Info says what map there is; without one its version is empty.
func (m *Map) Info() (i Info) {
	_ = m.with(func(a *archive) error {
		i = Info{
			Version: a.about.Version, Attribution: a.about.Attribution, MinZoom: int(a.least), MaxZoom: int(a.deepest),
			Bounds:  []float64{degrees(a.box.Min.Lon), degrees(a.box.Min.Lat), degrees(a.box.Max.Lon), degrees(a.box.Max.Lat)},
			Center:  []float64{degrees(a.center.Lon), degrees(a.center.Lat)},
			Summary: a.about.Summary, Box: a.box,
		}
		return nil
	})
	return i
}

func degrees(micro int64) float64 { return float64(micro) / geo.Degree }

// Read reads a file of tiles to say what it is.
func Read(name string) (i Info, err error) {
	m := New(name, slog.New(slog.DiscardHandler))
	defer m.Close()
	a, err := openArchive(name)
	if err != nil {
		return i, err
	}
	i = m.Info()
	if i.Summary == nil { // a file of tiles that another program made
		i.Summary = &Summary{Version: i.Version, Bounds: i.Box.String(), Tiles: len(a.entries), Bytes: a.identity.Size()}
	}
	return i, a.close()
}

// tile is a packed tile and the version of the map that it is from. Where the map
// has nothing the tile is empty.
func (m *Map) tile(t Tile) (packed []byte, version string, err error) {
	err = m.with(func(a *archive) error {
		version = a.about.Version
		if t.Z < a.least || t.Z > a.deepest {
			return ErrNoSuchTile
		}
		e, ok := a.find(t)
		if !ok {
			return nil
		}
		var err error
		packed, err = a.read(e)
		return err
	})
	return packed, version, err
}

// ServeTile answers GET /map/tiles/{z}/{x}/{y} with y as "1234.mvt". Under ?v= with
// the version of the map the answer may be kept for ever; under another one, or
// none, it is asked for again.
func (m *Map) ServeTile(w http.ResponseWriter, r *http.Request) error {
	t, err := tileOf(r)
	if err != nil {
		return err
	}
	packed, version, err := m.tile(t)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if len(packed) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	tag := fmt.Sprintf("%s-%d-%d-%d", version, t.Z, t.X, t.Y)
	body := packed
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		tag += "-gzip" // other bytes, another tag
	} else if body, err = unpackTile(packed); err != nil {
		return fmt.Errorf("basemap: tile %v: %w", t, err)
	}
	h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

func tileOf(r *http.Request) (Tile, error) {
	row, ok := strings.CutSuffix(r.PathValue("y"), ".mvt")
	z, err1 := strconv.ParseUint(r.PathValue("z"), 10, 8)
	x, err2 := strconv.ParseUint(r.PathValue("x"), 10, 32)
	y, err3 := strconv.ParseUint(row, 10, 32)
	t := Tile{uint8(z), uint32(x), uint32(y)}
	if !ok || err1 != nil || err2 != nil || err3 != nil || !t.Valid() {
		return Tile{}, ErrNoSuchTile
	}
	return t, nil
}

// ServeInfo answers GET /map/meta.json.
func (m *Map) ServeInfo(w http.ResponseWriter, r *http.Request) error {
	return serveJSON(w, r, m.Info())
}

// ServeStyle answers GET /map/style.json?look=light|dark|elder&in=zh|en&of=COMMUNITY.
// They are not called theme and lang, which would choose those of every page that
// follows. With draw=schematic the base map is left out: it may be of another town.
func (m *Map) ServeStyle(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	ctx := r.Context()
	if q.Has("in") {
		lang, ok := i18n.Parse(q.Get("in"))
		if !ok {
			return errBadStyle
		}
		ctx = i18n.With(ctx, lang)
	}
	info := m.Info()
	if q.Get("draw") == "schematic" {
		info = Info{}
	}
	s, err := NewStyle(ctx, q.Get("look"), q.Get("of"), info)
	if err != nil {
		return err
	}
	return serveJSON(w, r, s)
}

// serveJSON answers with what may change with the next import: kept, but asked for.
func serveJSON(w http.ResponseWriter, r *http.Request, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", fingerprint(b))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	return nil
}

// errBadStyle refuses a theme or a language that there is not.
var errBadStyle = fault.New(fault.NotFound, "basemap.no_such_style")
