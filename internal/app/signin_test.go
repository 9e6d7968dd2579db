package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/i18n"
)

func atDoor(t *testing.T, fn func(t *testing.T, d *doorway)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, newDoorway(t, Config{Data: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) {
		fn(t, newDoorway(t, Config{DatabaseURL: dbtest.PostgresURL(t), State: t.TempDir()}))
	})
}

// A newcomer registers, comes back without being asked again, and keeps how she
// likes her pages.
func TestSignInFromTheFirstDay(t *testing.T) {
	atDoor(t, func(t *testing.T, d *doorway) {
		b := d.browser()
		if p := b.get("/me/devices"); p.Code != http.StatusSeeOther || p.to() != "/sign-in?to=%2Fme%2Fdevices" {
			t.Fatalf("before sign-in: %d %s", p.Code, p.to())
		}
		b.post("/sign-in?theme=elder", "phone", "138 0013 8000")
		p := b.post("/sign-in/code", "code", d.box.latest("+8613800138000"), "to", "/me/devices")
		if p.to() != "/sign-in/welcome?to=%2Fme%2Fdevices" {
			t.Fatalf("a newcomer is sent to %s", p.to())
		}
		if p := b.post("/sign-in/welcome", "name", "陈秀英"); p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.body, "陈秀英") || b.token() != "" {
			t.Fatalf("without agreeing: %d", p.Code)
		}
		p = b.post("/sign-in/welcome", "name", "陈秀英", "agreed", "yes", "to", "/me/devices")
		if p.to() != "/me/devices" || !b.in() {
			t.Fatalf("welcomed to %s", p.to())
		}
		who := d.who("+8613800138000")
		if who.Name != "陈秀英" || who.Theme != "elder" {
			t.Errorf("registered as %+v", who)
		}
		again := d.browser()
		d.clock.Advance(2 * time.Minute)
		again.post("/sign-in", "phone", "13800138000")
		if p := again.post("/sign-in/code", "code", d.box.latest("+8613800138000")); p.to() != "/home" || !again.in() {
			t.Fatalf("the second time: %d %s", p.Code, p.to())
		}
		if got := again.cookies["theme"]; got == nil || got.Value != "elder" {
			t.Errorf("the theme did not come along: %v", got)
		}
		again.get("/me/devices?lang=en")
		d.clock.Advance(10 * time.Second)
		if p := b.get("/me/devices"); !strings.Contains(p.body, `lang="en"`) {
			t.Error("a language chosen on one device is not spoken on the other")
		}
		again.header["Sec-Fetch-Site"] = "cross-site"
		again.get("/me/devices?lang=zh")
		d.clock.Advance(10 * time.Second)
		if who := d.who("+8613800138000"); who.Lang != i18n.En.String() {
			t.Error("a link on another site has changed her language")
		}
	})
}

// Known and unknown numbers get the same answers until the code is shown.
func TestNumbersCannotBeEnumerated(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	d.browser().signIn("13800138000", "陈秀英")
	d.clock.Advance(2 * time.Minute)
	var seen []string
	for _, phone := range []string{"13800138000", "13900139000"} {
		b := d.browser()
		ask := b.post("/sign-in", "phone", phone)
		page := b.get("/sign-in/code")
		wrong := b.post("/sign-in/code", "code", "000000")
		soon := b.post("/sign-in/code/again")
		text := page.body + wrong.body + soon.body
		seen = append(seen, strings.ReplaceAll(ask.to()+text, phone[:3]+"****"+phone[7:], "NUMBER"))
		if wrong.Code != http.StatusUnprocessableEntity || soon.Code != http.StatusTooManyRequests || soon.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: wrong %d, too soon %d", phone, wrong.Code, soon.Code)
		}
	}
	if seen[0] != seen[1] {
		t.Errorf("the answers differ:\n%s\n%s", seen[0], seen[1])
	}
}

// Out is out: at once, on every device that was ended, whatever cookie is shown.
func TestSessionsEnd(t *testing.T) {
	atDoor(t, func(t *testing.T, d *doorway) {
		b := d.browser()
		b.signIn("13800138000", "陈秀英")
		old := b.cookies["gongyi"]
		if p := b.post("/sign-out"); p.Code != http.StatusSeeOther || b.token() != "" {
			t.Fatalf("signing out: %d", p.Code)
		}
		b.cookies["gongyi"] = old
		if b.in() {
			t.Error("a session opens after its end")
		}
		if b.cookies["gongyi"] != nil {
			t.Error("a dead cookie is kept")
		}
		var devices []*browser
		for range 3 {
			d.clock.Advance(2 * time.Minute)
			x := d.browser()
			x.signIn("13800138000", "")
			devices = append(devices, x)
		}
		list, err := d.Flows.Devices(t.Context(), d.who("+8613800138000").ID)
		d.must(err)
		if len(list) != 3 || list[0].Browser != "chrome" || list[0].System != "android" || list[0].Network != "113.87.0.0" {
			t.Fatalf("%d devices, the first %+v", len(list), list[0])
		}
		if p := devices[2].post("/me/devices/" + list[1].ID.String() + "/end"); p.Code != http.StatusSeeOther || devices[1].in() || !devices[0].in() {
			t.Errorf("one device: %d", p.Code)
		}
		if p := devices[2].post("/me/devices/others/end"); p.Code != http.StatusSeeOther || devices[0].in() || !devices[2].in() {
			t.Errorf("all others: %d", p.Code)
		}
	})
}

// Nobody ends another person's session, or learns that it is there.
func TestOtherPeoplesDevices(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	anna, ben := d.browser(), d.browser()
	anna.signIn("13800138000", "陈秀英")
	ben.addr = "8.8.8.8:1"
	ben.signIn("13900139000", "刘建国")
	hers, err := d.Flows.Devices(t.Context(), d.who("+8613800138000").ID)
	d.must(err)
	for _, device := range []string{hers[0].ID.String(), strings.Repeat("0", 32), "nonsense", "..%2f..%2fothers"} {
		if p := ben.post("/me/devices/" + device + "/end"); p.Code != http.StatusNotFound {
			t.Errorf("%s: %d", device, p.Code)
		}
	}
	if !anna.in() {
		t.Error("another person has signed her out")
	}
}

// A token that was planted before sign-in opens nothing after it, and each sign-in
// has a token of its own.
func TestSessionFixation(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	planted := strings.Repeat("A", 43)
	b := d.browser()
	b.cookies["gongyi"] = &http.Cookie{Name: "gongyi", Value: planted}
	b.cookies["gongyi-visit"] = &http.Cookie{Name: "gongyi-visit", Value: planted}
	b.signIn("13800138000", "陈秀英")
	first := b.token()
	if first == planted || len(first) != 43 {
		t.Fatalf("the session's token is %q", first)
	}
	d.clock.Advance(2 * time.Minute)
	if p := b.get("/sign-in?again=1"); p.Code != http.StatusOK {
		t.Fatalf("signing in again: %d", p.Code)
	}
	b.signIn("13800138000", "")
	if b.token() == first {
		t.Error("a second sign-in goes on under the old token")
	}
	thief := d.browser()
	for _, token := range []string{planted, first} {
		thief.cookies["gongyi"] = &http.Cookie{Name: "gongyi", Value: token}
		if thief.in() {
			t.Errorf("%q opens", token)
		}
	}
}

// Cookies that nobody was given open nothing and break nothing.
func TestForgedCookies(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	real := d.browser()
	real.signIn("13800138000", "陈秀英")
	token := real.token()
	for _, forged := range []string{"", "x", token[:42], token + "A", strings.ToLower(token), token[1:] + token[:1], strings.Repeat("=", 43), "' OR 1=1 --", strings.Repeat("B", 30_000)} {
		b := d.browser()
		b.cookies["gongyi"] = &http.Cookie{Name: "gongyi", Value: forged}
		b.cookies["gongyi-visit"] = &http.Cookie{Name: "gongyi-visit", Value: forged}
		if b.in() {
			t.Errorf("%.50q opens", forged)
		}
		for _, path := range []string{"/sign-in", "/sign-in/code", "/sign-in/welcome"} {
			if p := b.get(path); p.Code >= 500 {
				t.Errorf("%s with %.50q: %d", path, forged, p.Code)
			}
		}
	}
	if !real.in() {
		t.Error("the real one does not open any more")
	}
}
