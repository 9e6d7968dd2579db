package flow_test

import (
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/score"
	"gongyi/internal/platform/db"
)

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
