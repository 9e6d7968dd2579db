package evidence

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHandlerServesTheReadAPI(t *testing.T) {
	t.Parallel()
	var h house
	h.open(t, treeOf(t, 600, nil))
	h.published(600)
	h.close()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(h.log(), "tile/0/009")); err != nil {
		t.Fatal(err)
	}
	handler, err := Handler(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	log := "/" + origin.Dir()
	const binary, text = "application/octet-stream", "text/plain; charset=utf-8"
	const forever, never, ask = "public, max-age=31536000, immutable", "no-store", "no-cache"
	for _, c := range []struct {
		method, path string
		status       int
		kind, keep   string
		length       int
	}{
		{"GET", log + "/checkpoint", 200, text, ask, -1},
		{"HEAD", log + "/checkpoint", 200, text, ask, 0},
		{"GET", log + "/tile/0/000", 200, binary, forever, 256 * 32},
		{"GET", log + "/tile/0/002.p/88", 200, binary, forever, 88 * 32},
		{"GET", log + "/tile/1/000.p/2", 200, binary, forever, 2 * 32},
		{"GET", log + "/tile/entries/001", 200, binary, forever, 256 * 34},
		{"GET", log + "/tile/0/003", 404, text, never, -1},
		{"GET", log + "/tile/0/009", 404, text, never, -1}, // a link to the outside
		{"GET", log + "/tile/0", 404, text, never, -1},
		{"GET", log + "/tile/0/", 404, text, never, -1},
		{"GET", log + "/tile/0/000.p/0", 404, text, never, -1},
		{"GET", log + "/tile/0/x000/000", 404, text, never, -1},
		{"GET", log + "/.state/treeState", 404, text, never, -1},
		{"GET", log + "/tile/../.state/treeState", 404, text, never, -1},
		{"GET", log + "/%2e%2e/" + origin.Dir() + "/checkpoint", 404, text, never, -1},
		{"GET", "/../" + filepath.Base(h.dir) + log + "/checkpoint", 404, text, never, -1},
		{"GET", log + ".damaged/checkpoint", 404, text, never, -1},
		{"GET", log, 404, text, never, -1},
		{"GET", "/", 404, text, never, -1},
		{"POST", log + "/checkpoint", 405, text, "", -1},
	} {
		r := httptest.NewRequest(c.method, "http://x/", nil)
		r.URL.Path = strings.ReplaceAll(c.path, "%2e", ".") // as it is after parsing
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Content-Type") != c.kind || w.Header().Get("Cache-Control") != c.keep ||
			c.length >= 0 && w.Body.Len() != c.length {
			t.Errorf("%s %s: %d %v, %d bytes", c.method, c.path, w.Code, w.Header(), w.Body.Len())
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s reached outside", c.path)
		}
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, log+"/checkpoint", nil))
	if c, err := OpenCheckpoint(w.Body.Bytes(), h.verifier); err != nil || c.Size != 600 {
		t.Errorf("served %q: %v", w.Body, err)
	}
}

func TestTileNames(t *testing.T) {
	for _, id := range []tileID{{0, 0, 256}, {entries, 1234067, 256}, {entries, 1234067, 8}, {7, 0, 1}, {0, 999_999_999_999_999, 255}} {
		if got, ok := parseTile(id.path()); !ok || got != id {
			t.Errorf("%s is read as %+v", id.path(), got)
		}
	}
	for _, path := range []string{"tile/8/000", "tile/0/1000", "tile/0/x1/000", "tile/0/000.p/256", "tile/0/000.p/01", "tile/data/000",
		"tile/0/000/", "tile/0/x000/000", "tile/0/x001/x001/x001/x001/x001/001"} {
		if got, ok := parseTile(path); ok {
			t.Errorf("%s is read as %+v", path, got)
		}
	}
}
