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
	if v.shop != s.Shop {
		why = append(why, OtherShop)
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
// sharing shops, left-over fens to the first named.
func (v *voucher) legs(p Policy, shop account) []leg {
	ours := percent(v.face, p.VoucherPlatform)
	legs := []leg{{"S-03", promotion, shop, ours}}
	rest, n := v.face-ours, int64(len(v.sharers))
	for i, sharer := range v.sharers {
		part := rest / n
		// Reading: each of the first named gets one of the left-over fens.
		if int64(i) < rest%n {
			part++
		}
		legs = append(legs, leg{"S-03", payable(sharer), shop, part})
	}
	return legs
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
		if first == nil {
			first = m
		}
	}
	return first
}

// good reports whether the claim is good for a purchase.
func (m *claim) good(a *Auditor, t *terms) bool {
	return !m.used && m.buyer == t.s.Buyer && m.shop == t.s.Shop && m.from != t.s.Shop &&
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
	if c.owes(s.From) > inForce(c.policies, s.Now).OwedLimit {
		why = append(why, OwedLimit)
	}
	if len(why) > 0 {
		return refuse(why...)
	}
	m := &claim{from: s.From, shop: s.For, buyer: s.To, madeAt: s.Now}
	e := accept(func() {
		c.claims = append(c.claims, m)
		c.vouchers[s.Key] = &voucher{
			ref: s.Key, from: s.From, shop: s.For, holder: s.To, face: s.Face, sharers: s.Sharers, expires: s.Expires, claim: m,
		}
	})
	return a.unlessOwner(s.From, s.To, e)
}

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
