package flow_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
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
	slow := env.Options
	slow.Rehearse, slow.Trace, slow.Budget = false, nil, 400*time.Microsecond
	d, err := db.Open(ctx, slow)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f := flow.New(d)
	people := make([]flow.Newcomer, 1000)
	for i := range people {
		people[i] = flow.Newcomer{Ref: fmt.Sprint("H", i), Home: home.ID}
	}
	for _, added := range []bool{true, false} {
		refused := d.Stats().Refused.Load()
		for i, r := range f.Welcome(ctx, db.System, people) {
			if r.Err != nil || r.Added != added {
				t.Fatalf("%s: %+v, want added %v", people[i].Ref, r, added)
			}
		}
		if added && d.Stats().Refused.Load() == refused {
			t.Skip("this machine is too fast for a crowd to be too much")
		}
	}
}
