package errands

import (
	"time"

	"gongyi/internal/module/dispatch"
)

const minute = time.Minute

// Rules are the numbers that the street plays by; docs/dispatch.md tells why these.
func Rules() *dispatch.Rules {
	stands := func(m time.Duration) [dispatch.Rings]time.Duration {
		return [dispatch.Rings]time.Duration{m, m, m, m, m}
	}
	return &dispatch.Rules{
		Zone: Zone,
		Pace: [dispatch.Urgencies]dispatch.Pace{
			dispatch.Urgent:  {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 6 * minute, 12 * minute, 20 * minute, 30 * minute}, Stands: stands(time.Duration(env("STU", 8)) * minute), Asks: 3, Most: 8, More: 4 * minute, Worth: 25, Settle: 8 * minute},
			dispatch.Today:   {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 20 * minute, 40 * minute, 60 * minute, 120 * minute}, Stands: stands(time.Duration(env("STT", 12)) * minute), Asks: 1, Most: 4, More: 8 * minute, Worth: 4, Settle: 20 * minute},
			dispatch.Planned: {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 20 * minute, 60 * minute, 120 * minute, 240 * minute}, Stands: stands(time.Duration(env("STT", 15)) * minute), Asks: 1, Most: 4, More: 8 * minute, Worth: 4, Settle: 20 * minute},
		},
		Weights:  dispatch.Weights{Bond: 50, BondMost: 100, Today: 10, Week: 2, NoShow: 200, Waited: 100, Unchecked: 20_000},
		Reach:    [dispatch.Rings]int{1_500, 1_500, 1_500, 2_000, 2_000},
		Detour:   1_300,
		Speed:    70,
		Linger:   30 * minute,
		MostDay:  3 * time.Hour,
		MostWeek: 12 * time.Hour,
		Level:    1,
		NoShows:  3,
		Bundle:   3, BundleSave: 100,
		Candidates: 48,
		Accept:     600_000, Silent: 100_000,
		AcceptKm: 100_000,
		Answer:   6 * minute,
	}
}
