package app

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// pair is two instances on one database; the first one writes people.
type pair struct {
	*doorway
	urls  [2]string
	apps  [2]*App
	clock interface{ Advance(time.Duration) }
}

func newPair(t *testing.T) *pair {
	t.Helper()
	database := dbtest.PostgresURL(t)
	var servers [2]*httptest.Server
	p := &pair{}
	for i := range servers {
		servers[i] = httptest.NewUnstartedServer(nil)
		p.urls[i] = "http://" + servers[i].Listener.Addr().String()
	}
	p.doorway = newDoorway(t, Config{DatabaseURL: database, State: t.TempDir(), Address: p.urls[0]})
	second, err := Open(t.Context(), Config{DatabaseURL: database, State: t.TempDir(), Address: p.urls[1], Clock: p.house.clock, NoSync: true, Budget: time.Minute})
	p.must(err)
	t.Cleanup(func() { p.must(errors.Join(second.stop(), second.Close())) })
	second.Flows.Codes = p.box
	web, err := second.Handler(t.Context(), nil)
	p.must(err)
	p.apps, p.clock = [2]*App{p.App, second}, p.house.clock
	for i, handler := range []http.Handler{p.web, web} {
		servers[i].Config.Handler = handler
		servers[i].Start()
		t.Cleanup(servers[i].Close)
	}
	return p
}

// client is a browser that talks to both instances as to one house.
type client struct {
	*pair
	*http.Client
}

func (p *pair) client() *client {
	jar, err := cookiejar.New(nil)
	p.must(err)
	return &client{p, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (c *client) post(at int, path string, pairs ...string) (*http.Response, string) {
	c.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, c.urls[at]+path, strings.NewReader(form.Encode()))
	c.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(req)
}

func (c *client) send(req *http.Request) (*http.Response, string) {
	c.Helper()
	req.Header.Set("Accept", "text/html")
	res, err := c.Do(req)
	c.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	c.must(err)
	return res, string(body)
}

func (c *client) status(at int, path string) int {
	c.Helper()
	req, err := http.NewRequest(http.MethodGet, c.urls[at]+path, nil)
	c.must(err)
	res, _ := c.send(req)
	return res.StatusCode
}

// Whoever meets the instance that does not write people signs in all the same, and
// an end counts there within five seconds.
func TestSignInThroughEitherInstance(t *testing.T) {
	p := newPair(t)
	c := p.client()
	if res, body := c.post(1, "/sign-in", "phone", "13800138000"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("asking the second instance: %d %s", res.StatusCode, body)
	}
	c.post(0, "/sign-in/code", "code", p.box.latest("+8613800138000"))
	if res, body := c.post(1, "/sign-in/welcome", "name", "陈秀英", "agreed", "yes"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/home" {
		t.Fatalf("being welcomed by it: %d %s", res.StatusCode, body)
	}
	for at := range 2 {
		if got := c.status(at, "/me/devices"); got != http.StatusOK {
			t.Errorf("instance %d: %d", at, got)
		}
	}
	if res, body := c.post(1, "/sign-in/code/again"); res.StatusCode != http.StatusSeeOther || strings.Contains(body, "lease") {
		t.Errorf("a refusal through the second instance: %d", res.StatusCode)
	}
	p.clock.Advance(2 * time.Hour) // its use is noted by the one that can
	if got := c.status(1, "/me/devices"); got != http.StatusOK {
		t.Errorf("after two hours: %d", got)
	}
	// Whoever asks the writer now is answered after that note.
	p.must(p.DB.Update(t.Context(), id.Tilde, db.System, func(*db.Tx) error { return nil }))
	list, err := p.Flows.Devices(t.Context(), p.who("+8613800138000").ID)
	p.must(err)
	if len(list) != 1 || p.house.clock.Now().Sub(list[0].UsedAt) > time.Hour {
		t.Errorf("the use was not noted: %+v", list)
	}
	if res, _ := c.post(0, "/me/devices/"+list[0].ID.String()+"/end"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing out: %d", res.StatusCode)
	}
	p.clock.Advance(5 * time.Second)
	for at := range 2 {
		if got := c.status(at, "/me/devices"); got != http.StatusSeeOther {
			t.Errorf("after the end, instance %d: %d", at, got)
		}
	}
}

// The budget of a number is one, whichever instance is asked.
func TestOneBudgetForAllInstances(t *testing.T) {
	p := newPair(t)
	c := p.client()
	c.post(1, "/sign-in", "phone", "13800138000")
	if res, body := p.client().post(0, "/sign-in", "phone", "13800138000"); res.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "秒后再要一次") {
		t.Errorf("a second code through the other instance: %d", res.StatusCode)
	}
	code := p.box.latest("+8613800138000")
	for i := range signin.DefaultLimits.Tries {
		n := 0
		if _, err := fmt.Sscanf(code, "%d", &n); err != nil {
			t.Fatal(err)
		}
		res, _ := c.post(i%2, "/sign-in/code", "code", fmt.Sprintf("%06d", (n+i+1)%1_000_000))
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("wrong try %d: %d", i, res.StatusCode)
		}
	}
	for at := range 2 {
		if res, _ := c.post(at, "/sign-in/code", "code", code); res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the right code after five wrong ones, instance %d: %d", at, res.StatusCode)
		}
	}
}

// What says that it was forwarded, and was not, is believed nothing.
func TestForwardingCannotBeForged(t *testing.T) {
	p := newPair(t)
	for range signin.DefaultLimits.ClientHour {
		p.clock.Advance(time.Second)
		res, _ := p.client().post(0, "/sign-in", "phone", fmt.Sprintf("138%08d", p.box.sent))
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("asking: %d", res.StatusCode)
		}
	}
	req, err := http.NewRequest(http.MethodPost, p.urls[0]+"/sign-in", strings.NewReader("phone=13900139000"))
	p.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set(forwarded, fmt.Sprintf("%d.%064x", time.Now().Unix(), 0))
	req.Header.Set(behind, "8.8.8.8 true")
	req.Header.Set("X-Forwarded-For", "8.8.4.4")
	if res, _ := p.client().send(req); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("with another address in its headers: %d", res.StatusCode)
	}
	if res, _ := p.client().post(1, "/sign-in", "phone", "13900139000"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("through the other instance: %d", res.StatusCode)
	}
}
