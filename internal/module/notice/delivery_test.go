package notice_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestTooManyOfAKindBecomeADigest(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.SMS)
		h.update(func(tx *db.Tx) error { return h.Wish(ctx, tx, who(1), notice.RefundMade, notice.SMS, true) })
		for n := range int64(9) {
			h.deliver(refund(who(1), n))
			h.Clock.Advance(time.Minute)
		}
		if due := h.due(); len(due) != 6 {
			t.Fatalf("%d are due, want the six of the day", len(due))
		}
		for _, d := range h.due() {
			if h.claim(d) == nil {
				t.Fatal("it is not ours")
			}
			h.settle(d, false, nil)
		}
		h.Clock.Set(time.Date(2025, 10, 16, 17, 59, 0, 0, shanghai))
		if due := h.due(); len(due) != 0 {
			t.Fatalf("%d are due before six", len(due))
		}
		held := h.inbox(who(1), notice.Filter{})
		h.update(func(tx *db.Tx) error { return h.MarkRead(ctx, tx, who(1), held[0].ID) })
		h.Clock.Set(time.Date(2025, 10, 16, 18, 0, 0, 0, shanghai))
		due := h.due()
		if len(due) != 1 {
			t.Fatalf("%d digests are due", len(due))
		}
		d := h.claim(due[0])
		if d == nil || d.Waiting != 2 {
			t.Fatalf("the digest: %+v", d)
		}
		title, _ := d.Item.Kind.Words(ctx, []notice.Arg{notice.Count(int64(d.Waiting))}, shanghai)
		if title != "还有 2 条通知" {
			t.Errorf("it says %q", title)
		}
		h.settle(d.ID, false, nil)
		if len(h.inbox(who(1), notice.Filter{})) != 9 {
			t.Error("the inbox does not hold all nine")
		}
	})
}

func TestQuietHoursDelayAndUrgentKindsPass(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.SMS)
		h.Clock.Set(time.Date(2025, 10, 15, 23, 0, 0, 0, shanghai))
		h.update(func(tx *db.Tx) error { return h.Wish(ctx, tx, who(1), notice.RefundMade, notice.SMS, true) })
		h.deliver(refund(who(1), 1))
		h.deliver(role(who(1), "s"))
		if due := h.due(); len(due) != 1 || h.claim(due[0]).Item.Kind.ID != notice.SignInNewDevice {
			t.Fatalf("due at night: %v", due)
		}
		h.Clock.Set(time.Date(2025, 10, 16, 7, 30, 0, 0, shanghai))
		h.update(func(tx *db.Tx) error { return h.SetQuiet(ctx, tx, who(2), notice.Quiet{From: 0, Until: 600}) })
		h.update(func(tx *db.Tx) error { return h.Wish(ctx, tx, who(2), notice.RefundMade, notice.SMS, true) })
		h.deliver(refund(who(2), 1))
		if due := h.due(); len(due) != 2 { // the refund, and the claim of the urgent one that ran out
			t.Errorf("due in the morning: %v", due)
		}
		h.Clock.Set(time.Date(2025, 10, 16, 10, 0, 0, 0, shanghai))
		if due := h.due(); len(due) != 3 {
			t.Errorf("due at ten: %v", due)
		}
	})
}

// One hand carries out a delivery; if it vanishes, another does after a while, and a
// failure comes back ever later until it is dead and somebody asks for it again.
func TestTheWayOfADelivery(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.SMS)
		h.deliver(role(who(1), "s"))
		d := h.due()[0]
		if h.claim(d) == nil || h.claim(d) != nil {
			t.Fatal("it was not claimed once")
		}
		h.Clock.Advance(3 * time.Minute)
		if h.claim(d) == nil {
			t.Fatal("a lost claim does not run out")
		}
		tries := 1
		for h.settle(d, false, errors.New("busy")); len(h.dead()) == 0; tries++ {
			if len(h.due()) != 0 {
				t.Fatal("it is tried again at once")
			}
			h.Clock.Advance(24 * time.Hour)
			if h.claim(d) == nil {
				t.Fatal("it is not tried again")
			}
			h.settle(d, false, errors.New("busy"))
		}
		if tries != 6 || len(h.due()) != 0 {
			t.Errorf("%d tries", tries)
		}
		if l := h.dead()[0]; l.Detail != "busy" || l.Attempts != 6 || l.Last != notice.Dead {
			t.Errorf("the dead letter: %+v", l)
		}
		h.update(func(tx *db.Tx) error { return h.Retry(ctx, tx, d, who(7)) })
		err := h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return h.Retry(ctx, tx, d, who(7)) })
		if !errors.Is(err, notice.ErrNotDead) || len(h.dead()) != 0 {
			t.Errorf("asked for twice: %v", err)
		}
		if h.claim(d) == nil {
			t.Fatal("it was asked for and is not due")
		}
		h.settle(d, true, errors.New("no such number"))
		if len(h.dead()) != 1 {
			t.Error("what fails for good is not dead")
		}
		h.deliver(role(who(1), "t"))
		h.update(func(tx *db.Tx) error { return h.MarkRead(ctx, tx, who(1), h.inboxIn(tx, who(1))[0].ID) })
		if last := h.due(); len(last) != 1 || h.claim(last[0]) != nil || len(h.due()) != 0 {
			t.Error("what she has read is still sent")
		}
	})
}

func (h *house) dead() (dead []notice.Logged) {
	h.t.Helper()
	h.view(func(r db.Reader) (err error) { dead, err = h.DeadLetters(ctx, r, 100); return err })
	return dead
}

func (h *house) inboxIn(r db.Reader, person id.ID) []notice.Item {
	items, err := h.List(ctx, r, person, notice.Filter{Limit: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	return items
}

func TestDevices(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		h := newHouse(t, env, notice.Push)
		devices := func(person id.ID) (all []notice.Device) {
			h.view(func(r db.Reader) (err error) { all, err = h.Devices(ctx, r, person); return err })
			return all
		}
		subscribe := func(d notice.Device) error {
			return h.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return h.Subscribe(ctx, tx, d) })
		}
		for _, break_ := range []func(d *notice.Device){
			func(d *notice.Device) { d.Endpoint = "https://127.0.0.1/x" },
			func(d *notice.Device) { d.Endpoint = "http://push.example/x" },
			func(d *notice.Device) { d.P256dh = "AAAA" },
			func(d *notice.Device) { d.Auth = "!" },
		} {
			d := device(1)
			break_(&d)
			if err := subscribe(d); !errors.Is(err, notice.ErrBadPush) {
				t.Errorf("%+v: %v", d, err)
			}
		}
		for range 2 {
			if err := subscribe(device(1)); err != nil {
				t.Fatal(err)
			}
		}
		if len(devices(who(1))) != 1 {
			t.Error("one browser subscribed twice")
		}
		shared := device(1)
		shared.Person = who(2)
		if err := subscribe(shared); err != nil || len(devices(who(1))) != 0 || len(devices(who(2))) != 1 {
			t.Errorf("a browser that changed hands: %v", err)
		}
		h.deliver(refund(who(1), 1))
		if len(h.log()) != 0 {
			t.Error("a push to nowhere")
		}
		h.update(func(tx *db.Tx) error { return h.EndSession(ctx, tx, shared.Session) })
		if len(devices(who(2))) != 0 {
			t.Error("who signed out is still pushed to")
		}
		for n := range byte(12) {
			d := device(n)
			d.Person = who(3)
			if err := subscribe(d); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(devices(who(3))); n != 10 {
			t.Errorf("%d devices", n)
		}
		h.update(func(tx *db.Tx) error { return h.Unsubscribe(ctx, tx, who(2), device(5).Endpoint) })
		h.update(func(tx *db.Tx) error { return h.Unsubscribe(ctx, tx, who(3), device(6).Endpoint) })
		if n := len(devices(who(3))); n != 9 {
			t.Errorf("%d devices after one of hers was ended", n)
		}
	})
}
