package project_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx    = context.Background()
	home   = id.ID{1}
	desk   = db.Actor{Kind: "person", ID: id.ID{7}}
	office = db.Actor{Kind: "person", ID: id.ID{8}}
	first  = period.Date(2026, 1, 15)
	today  = period.Date(2026, 6, 1)
	months = []period.Month{first.Month(), first.Month() + 1, first.Month() + 2}
)

func tally(on period.Day) project.Tally {
	return project.Tally{Counts: map[string]int{"meal": 50}, People: 4, Today: on, Zone: time.UTC}
}

func meals() project.Contract {
	return project.Contract{Title: "助餐", Orderer: "和平街道办事处", Scope: "中午送餐", Standard: "温热，当面交到", People: 20, First: first, Last: period.Date(2026, 4, 30), Ceiling: 1_000_00,
		ReportDays: 5, Lines: []project.Line{{Kind: "meal", Name: "送餐", Price: 12_00}, {Kind: "medicine", Name: "代取药", Price: 5_00}}}
}

// F11: however much is delivered and in whatever order it is reported, the months together
// never come to more than the ceiling, and what lies above it is told.
func TestTheCeilingHolds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := meals()
		for range rapid.IntRange(1, 12).Draw(r, "reports") {
			m := rapid.SampledFrom(months).Draw(r, "month")
			counts := map[string]int{"meal": rapid.IntRange(0, 120).Draw(r, "meals"), "medicine": rapid.IntRange(0, 50).Draw(r, "medicines"), "walk": 9}
			count, amount, over := c.Bill(m, counts)
			if count != counts["meal"]+counts["medicine"] || amount+over != money.Amount(counts["meal"])*12_00+money.Amount(counts["medicine"])*5_00 {
				r.Fatalf("%d deliveries come to %d and %d", count, amount, over)
			}
			c.Steps = append(c.Steps, project.Step{What: project.Reported, Month: m, Count: count, Amount: amount})
			if sum := c.Bound(0); sum > c.Ceiling {
				r.Fatalf("%d is above the ceiling", sum)
			}
		}
	})
}

func TestContractsThatNobodyCouldFulfil(t *testing.T) {
	for what, c := range map[string]struct {
		change func(c *project.Contract)
		want   error
	}{
		"no title":           {func(c *project.Contract) { c.Title = "" }, project.ErrBadTitle},
		"no standard":        {func(c *project.Contract) { c.Standard = "" }, project.ErrBadWords},
		"backwards":          {func(c *project.Contract) { c.Last = c.First - 1 }, project.ErrBadDays},
		"nobody":             {func(c *project.Contract) { c.People = 0 }, project.ErrBadPeople},
		"no money":           {func(c *project.Contract) { c.Ceiling = 0 }, project.ErrBadMoney},
		"a price above all":  {func(c *project.Contract) { c.Lines[0].Price = c.Ceiling + 1 }, project.ErrBadMoney},
		"nothing to pay for": {func(c *project.Contract) { c.Lines = nil }, project.ErrNoLines},
		"a kind twice":       {func(c *project.Contract) { c.Lines[1].Kind = "meal" }, project.ErrKindTwice},
		"never reported":     {func(c *project.Contract) { c.ReportDays = 0 }, project.ErrBadReport},
	} {
		x := meals()
		if c.change(&x); !errors.Is(x.Validate(), c.want) {
			t.Errorf("%s: %v, want %v", what, x.Validate(), c.want)
		}
	}
}

// F11: a contract that was ended owes nothing of the days after that.
func TestAnEndedContractEnds(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	ended := func(day period.Day) project.Step { return project.Step{What: project.Ended, At: day.Start(zone)} }
	c := meals()
	for what, x := range map[string]struct {
		steps   []project.Step
		through period.Day
		months  int
		due     period.Day // of February
	}{
		"as agreed":          {nil, c.Last, 4, period.Date(2026, 3, 5)},
		"in February":        {[]project.Step{ended(period.Date(2026, 2, 10))}, period.Date(2026, 2, 10), 2, period.Date(2026, 2, 15)},
		"after its last day": {[]project.Step{ended(c.Last + 3)}, c.Last, 4, period.Date(2026, 3, 5)},
		"before it began":    {[]project.Step{ended(period.Date(2025, 12, 30))}, period.Date(2025, 12, 30), 0, period.Date(2026, 1, 4)},
	} {
		c.Steps = x.steps
		if got := c.Through(zone); got != x.through {
			t.Errorf("%s: through %s, want %s", what, got, x.through)
		}
		if got := c.Months(today, zone); len(got) != x.months {
			t.Errorf("%s: %d months, want %d", what, len(got), x.months)
		}
		if got := c.Due(months[1], zone); got != x.due {
			t.Errorf("%s: due %s, want %s", what, got, x.due)
		}
	}
}

// stepOf is one thing that somebody does with a contract, and what it must answer.
type stepOf struct {
	what string
	by   db.Actor
	do   func(tx *db.Tx, c *project.Contract) error
	want error
}

// wayOfAContract goes from the proposal to the end, with everything on the way that is refused.
func wayOfAContract(s *project.Service) []stepOf {
	answer := func(tx *db.Tx, c *project.Contract) error { return s.Answer(ctx, tx, c, project.Agreed, "") }
	report := func(tx *db.Tx, c *project.Contract) error {
		return s.Report(ctx, tx, c, months[0], tally(today), "")
	}
	accept := func(tx *db.Tx, c *project.Contract) error {
		return s.Judge(ctx, tx, c, months[0], len(c.MonthOf(months[0]).Steps), project.Accepted, "")
	}
	return []stepOf{
		{"reported before it was agreed", desk, report, project.ErrNoWay},
		{"agreed by its own proposer", desk, answer, project.ErrBothSides},
		{"agreed", office, answer, nil},
		{"agreed twice", office, answer, project.ErrNoWay},
		{"a month outside", desk, func(tx *db.Tx, c *project.Contract) error { return s.Report(ctx, tx, c, months[0]-1, tally(today), "") }, project.ErrBadMonth},
		{"a month that goes on", desk, func(tx *db.Tx, c *project.Contract) error {
			return s.Report(ctx, tx, c, months[0], tally(months[0].Last()), "")
		}, project.ErrNotOver},
		{"accepted before it is reported", office, accept, project.ErrNoWay},
		{"reported", desk, report, nil},
		{"accepted by who reported", desk, accept, project.ErrBothSides},
		{"objected without a reason", office, func(tx *db.Tx, c *project.Contract) error {
			return s.Judge(ctx, tx, c, months[0], len(c.MonthOf(months[0]).Steps), project.Objected, "")
		}, project.ErrBadWords},
		{"objected", office, func(tx *db.Tx, c *project.Contract) error {
			return s.Judge(ctx, tx, c, months[0], len(c.MonthOf(months[0]).Steps), project.Objected, "少了两天")
		}, nil},
		{"reported with deliveries that are open", desk, func(tx *db.Tx, c *project.Contract) error {
			t := tally(today)
			t.Open = 1
			return s.Report(ctx, tx, c, months[0], t, "")
		}, project.ErrOpen},
		{"reported again", desk, report, nil},
		{"accepted as it was before that", office, func(tx *db.Tx, c *project.Contract) error {
			return s.Judge(ctx, tx, c, months[0], 1, project.Accepted, "")
		}, project.ErrChanged},
		{"accepted", office, accept, nil},
		{"reported after that", desk, report, project.ErrNoWay},
		{"ended", office, func(tx *db.Tx, c *project.Contract) error { return s.Stop(ctx, tx, c, "搬走了") }, nil},
		{"a month after the end", desk, func(tx *db.Tx, c *project.Contract) error {
			return s.Report(ctx, tx, c, c.Through(time.UTC).Month()+1, tally(today), "")
		}, project.ErrBadMonth},
	}
}

// F11: two sides, each by its own people; months one after the other; slips never above what
// is owed, however many are noted at once.
func TestTheWayOfAContract(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, project.Schema}, func(t *testing.T, env dbtest.Env) {
		s := project.New()
		var at id.ID
		other := id.ID{9}
		do := func(by db.Actor, fn func(tx *db.Tx, c *project.Contract) error) error {
			env.Clock.Advance(time.Second)
			return env.Update(ctx, home, by, func(tx *db.Tx) error {
				c, err := s.ByID(ctx, tx, home, at)
				if err != nil {
					return err
				}
				return fn(tx, c)
			})
		}
		if err := env.Update(ctx, home, desk, func(tx *db.Tx) error {
			c, err := s.Propose(ctx, tx, meals())
			if err == nil {
				at = c.ID
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, step := range wayOfAContract(s) {
			if err := do(step.by, step.do); !errors.Is(err, step.want) {
				t.Errorf("%s: %v, want %v", step.what, err, step.want)
			}
		}
		var wg sync.WaitGroup
		for i := range 12 { // of 600.00, in slips of 100.00
			wg.Go(func() {
				_ = do(desk, func(tx *db.Tx, c *project.Contract) error {
					return s.Pay(ctx, tx, c, months[0], 100_00, "HD-"+string(rune('a'+i)))
				})
			})
		}
		wg.Wait()
		if err := env.Update(ctx, home, desk, func(tx *db.Tx) error { // past the module: the table itself knows
			_, err := tx.Exec(ctx, `INSERT INTO project_step (community_id, contract_id, n, what, month, count, people, amount, ref, words, taken_at, taken_by)
				SELECT community_id, ?, n, what, month, count, people, amount, ref, words, taken_at, taken_by FROM project_step WHERE community_id = ? AND what = 'paid'`, other[:], home[:])
			return err
		}); err == nil {
			t.Error("a slip stands for two contracts")
		}
		if err := do(desk, func(_ *db.Tx, c *project.Contract) error {
			if m := c.MonthOf(months[0]); m.Paid != 600_00 || m.Owed() != 0 || !c.Told(&m, 4) || c.Told(&m, 5) {
				t.Errorf("paid %d, owed %d", m.Paid, m.Owed())
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
