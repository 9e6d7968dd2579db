package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/score"
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

func (w *alley) breaches(shop string) (all []*duty.Breach) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
		all, err = w.Duties.BreachesOf(ctx, r, w.home, w.shops[shop])
		return err
	}))
	return all
}

func (w *alley) breach(b *duty.Breach) *duty.Breach {
	w.t.Helper()
	var found *duty.Breach
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { found, err = w.Duties.BreachByID(ctx, r, w.home, b.ID); return err }))
	return found
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

// accused opens a breach of the wine shop by somebody and lets it speak.
func (w *alley) accused(by id.ID) *duty.Breach {
	w.t.Helper()
	b, err := w.OpenBreach(ctx, w.home, as(by), "", flow.Accusation{Shop: w.shops["wine"], Kind: duty.FalseDiscount, Source: duty.ByOfficer, About: "标价先抬高再打折",
		Evidence: []duty.Evidence{{Kind: duty.Text, Words: "两张价签的照片在柜台"}}})
	w.must(err)
	_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Stated, Words: "是进价涨了，不是先抬价"})
	w.must(err)
	return w.breach(b)
}

var hundred = duty.Verdict{Outcome: duty.Penalty, Coins: 100_00}

// TestABreachByBallot: heard, voted, public, taken after the time to appeal, corrected
// later (C5, M-13, M-13R).
func TestABreachByBallot(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, mediator := w.somebody("officer", 81), w.somebody("mediator", 82)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		if b.State() != duty.Balloted || len(ballot.Options) != 4 {
			t.Fatalf("it is %s with %d options", b.State(), len(ballot.Options))
		}
		for _, e := range ballot.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		b = w.breach(b)
		if b.State() != duty.Found || b.Verdict() != hundred || len(b.Deciders) != 5 || len(b.Postings) != 0 {
			t.Fatalf("after the vote it is %s: %+v", b.State(), b.Verdict())
		}
		w.expect("")
		w.env.Clock.Advance(b.Last().Due.Sub(w.env.Clock.Now()) - time.Second)
		w.due()
		w.expect("")
		w.env.Clock.Advance(time.Second)
		w.due()
		w.due()
		if b = w.breach(b); b.State() != duty.Stands || b.Taken() != 100_00 || !b.Counts() {
			t.Fatalf("after the time to appeal it is %s, %d taken", b.State(), b.Taken())
		}
		w.expect(`
			merchant:shop-wine/owed COIN -100.00
			pool/coins COIN 100.00`)
		correct := duty.Step{State: duty.Reduced, Verdict: duty.Verdict{Outcome: duty.Penalty, Coins: 30_00}, Words: "查到进货单，一部分属实", Wording: "更正：一部分属实，扣减改为 30.00。"}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(ballot.Electors[0].Person), b.ID, correct)
		w.refused("who decided first corrects", err, flow.ErrPartial)
		_, err = w.DecideBreachAppeal(ctx, w.home, as(w.owners["wine"]), b.ID, correct)
		w.refused("the shop corrects", err, flow.ErrPartial)
		_, err = w.DecideBreachAppeal(ctx, w.home, as(mediator), b.ID, correct)
		w.must(err)
		w.expect(`
			merchant:shop-wine/owed COIN -30.00
			pool/coins COIN 30.00`)
		var said []duty.Notice
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { said, err = w.Duties.Notices(ctx, r, w.home, time.Time{}); return err }))
		if len(said) != 2 || said[0].Said != duty.SaidReduced || !said[0].Said.Correction() || said[1].Said != duty.SaidFound || said[0].Until.Sub(said[0].From) < 7*oneDay {
			t.Errorf("said in public: %+v", said)
		}
		w.whole()
	})
}

// TestAnAppealIsDecidedByOthers: by a mediator, or by those of the committee who did not
// decide first; nothing is taken meanwhile, and nobody decides about herself.
func TestAnAppealIsDecidedByOthers(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, mediator := w.somebody("officer", 81), w.somebody("mediator", 82)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		for _, e := range ballot.Electors[:3] { // two do not come
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		w.later(8 * oneDay)
		if b = w.breach(b); b.State() != duty.Found || len(b.Deciders) != 3 {
			t.Fatalf("it is %s by %d", b.State(), len(b.Deciders))
		}
		_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Appealed, Words: "有进货单，请再看一次"})
		w.must(err)
		b, err = w.PutAppealToVote(ctx, w.home, as(officer), b.ID, duty.Verdict{Outcome: duty.Warning}, "申诉结果见下。")
		w.must(err)
		again, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		if again.Eligible() != 2 {
			t.Errorf("%d may vote again, want the 2 who did not", again.Eligible())
		}
		for _, e := range again.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), again.ID, 1)
			if (err == nil) != e.May() {
				t.Errorf("%+v: %v", e, err)
			}
		}
		if b = w.breach(b); b.State() != duty.Lifted || b.ToTake() != 0 || b.Counts() {
			t.Errorf("the appeal made it %s", b.State())
		}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(mediator), b.ID, duty.Step{State: duty.Stands, Words: "再来一次", Wording: "再来一次"})
		w.refused("decided again", err, duty.ErrBadStep)
		w.later(60 * oneDay)
		w.due()
		w.expect("")
		w.whole()
	})
}

// TestOneMemberConfirmsWhatARuleOpened: the usual penalty and no more; not a competitor,
// not the shop itself, and only who sits in the committee.
func TestOneMemberConfirmsWhatARuleOpened(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("butcher")
		w.grant(w.owners["pharmacy"], access.Owner, w.home, w.shops["deli"]) // a rival of the butcher
		first := w.today().Month() + 1
		w.until((first + 1).Last() + 5)
		b := w.breaches("butcher")[0]
		confirm := func(who string, v duty.Verdict) error {
			_, err := w.ConfirmBreach(ctx, w.home, as(w.owners[who]), b.ID, v, "没有做到", "连续两个月没有做到责任。")
			return err
		}
		w.refused("before it was heard", confirm("florist", hundred), duty.ErrBadStep)
		w.env.Clock.Advance(b.Last().Due.Sub(w.env.Clock.Now()))
		w.due()
		w.refused("itself", confirm("butcher", hundred), flow.ErrPartial)
		w.refused("who does not sit there", confirm("restaurant", hundred), flow.ErrNotSitting)
		w.refused("more than usual", confirm("florist", duty.Verdict{Outcome: duty.Penalty, Coins: 200_00}), flow.ErrNeedsBallot)
		w.refused("the seat", confirm("florist", duty.Verdict{Outcome: duty.SeatLost}), flow.ErrNeedsBallot)
		w.must(confirm("florist", hundred))
		w.refused("twice", confirm("bakery", hundred), duty.ErrBadStep)
		if b = w.breach(b); b.State() != duty.Found || !b.HasDecided(w.owners["florist"]) {
			t.Errorf("it is %s", b.State())
		}
	})
}

// TestManyDecideAtOnce: of many who decide an appeal in the same second one does, and a
// penalty is taken once.
func TestManyDecideAtOnce(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer := w.somebody("officer", 81)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		for _, e := range ballot.Electors {
			_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
			w.must(err)
		}
		_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Appealed, Words: "有进货单，请再看一次"})
		w.must(err)
		var mediators []id.ID
		for n := range 12 {
			mediators = append(mediators, w.somebody(fmt.Sprint("mediator", n), 60+n))
		}
		var done atomic.Int64
		var all sync.WaitGroup
		for _, m := range mediators {
			all.Go(func() {
				_, err := w.DecideBreachAppeal(ctx, w.home, as(m), b.ID, duty.Step{State: duty.Stands, Words: "证据清楚", Wording: "申诉结果：维持。"})
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, duty.ErrBadStep) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("%d decided", done.Load())
		}
		w.expect(`
			merchant:shop-wine/owed COIN -100.00
			pool/coins COIN 100.00`)
		w.whole()
	})
}

// TestAShareOfProfit: declared, asked for, paid into the welfare fund; a slip that
// expired is made anew; a quarter is declared once (C4, M-14).
func TestAShareOfProfit(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending()
		q := w.today().Month().Quarter() + 3
		w.until((q + 3).First() + 2)
		declare := func() (*duty.Disclosure, error) {
			return w.Disclose(ctx, w.home, as(w.owners["deli"]), "", duty.Disclosure{Merchant: w.shops["deli"], Topic: duty.Profit, Quarter: q, Profit: 8_560_00})
		}
		d, err := declare()
		w.must(err)
		_, err = declare()
		w.refused("declared twice", err, duty.ErrDeclared)
		slips := func() (all []charge.Charge) {
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Charges.Of(ctx, r, w.home, d.ID); return err }))
			return all
		}
		if all := slips(); len(all) != 1 || all[0].Amount != 85_60 || all[0].Purpose != charge.Profit {
			t.Fatalf("asked for: %+v", all)
		}
		w.refused("a second slip", w.AskShareAgain(ctx, w.home, db.System, d.ID), flow.ErrShareAsked)
		w.until(w.today() + 35)
		w.must(w.AskShareAgain(ctx, w.home, db.System, d.ID))
		all := slips()
		_, err = w.Pay(ctx, w.home, db.System, all[1].ID, charge.Payment{Means: charter.Cash, Reference: "c-1"})
		w.refused("in cash", err, charge.ErrCustody)
		_, err = w.Pay(ctx, w.home, db.System, all[1].ID, charge.Payment{Means: charter.Provider, Reference: "p-1"})
		w.must(err)
		w.expect(`
			gateway/clearing CNY -85.60
			fund/welfare CNY 85.60`)
		w.whole()
	})
}

// TestMissingDisclosures: reminded, late, and after a quarter a breach for each.
func TestMissingDisclosures(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending()
		due := (w.today().Month() + 1).Last()
		w.until(w.today() + 20)
		_, err := w.Disclose(ctx, w.home, as(w.owners["bakery"]), "", duty.Disclosure{Merchant: w.shops["bakery"], Topic: duty.Goods, Items: []duty.Item{{Name: "鸡蛋", Unit: "500 克", Cost: 4_20, Price: 4_50}}})
		w.must(err)
		w.until(due.Plus(3))
		if n := len(w.breaches("bakery")); n != 0 {
			t.Errorf("%d breaches on the last day", n)
		}
		w.until(due.Plus(3) + 4)
		w.due()
		for shop, want := range map[string]int{"bakery": 1, "butcher": 2} {
			got := w.breaches(shop)
			if len(got) != want {
				t.Errorf("%s: %d breaches, want %d", shop, len(got), want)
			}
			for _, b := range got {
				if b.Kind != duty.MissingDisclosure || b.Source != duty.ByRule {
					t.Errorf("%s: %+v", shop, b)
				}
			}
		}
	})
}

// quarterRun is the score of a quarter.
func (w *alley) quarterRun(q period.Month) (run *score.Run) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { run, err = w.Scores.OfQuarter(ctx, r, w.home, q); return err }))
	if run == nil {
		w.t.Fatal("the quarter has no score")
	}
	return run
}

// TestAQuarterEnds: drafted from judged months, published, objected, recomputed, final;
// the last gets notice, and loses its seat when it does not appeal (C6).
func TestAQuarterEnds(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("wine", "restaurant")
		q := w.today().Month().Quarter() + 3
		w.until((q + 1).First())
		for n, shop := range []string{"bakery", "butcher", "deli", "florist", "pharmacy", "wine", "restaurant"} {
			w.sell(shop, 1_000_00, money.Amount(30_00-n*4_00))
		}
		w.until((q + 2).Last() + 5)
		run := w.quarterRun(q)
		if run.State() != score.Drafted || len(run.Last().Scores) != 7 {
			t.Fatalf("it is %s of %d shops", run.State(), len(run.Last().Scores))
		}
		last := run.Last().Scores[6]
		if last.Merchant != w.shops["restaurant"] || !last.Last || last.Sales != 1_000_00 || last.Offers != 6_00 {
			t.Errorf("the last is %+v", last)
		}
		object := score.Objection{Run: run.ID, Merchant: w.shops["restaurant"], Input: score.InRecommended, Claimed: 6, Words: "有六位是我们推荐的"}
		w.refused("before it is public", w.ObjectToScore(ctx, w.home, as(w.owners["restaurant"]), "", object), score.ErrBadStep)
		_, err := w.PublishScore(ctx, w.home, db.System, run.ID, "请各店核对")
		w.must(err)
		w.must(w.ObjectToScore(ctx, w.home, as(w.owners["restaurant"]), "", object))
		w.refused("twice", w.ObjectToScore(ctx, w.home, as(w.owners["restaurant"]), "", object), score.ErrObjected)
		var objections []score.Objection
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
			objections, err = w.Scores.Objections(ctx, r, w.home, run.ID)
			return err
		}))
		answer := score.Answer{Granted: true, Value: 6, Words: "名单核对过了"}
		w.refused("by who does not sit there", w.AnswerObjection(ctx, w.home, as(w.owners["wine"]), objections[0].ID, answer), flow.ErrNotSitting)
		w.refused("by the shop itself", w.AnswerObjection(ctx, w.home, as(w.owners["restaurant"]), objections[0].ID, answer), flow.ErrPartial)
		w.must(w.AnswerObjection(ctx, w.home, as(w.owners["florist"]), objections[0].ID, answer))
		run = w.quarterRun(q)
		if s := run.Last().Of(w.shops["restaurant"]); run.State() != score.Recomputed || s.Recommended != 6 || s.Last || !run.Last().Of(w.shops["wine"]).Last {
			t.Fatalf("recomputed: %s, %+v", run.State(), s)
		}
		w.until(period.DayOf(run.Until(), flow.DefaultZone) + 1)
		if run = w.quarterRun(q); run.State() != score.Final {
			t.Fatalf("it is %s", run.State())
		}
		all := w.breaches("wine")
		b := all[len(all)-1]
		if b.Kind != duty.LastPlace || b.State() != duty.Found || b.Verdict().Outcome != duty.SeatLost {
			t.Fatalf("the last got %+v", b)
		}
		held := func(shop string) bool {
			return alliance.OfShop(w.tenures(), w.shops[shop], w.env.Clock.Now()) != nil
		}
		if !held("wine") {
			t.Error("it lost its seat before the time to appeal is over")
		}
		w.until(period.DayOf(b.Last().Due, flow.DefaultZone) + 1)
		if b = w.breach(b); b.State() != duty.Stands || held("wine") || !held("restaurant") || b.Counts() {
			t.Errorf("it is %s, the seat held: %v", b.State(), held("wine"))
		}
		if w.opening("wine") == nil {
			t.Error("the seat is not open to bids")
		}
		// A mediator finds later that it was wrong: the seat goes back.
		_, err = w.DecideBreachAppeal(ctx, w.home, as(w.somebody("mediator", 82)), b.ID, duty.Step{State: duty.Lifted, Words: "漏算了六位会员", Wording: "更正：漏算了会员，末位不成立。"})
		w.must(err)
		if !held("wine") {
			t.Error("a seat that was lost by mistake did not come back")
		}
		w.whole()
	})
}

// TestAnUnansweredObjectionSparesTheShop: the score waits for the committee, and at the
// end it is the shop that does not bear it.
func TestAnUnansweredObjectionSparesTheShop(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("restaurant")
		q := w.today().Month().Quarter() + 3
		w.until((q + 2).Last() + 5)
		run := w.quarterRun(q)
		_, err := w.PublishScore(ctx, w.home, db.System, run.ID, "")
		w.must(err)
		w.must(w.ObjectToScore(ctx, w.home, as(w.owners["restaurant"]), "", score.Objection{Run: run.ID, Merchant: w.shops["restaurant"], Input: score.InAttended, Claimed: 6, Words: "六次都到了"}))
		w.until(period.DayOf(run.At, flow.DefaultZone) + 20)
		if run = w.quarterRun(q); run.State() != score.Published {
			t.Errorf("with an open objection it is %s", run.State())
		}
		w.until(period.DayOf(run.Until(), flow.DefaultZone) + 40)
		run = w.quarterRun(q)
		if s := run.Last().Of(w.shops["restaurant"]); run.State() != score.Final || !s.Excused || s.Last {
			t.Errorf("in the end it is %s: %+v", run.State(), s)
		}
		for _, b := range w.breaches("restaurant") {
			if b.Kind == duty.LastPlace {
				t.Error("it got notice")
			}
		}
	})
}

// TestABallotThatNobodyComesTo ends by the clock.
func TestABallotThatNobodyComesTo(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer := w.somebody("officer", 81)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		for range 9 {
			w.later(5 * oneDay)
			w.due()
		}
		if b = w.breach(b); b.State() != duty.Dropped || len(b.Deciders) != 0 {
			t.Errorf("it is %s", b.State())
		}
		var all []*committee.Ballot
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
			all, err = w.Committee.BallotsOn(ctx, r, w.home, committee.Subject{Kind: flow.OnBreach, ID: b.ID})
			return err
		}))
		if len(all) != 2 || all[1].Tally.Outcome != committee.Referred {
			t.Fatalf("%d rounds", len(all))
		}
		for _, side := range []committee.Ruler{committee.ByOperator, committee.ByResidents} { // too late
			_, err := w.RuleOnBallot(ctx, w.home, as(officer), all[1].ID, side, 3, "应当扣")
			w.must(err)
		}
		if b = w.breach(b); b.State() != duty.Dropped {
			t.Errorf("a late ruling makes it %s", b.State())
		}
		w.expect("")
	})
}
