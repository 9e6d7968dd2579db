package evidence

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"
)

// logDir is the name of a published log, see Origin.Dir.
var logDir = regexp.MustCompile(`^[0-9a-f]{32}(-g[1-9][0-9]{0,3})?$`)

// Handler serves the read API of C2SP tlog-tiles for every log published below
// dir, each under the name of its directory: /LOG/checkpoint, /LOG/tile/….
//
// Only paths that the format names are opened, and inside dir only, so that no
// path reaches Tessera's own state or anything else. Tiles never change and may
// be kept for ever; a checkpoint must be asked for again each time.
func Handler(dir string) (http.Handler, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		serve(w, r, root)
	}), nil
}

func serve(w http.ResponseWriter, r *http.Request, root *os.Root) {
	log, file, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	_, isTile := parseTile(file)
	if !logDir.MatchString(log) || !isTile && file != checkpointFile {
		notFound(w)
		return
	}
	f, err := root.Open(log + "/" + file)
	if err != nil {
		notFound(w)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		notFound(w)
		return
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if isTile {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
	}
	// Without a time: two checkpoints may fall into the one second that it shows.
	http.ServeContent(w, r, "", time.Time{}, f)
}

// notFound must not be kept: the tile may come with the next checkpoint.
func notFound(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "not found", http.StatusNotFound)
}
