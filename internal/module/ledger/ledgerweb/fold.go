package ledgerweb

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/i18n"
)

// DayTally is what was bought on one closed day. Buyer is whatever tells two
// buyers apart; it is counted and never shown. A buyer who cannot be told apart
// is left out of Buyers: two strangers may be one.
type DayTally[Buyer comparable] struct {
	Day         period.Day
	Buyers      []Buyer // with or without repeats
	Purchases   int
	First, Last int64        // numbers of the first and last entry
	Spent       money.Amount // what buyers gave
	Shops       money.Amount // what the shops kept of it
	Fund        money.Amount // what came to the public funds
}

// Group is a run of days whose purchases were made by at least k buyers.
type Group struct {
	From, To           period.Day
	Purchases, Buyers  int
	First, Last        int64
	Spent, Shops, Fund money.Amount
}

// Fold joins days, given in order, into groups of at least k different buyers
// (K3). A day with fewer is folded into the next; what is left at the end waits
// for days to come and is reported as a span without sums. It is never folded
// backwards: a group that has been shown must not grow, or the difference would
// show the few.
//
// For the same reason sums that are shown beside the groups must leave the
// waiting days out.
func Fold[Buyer comparable](days []DayTally[Buyer], k int) (groups []Group, waiting *Span) {
	var g Group
	buyers := make(map[Buyer]bool)
	for _, d := range days {
		if d.Purchases == 0 {
			continue
		}
		if g.Purchases == 0 {
			g.From, g.First = d.Day, d.First
		}
		g.To, g.Last = d.Day, d.Last
		g.Purchases += d.Purchases
		g.Spent += d.Spent
		g.Shops += d.Shops
		g.Fund += d.Fund
		for _, b := range d.Buyers {
			buyers[b] = true
		}
		if g.Buyers = len(buyers); g.Buyers >= k {
			groups = append(groups, g)
			g = Group{}
			clear(buyers)
		}
	}
	if g.Purchases > 0 {
		waiting = &Span{g.From, g.To}
	}
	return groups, waiting
}

// Entry is the group as a row of the daily book.
func (g Group) Entry() Entry {
	e := Entry{
		From: g.From, To: g.To, Group: true, Spent: g.Spent, Shops: g.Shops, Fund: g.Fund,
		What: i18n.M("%d 笔消费", g.Purchases), Note: i18n.M("%d 位邻居", g.Buyers),
		Proof: i18n.M("逐笔可查"),
	}
	if g.Last > 0 {
		e.Proof = i18n.M("第 %d 到 %d 条", g.First, g.Last)
	}
	return e
}
