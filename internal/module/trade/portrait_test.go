package trade

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// drawSample draws a small shop's quarter in which groups are nearly alike on purpose:
// the traits of a person hang together, so that sets lie in each other.
func drawSample(t *rapid.T) *Sample {
	pick := func(name string, of ...string) string { return of[rapid.IntRange(0, len(of)-1).Draw(t, name)] }
	s := &Sample{Months: []period.Month{24_000, 24_001, 24_002}}
	common := rapid.IntRange(0, 9).Draw(t, "common")
	for range rapid.IntRange(0, 45).Draw(t, "people") {
		var c Customer
		if c.Sent = rapid.IntRange(0, 3).Draw(t, "sent") == 0; !c.Sent || rapid.Bool().Draw(t, "came") {
			c.Days = rapid.IntRange(1, 9).Draw(t, "days")
			c.Came = c.Sent
			c.Returned = c.Came && c.Days > 1
			c.Kind = pick("kind", KeyNew, KeyReturn, KeyBack)
			for range s.Months {
				in := rapid.IntRange(0, 3).Draw(t, "in") > 0
				c.In, c.Again = append(c.In, in), append(c.Again, in && rapid.Bool().Draw(t, "again"))
			}
			if rapid.IntRange(0, 9).Draw(t, "usual") < common {
				c.Age, c.Household, c.Kids, c.Trades = "35-44", "2", "0", []string{"grocery"}
			} else {
				c.Age, c.Household, c.Kids = pick("age", "", "25-34", "65+"), pick("household", "", "1", "5+"), pick("kids", "", "0", "3+")
				for _, trade := range []string{"grocery", "meat", "florist"} {
					if rapid.Bool().Draw(t, trade) {
						c.Trades = append(c.Trades, trade)
					}
				}
			}
		}
		s.People = append(s.People, c)
		for range c.Days * rapid.IntRange(1, 3).Draw(t, "a day") {
			slot := rapid.SampledFrom([]int{9, 10, 33, 34, 130, rapid.IntRange(0, 167).Draw(t, "hour")}).Draw(t, "slot")
			s.Purchases = append(s.Purchases, Basket{len(s.People) - 1, slot, money.Amount(rapid.IntRange(1, 30_000).Draw(t, "price"))})
		}
	}
	return s
}

// figure is one number of a view, with what it counts.
type figure struct {
	name   string
	shown  int64
	things map[int]bool // people, or purchases
	whose  func(thing int) int
}

func (f *figure) behind(things map[int]bool) int {
	who := make(map[int]bool)
	for i := range things {
		who[f.whose(i)] = true
	}
	return len(who)
}

func minus(a, b map[int]bool) (rest map[int]bool, part bool) {
	rest, part = make(map[int]bool), true
	for i := range b {
		part = part && a[i]
	}
	for i := range a {
		if !b[i] {
			rest[i] = true
		}
	}
	return rest, part
}

// trait is what a customer is under a group's name.
func trait(name string, c *Customer) string {
	switch name {
	case ByAge:
		return c.Age
	case ByHousehold:
		return c.Household
	case ByKids:
		return c.Kids
	case ByKind:
		return c.Kind
	}
	for i := len(VisitBands) - 1; ; i-- {
		if c.Days >= VisitBands[i] {
			return strconv.Itoa(i)
		}
	}
}

// figures says from the sample what each number of a view counts, without the sets
// that the view was made with.
func figures(s *Sample, v *View) (people, purchases []figure) {
	self := func(i int) int { return i }
	owner := func(i int) int { return s.Purchases[i].Customer }
	add := func(name string, shown int64, is func(c *Customer) bool) {
		f := figure{name, shown, make(map[int]bool), self}
		for i := range s.People {
			if is(&s.People[i]) {
				f.things[i] = true
			}
		}
		people = append(people, f)
	}
	buy := func(name string, shown int64, is func(b *Basket) bool) {
		f := figure{name, shown, make(map[int]bool), owner}
		for i := range s.Purchases {
			if is(&s.Purchases[i]) {
				f.things[i] = true
			}
		}
		purchases = append(purchases, f)
	}
	if v.Buyers > 0 {
		add("buyers", v.Buyers, func(c *Customer) bool { return c.Days > 0 })
	}
	if v.Purchases > 0 {
		buy("purchases", v.Purchases, func(*Basket) bool { return true })
	}
	for _, g := range v.Groups {
		shown := func(key string) bool { return slices.ContainsFunc(g.Cells, func(c Cell) bool { return c.Key == key }) }
		for _, c := range g.Cells {
			add(g.Name+" "+c.Key, c.Count, func(x *Customer) bool { return x.Days > 0 && trait(g.Name, x) == c.Key })
		}
		add(g.Name+" rest", g.Rest, func(x *Customer) bool { return x.Days > 0 && !shown(trait(g.Name, x)) })
	}
	divide := func(name string, cells []Cell, rest int64, key func(b *Basket) string) {
		for _, c := range cells {
			buy(name+" "+c.Key, c.Count, func(b *Basket) bool { return key(b) == c.Key })
		}
		buy(name+" rest", rest, func(b *Basket) bool { return !slices.ContainsFunc(cells, func(c Cell) bool { return c.Key == key(b) }) })
	}
	if v.Baskets != nil {
		divide("price", v.Baskets.Cells, v.Baskets.Rest, func(b *Basket) string {
			for i := len(PriceBands) - 1; ; i-- {
				if b.Price >= PriceBands[i] {
					return strconv.Itoa(i)
				}
			}
		})
	}
	if v.Heat != nil {
		divide("heat", v.Heat.Cells, v.Heat.Rest, func(b *Basket) string { return strconv.Itoa(v.Heat.Grain.Slot(b.Slot)) })
	}
	for _, c := range v.Trades {
		add("trade "+c.Key, c.Count, func(x *Customer) bool { return x.Days > 0 && slices.Contains(x.Trades, c.Key) })
	}
	for i, m := range v.Months {
		if m.Told {
			add(fmt.Sprint("month ", i), m.Buyers, func(x *Customer) bool { return x.In != nil && x.In[i] })
		}
		if m.ToldBack {
			add(fmt.Sprint("again ", i), m.Returning, func(x *Customer) bool { return x.Again != nil && x.Again[i] })
		}
	}
	for _, c := range v.Wheel {
		add("wheel "+c.Key, c.Count, func(x *Customer) bool {
			return x.Sent && (c.Key == WheelSent || x.Came && (c.Key == WheelCame || x.Returned))
		})
	}
	return people, purchases
}

// audit is a suspicious auditor: he takes every figure, and every difference of two
// figures of which one counts a part of the other.
func audit(t *rapid.T, what string, k int, all []figure) {
	for i := range all {
		f := &all[i]
		if int64(len(f.things)) != f.shown {
			t.Fatalf("%s: %s is shown as %d, and is %d", what, f.name, f.shown, len(f.things))
		}
		if n := f.behind(f.things); n != 0 && n < k {
			t.Fatalf("%s: %s stands for %d people, with k = %d", what, f.name, n, k)
		}
		for j := range all {
			if rest, part := minus(f.things, all[j].things); part && i != j {
				if n := f.behind(rest); n != 0 && n < k {
					t.Fatalf("%s: %s less %s stands for %d people, with k = %d", what, f.name, all[j].name, n, k)
				}
			}
		}
	}
}

// No cell that is shown, and no difference of two, describes fewer than k people (C7,
// O2), on the screen, in the file, and between the two.
func TestNothingSmallIsDisclosed(t *testing.T) {
	told := 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSample(t)
		k := rapid.IntRange(2, 6).Draw(t, "k")
		export := k + rapid.IntRange(0, 5).Draw(t, "more")
		screen, file := Disclose(s, k, export)
		people, purchases := figures(s, &screen)
		audit(t, "people on the screen", k, people)
		audit(t, "purchases on the screen", k, purchases)
		taken, sold := figures(s, &file)
		audit(t, "people in the file", export, taken)
		audit(t, "purchases in the file", export, sold)
		told += len(people) + len(taken)
	})
	if told < 1000 {
		t.Errorf("only %d figures were told: the test is empty", told)
	}
}

// people makes customers alike.
func people(n int, c Customer) (all []Customer) {
	for range n {
		all = append(all, c)
	}
	return all
}

// TestSmallCellsAreFolded is the same in words.
func TestSmallCellsAreFolded(t *testing.T) {
	for _, c := range []struct {
		name  string
		ages  map[string]int
		cells string
		rest  int64
	}{
		{"all large", map[string]int{"25-34": 5, "65+": 7}, "25-34:5 65+:7", 0},
		{"one small takes the smallest other with it", map[string]int{"25-34": 3, "35-44": 6, "65+": 9}, "65+:9", 9},
		{"two small make a rest of their own", map[string]int{"25-34": 3, "35-44": 2, "65+": 9}, "65+:9", 5},
		{"nothing is left", map[string]int{"25-34": 3, "65+": 5}, "", -1},
		{"four people are no portrait", map[string]int{"65+": 4}, "", -2},
	} {
		var s Sample
		for age, n := range c.ages {
			s.People = append(s.People, people(n, Customer{Days: 1, Kind: KeyNew, Age: age})...)
		}
		v, _ := Disclose(&s, 5, 10)
		if (v.Buyers == 0) != (c.rest == -2) {
			t.Errorf("%s: %d buyers", c.name, v.Buyers)
		}
		i := slices.IndexFunc(v.Groups, func(g Group) bool { return g.Name == ByAge })
		if i < 0 {
			if c.rest >= 0 {
				t.Errorf("%s: no ages", c.name)
			}
			continue
		}
		got := ""
		for _, x := range v.Groups[i].Cells {
			got += fmt.Sprintf(" %s:%d", x.Key, x.Count)
		}
		if got != " "+c.cells || v.Groups[i].Rest != c.rest {
			t.Errorf("%s:%s and %d, want %s and %d", c.name, got, v.Groups[i].Rest, c.cells, c.rest)
		}
	}
}

// TestTheFileIsCoarser: what is between the two floors is on the screen alone.
func TestTheFileIsCoarser(t *testing.T) {
	s := Sample{People: append(people(7, Customer{Days: 1, Kind: KeyNew, Age: "25-34"}), append(people(12, Customer{Days: 1, Kind: KeyNew, Age: "35-44"}),
		people(30, Customer{Days: 3, Kind: KeyReturn, Age: "65+"})...)...)}
	screen, file := Disclose(&s, 5, 10)
	ages := func(v View) Group {
		return v.Groups[slices.IndexFunc(v.Groups, func(g Group) bool { return g.Name == ByAge })]
	}
	if g := ages(screen); len(g.Cells) != 3 || g.Rest != 0 {
		t.Errorf("the screen: %+v", g)
	}
	if g := ages(file); len(g.Cells) != 1 || g.Cells[0].Count != 30 || g.Rest != 19 {
		t.Errorf("the file: %+v", g)
	}
	if small, _ := Disclose(&Sample{People: people(9, Customer{Days: 1, Kind: KeyNew})}, 5, 10); small.Buyers != 9 {
		t.Errorf("nine buyers on the screen: %d", small.Buyers)
	}
	if _, small := Disclose(&Sample{People: people(9, Customer{Days: 1, Kind: KeyNew})}, 5, 10); small.Buyers != 0 || len(small.Groups) != 0 {
		t.Errorf("nine buyers in the file: %+v", small)
	}
}
