package project_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// served are the contracts that a plan serves on a day.
func served(all []*project.Contract, plan id.ID, day period.Day) (n int) {
	for _, c := range all {
		if c.Serves(plan, day, time.UTC) {
			n++
		}
	}
	return n
}

// F11: whatever is bound, taken out and ended in whatever order, what a plan brings on a day
// counts for one contract at most.
func TestADeliveryCountsOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		plan := id.ID{1}
		all := make([]*project.Contract, rapid.IntRange(1, 4).Draw(r, "contracts"))
		for i := range all {
			from := first.Plus(rapid.IntRange(0, 60).Draw(r, "first"))
			all[i] = &project.Contract{ID: id.ID{2, byte(i)}, First: from, Last: from.Plus(rapid.IntRange(0, 60).Draw(r, "days"))}
		}
		today := first
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			today = today.Plus(rapid.IntRange(0, 20).Draw(r, "later"))
			c := rapid.SampledFrom(all).Draw(r, "contract")
			switch rapid.SampledFrom([]string{"bind", "bind", "release", "stop"}).Draw(r, "what") {
			case "bind":
				if from, n, ok := c.Free(all, plan, today, time.UTC); ok && c.State() == "" {
					c.Spells = append(c.Spells, project.Spell{Plan: plan, N: n, First: from})
				}
			case "release":
				for i := range c.Spells {
					if x := &c.Spells[i]; x.Left == nil && x.First <= today+1 {
						x.Left = &project.Leave{Last: period.Day(rapid.IntRange(int(x.First)-1, int(max(x.First-1, today))).Draw(r, "until"))}
					}
				}
			case "stop":
				if c.State() == "" {
					c.Steps = append(c.Steps, project.Step{What: project.Ended, At: today.Start(time.UTC)})
				}
			}
			for day := first - 1; day < first+130; day++ {
				if n := served(all, plan, day); n > 1 {
					r.Fatalf("%s counts for %d contracts", day, n)
				}
			}
		}
	})
}

// F11: a plan is taken out with a reason, not of months that the orderer was told of; after
// that, and after its contract has ended, it serves another from the next day on.
func TestAPlanServesOneAfterTheOther(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, project.Schema}, func(t *testing.T, env dbtest.Env) {
		s, plan := project.New(), id.ID{3}
		var made []id.ID
		now := period.Date(2026, 3, 10)
		do := func(by db.Actor, want error, fn func(tx *db.Tx, all []*project.Contract) error) {
			t.Helper()
			env.Clock.Set(now.Start(time.UTC).Add(time.Hour))
			if err := env.Update(ctx, home, by, func(tx *db.Tx) error {
				all := make([]*project.Contract, len(made))
				for i, at := range made {
					c, err := s.ByID(ctx, tx, home, at)
					if err != nil {
						return err
					}
					all[i] = c
				}
				return fn(tx, all)
			}); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		for range 3 {
			var at id.ID
			do(desk, nil, func(tx *db.Tx, _ []*project.Contract) error {
				c, err := s.Propose(ctx, tx, meals())
				at = c.ID
				return err
			})
			made = append(made, at)
		}
		do(office, nil, func(tx *db.Tx, all []*project.Contract) error {
			for _, c := range all {
				if err := s.Answer(ctx, tx, c, project.Agreed, ""); err != nil {
					return err
				}
			}
			return nil
		})
		bind := func(n int) func(tx *db.Tx, all []*project.Contract) error {
			return func(tx *db.Tx, all []*project.Contract) error { return s.Bind(ctx, tx, all[n], plan, now, time.UTC) }
		}
		release := func(last period.Day, words string) func(tx *db.Tx, all []*project.Contract) error {
			return func(tx *db.Tx, all []*project.Contract) error {
				return s.Release(ctx, tx, all[0], plan, last, now, time.UTC, words)
			}
		}
		do(desk, project.ErrNotServing, release(now, "搬走了"))
		do(desk, nil, bind(0))
		do(desk, project.ErrPlanBound, bind(0))
		do(desk, project.ErrPlanBound, bind(1))
		do(desk, nil, func(tx *db.Tx, all []*project.Contract) error {
			return s.Report(ctx, tx, all[0], months[0], tally(now), "")
		})
		do(desk, project.ErrBadLeave, release(months[0].Last()-1, "加错了"))
		do(desk, project.ErrBadLeave, release(now+1, "要搬走"))
		do(desk, project.ErrBadWords, release(now-1, " "))
		do(desk, nil, release(now-1, "搬走了"))
		do(desk, project.ErrNotServing, release(now, "搬走了"))
		do(desk, nil, bind(1))
		now += 5
		do(office, nil, func(tx *db.Tx, all []*project.Contract) error { return s.Stop(ctx, tx, all[1], "没有钱了") })
		do(desk, nil, bind(2))
		do(desk, nil, func(_ *db.Tx, all []*project.Contract) error {
			for day, want := range map[period.Day]int{first - 1: -1, first: 0, now - 6: 0, now - 5: 1, now: 1, now + 1: 2, all[2].Last: 2, all[2].Last + 1: -1} {
				for n, c := range all {
					if c.Serves(plan, day, time.UTC) != (n == want) {
						t.Errorf("%s: contract %d, want %d", day, n, want)
					}
				}
			}
			if x := all[0].Spells[0]; x.Left == nil || x.Left.Words != "搬走了" || x.Left.By != desk.ID || len(all[0].Serving()) != 0 {
				t.Errorf("left as %+v", x.Left)
			}
			return nil
		})
	})
}
