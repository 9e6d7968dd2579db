package flow_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// live lets a town live for a while: everything that the flows can do happens, in
// an order that chance decides, the same for the same seed.
func (w *town) live(seed uint64, steps int) {
	w.t.Helper()
	l := &life{town: w, rng: rand.New(rand.NewPCG(seed, 1))}
	for _, m := range []string{"leader", "anna", "ben"} {
		l.vouchers = append(l.vouchers, nil)
		l.people = append(l.people, m)
	}
	l.shops = []string{"bakery", "fruit", "first"}
	for i := range steps {
		l.step(i)
		w.env.Clock.Advance(time.Duration(l.rng.IntN(40)) * time.Minute)
	}
}

type life struct {
	*town
	rng       *rand.Rand
	people    []string
	shops     []string
	vouchers  [][]string // of each person
	purchases []int64
	holds     []id.ID
	others    []int64 // entries that can be reversed
}

// expected are the refusals that a life full of chance meets.
var expected = []string{"settlement.coins_short", "settlement.coins_over_share", "settlement.parts_do_not_add_up", "settlement.refund_too_large", "settlement.refund_not_positive", "ledger.insufficient",
	"ledger.already_reversed", "promotion.voucher_of_another", "promotion.voucher_for_another_shop", "promotion.voucher_used", "promotion.voucher_expired", "ledger.hold_short",
	"ledger.hold_ended", "ledger.hold_expired", "ledger.hold_not_due", "ledger.day_already_closed", "ledger.day_not_over", "voucher.issuer_owes_too_much"}

func (l *life) meet(err error) bool {
	l.t.Helper()
	if err == nil {
		return true
	}
	if f := fault.Of(err); f != nil {
		for _, code := range expected {
			if f.Code == code {
				return false
			}
		}
	}
	l.t.Fatal(err)
	return false
}

func (l *life) step(i int) {
	l.t.Helper()
	switch n := l.rng.IntN(100); {
	case n < 60:
		l.buySomething(i)
	case n < 70:
		l.returnSomething(i)
	case n < 80:
		l.promote(i)
	case n < 88:
		l.hold(i)
	case n < 92:
		l.transfer(i)
	case n < 96:
		l.meet(l.CloseDay(ctx, l.home, db.System, l.day()-1-period.Day(l.rng.IntN(3))))
	case n < 98:
		l.change(i)
	default:
		l.erase()
	}
}

func (l *life) day() period.Day {
	return period.DayOf(l.env.Clock.Now(), time.FixedZone("", 8*3600))
}

func (l *life) buySomething(i int) {
	who := l.rng.IntN(len(l.people) + 1)
	buyer := ""
	if who < len(l.people) {
		buyer = l.people[who]
	}
	price := money.Amount(1 + l.rng.IntN(300_00))
	p := flow.Purchase{Ref: fmt.Sprint("p", i), PurchasedAt: l.env.Clock.Now().Add(-time.Duration(l.rng.IntN(60*24*3)) * time.Minute), Member: buyer,
		Merchant: l.shops[l.rng.IntN(len(l.shops))], List: price + 5, Price: price, Items: 1 + l.rng.IntN(3)}
	rest := price
	if buyer != "" && l.rng.IntN(3) == 0 && len(l.vouchers[who]) > 0 {
		v := l.vouchers[who][l.rng.IntN(len(l.vouchers[who]))]
		p.Vouchers = []string{v}
		rest -= 5_00
	}
	if buyer != "" && l.rng.IntN(2) == 0 && rest > 0 {
		p.Coins = money.Amount(l.rng.Int64N(int64(rest)/2 + 1))
		rest -= p.Coins
	}
	p.Direct = 0
	if l.rng.IntN(3) == 0 && rest > 0 {
		p.Direct = money.Amount(l.rng.Int64N(int64(rest) + 1))
	}
	p.Held = rest - p.Direct
	if p.Held < 0 {
		return
	}
	s, err := l.Settle(ctx, l.home, db.System, p)
	if l.meet(err) {
		l.purchases = append(l.purchases, s.Seq)
	}
}

func (l *life) returnSomething(i int) {
	if len(l.purchases) == 0 {
		return
	}
	amount := money.Amount(l.rng.IntN(3) * (1 + l.rng.IntN(100_00)))
	_, err := l.Refund(ctx, l.home, db.System, flow.Refund{Ref: fmt.Sprint("r", i), Purchase: l.purchases[l.rng.IntN(len(l.purchases))], Amount: amount})
	l.meet(err)
}

func (l *life) promote(i int) {
	who, a := l.rng.IntN(len(l.people)), l.rng.IntN(len(l.shops))
	b := (a + 1 + l.rng.IntN(len(l.shops)-1)) % len(l.shops)
	if l.rng.IntN(2) == 0 {
		_, err := l.Recommend(ctx, l.home, db.System, flow.Recommendation{Ref: fmt.Sprint("c", i), Recommender: l.shops[a], Member: l.people[who], Target: l.shops[b]})
		l.meet(err)
		return
	}
	ref := fmt.Sprint("v", i)
	_, err := l.IssueVoucher(ctx, l.home, db.System, flow.VoucherIssue{Ref: ref, Issuer: l.shops[a], Target: l.shops[b], Member: l.people[who], Amount: 5_00,
		ExpiresAt: l.env.Clock.Now().Add(90 * 24 * time.Hour)})
	if l.meet(err) {
		l.vouchers[who] = append(l.vouchers[who], ref)
	}
}

func (l *life) posting(key string) ledger.Posting {
	return ledger.Posting{Key: key, Content: [32]byte{1}, BookedOn: l.day() + 1}
}

func (l *life) hold(i int) {
	if len(l.holds) == 0 || l.rng.IntN(3) == 0 {
		source := ledger.Of(party.Owner{Kind: party.Member, ID: l.member(l.people[l.rng.IntN(3)]).ID}, ledger.Coins)
		var h ledger.Hold
		err := l.DB.Update(ctx, l.home, db.System, func(tx *db.Tx) (err error) {
			h, err = l.Ledger.PlaceHold(ctx, tx, l.posting(fmt.Sprint("h", i)), source, money.Amount(1+l.rng.IntN(100)), tx.Now.Add(5*time.Hour))
			return err
		})
		if l.meet(err) {
			l.holds = append(l.holds, h.ID)
		}
		return
	}
	h := l.holds[l.rng.IntN(len(l.holds))]
	to := ledger.Of(party.Owner{Kind: party.Pool}, ledger.Coins)
	part, what := money.Amount(1+l.rng.IntN(80)), l.rng.IntN(4)
	l.meet(l.DB.Update(ctx, l.home, db.System, func(tx *db.Tx) error {
		switch what {
		case 0:
			return l.Ledger.ReleaseHold(ctx, tx, h, l.posting(fmt.Sprint("h", i)))
		case 1:
			return l.Ledger.ExpireHold(ctx, tx, h, l.day()+1)
		}
		return l.Ledger.SpendHold(ctx, tx, h, l.posting(fmt.Sprint("h", i)), to, part)
	}))
}

func (l *life) transfer(i int) {
	p := l.posting(fmt.Sprint("t", i))
	p.Kind = ledger.Transfer
	shop := ledger.Of(party.Owner{Kind: party.Merchant, ID: l.shop("bakery").ID}, ledger.Payable)
	p.Legs = []ledger.Leg{{Rule: ledger.R('P', 1), From: shop, To: ledger.GatewayClearing, Amount: money.Amount(1 + l.rng.IntN(20_00))}}
	reverse := len(l.others) > 0 && l.rng.IntN(2) == 0
	var posted ledger.Posted
	err := l.DB.Update(ctx, l.home, db.System, func(tx *db.Tx) (err error) {
		if reverse {
			_, err = l.Ledger.Reverse(ctx, tx, l.others[0], p)
			return err
		}
		posted, err = l.Ledger.Post(ctx, tx, p)
		return err
	})
	if l.meet(err) && !reverse {
		l.others = append(l.others, posted.Seq)
	}
}

// change is a new policy from some moment on.
func (l *life) change(i int) {
	params := policy.Trial2025()
	params.TeamShare = money.Rate(10_000 + l.rng.IntN(10_000))
	params.LeaderMonthlyCap = money.Amount(1_00 + l.rng.IntN(10_00))
	_, err := l.Propose(ctx, l.home, db.System, policy.Proposal{Code: fmt.Sprint("test-", i), Author: "test", Reason: "test", Params: params,
		EffectiveFrom: l.env.Clock.Now().Add(time.Duration(l.rng.IntN(600)) * time.Minute)})
	l.must(err)
}

func (l *life) erase() {
	who := l.member("anna").ID
	l.must(l.DB.Update(ctx, l.home, db.System, func(tx *db.Tx) error { return l.Ledger.Erase(ctx, tx, who) }))
}
