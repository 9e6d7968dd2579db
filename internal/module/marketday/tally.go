package marketday

import (
	"cmp"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// Tally is what a market day came to so far. Payments that were undone do not count.
type Tally struct {
	Services int
	Minutes  int
	Coins    money.Amount
	People   int // who paid, each once
	Late     int // payments that waited for the network
	Undone   int
	Pieces   Pieces
	Stalls   []StallTally // by table
}

// StallTally is that of one stall.
type StallTally struct {
	*Stall
	Services int
	Minutes  int
	Coins    money.Amount
	Pieces   Pieces
}

// TallyOf counts a day. A stall that was given up counts if something happened there.
func TallyOf(stalls []*Stall, payments []*Payment, goods map[id.ID]Pieces) (t Tally) {
	by := make(map[id.ID]*StallTally, len(stalls))
	for _, s := range stalls {
		by[s.ID] = &StallTally{Stall: s, Pieces: goods[s.ID]}
	}
	people := make(map[id.ID]bool)
	for _, p := range payments {
		if p.Undone != nil {
			t.Undone++
			continue
		}
		t.Services++
		t.Minutes += p.Minutes
		t.Coins += p.Coins
		people[p.Payer] = true
		if p.Late() {
			t.Late++
		}
		if x := by[p.Stall]; x != nil {
			x.Services++
			x.Minutes += p.Minutes
			x.Coins += p.Coins
		}
	}
	t.People = len(people)
	for _, x := range by {
		t.Pieces.Given += x.Pieces.Given
		t.Pieces.Swapped += x.Pieces.Swapped
		t.Pieces.Sold += x.Pieces.Sold
		if x.End == nil || x.Services > 0 || x.Pieces.All() > 0 {
			t.Stalls = append(t.Stalls, *x)
		}
	}
	slices.SortFunc(t.Stalls, func(a, b StallTally) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), a.At.Compare(b.At), slices.Compare(a.ID[:], b.ID[:]))
	})
	return t
}
