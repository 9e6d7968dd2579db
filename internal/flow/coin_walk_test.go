package flow_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestHoursAreConserved: in whatever order hours are set aside, paid, shared, let go, taken
// back, given, granted and donated, none comes from anywhere but an opening credit or an
// order; what is set aside is what open requests hold; nobody books beyond the soft limit.
func TestHoursAreConserved(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // a walk takes a while
		if err := checks.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	did := make(map[string]int)
	rapid.Check(t, func(rt *rapid.T) {
		env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { o.Rehearse = false })
		defer env.DB.Close()
		w := &walk{bank: &bank{settled(t, env)}, booked: make(map[string]bool), did: did}
		w.rules(func(p *policy.Params) { p.SubsidyBudget, p.GrantAloneMax = 60_00, 5_00 })
		seed := rapid.Uint64().Draw(rt, "seed") // drawn one by one, the first of a list come far too often
		w.random = rand.New(rand.NewPCG(seed, seed))
		for range 60 {
			what, err := w.step()
			if err == nil {
				did[what]++
				err = w.sound()
			} else if fault.KindOf(err) != fault.Internal && !errors.Is(err, ledger.ErrInsufficient) {
				err = w.sound() // it was refused, in words of its own
			}
			if err != nil {
				rt.Fatalf("%s: %v", what, err)
			}
		}
		w.whole()
	})
	for _, what := range steps {
		if did[what] == 0 {
			t.Errorf("nobody ever did this: %s", what)
		}
	}
}

// walk is a bank in which anything happens.
type walk struct {
	*bank
	random      *rand.Rand
	booked      map[string]bool // who was given the opening credit
	ordered     money.Amount    // by organisations
	n           byte            // names what is new
	assignments []id.ID
	grants      []id.ID
	did         map[string]int
}

// steps are what can happen.
var steps = []string{"book", "serve", "shop serves", "call off", "share", "free", "take back", "let go", "give", "into the pot", "donate", "ask for a grant", "agree", "refuse", "order", "pay dues", "next month"}

func pick[T any](w *walk, of []T) T { return of[w.random.IntN(len(of))] }

func (w *walk) who() string { return pick(w, []string{"anna", "ben", "leader"}) }

func (w *walk) some() money.Amount { return money.Amount(1 + w.random.IntN(25_00)) }

// request is one of a few, so that they meet.
func (w *walk) request() id.ID { return request(byte(w.random.IntN(4))) }

func (w *walk) fresh() byte { w.n++; return w.n }

// service is one that somebody did, or one that is paid already.
func (w *walk) service(helper string) flow.HoursService {
	if len(w.assignments) == 0 || w.random.IntN(4) > 0 {
		w.assignments = append(w.assignments, assignment(w.fresh()))
	}
	return w.served(w.request(), w.assignments[len(w.assignments)-1], helper, 15+w.random.IntN(120))
}

// step is one thing that happens.
func (w *walk) step() (what string, err error) {
	switch what = pick(w, steps); what {
	case "book":
		return what, w.book(w.who())
	case "serve":
		_, err = w.pay(w.service(w.who()))
	case "shop serves":
		s := w.service("ben")
		s.Server = charter.Server{Shop: w.shop("bakery").ID}
		_, err = w.pay(s)
	case "call off":
		err = w.in(func(tx *db.Tx) error { _, err := w.PayCancelled(ctx, tx, w.service(w.who())); return err })
	case "share":
		err = w.in(func(tx *db.Tx) error { _, err := w.PayGap(ctx, tx, w.request(), w.some()); return err })
	case "free":
		err = w.in(func(tx *db.Tx) error { _, err := w.PayBasic(ctx, tx, w.service(w.who())); return err })
	case "take back":
		if len(w.assignments) > 0 {
			_, err = w.reverse(pick(w, w.assignments), pick(w, []money.Amount{0, 1, 5_00}))
		}
	case "let go":
		err = w.end(w.request())
	case "give":
		_, err = w.gift(w.fresh(), w.who(), w.who(), w.some())
	case "into the pot":
		_, err = w.gift(w.fresh(), w.who(), "", w.some())
	case "donate":
		_, err = w.DonateHours(ctx, w.home, db.System, coin.Donation{ID: id.ID{4, w.fresh()}, Shop: w.shop("bakery").ID, Coins: min(w.some(), 2_00)}) // it rarely has more
	default:
		err = w.office(what)
	}
	return what, err
}

// office is what the desk and organisations do.
func (w *walk) office(what string) (err error) {
	one, two := id.ID{1}, id.ID{2}
	switch what {
	case "ask for a grant":
		g := coin.Grant{ID: id.ID{5, w.fresh()}, Member: w.member(w.who()).ID, Coins: w.some(), Reason: "行动不便"}
		w.grants = append(w.grants, g.ID)
		_, err = w.AskGrant(ctx, w.home, db.Actor{Kind: "person", ID: one}, one, g)
	case "agree":
		if len(w.grants) > 0 {
			err = w.AgreeGrant(ctx, w.home, db.Actor{Kind: "person", ID: two}, two, pick(w, w.grants))
		}
	case "refuse":
		if len(w.grants) > 0 {
			err = w.RefuseGrant(ctx, w.home, db.System, pick(w, w.grants), "")
		}
	case "order":
		v := w.some()
		w.bank.ordered(w.fresh(), v, w.random.IntN(2) == 0)
		w.ordered += v
	case "pay dues":
		_, err = w.PayDues(ctx, w.home, db.System)
	case "next month":
		if w.random.IntN(4) == 0 {
			w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 1, 0))
		}
	}
	return err
}

// book sets hours aside, and looks at what the asker then owes.
func (w *walk) book(asker string) error {
	m, err := w.aside(w.request(), asker, w.some())
	if err != nil {
		return err
	}
	w.booked[asker] = true
	if m.Replayed {
		return nil
	}
	return w.DB.View(ctx, w.home, func(r db.Reader) error {
		h, err := w.Ledger.Holding(ctx, r, w.home, ledger.In(party.Owner{Kind: party.Member, ID: w.member(asker).ID}, ledger.Owed, money.Coin))
		if limit := flow.Trial().Params.SoftLimit; err == nil && -h.Balance > limit {
			err = fmt.Errorf("%s booked and owes %v, the limit is %v", asker, -h.Balance, limit)
		}
		return err
	})
}

// end lets go of what a request holds: after it nothing can be paid of it.
func (w *walk) end(request id.ID) error {
	return w.in(func(tx *db.Tx) error {
		if _, err := w.LetGoHours(ctx, tx, request); err != nil {
			return err
		}
		if _, err := w.PayService(ctx, tx, w.served(request, id.ID{0xff}, "ben", 60)); !errors.Is(err, coin.ErrNoHold) {
			return fmt.Errorf("paid of what was let go: %v", err)
		}
		return nil
	})
}

// sound compares where hours lie with what can be: see TestHoursAreConserved.
func (w *walk) sound() error {
	issued := w.ordered + money.Amount(len(w.booked))*flow.Trial().Params.OpeningCredit
	return w.DB.View(ctx, w.home, func(r db.Reader) error {
		all, err := w.Ledger.Holdings(ctx, r, w.home)
		if err != nil {
			return err
		}
		open, err := w.Coins.OpenHolds(ctx, r, w.home)
		if err != nil {
			return err
		}
		left := make(map[id.ID]money.Amount)
		for _, h := range open {
			left[h.Request] += h.Left()
		}
		var sum money.Amount
		for _, h := range all {
			if h.Account.Asset != money.Coin {
				continue
			}
			sum += h.Balance
			want, off := h.Balance, false
			switch owner := h.Account.Owner; {
			case h.Account == ledger.CoinIssue:
				want = -issued
			case owner.Kind == party.Hold:
				want = left[owner.ID]
				delete(left, owner.ID)
			case h.Account.Purpose == ledger.Owed:
				off = h.Balance > 0
			default:
				off = h.Balance < 0
			}
			if off || h.Balance != want {
				return fmt.Errorf("%s has %v, want %v", h.Account, h.Balance, want)
			}
		}
		for request, v := range left {
			if v != 0 {
				return fmt.Errorf("%v is set aside for %s and nowhere in the books", v, request)
			}
		}
		if sum != 0 {
			return fmt.Errorf("all hours come to %v", sum)
		}
		return nil
	})
}
