package errands

import (
	"time"

	"gongyi/internal/module/dispatch"
)

const minute = time.Minute

// each is one span for all rings that people are asked in.
func each(span time.Duration) (all [dispatch.Rings]time.Duration) {
	for ring := range dispatch.Desk {
		all[ring] = span
	}
	return all
}

// opens is when the last rings open; the community's own are open from the start.
func opens(neighbours, staff, desk, operator time.Duration) [dispatch.Rings]time.Duration {
	return [dispatch.Rings]time.Duration{dispatch.Neighbours: neighbours, dispatch.Staff: staff, dispatch.Desk: desk, dispatch.Operator: operator}
}

// Rules are the numbers that the street plays by; docs/dispatch.md tells why these.
func Rules() *dispatch.Rules {
	return &dispatch.Rules{
		Zone: Zone,
		Pace: [dispatch.Urgencies]dispatch.Pace{
			dispatch.Urgent:  {Opens: opens(6*minute, 12*minute, 20*minute, 30*minute), Stands: each(12 * minute), Asks: 3, Most: 8, More: 4 * minute, Settle: 6 * minute, Worth: 30},
			dispatch.Today:   {Opens: opens(20*minute, 40*minute, 60*minute, 120*minute), Stands: each(20 * minute), Asks: 1, Most: 4, More: 8 * minute, Settle: 12 * minute, Worth: 6},
			dispatch.Planned: {Opens: opens(20*minute, 60*minute, 120*minute, 240*minute), Stands: each(20 * minute), Asks: 1, Most: 4, More: 8 * minute, Settle: 12 * minute, Worth: 6},
		},
		Weights: dispatch.Weights{Bond: 50, BondMost: 100, Today: 10, Week: 2, NoShow: 200, Reserve: 20, Waited: 100, Unchecked: 20_000},
		Reach:   [dispatch.Rings]int{1_500, 1_500, 1_500, 2_000, 2_000},
		Detour:  1_300, Speed: 70, Linger: 30 * minute,
		MostDay: 3 * time.Hour, MostWeek: 12 * time.Hour, Level: 1, NoShows: 3,
		Bundle: 3, BundleSave: 100, Candidates: 48, Few: 3,
		Accept: 600_000, Silent: 100_000, Answer: 6 * minute,
	}
}
