package sim

import (
	"slices"
	"time"
)

// purchase is an accepted purchase, as a refund needs it.
type purchase struct {
	step     Purchase
	legs     []leg // as the rules made them, before floors
	vouchers []*voucher
	policy   Policy
	leader   leaderMonth
	refunded int64
}

// terms are what the rules read about a purchase.
type terms struct {
	p        Policy
	s        Purchase
	shop     *Shop
	buyer    *Household // nil for a stranger
	leader   *Household // nil without a team that is shared with
	vouchers []*voucher
	pays     []int64 // what each voucher pays
	claim    *claim
	capLeft  int64
	cash     int64
}

func (a *Auditor) purchase(c *community, s Purchase) Expectation {
	t := terms{p: inForce(c.policies, s.At), s: s, cash: s.Held + s.Direct}
	why := a.look(c, &t)
	why = append(why, t.checkClock()...)
	why = append(why, t.checkParts()...)
	if len(why) > 0 {
		if t.s.Coins > c.balance[coins(t.s.Buyer)] {
			why = append(why, CoinsShort) // they may be counted before the fault is found
		}
		return refuse(why...)
	}
	made := a.day(s.At)
	day := max(made, c.firstOpen())
	month := leaderMonth{month: day[:len("2025-03")]}
	if t.leader != nil {
		month.leader = t.leader.Ref
		t.capLeft = max(t.p.LeaderCap-c.caps[month], 0)
	}
	t.claim = c.chooseClaim(a, &t)
	legs := t.legs(c)
	done := &purchase{step: s, legs: legs, vouchers: t.vouchers, policy: t.p, leader: month}
	e := a.entry(c, legs, day, day != made, func() {
		c.purchases[s.Key] = done
		at, _ := slices.BinarySearch(c.bought, s.Key)
		c.bought = slices.Insert(c.bought, at, s.Key)
		c.caps[month] += amountOf(legs, "S-08")
		for _, v := range t.vouchers {
			if v.used = true; v.claim.shop == "" { // used for the first time: here
				v.claim.shop = s.Shop
			}
		}
		if t.claim != nil {
			t.claim.used = true
		}
	})
	return t.enoughCoins(c, legs, e)
}

// enoughCoins refuses a buyer who has not the coins she pays with. Floors count
// for the finished entry, so the coins that this purchase earns count.
//
// Reading: they count also if she owes coins; her debt then stays as it is.
func (t *terms) enoughCoins(c *community, legs []leg, e Expectation) Expectation {
	if t.s.Coins > 0 && c.balance[coins(t.s.Buyer)]+amountOf(legs, "S-07") < t.s.Coins {
		return refuse(CoinsShort)
	}
	return e
}

// look finds the parties. All belong to the shop's community, except that a
// member of another community is a member here too.
func (a *Auditor) look(c *community, t *terms) (why []Reason) {
	if t.shop = a.shops[t.s.Shop]; t.shop == nil || t.shop.Community != c.name {
		why = append(why, Unknown)
	}
	if t.s.Buyer != "" {
		if t.buyer = a.people[t.s.Buyer]; t.buyer == nil {
			why = append(why, Unknown)
		} else if leader := a.people[t.buyer.Leader]; leader != nil && leader.Good && leader.Level.leads() && leader != t.buyer {
			t.leader = leader
		}
	}
	for i, ref := range t.s.Vouchers {
		v := c.vouchers[ref]
		if v == nil {
			why = append(why, Unknown)
			continue
		}
		if slices.Contains(t.s.Vouchers[:i], ref) {
			why = append(why, Used, BadAmounts)
		}
		why = append(why, v.refusals(t.s)...)
		t.vouchers = append(t.vouchers, v)
	}
	if t.buyer == nil && (t.s.Coins > 0 || len(t.s.Vouchers) > 0) {
		why = append(why, NotMember)
	}
	return why
}

func (t *terms) checkClock() []Reason {
	if t.s.At.Sub(t.s.Now) > time.Duration(t.p.AheadMinutes)*time.Minute {
		return []Reason{Ahead}
	}
	if !t.s.Imported && t.s.Now.Sub(t.s.At) > time.Duration(t.p.BackdateDays)*24*time.Hour {
		return []Reason{Backdated}
	}
	return nil
}

func (t *terms) checkParts() (why []Reason) {
	sum := t.s.Coins + t.cash
	t.pays = pays(t.vouchers, t.s.Price-sum)
	for _, v := range t.pays {
		sum = add(sum, v)
	}
	if t.s.Price <= 0 || min(t.s.Coins, t.s.Held, t.s.Direct) < 0 || sum != t.s.Price {
		why = append(why, BadAmounts)
	}
	if t.s.Coins > down(fraction(t.s.Price, t.p.CoinShareMax, 1_000_000)) {
		why = append(why, CoinShare)
	}
	return why
}

// legs applies S-01 to S-10 in order.
func (t *terms) legs(c *community) []leg {
	g, cash := t.s.Price, t.cash
	shop, buyer := payable(t.s.Shop), t.s.Buyer
	legs := []leg{
		{"S-01", gateway, shop, t.s.Held},
		{"S-02", coins(buyer), shopCoins(t.s.Shop), t.s.Coins},
	}
	for i, v := range t.vouchers {
		legs = append(legs, v.legs(t.p, shop, t.pays[i])...)
	}
	s04 := percent(g, t.p.commission(t.shop.Tier))
	legs = append(legs, leg{"S-04", shop, commission, s04})
	s05 := min(percent(g, t.p.Welfare), s04)
	left := s04 - s05 // of the commission of this purchase
	payer := commission
	if t.p.ShopPaysWelfare {
		payer, left = shop, s04
	}
	legs = append(legs, leg{"S-05", payer, welfare, s05})
	if t.claim != nil {
		legs = append(legs, leg{"S-06", shop, payable(t.claim.from), percent(g, t.p.Rebate)})
	}
	if t.buyer != nil {
		if t.buyer.Good {
			legs = append(legs, leg{"S-07", coinIssue, coins(buyer), c.cashback(t.p, cash)})
		}
		if t.leader != nil {
			legs = append(legs, leg{"S-08", commission, rewards(t.leader.Ref), min(percent(g, t.p.TeamShare), left, t.capLeft)})
		}
		legs = append(legs, leg{"S-09", pointIssue, points(buyer), cash / 100 * t.p.Points})
	}
	return append(legs, leg{"S-10", shop, care, percent(g, t.shop.Pledge)})
}

// cashback is S-07: rate × c × f, rounded once, with
// f = clamp(2·backing ÷ (floor · outstanding) − 1, 0, 1).
func (c *community) cashback(p Policy, cash int64) int64 {
	full := fraction(cash, p.Cashback, 1_000_000)
	out := c.outstanding()
	if p.BackingFloor == 0 || out == 0 {
		return halfUp(full)
	}
	// 2·backing ÷ (floor/10⁶ · out) − 1 = (2·10⁶·backing − floor·out) ÷ (floor·out)
	need := down(fraction(p.BackingFloor, out, 1))
	have := add(down(fraction(c.balance[backing], 2_000_000, 1)), -need)
	switch {
	case have <= 0:
		return 0
	case have >= need:
		return halfUp(full)
	}
	return halfUp(full.Mul(full, fraction(have, 1, need)))
}

func amountOf(legs []leg, rule string) (sum int64) {
	for _, g := range legs {
		if g.rule == rule {
			sum += g.amount
		}
	}
	return sum
}

// day is the civil day of an instant.
func (a *Auditor) day(at time.Time) string { return at.In(a.zone).Format(time.DateOnly) }

// firstOpen is the first day that is not closed, "" while none is closed.
func (c *community) firstOpen() string {
	if c.closed == "" {
		return ""
	}
	d, err := time.Parse(time.DateOnly, c.closed)
	if err != nil {
		panic(err)
	}
	return d.AddDate(0, 0, 1).Format(time.DateOnly)
}
