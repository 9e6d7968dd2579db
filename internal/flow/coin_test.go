package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
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
	first := flow.Trial()
	edit(&first.Params)
	first.Code, first.EffectiveFrom = fmt.Sprint("rules-", w.env.Clock.Now().UnixNano()), w.env.Clock.Now()
	w.must(w.in(func(tx *db.Tx) error {
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

// TestHandsAreShort: F6. The pool pays half of 20.00; half of what is not used goes back
// to it.
func TestHandsAreShort(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 50_00, false)
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		for range 2 {
			if m := w.gap(request(1), 20_00); m.Pool != 10_00 || m.Coins != 10_00 {
				t.Errorf("the pool joins: %+v", m)
			}
		}
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, hold/escrow COIN 20.00, member:anna/coins COIN 10.00, pool/coins COIN 40.00")
		s := w.served(request(1), assignment(1), "ben", 60)
		s.Server = charter.Server{Shop: w.shop("bakery").ID}
		_, err = w.pay(s)
		w.must(err)
		if m := w.letGo(request(1)); m.Coins != 5_00 || m.Pool != 5_00 {
			t.Errorf("let go %+v", m)
		}
		if m, err := w.reverse(assignment(1), 4_00); err != nil || m.Coins != 2_00 || m.Pool != 2_00 {
			t.Errorf("a dispute over 4.00: %+v %v", m, err)
		}
		w.holds("coin/backing CNY 50.00, coin/issue COIN -70.00, gateway/clearing CNY -50.00, member:anna/coins COIN 17.00, merchant:bakery/coins COIN 6.00, pool/coins COIN 47.00")
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

func (w *bank) give(n byte, from, to string, coins money.Amount) {
	w.t.Helper()
	_, err := w.gift(n, from, to, coins)
	w.must(err)
}

// gift gives a neighbour hours, or the pot where nobody is named.
func (w *bank) gift(n byte, from, to string, coins money.Amount) (*coin.Gift, error) {
	g := coin.Gift{ID: id.ID{6, n}, From: w.member(from).ID, Coins: coins}
	if to != "" {
		g.To = w.member(to).ID
	}
	return w.GiveHours(ctx, w.home, db.System, g)
}

// TestGiving: to a neighbour within the month's limit, to the pot, and from it.
func TestGiving(t *testing.T) {
	inBank(t, func(w *bank) {
		w.rules(func(p *policy.Params) { p.GiftMonthMax, p.GrantMonthMax, p.GrantAloneMax = 15_00, 30_00, 5_00 })
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		for range 2 {
			w.give(1, "ben", "anna", 10_00)
		}
		_, err = w.gift(2, "ben", "anna", 5_01)
		wrong(t, "over the month", err, coin.ErrGiftMonth)
		_, err = w.gift(2, "ben", "ben", 1)
		wrong(t, "herself", err, coin.ErrOneself)
		_, err = w.GiveHours(ctx, w.home, db.System, coin.Gift{ID: id.ID{6, 3}, From: w.member("ben").ID, To: id.ID{1}, Coins: 1})
		wrong(t, "nobody", err, coin.ErrNobody)
		_, err = w.gift(2, "ben", "", 10_01)
		wrong(t, "more than there is", err, coin.ErrShort)
		w.give(4, "ben", "", 10_00)
		w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 1, 0))
		w.give(5, "anna", "leader", 10_00)

		ask := func(n byte, coins money.Amount) (*coin.Grant, error) {
			return w.AskGrant(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{1}}, id.ID{1}, coin.Grant{ID: id.ID{5, n}, Member: w.member("anna").ID, Coins: coins, Reason: "行动不便"})
		}
		g, err := ask(1, 4_00)
		w.must(err)
		if g.End != nil { // read before it ended
			t.Errorf("a small grant: %+v", g.End)
		}
		_, err = ask(2, 7_00)
		wrong(t, "the pot has less", err, coin.ErrPotShort)
		big, err := ask(2, 6_00)
		w.must(err)
		w.holds("coin/issue COIN -20.00, member:anna/coins COIN 4.00, member:leader/coins COIN 10.00, pool/common COIN 6.00")
		err = w.AgreeGrant(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{1}}, id.ID{1}, big.ID)
		wrong(t, "who asked", err, coin.ErrSamePair)
		w.must(w.AgreeGrant(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{2}}, id.ID{2}, big.ID))
		err = w.RefuseGrant(ctx, w.home, db.System, big.ID, "")
		wrong(t, "it is given", err, coin.ErrEnded)
		w.holds("coin/issue COIN -20.00, member:anna/coins COIN 10.00, member:leader/coins COIN 10.00")
		w.whole()
	})
}

// TestTheLastCoinIsGivenOnce: many give the last coin, many grant the last of the pot; one
// of each gets through.
func TestTheLastCoinIsGivenOnce(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 10_00, true)
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		ben, anna, leader := w.member("ben").ID, w.member("anna").ID, w.member("leader").ID
		var wg sync.WaitGroup
		var mu sync.Mutex
		gifts, grants := 0, 0
		for i := range byte(20) {
			wg.Go(func() {
				_, err := w.GiveHours(ctx, w.home, db.System, coin.Gift{ID: id.ID{6, i}, From: ben, To: anna, Coins: 20_00})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					gifts++
				}
			})
			wg.Go(func() {
				actor := db.Actor{Kind: "person", ID: id.ID{1}}
				g := coin.Grant{ID: id.ID{5, i}, Member: leader, Coins: 10_00, Reason: "行动不便"}
				_, err := w.AskGrant(ctx, w.home, actor, actor.ID, g)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					grants++
				}
			})
		}
		wg.Wait()
		if gifts != 1 || grants != 1 {
			t.Errorf("%d gifts of the last coin, %d grants of the last of the pot", gifts, grants)
		}
		w.whole()
	})
}

// TestCSR: F7. A company orders 100.00 at 1 : 1.2: it pays 120.00, of which 100.00 stands
// behind the hours and 20.00 is the platform's.
func TestCSR(t *testing.T) {
	inBank(t, func(w *bank) {
		orderer := db.Actor{Kind: "person", ID: id.ID{1}}
		o := coin.Order{ID: id.ID{9, 1}, Name: "鲁中纺织", Registration: "913703001643000000", Body: coin.Company, Coins: 100_00, Purpose: "独居老人助餐"}
		for range 2 {
			_, err := w.OrderHours(ctx, w.home, orderer, o)
			w.must(err)
		}
		_, err := w.AcceptHoursOrder(ctx, w.home, orderer, o.ID)
		wrong(t, "who ordered", err, coin.ErrSamePair)
		c, err := w.AcceptHoursOrder(ctx, w.home, db.System, o.ID)
		w.must(err)
		if c.Amount != 120_00 {
			t.Errorf("the charge is %v", c.Amount)
		}
		_, err = w.AcceptHoursOrder(ctx, w.home, db.System, o.ID)
		wrong(t, "again", err, coin.ErrOrderState)
		_, err = w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Cash, Reference: "cash-1"})
		wrong(t, "cash", err, charge.ErrCustody)
		_, err = w.Pay(ctx, w.home, db.System, c.ID, charge.Payment{Means: charter.Bank, Reference: "slip-1"})
		w.must(err)
		w.holds("coin/backing CNY 100.00, coin/issue COIN -100.00, gateway/clearing CNY -120.00, platform/premium CNY 20.00, pool/coins COIN 100.00")

		o.ID = id.ID{9, 2}
		_, err = w.OrderHours(ctx, w.home, orderer, o)
		w.must(err)
		_, err = w.AcceptHoursOrder(ctx, w.home, db.System, o.ID)
		w.must(err)
		w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 2, 0))
		w.must(w.ExpireCharges(ctx, w.home))
		var again *coin.Order
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error { again, err = w.Coins.OrderByID(ctx, r, w.home, o.ID); return err }))
		if again.State() != coin.Unpaid {
			t.Errorf("not paid in time: %q", again.State())
		}
		w.whole()
	})
}

// TestAShopGives: the entitlements that it took, and no more.
func TestAShopGives(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		s := w.served(request(1), assignment(1), "ben", 120)
		s.Server = charter.Server{Shop: w.shop("bakery").ID}
		_, err = w.pay(s)
		w.must(err)
		give := func(n byte, coins money.Amount) error {
			_, err := w.DonateHours(ctx, w.home, db.System, coin.Donation{ID: id.ID{4, n}, Shop: w.shop("bakery").ID, Coins: coins})
			return err
		}
		wrong(t, "more than it has", give(1, 20_01), coin.ErrShort)
		wrong(t, "nothing", give(1, 0), coin.ErrBadAmount)
		w.must(give(1, 12_00))
		w.must(give(1, 12_00))
		w.holds("coin/issue COIN -20.00, merchant:bakery/coins COIN 8.00, pool/coins COIN 12.00")
		w.whole()
	})
}

// TestHoursComeHome: what a visitor earned goes home; it arrives once, however often the
// note is handled.
func TestHoursComeHome(t *testing.T) {
	inBank(t, func(w *bank) {
		w.join(w.away, "guest", policy.Silver, "")
		w.must(w.Visit(ctx, db.System, "guest", w.home))
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "guest", 120))
		w.must(err)
		guest := w.member("guest").ID
		wrong(t, "more than she has", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, guest, 20_01), coin.ErrShort)
		wrong(t, "who is at home here", w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, w.member("anna").ID, 1), coin.ErrNotAbroad)
		for range 2 {
			w.must(w.TakeHoursHome(ctx, w.home, db.System, id.ID{3, 1}, guest, 20_00))
			w.must(w.CarryHours(ctx, w.home, fmt.Sprintf(`{"transfer":%q,"from":%q,"to":%q,"ref":"guest","coins":2000}`, id.ID{3, 1}, w.home, w.away)))
		}
		var held ledger.Holding
		w.must(w.DB.View(ctx, w.away, func(r db.Reader) error {
			m, err := w.Members.Lookup(ctx, r, w.away, "guest")
			if err != nil {
				return err
			}
			held, err = w.Ledger.Holding(ctx, r, w.away, ledger.Of(party.Owner{Kind: party.Member, ID: m.ID}, ledger.Coins))
			return err
		}))
		if held.Balance != 20_00 {
			t.Errorf("at home she has %v", held.Balance)
		}
		w.whole()
	})
}

// TestExpiryAndDemurrageAreOff: and where a policy turns them on, what lapses is in the pool.
func TestExpiryAndDemurrageAreOff(t *testing.T) {
	inBank(t, func(w *bank) {
		_, err := w.aside(request(1), "anna", 20_00)
		w.must(err)
		_, err = w.pay(w.served(request(1), assignment(1), "ben", 120))
		w.must(err)
		w.env.Clock.Set(w.env.Clock.Now().AddDate(0, 7, 0))
		_, err = w.aside(request(2), "leader", 10_00) // issued now: 20.00, half of it set aside
		w.must(err)
		w.must(w.LapseHours(ctx, w.home))
		before := w.books()
		if before["pool/coins COIN"] != "" {
			t.Errorf("off, yet %v", before)
		}
		w.rules(func(p *policy.Params) { p.ExpiryMonths, p.Demurrage = 6, 100_000 })
		for range 2 {
			w.must(w.LapseHours(ctx, w.home))
		}
		w.holds("coin/issue COIN -40.00, hold/escrow COIN 10.00, member:leader/coins COIN 9.00, pool/coins COIN 21.00")
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
