package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// phoneBox takes the codes that would be sent.
type phoneBox struct {
	mu    sync.Mutex
	codes map[string]string
	sent  int
	fails error
}

// SendCode implements signin.Sender.
func (b *phoneBox) SendCode(_ context.Context, phone, code, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fails != nil {
		return b.fails
	}
	b.codes[phone] = code
	b.sent++
	return nil
}

func (b *phoneBox) latest(phone string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.codes[phone]
}

// doorway is a house in which people sign in.
type doorway struct {
	*house
	box *phoneBox
}

func newDoorway(t testing.TB, c Config) *doorway {
	t.Helper()
	h := newHouse(t, c)
	d := &doorway{h, &phoneBox{codes: make(map[string]string)}}
	h.Flows.Codes = d.box
	d.address("http://localhost:8080")
	return d
}

func (d *doorway) address(url string) { d.url.Store(&url) }

// browser keeps cookies and goes where it is sent, as far as it is told to.
type browser struct {
	*doorway
	cookies map[string]*http.Cookie
	addr    string
	header  map[string]string
	secure  bool
}

func (d *doorway) browser() *browser {
	return &browser{doorway: d, cookies: make(map[string]*http.Cookie), addr: "113.87.20.5:4000",
		header: map[string]string{"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile"}}
}

// shown is an answer to a browser.
type shown struct {
	*httptest.ResponseRecorder
	body string
}

func (p shown) to() string { return p.Header().Get("Location") }

// do sends a request; a form is sent as a page of ours would.
func (b *browser) do(method, path string, form url.Values) shown {
	b.Helper()
	scheme := "http"
	if b.secure {
		scheme = "https"
	}
	req := httptest.NewRequest(method, scheme+"://localhost:8080"+path, strings.NewReader(form.Encode()))
	req.RemoteAddr = b.addr
	req.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", scheme+"://localhost:8080")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.header {
		req.Header.Set(name, value)
	}
	return b.send(req)
}

func (b *browser) send(req *http.Request) shown {
	for _, c := range b.cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	rec := httptest.NewRecorder()
	b.web.ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	return shown{rec, rec.Body.String()}
}

func (b *browser) get(path string) shown { b.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *browser) post(path string, pairs ...string) shown {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

// signIn goes the whole way, with a name if the house asks for one.
func (b *browser) signIn(phone, name string) {
	b.Helper()
	if p := b.post("/sign-in", "phone", phone); p.Code != http.StatusSeeOther || p.to() != "/sign-in/code" {
		b.Fatalf("asking for a code: %d %s\n%s", p.Code, p.to(), p.body)
	}
	full, err := person.ParsePhone(phone)
	b.must(err)
	p := b.post("/sign-in/code", "code", b.box.latest(full))
	if p.to() == "/sign-in/welcome" {
		p = b.post("/sign-in/welcome", "name", name, "agreed", "yes")
	}
	if p.Code != http.StatusSeeOther || !b.in() {
		b.Fatalf("signing in: %d %s\n%s", p.Code, p.to(), p.body)
	}
}

// in reports whether the browser's cookie opens a page that asks for sign-in.
func (b *browser) in() bool {
	b.Helper()
	return b.get("/me/devices").Code == http.StatusOK
}

// token is the session's cookie.
func (b *browser) token() string {
	if c := b.cookies["gongyi"]; c != nil {
		return c.Value
	}
	return ""
}

func (d *doorway) who(phone string) (p *person.Person) {
	d.Helper()
	d.must(d.DB.View(context.Background(), id.Tilde, func(r db.Reader) (err error) {
		p, err = d.Flows.People.ByPhone(context.Background(), r, phone)
		return err
	}))
	return p
}
