package sim

import "time"

// refund says what bringing back a part of a purchase must do. After refunds of
// T in all each non-tender leg has been reversed to ⌊leg·T/G⌋; the tenders take T
// exactly. A refund posts the target less what is already reversed.
func (a *Auditor) refund(c *community, s Refund) Expectation {
	p := c.purchases[s.Purchase]
	switch {
	case p == nil && s.Amount <= 0:
		return refuse(Unknown, BadAmounts)
	case p == nil:
		return refuse(Unknown)
	case s.Amount <= 0:
		return refuse(BadAmounts)
	case s.Amount > p.step.Price-p.refunded:
		return refuse(TooMuch)
	}
	before, after := p.reversed(p.refunded), p.reversed(p.refunded+s.Amount)
	inverse := make([]leg, len(p.legs))
	for i, g := range p.legs {
		inverse[i] = leg{g.rule + "R", g.to, g.from, after[i] - before[i]}
	}
	inverse = p.withhold(c, inverse, cashBack(p, p.refunded+s.Amount)-cashBack(p, p.refunded))
	day := max(a.day(s.Now), c.firstOpen())
	return a.entry(c, inverse, day, false, func() {
		whole := p.refunded == 0 && s.Amount == p.step.Price
		p.refunded += s.Amount
		// Reading: the room in the cap comes back to the month that used it.
		c.caps[p.leader] -= amountOf(inverse, "S-08R")
		if whole {
			p.returnVouchers(s.Now)
		}
	})
}

// returnVouchers gives the buyer her vouchers back, after one refund of all.
//
// Reading: several refunds that add up to the price are no "full refund".
func (p *purchase) returnVouchers(now time.Time) {
	for _, v := range p.vouchers {
		v.used = false
		if least := now.AddDate(0, 0, int(p.policy.VoucherReturnDays)); v.expires.Before(least) {
			v.expires = least
		}
	}
}

// cashBack is the cash that refunds of total in all return: ⌈c·T/G⌉.
func cashBack(p *purchase, total int64) int64 {
	return up(fraction(p.step.Held+p.step.Direct, total, p.step.Price))
}

// reversed is how much of each leg is undone after refunds of total in all.
//
// Reading: "the rest split the same way, rounding down, among coins, then the
// voucher legs in order, the last taking what is left": one after another takes
// its proportion of what is left. It is the one reading by which no tender gives
// back more than itself or less than before. Cash of both kinds is split so too,
// the provider's first.
func (p *purchase) reversed(total int64) []int64 {
	cash := cashBack(p, total)
	money := sharing{left: cash, of: p.step.Held + p.step.Direct}
	rest := sharing{left: total - cash, of: p.step.Price - p.step.Held - p.step.Direct}
	out := make([]int64, len(p.legs))
	for i, g := range p.legs {
		switch g.rule {
		case "S-01":
			out[i] = money.next(g.amount)
		case "S-02", "S-03":
			out[i] = rest.next(g.amount)
		default:
			out[i] = down(fraction(g.amount, total, p.step.Price))
		}
	}
	return out
}

// sharing hands out an amount in proportion to parts that come one by one.
type sharing struct{ left, of int64 }

func (s *sharing) next(part int64) int64 {
	if part == 0 {
		return 0
	}
	got := down(fraction(s.left, part, s.of))
	s.left -= got
	s.of -= part
	return got
}

// withhold keeps back, of the cash that is returned, the coins that the buyer has
// spent since: the shop pays them into coin/backing, and they stay in use.
//
// Reading: what the provider returns is kept first. Cash that does not suffice
// leaves the rest as the buyer's debt in coins.
func (p *purchase) withhold(c *community, inverse []leg, cash int64) []leg {
	mine := coins(p.step.Buyer)
	short := amountOf(inverse, "S-07R") - amountOf(inverse, "S-02R") - c.balance[mine]
	if p.step.Buyer == "" || amountOf(inverse, "S-07R") == 0 || short <= 0 {
		return inverse
	}
	short = min(short, cash)
	kept := int64(0)
	for i := range inverse {
		switch g := &inverse[i]; g.rule {
		case "S-01R":
			kept = min(short, g.amount)
			g.amount -= kept
		case "S-07R":
			g.amount -= short
		}
	}
	return append(inverse, leg{"S-07R", payable(p.step.Shop), backing, short})
}
