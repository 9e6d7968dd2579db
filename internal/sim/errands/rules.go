package errands

import (
	"os"
	"strconv"
	"time"

	"gongyi/internal/module/dispatch"
)

const minute = time.Minute

// Rules are the numbers that the street plays by; docs/dispatch.md tells why these.
func Rules() *dispatch.Rules {
	stands := func(m time.Duration) [dispatch.Rings]time.Duration {
		return [dispatch.Rings]time.Duration{m, m, m, m, m}
	}
	wu, wt := env("WU", 40), env("WT", 10)
	return &dispatch.Rules{
		Zone: Zone,
		Pace: [dispatch.Urgencies]dispatch.Pace{
			dispatch.Urgent:  {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 6 * minute, 12 * minute, 20 * minute, 30 * minute}, Stands: stands(time.Duration(env("STU",8)) * minute), Asks: 3, Most: 8, More: 4 * minute, Worth: wu, Settle: time.Duration(env("SU", 3)) * minute},
			dispatch.Today:   {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 20 * minute, 40 * minute, 60 * minute, 120 * minute}, Stands: stands(time.Duration(env("STT",12)) * minute), Asks: 1, Most: 4, More: 8 * minute, Worth: wt, Settle: time.Duration(env("ST", 6)) * minute},
			dispatch.Planned: {Opens: [dispatch.Rings]time.Duration{0, 0, 0, 20 * minute, 60 * minute, 120 * minute, 240 * minute}, Stands: stands(time.Duration(env("STT",15)) * minute), Asks: 1, Most: 4, More: 8 * minute, Worth: wt, Settle: time.Duration(env("ST", 6)) * minute},
		},
		Weights:  dispatch.Weights{Bond: 50, BondMost: 100, Today: env("WTD",20), Week: env("WWK",2), NoShow: 200, Waited: 100, Unchecked: 20_000},
		Reach:    [dispatch.Rings]int{1_500, 1_500, 1_500, 2_000, 2_000},
		Detour:   1_300,
		Speed:    70,
		Linger:   30 * minute,
		MostDay:  3 * time.Hour,
		MostWeek: 12 * time.Hour,
		Level:    1,
		NoShows:  3,
		Bundle:   env("BU", 3), BundleSave: env("BS", 100),
		Candidates: 48,
		Accept:     600_000, Silent: 100_000,
		AcceptKm: 100_000,
		Answer:   6 * minute,
	}
}

func env(k string, d int) int {
	if v, err := strconv.Atoi(os.Getenv(k)); err == nil {
		return v
	}
	return d
}
