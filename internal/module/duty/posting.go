package duty

import (
	"time"

	"gongyi/internal/kernel/money"
)

// Posting is what was taken, or with Number > 1 given back.
type Posting struct {
	Number int
	Coins  money.Amount
	Seq    int64
	At     time.Time
}

// Taken is how much of a penalty was taken and not given back.
func (b *Breach) Taken() (sum money.Amount) {
	for _, p := range b.Postings {
		if p.Number == 1 {
			sum += p.Coins
		} else {
			sum -= p.Coins
		}
	}
	return sum
}

// ToTake is how much has still to be taken (> 0) or given back (< 0) for what holds
// now. Nothing is taken while an appeal may come or runs, and it is taken once.
func (b *Breach) ToTake() money.Amount {
	switch holds := b.Verdict().Coins; {
	case !b.State().AtRest():
		return 0
	case len(b.Postings) == 0:
		return holds
	default:
		return min(0, holds-b.Taken())
	}
}
