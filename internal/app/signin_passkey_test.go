package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/db"
)

func (b *browser) strong() bool {
	b.Helper()
	known, err := b.Flows.Recognise(context.Background(), b.token())
	b.must(err)
	return known != nil && known.Viewer.Strong
}

func TestPasskeys(t *testing.T) {
	atDoor(t, func(t *testing.T, d *doorway) {
		b := d.browser()
		b.signIn("13800138000", "何静")
		before := b.token()
		office := newDevice(t)
		if p := b.register(office, "办公室电脑"); p.Code != http.StatusOK || !strings.Contains(p.body, "/me/passkeys") {
			t.Fatalf("registering: %d %s", p.Code, p.body)
		}
		if b.token() == before || !b.strong() {
			t.Error("the session did not become a strong one under a new token")
		}
		weak := d.browser()
		weak.cookies["gongyi"] = &http.Cookie{Name: "gongyi", Value: before}
		if weak.in() {
			t.Error("the weak token still opens")
		}
		other := d.browser()
		if p := other.show(office); p.Code != http.StatusOK || !strings.Contains(p.body, `"to":"/me/devices"`) || !other.strong() {
			t.Fatalf("signing in: %d %s", p.Code, p.body)
		}
		if p := other.get("/me/passkeys"); !strings.Contains(p.body, "办公室电脑") {
			t.Error("the passkey is not listed")
		}
	})
}

// Every lie about a passkey is refused, and every question is answered once.
func TestPasskeysThatDoNotFit(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	b.signIn("13800138000", "何静")
	key := newDevice(t)
	if p := b.register(key, "手机"); p.Code != http.StatusOK {
		t.Fatal(p.body)
	}
	ask := func(x *browser) asked { return key.read(x.script("/sign-in/passkey/question", "{}").body) }
	for name, lie := range map[string]func(x *browser) string{
		"another site":         func(x *browser) string { key.origin = "http://localhost.evil:8080"; return key.get(ask(x), 0x05) },
		"not verified":         func(x *browser) string { return key.get(ask(x), 0x01) },
		"another question":     func(x *browser) string { a := ask(d.browser()); ask(x); return key.get(a, 0x05) },
		"a counter that falls": func(x *browser) string { key.count = 0; return key.get(ask(x), 0x05) },
		"another key": func(x *browser) string {
			k := newDevice(t)
			k.id, k.handle = key.id, key.handle
			return k.get(ask(x), 0x05)
		},
		"nobody's":    func(x *browser) string { k := newDevice(t); k.handle = key.handle; return k.get(ask(x), 0x05) },
		"no person":   func(x *browser) string { k := *key; k.handle = []byte("x"); return k.get(ask(x), 0x05) },
		"nonsense":    func(x *browser) string { ask(x); return `{"passkey":{"id":"x"}}` },
		"no question": func(x *browser) string { return key.get(asked{}, 0x05) },
	} {
		count, origin := key.count, key.origin
		x := d.browser()
		if p := x.script("/sign-in/passkey", lie(x)); p.Code < 400 || p.Code >= 500 || x.token() != "" {
			t.Errorf("%s: %d %s", name, p.Code, p.body)
		}
		key.count, key.origin = max(count, key.count), origin
	}
	x := d.browser()
	answer := key.get(ask(x), 0x05)
	visit := *x.cookies["gongyi-key"]
	if p := x.script("/sign-in/passkey", answer); p.Code != http.StatusOK {
		t.Fatalf("the truth: %d %s", p.Code, p.body)
	}
	thief := d.browser()
	thief.cookies["gongyi-key"] = &visit
	if p := thief.script("/sign-in/passkey", answer); p.Code != http.StatusConflict || thief.token() != "" {
		t.Errorf("the same answer again: %d", p.Code)
	}
}

// A passkey is made by who has only just signed in, for herself.
func TestPasskeysAreRegisteredFreshly(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	anna, ben := d.browser(), d.browser()
	anna.signIn("13800138000", "何静")
	ben.signIn("13900139000", "刘建国")
	key := newDevice(t)
	q := key.read(anna.script("/me/passkeys/question", "{}").body)
	ben.cookies["gongyi-key"] = anna.cookies["gongyi-key"]
	if p := ben.script("/me/passkeys", key.create(q, "借来的")); p.Code != http.StatusConflict {
		t.Errorf("with another person's question: %d", p.Code)
	}
	if p := anna.register(key, "手机"); p.Code != http.StatusOK {
		t.Fatal(p.body)
	}
	if p := ben.register(key, "手机"); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("another person's passkey: %d", p.Code)
	}
	if p := ben.register(newDevice(t), strings.Repeat("长", 41)); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("a name that is too long: %d", p.Code)
	}
	d.clock.Advance(10 * time.Minute)
	if p := ben.register(newDevice(t), "手机"); p.Code != http.StatusConflict {
		t.Errorf("after ten minutes: %d", p.Code)
	}
	if p := d.browser().script("/me/passkeys/question", "{}"); p.Code != http.StatusUnauthorized {
		t.Errorf("not signed in: %d", p.Code)
	}
}

// Staff keep one passkey where passkeys are asked for; others may go without.
func TestTheLastPasskey(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir(), Passkeys: true})
	for _, c := range []struct {
		phone string
		role  bool
	}{{"13800138000", false}, {"13900139000", true}} {
		b := d.browser()
		b.signIn(c.phone, "何静")
		who := d.who("+86" + c.phone)
		if c.role {
			d.must(d.DB.Update(t.Context(), id.Tilde, db.System, func(tx *db.Tx) error {
				_, err := d.Flows.Access.Give(t.Context(), tx, access.Grant{Person: who.ID, Role: access.Finance, Place: d.places(t)["C1"], Grantor: "test", Reason: "test"})
				return err
			}))
		}
		first, second := newDevice(t), newDevice(t)
		b.register(first, "一")
		d.clock.Advance(time.Second) // they are listed in the order of their making
		b.register(second, "二")
		keys, err := d.Flows.Passkeys(t.Context(), who.ID)
		d.must(err)
		if len(keys) != 2 {
			t.Fatalf("%d passkeys", len(keys))
		}
		end := func(i int) shown { return b.post("/me/passkeys/" + keys[i].ID.String() + "/end") }
		other := d.browser()
		other.addr = "8.8.8.8:1"
		other.signIn("1370013700"+map[bool]string{false: "0", true: "1"}[c.role], "别人")
		if p := other.post("/me/passkeys/" + keys[0].ID.String() + "/end"); p.Code != http.StatusNotFound {
			t.Errorf("another person's passkey: %d", p.Code)
		}
		if p := other.post("/me/passkeys/"+keys[0].ID.String()+"/name", "name", "x"); p.Code != http.StatusNotFound {
			t.Errorf("another person's name: %d", p.Code)
		}
		if p := b.post("/me/passkeys/"+keys[0].ID.String()+"/name", "name", "旧手机"); p.Code != http.StatusSeeOther || !strings.Contains(b.get("/me/passkeys").body, "旧手机") {
			t.Errorf("renaming: %d", p.Code)
		}
		if p := end(0); p.Code != http.StatusSeeOther {
			t.Errorf("one of two: %d", p.Code)
		}
		want := http.StatusSeeOther
		if c.role {
			want = http.StatusConflict
		}
		if p := end(1); p.Code != want {
			t.Errorf("the last one, staff %t: %d", c.role, p.Code)
		}
		x := d.browser()
		if p := x.show(first); p.Code < 400 || x.token() != "" {
			t.Errorf("a passkey that was taken away opens: %d", p.Code)
		}
	}
}

// At a mere number browsers know no passkeys, so none are offered.
func TestPasskeysNeedAName(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	b := d.browser()
	for address, offered := range map[string]bool{"http://127.0.0.1:8080": false, "https://[::1]:8080": false, "http://books.example.cn": false, "": false,
		"https://books.example.cn": true, "http://localhost:8080": true} {
		d.address(address)
		if got := strings.Contains(b.get("/sign-in").body, `data-island="passkey"`); got != offered {
			t.Errorf("%q: offered %t", address, got)
		}
	}
}

// places are the communities of the house by reference.
func (d *doorway) places(t testing.TB) map[string]id.ID {
	t.Helper()
	at := make(map[string]id.ID)
	for _, ref := range []string{"C1", "C2"} {
		p, err := d.Flows.Communities.ByRef(context.Background(), d.DB, ref)
		d.must(err)
		at[ref] = p.ID
	}
	return at
}

// A number that was taken over does not become a passkey where there is one.
func TestANumberDoesNotBecomeAPasskey(t *testing.T) {
	d := newDoorway(t, Config{Data: t.TempDir()})
	owner := d.browser()
	owner.signIn("13800138000", "何静")
	if p := owner.register(newDevice(t), "我的"); p.Code != http.StatusOK {
		t.Fatal(p.body)
	}
	d.clock.Advance(2 * time.Minute)
	thief := d.browser()
	thief.signIn("13800138000", "")
	if p := thief.register(newDevice(t), "贼的"); p.Code != http.StatusConflict || thief.strong() {
		t.Errorf("by a number alone: %d", p.Code)
	}
	if p := owner.register(newDevice(t), "第二把"); p.Code != http.StatusOK {
		t.Errorf("with a passkey: %d %s", p.Code, p.body)
	}
	n, err := d.Flows.EndPasskeys(t.Context(), db.System, "13800138000")
	d.must(err)
	if n != 2 || owner.in() {
		t.Errorf("%d were taken away; the session that a passkey opened goes on: %t", n, owner.in())
	}
	if p := thief.register(newDevice(t), "新的第一把"); p.Code != http.StatusOK {
		t.Errorf("a first one again: %d", p.Code)
	}
}
