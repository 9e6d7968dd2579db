package app

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/openbooks"
)

// The least number of different buyers in a group of the open books, on the page
// and in a file (docs/requirements.md, K3 and A7).
const (
	booksK       = 5
	booksExportK = 10
)

// shopping is a run of days with who bought on them.
type shopping struct {
	days   []openbooks.Day
	buyers map[period.Day][]id.ID
	shops  map[period.Day][]id.ID
}

func newShopping(days []openbooks.Day, visits []openbooks.Visit) *shopping {
	s := &shopping{days: days, buyers: make(map[period.Day][]id.ID), shops: make(map[period.Day][]id.ID)}
	for _, v := range visits {
		s.buyers[v.Day] = append(s.buyers[v.Day], v.Buyers...)
		s.shops[v.Day] = append(s.shops[v.Day], v.Shops...)
	}
	return s
}

// booksGroup is a group of days with all its sums.
type booksGroup struct {
	ledgerweb.Group
	flow openbooks.Flow
}

// fold groups the days twice. Groups of a file are made of whole groups of the
// page, so that both beside each other do not show fewer buyers than one of them:
// if each were folded from the days, a group of the file less a group of the page
// could be the day of a single buyer.
//
// The days must begin where a group begins, whatever k: on the first day of all,
// or after a day on which at least booksExportK bought.
func (s *shopping) fold() (page, file []booksGroup, pageWaits, fileWaits *ledgerweb.Span) {
	tallies := s.tallies()
	groups, pageWaits := ledgerweb.Fold(tallies, booksK)
	page = s.withFlows(groups)

	// Each group of the page becomes a day of its own number.
	atoms := make([]ledgerweb.DayTally[id.ID], len(groups))
	for i, g := range groups {
		atoms[i] = ledgerweb.DayTally[id.ID]{Day: period.Day(i), Purchases: g.Purchases, First: g.First, Last: g.Last, Spent: g.Spent, Shops: g.Shops, Fund: g.Fund}
		for _, t := range tallies {
			if t.Day >= g.From && t.Day <= g.To {
				atoms[i].Buyers = append(atoms[i].Buyers, t.Buyers...)
			}
		}
	}
	coarse, left := ledgerweb.Fold(atoms, booksExportK)
	for i := range coarse {
		coarse[i].From, coarse[i].To = groups[coarse[i].From].From, groups[coarse[i].To].To
	}
	file, fileWaits = s.withFlows(coarse), pageWaits
	if left != nil {
		fileWaits = &ledgerweb.Span{From: groups[left.From].From, To: groups[left.To].To}
		if pageWaits != nil {
			fileWaits.To = pageWaits.To
		}
	}
	return page, file, pageWaits, fileWaits
}

// tallies are the days with purchases. What was refunded on a day without any is
// taken off the next day that has some.
func (s *shopping) tallies() []ledgerweb.DayTally[id.ID] {
	tallies := make([]ledgerweb.DayTally[id.ID], 0, len(s.days))
	var t ledgerweb.DayTally[id.ID]
	for i := range s.days {
		d := &s.days[i]
		t.Spent += d.Given()
		t.Shops += d.Net
		t.Fund += d.Welfare + d.Care
		if d.Purchases == 0 {
			continue
		}
		t.Day, t.Buyers, t.Purchases, t.First, t.Last = d.Day, s.buyers[d.Day], int(d.Purchases), d.First, d.Last
		tallies = append(tallies, t)
		t = ledgerweb.DayTally[id.ID]{}
	}
	return tallies
}

// withFlows sums the days of each group, from behind the group before it.
func (s *shopping) withFlows(groups []ledgerweb.Group) []booksGroup {
	out := make([]booksGroup, len(groups))
	at := 0
	for i, g := range groups {
		out[i].Group = g
		for ; at < len(s.days) && s.days[at].Day <= g.To; at++ {
			out[i].flow.Add(s.days[at].Flow)
		}
	}
	return out
}

// between counts what was bought after one day and up to another.
func (s *shopping) between(after, to period.Day) (f ledgerweb.Flow, funds openbooks.Funds) {
	var sum openbooks.Flow
	buyers, shops := make(map[id.ID]bool), make(map[id.ID]bool)
	for i := range s.days {
		d := &s.days[i]
		if d.Day <= after || d.Day > to {
			continue
		}
		sum.Add(d.Flow)
		f.Purchases += int(d.Purchases)
		funds.Welfare += d.WelfareFund
		funds.Care += d.CareFund
		for _, who := range s.buyers[d.Day] {
			buyers[who] = true
		}
		for _, where := range s.shops[d.Day] {
			shops[where] = true
		}
	}
	f.Buyers, f.Shops = len(buyers), len(shops)
	f.Held, f.Direct, f.Coins, f.VouchersByShops, f.VouchersPlatform = sum.Held, sum.Direct, sum.Coins, sum.VouchersByShops, sum.VouchersPlatform
	f.Net, f.Referrers, f.Platform, f.Welfare, f.Leaders, f.Care = sum.Net, sum.Referrers, sum.Platform, sum.Welfare, sum.Leaders, sum.Care
	f.CoinsGiven, f.PointsGiven = sum.CoinsGiven, sum.PointsGiven
	return f, funds
}

// wayOf is what went one way in a group.
func wayOf(f *openbooks.Flow, via ledgerweb.Way) money.Amount {
	switch via {
	case ledgerweb.ViaHeld:
		return f.Held
	case ledgerweb.ViaDirect:
		return f.Direct
	case ledgerweb.ViaCoins:
		return f.Coins
	case ledgerweb.ViaVouchers:
		return f.VouchersByShops + f.VouchersPlatform
	case ledgerweb.ViaShops:
		return f.Net
	case ledgerweb.ViaReferrers:
		return f.Referrers
	case ledgerweb.ViaPlatform:
		return f.Platform
	case ledgerweb.ViaWelfare:
		return f.Welfare
	case ledgerweb.ViaLeaders:
		return f.Leaders
	case ledgerweb.ViaCare:
		return f.Care
	case ledgerweb.ViaCoinsBack:
		return f.CoinsGiven
	case ledgerweb.ViaPoints:
		return f.PointsGiven
	}
	return f.Given()
}
