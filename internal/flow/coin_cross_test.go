package flow_test

import (
	"errors"
	"flag"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/pairing"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// crossing is a street with another one beside it: a guest of the other has hours here,
// Anna has hours at home and is known there.
type crossing struct{ *bank }

func newCrossing(w *bank) *crossing {
	w.t.Helper()
	w.rules(func(p *policy.Params) { p.ClearingLimit, p.ClearingMonth, p.SoftLimit = 30_00, 30_00, 500_00 })
	w.join(w.away, "guest", policy.Silver, "")
	w.must(w.Visit(ctx, db.System, "guest", w.home))
	w.must(w.Visit(ctx, db.System, "anna", w.away))
	_, err := w.aside(request(1), "anna", 100_00) // 20.00 are issued, 80.00 she owes
	w.must(err)
	s := w.served(request(1), assignment(1), "guest", 600)
	_, err = w.pay(s)
	w.must(err)
	return &crossing{w}
}

// agree makes an agreement of the two, in force in both.
func (w *crossing) agree(t pairing.Terms) {
	w.t.Helper()
	one := pairing.News{Pairing: id.ID{1}, Proposer: w.home, Terms: t, At: w.env.Clock.Now()}
	for at, other := range map[id.ID]id.ID{w.home: w.away, w.away: w.home} {
		w.must(w.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
			n := one
			for _, n.What = range []pairing.What{pairing.Accepted, pairing.Proposed} {
				n.From, n.To = other, at
				if _, _, err := w.Pairings.Learn(ctx, tx, n); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// known is a member of a community by reference.
func (w *crossing) known(at id.ID, ref string) (who id.ID) {
	w.t.Helper()
	w.must(w.DB.View(ctx, at, func(r db.Reader) error {
		m, err := w.Members.Lookup(ctx, r, at, ref)
		if err == nil {
			who = m.ID
		}
		return err
	}))
	return who
}

// rest is what the two communities have sent each other and not received yet.
func (w *crossing) rest() (clearing money.Amount) {
	w.t.Helper()
	for at, other := range map[id.ID]id.ID{w.home: w.away, w.away: w.home} {
		w.must(w.DB.View(ctx, at, func(r db.Reader) error {
			c, err := w.Coins.ClearedWith(ctx, r, at, other)
			clearing += c.Net()
			return err
		}))
	}
	return clearing
}

func (w *crossing) verified() {
	w.t.Helper()
	for _, at := range []id.ID{w.home, w.away} {
		report, err := w.Verify(ctx, at, flow.VerifyOptions{})
		w.must(err)
		if !report.Whole() {
			w.t.Fatalf("not whole: %+v", report.Findings)
		}
	}
}

// TestWhatWasBroughtGoesBack: a community that lets nothing cross any more keeps nobody's
// hours that she brought.
func TestWhatWasBroughtGoesBack(t *testing.T) {
	inBank(t, func(b *bank) {
		w := newCrossing(b)
		w.agree(pairing.Terms{Limit: 25_00, Month: 30_00})
		guest := w.known(w.home, "guest")
		w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, guest, 10_00))
		carry(t, w.Flows, w.home, w.away)
		w.must(w.TakeHoursAlong(ctx, w.away, db.System, id.ID{4, 1}, w.known(w.away, "guest"), w.home, 4_00))
		carry(t, w.Flows, w.home, w.away)
		w.env.Clock.Advance(time.Hour)
		w.rules(func(p *policy.Params) { p.ClearingMonth = 0 })
		wrong(t, "what she earned", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 2}, guest, 4_01), coin.ErrCrossMonth)
		w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 2}, guest, 4_00))
		wrong(t, "once more", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 3}, guest, 1), coin.ErrCrossMonth)
		carry(t, w.Flows, w.home, w.away)
		w.verified()
	})
}

// TestManyAtOnceKeepTheLimit: twenty leave at the same instant, and no more than the
// limit allows get through; each arrives once, however often the notes are handled.
func TestManyAtOnceKeepTheLimit(t *testing.T) {
	inBank(t, func(b *bank) {
		w := newCrossing(b)
		w.agree(pairing.Terms{Limit: 25_00, Month: 30_00})
		guest := w.known(w.home, "guest")
		var wg sync.WaitGroup
		var mu sync.Mutex
		through := money.Amount(0)
		for i := range byte(20) {
			wg.Go(func() {
				err := w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, i}, guest, 4_00)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					through += 4_00
				case !errors.Is(err, coin.ErrClearing):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if through != 24_00 {
			t.Errorf("%v got through, the limit is 25.00", through)
		}
		if w.rest() != 24_00 {
			t.Errorf("%v are on their way", w.rest())
		}
		carry(t, w.Flows, w.home, w.away)
		if w.rest() != 0 {
			t.Errorf("at rest the two sum to %v", w.rest())
		}
		wrong(t, "over the month", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 99}, guest, 1_01), coin.ErrClearing)
		back := w.known(w.away, "guest")
		w.must(w.TakeHoursAlong(ctx, w.away, db.System, id.ID{4, 1}, back, w.home, 10_00)) // what comes back makes room
		carry(t, w.Flows, w.home, w.away)
		wrong(t, "her month is used", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 99}, guest, 10_01), coin.ErrCrossMonth) // but for the ten that she brought
		w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 99}, guest, 6_00))
		carry(t, w.Flows, w.home, w.away)
		wrong(t, "from another community under the same number", w.ArriveHours(ctx, flow.HoursAway{Transfer: id.ID{3, 99}, From: id.ID{77}, To: w.away, Ref: "guest", Coins: 6_00}), coin.ErrOtherSent)
		w.verified()
	})
}

// TestNothingIsMintedOnTheWay: in whatever order people take hours home and along, notes
// are handled late, twice or in the wrong order, and the agreement ends and begins again,
// the two communities' books sum to what was there, and no balance passes the limit.
func TestNothingIsMintedOnTheWay(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // a walk takes a while
		if err := checks.Value.Set("10"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	rapid.Check(t, func(rt *rapid.T) {
		env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { o.Rehearse = false })
		defer env.DB.Close()
		w := newCrossing(&bank{settled(t, env)})
		w.agree(pairing.Terms{Limit: 25_00, Month: 30_00})
		issued := w.books()["coin/issue COIN"]
		guest, back := w.known(w.home, "guest"), w.known(w.away, "guest")
		steps := rapid.SliceOfN(rapid.IntRange(0, 7), 20, 40).Draw(rt, "steps")
		for i, step := range steps {
			coins := money.Amount(rapid.IntRange(1, 12_00).Draw(rt, "coins"))
			var err error
			switch step {
			case 0, 1, 2:
				err = w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, byte(i)}, guest, coins)
			case 3, 4:
				err = w.TakeHoursAlong(ctx, w.away, db.System, id.ID{4, byte(i)}, back, w.home, coins)
			case 5:
				carry(t, w.Flows, w.home)
			case 6:
				carry(t, w.Flows, w.away)
			case 7:
				w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 1, 0))
			}
			if err != nil && fault.KindOf(err) == fault.Internal && !errors.Is(err, ledger.ErrInsufficient) {
				rt.Fatal(err)
			}
			for at, other := range map[id.ID]id.ID{w.home: w.away, w.away: w.home} {
				w.must(w.DB.View(ctx, at, func(r db.Reader) error {
					c, err := w.Coins.ClearedWith(ctx, r, at, other)
					if c.Net() > 25_00 {
						rt.Fatalf("%v went out on balance", c.Net())
					}
					return err
				}))
			}
		}
		carry(t, w.Flows, w.home, w.away)
		if w.rest() != 0 || w.books()["coin/issue COIN"] != issued {
			rt.Fatalf("at rest the two sum to %v, %v is issued", w.rest(), w.books()["coin/issue COIN"])
		}
		w.verified()
	})
}
