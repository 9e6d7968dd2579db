package galleryweb

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// budget is what a first page may weigh, packed, without maps and charts (issue 3).
const budget = 120 << 10

var loaded = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

// fetch is an answer as a browser gets it that understands gzip.
func fetch(t *testing.T, path string) (packed int, plain string) {
	t.Helper()
	h := mux()
	r := httptest.NewRequest("GET", path, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 {
		t.Fatalf("%s answers %d", path, w.Code)
	}
	plain = w.Body.String()
	r.Header.Set("Accept-Encoding", "gzip")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" && w.Body.Len() > 1500 {
		t.Errorf("%s is not packed", path)
	}
	return w.Body.Len(), plain
}

func TestAFirstPageIsLight(t *testing.T) {
	for _, path := range []string{"/ui/frames/resident", "/ui/frames/operator", "/ui/tables"} {
		total, page := fetch(t, path)
		for _, m := range loaded.FindAllStringSubmatch(page, -1) {
			size, text := fetch(t, m[1])
			total += size
			for _, later := range regexp.MustCompile(`/assets/(?:htmx|chunk)-[A-Z0-9]{8}\.js`).FindAllString(text, -1) {
				size, _ := fetch(t, later) // what a page may load by itself later
				total += size
			}
		}
		if strings.Count(page, "/assets/") < 3 || total < 20_000 {
			t.Errorf("%s weighs %d: this test sees too little", path, total)
		}
		if total > budget {
			t.Errorf("%s weighs %d bytes packed", path, total)
		}
		t.Logf("%s: %d bytes packed", path, total)
	}
}
