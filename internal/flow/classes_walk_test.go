package flow_test

import (
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
)

// Whatever people do in whatever order, no seat is sold twice, and once everything is over
// nothing is set aside any more. Many do it at the same moment, too.
func TestHoldsOfClassesEnd(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // a class takes a third of a second
		if err := checks.Value.Set("12"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	inHelpingLane(t, func(h *helping) {
		names := []string{"wang", "min", "zhou"}
		rapid.Check(t, func(rt *rapid.T) {
			a := h.lesson(rapid.IntRange(1, 2).Draw(rt, "weeks"), rapid.IntRange(1, 2).Draw(rt, "seats"))
			chen := h.members["chen"]
			for range rapid.IntRange(2, 6).Draw(rt, "steps") {
				var all sync.WaitGroup
				for _, name := range names {
					step := rapid.SampledFrom([]string{"join", "leave", "take", "rest"}).Draw(rt, name)
					all.Go(func() { h.act(a, name, step) })
				}
				all.Wait()
				if n := activity.People(h.seatsOf(a)); n > a.Most {
					rt.Fatalf("%d on %d seats", n, a.Most)
				}
				h.env.Clock.Advance(time.Duration(rapid.IntRange(0, 20).Draw(rt, "hours")) * time.Hour)
				h.must(h.SweepClasses(ctx, h.c1))
			}
			h.whole() // in the middle of it, too
			for _, s := range a.Sessions {
				if h.env.Clock.Now().Before(s.Ends) {
					h.env.Clock.Set(s.Ends)
				}
				if seats := h.seatsOf(a); rapid.Bool().Draw(rt, "held") && len(seats) > 0 {
					_ = h.MarkCame(ctx, h.c1, h.actor("chen"), &chen, a.ID, s.ID, []id.ID{seats[0].ID}, nil)
					_ = h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, s.ID)
				}
			}
			h.env.Clock.Advance(activity.LeftOpen + time.Hour)
			h.must(h.SweepClasses(ctx, h.c1))
			for _, x := range h.seatsOf(a) {
				if v := h.held(x); v != 0 {
					rt.Fatalf("%v set aside for a seat that is %s", v, x.State)
				}
			}
		})
		h.whole()
	})
}

// act lets somebody do something with a class; what is refused is refused.
func (h *helping) act(a *activity.Activity, name, step string) {
	var err error
	for _, x := range h.seatsOf(a) {
		if x.Member != h.members[name] || !x.Stands() {
			continue
		}
		switch step {
		case "leave":
			err = h.gives(name, x)
		case "take":
			err = h.TakeSeat(ctx, h.c1, h.actor(name), x.Member, x.ID)
		}
	}
	if step == "join" {
		_, err = h.sign(a, name)
	}
	if err != nil && refused(err) == "" {
		h.t.Error(fmt.Errorf("%s: %w", step, err))
	}
}
