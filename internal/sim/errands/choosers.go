package errands

import (
	"math/rand/v2"
	"time"

	"gongyi/internal/module/dispatch"
)

// Way is a way to choose.
type Way struct {
	Name   string
	choose func(r *rand.Rand) dispatch.Chooser
}

// Ours is what the program does.
var Ours = Way{Name: "ours"}

// Ways are ours and what it is compared with: the nearest by home, the least walking
// in all for each request in its turn, and anybody.
var Ways = []Way{
	Ours,
	{"greedy", func(*rand.Rand) dispatch.Chooser { return inTurn(func(c dispatch.Choice) int { return c.Walk }) }},
	{"nearest home", func(*rand.Rand) dispatch.Chooser { return inTurn(func(c dispatch.Choice) int { return c.From }) }},
	{"random", func(r *rand.Rand) dispatch.Chooser {
		return inTurn(func(dispatch.Choice) int { return r.IntN(1 << 30) })
	}},
}

// plain is how others ask: a few at a time (what is urgent, three), one more after each
// span, and the first yes counts.
func plain(ours *dispatch.Rules) *dispatch.Rules {
	r := *ours
	for u := range r.Pace {
		p := &r.Pace[u]
		p.Settle, p.Asks, p.Most, p.More = 0, 1, 4, 8*time.Minute
		if dispatch.Urgency(u) == dispatch.Urgent {
			p.Asks, p.Most, p.More = 3, 8, 4*time.Minute
		}
	}
	return &r
}

// inTurn fills slots one after another, each with the least of whoever is not taken.
func inTurn(by func(dispatch.Choice) int) dispatch.Chooser {
	return func(slots []dispatch.Slot) []int {
		chosen, taken := make([]int, len(slots)), make(map[int32]bool)
		for i, s := range slots {
			chosen[i] = -1
			if !s.Usual {
				continue
			}
			least := 0
			for k, c := range s.Choices {
				if by := by(c); !taken[c.Row] && (chosen[i] < 0 || by < least) {
					chosen[i], least = k, by
				}
			}
			if chosen[i] >= 0 {
				taken[s.Choices[chosen[i]].Row] = true
			}
		}
		return chosen
	}
}
