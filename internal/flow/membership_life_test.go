package flow_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestTheStrictProfile turns every reward off.
func TestTheStrictProfile(t *testing.T) {
	inClub(t, func(c *club) {
		c.policy(func(p *policy.Params) { p.RewardDepth = 0 })
		c.joins("mei")
		c.later()
		c.joins("lan", with(c.code("mei")))
		c.spends("lan", 20_00)
		c.days(8)
		c.stands("lan", "blocked G-02")
		if c.rewards("mei") != 0 {
			c.t.Error("somebody was rewarded")
		}
	})
}

// TestThreeWaiveTheNextFee: three that count in the running year, each used once (B2);
// the year that was waived brings no money back, and recommends no less.
func TestThreeWaiveTheNextFee(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.later()
		code := c.code("mei")
		for i := range 4 {
			name := fmt.Sprint("n", i)
			c.joins(name, with(code))
			c.spends(name, 20_00)
		}
		if o, err := c.wish("mei"); err != nil || o.Charge == nil {
			c.t.Errorf("before any counts the fee is waived: %+v, %v", o, err)
		}
		c.days(10)
		o, err := c.wish("mei")
		c.must(err)
		if o.Charge != nil || o.Term == nil || o.Term.Origin != membership.Waived || o.Term.Fee != 0 {
			c.t.Fatalf("after four count: %+v", o)
		}
		used := 0
		for i := range 4 {
			if c.recommendation(fmt.Sprint("n", i)).Waived == o.Term.ID {
				used++
			}
		}
		if used != 3 {
			c.t.Errorf("%d recommendations were used", used)
		}
		c.days(370) // into the waived year
		if again, err := c.wish("mei"); err != nil || again.Charge == nil {
			c.t.Errorf("one that was left of the year before waives nothing: %+v, %v", again, err)
		}
		got, err := c.GiveUp(ctx, c.home, c.actor("mei"), c.ref("mei"), flow.LeaveAll, "搬家")
		if err != nil || got.Sum() != 0 {
			c.t.Errorf("%v comes back of a waived fee: %v", got.Sum(), err)
		}
		c.whole()
	})
}

// TestTheRecommenderMustBeAMemberHerself: a founding member without a term waits until
// she has one (G-12).
func TestTheRecommenderMustBeAMemberHerself(t *testing.T) {
	inClub(t, func(c *club) {
		c.people["anna"] = c.known("安娜", "+8613900000001", "anna")
		c.later()
		c.joins("lan", with(c.code("anna")))
		c.spends("lan", 20_00)
		c.days(8)
		c.stands("lan", "pending")
		c.joins("anna")
		c.sweep()
		c.stands("lan", "counted")
		c.newcomer("late")
		c.joins("late", with(c.code("anna")))
		c.days(400)
		c.stands("late", "blocked G-11")
		c.whole()
	})
}

// TestARewardWithoutItsReasonIsFound: rewards that rest on nothing do not pass.
func TestARewardWithoutItsReasonIsFound(t *testing.T) {
	inClub(t, func(c *club) {
		c.joins("mei")
		c.later()
		o := c.joins("lan", with(c.code("mei")))
		forged := charter.ReferralReward{Recommender: c.who("mei").ID, Recommended: c.who("lan").ID, Term: o.Order.ID, Fee: 99_00, CapLeft: 200_00, Month: period.Date(2025, 10, 1).Month()}
		if _, err := c.move("~forged", forged); err != nil {
			c.t.Fatal(err)
		}
		found := make(map[string]bool)
		for _, f := range c.verify().Findings {
			found[f.Code] = true
		}
		for _, want := range []string{"verify.reward_too_early", "verify.reward_without_use", "verify.reward_differs", "verify.cap_differs"} {
			if !found[want] {
				c.t.Errorf("%s was not found: %v", want, found)
			}
		}
	})
}

// TestALongLife: whatever people do with their memberships for two years, the books
// are whole, nobody has more rewards than her cap, and no term overlaps another.
func TestALongLife(t *testing.T) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		c := &club{town: settled(t, env), people: make(map[string]id.ID)}
		rng := rand.New(rand.NewPCG(uint64(c.home[8]), 4))
		var names []string
		for step := range 260 {
			if rng.IntN(3) == 0 {
				c.days(rng.IntN(12))
			}
			switch n := rng.IntN(10); {
			case n < 3 || len(names) < 3:
				name := fmt.Sprint("p", step)
				names = append(names, name)
				edits := []func(*flow.MembershipWish){on(fmt.Sprint("device", rng.IntN(40)))}
				if len(names) > 1 && c.after(names[rng.IntN(len(names)-1)]) > 0 {
					by := names[rng.IntN(len(names)-1)]
					if c.after(by) > 0 {
						edits = append(edits, with(c.code(by)))
					}
				}
				c.later()
				c.joins(name, edits...)
			case n < 6:
				name := names[rng.IntN(len(names))]
				s := c.spends(name, 15_00)
				if rng.IntN(3) == 0 {
					_, err := c.Refund(ctx, c.home, db.System, flow.Refund{Ref: fmt.Sprint("r", step), Purchase: s.Seq, Amount: 7_00})
					c.must(err)
				}
			case n < 8:
				name := names[rng.IntN(len(names))]
				if o, err := c.wish(name); err == nil && o.Charge != nil {
					c.pay(o)
				} else if err != nil && !errors.Is(err, membership.ErrAhead) {
					c.t.Fatal(err)
				}
			case n < 9:
				name := names[rng.IntN(len(names))]
				if _, err := c.GiveUp(ctx, c.home, c.actor(name), c.ref(name), flow.LeaveAll, "搬家"); err != nil && !errors.Is(err, membership.ErrOver) {
					c.t.Fatal(err)
				}
			default:
				c.decide(rng)
			}
		}
		c.sweep()
		c.whole()
		c.eachTermStandsAlone(names)
	})
}

// decide looks at one held recommendation, and takes back one that counted.
func (c *club) decide(rng *rand.Rand) {
	var held, all []membership.Recommendation
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) {
		if held, err = c.Memberships.Waiting(ctx, r, c.home); err != nil {
			return err
		}
		all, err = c.Memberships.AllRecommendations(ctx, r, c.home, 100, 0)
		return err
	}))
	if len(held) > 0 {
		c.must(c.DecideRecommendation(ctx, c.home, db.System, held[0].Member, []string{membership.Allow, membership.Deny}[rng.IntN(2)], "核对过"))
	}
	for _, n := range all {
		if n.State() == membership.Counts && rng.IntN(8) == 0 {
			c.must(c.RevokeRecommendation(ctx, c.home, db.System, n.Member, membership.Oneself, "查明"))
			return
		}
	}
}

func (c *club) eachTermStandsAlone(names []string) {
	c.t.Helper()
	for _, name := range names {
		var last *membership.Term
		for _, x := range c.terms(name) {
			if !x.Stands() {
				continue
			}
			if last != nil && x.From < last.Until {
				c.t.Errorf("%s: terms overlap: %+v and %+v", name, last, x)
			}
			last = &x
		}
	}
}
