package app

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/module/apikey"
)

func TestHeadersAndMethods(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	for path, want := range map[string]string{
		"/api/v1/communities": "default-src 'none'", "/api/v1/nothing": "default-src 'none'", "/openapi.json": "default-src 'none'", "/": "default-src 'self'",
	} {
		r := h.request(http.MethodGet, path, "", "")
		r.TLS = &tls.ConnectionState{}
		a := h.send(r)
		for name, value := range map[string]string{"Content-Security-Policy": want, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age"} {
			if !strings.HasPrefix(a.Header().Get(name), value) {
				t.Errorf("%s: %s is %q", path, name, a.Header().Get(name))
			}
		}
		if strings.Contains(a.Header().Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: lets the unsafe in", path)
		}
	}
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"HEAD", "/api/v1/communities", 200, ""},
		{"OPTIONS", "/api/v1/communities", 204, "GET, HEAD, OPTIONS"},
		{"DELETE", "/api/v1/communities", 405, "GET, HEAD, OPTIONS"},
		{"GET", "/api/v1/communities/C1/purchases", 405, "POST, OPTIONS"},
		{"PUT", "/api/v1/keys", 405, "GET, HEAD, POST, OPTIONS"},
		{"POST", "/openapi.json", 405, "GET, HEAD, OPTIONS"},
		{"GET", "/api/", 404, ""},
		{"GET", "/api/v1", 404, ""},
		{"GET", "/api/v2/communities", 404, ""},
		{"GET", "/api/v1/communities/", 404, ""},
	} {
		a := h.send(h.request(c.method, c.path, h.admin, ""))
		if a.Code != c.status || c.allow != "" && a.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.path, a.Code, a.Header().Get("Allow"))
		}
	}
	if a := h.send(h.request(http.MethodPost, "/api/v1/communities/C1/purchases", h.admin, "")); a.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("other sites may call")
	}
}

// Over a real connection an answer to HEAD has no body.
func TestHeadHasNoBody(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	server := httptest.NewServer(h.web)
	defer server.Close()
	res, err := http.Head(server.URL + "/api/v1/communities")
	h.must(err)
	defer res.Body.Close()
	if n, _ := res.Body.Read(make([]byte, 1)); res.StatusCode != http.StatusOK || n != 0 || res.ContentLength <= 0 {
		t.Errorf("%d, %d bytes of %d", res.StatusCode, n, res.ContentLength)
	}
}

// Refusals speak Chinese unless the caller says otherwise.
func TestRefusalsSpeakTheCallersLanguage(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	han := regexp.MustCompile(`\p{Han}`)
	for accept, chinese := range map[string]bool{"": true, "zh-CN,zh;q=0.9,en;q=0.1": true, "zh-TW": true, "fr": true, "en": false, "en-GB,zh;q=0.5": false, "fr,en;q=0.3": false} {
		for path, body := range map[string]string{
			"/communities/C1/purchases": h.bought("p", "anna", "bakery", "0.00"), "/communities/C9/purchases": h.bought("p", "anna", "bakery", "1.00"),
			"/keys": `{"name":""}`, "/nothing": `{}`,
		} {
			r := h.request(http.MethodPost, "/api/v1"+path, h.admin, body)
			r.Header.Set("Accept-Language", accept)
			a := h.send(r)
			if a.Code < 400 || han.MatchString(a.json["title"].(string)) != chinese || han.MatchString(a.json["detail"].(string)) != chinese {
				t.Errorf("%q %s: %v %v", accept, path, a.json["title"], a.json["detail"])
			}
		}
		r := h.request(http.MethodPost, "/api/v1/communities/C1/purchases", "", "{}")
		r.Header.Set("Accept-Language", accept)
		if a := h.send(r); han.MatchString(a.json["detail"].(string)) != chinese {
			t.Errorf("%q without a key: %v", accept, a.json["detail"])
		}
	}
}

func TestBodiesOverTheLimit(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	one := h.bought("p", "anna", "bakery", "1.00")
	many := `{"purchases":[` + one + strings.Repeat(","+one, 1000) + `]}`
	h.refused(h.call(http.MethodPost, "/communities/C1/purchase-batches", many), 422, "api.bad_body")
	h.refused(h.call(http.MethodPost, "/communities/C1/purchase-batches", `{"purchases":[]}`), 422, "api.bad_body")
	h.refused(h.call(http.MethodPost, "/communities/C1/purchase-batches", `{"purchases":[`+one+strings.Repeat(","+one, 40_000)+`]}`), 413, "http.body_too_large")
	h.refused(h.call(http.MethodPost, "/keys", `{"name":"`+strings.Repeat("x", 3<<20)+`"}`), 413, "http.body_too_large")
	r := h.request(http.MethodPost, "/api/v1/communities/C1/purchases", h.admin, one)
	r.Header.Set("Content-Type", "application/xml")
	h.refused(h.send(r), 415, "api.bad_body")
	r = h.request(http.MethodPost, "/api/v1/communities/C1/purchases", h.admin, one)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if a := h.send(r); a.Code != http.StatusOK {
		t.Errorf("with a character set: %d %s", a.Code, a.Body)
	}
}

// Numbers of operation are for this machine, whoever claims to be on it.
func TestMetricsAreNotPublic(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	h.buy("p", "anna", "bakery", "1.00")
	h.send(h.request(http.MethodGet, "/c/nowhere/books/2025-10", "", ""))
	for name, c := range map[string]struct {
		from, forwardedFor string
		status             int
	}{
		"this machine": {"127.0.0.1:5", "", 200}, "this machine, IPv6": {"[::1]:5", "", 200}, "mapped": {"[::ffff:127.0.0.1]:5", "", 200},
		"another": {"203.0.113.7:5", "", 404}, "behind a proxy here": {"127.0.0.1:5", "203.0.113.7", 404}, "pretending": {"203.0.113.7:5", "127.0.0.1", 404}, "nonsense": {"@", "", 404},
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/"} {
			r := h.request(http.MethodGet, path, "", "")
			r.RemoteAddr = c.from
			if c.forwardedFor != "" {
				r.Header.Set("X-Forwarded-For", c.forwardedFor)
			}
			a := h.send(r)
			if a.Code != c.status {
				t.Errorf("%s %s: %d", name, path, a.Code)
			}
			if path == "/metrics" && c.status == 200 {
				for _, line := range []string{`gongyi_http_requests_total{route="POST /api/v1/communities/{community}/purchases",status="200"} 1`,
					`gongyi_http_requests_total{route="GET /c/{community}/books/{month}",status="404"} 1`, "gongyi_db_commits_total"} {
					if !strings.Contains(a.Body.String(), line) {
						t.Errorf("%s: no %s", name, line)
					}
				}
			}
		}
	}
}

// Behind a trusted proxy the limit is the client's, not the proxy's.
func TestTheLimitIsTheClients(t *testing.T) {
	h := newHouse(t, Config{Data: t.TempDir()})
	web, err := h.Handler(t.Context(), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	h.must(err)
	h.web = web
	ask := func(client string) answer {
		r := h.request(http.MethodGet, "/api/v1/receipts/nothing", "", "")
		r.RemoteAddr = "10.0.0.1:1"
		r.Header.Set("X-Forwarded-For", client)
		return h.send(r)
	}
	for range 2 * anonymousBurst {
		ask("203.0.113.1")
	}
	h.refused(ask("203.0.113.1"), 429, apikey.ErrTooFast.Code)
	if a := ask("203.0.113.2"); a.Code != http.StatusNotFound {
		t.Errorf("another client of the proxy: %d", a.Code)
	}
}
