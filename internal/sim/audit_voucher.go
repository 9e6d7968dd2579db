package sim

import (
	"slices"
	"strings"
	"time"
)

// voucher is a cross-shop voucher that was given.
type voucher struct {
	ref, from, shop, holder string
	face                    int64
	sharers                 []string
	expires                 time.Time
	used                    bool
	claim                   *claim

	series *GiveOfSeries // nil: it is of none
}

// at reports whether it counts at a shop.
func (v *voucher) at(shop string) bool {
	if v.series == nil {
		return v.shop == shop
	}
	return len(v.series.At) == 0 || slices.Contains(v.series.At, shop)
}

// claim says that a shop sent a person to another shop.
type claim struct {
	from, shop, buyer string
	madeAt            time.Time
	used              bool
}

// openVouchers are those that can be used, in the order in which they were given.
func (a *Auditor) openVouchers(community string, now time.Time) []*voucher {
	var open []*voucher
	for _, v := range a.communities[community].vouchers {
		if !v.used && now.Before(v.expires) {
			open = append(open, v)
		}
	}
	slices.SortFunc(open, inOrder)
	return open
}

func inOrder(a, b *voucher) int { return strings.Compare(a.ref, b.ref) }

func (v *voucher) refusals(s Purchase) (why []Reason) {
	if v.holder != s.Buyer {
		why = append(why, NotYours)
	}
	if !v.at(s.Shop) {
		why = append(why, OtherShop)
	}
	if v.series != nil && s.Price < v.series.Least {
		why = append(why, TooLittle)
	}
	if v.used {
		why = append(why, Used)
	}
	if !s.At.Before(v.expires) {
		why = append(why, Expired)
	}
	return why
}

// legs is S-03: the platform's share first, half up; the rest equally among the
// sharing shops, left-over fens to the first named, or as its series says.
func (v *voucher) legs(p Policy, shop account, paid int64) []leg {
	rate, weights := p.VoucherPlatform, make([]int64, len(v.sharers))
	for i := range weights {
		weights[i] = 1
	}
	if v.series != nil {
		rate, weights = v.series.Platform, v.series.Weights
	}
	ours := percent(paid, rate)
	legs := []leg{{"S-03", promotion, shop, ours}}
	// Reading: each of the first named gets one of the left-over fens, which is the
	// largest remainder where all weigh the same.
	for i, part := range largest(paid-ours, weights) {
		legs = append(legs, leg{"S-03", payable(v.sharers[i]), shop, part})
	}
	return legs
}

// largest shares v by weights: everybody the whole part of her share, then one more
// to those whose share was cut most, the first named first.
func largest(v int64, weights []int64) []int64 {
	var all int64
	for _, w := range weights {
		all += w
	}
	parts, left := make([]int64, len(weights)), v
	for i, w := range weights {
		parts[i] = down(fraction(v, w, all))
		left -= parts[i]
	}
	for ; left > 0; left-- {
		best := -1
		for i, w := range weights {
			cut := fraction(v, w, all)
			cut.Sub(cut, fraction(parts[i], 1, 1))
			if best < 0 || cut.Cmp(fraction(v, weights[best], all).Sub(fraction(v, weights[best], all), fraction(parts[best], 1, 1))) > 0 {
				best = i
			}
		}
		parts[best]++
	}
	return parts
}

// pays says what each voucher of a purchase pays if so much is left for them: its
// face, but that the last one that may lose a rest loses what is too much.
func pays(vouchers []*voucher, left int64) []int64 {
	out := make([]int64, len(vouchers))
	over := -left
	for i, v := range vouchers {
		out[i] = v.face
		over = add(over, v.face)
	}
	for i := len(vouchers) - 1; i >= 0; i-- {
		if s := vouchers[i].series; over > 0 && s != nil && s.Change && out[i] > over {
			out[i] -= over
			break
		}
	}
	return out
}

// chooseClaim finds the claim that a purchase uses: one made by a voucher that is
// used in it first, else the smallest (made_at, id); keys are given in order of
// time, so the order of the list is that order.
func (c *community) chooseClaim(a *Auditor, t *terms) *claim {
	if t.buyer == nil {
		return nil
	}
	var first *claim
	for _, m := range c.claims {
		if !m.good(a, t) {
			continue
		}
		if slices.ContainsFunc(t.vouchers, func(v *voucher) bool { return v.claim == m }) {
			return m
		}
		if first == nil && m.shop != "" {
			first = m
		}
	}
	return first
}

// good reports whether the claim is good for a purchase.
func (m *claim) good(a *Auditor, t *terms) bool {
	here := m.shop == t.s.Shop || m.shop == "" && slices.ContainsFunc(t.vouchers, func(v *voucher) bool { return v.claim == m })
	return here && !m.used && m.buyer == t.s.Buyer && m.from != t.s.Shop &&
		a.shops[m.from].Owner != t.s.Buyer &&
		t.s.At.Before(m.madeAt.Add(time.Duration(t.p.ClaimHours)*time.Hour))
}

func (a *Auditor) giveVoucher(c *community, s GiveVoucher) Expectation {
	var why []Reason
	for _, ref := range append([]string{s.From, s.For}, s.Sharers...) {
		if !a.here(c, ref) {
			why = append(why, Unknown)
		}
	}
	if a.people[s.To] == nil {
		why = append(why, Unknown)
	}
	if s.From == s.For {
		why = append(why, SelfDealing)
	}
	p := inForce(c.policies, s.Now)
	if c.owes(s.From) > p.OwedLimit {
		why = append(why, OwedLimit)
	}
	promise := percent(s.Face, p.VoucherPlatform)
	why = append(why, a.promises(c, s.Head, promise)...)
	if len(why) > 0 {
		return refuse(why...)
	}
	m := &claim{from: s.From, shop: s.For, buyer: s.To, madeAt: s.Now}
	e := accept(func() {
		c.promised[a.month(s.Now)] += promise
		c.claims = append(c.claims, m)
		c.vouchers[s.Key] = &voucher{
			ref: s.Key, from: s.From, shop: s.For, holder: s.To, face: s.Face, sharers: s.Sharers, expires: s.Expires, claim: m,
		}
	})
	return a.unlessOwner(s.From, s.To, e)
}

// giveOfSeries gives the one voucher of a series.
func (a *Auditor) giveOfSeries(c *community, s GiveOfSeries) Expectation {
	var why []Reason
	for _, ref := range slices.Concat([]string{s.From}, s.At, s.Sharers) {
		if !a.here(c, ref) {
			why = append(why, Unknown)
		}
	}
	if a.people[s.To] == nil {
		why = append(why, Unknown)
	}
	if c.owes(s.From) > inForce(c.policies, s.Now).OwedLimit {
		why = append(why, OwedLimit)
	}
	promise := percent(s.Face, s.Platform)
	if why = append(why, a.promises(c, s.Head, promise)...); len(why) > 0 {
		return refuse(why...)
	}
	m := &claim{from: s.From, buyer: s.To, madeAt: s.Now}
	if len(s.At) == 1 {
		m.shop = s.At[0]
	}
	y, month, d := s.Now.In(a.zone).Date()
	return accept(func() {
		c.promised[a.month(s.Now)] += promise
		c.claims = append(c.claims, m)
		c.vouchers[s.Key] = &voucher{
			ref: s.Key, from: s.From, holder: s.To, face: s.Face, sharers: s.Sharers, claim: m, series: &s,
			expires: time.Date(y, month, d+int(s.Days)+1, 0, 0, 0, 0, a.zone),
		}
	})
}

// promises refuses what the platform's budget of the month does not reach for.
func (a *Auditor) promises(c *community, h Head, share int64) []Reason {
	if share > 0 && c.promised[a.month(h.Now)]+share > inForce(c.policies, h.Now).Promotion {
		return []Reason{PromoSpent}
	}
	return nil
}

func (a *Auditor) month(at time.Time) string { return a.day(at)[:len("2025-03")] }

func (a *Auditor) recommend(c *community, s Recommend) Expectation {
	var why []Reason
	if !a.here(c, s.From) || !a.here(c, s.For) || a.people[s.To] == nil {
		why = append(why, Unknown)
	}
	if s.From == s.For {
		why = append(why, SelfDealing)
	}
	if len(why) > 0 {
		return refuse(why...)
	}
	m := &claim{from: s.From, shop: s.For, buyer: s.To, madeAt: s.Now}
	return a.unlessOwner(s.From, s.To, accept(func() { c.claims = append(c.claims, m) }))
}

// unlessOwner lets a system refuse at once what is given to the owner of the shop
// that gives it. If it is accepted, the claim is never good.
func (a *Auditor) unlessOwner(shop, person string, e Expectation) Expectation {
	if a.shops[shop].Owner == person {
		e.Refuse = append(e.Refuse, SelfDealing)
	}
	return e
}

// here reports whether a shop is one of the community's.
func (a *Auditor) here(c *community, shop string) bool {
	s := a.shops[shop]
	return s != nil && s.Community == c.name
}

// owes is what a shop owes in money.
func (c *community) owes(shop string) int64 {
	owed, _ := payable(shop).owed()
	return -c.balance[owed]
}
