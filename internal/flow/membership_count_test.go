package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// TestARecommendation: it counts when the fee is paid, the cooling-off over and the
// membership used, once, out of the fee; giving up takes its share back (M-03, M-03R).
func TestARecommendation(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.later()
		c.joins("lan", with(c.code("mei")))
		c.stands("lan", "pending")
		c.spends("lan", 50_00)
		c.days(7)
		c.stands("lan", "pending")
		c.days(1)
		c.stands("lan", "counted")
		c.sweep()
		if got := c.rewards("mei"); got != 10_00 {
			c.t.Errorf("Mei is thanked with %v", got)
		}
		c.whole()
		c.days(175)
		got, err := c.GiveUp(ctx, c.home, c.actor("lan"), c.ref("lan"), flow.LeaveAll, "搬家")
		c.must(err)
		share := 10_00 * got.Sum() / 99_00
		if left := c.rewards("mei"); left != 10_00-share {
			c.t.Errorf("%v came back of the fee, and %v is left of the reward", got.Sum(), left)
		}
		c.joins("lan", func(w *flow.MembershipWish) { w.Code = "" })
		c.days(10)
		if c.recommendation("lan").State() != membership.Counts || c.rewards("mei") != 10_00-share {
			c.t.Error("who joins again is counted again")
		}
		c.whole()
	})
}

// TestWhatWasBroughtBackIsNotUsed: a purchase that is refunded does not make a use,
// also if it is brought back in the moment in which it counts.
func TestWhatWasBroughtBackIsNotUsed(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.later()
		c.joins("lan", with(c.code("mei")))
		s := c.spends("lan", 50_00)
		_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r1", Purchase: s.Seq, Amount: 45_00})
		c.must(err)
		c.days(8)
		c.stands("lan", "pending")
		s = c.spends("lan", 5_00)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "r2", Purchase: s.Seq, Amount: 1})
			if err != nil {
				c.t.Error(err)
			}
		})
		for range 5 {
			wg.Go(func() {
				if err := c.CountRecommendations(ctx, c.home); err != nil {
					c.t.Error(err)
				}
			})
		}
		wg.Wait()
		c.whole() // it counted before the refund, or not at all: never with 9.99
		if c.standing("lan") == "pending" {
			_, _, err := c.UseService(ctx, c.home, db.System, c.ref("lan"), membership.Use{Kind: "haircut", ServedBy: "王师傅", How: membership.ByDesk})
			c.must(err)
			c.sweep()
		}
		c.stands("lan", "counted")
		c.whole()
	})
}

// TestWhoMayNotRecommend: refusals when the code is given.
func TestWhoMayNotRecommend(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.newcomer("lan")
		for code, want := range map[string]error{"C1-ZZZZZZZZ": membership.ErrNoCode, "C9-ABCDEFGH": membership.ErrNoCode, "nonsense": membership.ErrNoCode, "C2-ABCDEFGH": membership.ErrNoCode} {
			if _, err := c.wish("lan", with(code)); !errors.Is(err, want) {
				c.t.Errorf("%s: %v", code, err)
			}
		}
		o, err := c.wish("lan", with(strings.ToLower(c.code("mei")[3:])))
		if err == nil {
			c.t.Errorf("half a code: %+v", o)
		}
		o, err = c.wish("lan", with(c.code("mei")))
		c.must(err)
		c.must(c.Unname(ctx, c.home, c.actor("lan"), c.ref("lan"), o.Order.ID))
		if err := c.Unname(ctx, c.home, c.actor("lan"), c.ref("lan"), o.Order.ID); !errors.Is(err, membership.ErrNotNamed) {
			c.t.Errorf("taken out twice: %v", err)
		}
		c.pay(o)
		c.stands("lan", "none")
		c.days(360)
		if _, err := c.wish("lan", with(c.code("mei"))); !errors.Is(err, membership.ErrNotFirst) {
			c.t.Errorf("a renewal with a code: %v", err)
		}
	})
}

// TestRings: people who recommend each other. Only a first joining can be recommended,
// and only by who was there before, so that a ring never closes.
func TestRings(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("a")
		for i, name := range []string{"b", "c", "d"} {
			c.later()
			c.joins(name, with(c.code([]string{"a", "b", "c"}[i])))
			c.spends(name, 20_00)
		}
		if _, err := c.wish("a", with(c.code("d"))); !errors.Is(err, membership.ErrNotFirst) {
			c.t.Errorf("the ring closes: %v", err)
		}
		c.days(8)
		for name, want := range map[string]string{"a": "none", "b": "counted", "c": "counted", "d": "counted"} {
			c.stands(name, want)
		}
		for name, want := range map[string]int64{"a": 10_00, "b": 10_00, "c": 10_00, "d": 0} {
			if got := c.rewards(name); int64(got) != want {
				c.t.Errorf("%s has %v: one level only", name, got)
			}
		}
		c.whole()
	})
}

// TestSecondPhone: one person with two numbers on one device is held for somebody to
// look at; the same person under both is refused at once.
func TestSecondPhone(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei", on("device-of-mei"))
		code := c.code("mei")
		c.later()
		for _, name := range []string{"second", "niece"} { // the second number, and a niece who borrowed the phone
			c.joins(name, with(code), on("device-of-mei"))
			c.spends(name, 20_00)
		}
		c.joins("lan", with(code), on("device-of-lan"))
		c.spends("lan", 20_00)
		c.days(8)
		c.stands("second", "held G-04")
		c.stands("lan", "counted")
		if c.rewards("mei") != 10_00 {
			c.t.Errorf("Mei is thanked with %v while two are held", c.rewards("mei"))
		}
		operator := db.Actor{Kind: "person", ID: id.ID{7}}
		if err := c.DecideRecommendation(ctx, c.home, operator, c.who("second").ID, membership.Deny, " "); !errors.Is(err, membership.ErrNoReason) {
			c.t.Errorf("without a reason: %v", err)
		}
		c.must(c.DecideRecommendation(ctx, c.home, operator, c.who("second").ID, membership.Deny, "打电话核对，是同一个人"))
		c.must(c.DecideRecommendation(ctx, c.home, operator, c.who("niece").ID, membership.Allow, "上门见过两个人"))
		c.stands("second", "blocked G-04")
		c.stands("niece", "counted")
		if err := c.DecideRecommendation(ctx, c.home, operator, c.who("niece").ID, membership.Deny, "改主意"); !errors.Is(err, membership.ErrDecided) {
			c.t.Errorf("decided twice: %v", err)
		}
		c.must(c.RevokeRecommendation(ctx, c.home, operator, c.who("niece").ID, membership.Oneself, "后来查明是同一个人"))
		c.stands("niece", "blocked G-03")
		if err := c.RevokeRecommendation(ctx, c.home, operator, c.who("niece").ID, membership.Oneself, "再收一次"); !errors.Is(err, membership.ErrNoReward) {
			c.t.Errorf("taken back twice: %v", err)
		}
		if c.rewards("mei") != 10_00 {
			c.t.Errorf("Mei has %v after one was taken back", c.rewards("mei"))
		}
		c.whole()
	})
}

// TestOneHousehold is held; the same person is refused.
func TestOneHousehold(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.newcomer("min")
		grid, err := c.addPlace(community.Grid, c.home, "G1")
		c.must(err)
		for _, r := range c.AddHouseholds(ctx, db.System, []household.Household{{Home: c.home, Place: grid, Ref: "101", Door: "101 室"}}) {
			c.must(r.Err)
		}
		var home household.Household
		c.must(c.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { home, err = c.Households.ByRef(ctx, r, c.home, "101"); return err }))
		for _, name := range []string{"mei", "min"} {
			p := c.person(c.people[name])
			if _, err := c.MoveIn(ctx, db.System, flow.Settler{Person: *p, Household: home.ID, Relation: household.Head}); err != nil {
				c.t.Fatal(err)
			}
		}
		if _, err := c.wish("mei", with(c.code("mei"))); !errors.Is(err, membership.ErrOwnCode) {
			c.t.Errorf("her own code: %v", err)
		}
		c.later()
		c.joins("min", with(c.code("mei")))
		c.spends("min", 20_00)
		c.days(8)
		c.stands("min", "held G-05")
		c.whole()
	})
}

// TestAShopRecommends: it gets no money, the month's duty counts (C3); its own people
// are no newcomers.
func TestAShopRecommends(t *testing.T) {
	inClub(t, func(c *club) {
		at, err := c.Communities.ByRef(ctx, c.DB, "C1")
		c.must(err)
		shop := c.shop("bakery").ID
		code, err := c.MakeCode(ctx, db.System, at, membership.By{Kind: membership.ByMerchant, ID: shop})
		c.must(err)
		c.newcomer("cook")
		c.must(c.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			_, err := c.Access.Give(ctx, tx, access.Grant{Person: c.people["cook"], Role: access.Staff, Place: c.home, Subject: shop, Grantor: "test", Reason: "works there"})
			return err
		}))
		if _, err := c.wish("cook", with(code)); !errors.Is(err, membership.ErrOwnCode) {
			c.t.Errorf("who works there: %v", err)
		}
		for _, name := range []string{"a", "b", "c"} {
			c.joins(name, with(code))
		}
		c.spends("a", 20_00)
		c.days(8)
		c.must(c.DB.View(ctx, c.home, func(r db.Reader) error {
			counted, pending, err := c.Recommended(ctx, r, c.home, shop, period.Date(2025, 10, 1).Month())
			if counted != 1 || pending != 2 {
				c.t.Errorf("%d counted, %d pending", counted, pending)
			}
			counted, pending, _ = c.Recommended(ctx, r, c.home, shop, period.Date(2025, 11, 1).Month())
			if counted+pending != 0 {
				c.t.Errorf("in another month: %d, %d", counted, pending)
			}
			return err
		}))
		c.must(c.RevokeRecommendation(ctx, c.home, db.System, c.who("a").ID, membership.Oneself, "是店里的人"))
		c.stands("a", "blocked G-03")
		c.whole()
	})
}

// TestMonthlyCap: what passes the cap is not paid, and still counts; reversals give
// room back; a new month has its own.
func TestMonthlyCap(t *testing.T) {
	inClub(t, func(c *club) {
		c.policy(func(p *policy.Params) { p.ReferralMonthlyCap = 25_00 })
		c.joins("mei")
		c.later()
		code := c.code("mei")
		for i := range 4 {
			name := fmt.Sprint("n", i)
			c.joins(name, with(code))
			c.spends(name, 20_00)
		}
		c.days(8) // in October
		if got := c.rewards("mei"); got != 25_00 {
			c.t.Errorf("Mei is thanked with %v", got)
		}
		cut := 0
		for i := range 4 {
			if c.standing(fmt.Sprint("n", i)) == "counted G-13" {
				cut++
			}
		}
		if cut != 2 {
			c.t.Errorf("%d rewards were cut by the cap", cut)
		}
		for i := range 4 {
			name := fmt.Sprint("n", i)
			if n := c.recommendation(name); n.Outcome.Reward == 10_00 {
				c.must(c.RevokeRecommendation(ctx, c.home, db.System, n.Member, membership.SecondPhone, "查明是同一个人"))
				break
			}
		}
		c.joins("n4", with(code))
		c.spends("n4", 20_00)
		c.whole()
		c.days(8) // on the last day of October
		if got := c.rewards("mei"); got != 25_00 {
			c.t.Errorf("after one was taken back Mei has %v", got)
		}
		c.joins("n5", with(code))
		c.spends("n5", 20_00)
		c.days(8) // in November
		if got := c.rewards("mei"); got != 35_00 {
			c.t.Errorf("in a new month Mei has %v", got)
		}
		c.whole()
	})
}

// policy changes the numbers from now on.
func (c *club) policy(edit func(p *policy.Params)) {
	c.t.Helper()
	p := policy.Trial2025()
	edit(&p)
	c.later()
	c.n++
	_, err := c.Propose(ctx, c.home, db.System, policy.Proposal{Code: fmt.Sprint("test-", c.n), Author: "test", Reason: "test", EffectiveFrom: c.env.Clock.Now(), Params: p})
	c.must(err)
	c.later()
}
