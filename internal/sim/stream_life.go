package sim

import (
	"fmt"
	"slices"
	"time"
)

// What happens besides the till.

// giveVoucher makes a claim. Which of two claims of one instant goes first is
// left to their ids, so that while time stands still none is made.
func (s *Stream) giveVoucher() Step {
	if s.still > 0 {
		return nil
	}
	c := s.community()
	g := GiveVoucher{
		Head: s.head(c, "give"), From: s.shop(c), For: s.shop(c), To: s.guest(c),
		Face:    100 * (1 + s.r.Int64N(12)),
		Expires: s.now.Add(time.Duration(1+s.r.IntN(60))*24*time.Hour + 500*time.Millisecond),
	}
	if s.often(30) {
		g.Face++ // does not divide evenly
	}
	if open := s.a.openVouchers(c, s.now); len(open) > 0 && s.often(35) {
		// Somebody gets several for one shop, to be used together.
		last := open[len(open)-1]
		g.To, g.For = last.holder, last.shop
	}
	g.Sharers = []string{g.From}
	if other := s.shop(c); s.often(30) && other != g.From {
		g.Sharers = append(g.Sharers, other)
	}
	switch s.r.IntN(40) {
	case 0:
		g.For = s.elsewhere(c)
	case 1:
		g.To = "H999"
	case 2:
		if owner := s.a.shops[g.From].Owner; s.homeOf(owner) == c {
			g.To = owner
		}
	case 3, 4, 5:
		// A shop that owes much, if there is one.
		for _, p := range s.n.Shops {
			if p.Community == c && s.a.communities[c].owes(p.Ref) > 0 {
				g.From, g.Sharers = p.Ref, []string{p.Ref}
			}
		}
	}
	return g
}

// giveOfSeries gives a voucher whose shops share it by weights, good at one shop, at
// several, or at all of them.
func (s *Stream) giveOfSeries() Step {
	if s.still > 0 {
		return nil
	}
	c := s.community()
	g := GiveOfSeries{
		Head: s.head(c, "series"), From: s.shop(c), To: s.guest(c), Face: 100*(1+s.r.Int64N(12)) + s.r.Int64N(3), Days: s.r.Int64N(40) + 1,
		Change: s.often(30), Platform: s.r.Int64N(inForce(s.a.communities[c].policies, s.now).VoucherPlatform + 1),
	}
	if s.often(50) {
		g.Least = g.Face * (1 + s.r.Int64N(8))
	}
	for range s.r.IntN(4) {
		if at := s.shop(c); !slices.Contains(g.At, at) {
			g.At = append(g.At, at)
		}
	}
	for range 1 + s.r.IntN(3) {
		if sharer := s.shop(c); !slices.Contains(g.Sharers, sharer) {
			g.Sharers, g.Weights = append(g.Sharers, sharer), append(g.Weights, 1+s.r.Int64N(5))
		}
	}
	if open := s.a.openVouchers(c, s.now); len(open) > 0 && s.often(35) {
		g.To = open[len(open)-1].holder
	}
	if s.often(3) {
		g.To = "H999"
	}
	if s.often(3) {
		g.At = append(g.At, s.elsewhere(c))
	}
	return g
}

func (s *Stream) recommend() Step {
	if s.still > 0 {
		return nil
	}
	c := s.community()
	w := Recommend{Head: s.head(c, "word"), From: s.shop(c), For: s.shop(c), To: s.guest(c)}
	switch s.r.IntN(30) {
	case 0:
		w.From = s.elsewhere(c)
	case 1:
		w.To = "H999"
	case 2:
		if owner := s.a.shops[w.From].Owner; s.homeOf(owner) == c {
			w.To = owner
		}
	}
	return w
}

func (s *Stream) joinTeam() Step {
	member := s.household("")
	home := s.homeOf(member)
	j := JoinTeam{Head: s.head(home, "team"), Member: member, Leader: s.household(home)}
	switch n := s.r.IntN(20); {
	case n == 0:
		j.Leader = member
	case n == 1:
		j.Leader = "H999"
	case n == 2:
		j.Leader = ""
	case n < 14: // mostly a leader who counts
		for _, h := range s.n.Households {
			if h.Community == home && h.Member && h.Ref != member && s.a.people[h.Ref].Level.leads() {
				j.Leader = h.Ref
				if s.often(60) {
					break
				}
			}
		}
	}
	return j
}

func (s *Stream) setLevel() Step {
	m := s.household("")
	return SetLevel{Head: s.head(s.homeOf(m), "level"), Member: m, Level: pick(s.r, Silver, Gold, Gold, Diamond)}
}

func (s *Stream) setStanding() Step {
	m := s.household("")
	return SetStanding{Head: s.head(s.homeOf(m), "standing"), Member: m, Good: s.often(75)}
}

func (s *Stream) setTier() Step {
	c := s.community()
	return SetTier{Head: s.head(c, "tier"), Shop: s.shop(c), Tier: pick(s.r, Standard, Standard, Committee, Founding)}
}

func (s *Stream) pledge() Step {
	c := s.community()
	return Pledge{Head: s.head(c, "pledge"), Shop: s.shop(c), Rate: pick[int64](s.r, 0, 2_500, 10_000, 15_000)}
}

// adopt makes a version that asks no more of anybody than the default one does,
// so that it must pass; and now and then one that cannot.
func (s *Stream) adopt() Step {
	p := Trial()
	h := s.head(s.community(), "policy")
	p.Code = h.Key
	// Some local midnight to come, and some seconds, so that no two are the same.
	_, offset := s.now.In(s.n.Zone).Zone()
	midnight := s.now.Add(time.Duration(offset) * time.Second).Truncate(24 * time.Hour).Add(-time.Duration(offset) * time.Second)
	p.From = midnight.Add(time.Duration(1+s.r.IntN(4))*24*time.Hour + time.Duration(s.serial%3600)*time.Second)
	p.Standard = pick[int64](s.r, 30_000, 30_000, 25_000)
	p.Committee = pick[int64](s.r, 20_000, 12_345)
	p.Founding = pick[int64](s.r, 10_000, 0)
	p.Welfare = pick[int64](s.r, 5_000, 3_000)
	p.ShopPaysWelfare = s.often(30)
	p.Rebate = pick[int64](s.r, 50_000, 30_000)
	p.ClaimHours = pick[int64](s.r, 720, 720, 48)
	p.Cashback = pick[int64](s.r, 50_000, 33_333)
	p.BackingFloor = pick[int64](s.r, 0, 0, 0, 10_000, 2_000)
	p.TeamShare = pick[int64](s.r, 20_000, 15_000)
	p.LeaderCap = pick[int64](s.r, 200_000, 5_000)
	p.Points = pick[int64](s.r, 1, 2)
	p.CoinShareMax = pick[int64](s.r, 500_000, 300_000)
	p.VoucherPlatform = pick[int64](s.r, 200_000, 500_000, 0)
	p.OwedLimit = pick[int64](s.r, 50_000, 1_000)
	p.Promotion = pick[int64](s.r, 500_000, 500_000, 500)
	if s.often(15) {
		p.Standard = 250_000
	}
	return Adopt{h, p}
}

// closeDays closes all days before today, or all but some.
func (s *Stream) closeDays() Step {
	if !s.o.Closes {
		return nil
	}
	c := s.a.communities[s.community()]
	through := s.a.day(s.now.Add(-time.Duration(1+s.r.IntN(3)) * 24 * time.Hour))
	if through <= c.closed || through < s.a.day(s.n.Start) {
		return nil
	}
	return CloseDays{s.head(c.name, "close"), through}
}

func (s *Stream) payout() Step {
	if !s.o.Payouts {
		return nil
	}
	c := s.community()
	p := Payout{s.head(c, "payout"), s.shop(c)}
	if s.often(5) {
		p.Shop = s.elsewhere(c)
	}
	return p
}

func (s *Stream) payRewards() Step {
	if !s.o.Payouts {
		return nil
	}
	// Those who have rewards are few: ask for somebody who has.
	c := s.a.communities[s.community()]
	p := PayRewards{s.head(c.name, "reward"), s.household(c.name)}
	for _, h := range s.n.Households {
		if c.balance[rewards(h.Ref)] > 0 && s.often(60) {
			p.Member = h.Ref
		}
	}
	return p
}

func (s *Stream) spend() Step {
	if !s.o.Spending {
		return nil
	}
	c := s.a.communities[s.community()]
	f := Spend{Head: s.head(c.name, "spend"), Fund: pick(s.r, "welfare", "care")}
	has := c.balance[map[string]account{"welfare": welfare, "care": care}[f.Fund]]
	switch {
	case s.often(8):
		f.Amount = has + 1
	case has == 0:
		return nil
	case s.often(50): // to the last fen, so that a refund finds the fund empty
		f.Amount = has
	default:
		f.Amount = 1 + s.r.Int64N(has)
	}
	f.Key = fmt.Sprintf("%s-%s", f.Key, f.Fund)
	return f
}
