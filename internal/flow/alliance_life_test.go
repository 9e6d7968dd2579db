package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// TestFromVacancyToSignedContract is the whole way of C2: two shops bid, the small local
// one and a chain; the loser waits, and gets the seat when the first gives it up.
func TestFromVacancyToSignedContract(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		o := w.opening("wine")
		if days := o.To.Sub(w.env.Clock.Now()).Hours() / 24; days < 7 || days > 8 {
			t.Errorf("the window is %v days", days)
		}
		office, first, second := w.somebody("office", 90), w.somebody("first", 91), w.somebody("second", 92)
		a, b := w.bid(first, "wine", 1, alliance.Chain), w.bid(second, "wine", 2, alliance.SmallLocal)
		w.look(a)
		w.look(b)
		w.later(oneDay)
		w.state(a, alliance.Visited) // the window is waited for, though all were visited
		w.later(7 * oneDay)
		w.state(a, alliance.Balloted)
		w.choose(w.ballot(o.ID), a)
		w.state(a, alliance.Charged)
		w.state(b, alliance.Listed)
		if _, err := w.ApplyForSeat(ctx, w.home, as(office), o.ID, id.ID{}); !errors.Is(err, alliance.ErrOpeningClosed) {
			t.Errorf("a bid after the window: %v", err)
		}
		w.pay(a)
		w.state(a, alliance.Paid)
		w.later(time.Hour)
		w.state(a, alliance.Contracted)
		if err := w.SignContract(ctx, w.home, as(first), a, alliance.ByOwner, "", [32]byte{1}); !errors.Is(err, alliance.ErrSignedOther) {
			t.Errorf("signed another text: %v", err)
		}
		w.sign(a, office)
		w.state(a, alliance.Admitted)
		now := w.env.Clock.Now()
		held := alliance.OfShop(w.tenures(), w.application(a).Shop, now)
		if held == nil || held.Trade != "wine" || held.Basis != alliance.Elected || held.Until.Sub(now) < 364*oneDay {
			t.Fatalf("%+v", held)
		}
		if m := w.register(w.application(a).Shop); m.Status != merchant.Active || m.Owner.IsZero() || m.Industry != "wine" {
			t.Errorf("%+v", m)
		}
		if !w.holds(first, access.Owner) {
			t.Error("the owner has no role")
		}
		books := w.books()
		if books["alliance/marketing CNY"] != "2000.00" || books["merchant:"+w.register(w.application(a).Shop).Ref+"/deposit CNY"] != "500.00" {
			t.Errorf("%v", books)
		}
		w.secondGetsIt(b, held, office)
		if report := w.verify(); len(report.Findings) > 0 {
			t.Errorf("verify finds %+v", report.Findings)
		}
	})
}

// secondGetsIt vacates a seat half a year later: its money goes back by days, and the
// next on the waiting list is asked.
func (w *alley) secondGetsIt(next id.ID, held *alliance.Tenure, office id.ID) {
	w.t.Helper()
	w.later(182 * oneDay)
	_, err := w.VacateSeat(ctx, w.home, db.System, held.ID, alliance.Resigned, "不做了")
	w.must(err)
	books := w.books()
	if books["alliance/marketing CNY"] == "2000.00" || books["merchant:"+w.register(held.Merchant).Ref+"/deposit CNY"] != "" {
		w.t.Errorf("nothing went back: %v", books)
	}
	w.state(next, alliance.Offered)
	second := w.application(next).Person
	w.must(w.AnswerOffer(ctx, w.home, as(second), next, true))
	w.state(next, alliance.Charged)
	w.pay(next)
	w.later(time.Hour)
	w.sign(next, office)
	w.state(next, alliance.Admitted)
	if got := alliance.OfShop(w.tenures(), w.application(next).Shop, w.env.Clock.Now()); got == nil || got.Basis != alliance.Waited || got.Seat != held.Seat {
		w.t.Errorf("%+v", got)
	}
}

func (w *alley) register(shop id.ID) (m *merchant.Merchant) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { m, err = w.Merchants.ByID(ctx, r, w.home, shop); return err }))
	return m
}

func (w *alley) holds(who id.ID, role any) bool {
	w.t.Helper()
	held, err := w.Access.Held(ctx, who, w.env.Clock.Now())
	w.must(err)
	for _, g := range held {
		if fmt.Sprint(g.Role) == fmt.Sprint(role) && g.Place == w.home {
			return true
		}
	}
	return false
}

func TestWhatRunsOutFreesTheWay(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Absent)
		o := w.opening("wine")
		first, second, third, idle := w.somebody("first", 91), w.somebody("second", 92), w.somebody("third", 93), w.somebody("idle", 94)
		draft, err := w.ApplyForSeat(ctx, w.home, as(idle), o.ID, id.ID{})
		w.must(err)
		a, b, c := w.bid(first, "wine", 1, alliance.SmallLocal), w.bid(second, "wine", 2, alliance.SmallLocal), w.bid(third, "wine", 3, alliance.Chain)
		w.look(a)
		w.look(b)
		w.look(c)
		w.later(8 * oneDay)
		w.state(draft.ID, alliance.Lapsed)
		w.choose(w.ballot(o.ID), c)
		w.state(c, alliance.Charged)
		w.later(16 * oneDay) // nobody pays
		w.state(c, alliance.Lapsed)
		w.state(a, alliance.Offered) // a tie: the earlier one
		w.later(9 * oneDay)          // nobody answers
		w.state(a, alliance.Lapsed)
		w.state(b, alliance.Offered)
		w.must(w.AnswerOffer(ctx, w.home, as(second), b, false))
		w.state(b, alliance.Declined)
		if next := w.opening("wine"); next.ID == o.ID {
			t.Error("the old opening runs on")
		}
		w.later(9 * oneDay) // nobody applies: it is opened again
		w.opening("wine")
		if got := w.books()["alliance/marketing CNY"]; got != "" {
			t.Errorf("somebody paid %s", got)
		}
	})
}

// TestAPaidShopThatDoesNotSignGetsItsMoneyBack, and who withdraws too.
func TestAPaidShopThatDoesNotSignGetsItsMoneyBack(t *testing.T) {
	for _, how := range []string{"lapses", "withdraws"} {
		inAlley(t, func(w *alley) {
			w.free("wine", alliance.Default)
			o := w.opening("wine")
			first := w.somebody("first", 91)
			a := w.bid(first, "wine", 1, alliance.SmallLocal)
			w.look(a)
			w.later(8 * oneDay)
			w.choose(w.ballot(o.ID), a)
			w.pay(a)
			w.later(time.Hour)
			w.state(a, alliance.Contracted)
			if how == "lapses" {
				w.later(16 * oneDay)
				w.state(a, alliance.Lapsed)
			} else {
				w.must(w.WithdrawApplication(ctx, w.home, as(first), a))
			}
			for account, balance := range w.books() {
				if strings.Contains(account, "marketing") || strings.Contains(account, "deposit") {
					t.Errorf("%s: %s keeps %s", how, account, balance)
				}
			}
			w.opening("wine")
		})
	}
}

func TestACommitteeMayWantNoneOfThem(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.LastPlace)
		o := w.opening("wine")
		first := w.somebody("first", 91)
		a := w.bid(first, "wine", 1, alliance.SmallLocal)
		w.look(a)
		w.later(8 * oneDay)
		w.choose(w.ballot(o.ID), id.ID{})
		w.state(a, alliance.Refused)
		w.must(w.AppealApplication(ctx, w.home, as(first), a, "当天停电，看店时没开灯"))
		w.state(a, alliance.Appealed)
		w.must(w.DecideAppeal(ctx, w.home, as(w.owners["wine"]), a, true, "补看过，符合"))
		w.state(a, alliance.Listed)
		w.later(9 * oneDay) // the second window closes without anybody, and the list is asked
		w.state(a, alliance.Offered)
	})
}

func TestARefusalMayBeAppealedInTime(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Closed)
		first, second, office := w.somebody("first", 91), w.somebody("second", 92), w.somebody("office", 93)
		a, b := w.bid(first, "wine", 1, alliance.SmallLocal), w.bid(second, "wine", 2, alliance.SmallLocal)
		for _, x := range []id.ID{a, b} {
			w.must(w.CheckApplication(ctx, w.home, as(office), x, alliance.Refused, "执照过期"))
		}
		w.must(w.AppealApplication(ctx, w.home, as(first), a, "新执照已经换好"))
		if err := w.DecideAppeal(ctx, w.home, as(office), a, true, "看过新执照"); !errors.Is(err, alliance.ErrSameHand) {
			t.Errorf("who refused decides on the appeal: %v", err)
		}
		if err := w.DecideAppeal(ctx, w.home, as(first), a, true, "我自己说行"); !errors.Is(err, alliance.ErrSameHand) {
			t.Errorf("the applicant decides on her own appeal: %v", err)
		}
		w.must(w.DecideAppeal(ctx, w.home, as(second), a, true, "看过新执照"))
		w.state(a, alliance.Submitted)
		w.later(8 * oneDay)
		w.state(b, alliance.Settled)
		if err := w.AppealApplication(ctx, w.home, as(second), b, "我也换好了"); !errors.Is(err, alliance.ErrBadStep) {
			t.Errorf("appealed too late: %v", err)
		}
		w.look(a)
		w.later(time.Hour)
		w.state(a, alliance.Balloted) // the ballot waited for the appeal
	})
}

// TestOneShopBidsOnce: one applicant has one application, one licence bids once, and
// what is another's cannot be touched.
func TestOneShopBidsOnce(t *testing.T) {
	inAlley(t, func(w *alley) {
		w.free("wine", alliance.Resigned)
		o := w.opening("wine")
		first, second := w.somebody("first", 91), w.somebody("second", 92)
		a := w.bid(first, "wine", 1, alliance.SmallLocal)
		again, err := w.ApplyForSeat(ctx, w.home, as(first), o.ID, id.ID{})
		w.must(err)
		if again.ID != a {
			t.Error("a second application of one person")
		}
		b, err := w.ApplyForSeat(ctx, w.home, as(second), o.ID, id.ID{})
		w.must(err)
		w.must(w.SaveApplication(ctx, w.home, as(second), b.ID, form(1, alliance.SmallLocal)))
		if err := w.SubmitApplication(ctx, w.home, as(second), b.ID); !errors.Is(err, alliance.ErrNoPapers) {
			t.Errorf("without papers: %v", err)
		}
		for _, p := range []alliance.Paper{alliance.Licence, alliance.Storefront} {
			if _, err := w.AddPaper(ctx, w.home, as(second), b.ID, p, photo(t)); err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range []struct {
			name string
			err  error
			want error
		}{
			{"the licence of another bid", w.SubmitApplication(ctx, w.home, as(second), b.ID), alliance.ErrOneActive},
			{"another's application", w.SaveApplication(ctx, w.home, as(second), a, form(9, alliance.Chain)), alliance.ErrNotYours},
			{"another's withdrawal", w.WithdrawApplication(ctx, w.home, as(second), a), alliance.ErrNotYours},
			{"a change after handing in", w.SaveApplication(ctx, w.home, as(first), a, form(9, alliance.Chain)), alliance.ErrFixed},
			{"an admission out of turn", w.CheckApplication(ctx, w.home, db.System, a, alliance.Admitted, ""), alliance.ErrBadStep},
			{"one's own papers", w.CheckApplication(ctx, w.home, as(first), a, alliance.Checked, ""), alliance.ErrSameHand},
		} {
			if !errors.Is(x.err, x.want) {
				t.Errorf("%s: %v, want %v", x.name, x.err, x.want)
			}
		}
	})
}
