package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// until moves the clock to the morning of a day and does what is due on the way.
func (w *alley) until(day period.Day) {
	w.t.Helper()
	for w.today() < day {
		at := min(day, w.today()+3)
		w.env.Clock.Advance(at.Start(flow.DefaultZone).Add(9 * time.Hour).Sub(w.env.Clock.Now()))
		w.due()
	}
}

// due does what the sweeps do.
func (w *alley) due() {
	w.t.Helper()
	if m := w.today().Month(); w.recommends != nil && m != w.recommended {
		w.recommended = m
		w.recommends(m)
	}
	w.must(w.CloseDue(ctx, w.home))
	_, err := w.DeriveTrade(ctx, w.home, 100_000)
	w.must(err)
	for _, do := range []func() error{
		func() error { return w.JudgeMonths(ctx, w.home) }, func() error { return w.RemindDuties(ctx, w.home) }, func() error { return w.DisclosuresDue(ctx, w.home) },
		func() error { return w.BreachesDue(ctx, w.home) }, func() error { return w.ScoresDue(ctx, w.home) }, func() error { return w.AllianceDue(ctx, w.home) },
		func() error { return w.ExpireCharges(ctx, w.home) },
	} {
		w.must(do())
	}
}

func (w *alley) today() period.Day { return period.DayOf(w.env.Clock.Now(), flow.DefaultZone) }

// sell sells for a price with so much taken off the shelf price.
func (w *alley) sell(shop string, price, off money.Amount) {
	w.t.Helper()
	w.sales++
	_, err := w.buy(fmt.Sprint("duty-", w.sales), "anna", "shop-"+shop, price, func(p *flow.Purchase) { p.List = price + off })
	w.must(err)
}

func (w *alley) results(shop string) (all []duty.Result) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Duties.ResultsOf(ctx, r, w.home, w.shops[shop], 50)
		return err
	}))
	return all
}

func (w *alley) refused(says string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

// recommending makes every shop recommend two members each month, but for some.
func (w *alley) recommending(but ...string) {
	w.recommends = func(month period.Month) {
		for name, shop := range w.shops {
			if slices.Contains(but, name) {
				continue
			}
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
				for range 2 {
					newcomer := tx.NewPseudonym()
					if err := w.Memberships.Recommend(ctx, tx, newcomer, tx.NewID(), membership.By{Kind: membership.ByMerchant, ID: shop}); err != nil {
						return err
					}
					n, err := w.Memberships.RecommendationOf(ctx, tx, w.home, newcomer)
					if err != nil {
						return err
					}
					if err := w.Memberships.Conclude(ctx, tx, n, membership.Outcome{State: membership.Counts, Seq: -1, Month: month, Day: month.First()}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	}
}

// TestMissedMonths: a new shop's first month does not count, the first missed one is a
// reminder, the second running opens a breach, once (C3).
func TestMissedMonths(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("butcher")
		first := w.today().Month() + 1
		w.until(first.First() + 9)
		w.sell("bakery", 1_000_00, 10_00)
		w.until(first.Last() + 2)
		if n := len(w.results("bakery")); n != 1 { // the month of its seat, as exempt
			t.Errorf("before the papers are in, %d months are judged", n)
		}
		w.until(first.Last() + 5)
		all := w.results("bakery")
		if len(all) != 2 || all[0].Month != first || !all[0].Met() || all[0].Sales != 1_000_00 || all[0].Offers != 10_00 || all[1].Exempt != duty.NewHere {
			t.Errorf("the bakery's months: %+v", all)
		}
		if all := w.results("butcher"); !all[0].Missed() || all[0].Run != 1 || !all[0].Breach.IsZero() || len(w.breaches("butcher")) != 0 {
			t.Errorf("the butcher's first month: %+v", all[0])
		}
		w.until((first + 1).Last() + 5)
		all, open := w.results("butcher"), w.breaches("butcher")
		if len(open) != 1 || all[0].Run != 2 || all[0].Breach != open[0].ID || open[0].Kind != duty.MissedDuty || open[0].State() != duty.Opened {
			t.Fatalf("the second month: %+v, %d breaches", all[0], len(open))
		}
		w.due()
		w.until((first + 2).Last() + 5)
		if all := w.results("butcher"); all[0].Run != 1 || len(w.breaches("butcher")) != 1 {
			t.Errorf("after a breach the count begins anew: %+v", all[0])
		}
		w.whole()
	})
}

// TestAFreeServiceCounts: confirmed at the desk, for as much as is stated or less, not
// by the shop's own people, and not once the month is judged.
func TestAFreeServiceCounts(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending()
		first := w.today().Month() + 1
		w.until(first.First() + 9)
		w.sell("florist", 1_000_00, 0)
		give := func(worth money.Amount) *duty.Given {
			g, err := w.GiveService(ctx, w.home, as(w.owners["florist"]), "", duty.Given{Merchant: w.shops["florist"], Day: w.today(), What: "教大家插花", People: 8, Worth: worth})
			w.must(err)
			return g
		}
		g, late := give(20_00), give(5_00)
		answer := duty.Answer{Confirmed: true, Worth: 9_00, Slip: "F-12"}
		w.refused("by its owner", w.AnswerService(ctx, w.home, as(w.owners["florist"]), g.ID, answer), flow.ErrPartial)
		w.refused("more than is stated", w.AnswerService(ctx, w.home, db.System, g.ID, duty.Answer{Confirmed: true, Worth: 21_00, Slip: "F-12"}), duty.ErrBadWorth)
		w.refused("without a slip", w.AnswerService(ctx, w.home, db.System, g.ID, duty.Answer{Confirmed: true, Worth: 9_00}), duty.ErrBadSlip)
		w.must(w.AnswerService(ctx, w.home, db.System, g.ID, answer))
		w.refused("twice", w.AnswerService(ctx, w.home, db.System, g.ID, answer), duty.ErrAnswered)
		w.until(first.Last() + 5)
		if r := w.results("florist")[0]; r.Services != 9_00 || r.OfferMet() || r.Offer != 10_00 {
			t.Errorf("the florist's month: %+v", r)
		}
		w.refused("after the month is judged", w.AnswerService(ctx, w.home, db.System, late.ID, duty.Answer{Confirmed: true, Worth: 1_00, Slip: "F-13"}), duty.ErrMonthJudged)
		_, err := w.GiveService(ctx, w.home, as(w.owners["florist"]), "", duty.Given{Merchant: w.shops["florist"], Day: first.Last(), What: "教大家插花", People: 1, Worth: 1})
		w.refused("noted late", err, duty.ErrMonthJudged)
	})
}
