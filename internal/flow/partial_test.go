package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// shopElsewhere gives somebody a shop of a trade in another community.
func (w *alley) shopElsewhere(who id.ID, trade string) {
	w.t.Helper()
	var shop id.ID
	w.must(w.DB.Update(ctx, w.away, db.System, func(tx *db.Tx) error {
		m, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: "far-" + trade, Industry: trade, Tier: policy.Standard})
		if err == nil {
			shop = m.ID
		}
		return err
	}))
	w.grant(who, access.Owner, w.away, shop)
}

// TestWhoHasNoSayInABreach: the shop's own people, who competes with it in another
// community, and who opened it; but for taking back what one opened oneself (C5).
func TestWhoHasNoSayInABreach(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, own, rival := w.somebody("officer", 81), w.owners["wine"], w.owners["deli"]
		_, err := w.SeatMember(ctx, w.home, db.System, own, w.shops["wine"], "补选") // the accused sits in the committee
		w.must(err)
		w.shopElsewhere(rival, "tobacco")
		b := w.accused(officer)
		propose := func(who id.ID) error {
			_, err := w.PutBreachToVote(ctx, w.home, as(who), b.ID, duty.Verdict{Outcome: duty.Penalty, Coins: 1}, "公示的话")
			return err
		}
		withdraw := func(who id.ID) error {
			_, err := w.StepBreach(ctx, w.home, as(who), b.ID, duty.Step{State: duty.Withdrawn, Words: "立错了"})
			return err
		}
		w.refused("the accused proposes a fen", propose(own), flow.ErrPartial)
		w.refused("a competitor proposes", propose(rival), flow.ErrPartial)
		w.refused("the accused takes it back", withdraw(own), duty.ErrNotOpener)
		w.refused("another member takes it back", withdraw(w.owners["bakery"]), duty.ErrNotOpener)
		w.must(propose(officer))
		b = w.breach(b)
		ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
		w.must(err)
		for who, want := range map[id.ID]string{own: flow.RuleOneself, rival: flow.RuleCompetitor, w.owners["bakery"]: ""} {
			if got := w.rule(ballot, who); got != want {
				t.Errorf("rule %q, want %q", got, want)
			}
		}
		for says, who := range map[string]id.ID{"the accused": own, "a competitor": rival} {
			_, err := w.Vote(ctx, w.home, as(who), ballot.ID, 1)
			w.refused(says+" votes", err, committee.ErrRecused)
			_, err = w.DecideBreachAppeal(ctx, w.home, as(who), b.ID, duty.Step{State: duty.Lifted, Words: "我说没有", Wording: "没有这回事"})
			w.refused(says+" lifts it", err, flow.ErrPartial)
		}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(officer), b.ID, duty.Step{State: duty.Lifted, Words: "我说没有", Wording: "没有这回事"})
		w.refused("who opened it lifts it", err, flow.ErrPartial)
		b = w.accused(w.owners["bakery"]) // a member opens one
		w.must(propose(officer))
		b = w.breach(b)
		if ballot, err = w.Ballot(ctx, w.home, b.Last().Ballot); err != nil || w.rule(ballot, w.owners["bakery"]) != flow.RuleOneself {
			t.Errorf("who opened it may vote: %v", err)
		}
		b = w.accused(officer)
		w.must(withdraw(officer))
		if b = w.breach(b); b.State() != duty.Withdrawn {
			t.Errorf("who opened it takes it back, and it is %s", b.State())
		}
	})
}

// TestWhoRuledDoesNotDecideTheAppeal: where too few vote, the operator and the residents'
// committee decide; the appeal is for others then.
func TestWhoRuledDoesNotDecideTheAppeal(t *testing.T) {
	inAlley(t, func(w *alley) {
		officer, operator, residents := w.somebody("officer", 81), w.somebody("operator", 83), w.somebody("residents", 84)
		b := w.accused(officer)
		b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
		w.must(err)
		w.later(8 * oneDay)
		w.later(8 * oneDay)
		var rounds []*committee.Ballot
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
			rounds, err = w.Committee.BallotsOn(ctx, r, w.home, committee.Subject{Kind: flow.OnBreach, ID: b.ID})
			return err
		}))
		if len(rounds) != 2 {
			t.Fatalf("%d rounds", len(rounds))
		}
		for side, who := range map[committee.Ruler]id.ID{committee.ByOperator: operator, committee.ByResidents: residents} {
			_, err := w.RuleOnBallot(ctx, w.home, as(who), rounds[1].ID, side, 3, "两张价签看得清楚")
			w.must(err)
		}
		if b = w.breach(b); b.State() != duty.Found || !b.HasDecided(operator) || !b.HasDecided(residents) {
			t.Fatalf("it is %s by %v", b.State(), b.Deciders)
		}
		_, err = w.StepBreach(ctx, w.home, as(w.owners["wine"]), b.ID, duty.Step{State: duty.Appealed, Words: "有进货单，请再看一次"})
		w.must(err)
		lift := duty.Step{State: duty.Lifted, Words: "查明没有这回事", Wording: "更正：查明没有这回事"}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(operator), b.ID, lift)
		w.refused("who ruled decides the appeal", err, flow.ErrPartial)
		_, err = w.PutAppealToVote(ctx, w.home, as(officer), b.ID, duty.Verdict{}, "申诉结果见下。")
		w.must(err)
		_, err = w.DecideBreachAppeal(ctx, w.home, as(w.somebody("mediator", 85)), b.ID, lift)
		w.refused("a mediator decides while others vote", err, duty.ErrBallotRuns)
	})
}

// TestABreachCountsInOneQuarter: in the one in which it came to hold, also when a
// correction leaves something of it in the next (C6).
func TestABreachCountsInOneQuarter(t *testing.T) {
	inAlley(t, func(w *alley) {
		b := w.found(w.somebody("officer", 81))
		w.env.Clock.Advance(b.Last().Due.Sub(w.env.Clock.Now()))
		w.due()
		quarter := w.today().Month().Quarter()
		counted := func(q period.Month) (n int) {
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
				o, err := w.Obligations(ctx, r, w.home)
				if err != nil {
					return err
				}
				in, err := w.QuarterInput(ctx, r, w.home, o, q)
				for _, s := range in.Shops {
					if s.Merchant == b.Merchant {
						n = s.Breaches
					}
				}
				return err
			}))
			return n
		}
		w.env.Clock.Advance(100 * oneDay)
		_, err := w.DecideBreachAppeal(ctx, w.home, as(w.somebody("mediator", 82)), b.ID, duty.Step{State: duty.Reduced, Verdict: duty.Verdict{Outcome: duty.Warning}, Words: "只有一件", Wording: "更正：只提醒改正"})
		w.must(err)
		if first, next := counted(quarter), counted(quarter+3); first != 1 || next != 0 {
			t.Errorf("counted %d times in its quarter, %d in that of the correction", first, next)
		}
		_, err = w.DecideBreachAppeal(ctx, w.home, as(w.somebody("second", 83)), b.ID, duty.Step{State: duty.Lifted, Words: "一件也没有", Wording: "更正：一件也没有"})
		w.must(err)
		if n := counted(quarter); n != 0 {
			t.Errorf("what was lifted counts %d times", n)
		}
		w.expect("")
	})
}

// found lets the committee find a breach of the wine shop, for a hundred.
func (w *alley) found(officer id.ID) *duty.Breach {
	w.t.Helper()
	b := w.accused(officer)
	b, err := w.PutBreachToVote(ctx, w.home, as(officer), b.ID, hundred, "抬高原价再打折，违反了公约第四条。")
	w.must(err)
	ballot, err := w.Ballot(ctx, w.home, b.Last().Ballot)
	w.must(err)
	for _, e := range ballot.Electors {
		_, err := w.Vote(ctx, w.home, as(e.Person), ballot.ID, 3)
		w.must(err)
	}
	return w.breach(b)
}

// TestMonthsAreJudgedOnce: by many sweeps at once, for all shops or for none, over the
// end of a year.
func TestMonthsAreJudgedOnce(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.recommending("butcher")
		december := (w.today().Month().Quarter() + 2)
		w.until(december.Last() + 3)
		w.env.Clock.Advance(3 * oneDay)
		w.must(w.CloseDue(ctx, w.home))
		_, err := w.DeriveTrade(ctx, w.home, 100_000)
		w.must(err)
		failed := make(chan error, 6)
		for range cap(failed) {
			go func() { failed <- w.JudgeMonths(ctx, w.home) }()
		}
		for range cap(failed) {
			w.must(<-failed)
		}
		var all []duty.Result
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) {
			all, err = w.Duties.Results(ctx, r, w.home, december, december+1)
			return err
		}))
		if len(all) != len(w.shops) {
			t.Errorf("%d results of %d shops", len(all), len(w.shops))
		}
		for _, x := range all {
			if x.Month != december || x.At != w.env.Clock.Now().Truncate(time.Microsecond).UnixMicro() {
				t.Errorf("judged %s at %d", x.Month, x.At)
			}
		}
		if n := len(w.breaches("butcher")); n != 1 {
			t.Errorf("%d breaches of a run of missed months", n)
		}
	})
}
