package duty_test

import (
	"sync/atomic"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/duty"
	"gongyi/internal/platform/db"
)

// A breach that a rule makes, a month's result and a reminder are there once, whoever
// comes again: the first stands.
func TestWhatIsThereOnce(t *testing.T) {
	inRegister(t, func(g *register) {
		var opened, judged, told atomic.Int64
		december := month(t, "2025-12")
		g.atOnce(6, nil, func(n int) error {
			var breach, result, reminder bool
			err := g.update(func(tx *db.Tx) (err error) {
				if _, breach, err = g.Open(ctx, tx, duty.Breach{Merchant: shop, Kind: duty.MissedDuty, Source: duty.ByRule, Rule: "missed/2025-12", About: "连续两个月"}, duty.Step{State: duty.Opened}, rules); err != nil {
					return err
				}
				if result, err = g.Judge(ctx, tx, duty.Result{Merchant: shop, Month: december, Policy: 1, Run: n}); err != nil {
					return err
				}
				reminder, err = g.Remind(ctx, tx, shop, "month/2025-12/first")
				return err
			})
			for made, count := range map[*bool]*atomic.Int64{&breach: &opened, &result: &judged, &reminder: &told} {
				if *made {
					count.Add(1)
				}
			}
			return err
		})
		if opened.Load() != 1 || judged.Load() != 1 || told.Load() != 1 {
			t.Errorf("opened %d, judged %d, told %d times", opened.Load(), judged.Load(), told.Load())
		}
		var all []duty.Result
		g.must(g.View(ctx, home, func(r db.Reader) (err error) { all, err = g.ResultsOf(ctx, r, home, shop, 10); return err }))
		again := all[0]
		again.Run = 99
		g.must(g.update(func(tx *db.Tx) error {
			added, err := g.Judge(ctx, tx, again)
			if added {
				t.Error("a month is judged twice")
			}
			return err
		}))
		g.must(g.View(ctx, home, func(r db.Reader) error {
			last, any, err := g.LastJudged(ctx, r, home)
			if last != december || !any {
				t.Errorf("the last judged month is %s", last)
			}
			after, more := g.ResultsOf(ctx, r, home, shop, 10)
			if len(after) != 1 || after[0] != all[0] {
				t.Errorf("judged %+v, then %+v", all, after)
			}
			return orElse(err, more)
		}))
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// A free service counts once the desk confirms it, for what is stated or less; on the
// leap day as on any other; and in a month that is judged nothing changes any more.
func TestFreeServices(t *testing.T) {
	inRegister(t, func(g *register) {
		leap := day(t, "2028-02-29")
		g.Clock.Advance(leap.Start(shanghai).Sub(g.Clock.Now()))
		give := func(merchant id.ID, on string, worth money.Amount) (made *duty.Given, err error) {
			err = g.update(func(tx *db.Tx) error {
				made, err = g.Give(ctx, tx, duty.Given{Merchant: merchant, Day: day(t, on), What: "上门磨刀", People: 1, Worth: worth}, g.today())
				return err
			})
			return made, err
		}
		answer := func(s *duty.Given, a duty.Answer) error {
			return g.update(func(tx *db.Tx) error { _, err := g.Answer(ctx, tx, s.ID, a); return err })
		}
		mine, err := give(shop, "2028-02-29", 50_00)
		g.must(err)
		late, err := give(shop, "2028-02-28", 10_00)
		g.must(err)
		_, err = give(shop, "2028-03-01", 1)
		g.refused("tomorrow's", err, duty.ErrBadDay)
		_, err = give(shop, "2027-12-28", 1)
		g.refused("of more than two months ago", err, duty.ErrBadDay)
		_, err = give(shop, "2028-02-29", 10_000_01)
		g.refused("worth too much", err, duty.ErrBadWorth)
		g.refused("refused without a word", answer(mine, duty.Answer{}), duty.ErrBadNote)
		if n := g.atOnce(6, duty.ErrAnswered, func(int) error { return answer(mine, duty.Answer{Confirmed: true, Worth: 40_00, Slip: "F-1"}) }); n != 1 {
			t.Errorf("confirmed %d times", n)
		}
		february := leap.Month()
		var worth map[id.ID]money.Amount
		g.must(g.View(ctx, home, func(r db.Reader) (err error) {
			worth, err = g.GivenWorth(ctx, r, home, february.First(), february.Last())
			return err
		}))
		if len(worth) != 1 || worth[shop] != 40_00 {
			t.Errorf("February is worth %v", worth)
		}
		g.must(g.update(func(tx *db.Tx) error {
			_, err := g.Judge(ctx, tx, duty.Result{Merchant: shop, Month: february})
			return err
		}))
		g.refused("confirmed after the month is judged", answer(late, duty.Answer{Confirmed: true, Worth: 1, Slip: "F-2"}), duty.ErrMonthJudged)
		_, err = give(shop, "2028-02-29", 1)
		g.refused("noted after the month is judged", err, duty.ErrMonthJudged)
		_, err = give(id.ID{9}, "2028-02-29", 1)
		g.must(err) // another shop's is not
	})
}
