package apikit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/httpkit"
)

func TestNULIsFoundHoweverItIsWritten(t *testing.T) {
	for text, want := range map[string]bool{
		`"a\u0000b"`: true, `"\\\u0000"`: true, `"\\\\\u0000"`: true, `"\\u0000"`: false, `"\\\\u0000"`: false,
		`"\\u0000 \u0000"`: true, `"u0000"`: false, `"\u00000"`: true, ``: false, `\u0000`: true,
	} {
		if got := holdsNUL([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		var s string
		if json.Unmarshal([]byte(text), &s) == nil && strings.ContainsRune(s, 0) != want {
			t.Errorf("%s is %q to encoding/json", text, s)
		}
	}
}

func TestAmountsAreTexts(t *testing.T) {
	for text, want := range map[Amount]money.Amount{"": 0, "1": 100, "0.05": 5, "-3.10": -310, "1234567890123.45": 123456789012345} {
		if got, err := text.Money(money.CNY, "price"); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []Amount{"1.234", "1,00", " 1", "1e3", "+1", "--1", ".5", "1.", "0x1", "１"} {
		if got, err := text.Money(money.CNY, "price"); !errors.Is(err, ErrAmount) {
			t.Errorf("%q is taken for %d, %v", text, got, err)
		}
	}
}

// small is an API of two operations on one path, inside its frame.
func small(t *testing.T, observed *[]string) (http.Handler, *strings.Builder) {
	t.Helper()
	var log strings.Builder
	kit := &httpkit.Kit{Log: slog.New(slog.NewTextHandler(&log, nil))}
	mux := http.NewServeMux()
	api := New(mux, "1", kit.Log)
	huma.Register(api, huma.Operation{OperationID: "get", Method: http.MethodGet, Path: "/things/{id}"}, func(context.Context, *struct {
		ID string `path:"id"`
	}) (*struct{}, error) {
		return nil, errors.New("secret: the cellar is under water")
	})
	huma.Register(api, huma.Operation{OperationID: "put", Method: http.MethodPut, Path: "/things/{id}"}, func(context.Context, *struct {
		ID   string `path:"id"`
		Body struct {
			N int `json:"n"`
		}
	}) (*struct{}, error) {
		panic("secret: the roof is gone")
	})
	if err := Describe(mux, api); err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", Elsewhere(mux, kit))
	return Frame(kit, 1000, func(route string, status int, _ time.Duration) {
		*observed = append(*observed, route+" "+http.StatusText(status))
	}, mux), &log
}

func send(h http.Handler, method, path, body string) (*httptest.ResponseRecorder, Problem) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var p Problem
	_ = json.Unmarshal(w.Body.Bytes(), &p)
	return w, p
}

// What went wrong inside is logged and hidden, whether a handler returns it or
// panics with it.
func TestWhatIsInsideStaysInside(t *testing.T) {
	var observed []string
	h, log := small(t, &observed)
	for _, method := range []string{"GET", "PUT"} {
		w, p := send(h, method, "/things/1", map[string]string{"PUT": `{"n":1}`}[method])
		if w.Code != 500 || p.Code != "internal" || p.Number == "" || strings.Contains(w.Body.String(), "secret") || len(p.Errors) > 0 {
			t.Errorf("%s: %d %s", method, w.Code, w.Body)
		}
	}
	if n := strings.Count(log.String(), "secret"); n != 2 {
		t.Errorf("%d of 2 causes are in the log:\n%s", n, log)
	}
	if strings.Join(observed, ", ") != "GET /things/{id} Internal Server Error, PUT /things/{id} Internal Server Error" {
		t.Errorf("observed %v", observed)
	}
}

func TestBodiesThatDoNotFit(t *testing.T) {
	var observed []string
	h, _ := small(t, &observed)
	for body, want := range map[string]struct {
		status int
		says   string
	}{
		`{"n":"x"}`: {422, "expected integer"}, `{"n":1.5}`: {422, "expected integer"}, `{"n":1,"m":2}`: {422, "unexpected property"},
		`{`: {400, "unexpected end of JSON"}, ``: {400, "request body is required"}, `{"n":"` + "\xff" + `"}`: {400, "not UTF-8"},
		`{"n":"\u0000"}`: {400, "NUL"}, strings.Repeat("[", 900): {400, "unexpected end"},
	} {
		w, p := send(h, "PUT", "/things/1", body)
		if w.Code != want.status || p.Code != "api.bad_body" || len(p.Errors) == 0 || !strings.Contains(p.Errors[0].Message, want.says) {
			t.Errorf("%.40s: %d %s", body, w.Code, w.Body)
		}
		if p.Detail != "What was sent cannot be read." || p.Number == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.40s: %s", body, w.Body)
		}
	}
	if w, p := send(h, "PUT", "/things/1", `{"n":`+strings.Repeat("1", 1000)); w.Code != 413 || p.Code != "http.body_too_large" {
		t.Errorf("a body over the limit: %d %s", w.Code, w.Body)
	}
}

func TestOtherMethodsAndPlaces(t *testing.T) {
	var observed []string
	h, _ := small(t, &observed)
	if w, p := send(h, "DELETE", "/things/1", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, PUT, OPTIONS" || p.Code != "api.method_not_allowed" {
		t.Errorf("DELETE: %d %q %s", w.Code, w.Header().Get("Allow"), w.Body)
	}
	if w, _ := send(h, "OPTIONS", "/things/1", ""); w.Code != 204 || w.Header().Get("Allow") != "GET, HEAD, PUT, OPTIONS" || w.Body.Len() > 0 {
		t.Errorf("OPTIONS: %d %q", w.Code, w.Header().Get("Allow"))
	}
	for _, path := range []string{"/", "/things", "/things/1/2", "/things/%00", "/things/%ff", "/things/1?q=%00"} {
		if w, p := send(h, "GET", path, ""); w.Code != 404 || p.Code != "http.no_such_page" || w.Header().Get("Allow") != "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
