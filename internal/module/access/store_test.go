package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// office is the module on a database, with what tests do all the time.
type office struct {
	dbtest.Env
	*Service
	t testing.TB
}

func onEach(t *testing.T, fn func(o office)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		fn(office{Env: env, Service: New(env.DB), t: t})
	})
}

func n(b byte) (v id.ID) {
	v[15] = b
	return v
}

func (o office) give(g Grant) (given *Grant, err error) {
	if g.Reason == "" {
		g.Reason = "a test"
	}
	err = o.DB.Update(context.Background(), id.Tilde, db.System, func(tx *db.Tx) (err error) {
		given, err = o.Give(context.Background(), tx, g)
		return err
	})
	return given, err
}

func (o office) end(grant id.ID) error {
	return o.DB.Update(context.Background(), id.Tilde, db.System, func(tx *db.Tx) error {
		return o.End(context.Background(), tx, grant, "system", "over")
	})
}

func (o office) must(g *Grant, err error) *Grant {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return g
}

func (o office) holds(person id.ID) int {
	o.t.Helper()
	held, err := o.Held(o.t.Context(), person, o.Clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return len(held)
}

func (o office) list(a Ask) (all []*Grant, total int) {
	o.t.Helper()
	err := o.DB.View(o.t.Context(), id.Tilde, func(r db.Reader) (err error) {
		all, total, err = o.List(o.t.Context(), r, a, o.Clock.Now())
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return all, total
}

func TestAGrantThatCannotBeGiven(t *testing.T) {
	now := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC)
	good := Grant{Role: GridWorker, Reason: "hired", From: now}
	for name, c := range map[string]struct {
		change func(g *Grant)
		want   error
	}{
		"as it is":           {func(*Grant) {}, nil},
		"no role":            {func(g *Grant) { g.Role = "" }, ErrBadRole},
		"an invented role":   {func(g *Grant) { g.Role = "emperor" }, ErrBadRole},
		"a key's right":      {func(g *Grant) { g.Role = "key:admin" }, ErrBadRole},
		"a shop role":        {func(g *Grant) { g.Role = Owner }, ErrNoSubject},
		"with its shop":      {func(g *Grant) { g.Role, g.Subject = Owner, n(1) }, nil},
		"over as it begins":  {func(g *Grant) { g.Until = g.From }, ErrBadTerm},
		"over before":        {func(g *Grant) { g.Until = g.From.Add(-1) }, ErrBadTerm},
		"for a moment":       {func(g *Grant) { g.Until = g.From.Add(1) }, nil},
		"no reason":          {func(g *Grant) { g.Reason = "" }, ErrNoReason},
		"a very long reason": {func(g *Grant) { g.Reason = strings.Repeat("久", 167) }, ErrNoReason},
		"a long reason":      {func(g *Grant) { g.Reason = strings.Repeat("久", 166) }, nil},
	} {
		g := good
		c.change(&g)
		if err := g.Validate(); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A term begins and ends by itself, to the microsecond, and needs no job.
func TestAGrantHoldsForItsTerm(t *testing.T) {
	onEach(t, func(o office) {
		start := o.Clock.Now()
		g := o.must(o.give(Grant{Person: n(1), Role: GridWorker, Place: n(9), From: start.Add(time.Hour), Until: start.Add(2 * time.Hour)}))
		for at, want := range map[time.Duration]bool{0: false, time.Hour - time.Microsecond: false, time.Hour: true, 2*time.Hour - time.Microsecond: true, 2 * time.Hour: false} {
			if got := g.Holds(start.Add(at)); got != want {
				o.t.Errorf("after %s: %v", at, got)
			}
		}
		if o.holds(n(1)) != 0 {
			o.t.Error("it holds before it begins")
		}
		o.Clock.Advance(time.Hour)
		if o.holds(n(1)) != 1 || o.holds(n(2)) != 0 {
			o.t.Error("it does not hold when it has begun, or holds for another")
		}
		o.Clock.Advance(time.Hour)
		if o.holds(n(1)) != 0 {
			o.t.Error("it holds when it is over")
		}
		if err := o.end(g.ID); !errors.Is(err, ErrOver) {
			o.t.Errorf("ended after its term: %v", err)
		}
	})
}

func TestAGrantEndsOnce(t *testing.T) {
	onEach(t, func(o office) {
		g := o.must(o.give(Grant{Person: n(1), Role: Volunteer, Place: n(9), Grantor: "person:x"}))
		if o.holds(n(1)) != 1 {
			o.t.Fatal("not given")
		}
		if err := o.end(n(77)); !errors.Is(err, ErrNoSuchGrant) {
			o.t.Errorf("a grant that is none: %v", err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() { errs[i] = o.end(g.ID) })
		}
		wg.Wait()
		ended := 0
		for _, err := range errs {
			if err == nil {
				ended++
			} else if !errors.Is(err, ErrEnded) {
				o.t.Error(err)
			}
		}
		if ended != 1 || o.holds(n(1)) != 0 {
			o.t.Errorf("ended %d times; held %d", ended, o.holds(n(1)))
		}
		all, total := o.list(Ask{State: Over})
		if total != 1 || all[0].Ended == nil || all[0].Ended.By != "system" || all[0].Ended.Reason != "over" || all[0].Grantor != "person:x" {
			o.t.Errorf("history %d %+v", total, all)
		}
	})
}

// The same role in the same place is held once at a time: many who give it at once
// give it once, and what comes after the term may be given before.
func TestARoleIsHeldOnceAtATime(t *testing.T) {
	onEach(t, func(o office) {
		now := o.Clock.Now()
		var wg sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = o.give(Grant{Person: n(1), Role: GridWorker, Place: n(9), Until: now.Add(time.Hour)})
			})
		}
		wg.Wait()
		given := 0
		for _, err := range errs {
			if err == nil {
				given++
			} else if !errors.Is(err, ErrAlreadyHeld) {
				o.t.Error(err)
			}
		}
		if given != 1 {
			o.t.Errorf("given %d times", given)
		}
		for name, c := range map[string]struct {
			g    Grant
			want error
		}{
			"another person": {Grant{Person: n(2), Role: GridWorker, Place: n(9)}, nil},
			"another role":   {Grant{Person: n(1), Role: Volunteer, Place: n(9)}, nil},
			"another place":  {Grant{Person: n(1), Role: GridWorker, Place: n(8)}, nil},
			"one shop":       {Grant{Person: n(1), Role: GridWorker, Place: n(9), Subject: n(5)}, nil},
			"longer":         {Grant{Person: n(1), Role: GridWorker, Place: n(9)}, ErrAlreadyHeld},
			"afterwards":     {Grant{Person: n(1), Role: GridWorker, Place: n(9), From: now.Add(time.Hour)}, nil},
		} {
			if _, err := o.give(c.g); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				o.t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		first, _ := o.list(Ask{People: []id.ID{n(2)}})
		if err := o.end(first[0].ID); err != nil {
			o.t.Fatal(err)
		}
		o.must(o.give(Grant{Person: n(2), Role: GridWorker, Place: n(9)})) // ended, it may be given again
	})
}

func TestTheLastOperatorStays(t *testing.T) {
	onEach(t, func(o office) {
		one := o.must(o.give(Grant{Person: n(1), Role: Operator}))
		local := o.must(o.give(Grant{Person: n(2), Role: Operator, Place: n(9)}))
		if err := o.end(one.ID); !errors.Is(err, ErrLast) {
			o.t.Errorf("the last operator: %v", err)
		}
		if err := o.end(local.ID); err != nil {
			o.t.Errorf("an operator of one street: %v", err)
		}
		two := o.must(o.give(Grant{Person: n(3), Role: Operator}))
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, g := range []id.ID{one.ID, two.ID} {
			wg.Go(func() { errs[i] = o.end(g) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			o.t.Errorf("two who end each other: %v", errs)
		}
	})
}

func TestListsOfGrants(t *testing.T) {
	onEach(t, func(o office) {
		now := o.Clock.Now()
		for i, g := range []Grant{
			{Role: GridWorker, Place: n(9)},
			{Role: GridWorker, Place: n(8), Until: now.Add(10 * 24 * time.Hour)},
			{Role: GridWorker, Place: n(9), Until: now.Add(Notice + 48*time.Hour)},
			{Role: Volunteer, Place: n(8), Until: now.Add(time.Hour)},
			{Role: Operator},
			{Role: Volunteer, Place: n(9), From: now.Add(240 * time.Hour)},
		} {
			g.Person = n(byte(i + 1))
			o.must(o.give(g))
			o.Clock.Advance(time.Second)
		}
		o.Clock.Advance(time.Hour)
		who := func(all []*Grant) (text string) {
			for _, g := range all {
				text += string('0' + rune(g.Person[15]))
			}
			return text
		}
		for name, c := range map[string]struct {
			ask   Ask
			want  string
			total int
		}{
			"all":               {Ask{}, "654321", 6},
			"a role":            {Ask{Role: GridWorker}, "321", 3},
			"a place":           {Ask{Places: []id.ID{n(9)}}, "631", 3},
			"two places":        {Ask{Places: []id.ID{n(9), n(8)}}, "64321", 5},
			"everywhere itself": {Ask{Places: []id.ID{{}}}, "5", 1},
			"no place":          {Ask{Places: []id.ID{}}, "", 0},
			"people":            {Ask{People: []id.ID{n(2), n(5)}}, "52", 2},
			"in force":          {Ask{State: Now}, "5321", 4},
			"lapsing":           {Ask{State: Soon}, "2", 1},
			"over":              {Ask{State: Over}, "4", 1},
			"a page":            {Ask{Offset: 1, Limit: 2}, "54", 6},
			"past the end":      {Ask{Offset: 10, Limit: 2}, "", 6},
			"all of it":         {Ask{Role: GridWorker, Places: []id.ID{n(8)}, State: Soon}, "2", 1},
		} {
			if all, total := o.list(c.ask); who(all) != c.want || total != c.total {
				o.t.Errorf("%s: %s of %d, want %s of %d", name, who(all), total, c.want, c.total)
			}
		}
		o.events()
	})
}

// events looks at the trail of what list's test granted.
func (o office) events() {
	o.t.Helper()
	all, _ := o.list(Ask{State: Now, Role: GridWorker, Places: []id.ID{n(8)}})
	if err := o.end(all[0].ID); err != nil {
		o.t.Fatal(err)
	}
	err := o.DB.View(o.t.Context(), id.Tilde, func(r db.Reader) error {
		trail, err := o.Events(o.t.Context(), r, nil, o.Clock.Now().Add(time.Microsecond), 3)
		if err != nil || len(trail) != 3 || !trail[0].End || trail[0].Grant.Person != n(2) || trail[1].End || trail[1].Grant.Person != n(6) || trail[2].Grant.Person != n(5) {
			o.t.Errorf("trail %+v, %v", trail, err)
		}
		older, err := o.Events(o.t.Context(), r, []id.ID{n(9)}, trail[1].At, 10)
		if err != nil || len(older) != 2 || older[0].Grant.Person != n(3) {
			o.t.Errorf("older trail of a place %+v, %v", older, err)
		}
		soon, err := o.Lapsing(o.t.Context(), r, o.Clock.Now(), o.Clock.Now().Add(Notice+72*time.Hour))
		if err != nil || len(soon) != 1 || soon[0].Person != n(3) {
			o.t.Errorf("lapsing %+v, %v", soon, err)
		}
		places, err := o.PlacesWithGrants(o.t.Context(), r)
		if err != nil || len(places) != 3 {
			o.t.Errorf("places %v, %v", places, err)
		}
		return nil
	})
	if err != nil {
		o.t.Error(err)
	}
}
