package galleryweb

import (
	"io"
	"log/slog"
	"strings"
	"testing"

	"gongyi/internal/platform/ui/uitest"
)

var discard = slog.New(slog.NewTextHandler(io.Discard, nil))

// Every part in a browser, on a phone and on a desk, in every dress and both
// languages: it fits, it breaks no content policy, and nothing keeps anybody from
// using it.
func TestTheGalleryInABrowser(t *testing.T) {
	var shots []uitest.Shot
	add := func(name, path string, width int64, lang, theme string) {
		height := int64(844)
		if width > 600 {
			height = 900
		}
		shots = append(shots, uitest.Shot{Name: "gallery-" + strings.ReplaceAll(strings.TrimPrefix(path, "/ui/"), "/", "-") + "-" + name, Path: path, Width: width, Height: height, Lang: lang, Theme: theme})
	}
	for _, path := range Paths() {
		add("390", path, 390, "zh", "light")
		add("390-elder", path, 390, "zh", "elder")
		add("1440-en-dark", path, 1440, "en", "dark")
	}
	for _, path := range []string{"/ui/frames/operator", "/ui/frames/resident", "/ui/tables", "/ui/charts"} {
		shots = append(shots, uitest.Shot{Name: "gallery-paper-" + strings.ReplaceAll(strings.TrimPrefix(path, "/ui/"), "/", "-"), Path: path, Width: 800, Height: 1120, Lang: "zh", Theme: "dark", Paper: true})
	}
	uitest.Browse(t, mux(), shots)
}
