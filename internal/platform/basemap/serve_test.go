package basemap

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"gongyi/internal/kernel/fault"
)

// served is a map behind its addresses, without the house around it.
func served(t testing.TB, file string) http.Handler {
	t.Helper()
	m := New(file, slog.New(slog.NewTextHandler(io.Discard, nil)))
	t.Cleanup(func() { m.Close() })
	mux := http.NewServeMux()
	for pattern, do := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /map/tiles/{z}/{x}/{y}": m.ServeTile, "GET /map/style.json": m.ServeStyle, "GET /map/meta.json": m.ServeInfo,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := do(w, r); err != nil {
				status := http.StatusInternalServerError
				if fault.KindOf(err) == fault.NotFound {
					status = http.StatusNotFound
				}
				http.Error(w, err.Error(), status)
			}
		})
	}
	return mux
}

// get asks for a page; head is "Name: value".
func get(h http.Handler, url string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", url, nil)
	for _, s := range head {
		name, value, _ := strings.Cut(s, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func address(t Tile) string { return fmt.Sprintf("/map/tiles/%d/%d/%d.mvt", t.Z, t.X, t.Y) }

func TestTilesAreServed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "base.pmtiles")
	s, err := importing(t, asXML(town()), file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := served(t, file)
	road := address(tileAt(16, 312251000, 1214800000))

	w := get(h, road+"?v="+s.Version, "Accept-Encoding: gzip, br")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatal(w.Code, w.Header())
	}
	packed, tag := w.Body.Bytes(), w.Header().Get("ETag")
	if layers, err := mvt.UnmarshalGzipped(packed); err != nil || len(layers) == 0 {
		t.Error(err)
	}
	if w := get(h, road, "Accept-Encoding: gzip", "If-None-Match: "+tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Error(w.Code)
	}
	if w := get(h, road, "Accept-Encoding: gzip", "Range: bytes=2-5"); w.Code != http.StatusPartialContent || !bytes.Equal(w.Body.Bytes(), packed[2:6]) {
		t.Error(w.Code, w.Body.Bytes())
	}
	if w := get(h, road, "Accept-Encoding: gzip", "Range: bytes=2-5", `If-Range: "another"`); w.Code != 200 {
		t.Error("a part of another version", w.Code)
	}
	plain := get(h, road)
	if plain.Header().Get("ETag") == tag || plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("Cache-Control") != "no-cache" {
		t.Error(plain.Header())
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, plain.Body.Bytes()) {
		t.Error("plain and packed differ", err)
	}
	if w := get(h, road+"?v=old"); w.Header().Get("Cache-Control") != "no-cache" {
		t.Error("kept under the name of another version")
	}
	if w := get(h, "/map/tiles/16/1/1.mvt"); w.Code != http.StatusNoContent {
		t.Error(w.Code)
	}
	for _, url := range []string{"/map/tiles/3/1/1.mvt", "/map/tiles/17/1/1.mvt", "/map/tiles/10/1024/0.mvt", "/map/tiles/10/1/1", "/map/tiles/10/-1/1.mvt", "/map/tiles/x/1/1.mvt", "/map/tiles/300/1/1.mvt", "/map/tiles/10/4294967297/1.mvt", "/map/style.json?look=pink", "/map/style.json?in=fr"} {
		if w := get(h, url); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
}

func TestAMapIsMissedFoundAndReplaced(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map", "base.pmtiles")
	h := served(t, file)
	version := func() (i Info) {
		if err := json.Unmarshal(get(h, "/map/meta.json").Body.Bytes(), &i); err != nil {
			t.Fatal(err)
		}
		return i
	}
	if version().Version != "" || get(h, "/map/tiles/14/1/1.mvt").Code != http.StatusNotFound || !strings.Contains(get(h, "/map/style.json").Body.String(), AreasURL) {
		t.Error("a map out of nothing")
	}
	s, err := importing(t, asXML(town()), file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := version()
	if i.Version != s.Version || i.Attribution != Attribution || fmt.Sprint(i.Bounds) != "[121.47 31.22 121.49 31.24]" || fmt.Sprint(i.Center) != "[121.48 31.23]" || i.MinZoom != MinZoom || i.MaxZoom != MaxZoom {
		t.Errorf("%+v", i)
	}
	style := get(h, "/map/style.json?look=dark&in=en")
	if !strings.Contains(style.Body.String(), "?v="+s.Version) || get(h, "/map/style.json?look=dark&in=en", "If-None-Match: "+style.Header().Get("ETag")).Code != http.StatusNotModified {
		t.Error(style.Header(), style.Body)
	}
	moved := town()
	moved[0].lat += 100_000
	other, err := importing(t, asXML(moved), file, Options{})
	if err != nil || version().Version != other.Version {
		t.Error("the new map is not shown", err)
	}
	if err := os.WriteFile(file, []byte("no map any more"), 0o644); err != nil {
		t.Fatal(err)
	}
	if version().Version != "" {
		t.Error("a bad file is shown")
	}
	if err := os.Remove(file); err != nil || version().Version != "" {
		t.Error("a map that is gone is shown", err)
	}
	if _, err := Read(file); !errors.Is(err, ErrNoMap) {
		t.Error(err)
	}
}

// Imports replace the map while many read it: each answer is a whole tile of one
// version or another.
func TestReplacedWhileServing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "base.pmtiles")
	both := [][]thing{town(), town()}
	both[1][0].lat += 100_000
	version := make(map[string]bool)
	for i := range both {
		s, err := importing(t, asPBF(both[i], true), file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		version[s.Version] = true
	}
	h := served(t, file)
	url := address(tileAt(16, 312251000, 1214800000))
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				w := get(h, url, "Accept-Encoding: gzip")
				tag, _, _ := strings.Cut(strings.Trim(w.Header().Get("ETag"), `"`), "-")
				if _, err := mvt.UnmarshalGzipped(w.Body.Bytes()); err != nil || w.Code != 200 || !version[tag] {
					t.Errorf("%d %s %v", w.Code, tag, err)
					return
				}
			}
		})
	}
	for i := range 8 {
		if _, err := importing(t, asPBF(both[i%2], true), file, Options{}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	readers.Wait()
}

// The colours of the map are those of the style sheet.
func TestPalettesAreThoseOfTheLook(t *testing.T) {
	css, err := os.ReadFile("../../../web/styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`--gy-([a-z0-9-]+):\s*(#[0-9a-f]{6})`)
	tokens := make(map[string]map[string]string)
	for theme, start := range map[string]string{"light": `[data-theme="gongyi"]`, "elder": `[data-theme="gongyi-elder"]`, "dark": `color-scheme: dark;`} {
		_, rest, ok := strings.Cut(string(css), start)
		body, _, _ := strings.Cut(rest, "}")
		if !ok {
			t.Fatalf("the style sheet has no %s", start)
		}
		tokens[theme] = make(map[string]string)
		for _, m := range token.FindAllStringSubmatch(body, -1) {
			tokens[theme][m[1]] = m[2]
		}
	}
	for theme, p := range palettes {
		v := reflect.ValueOf(p)
		for field, name := range map[string]string{
			"land": "map-land", "block": "map-block", "road": "map-road", "water": "map-water", "green": "map-green",
			"ink": "ink", "ink2": "ink-2", "edge": "edge", "rule": "rule", "bamboo": "bamboo", "persimmon": "persimmon", "indigo": "indigo",
		} {
			want := tokens[theme][name]
			if want == "" { // a theme that does not say has that of daylight
				want = tokens["light"][name]
			}
			if got := v.FieldByName(field).String(); got != want {
				t.Errorf("%s: %s is %s, the style sheet says %s", theme, name, got, want)
			}
		}
	}
}
