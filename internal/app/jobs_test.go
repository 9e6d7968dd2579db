package app

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/portal/operatorweb"
)

// office is the program with its jobs and without its web.
type office struct {
	*App
	t     *testing.T
	clock *clock.Manual
}

// inOffice runs fn on each engine, in an office whose jobs have not begun.
func inOffice(t *testing.T, fn func(o *office)) {
	open := func(t *testing.T, c Config) {
		o := &office{t: t, clock: clock.NewManual(dbtest.Epoch)}
		c.Clock, c.NoSync, c.Create, c.Budget = o.clock, true, true, time.Minute
		var err error
		o.App, err = Open(t.Context(), c)
		o.must(err)
		t.Cleanup(func() { o.must(o.Close()) })
		fn(o)
	}
	t.Run("sqlite", func(t *testing.T) { open(t, Config{Data: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { open(t, Config{DatabaseURL: dbtest.PostgresURL(t), State: t.TempDir()}) })
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) place(kind community.Kind, ref string) id.ID {
	o.t.Helper()
	p, _, err := o.Flows.Found(o.t.Context(), db.System, community.Place{Kind: kind, Ref: ref, Name: ref}, flow.Trial())
	o.must(err)
	return p.ID
}

func (o *office) update(place id.ID, fn func(ctx context.Context, tx *db.Tx) error) {
	o.t.Helper()
	o.must(o.DB.Update(o.t.Context(), place, db.System, func(tx *db.Tx) error { return fn(o.t.Context(), tx) }))
}

func (o *office) view(place id.ID, fn func(ctx context.Context, r db.Reader) error) {
	o.t.Helper()
	o.must(o.DB.View(o.t.Context(), place, func(r db.Reader) error { return fn(o.t.Context(), r) }))
}

// begin starts the jobs and stops them with the test.
func (o *office) begin() {
	o.t.Helper()
	j, err := newJobs(o.App)
	o.must(err)
	o.must(j.Start(o.t.Context()))
	o.jobs = j
	o.t.Cleanup(func() { o.must(o.stop()) })
}

// until waits for a condition.
func (o *office) until(what string, ok func() bool) {
	o.t.Helper()
	limit := time.After(60 * time.Second)
	for tick := time.Tick(5 * time.Millisecond); !ok(); {
		select {
		case <-limit:
			o.t.Fatalf("not in time: %s; %+v", what, o.jobs.Status())
		case <-tick:
		}
	}
}

func TestAMemberWhoChangesAtHomeIsFollowedWhereSheVisits(t *testing.T) {
	inOffice(t, func(o *office) {
		home, visited := o.place(community.Community, "C1"), o.place(community.Community, "C2")
		o.update(id.Tilde, func(ctx context.Context, tx *db.Tx) error { return o.Flows.Members.Reserve(ctx, tx, "vera", home) })
		o.update(home, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := o.Flows.Members.Join(ctx, tx, member.Member{Ref: "vera", Standing: member.Good, Level: policy.Silver})
			return err
		})
		o.must(o.Flows.Visit(o.t.Context(), db.System, "vera", visited))
		o.begin()
		seen := func(want member.Standing) func() bool {
			return func() (is bool) {
				o.view(visited, func(ctx context.Context, r db.Reader) error {
					m, err := o.Flows.Members.Lookup(ctx, r, visited, "vera")
					is = err == nil && m.Standing == want
					return err
				})
				return is
			}
		}
		for _, standing := range []member.Standing{member.Lapsed, member.Good, member.Barred} {
			o.update(home, func(ctx context.Context, tx *db.Tx) error {
				return o.Flows.Members.Change(ctx, tx, "vera", func(m *member.Member) error { m.Standing = standing; return nil })
			})
			o.until(fmt.Sprintf("the visited community knows that she is %v", standing), seen(standing))
		}
		o.until("the outbox is empty", func() (empty bool) {
			o.view(home, func(ctx context.Context, r db.Reader) error {
				notes, err := db.Waiting(ctx, r, home, 10)
				empty = len(notes) == 0
				return err
			})
			return empty
		})
	})
}

func TestDaysAreClosedAndHoldsGivenBackWhenTheyAreDue(t *testing.T) {
	inOffice(t, func(o *office) {
		places := []id.ID{o.place(community.Street, "S1"), o.place(community.Community, "C1"), o.place(community.Community, "C2")}
		home := places[1]
		var hold ledger.Hold
		coins := ledger.Of(party.Owner{Kind: party.Member, ID: id.ID{7}}, ledger.Coins)
		o.update(home, func(ctx context.Context, tx *db.Tx) (err error) {
			today := period.DayOf(tx.Now, time.UTC)
			if _, err = o.Flows.Ledger.Post(ctx, tx, ledger.Posting{Kind: ledger.Transfer, Key: "gift", BookedOn: today,
				Legs: []ledger.Leg{{Rule: ledger.R('S', 7), From: ledger.CoinIssue, To: coins, Amount: 10_00}}}); err != nil {
				return err
			}
			hold, err = o.Flows.Ledger.PlaceHold(ctx, tx, ledger.Posting{Key: "hold", BookedOn: today}, coins, 4_00, tx.Now.Add(time.Hour))
			return err
		})
		o.clock.Advance(2 * time.Hour)
		o.begin()
		o.until("every sweep is through", func() bool {
			for _, s := range o.jobs.Status().Sweeps {
				of := len(places)
				if s.People {
					of = 1
				}
				if s.At.IsZero() || s.Err != nil || s.Places != of || len(s.Failed) > 0 {
					return false
				}
			}
			return true
		})
		for _, place := range places {
			o.view(place, func(ctx context.Context, r db.Reader) error {
				c, ok, err := o.Flows.Ledger.LastClosing(ctx, r, place)
				if !ok || c.Day.String() != "2025-10-14" {
					o.t.Errorf("closed up to %s (%v), want yesterday", c.Day, ok)
				}
				return err
			})
		}
		o.update(home, func(ctx context.Context, tx *db.Tx) error {
			h, err := o.Flows.Ledger.Hold(ctx, tx, hold.ID)
			if h.Ended != "expired" {
				o.t.Errorf("the hold ended %q", h.Ended)
			}
			return err
		})
	})
}

func TestOnceAQuarterUnlessItFails(t *testing.T) {
	held := clock.NewManual(dbtest.Epoch)
	env := dbtest.SQLite(t, []db.Schema{db.Own}, func(o *db.Options) { o.Clock = held })
	a := &App{DB: env.DB}
	calls, fail := 0, errors.New("not yet")
	err := fail
	ask := a.onceAQuarter(func(context.Context, id.ID) error { calls++; return err })
	for _, step := range []struct {
		later time.Duration
		err   error
		calls int
	}{
		{0, fail, 1}, {0, fail, 2}, {0, nil, 3}, {0, nil, 3}, {5 * time.Minute, nil, 3}, {time.Minute, nil, 4}, {14 * time.Minute, fail, 4}, {time.Minute, fail, 5}, {time.Minute, nil, 6},
	} {
		held.Advance(step.later)
		err = step.err
		got := ask(t.Context(), id.ID{1})
		if calls != step.calls {
			t.Errorf("%s: asked %d times (%v), want %d", held.Now().Format(time.TimeOnly), calls, got, step.calls)
		}
	}
	if _ = ask(t.Context(), id.ID{2}); calls != 7 {
		t.Error("another community was not asked")
	}
}

// What the operator reads of the work beside the web is in her language.
func TestEveryWorkHasAName(t *testing.T) {
	inOffice(t, func(o *office) {
		o.begin()
		names := o.jobs.Kinds()
		for _, s := range o.jobs.Status().Sweeps {
			names = append(names, s.Name)
		}
		if len(names) < 10 {
			t.Errorf("only %d works", len(names))
		}
		for _, name := range names {
			if operatorweb.WorkName(context.Background(), name) == name {
				t.Errorf("%q has no name for people", name)
			}
		}
	})
}
