package flow_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// TestJoining: order, pay at the counter, and the year begins; the same again changes
// nothing (B1).
func TestJoining(t *testing.T) {
	inClub(t, func(c *club) {
		c.newcomer("mei")
		o, err := c.wish("mei")
		c.must(err)
		if o.Charge == nil || o.Charge.Amount != 99_00 || len(o.Charge.Code) != 8 || o.Charge.Kind != charge.ByPerson {
			c.t.Fatalf("she is asked for %+v", o.Charge)
		}
		again, err := c.wish("mei")
		if err != nil || again.Charge.ID != o.Charge.ID {
			c.t.Errorf("asked twice there are two charges: %+v, %v", again, err)
		}
		if _, err := c.findMember("mei"); !errors.Is(err, member.ErrNotFound) {
			c.t.Error("she is a member before she has paid")
		}
		c.pay(o)
		m, all := c.who("mei"), c.terms("mei")
		if len(all) != 1 || m.Standing != member.Good || all[0].From.String() != "2025-10-15" || all[0].Last().String() != "2026-10-15" || all[0].Origin != membership.Paid {
			c.t.Fatalf("%+v of %+v", all, m)
		}
		if late, err := c.wish("mei", func(w *flow.MembershipWish) { w.After = 0 }); err != nil || late.Charge != nil || len(c.terms("mei")) != 1 {
			c.t.Errorf("the form that came twice: %+v, %v", late, err)
		}
		c.expect(`
			platform/till CNY -99.00
			platform/fees CNY 99.00`)
		c.whole()
	})
}

// TestAnOrderThatIsNotPaid expires and leaves nobody a member; the next one is new.
func TestAnOrderThatIsNotPaid(t *testing.T) {
	inClub(t, func(c *club) {
		c.newcomer("mei")
		o, err := c.wish("mei")
		c.must(err)
		c.days(8)
		if _, err := c.Pay(ctx, c.home, db.System, o.Charge.ID, charge.Payment{Means: charter.Cash, Reference: "late"}); !errors.Is(err, charge.ErrEnded) {
			c.t.Errorf("paid late: %v", err)
		}
		if again := c.joins("mei"); again.Charge.ID == o.Charge.ID {
			c.t.Error("the same charge came back")
		}
		next, err := c.wish("mei")
		c.must(err)
		c.must(c.CancelMembershipOrder(ctx, c.home, c.actor("mei"), c.ref("mei"), next.Order.ID))
		if _, err := c.Pay(ctx, c.home, db.System, next.Charge.ID, charge.Payment{Means: charter.Cash, Reference: "cancelled"}); !errors.Is(err, charge.ErrEnded) {
			c.t.Errorf("paid after it was cancelled: %v", err)
		}
		c.whole()
	})
}

// TestAYearGoesBy: reminders, the grace in which the standing holds, the end; renewing
// within the grace leaves no gap, after it a new year begins with the payment (B2).
func TestAYearGoesBy(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.joins("lan")
		for _, s := range []struct {
			after int // days
			day   string
			mei   member.Standing
		}{
			{340, "2026-09-20", member.Good}, {25, "2026-10-15", member.Good}, {1, "2026-10-16", member.Good}, {14, "2026-10-30", member.Good},
		} {
			c.days(s.after)
			if today := period.DayOf(c.env.Clock.Now(), flow.DefaultZone).String(); today != s.day || c.who("mei").Standing != s.mei {
				c.t.Errorf("%s (want %s): %s, want %s", today, s.day, c.who("mei").Standing, s.mei)
			}
		}
		c.joins("mei") // on the last day of the grace
		if all := c.terms("mei"); len(all) != 2 || all[1].From.String() != "2026-10-16" || all[1].Last().String() != "2027-10-15" {
			c.t.Errorf("renewed in the grace: %+v", all)
		}
		c.days(1)
		if c.who("mei").Standing != member.Good || c.who("lan").Standing != member.Lapsed {
			c.t.Errorf("after the grace Mei is %s and Lan is %s", c.who("mei").Standing, c.who("lan").Standing)
		}
		c.joins("lan")
		if all := c.terms("lan"); len(all) != 2 || all[1].From.String() != "2026-10-31" || c.who("lan").Standing != member.Good {
			c.t.Errorf("renewed after the grace: %+v", all)
		}
		c.joins("mei") // a year ahead
		if _, err := c.wish("mei"); !errors.Is(err, membership.ErrAhead) {
			c.t.Errorf("two years ahead: %v", err)
		}
		for kind, want := range map[string]int{"membership.begun": 5, "membership.ending": 4, "membership.ended": 2, "membership.lapsed": 1} {
			if got := c.staged(kind); got != want {
				c.t.Errorf("%s was told %d times, want %d", kind, got, want)
			}
		}
		c.whole()
	})
}

// TestGivingUpBringsBackWhatThePageSaid: on any day the page's figure is what is
// booked; a future term comes back whole; nobody is refunded twice (M-02).
func TestGivingUpBringsBackWhatThePageSaid(t *testing.T) {
	inClub(t, func(c *club) {
		for i, days := range []int{0, 1, 7, 8, 100, 200, 365} {
			name := fmt.Sprint("mei", i)
			c.joins(name)
			if days > 0 {
				c.days(days)
			}
			var stated flow.Partings
			today := period.DayOf(c.env.Clock.Now(), flow.DefaultZone)
			c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) {
				stated, err = c.Partings(ctx, r, c.home, c.terms(name), today, flow.LeaveAll)
				return err
			}))
			before, _ := money.Parse(orZero(c.books()["platform/fees CNY"]), money.CNY)
			got, err := c.GiveUp(ctx, c.home, c.actor(name), c.ref(name), flow.LeaveAll, "搬家")
			c.must(err)
			after, _ := money.Parse(orZero(c.books()["platform/fees CNY"]), money.CNY)
			if got.Sum() != stated.Sum() || before-after != stated.Sum() {
				c.t.Errorf("after %d days: %v stated, %v answered, %v booked", days, stated.Sum(), got.Sum(), before-after)
			}
			if days <= 7 && stated.Sum() != 99_00 || days > 7 && stated.Sum() >= 99_00 || days == 365 && stated.Sum() != 0 {
				c.t.Errorf("after %d days %v comes back", days, stated.Sum())
			}
			if _, err := c.GiveUp(ctx, c.home, c.actor(name), c.ref(name), flow.LeaveAll, "再退一次"); !errors.Is(err, membership.ErrOver) {
				c.t.Errorf("given up twice: %v", err)
			}
			if c.who(name).Standing != member.Lapsed {
				c.t.Error("who gave it up is still in good standing")
			}
		}
		c.whole()
	})
}

// TestTheNextYearComesBackWhole while the present one goes on; then both together.
func TestTheNextYearComesBackWhole(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.days(330)
		c.joins("mei")
		if _, err := c.GiveUp(ctx, c.home, c.actor("mei"), c.ref("mei"), flow.LeaveNext, "不续了"); err != nil {
			c.t.Fatal(err)
		}
		if got := c.books()["platform/fees CNY"]; got != "99.00" || c.who("mei").Standing != member.Good {
			c.t.Errorf("%s is left of two fees, and she is %s", got, c.who("mei").Standing)
		}
		if _, err := c.GiveUp(ctx, c.home, c.actor("mei"), c.ref("mei"), flow.LeaveNext, "不续了"); !errors.Is(err, membership.ErrNoNext) {
			c.t.Errorf("the next term again: %v", err)
		}
		c.joins("mei")
		c.days(20) // past the cooling-off of the second
		got, err := c.GiveUp(ctx, c.home, c.actor("mei"), c.ref("mei"), flow.LeaveAll, "搬家")
		c.must(err)
		if len(got) != 2 || got[1].Amount() != 99_00 || got[0].Amount() >= 99_00 {
			c.t.Errorf("both given up: %+v", got)
		}
		c.whole()
	})
}

// TestARefundAndARenewalAtOnce: whatever comes first, the money and the terms agree.
func TestARefundAndARenewalAtOnce(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.days(350)
		o, err := c.wish("mei")
		c.must(err)
		var wg sync.WaitGroup
		var paid, left error
		wg.Go(func() {
			_, paid = c.Pay(ctx, c.home, db.System, o.Charge.ID, charge.Payment{Means: charter.Cash, Reference: "race"})
		})
		for range 20 {
			wg.Go(func() {
				if _, err := c.GiveUp(ctx, c.home, c.actor("mei"), c.ref("mei"), flow.LeaveAll, "搬家"); err != nil {
					if !errors.Is(err, membership.ErrOver) {
						c.t.Error(err)
					}
				} else {
					left = err
				}
			})
		}
		wg.Wait()
		if left != nil || paid != nil && fault.KindOf(paid) != fault.Conflict {
			c.t.Fatalf("paid: %v, left: %v", paid, left)
		}
		standing := 0
		for _, x := range c.terms("mei") {
			if x.Stands() {
				standing++
			}
		}
		if standing != 0 {
			c.t.Errorf("%d terms stand", standing)
		}
		c.whole()
	})
}

// TestTheLastFreeService goes to one of many callers; a mistaken one comes back (B1).
func TestTheLastFreeService(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		use := membership.Use{Kind: "repair", ServedBy: "周师傅", How: membership.ByDesk}
		for range 9 {
			if _, _, err := c.UseService(ctx, c.home, db.System, c.ref("mei"), use); err != nil {
				c.t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var used []membership.Use
		ref := c.ref("mei")
		for range 40 {
			wg.Go(func() {
				u, left, err := c.UseService(ctx, c.home, db.System, ref, use)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && left == 0:
					used = append(used, u)
				case !errors.Is(err, membership.ErrUsedUp):
					c.t.Errorf("%d left, %v", left, err)
				}
			})
		}
		wg.Wait()
		if len(used) != 1 {
			c.t.Fatalf("the last one was used %d times", len(used))
		}
		c.must(c.TakeBackUse(ctx, c.home, db.System, used[0].ID, "师傅没有来"))
		if err := c.TakeBackUse(ctx, c.home, db.System, used[0].ID, "再来一次"); !errors.Is(err, membership.ErrTakenBack) {
			c.t.Errorf("taken back twice: %v", err)
		}
		if _, left, err := c.UseService(ctx, c.home, db.System, ref, use); err != nil || left != 0 {
			c.t.Errorf("after one came back: %d left, %v", left, err)
		}
		if _, _, err := c.UseService(ctx, c.home, db.System, "anna", use); !errors.Is(err, membership.ErrNotGood) {
			c.t.Errorf("a founding member without a term: %v", err)
		}
	})
}

// TestFoundingMembers keep their standing without a term; a term from before these
// books is carried over, and only then the end of it counts.
func TestFoundingMembers(t *testing.T) {
	inClub(t, func(c *club) {
		c.days(800)
		if c.member("anna").Standing != member.Good {
			c.t.Error("who never had a term was lapsed")
		}
		today := period.DayOf(c.env.Clock.Now(), flow.DefaultZone)
		if _, err := c.CarryOver(ctx, c.home, db.System, "anna", today-300, today+65, "老会员登记表 12 号"); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.CarryOver(ctx, c.home, db.System, "anna", today-10, today+5, "又一次"); !errors.Is(err, membership.ErrOverlap) {
			c.t.Errorf("two at once: %v", err)
		}
		c.people["anna"] = c.known("安娜", "+8613900000001", "anna")
		got, err := c.GiveUp(ctx, c.home, c.actor("anna"), "anna", flow.LeaveAll, "搬家")
		if err != nil || got.Sum() != 0 {
			c.t.Errorf("%v comes back of what was paid elsewhere: %v", got.Sum(), err)
		}
		c.people["ben"] = c.known("本", "+8613900000002", "ben")
		c.must(second2(c.CarryOver(ctx, c.home, db.System, "ben", today-360, today+5, "老会员登记表 13 号")))
		c.joins("ben")
		if all := c.terms("ben"); len(all) != 2 || all[1].From != all[0].Until {
			c.t.Errorf("a carried term is renewed: %+v", all)
		}
		c.days(400)
		if c.member("ben").Standing != member.Lapsed {
			c.t.Error("the end of her terms does not count")
		}
		c.whole()
	})
}

// TestSomebodyElsewhere: who is a member of another community orders there.
func TestSomebodyElsewhere(t *testing.T) {
	inClub(t, func(c *club) {
		c.newcomer("mei")
		o, err := c.wish("mei", func(w *flow.MembershipWish) { w.Community = c.away })
		c.must(err)
		if o.Community != c.away {
			c.t.Error("she chose another community")
		}
		again, err := c.wish("mei")
		if err != nil || again.Community != c.away || again.Charge.ID != o.Charge.ID {
			c.t.Errorf("asked again from here: %+v, %v", again, err)
		}
		c.newcomer("lan")
		if _, err := c.wish("lan", func(w *flow.MembershipWish) { w.Community = id.ID{} }); !errors.Is(err, flow.ErrNoCommunity) {
			c.t.Errorf("nobody knows where she lives: %v", err)
		}
		grid, err := c.addPlace(community.Grid, c.home, "G1")
		c.must(err)
		if _, err := c.wish("lan", func(w *flow.MembershipWish) { w.Community = grid }); !errors.Is(err, flow.ErrNoCommunity) {
			c.t.Errorf("a grid is no community: %v", err)
		}
	})
}
