package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// bank is a street with a time bank: anna asks, ben and the leader help.
type bank struct{ *town }

func inBank(t *testing.T, fn func(w *bank)) { inTown(t, func(w *town) { fn(&bank{w}) }) }

// in does something in one transaction of home.
func (w *bank) in(do func(tx *db.Tx) error) error {
	return w.DB.Update(ctx, w.home, db.System, do)
}

func (w *bank) aside(request id.ID, asker string, coins money.Amount) (m flow.HoursMoved, err error) {
	err = w.in(func(tx *db.Tx) error {
		m, err = w.SetAsideHours(ctx, tx, request, w.member(asker).ID, coins)
		return err
	})
	return m, err
}

func (w *bank) letGo(request id.ID) (m flow.HoursMoved) {
	w.t.Helper()
	w.must(w.in(func(tx *db.Tx) (err error) { m, err = w.LetGoHours(ctx, tx, request); return err }))
	return m
}

func (w *bank) gap(request id.ID, price money.Amount) (m flow.HoursMoved) {
	w.t.Helper()
	w.must(w.in(func(tx *db.Tx) (err error) { m, err = w.PayGap(ctx, tx, request, price); return err }))
	return m
}

// served is an assignment of a request that a neighbour served.
func (w *bank) served(request, assignment id.ID, helper string, minutes int) flow.HoursService {
	return flow.HoursService{Request: request, Assignment: assignment, Asker: w.member("anna").ID, Server: charter.Server{Member: w.member(helper).ID}, Minutes: minutes}
}

func (w *bank) pay(s flow.HoursService) (m flow.HoursMoved, err error) {
	err = w.in(func(tx *db.Tx) error { m, err = w.PayService(ctx, tx, s); return err })
	return m, err
}

func (w *bank) basic(s flow.HoursService) (m flow.HoursMoved) {
	w.t.Helper()
	w.must(w.in(func(tx *db.Tx) (err error) { m, err = w.PayBasic(ctx, tx, s); return err }))
	return m
}

func (w *bank) reverse(assignment id.ID, coins money.Amount) (m flow.HoursMoved, err error) {
	err = w.in(func(tx *db.Tx) error { m, err = w.ReverseService(ctx, tx, assignment, coins); return err })
	return m, err
}

// ordered lets a public body give the pool, or the pot, so many hours.
func (w *bank) ordered(n byte, coins money.Amount, common bool) {
	w.t.Helper()
	o, err := w.OrderHours(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{1}}, coin.Order{ID: id.ID{9, n}, Name: "街道办事处", Registration: "11370300004219000X", Body: coin.Public, Coins: coins, Common: common, Purpose: "助老"})
	w.must(err)
	c, err := w.AcceptHoursOrder(ctx, w.home, db.System, o.ID)
	w.must(err)
	_, err = w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Bank, Reference: fmt.Sprint("slip-", n)})
	w.must(err)
}

func request(n byte) id.ID    { return id.ID{7, n} }
func assignment(n byte) id.ID { return id.ID{8, n} }

// rules changes the policy from now on.
func (w *bank) rules(edit func(p *policy.Params)) {
	w.t.Helper()
	w.rulesAt(w.home, edit)
}

func (w *bank) rulesAt(place id.ID, edit func(p *policy.Params)) {
	w.t.Helper()
	first := flow.Trial()
	edit(&first.Params)
	first.Code, first.EffectiveFrom = fmt.Sprint("rules-", w.env.Clock.Now().UnixNano()), w.env.Clock.Now()
	w.must(w.DB.Update(ctx, place, db.System, func(tx *db.Tx) error {
		first.EffectiveFrom = tx.Now
		v, _, err := w.Policies.Propose(ctx, tx, first)
		if err != nil {
			return err
		}
		return w.RecordPolicy(ctx, tx, v)
	}))
}

// holds compares the books with what they should hold: accounts and amounts in the order
// of their names. What is set aside is a hold without its number.
func (w *bank) holds(want string) {
	w.t.Helper()
	var all []string
	for name, v := range w.books() {
		if strings.HasPrefix(name, "hold:") {
			name = "hold" + name[strings.Index(name, "/"):]
		}
		all = append(all, name+" "+v)
	}
	slices.Sort(all)
	if got := strings.Join(all, ", "); got != want {
		w.t.Errorf("books:\n%s, want\n%s", got, want)
	}
}

// TestAServiceOfTwoHours: F2's example. Anna books two hours for 20.00; it is her first
// request, so she is given 20.00; ben serves, and all of it is his.
func TestAServiceOfTwoHours(t *testing.T) {
	inBank(t, func(w *bank) {
		for range 2 { // asking twice sets nothing more aside
			m, err := w.aside(request(1), "anna", 20_00)
			w.must(err)
			if m.Coins != 20_00 {
				t.Errorf("set aside %v", m.Coins)
			}
		}
		w.holds("coin/issue COIN -20.00, hold/escrow COIN 20.00")
		_, err := w.aside(request(1), "anna", 10_00)
		wrong(t, "another amount", err, coin.ErrHeld)
		for range 2 {
			m, err := w.pay(w.served(request(1), assignment(1), "ben", 120))
			w.must(err)
			if m.Coins != 20_00 {
				t.Errorf("ben gets %v", m.Coins)
			}
		}
		w.holds("coin/issue COIN -20.00, member:ben/coins COIN 20.00")
		if m := w.letGo(request(1)); m.Coins != 0 || m.Replayed {
			t.Errorf("let go %+v", m)
		}
		if m := w.letGo(request(1)); !m.Replayed {
			t.Errorf("let go again %+v", m)
		}
		_, err = w.pay(w.served(request(1), assignment(2), "leader", 60))
		wrong(t, "after the end", err, coin.ErrNoHold)
		w.whole()
	})
}

// TestTheSoftLimit: anna has 20.00 and may owe 20.00; the third booking would pass it.
// What she is given pays her debt first.
func TestTheSoftLimit(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.aside(request(1), "anna", 30_00)
		w.must(err)
		w.holds("coin/issue COIN -20.00, hold/escrow COIN 30.00, member:anna/owed COIN -10.00")
		_, err = w.aside(request(2), "anna", 10_01)
		wrong(t, "a cent over", err, coin.ErrSoftLimit)
		_, err = w.aside(request(2), "anna", 10_00)
		w.must(err)
		_, err = w.aside(request(3), "anna", 1)
		wrong(t, "nothing is left", err, coin.ErrSoftLimit)
		w.letGo(request(1))
		w.holds("coin/issue COIN -20.00, hold/escrow COIN 10.00, member:anna/coins COIN 10.00")
		w.whole()
	})
}

// TestTwoHelpersAndTheRestBack: two of three hours are served by two helpers, the rest
// goes back; a request can be booked again.
func TestTwoHelpersAndTheRestBack(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.aside(request(1), "anna", 30_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 50)) // counted as an hour
		w.must(err)
		shop := w.served(request(1), assignment(2), "leader", 60)
		shop.Server = charter.Server{Shop: w.shop("bakery").ID}
		_, err = w.pay(shop)
		w.must(err)
		shop.Server = charter.Server{Shop: w.shop("fruit").ID}
		_, err = w.pay(shop)
		wrong(t, "paid to somebody else", err, coin.ErrPaid)
		if m := w.letGo(request(1)); m.Coins != 10_00 {
			t.Errorf("%v goes back", m.Coins)
		}
		w.holds("coin/issue COIN -20.00, member:ben/coins COIN 10.00, merchant:bakery/coins COIN 10.00")
		_, err = w.aside(request(1), "anna", 5_00)
		w.must(err)
		w.whole()
	})
}

// TestAFreeServiceIsPaidByThePool: the pool has 15.00; two hours are due 20.00, so 5.00 is
// noted and paid when a shop's donation has come. Nothing is issued for it.
func TestAFreeServiceIsPaidByThePool(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 15_00, false)
		s := w.served(request(1), assignment(1), "ben", 120)
		for range 2 {
			if m := w.basic(s); m.Coins != 15_00 || m.Due != 5_00 {
				t.Errorf("paid %+v", m)
			}
		}
		w.sweepDues(0)
		w.ordered(2, 3_00, false)
		w.sweepDues(1)
		w.ordered(3, 7_00, false)
		w.sweepDues(1)
		w.sweepDues(0)
		w.holds("coin/backing CNY 25.00, coin/issue COIN -25.00, gateway/clearing CNY -25.00, member:ben/coins COIN 20.00, pool/coins COIN 5.00")
		w.whole()
	})
}

func (w *bank) sweepDues(want int) {
	w.t.Helper()
	n, err := w.PayDues(ctx, w.home, db.System)
	w.must(err)
	if n != want {
		w.t.Errorf("%d dues were paid, want %d", n, want)
	}
}

// TestTheMonthsBudget: what the budget has not got is paid in the next month.
func TestTheMonthsBudget(t *testing.T) {
	inBank(t, func(w *bank) {
		w.rules(func(p *policy.Params) { p.SubsidyBudget = 12_00 })
		w.ordered(1, 100_00, false)
		if m := w.basic(w.served(request(1), assignment(1), "ben", 60)); m.Coins != 10_00 {
			t.Errorf("the first: %+v", m)
		}
		if m := w.basic(w.served(request(2), assignment(2), "ben", 60)); m.Coins != 2_00 || m.Due != 8_00 {
			t.Errorf("the second: %+v", m)
		}
		w.sweepDues(0)
		w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 1, 0))
		w.sweepDues(1)
		w.holds("coin/backing CNY 100.00, coin/issue COIN -100.00, gateway/clearing CNY -100.00, member:ben/coins COIN 20.00, pool/coins COIN 80.00")
		w.whole()
	})
}

// TestCalledOffLate: a quarter of the price goes to who kept the time free.
func TestCalledOffLate(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		for range 2 {
			w.must(w.in(func(tx *db.Tx) error {
				m, err := w.PayCancelled(ctx, tx, w.served(request(1), assignment(1), "ben", 120))
				if m.Coins != 5_00 {
					t.Errorf("ben gets %+v", m)
				}
				return err
			}))
		}
		w.letGo(request(1))
		w.holds("coin/issue COIN -20.00, member:anna/coins COIN 15.00, member:ben/coins COIN 5.00")
		w.whole()
	})
}

// TestADisputeIsUpheld: what was spent meanwhile is owed, and paid by the next service.
func TestADisputeIsUpheld(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.reverse(assignment(1), 0)
		wrong(t, "nothing was paid", err, coin.ErrNotPaid)
		_, err = w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		w.give(1, "ben", "leader", 15_00)
		_, err = w.reverse(assignment(1), 20_01)
		wrong(t, "more than was paid", err, coin.ErrMoreUndone)
		for range 2 {
			m, err := w.reverse(assignment(1), 0)
			w.must(err)
			if m.Coins != 20_00 {
				t.Errorf("%+v comes back", m)
			}
		}
		_, err = w.reverse(assignment(1), 5_00)
		wrong(t, "another part", err, coin.ErrUndone)
		w.letGo(request(1))
		w.holds("coin/issue COIN -20.00, member:anna/coins COIN 20.00, member:ben/owed COIN -15.00, member:leader/coins COIN 15.00")
		// A free service: what was only due is due no more, the rest goes back to the pool.
		w.ordered(1, 6_00, false)
		w.basic(w.served(request(2), assignment(2), "leader", 60))
		if m, err := w.reverse(assignment(2), 7_00); err != nil || m.Pool != 3_00 {
			t.Errorf("of 6.00 paid and 4.00 due, 7.00: %+v %v", m, err)
		}
		w.sweepDues(0)
		w.whole()
	})
}

// TestADisputeTakesWhatIsDueFirst: of 4.00 that the pool still owes, 1.00 is due no more; the
// rest is paid, and verify can follow.
func TestADisputeTakesWhatIsDueFirst(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 6_00, false)
		w.basic(w.served(request(1), assignment(1), "ben", 60))
		if m, err := w.reverse(assignment(1), 1_00); err != nil || m.Pool != 0 {
			t.Errorf("taken back: %+v %v", m, err)
		}
		w.ordered(2, 10_00, false)
		w.sweepDues(1)
		w.holds("coin/backing CNY 16.00, coin/issue COIN -16.00, gateway/clearing CNY -16.00, member:ben/coins COIN 9.00, pool/coins COIN 7.00")
		w.whole()
	})
}

// TestServiceForService: the profile in which nothing moves with purchases (C-02). A policy
// that lets purchases take or give hours is refused; with both at zero services pay as ever.
func TestServiceForService(t *testing.T) {
	inBank(t, func(w *bank) {
		only := func(share, cashback money.Rate) error {
			p := flow.Trial()
			p.Code, p.EffectiveFrom = "hours-only", w.env.Clock.Now().Add(time.Minute)
			p.Params.Profile, p.Params.CoinShareMax, p.Params.Cashback = policy.HoursOnly, share, cashback
			_, err := w.Propose(ctx, w.home, db.System, p)
			return err
		}
		wrong(t, "offset at shops", only(flow.Trial().Params.CoinShareMax, 0), policy.ErrHoursOnly)
		wrong(t, "given for purchases", only(0, flow.Trial().Params.Cashback), policy.ErrHoursOnly)
		w.must(only(0, 0))
		w.env.Clock.Set(w.env.Clock.Now().Add(time.Minute))
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		w.ordered(1, 10_00, false)
		w.basic(w.served(request(2), assignment(2), "leader", 60))
		w.holds("coin/backing CNY 10.00, coin/issue COIN -30.00, gateway/clearing CNY -10.00, member:ben/coins COIN 20.00, member:leader/coins COIN 10.00")
		w.whole()
	})
}

// whole lets verify make everything again.
func (w *bank) whole() {
	w.t.Helper()
	w.env.Clock.Set(w.env.Clock.Now().Add(time.Second))
	if report := w.verify(); !report.Whole() {
		w.t.Errorf("verify: %v", report.Findings)
	}
}
