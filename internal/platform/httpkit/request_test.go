package httpkit

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// The address of a receipt is its key: the log knows routes only.
func TestTheLogKnowsRoutesNotAddresses(t *testing.T) {
	h, log := house(func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(204); return nil })
	send(h, "GET", "/thing/5m9QxV3kTf", func(r *http.Request) { r.RemoteAddr = "203.0.113.9:1" })
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line["route"] != "/thing/{id}" || line["status"] != 204.0 || line["client"] != "203.0.113.9" || strings.Contains(log.String(), "5m9QxV3kTf") {
		t.Errorf("logged %v", line)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	h, _ := house(fails(ErrNoSuchPage))
	got := send(h, "GET", "/thing/1", func(r *http.Request) { r.TLS = &tls.ConnectionState{} }).Header()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'self'; style-src 'self'; img-src 'self' data:", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if !strings.Contains(got.Get(name), want) {
			t.Errorf("%s: %q", name, got.Get(name))
		}
	}
	if strings.Contains(got.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows what is inline")
	}
	if send(h, "GET", "/thing/1", nil).Header().Get("Strict-Transport-Security") != "" {
		t.Error("plain http must not promise TLS")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	var reached bool
	h, _ := house(func(http.ResponseWriter, *http.Request) error { reached = true; return nil })
	w := send(h, "POST", "/thing/1", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if w.Code != 403 || reached {
		t.Errorf("answered %d, reached %v", w.Code, reached)
	}
	if w := send(h, "POST", "/thing/1", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }); w.Code != 200 {
		t.Errorf("an own form is answered %d", w.Code)
	}
}

func TestLongBodiesAreRefused(t *testing.T) {
	h, _ := house(func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	})
	for length, want := range map[int]int{100: 200, 101: 413} {
		w := send(h, "POST", "/thing/1", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", length))) })
		if w.Code != want {
			t.Errorf("%d bytes: %d, want %d", length, w.Code, want)
		}
	}
}

func TestWhoTheClientIs(t *testing.T) {
	for _, c := range []struct {
		name, socket, forwarded, proto string
		want                           string
		secure                         bool
	}{
		{"no proxy", "203.0.113.9:1", "", "", "203.0.113.9", false},
		{"a stranger's word is not believed", "203.0.113.9:1", "198.51.100.1", "https", "203.0.113.9", false},
		{"one proxy", "10.1.1.1:1", "198.51.100.1", "https", "198.51.100.1", true},
		{"two proxies", "10.1.1.1:1", "198.51.100.1, 10.2.2.2", "https", "198.51.100.1", true},
		{"what the client wrote itself", "10.1.1.1:1", "1.2.3.4, 198.51.100.1", "http", "198.51.100.1", false},
		{"nonsense", "10.1.1.1:1", "198.51.100.1, nonsense", "", "10.1.1.1", false},
		{"only proxies", "10.1.1.1:1", "10.3.3.3, 10.2.2.2", "", "10.3.3.3", false},
		{"IPv4 in IPv6", "[::ffff:10.1.1.1]:1", "::ffff:198.51.100.1", "", "198.51.100.1", false},
	} {
		var addr string
		var secure bool
		h, _ := house(func(_ http.ResponseWriter, r *http.Request) error {
			addr, secure = ClientAddr(r.Context()).String(), Secure(r.Context())
			return nil
		})
		send(h, "GET", "/thing/1", func(r *http.Request) {
			r.RemoteAddr = c.socket
			if c.forwarded != "" {
				r.Header.Set("X-Forwarded-For", c.forwarded)
			}
			r.Header.Set("X-Forwarded-Proto", c.proto)
		})
		if addr != c.want || secure != c.secure {
			t.Errorf("%s: %s %v, want %s %v", c.name, addr, secure, c.want, c.secure)
		}
	}
}

func TestLanguageAndTheme(t *testing.T) {
	for _, c := range []struct {
		name, path, cookies, accept string
		lang                        i18n.Lang
		theme                       ui.Theme
		kept                        string
	}{
		{"nothing said", "/thing/1", "", "", i18n.Zh, ui.System, ""},
		{"the browser", "/thing/1", "", "en-GB", i18n.En, ui.System, ""},
		{"the cookie before the browser", "/thing/1", "lang=zh; theme=elder", "en-GB", i18n.Zh, ui.Elder, ""},
		{"the link before the cookie", "/thing/1?lang=en&theme=system", "lang=zh; theme=elder", "", i18n.En, ui.System, "lang=en theme=system"},
		{"nonsense", "/thing/1?lang=xx&theme=neon", "lang=; theme=x", "", i18n.Zh, ui.System, ""},
	} {
		var lang i18n.Lang
		var look ui.Look
		h, _ := house(func(_ http.ResponseWriter, r *http.Request) error {
			lang, look = i18n.Of(r.Context()), ui.LookOf(r.Context())
			return nil
		})
		w := send(h, "GET", c.path, func(r *http.Request) {
			r.Header.Set("Cookie", c.cookies)
			r.Header.Set("Accept-Language", c.accept)
		})
		var kept []string
		for _, cookie := range w.Result().Cookies() {
			kept = append(kept, cookie.Name+"="+cookie.Value)
			if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
				t.Errorf("%s: cookie %+v", c.name, cookie)
			}
		}
		if lang != c.lang || look.Theme != c.theme || strings.Join(kept, " ") != c.kept || look.Path != "/thing/1" || len(look.Query) > 0 {
			t.Errorf("%s: %v %+v kept %v", c.name, lang, look, kept)
		}
		if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Cookie") {
			t.Errorf("%s: caches would mix languages", c.name)
		}
	}
}

func TestPagesAreAnswered304(t *testing.T) {
	kit := &Kit{Log: slog.New(slog.DiscardHandler)}
	h := kit.Wrap(kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return kit.Render(w, r, 200, Public, templ.Raw("<p>"+r.URL.Path+"</p>"))
	}))
	first := send(h, "GET", "/a", nil)
	tag := first.Header().Get("ETag")
	again := send(h, "GET", "/a", func(r *http.Request) { r.Header.Set("If-None-Match", tag) })
	if first.Code != 200 || tag == "" || again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("%d, tag %q, then %d", first.Code, tag, again.Code)
	}
	if other := send(h, "GET", "/b", func(r *http.Request) { r.Header.Set("If-None-Match", tag) }); other.Code != 200 {
		t.Errorf("another page is answered %d", other.Code)
	}
}

func TestAPageThatFailsHalfWayIsAnError(t *testing.T) {
	kit := &Kit{Log: slog.New(slog.DiscardHandler)}
	broken := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "half a page")
		return errors.New("no more")
	})
	h := kit.Wrap(kit.Handle(func(w http.ResponseWriter, r *http.Request) error { return kit.Render(w, r, 200, Public, broken) }))
	if w := send(h, "GET", "/", page); w.Code != 500 || strings.Contains(w.Body.String(), "half a page") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTextIsPacked(t *testing.T) {
	text := strings.Repeat("每一分都说得清", 300)
	for kind, want := range map[string]string{"text/html; charset=utf-8": "gzip", "application/json": "gzip", "image/png": "", "text/event-stream": ""} {
		h, _ := house(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, text)
			return nil
		})
		w := send(h, "GET", "/thing/1", func(r *http.Request) { r.Header.Set("Accept-Encoding", "br, gzip") })
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%s is packed as %q", kind, got)
		}
		body := io.Reader(w.Body)
		if want == "gzip" {
			if w.Body.Len() > len(text)/10 {
				t.Errorf("%s: %d bytes of %d", kind, w.Body.Len(), len(text))
			}
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if b, err := io.ReadAll(body); err != nil || string(b) != text {
			t.Errorf("%s came out different: %v", kind, err)
		}
	}
	h, _ := house(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(304)
		return nil
	})
	w := send(h, "GET", "/thing/1", func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
	if w.Header().Get("Content-Encoding") != "" || w.Body.Len() != 0 {
		t.Error("an answer without a body was packed")
	}
}

func TestNumbersCanBeReadAloud(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		n := newNumber()
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(n) {
			t.Fatalf("number %q", n)
		}
		seen[n] = true
	}
	if len(seen) < 1000 {
		t.Errorf("%d different numbers of 1000", len(seen))
	}
}
