package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/notify"
)

// texts is a provider of text messages that fails as often as it is told to.
type texts struct {
	mu    sync.Mutex
	fails int
	taken []notify.Text
}

// SendText implements notify.SMS.
func (x *texts) SendText(_ context.Context, t notify.Text) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.fails > 0 {
		x.fails--
		return errors.New("503")
	}
	x.taken = append(x.taken, t)
	return nil
}

func (x *texts) all() []notify.Text {
	x.mu.Lock()
	defer x.mu.Unlock()
	return append([]notify.Text(nil), x.taken...)
}

// until waits for what other goroutines do.
func (d *doorway) until(what string, yes func() bool) {
	d.Helper()
	for end := time.Now().Add(30 * time.Second); !yes(); {
		if time.Now().After(end) {
			d.Fatalf("it never came to be: %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// link lets a person be known as a member.
func (d *doorway) link(phone, ref, home string) {
	d.Helper()
	place, err := d.Flows.Communities.ByRef(bg, d.DB, home)
	d.must(err)
	who := d.who(phone).ID
	d.must(d.DB.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error { return d.Flows.People.Link(bg, tx, who, ref, place.ID) }))
}

func (d *doorway) unread(phone string) int {
	d.Helper()
	d.clock.Advance(4 * time.Second) // past what the bell remembers
	n, err := d.Flows.Notices.Unread(bg, d.DB, d.who(phone).ID)
	d.must(err)
	return n
}

const (
	annasPhone = "+8613800138000"
	bensPhone  = "+8613800138001"
)

// A purchase reaches the inbox of the member's person by following the books, once;
// what was bought before she first signed in does not, nor what a stranger bought.
func TestAPurchaseIsToldToWhoReads(t *testing.T) {
	eachDoorway(t, Config{}, func(t *testing.T, d *doorway) {
		d.buy("p0", "anna", "bakery", "10.00")
		d.clock.Advance(time.Minute)
		anna := d.browser()
		anna.signIn(annasPhone[3:], "陈安")
		d.link(annasPhone, "anna", "C1")
		d.clock.Advance(time.Minute)
		d.buy("p1", "anna", "bakery", "128.40")
		d.buy("p2", "ben", "bakery", "5.00")
		d.until("anna is told", func() bool { return d.unread(annasPhone) == 1 })
		d.must(d.Derive(bg))
		d.must(d.Derive(bg))
		page := anna.get("/me/notices")
		if page.Code != http.StatusOK || strings.Count(page.body, "在bakery消费") != 1 || !strings.Contains(page.body, "在bakery消费 128.40 元") {
			t.Fatalf("the inbox: %d\n%s", page.Code, page.body)
		}
		one := between(page.body, `href="/me/notices/`, `"`, "settings")
		to := anna.get("/me/notices/" + one)
		if to.Code != http.StatusSeeOther || !strings.HasPrefix(to.to(), "/me/receipts/") {
			t.Fatalf("the notice leads to %d %s", to.Code, to.to())
		}
		receipt := anna.get(to.to())
		if receipt.Code != http.StatusSeeOther || anna.get(receipt.to()).Code != http.StatusOK {
			t.Errorf("the receipt: %d %s", receipt.Code, receipt.to())
		}
		if n := d.unread(annasPhone); n != 0 {
			t.Errorf("%d unread after it was opened", n)
		}
		ben := d.browser()
		ben.signIn(bensPhone[3:], "周本")
		for _, path := range []string{"/me/notices/" + one, to.to()} {
			if p := ben.get(path); p.Code != http.StatusNotFound {
				t.Errorf("another person opens %s: %d", path, p.Code)
			}
		}
		if p := d.browser().get("/me/notices"); p.Code != http.StatusSeeOther || !strings.HasPrefix(p.to(), "/sign-in") {
			t.Errorf("nobody opens an inbox: %d %s", p.Code, p.to())
		}
	})
}

// A sign-in on a device she has not used goes out by text message at once, also when
// the provider fails at first; the same device is no news.
func TestANewDeviceIsToldByText(t *testing.T) {
	box := &texts{}
	eachDoorway(t, Config{SMS: box}, func(t *testing.T, d *doorway) {
		box.mu.Lock()
		box.taken, box.fails = nil, 1
		box.mu.Unlock()
		d.browser().signIn(annasPhone[3:], "陈安")
		d.clock.Advance(2 * time.Minute)
		d.browser().signIn(annasPhone[3:], "")
		d.clock.Advance(2 * time.Minute)
		other := d.browser()
		other.header["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
		other.signIn(annasPhone[3:], "")
		d.until("it failed once", func() bool { box.mu.Lock(); defer box.mu.Unlock(); return box.fails == 0 })
		d.until("the failure is written down", func() bool { return len(d.deliveries()) == 1 && d.deliveries()[0].Last == notice.Later })
		d.clock.Advance(2 * time.Minute)
		d.must(d.Flows.CarryOutDue(bg))
		d.must(d.Flows.CarryOutDue(bg))
		if all := box.all(); len(all) != 1 || all[0].To != annasPhone || !strings.Contains(all[0].Body, "有一台新设备登录了您的账号") {
			t.Errorf("sent: %+v", all)
		}
		if l := d.deliveries(); len(l) != 1 || l[0].Last != notice.Sent || l[0].Attempts != 2 {
			t.Errorf("the log: %+v", l)
		}
	})
}

func (d *doorway) deliveries() (log []notice.Logged) {
	d.Helper()
	d.must(d.DB.View(bg, id.Tilde, func(r db.Reader) (err error) { log, err = d.Flows.Notices.Log(bg, r, id.ID{}, 100); return err }))
	return log
}

func TestWhatAPersonWishesToBeTold(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir(), SMS: &texts{}, Outside: Outside{PushContact: "ops@example.org"}})
	anna := d.browser()
	anna.signIn(annasPhone[3:], "陈安")
	page := anna.get("/me/notices/settings")
	if page.Code != http.StatusOK || !strings.Contains(page.body, "data-push=") || !strings.Contains(page.body, `value="21:30"`) || strings.Contains(page.body, "微信") {
		t.Fatalf("settings: %d\n%s", page.Code, page.body)
	}
	for _, c := range []struct {
		path string
		form []string
		code int
	}{
		{"/me/notices/settings", []string{"shown", "refund.made/sms", "wish", "refund.made/sms"}, 303},
		{"/me/notices/settings", []string{"shown", "sign_in.new_device/sms"}, 409},
		{"/me/notices/settings", []string{"shown", "words.promotion/sms", "wish", "words.promotion/sms"}, 422},
		{"/me/notices/settings/quiet", []string{"quiet_from", "22:00", "quiet_until", "06:15"}, 303},
		{"/me/notices/settings/quiet", []string{"quiet_from", "25:00", "quiet_until", "06:15"}, 422},
		{"/me/notices/settings/quiet", []string{"quiet_from", "06:00", "quiet_until", "04:00"}, 422},
		{"/me/push", []string{"endpoint", "https://10.0.0.1/x", "p256dh", "x", "auth", "y"}, 422},
	} {
		if p := anna.post(c.path, c.form...); p.Code != c.code && !(c.code == 422 && p.Code == 400) {
			t.Errorf("%s %v: %d\n%s", c.path, c.form, p.Code, p.body)
		}
	}
	page = anna.get("/me/notices/settings")
	if !strings.Contains(page.body, `value="22:00"`) || !strings.Contains(page.body, `value="06:15"`) {
		t.Error("the quiet hours were not kept")
	}
}

// The operator announces words after a look at them, and sends what died again.
func TestTheOperatorsNotices(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir(), SMS: &texts{}})
	anna, op := d.browser(), d.browser()
	anna.signIn(annasPhone[3:], "陈安")
	d.link(annasPhone, "anna", "C1")
	op.signIn(bensPhone[3:], "周本")
	if p := op.get("/desk/notices"); p.Code != http.StatusForbidden {
		t.Errorf("a resident sees the log: %d", p.Code)
	}
	d.must(d.DB.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error {
		_, err := d.Flows.Access.Give(bg, tx, access.Grant{Person: d.who(bensPhone).ID, Role: access.Operator, Grantor: "test", Reason: "test"})
		return err
	}))
	c1, err := d.Flows.Communities.ByRef(bg, d.DB, "C1")
	d.must(err)
	words := []string{"place", c1.ID.String(), "kind", notice.WordsOfOffice, "sender", "云栖社区居委会", "title", "周六停水<b>", "body", "八点到十点。"}
	if p := op.post("/desk/notices/words", "place", c1.ID.String(), "kind", notice.WordsOfOffice); p.Code == http.StatusSeeOther || !strings.Contains(p.body, "请写明是谁发的") {
		t.Errorf("without words: %d", p.Code)
	}
	look := op.post("/desk/notices/words", words...)
	if look.Code != http.StatusOK || !strings.Contains(look.body, "会有 1 位居民收到") || strings.Contains(look.body, "停水<b>") {
		t.Fatalf("the preview: %d\n%s", look.Code, look.body)
	}
	if n := d.unread(annasPhone); n != 0 {
		t.Fatal("a preview was sent")
	}
	token := between(look.body, `name="once" value="`, `"`, "")
	if p := op.post("/desk/notices/words/send", append(words, "once", token)...); p.Code == http.StatusSeeOther {
		t.Error("it was sent without being confirmed")
	}
	for range 2 {
		if p := op.post("/desk/notices/words/send", append(words, "once", token, "sure", "yes")...); p.Code != http.StatusSeeOther {
			t.Fatalf("sending: %d\n%s", p.Code, p.body)
		}
	}
	d.until("anna hears it", func() bool { return d.unread(annasPhone) == 1 })
	if p := anna.get("/me/notices"); strings.Count(p.body, "周六停水") != 1 || !strings.Contains(p.body, "云栖社区居委会发的") {
		t.Errorf("anna's inbox:\n%s", p.body)
	}
	for _, path := range []string{"/desk/notices", "/desk/notices/words"} {
		if p := op.get(path); p.Code != http.StatusOK {
			t.Errorf("%s: %d\n%s", path, p.Code, p.body)
		}
	}
}

// A house that is offered as an app: what every phone keeps says nothing of anybody,
// and a form that was kept in another session is refused.
func TestWhatAPhoneKeeps(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	anna, ben := d.browser(), d.browser()
	anna.signIn(annasPhone[3:], "陈安")
	ben.signIn(bensPhone[3:], "周本")
	for path, kind := range map[string]string{"/manifest.webmanifest": "application/manifest+json", "/sw.js": "text/javascript", "/offline/en": "text/html", "/waiting/zh": "text/html"} {
		p, q := anna.get(path), d.browser().get(path)
		if p.Code != http.StatusOK || !strings.HasPrefix(p.Header().Get("Content-Type"), kind) || p.body != q.body {
			t.Errorf("%s: %d %s", path, p.Code, p.Header().Get("Content-Type"))
		}
	}
	mark := func(b *browser) string { return b.get("/me/code").Header().Get("Gongyi-Reader") }
	again := mark(anna)
	if mark(anna) == mark(ben) || mark(anna) != again || mark(d.browser()) != "-" || len(mark(anna)) != 24 {
		t.Errorf("marks %q, %q, %q", mark(anna), mark(ben), mark(d.browser()))
	}
	kept := mark(anna)
	for _, c := range []struct {
		b    *browser
		code int
	}{{anna, 303}, {ben, 409}, {d.browser(), 401}} {
		c.b.header["Gongyi-Reader"] = kept
		if p := c.b.post("/me/notices/settings/quiet", "quiet_from", "22:00", "quiet_until", "06:00"); p.Code != c.code {
			t.Errorf("a form that anna kept: %d, want %d", p.Code, c.code)
		}
		delete(c.b.header, "Gongyi-Reader")
	}
	if p := anna.post("/sign-out"); p.Header().Get("Clear-Site-Data") != `"cache", "storage"` {
		t.Errorf("signing out leaves the browser full: %v", p.Header())
	}
}

// between is the text between two others, passing over one that is not wanted.
func between(s, before, after, but string) string {
	for {
		_, rest, ok := strings.Cut(s, before)
		if !ok {
			return ""
		}
		found, _, _ := strings.Cut(rest, after)
		if but == "" || !strings.HasPrefix(found, but) {
			return found
		}
		s = rest
	}
}

// eachDoorway runs fn on both engines.
func eachDoorway(t *testing.T, c Config, fn func(t *testing.T, d *doorway)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		c := c
		c.Data = t.TempDir()
		fn(t, newDoorway(t, c))
	})
	t.Run("postgres", func(t *testing.T) {
		c := c
		c.DatabaseURL, c.State = dbtest.PostgresURL(t), t.TempDir()
		fn(t, newDoorway(t, c))
	})
}
