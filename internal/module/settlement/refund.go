package settlement

import (
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Refusals of a refund, in the order in which Refund checks them.
var (
	ErrRefundNotPositive = fault.New(fault.Invalid, "settlement.refund_not_positive")
	ErrRefundTooLarge    = fault.New(fault.Conflict, "settlement.refund_too_large") // details: most
)

// RefundFacts is what a refund's entry stores. All else follows from the facts
// of the purchase it undoes, under the policy version of that purchase (D3).
type RefundFacts struct {
	Entry  int64        // number of the purchase's entry
	Before money.Amount // T of the refunds before this one
	Amount money.Amount // t, what this one returns
}

// Refunded is a decided refund.
type Refunded struct {
	Legs []ledger.Leg // to post

	// What the buyer gets: t in all, together with Withheld.
	Held     money.Amount // cash, through the provider
	Direct   money.Amount // cash, by the shop's own hand
	Coins    money.Amount // time-coins
	Vouchers money.Amount // value of vouchers; they come back only by the refund that makes it whole
	Withheld money.Amount // kept of the cash for coins the buyer has spent (S-07R)

	Whole     bool         // nothing of the purchase is left: its vouchers come back
	LeaderCap money.Amount // room that the leader's cap of the month gets back
}

// Refund undoes a part of a purchase, or what is left of it. It reverses the
// nominal legs, as the rules made them before short accounts changed some, so
// that refunds of all sizes undo in the end exactly what the rules did. Of each
// leg it posts what should be reversed by now less what already is.
func Refund(p *policy.Params, f *Facts, r RefundFacts, b Balances, s *Scratch) (Refunded, error) {
	if r.Amount <= 0 || r.Before < 0 {
		return Refunded{}, ErrRefundNotPositive.On("amount")
	}
	if r.Before > f.Price || r.Amount > f.Price-r.Before {
		return Refunded{}, ErrRefundTooLarge.On("amount").With("most", max(0, f.Price-r.Before))
	}
	if err := check(p, f); err != nil {
		return Refunded{}, err
	}
	s.c.run(p, f)
	res, before, after := promised(f, r)
	s.posted = s.posted[:0]
	for _, leg := range s.c.legs {
		rev := leg.Reversed()
		switch leg.Rule.Number {
		case 1:
			rev.Amount = res.Held
		case 2:
			rev.Amount = res.Coins
		case 3:
			rev.Amount = after.vouchers.take(leg.Amount) - before.vouchers.take(leg.Amount)
		default:
			rev.Amount = money.MulDiv(leg.Amount, r.Before+r.Amount, f.Price) - money.MulDiv(leg.Amount, r.Before, f.Price)
		}
		if leg.Rule.Number == 8 {
			res.LeaderCap = rev.Amount
		}
		s.posted = append(s.posted, rev)
	}
	s.withhold(f, b, &res)
	res.Legs = s.cover(b)
	return res, nil
}

// Outcome is what a posted refund gave back, made again from its legs: for the
// answer to a request that comes twice. The room in the leader's cap is left out.
func Outcome(f *Facts, r RefundFacts, posted []ledger.Leg) Refunded {
	res, _, _ := promised(f, r)
	res.Legs = posted
	for _, l := range posted {
		if l.Rule.Number == 7 && l.To == ledger.CoinBacking {
			res.keep(l.Amount)
		}
	}
	return res
}

// promised is what a refund gives back if no coins are missing, and how much of
// each tender has been returned before and after it.
func promised(f *Facts, r RefundFacts) (res Refunded, before, after tenders) {
	before, after = returned(f, r.Before), returned(f, r.Before+r.Amount)
	return Refunded{
		Held:     after.held - before.held,
		Direct:   after.direct - before.direct,
		Coins:    after.coins - before.coins,
		Vouchers: after.vouchers.left - before.vouchers.left,
		Whole:    r.Before+r.Amount == f.Price,
	}, before, after
}

// keep withholds a part of the cash: what the provider returns first, then what
// the shop hands over. It tells how much of it was held.
func (res *Refunded) keep(part money.Amount) (held money.Amount) {
	held = min(part, res.Held)
	res.Held -= held
	res.Direct -= part - held
	res.Withheld += part
	return held
}

// withhold keeps, of the cash that is returned, what the buyer's coins are short
// of: the coins were spent and stay in use, so the money goes behind them (S-07R).
// If the cash does not suffice, cover puts the rest on the buyer's owed.
func (s *Scratch) withhold(f *Facts, b Balances, res *Refunded) {
	coins := coinsOf(f.Buyer.ID)
	d := change(s.posted, coins)
	if d >= 0 {
		return
	}
	part := min(-(b.Balance(coins) + d), res.Held+res.Direct)
	if part <= 0 {
		return
	}
	held := res.keep(part)
	for i := range s.posted {
		leg := &s.posted[i]
		switch leg.Rule.Number {
		case 1:
			leg.Amount -= held
		case 7:
			leg.Amount -= part
			s.posted = slices.Insert(s.posted, i+1, ledger.Leg{
				Rule: leg.Rule, From: payableOf(f.Merchant.ID), To: ledger.CoinBacking, Amount: part,
			})
			return
		}
	}
}

// tenders is how much of each tender of a purchase has been returned.
type tenders struct {
	held, direct, coins money.Amount
	vouchers            split // to be taken leg by leg
}

// returned splits the first total of a purchase's price that is refunded among
// its tenders, to the fen: cash first, rounded up, then coins, then the voucher
// legs in order, each its proportion of what is left, rounded down. No tender is
// returned beyond itself, and none shrinks as total grows.
func returned(f *Facts, total money.Amount) tenders {
	var t tenders
	cash := money.MulDivUp(f.cash(), total, f.Price)
	byKind := split{left: cash, of: f.cash()}
	t.held = byKind.take(f.Held)
	t.direct = byKind.take(f.Direct)
	t.vouchers = split{left: total - cash, of: f.Price - f.cash()}
	t.coins = t.vouchers.take(f.Coins)
	return t
}

// split hands out an amount among parts that come one after another: each takes
// its proportion of what is left, rounded down, so the last takes all of it.
type split struct {
	left money.Amount // to be handed out
	of   money.Amount // sum of the parts that are still to come
}

func (s *split) take(part money.Amount) money.Amount {
	if part == 0 {
		return 0
	}
	got := money.MulDiv(part, s.left, s.of)
	s.left -= got
	s.of -= part
	return got
}
