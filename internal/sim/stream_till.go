package sim

import (
	"fmt"
	"slices"
	"time"
)

// What happens at the till.

// purchase makes a purchase, most of them possible, each kind of mistake now and
// then.
func (s *Stream) purchase() Step {
	c := s.a.communities[s.community()]
	p := Purchase{Head: s.head(c.name, "buy"), Shop: s.shop(c.name), Buyer: s.buyer(c.name)}
	p.At = p.Now.Add(-time.Duration(s.r.IntN(60)) * time.Second)
	faces := int64(0)
	if s.often(35) {
		faces = s.useVouchers(c, &p)
	}
	p.Price = faces + s.price()
	if p.Buyer != "" && s.often(50) {
		p.Coins = s.coins(c, &p, p.Price-faces)
	}
	s.cash(&p, p.Price-faces-p.Coins)
	if len(p.Vouchers) == 0 {
		s.otherTime(&p)
	}
	if s.often(8) {
		s.mistake(&p)
	}
	return p
}

// buyer is somebody from here, a visitor, or somebody without a name.
func (s *Stream) buyer(community string) string {
	if s.often(12) {
		return ""
	}
	return s.guest(community)
}

// guest is somebody from here, or a visitor.
func (s *Stream) guest(community string) string {
	if s.o.Visits && s.often(15) {
		return s.household("")
	}
	return s.household(community)
}

// price is what baskets cost: mostly some tens of yuan, sometimes so little that
// rounding is all that happens, sometimes a lot.
func (s *Stream) price() int64 {
	switch n := s.r.IntN(20); {
	case n < 3:
		return 10 + s.r.Int64N(490)
	case n < 5:
		return 100 * (1 + s.r.Int64N(300)) // round prices sit on half fens
	case n == 19:
		return 100_000 + s.r.Int64N(900_000)
	}
	return 500 + s.r.Int64N(25_000)
}

// useVouchers pays with vouchers that somebody holds, in the order in which they
// were given; the purchase becomes theirs.
func (s *Stream) useVouchers(c *community, p *Purchase) (faces int64) {
	open := s.a.openVouchers(c.name, p.Now)
	if len(open) == 0 {
		return 0
	}
	first := pick(s.r, open...)
	p.Buyer, p.Shop, p.At = first.holder, s.place(c.name, first), p.Now
	if first.series != nil && p.Price < first.series.Least && s.often(80) {
		p.Price = first.series.Least
	}
	for _, v := range open {
		if v == first || v.holder == first.holder && v.at(p.Shop) && len(p.Vouchers) < 3 {
			p.Vouchers = append(p.Vouchers, v.ref)
			faces += v.face
		}
	}
	return faces
}

// place is a shop where a voucher counts.
func (s *Stream) place(community string, v *voucher) string {
	switch {
	case v.series == nil:
		return v.shop
	case len(v.series.At) == 0:
		return s.shop(community)
	}
	return pick(s.r, v.series.At...)
}

// coins is how many coins the buyer pays with: what she has, up to the limit.
func (s *Stream) coins(c *community, p *Purchase, most int64) int64 {
	has := c.balance[coins(p.Buyer)]
	limit := min(has, most, down(fraction(p.Price, inForce(c.policies, p.At).CoinShareMax, 1_000_000)))
	switch {
	case s.often(6): // more than she has, or than she may
		return min(limit+1+s.r.Int64N(50), most)
	case limit <= 0:
		return 0
	case s.often(65):
		return limit
	}
	return s.r.Int64N(limit + 1)
}

func (s *Stream) cash(p *Purchase, cash int64) {
	switch s.r.IntN(10) {
	case 0:
		p.Held = s.r.Int64N(cash + 1)
		p.Direct = cash - p.Held
	case 1, 2:
		p.Direct = cash
	default:
		p.Held = cash
	}
}

// otherTime moves a purchase to the edges of what a till may say, and beyond.
func (s *Stream) otherTime(p *Purchase) {
	const day = 24 * time.Hour
	switch s.r.IntN(60) {
	case 0:
		p.At = p.Now.Add(5 * time.Minute)
	case 1:
		p.At = p.Now.Add(5*time.Minute + time.Second)
	case 2:
		p.At = p.Now.Add(-30 * day)
	case 3:
		p.At = p.Now.Add(-30*day - time.Second)
	case 4:
		p.At, p.Imported = p.Now.Add(-time.Duration(40+s.r.IntN(200))*day), true
		p.Held, p.Direct = p.Held+p.Direct, 0 // imported rows are held
	case 5, 6:
		p.At = p.Now.Add(-time.Duration(1+s.r.IntN(20)) * day)
	}
}

// mistake spoils a purchase in one way.
func (s *Stream) mistake(p *Purchase) {
	switch n := s.r.IntN(12); n {
	case 0:
		p.Price++
	case 1:
		p.Held, p.Direct = -1, p.Held+p.Direct+1
	case 2:
		p.Price, p.Coins, p.Held, p.Direct, p.Vouchers = 0, 0, 0, 0, nil
	case 3:
		p.Buyer = "H999"
	case 4:
		p.Shop = s.elsewhere(p.Community)
	case 5:
		p.Vouchers = append(p.Vouchers, "give-999999")
	case 6:
		p.Coins, p.Held = p.Coins+p.Held, 0
	default:
		s.misuse(p, n)
	}
}

// misuse pays with a voucher that must not be taken: it is used up, too old,
// somebody else's, or for another shop.
func (s *Stream) misuse(p *Purchase, n int) {
	c := s.a.communities[p.Community]
	var bad []*voucher
	for _, v := range c.vouchers {
		old := !p.Now.Before(v.expires)
		if n == 7 && v.used || n == 8 && old && !v.used || n > 8 && !old && !v.used {
			bad = append(bad, v)
		}
	}
	if len(bad) == 0 {
		return
	}
	slices.SortFunc(bad, inOrder)
	v := pick(s.r, bad...)
	*p = Purchase{Head: p.Head, At: p.Now, Buyer: v.holder, Shop: s.place(p.Community, v), Vouchers: []string{v.ref}, Price: v.face + 1_000, Held: 1_000}
	switch n {
	case 9:
		p.Buyer = ""
	case 10:
		p.Buyer = s.household(p.Community)
	case 11:
		p.Shop = s.shop(p.Community)
	}
}

// refund brings back all, half, or any part of a purchase that was made.
func (s *Stream) refund() Step {
	c := s.a.communities[s.community()]
	var keys []string
	for _, key := range c.bought {
		if p := c.purchases[key]; p.refunded < p.step.Price {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	f := Refund{Head: s.head(c.name, "back"), Purchase: pick(s.r, keys...)}
	if s.often(60) { // most come back soon
		f.Purchase = keys[len(keys)-1-s.r.IntN(min(len(keys), 20))]
	}
	p := c.purchases[f.Purchase]
	left := p.step.Price - p.refunded
	switch s.r.IntN(20) {
	case 0:
		f.Amount = left + 1
	case 1:
		f.Amount = -s.r.Int64N(2)
	case 2:
		f.Purchase, f.Amount = fmt.Sprintf("buy-%06d", 999_999), 100
	case 3, 4:
		f.Amount = 1
	case 5:
		f.Amount = max(left-1, 1)
	case 6, 7, 8:
		f.Amount = max(left/2, 1)
	case 9, 10, 11, 12:
		f.Amount = 1 + s.r.Int64N(left)
	default:
		f.Amount = left
	}
	return f
}
