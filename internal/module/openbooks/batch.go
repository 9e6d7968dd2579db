package openbooks

import (
	"cmp"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// stretch is how many entry numbers share one row of visits of a day. A row then
// stays below 16 KiB, and rewriting the last one costs little.
const stretch = 1024

// Visit is who bought on a day, and where, in one stretch of entries. Both lists
// are without repeats, in the order of first appearance: the same entries make
// the same rows, however they were cut into steps.
type Visit struct {
	Day    period.Day
	Part   int64 // entry number ÷ stretch
	Buyers []id.ID
	Shops  []id.ID
}

// Batch is what a run of entries says: [From, Next).
type Batch struct {
	Community  id.ID
	From, Next int64

	days      map[period.Day]*Day
	visits    map[visitKey]*visitors
	movements []Movement
}

type visitKey struct {
	day  period.Day
	part int64
}

// visitors is a Visit while it grows.
type visitors struct {
	Visit
	seen map[id.ID]bool // buyers and shops: ids never meet
}

// NewBatch begins a batch of a community at an entry number.
func NewBatch(community id.ID, from int64) *Batch {
	return &Batch{Community: community, From: from, Next: from, days: make(map[period.Day]*Day), visits: make(map[visitKey]*visitors)}
}

// Funds are what an entry moved on the accounts of the public funds.
type Funds struct{ Welfare, Care money.Amount }

// Purchase adds the purchase of entry seq. A buyer nobody knows is not counted:
// two strangers may be one.
func (b *Batch) Purchase(seq int64, day period.Day, f *Flow, funds Funds, buyer, shop id.ID) {
	d := b.on(day)
	d.Purchases++
	if d.First < 0 {
		d.First = seq
	}
	d.Last = seq
	d.sum(f, funds)
	key := visitKey{day, seq / stretch}
	v := b.visits[key]
	if v == nil {
		v = &visitors{Visit: Visit{Day: day, Part: key.part}, seen: make(map[id.ID]bool)}
		b.visits[key] = v
	}
	v.add(&v.Shops, shop)
	if !buyer.IsZero() {
		v.add(&v.Buyers, buyer)
	}
	b.Next = seq + 1
}

// Refund adds the refund of entry seq; f holds what it took off, negative.
func (b *Batch) Refund(seq int64, day period.Day, f *Flow, funds Funds) {
	d := b.on(day)
	d.Refunds++
	d.sum(f, funds)
	b.Next = seq + 1
}

// Move adds a movement of a public fund; Pass passes over the entry.
func (b *Batch) Move(m Movement) { b.movements = append(b.movements, m) }

// Pass says that entry seq was read.
func (b *Batch) Pass(seq int64) { b.Next = seq + 1 }

func (b *Batch) on(day period.Day) *Day {
	d := b.days[day]
	if d == nil {
		d = &Day{Day: day, First: -1, Last: -1}
		b.days[day] = d
	}
	return d
}

func (d *Day) sum(f *Flow, funds Funds) {
	d.Flow.Add(*f)
	d.WelfareFund += funds.Welfare
	d.CareFund += funds.Care
}

func (v *visitors) add(list *[]id.ID, who id.ID) {
	if !v.seen[who] {
		v.seen[who] = true
		*list = append(*list, who)
	}
}

// after is v with what is stored of the same stretch in front of it.
func (v *visitors) after(stored *Visit) Visit {
	grown := visitors{Visit: Visit{Day: v.Day, Part: v.Part}, seen: make(map[id.ID]bool)}
	for _, one := range []*Visit{stored, &v.Visit} {
		for _, who := range one.Shops {
			grown.add(&grown.Shops, who)
		}
		for _, who := range one.Buyers {
			grown.add(&grown.Buyers, who)
		}
	}
	return grown.Visit
}

// rows are the days, visits and movements in the order of their keys. stored are
// the visits of the stretch in which the batch begins, as they were before it.
func (b *Batch) rows(stored []Visit) (days []Day, visits []Visit, movements []Movement) {
	before := make(map[visitKey]*Visit, len(stored))
	for i := range stored {
		before[visitKey{stored[i].Day, stored[i].Part}] = &stored[i]
	}
	for _, day := range slices.Sorted(maps.Keys(b.days)) {
		days = append(days, *b.days[day])
	}
	at := make(map[period.Day]*Day, len(days))
	for i := range days {
		at[days[i].Day] = &days[i]
	}
	for key, grown := range b.visits {
		v := grown.Visit
		if s := before[key]; s != nil {
			v = grown.after(s)
		}
		visits = append(visits, v)
		at[v.Day].BuyersLeast = max(at[v.Day].BuyersLeast, int64(len(v.Buyers)))
	}
	slices.SortFunc(visits, func(x, y Visit) int { return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Part, y.Part)) })
	movements = slices.SortedFunc(slices.Values(b.movements), func(x, y Movement) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Seq, y.Seq), cmp.Compare(x.Fund, y.Fund))
	})
	return days, visits, movements
}
