package flow_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// TestTheQueue: numbers in order, one that was passed comes after all others.
func TestTheQueue(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		g := w.good("蛋糕", 1_000, 10, 9)
		var rs []*points.Redemption
		for i, who := range []string{"anna", "ben", "leader"} {
			w.give(who, 100)
			r, err := w.redeem(who, g.ID, "q")
			w.must(err)
			rs = append(rs, r)
			ticket, err := w.QueueUp(ctx, w.home, db.System, r.Member, id.ID{}, r.ID)
			w.must(err)
			again, err := w.QueueUp(ctx, w.home, office, id.ID{}, r.Counter, r.ID)
			w.must(err)
			if ticket.Number != int64(i+1) || again.ID != ticket.ID {
				w.t.Errorf("number %d, again %d", ticket.Number, again.Number)
			}
		}
		counter := rs[0].Counter
		call := func() int64 {
			ticket, err := w.CallNext(ctx, w.home, office, counter)
			if err != nil {
				wants(w.t, "nobody", err, points.ErrNobody)
				return 0
			}
			return ticket.Number
		}
		first := func(n int64) (found points.Ticket) {
			w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
				all, err := w.Points.TicketsOf(ctx, r, w.home, counter, w.day())
				for _, x := range all {
					if x.Number == n {
						found = x
					}
				}
				return err
			}))
			return found
		}
		if n := call(); n != 1 {
			w.t.Errorf("called %d", n)
		}
		w.must(w.StepTicket(ctx, w.home, office, counter, first(1).ID, points.Passed))
		wants(w.t, "another counter", w.StepTicket(ctx, w.home, office, w.shop("first").ID, first(1).ID, points.Called), points.ErrNoTicket)
		if n := call(); n != 2 {
			w.t.Errorf("then %d", n)
		}
		_, err := w.HandGoods(ctx, w.home, office, counter, rs[1].ID)
		w.must(err)
		if s := first(2).Step; s != points.Served {
			w.t.Errorf("number 2 is %q", s)
		}
		w.must(w.CancelRedemption(ctx, w.home, office, rs[2].Member, rs[2].ID, ""))
		if n, m := call(), call(); n != 1 || m != 0 {
			w.t.Errorf("the passed one, then nobody: %d, %d", n, m)
		}
		wants(w.t, "a number of a cancelled one", func() error {
			_, err := w.QueueUp(ctx, w.home, office, rs[2].Member, id.ID{}, rs[2].ID)
			return err
		}(), points.ErrEnded)
	})
}

// TestManyAskAtOnce: of many callers exactly as many are served as there is stock, and
// a form that comes from two at once counts once.
func TestManyAskAtOnce(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		g := w.good("抢手货", 100, 1, 20)
		for _, who := range []string{"anna", "ben", "leader"} {
			w.give(who, 1_000)
		}
		who := []id.ID{w.member("anna").ID, w.member("ben").ID, w.member("leader").ID}
		var granted, refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 120 {
			wg.Go(func() {
				_, err := w.Redeem(ctx, w.home, db.System, flow.Redeeming{Member: who[i%3], Good: g.ID, Form: fmt.Sprint("f", i/2)})
				switch {
				case err == nil:
					granted.Add(1)
				case errors.Is(err, points.ErrNoneLeft):
					refused.Add(1)
				default:
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		var made int
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			for _, m := range who {
				all, err := w.Points.OfMember(ctx, r, w.home, m)
				if err != nil {
					return err
				}
				made += len(all)
			}
			return nil
		}))
		if made != 20 || w.left(g.ID) != 0 || granted.Load()+refused.Load() != 120 {
			w.t.Errorf("%d made, %d left, %d granted, %d refused", made, w.left(g.ID), granted.Load(), refused.Load())
		}
		w.whole()
	})
}

// TestRedemptionsWhateverHappens: every path ends, stock is never below zero, and all
// points that left are with somebody or came back; verify finds nothing.
func TestRedemptionsWhateverHappens(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		rng := rand.New(rand.NewPCG(7, 7))
		people := []string{"anna", "ben", "leader"}
		for _, who := range people {
			w.give(who, 2_000)
		}
		goods := []points.Good{w.good("甲", 700, 70, 6), w.good("乙", 300, 30, 4, func(g *points.Good) { g.Terms.Monthly = 3 })}
		var all []*points.Redemption
		for i := range 220 {
			pick := func() *points.Redemption {
				if len(all) == 0 {
					return &points.Redemption{ID: id.ID{9}}
				}
				return all[rng.IntN(len(all))]
			}
			var err error
			switch n := rng.IntN(100); {
			case n < 40:
				var r *points.Redemption
				if r, err = w.redeem(people[rng.IntN(3)], goods[rng.IntN(2)].ID, fmt.Sprint("f", i)); err == nil {
					all = append(all, r)
				}
			case n < 55:
				r := pick()
				_, err = w.HandGoods(ctx, w.home, office, r.Counter, r.ID)
			case n < 62:
				r := pick()
				err = w.CancelRedemption(ctx, w.home, office, r.Member, r.ID, "")
			case n < 74:
				r := pick()
				err = w.Complain(ctx, w.home, db.System, flow.Complaint{Member: r.Member, Redemption: r.ID, Words: "不好"})
			case n < 84:
				err = w.DecideClaim(ctx, w.home, office, pick().ID, points.Verdicts[rng.IntN(3)], "看过了")
			case n < 88:
				w.stock(goods[rng.IntN(2)].ID, int64(1+rng.IntN(3)))
			case n < 92:
				_, err = w.QueueUp(ctx, w.home, office, id.ID{}, id.ID{}, pick().ID)
			default:
				w.must(w.LapseRedemptions(ctx, w.home))
			}
			if err != nil && fault.KindOf(err) == fault.Internal {
				w.t.Fatal(err)
			}
			w.env.Clock.Advance(time.Duration(rng.IntN(30)) * time.Hour)
		}
		w.env.Clock.Advance(90 * 24 * time.Hour)
		w.must(w.LapseRedemptions(ctx, w.home))
		w.env.Clock.Advance(90 * 24 * time.Hour)
		w.must(w.LapseRedemptions(ctx, w.home))
		w.ended(people, 2_000)
		for _, g := range goods {
			if n := w.left(g.ID); n < 0 {
				w.t.Errorf("%d of %s left", n, g.Name)
			}
		}
		w.whole()
	})
}

// ended fails unless everything that somebody asked for has ended, and her points are
// those that she had less those of the goods that she kept.
func (w *town) ended(people []string, had money.Amount) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
		for _, who := range people {
			mine, err := w.Points.OfMember(ctx, r, w.home, w.member(who).ID)
			if err != nil {
				return err
			}
			spent := money.Amount(0)
			for _, x := range mine {
				if x.End == nil || x.Claim != nil && x.Claim.Decision == nil {
					w.t.Errorf("%s has not ended: %+v", x.ID, x)
				}
				kept := x.End != nil && x.End.Kind == points.Handed && (x.Claim == nil || x.Claim.Decision.Verdict == points.Refused)
				if kept {
					spent += x.Points
				}
			}
			held, err := w.Ledger.Holding(ctx, r, w.home, pointsHeld(w.member(who).ID))
			if err != nil {
				return err
			}
			if held.Balance != had-spent {
				w.t.Errorf("%s holds %v and has goods for %v", who, held.Balance, spent)
			}
		}
		return nil
	}))
}

// TestTheShelfIsTheTables: what the writer knows by heart is what the tables say, also
// after a writer that forgot everything.
func TestTheShelfIsTheTables(t *testing.T) {
	inTown(t, func(w *town) {
		w.pilot()
		w.give("anna", 1_000)
		g := w.good("丙", 100, 10, 3, func(g *points.Good) { g.Terms.Monthly = 2 })
		_, err := w.redeem("anna", g.ID, "a")
		w.must(err)
		other := flow.New(w.DB) // its own services, the same writer
		token, err := points.TokenOf(w.member("anna").ID, "a")
		w.must(err)
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			known, earlier, err := other.Points.Offer(ctx, tx, points.Order{Member: w.member("anna").ID, Good: g.ID, Token: token, Day: w.day()})
			if err == nil && earlier.IsZero() {
				w.t.Error("the form is not known")
			}
			_ = known
			return err
		}))
		if n := w.left(g.ID); n != 2 {
			w.t.Errorf("%d left", n)
		}
	})
}

func pointsHeld(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.PointsHeld)
}
