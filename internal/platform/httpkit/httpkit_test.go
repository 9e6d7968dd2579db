package httpkit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui/uitest"
)

// house serves f at /thing/{id} with everything around it, and keeps the log.
func house(f Func) (http.Handler, *bytes.Buffer) {
	var log bytes.Buffer
	kit := &Kit{
		Log:     slog.New(Logs(slog.NewJSONHandler(&log, nil))),
		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, MaxBody: 100,
	}
	mux := http.NewServeMux()
	mux.Handle("/thing/{id}", kit.Handle(f))
	mux.Handle("/", kit.NotFound())
	return kit.Wrap(mux), &log
}

func send(h http.Handler, method, path string, with func(r *http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(""))
	if with != nil {
		with(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func page(r *http.Request) { r.Header.Set("Accept", "text/html,*/*") }

func fails(err error) Func {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestEveryKindHasItsStatusAndItsWords(t *testing.T) {
	for kind, status := range map[fault.Kind]int{
		fault.Invalid: 422, fault.Unauthorized: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.Busy: 503, fault.TooLarge: 413, fault.TooMany: 429, fault.Internal: 500,
	} {
		seen := map[string]bool{}
		for _, method := range []string{"GET", "POST"} {
			for _, lang := range []string{"zh", "en"} {
				h, _ := house(fails(fmt.Errorf("wrapped: %w", fault.New(kind, "some.code").On("amount"))))
				w := send(h, method, "/thing/1?lang="+lang, nil)
				var p Problem
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
					t.Fatal(err)
				}
				if w.Code != status || p.Status != status || w.Header().Get("Content-Type") != "application/problem+json" {
					t.Errorf("kind %d: %d %+v", kind, w.Code, p)
				}
				if p.Title == "" || p.Detail == "" || p.Number == "" {
					t.Errorf("kind %d has no words: %+v", kind, p)
				}
				if hidden := kind == fault.Internal; hidden != (p.Code == "internal") || hidden != (p.Field == "") {
					t.Errorf("kind %d: %+v", kind, p)
				}
				seen[lang+p.Title] = true
				html := send(h, method, "/thing/1?lang="+lang, page)
				if html.Code != status || !strings.Contains(html.Body.String(), p.Title) {
					t.Errorf("kind %d: the page says something else", kind)
				}
				l, _ := i18n.Parse(lang)
				for _, complaint := range uitest.Complaints(html.Body.String(), l) {
					t.Errorf("kind %d: %s", kind, complaint)
				}
			}
		}
		if len(seen) < 2 {
			t.Errorf("kind %d is said the same in both languages: %v", kind, seen)
		}
	}
}

func TestARefusalSaysItsOwnSentence(t *testing.T) {
	h, _ := house(fails(fault.New(fault.Invalid, "http.cross_origin")))
	var p Problem
	_ = json.Unmarshal(send(h, "POST", "/thing/1?lang=en", nil).Body.Bytes(), &p)
	if p.Type != "urn:gongyi:problem:http.cross_origin" || !strings.HasPrefix(p.Detail, "This was sent from another site") {
		t.Errorf("got %+v", p)
	}
}

func TestBusySaysWhen(t *testing.T) {
	for retry, want := range map[time.Duration]string{7100 * time.Millisecond: "8", 0: "5", time.Millisecond: "1"} {
		h, _ := house(fails(fault.New(fault.Busy, "x.busy").After(retry)))
		w := send(h, "GET", "/thing/1", page)
		if w.Header().Get("Retry-After") != want || !strings.Contains(w.Body.String(), "请 "+want+" 秒后再点") {
			t.Errorf("after %v: Retry-After %q", retry, w.Header().Get("Retry-After"))
		}
	}
}

// What went wrong inside is logged under the number that the person sees, and
// nothing of it is shown.
func TestInternalErrorsAreHiddenBehindANumber(t *testing.T) {
	for name, f := range map[string]Func{
		"error": fails(errors.New("secret: disk 3 is full")),
		"panic": func(http.ResponseWriter, *http.Request) error { panic("secret: disk 3 is full") },
	} {
		h, log := house(f)
		w := send(h, "GET", "/thing/1", page)
		number := regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`).FindString(w.Body.String())
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || number == "" {
			t.Errorf("%s: %d shows %q", name, w.Code, number)
		}
		var found bool
		for line := range strings.Lines(log.String()) {
			found = found || strings.Contains(line, "secret") && strings.Contains(line, `"request":"`+number+`"`)
		}
		if !found {
			t.Errorf("%s: the log has no cause under %s:\n%s", name, number, log)
		}
	}
}

func TestPanicAfterHalfAnAnswerCutsItOff(t *testing.T) {
	h, _ := house(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, "half")
		panic("late")
	})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v, want the connection to be dropped", p)
		}
	}()
	send(h, "GET", "/thing/1", nil)
}

func TestNobodyWaitsForACancelledRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	h, log := house(func(_ http.ResponseWriter, r *http.Request) error { return fmt.Errorf("query: %w", r.Context().Err()) })
	w := send(h, "GET", "/thing/1", func(r *http.Request) { *r = *r.WithContext(ctx) })
	if w.Body.Len() != 0 || strings.Contains(log.String(), "internal error") {
		t.Errorf("answered %q, logged %s", w.Body, log)
	}
}
