package score

import (
	"bytes"
	"cmp"
	"slices"

	"gongyi/internal/kernel/money"
)

// peers are the rates with which one is compared, by trade and of all.
type peers struct {
	trades map[string][]int64
	all    []int64
}

func newPeers(n int) *peers {
	return &peers{trades: make(map[string][]int64), all: make([]int64, 0, n)}
}

func (p *peers) add(trade string, rate int64) {
	p.trades[trade] = append(p.trades[trade], rate)
	p.all = append(p.all, rate)
}

func (p *peers) sort() {
	for _, rates := range p.trades {
		slices.Sort(rates)
	}
	slices.Sort(p.all)
}

// median is what half of a trade reach at least: of two in the middle the lower one.
// A shop alone in its trade is compared with all.
func (p *peers) median(trade string) (rate int64, alone bool) {
	rates := p.trades[trade]
	if len(rates) < 2 {
		rates, alone = p.all, true
	}
	if len(rates) == 0 {
		return 0, alone
	}
	return rates[(len(rates)-1)/2], alone
}

// beside is the grade of a rate beside a median: half at the median, full at twice it.
func beside(rate, median int64) int {
	switch {
	case median == 0 && rate > 0, rate >= 2*median && median > 0:
		return full
	case median == 0:
		return half
	}
	return int(half * rate / median)
}

// share is a grade of so much out of so much, full where nothing is asked.
func share(n, of int) int {
	switch {
	case of <= 0 || n >= of:
		return full
	case n <= 0:
		return 0
	}
	return full * n / of
}

// offer is the grade of what a shop gave of its sales: half at the least that is
// asked, full at what is enough, in a straight line before and between (C3).
func offer(rate int64, least, enough int64) int {
	switch {
	case rate >= enough:
		return full
	case rate >= least:
		return int(half + half*(rate-least)/(enough-least))
	}
	return int(half * rate / least)
}

// offered is what a shop gave of its sales in millionths. Where nothing was sold, or
// less than was taken back, whatever it gave is enough.
func offered(s *Input) int64 {
	if s.Sales <= 0 && s.Offers > 0 {
		return million
	}
	return part(int64(s.Offers), int64(s.Sales))
}

func (s *Score) grade(q *Quarter, w *Weights, repurchase, reach *peers) {
	g := &s.Grades
	g[Offer].Rate = offered(&s.Input)
	g[Offer].Grade = offer(g[Offer].Rate, int64(w.OfferMin), int64(w.OfferMax))
	g[Recommend].Grade = share(s.Recommended, w.RecommendedMembers*min(3, max(1, s.Months)))
	if s.Buyers > 0 {
		g[Repurchase].Rate = part(s.Returning, s.Buyers)
		g[Repurchase].Beside, g[Repurchase].Alone = repurchase.median(s.Trade)
		g[Repurchase].Grade = beside(g[Repurchase].Rate, g[Repurchase].Beside)
	}
	g[Reach].Rate = part(s.Served, q.Members)
	g[Reach].Beside, g[Reach].Alone = reach.median(s.Trade)
	g[Reach].Grade = beside(g[Reach].Rate, g[Reach].Beside)
	if s.Served <= 0 {
		g[Reach].Grade = 0
	}
	g[Disclosure].Grade = share(s.Disclosures, 3)
	g[Training].Grade = share(s.Attended, w.TrainingPerQuarter)
	for p := range g {
		g[p].Points = (w.Parts[p]*g[p].Grade + half) / full
		s.Points += g[p].Points
	}
	s.Taken = min(s.Points, w.BreachPoints*max(0, s.Breaches))
	s.Points -= s.Taken
	s.Ranked = s.Months >= w.Months
	s.Band = Unranked
}

// place orders the scores and says who is last.
func place(all []Score, w *Weights) {
	slices.SortFunc(all, func(a, b Score) int {
		if a.Ranked != b.Ranked {
			if a.Ranked {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Points-a.Points, bytes.Compare(a.Merchant[:], b.Merchant[:]))
	})
	n := 0
	for n < len(all) && all[n].Ranked {
		n++
	}
	ranked := all[:n]
	for i := range ranked {
		ranked[i].Place = i + 1
		if i > 0 && ranked[i-1].Points == ranked[i].Points {
			ranked[i].Place = ranked[i-1].Place
		}
		switch {
		case n < w.Least:
			ranked[i].Band = Few
		case ranked[i].Place <= (n+2)/3:
			ranked[i].Band = Upper
		case ranked[i].Place > n-n/3:
			ranked[i].Band = Lower
		default:
			ranked[i].Band = Middle
		}
	}
	if n < w.Least {
		return
	}
	last := int(w.BottomShare.FloorOf(money.Amount(n)))
	if last == 0 {
		return
	}
	from := n - last
	if from > 0 && ranked[from-1].Points == ranked[from].Points {
		for border := ranked[from].Points; from < n && ranked[from].Points == border; {
			from++ // a tie at the border: all of it stay
		}
	}
	for i := from; i < n; i++ {
		ranked[i].Last = !ranked[i].Excused
	}
}
