package demo

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
)

var background = context.Background()

func config(dir string) app.Config {
	return app.Config{Data: dir, Log: slog.New(slog.DiscardHandler), Budget: 5 * time.Second, NoSync: true, Practice: true}
}

// TestAYearOfLife opens the demo as "make demo" does, looks at who is there, and
// opens it again.
func TestAYearOfLife(t *testing.T) {
	if testing.Short() {
		t.Skip("a year takes seconds")
	}
	dir := t.TempDir()
	d, err := open(t.Context(), config(dir), time.Now().AddDate(0, 0, -40)) // it was looked at some weeks ago
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d, err = Open(t.Context(), config(dir))
	if err != nil {
		t.Fatal(err)
	}
	d.check(t)
	d.sold(t)
	d.gave(t)
	before := d.sizes(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(t.Context(), config(dir)); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	after := d.sizes(t)
	for at, n := range before {
		if after[at] < n || after[at] > n+50 {
			t.Errorf("%s has %d entries, it had %d: opening again may add what was bought in between, no more", at, after[at], n)
		}
	}
}

// check looks at the street and whether its books are whole.
func (d *Demo) check(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for kind, want := range map[community.Kind]int{community.City: 1, community.Street: 1, community.Community: 8, community.Grid: 120, community.Building: 240} {
		places, err := d.Flows.Communities.List(ctx, d.DB, kind)
		if err != nil || len(places) != want {
			t.Errorf("%d places of kind %s, want %d (%v)", len(places), kind, want, err)
		}
	}
	workers := 0
	err := d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		for i := range d.cast.players {
			p := &d.cast.players[i]
			who, err := d.Flows.People.ByPhone(ctx, r, p.Phone)
			if err != nil || who.Name != p.Name {
				t.Fatalf("%s is %+v (%v), want %s", p.Phone, who, err, p.Name)
			}
			grants, err := d.Flows.Access.Of(ctx, r, who.ID)
			if err != nil {
				t.Fatal(err)
			}
			d.plays(t, p, grants)
			for _, g := range grants {
				if g.Role == access.GridWorker {
					workers++
				}
			}
		}
		return nil
	})
	if err != nil || workers != 120 {
		t.Errorf("%d grid workers, want 120 (%v)", workers, err)
	}
	now := d.DB.Clock().Now()
	purchases := int64(0)
	for ref, at := range d.places {
		report, err := d.Flows.Verify(ctx, at, flow.VerifyOptions{})
		if err != nil || !report.Whole() {
			t.Errorf("%s is not whole: %v %v", ref, report.Findings, err)
		}
		if err := d.DB.View(ctx, at, func(r db.Reader) error {
			days, err := d.Flows.OpenBooks.Days(ctx, r, at, period.DayOf(now, d.zone)-lived, period.DayOf(now, d.zone))
			for _, day := range days {
				purchases += day.Purchases
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	if purchases < 55_000 || purchases > 62_000 {
		t.Errorf("%d purchases in a year, the half year of the data has 28,965", purchases)
	}
	if off := time.Since(now) + clock.SameWall(d.zone); off > time.Minute || off < -time.Minute {
		t.Errorf("the demo's clock is %s away from what the machine's shows on the wall", off)
	}
}

// plays checks that somebody holds the role of every part she plays. The year may have
// brought her more: a seat, a place in the committee, a call that she answered.
func (d *Demo) plays(t *testing.T, p *player, grants []*access.Grant) {
	t.Helper()
	for _, part := range p.parts {
		if !slices.ContainsFunc(grants, func(g *access.Grant) bool { return g.Role == part.role }) {
			t.Errorf("%s (%s) is no %s", p.Name, p.ref, part.role)
		}
	}
}

func (d *Demo) sizes(t *testing.T) map[string]int64 {
	t.Helper()
	sizes := make(map[string]int64)
	for ref, at := range d.places {
		if err := d.DB.View(t.Context(), at, func(r db.Reader) (err error) { sizes[ref], err = d.Flows.Ledger.Size(t.Context(), r, at); return err }); err != nil {
			t.Fatal(err)
		}
	}
	return sizes
}

// TestRealBooksAreNoDemo: a directory that no demo has marked is refused.
func TestRealBooksAreNoDemo(t *testing.T) {
	c := config(t.TempDir())
	c.Create = true
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), config(c.Data)); !errors.Is(err, ErrNotDemo) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// TestEveryWeekdayKeepsItsHabits: the calendar repeats by whole weeks, and nobody
// buys the same thing under two references.
func TestEveryWeekdayKeepsItsHabits(t *testing.T) {
	town, err := readTown()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for day := period.Date(2025, time.March, 1); day < period.Date(2026, time.March, 1); day++ {
		visits := town.of(day, time.UTC)
		if len(visits) == 0 {
			t.Errorf("nobody shops on %s", day)
		}
		index := int(day-firstDay) % span
		if (firstDay + period.Day(index)).Weekday() != day.Weekday() {
			t.Errorf("%s has another weekday's habits", day)
		}
		for _, v := range visits {
			if seen[v.Ref] || period.DayOf(v.At, time.UTC) != day || v.Paid <= 0 {
				t.Fatalf("%s: %+v", day, v)
			}
			seen[v.Ref] = true
		}
	}
}
