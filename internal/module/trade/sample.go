package trade

import (
	"cmp"
	"slices"
	"strconv"
)

// The week, as it is cut.
const (
	slotsOf = 7 * 24 // of the finest grain
	dayHour = 24     // hours of a day
	partsOf = 6      // parts of a day
	fridays = 5      // days before the weekend
	enough  = 2      // a grain will do if one purchase in so many can be shown in it
)

// heat cuts the week as finely as shows enough of the purchases.
func (s *Sample) heat(g *guard) (*divided, Grain) {
	var all divided
	for _, grain := range []Grain{ByHour, ByPart, ByHalf} {
		all = s.week(grain)
		shown := 0
		for _, c := range all.cells {
			if g.people(c.set) >= g.k {
				shown += c.set.count()
			}
		}
		if shown*enough >= len(s.Purchases) || grain == ByHalf {
			return &all, grain
		}
	}
	return &all, ByHalf
}

// Slot is the slot of a grain in which an hour of the week lies.
func (g Grain) Slot(hour int) int {
	day, part := hour/dayHour, hour%dayHour/(dayHour/partsOf)
	switch g {
	case ByPart:
		return day*partsOf + part
	case ByHalf:
		if day >= fridays {
			return partsOf + part
		}
		return part
	}
	return hour
}

func (s *Sample) week(g Grain) divided {
	sets := make(map[int]set)
	for i, b := range s.Purchases {
		slot := g.Slot(b.Slot)
		if sets[slot] == nil {
			sets[slot] = newSet(len(s.Purchases))
		}
		sets[slot].put(i)
	}
	d := divided{name: string(g), rest: newSet(len(s.Purchases))}
	for slot := range slotsOf {
		if sets[slot] != nil {
			d.cells = append(d.cells, cell{strconv.Itoa(slot), sets[slot]})
		}
	}
	return d
}

// draft sorts a sample into the sets that may be told.
func (s *Sample) draft() draft {
	n := len(s.People)
	d := draft{buyers: s.who(func(c *Customer) bool { return c.Days > 0 })}
	by := func(name string, keys []string, key func(c *Customer) string) {
		d.groups = append(d.groups, s.divide(name, n, keys, func(i int) (string, bool) { return key(&s.People[i]), s.People[i].Days > 0 }))
	}
	by(ByKind, []string{KeyNew, KeyReturn, KeyBack}, func(c *Customer) string { return c.Kind })
	by(ByVisits, bands(len(VisitBands)), func(c *Customer) string { return band(VisitBands, c.Days) })
	by(ByAge, nil, func(c *Customer) string { return c.Age })
	by(ByHousehold, nil, func(c *Customer) string { return c.Household })
	by(ByKids, nil, func(c *Customer) string { return c.Kids })
	for i, m := range s.Months {
		d.months = append(d.months, draftMonth{MonthCount{Month: m}, s.who(func(c *Customer) bool { return c.In != nil && c.In[i] }), s.who(func(c *Customer) bool { return c.Again != nil && c.Again[i] })})
	}
	d.wheel = []cell{{WheelSent, s.who(func(c *Customer) bool { return c.Sent })}, {WheelCame, s.who(func(c *Customer) bool { return c.Sent && c.Came })},
		{WheelAgain, s.who(func(c *Customer) bool { return c.Sent && c.Came && c.Returned })}}
	d.trades = s.trades()
	d.owner = make([]int, len(s.Purchases))
	d.purchases = newSet(len(s.Purchases))
	for i, b := range s.Purchases {
		d.owner[i] = b.Customer
		d.purchases.put(i)
	}
	baskets := s.divide(ByPrice, len(s.Purchases), bands(len(PriceBands)), func(i int) (string, bool) { return band(PriceBands, s.Purchases[i].Price), true })
	d.baskets = &baskets
	return d
}

func (s *Sample) who(is func(c *Customer) bool) set {
	out := newSet(len(s.People))
	for i := range s.People {
		if is(&s.People[i]) {
			out.put(i)
		}
	}
	return out
}

// divide sorts n things by a key; the cells come in the order of keys, else of their
// own.
func (s *Sample) divide(name string, n int, keys []string, key func(i int) (string, bool)) divided {
	sets := make(map[string]set)
	for i := range n {
		k, in := key(i)
		if !in {
			continue
		}
		if sets[k] == nil {
			sets[k] = newSet(n)
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		sets[k].put(i)
	}
	d := divided{name: name, rest: newSet(n)}
	if name == ByAge || name == ByHousehold || name == ByKids {
		slices.Sort(keys)
	}
	for _, k := range keys {
		if sets[k] != nil {
			d.cells = append(d.cells, cell{k, sets[k]})
		}
	}
	return d
}

// trades are the other trades, those with most customers first.
func (s *Sample) trades() (all []cell) {
	sets := make(map[string]set)
	for i := range s.People {
		for _, t := range s.People[i].Trades {
			if s.People[i].Days == 0 {
				continue
			}
			if sets[t] == nil {
				sets[t] = newSet(len(s.People))
			}
			sets[t].put(i)
		}
	}
	for t, who := range sets {
		all = append(all, cell{t, who})
	}
	slices.SortFunc(all, func(a, b cell) int { return cmp.Or(b.set.count()-a.set.count(), cmp.Compare(a.key, b.key)) })
	return all
}

// band is the number of the band in which a value lies.
func band[T cmp.Ordered](least []T, v T) string {
	n := 0
	for n+1 < len(least) && v >= least[n+1] {
		n++
	}
	return strconv.Itoa(n)
}

func bands(n int) (keys []string) {
	for i := range n {
		keys = append(keys, strconv.Itoa(i))
	}
	return keys
}
