package flow_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// On a machine that is busy with other things a crowd may take longer than a
// closure has: then it comes in smaller ones, and everybody is in once.
func TestACrowdThatIsTooMuchComesInSmallerOnes(t *testing.T) {
	env := dbtest.SQLite(t, flow.Schemas)
	home, _, err := flow.New(env.DB).Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "C1"}, flow.Trial())
	if err != nil {
		t.Fatal(err)
	}
	env.Close()
	for budget := 200 * time.Microsecond; budget < 100*time.Millisecond; budget *= 2 {
		if refused, through := crowd(t, env, home.ID, budget); through {
			if refused == 0 {
				t.Skip("this machine is too fast for a crowd to be too much")
			}
			return
		} // on this machine even one person is too much for such a time
	}
	t.Error("nobody came in, however long it was allowed to take")
}

// crowd welcomes a thousand people twice, where closures have so much time; through
// says that everybody came in.
func crowd(t *testing.T, env dbtest.Env, home id.ID, budget time.Duration) (refused int64, through bool) {
	t.Helper()
	slow := env.Options
	slow.Rehearse, slow.Trace, slow.Budget = false, nil, budget
	d, err := db.Open(ctx, slow)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f := flow.New(d)
	people := make([]flow.Newcomer, 1000)
	for i := range people {
		people[i] = flow.Newcomer{Ref: fmt.Sprint("H", budget, i), Home: home}
	}
	for _, added := range []bool{true, false} {
		for i, r := range f.Welcome(ctx, db.System, people) {
			switch {
			case errors.Is(r.Err, db.ErrTooSlow):
				return 0, false
			case r.Err != nil || r.Added != added:
				t.Fatalf("%s: %+v, want added %v", people[i].Ref, r, added)
			}
		}
		if added {
			refused = d.Stats().Refused.Load()
		}
	}
	return refused, true
}
