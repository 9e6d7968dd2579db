package uitest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Shot is one page as somebody sees it.
type Shot struct {
	Name, Path   string
	Width        int64
	Height       int64
	Lang, Theme  string // as in ?lang= and ?theme=; Theme "" follows the system
	Dark         bool   // the system is dark
	Paper        bool   // as it is printed
	JustTheFirst bool   // only the first screen
}

// Browse opens every page in a real browser and fails if one is wider than its
// window, breaks the content policy, cannot load something, or has what axe-core finds
// serious or critical (paper aside). With
// GONGYI_SHOTS=dir it also leaves pictures there for people to look at. It is
// skipped where no chromium is installed.
func Browse(t *testing.T, h http.Handler, shots []Shot) {
	t.Helper()
	InBrowser(t, h, func(ctx context.Context, base string) {
		ear, err := listen(ctx)
		if err != nil {
			t.Fatal(err)
		}
		dir := os.Getenv("GONGYI_SHOTS")
		for _, s := range shots {
			wide, err := width(ctx, base, s)
			if err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
			if wide > s.Width {
				t.Errorf("%s (%s): %d pixels wide in a window of %d", s.Name, s.Path, wide, s.Width)
			}
			if !s.Paper {
				accessible(ctx, t, s)
			}
			for _, m := range ear.heard() {
				if strings.HasPrefix(m, "error: Failed to load resource") && strings.HasSuffix(m, " "+s.address(base)) {
					continue // the page itself is an error page
				}
				if strings.HasSuffix(m, "/manifest.webmanifest") {
					continue // left half read when the next page is opened; it has tests of its own
				}
				if strings.Contains(m, "GL Driver Message") {
					continue // a browser without a graphics card draws maps slowly
				}
				t.Errorf("%s: %s", s.Name, m)
			}
			if dir == "" {
				continue // a picture costs more than everything else
			}
			if err := picture(ctx, s, filepath.Join(dir, s.Name+".png")); err != nil {
				t.Fatalf("%s: %v", s.Name, err)
			}
		}
	})
}

// withHouse answers for what every page asks of the house and a test of some pages
// does not serve: the manifest, and the service worker.
func withHouse(h http.Handler) http.Handler {
	stands := map[string]string{"/manifest.webmanifest": "application/manifest+json", "/sw.js": "text/javascript"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, known := stands[r.URL.Path]
		if !known {
			h.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if answer.Code == http.StatusNotModified || answer.Code == http.StatusOK && strings.HasPrefix(answer.Header().Get("Content-Type"), kind) {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		if kind == "application/manifest+json" {
			_, _ = io.WriteString(w, "{}")
		}
	})
}

// InBrowser calls f with a browser's tab and the address where h is served.
func InBrowser(t *testing.T, h http.Handler, f func(ctx context.Context, base string)) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here")
	}
	server := httptest.NewServer(withHouse(h))
	defer server.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "zh-CN"), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	f(ctx, server.URL)
}

// address is where the page is, with its choices.
func (s Shot) address(base string) string {
	path, frag, _ := strings.Cut(s.Path, "#")
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	theme := s.Theme
	if theme == "" {
		theme = "system"
	}
	url := base + path + sep + "lang=" + s.Lang + "&theme=" + theme
	if frag != "" {
		url += "#" + frag
	}
	return url
}

// settled waits until what the page draws by itself has been drawn.
const settled = `new Promise(done => {
	const end = performance.now() + 5000;
	const look = () => document.documentElement.dataset.busy && performance.now() < end ? setTimeout(look, 20) : done(true);
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(look)));
})`

// open leads the browser to one page, dressed as it is asked for. Nothing moves,
// so that a picture shows the end and not the way there.
func open(ctx context.Context, base string, s Shot) error {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: "light"}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if s.Dark {
		media.Features[0].Value = "dark"
	}
	if s.Paper {
		media.Media = "print"
	}
	err := chromedp.Do(ctx,
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
			return err
		}),
		chromedp.EmulateViewport(s.Width, s.Height, chromedp.EmulateScale(scale(s.Width))),
		chromedp.Navigate(s.address(base)))
	if err == nil {
		_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise))
	}
	return err
}

// width opens one page and tells how wide its content wants to be.
func width(ctx context.Context, base string, s Shot) (int64, error) {
	if err := open(ctx, base, s); err != nil {
		return 0, err
	}
	return chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`))
}

// picture leaves a picture of the page that is open.
func picture(ctx context.Context, s Shot, file string) error {
	shot := chromedp.FullScreenshot(100)
	if s.JustTheFirst {
		shot = chromedp.CaptureScreenshot()
	}
	png, err := chromedp.Run(ctx, shot)
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o644)
}

// scale is two pixels a dot for phones.
func scale(width int64) float64 {
	if width < 600 {
		return 2
	}
	return 1.25
}

// ear hears what the browser complains about.
type ear struct {
	mu   sync.Mutex
	said []string
}

func listen(ctx context.Context) (*ear, error) {
	e := &ear{}
	err := chromedp.Listen(ctx, func(event any) {
		e.mu.Lock()
		defer e.mu.Unlock()
		switch event := event.(type) {
		case *log.EventEntryAdded:
			if strings.Contains(event.Entry.Text, "GL Driver Message") {
				return // a picture of a map was taken without a graphics card
			}
			e.said = append(e.said, fmt.Sprintf("%s: %s %s", event.Entry.Level, event.Entry.Text, event.Entry.URL))
		default:
			if wrong := scriptWrong(event); wrong != "" {
				e.said = append(e.said, wrong)
			}
		}
	})
	return e, err
}

// scriptWrong is what went wrong in a script, if the event says so.
func scriptWrong(event any) string {
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		if x := event.ExceptionDetails.Exception; x != nil {
			return x.Description
		}
		return event.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if event.Type != runtime.ConsoleAPICalledTypeError {
			return ""
		}
		said := "console:"
		for _, a := range event.Args {
			said += " " + cmp.Or(a.Description, string(a.Value))
		}
		return said
	}
	return ""
}

// script hears what goes wrong in scripts, and nothing else.
func (e *ear) script(event any) {
	if wrong := scriptWrong(event); wrong != "" {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.said = append(e.said, wrong)
	}
}

func (e *ear) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	said := e.said
	e.said = nil
	return said
}
