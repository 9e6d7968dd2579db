package galleryweb

import (
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"

	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/platform/ui/uitest"
)

// mux is the gallery without the policies, which have their own tests.
func mux() http.Handler {
	kit := &httpkit.Kit{Log: discard}
	m := http.NewServeMux()
	m.Handle("GET /assets/", ui.Assets())
	show := func(page func(r *http.Request) (templ.Component, error)) http.Handler {
		return kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
			c, err := page(r)
			if err != nil {
				return err
			}
			return kit.Render(w, r, http.StatusOK, httpkit.Never, c)
		})
	}
	m.Handle("GET /ui/{chapter}", show(func(r *http.Request) (templ.Component, error) { return Page(r.PathValue("chapter")) }))
	m.Handle("GET /ui/frames/{kind}", show(func(r *http.Request) (templ.Component, error) { return FramePage(ui.Kind(r.PathValue("kind"))) }))
	answer := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, text)
		}
	}
	m.Handle("GET /map/style.json", answer(`{"version":8,"sources":{},"layers":[{"id":"land","type":"background","paint":{"background-color":"#f1ead9"}}]}`))
	m.Handle("GET /map/marks.json", answer(`{"type":"FeatureCollection","features":[
		{"type":"Feature","geometry":{"type":"Point","coordinates":[121.470,31.230]},"properties":{"kind":"shop","name":"A","href":"/ui"}},
		{"type":"Feature","geometry":{"type":"Point","coordinates":[121.474,31.232]},"properties":{"kind":"event","name":"B","note":"b"}},
		{"type":"Feature","geometry":{"type":"Point","coordinates":[121.472,31.228]},"properties":{"kind":"person","name":"C"}}]}`))
	return kit.Wrap(m)
}

// everyPage calls f with every page of the gallery.
func everyPage(t *testing.T, f func(path string, page templ.Component)) {
	t.Helper()
	for _, c := range chapters {
		f("/ui/"+c.key, chapterPage(c))
	}
	for _, k := range kinds {
		page, err := FramePage(k)
		if err != nil {
			t.Fatal(err)
		}
		f("/ui/frames/"+string(k), page)
	}
}

func TestEveryPartIsWellFormedInEveryDress(t *testing.T) {
	for _, lang := range i18n.Langs {
		for _, theme := range []ui.Theme{ui.System, ui.Elder} {
			everyPage(t, func(path string, page templ.Component) {
				t.Run(lang.String()+"/"+string(theme)+path, func(t *testing.T) {
					uitest.Render(t, uitest.Context(lang, theme), page)
				})
			})
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	if _, err := Page("nothing"); err == nil {
		t.Error("a chapter that is not there was shown")
	}
	if _, err := FramePage("nothing"); err == nil {
		t.Error("a frame that is not there was shown")
	}
}
