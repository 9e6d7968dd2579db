package flow_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// resting are the states in which an application may stay: it is over, or it waits for
// a seat to become free.
func resting(s alliance.State) bool { return s.Final() || s == alliance.Listed }

// TestEveryApplicationEndsSomewhere plays random lives of an alliance: people apply,
// mend, appeal, withdraw or do nothing, the office is slow or hard, the committee votes
// or does not, seats fall vacant. However it goes, when everybody has stopped every
// application rests in a stated place, no seat ever had two shops, and no money of who
// was not admitted is kept.
func TestEveryApplicationEndsSomewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("a life takes a while, and nobody meets in it")
	}
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // a life takes a quarter of a second
		if err := checks.Value.Set("20"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	rapid.Check(t, func(rt *rapid.T) {
		env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { o.Rehearse = false })
		defer env.DB.Close()
		w := furnished(t, env)
		people := []id.ID{w.somebody("p1", 91), w.somebody("p2", 92), w.somebody("p3", 93)}
		office, neutral := w.somebody("office", 94), w.somebody("residents", 95)
		w.free("wine", alliance.Resigned)
		for step := range rapid.IntRange(5, 30).Draw(rt, "steps") {
			w.something(rt, people, office, step)
			w.sane()
		}
		for range 8 { // everybody has stopped; the office, which may not, does its work
			for _, x := range w.everyone() {
				switch x.State() {
				case alliance.Submitted, alliance.Checked:
					w.must(w.CheckApplication(ctx, w.home, as(office), x.ID, alliance.Refused, "超过期限没有来"))
				case alliance.Appealed:
					w.must(w.DecideAppeal(ctx, w.home, db.System, x.ID, false, "没有新材料"))
				}
			}
			w.later(9 * oneDay)
			w.later(9 * oneDay)
			w.ruleOnAll(office, neutral)
		}
		w.sane()
		for _, x := range w.everyone() {
			if !resting(x.State()) {
				rt.Errorf("%s rests in %s: %+v", x.Form.ShopName, x.State(), x.Steps)
			}
		}
		w.moneyIsBack()
	})
}

// everyone lists all applications.
func (w *alley) everyone() (all []*alliance.Application) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Alliance.Applications(ctx, r, w.home); return err }))
	return all
}

// sane fails where a seat has two shops or a shop two seats.
func (w *alley) sane() {
	w.t.Helper()
	all := w.tenures()
	for i, x := range all {
		for _, y := range all[:i] {
			if x.From.Before(y.Over()) && y.From.Before(x.Over()) && (x.Seat == y.Seat || x.Merchant == y.Merchant) {
				w.t.Fatalf("two at a time: %+v and %+v", x, y)
			}
		}
	}
}

// moneyIsBack fails where something is kept of a shop that holds no seat.
func (w *alley) moneyIsBack() {
	w.t.Helper()
	holding := make(map[string]bool)
	for _, t := range alliance.Holding(w.tenures(), w.env.Clock.Now()) {
		holding[w.register(t.Merchant).Ref] = true
	}
	for account, balance := range w.books() {
		if shop, ok := strings.CutSuffix(strings.TrimPrefix(account, "merchant:"), "/deposit CNY"); ok && !holding[shop] {
			w.t.Errorf("%s holds no seat, and %s of its deposit is kept", shop, balance)
		}
	}
}

// ruleOnAll lets both sides decide what failed twice.
func (w *alley) ruleOnAll(office, residents id.ID) {
	w.t.Helper()
	var all []*committee.Ballot
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Committee.Ballots(ctx, r, w.home); return err }))
	for _, b := range all {
		if b.Tally == nil || b.Tally.Outcome != committee.Referred || b.Answer() != nil {
			continue
		}
		for side, who := range map[committee.Ruler]id.ID{committee.ByOperator: office, committee.ByResidents: residents} {
			if _, err := w.RuleOnBallot(ctx, w.home, as(who), b.ID, side, len(b.Options), "这一轮不选"); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// something is one random thing that somebody does; what is refused is refused.
func (w *alley) something(rt *rapid.T, people []id.ID, office id.ID, step int) {
	who := rapid.IntRange(0, len(people)-1).Draw(rt, "who")
	var mine *alliance.Application
	for _, x := range w.everyone() {
		if x.Person == people[who] && !x.State().Final() {
			mine = x
		}
	}
	what := rapid.SampledFrom([]string{"apply", "apply", "go on", "go on", "go on", "go on", "withdraw", "wait", "wait long", "vacate", "vote"}).Draw(rt, "what")
	switch {
	case what == "wait":
		w.later(time.Duration(rapid.IntRange(1, 9).Draw(rt, "days")) * oneDay)
	case what == "wait long":
		w.later(17 * oneDay)
	case what == "vacate":
		if held := alliance.Holding(w.tenures(), w.env.Clock.Now()); len(held) > 0 {
			t := held[rapid.IntRange(0, len(held)-1).Draw(rt, "tenure")]
			_, err := w.VacateSeat(ctx, w.home, db.System, t.ID, alliance.Resigned, "测试")
			w.must(err)
		}
	case what == "vote":
		w.voteAtRandom(rt)
	case what == "apply" && mine == nil:
		if o := w.anyOpening(); o != nil {
			w.bid(people[who], o.Trade, 10*step+who, alliance.SmallLocal)
		}
	case mine == nil:
	case what == "withdraw":
		_ = w.WithdrawApplication(ctx, w.home, as(people[who]), mine.ID)
	default:
		w.goOn(rt, mine, office)
	}
}

// anyOpening is an opening that takes bids, nil if none does.
func (w *alley) anyOpening() *alliance.Opening {
	w.t.Helper()
	var all []*alliance.Opening
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Alliance.OpenOpenings(ctx, r, w.home); return err }))
	i := slices.IndexFunc(all, func(o *alliance.Opening) bool { return o.Takes(w.env.Clock.Now()) })
	if i < 0 {
		return nil
	}
	return all[i]
}

func (w *alley) voteAtRandom(rt *rapid.T) {
	var all []*committee.Ballot
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { all, err = w.Committee.Running(ctx, r, w.home); return err }))
	for _, b := range all {
		for _, e := range b.Electors {
			if rapid.Bool().Draw(rt, "votes") {
				_, _ = w.Vote(ctx, w.home, as(e.Person), b.ID, rapid.IntRange(1, len(b.Options)).Draw(rt, "option"))
			}
		}
	}
}

// goOn does what an application waits for.
func (w *alley) goOn(rt *rapid.T, x *alliance.Application, office id.ID) {
	hard := rapid.IntRange(0, 3).Draw(rt, "hard") == 0
	switch x.State() {
	case alliance.Submitted:
		to := alliance.Checked
		if hard {
			to = rapid.SampledFrom([]alliance.State{alliance.Returned, alliance.Refused}).Draw(rt, "to")
		}
		w.must(w.CheckApplication(ctx, w.home, as(office), x.ID, to, "说明"))
	case alliance.Returned:
		w.must(w.SubmitApplication(ctx, w.home, as(x.Person), x.ID))
	case alliance.Checked:
		v := alliance.Visit{Application: x.ID, On: period.DayOf(w.env.Clock.Now(), flow.DefaultZone), Visitors: []string{"甲", "乙"}, Result: alliance.Fit}
		if hard {
			v.Result, v.Note = alliance.NotFit, "没有执照"
		}
		_, err := w.NoteVisit(ctx, w.home, as(office), v, "")
		w.must(err)
	case alliance.Refused:
		_ = w.AppealApplication(ctx, w.home, as(x.Person), x.ID, "我不同意")
	case alliance.Appealed:
		w.must(w.DecideAppeal(ctx, w.home, db.System, x.ID, !hard, "看过了"))
	case alliance.Charged:
		w.pay(x.ID)
	case alliance.Offered:
		w.must(w.AnswerOffer(ctx, w.home, as(x.Person), x.ID, !hard))
	case alliance.Paid:
		w.must(w.DrawContract(ctx, w.home, as(office), x.ID))
	case alliance.Contracted:
		w.sign(x.ID, office)
	}
}

// TestShopsThatCompeteAreFound looks at the search of C1: trades that clash and
// catchments that overlap, across the communities of a street.
func TestShopsThatCompeteAreFound(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.must(w.IndexShops(ctx, w.home))
		found := func(trade string, at geo.Point, radius int) (names []string) {
			all, err := w.Competitors(ctx, w.home, trade, at, radius)
			w.must(err)
			for _, c := range all {
				names = append(names, fmt.Sprintf("%s %s", w.register(c.Merchant).Industry, c.Clash))
			}
			return names
		}
		far := geo.Point{Lat: spot.Lat + 30_000, Lon: spot.Lon} // 3.3 km
		for _, c := range []struct {
			trade  string
			at     geo.Point
			radius int
			want   []string
		}{
			{"bakery", spot, 1000, []string{"bakery same"}},
			{"tobacco", spot, 1000, []string{"wine rival"}},
			{"drinks", spot, 1000, []string{"wine broader"}},
			{"printing", spot, 1000, nil},
			{"bakery", far, 1000, nil},
			{"bakery", far, 2500, []string{"bakery same"}},
			{"eating", spot, 1000, []string{"bakery broader", "deli broader", "restaurant broader"}},
		} {
			if got := found(c.trade, c.at, c.radius); !slices.Equal(got, c.want) {
				t.Errorf("%s at %v within %d: %v, want %v", c.trade, c.at, c.radius, got, c.want)
			}
		}
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Merchants.Change(ctx, tx, "shop-bakery", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
		}))
		w.must(w.IndexShops(ctx, w.home))
		if got := found("bakery", spot, 1000); got != nil {
			t.Errorf("a suspended shop competes: %v", got)
		}
	})
}

// TestExistingShopsAreSeated: each trade's first shop gets its seat, the others and
// unknown trades wait for the operator; doing it again changes nothing.
func TestExistingShopsAreSeated(t *testing.T) {
	inAlley(t, func(w *alley) {
		before := len(w.tenures())
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			for ref, trade := range map[string]string{"z-bakery": "bakery", "z-odd": "alchemist"} {
				if _, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: ref, Name: ref, Industry: trade, IndustryZH: trade, Tier: policy.Standard}); err != nil {
					return err
				}
			}
			return nil
		}))
		for range 2 {
			done, err := w.SeatExisting(ctx, w.home, db.System)
			w.must(err)
			if done.Seated != 0 || done.Rivals != 1 || done.Unknown != 4 { // the town's own three have no trade
				t.Errorf("%+v", done)
			}
		}
		var unknown []alliance.Unknown
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			rivals, err := w.Alliance.Rivalries(ctx, r, w.home)
			if err == nil {
				unknown, err = w.Alliance.Unknowns(ctx, r, w.home)
			}
			if len(rivals) != 1 || len(unknown) != 4 || len(w.tenures()) != before {
				t.Errorf("%+v %+v", rivals, unknown)
			}
			return err
		}))
		i := slices.IndexFunc(unknown, func(u alliance.Unknown) bool { return u.Code == "alchemist" })
		w.must(w.AssignTrade(ctx, w.home, db.System, unknown[i].Merchant, "tea", "卖的是茶"))
		if got := alliance.OfShop(w.tenures(), unknown[i].Merchant, w.env.Clock.Now()); got == nil || got.Trade != "tea" {
			t.Errorf("%+v", got)
		}
	})
}
