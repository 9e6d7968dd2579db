package flow_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

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

// TestWhoOrderedIsForgotten: of an organisation's orders the person goes, wherever she is a
// member; what nobody looked at is withdrawn, what the desk decided stands (A7).
func TestWhoOrderedIsForgotten(t *testing.T) {
	inBank(t, func(w *bank) {
		anna := w.known("安娜", "+8613800000001", "anna")
		her := db.Actor{Kind: "person", ID: anna}
		orders := func(at id.ID) (all []*coin.Order) {
			w.must(w.DB.View(ctx, at, func(r db.Reader) (err error) { all, err = w.Coins.Orders(ctx, r, at); return err }))
			return all
		}
		for n, at := range []id.ID{w.home, w.away, w.away} {
			o := coin.Order{ID: id.ID{9, byte(n)}, Name: "鲁中纺织", Registration: "913703001643000000", Body: coin.Company, Coins: 100_00, Purpose: "独居老人助餐"}
			_, err := w.OrderHours(ctx, at, her, o)
			w.must(err)
		}
		_, err := w.AcceptHoursOrder(ctx, w.away, db.Actor{Kind: "person", ID: id.ID{2}}, id.ID{9, 1})
		w.must(err)
		told, err := w.Told(ctx, anna)
		w.must(err)
		if at := slices.IndexFunc(told, func(c flow.Chapter) bool { return c.File == "hours.json" }); at < 0 || len(told[at].Rows) != 1 {
			t.Errorf("told: %+v", told)
		}
		_, err = w.AskErasure(ctx, her, anna, true)
		w.must(err)
		for _, o := range append(orders(w.home), orders(w.away)...) {
			if o.ID == (id.ID{9, 1}) && (o.State() != coin.Accepted || o.Accepted().By != id.ID{2}) || o.ID != (id.ID{9, 1}) && (o.State() != coin.Withdrawn || !o.Steps[0].By.IsZero()) {
				t.Errorf("%s is %q: %+v", o.ID, o.State(), o.Steps)
			}
			if !o.By.IsZero() || o.Name == "" {
				t.Errorf("%s was ordered by %s for %q", o.ID, o.By, o.Name)
			}
		}
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
