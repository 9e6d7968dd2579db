package flow_test

import (
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/household"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// crowd are more neighbours than one transaction carries a date out for.
func (h *helping) crowd() (names []string) {
	h.t.Helper()
	for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "a6", "a7"}[:flow.SeatsAtOnce+3] {
		h.lives(name, "103", household.Child)
		h.joins(name)
		names = append(names, name)
	}
	return names
}

// A date is settled, and a class called off, some seats at a time: what breaks off between
// two of them goes on, whoever asks for it at the same moment; who leaves or comes in between
// is dealt with; nobody pays twice, and nothing stays set aside.
func TestAClassIsCarriedOutInSteps(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		names, chen := h.crowd(), h.members["chen"]
		a := h.lesson(3, 12)
		first := a.Sessions[0]
		seats := make(map[string]*activity.Seat)
		for _, name := range names {
			seats[name] = h.signed(a, name)
			h.env.Clock.Advance(time.Second) // so that the last one is the last
		}
		excused, away, leaver := names[0], names[1], names[len(names)-1]
		h.must(h.ExcuseSeat(ctx, h.c1, h.actor(excused), h.members[excused], seats[excused].ID, first.ID))
		h.env.Clock.Set(first.Begins.Add(time.Minute))
		for _, name := range names[2:] {
			h.must(h.CheckInClass(ctx, h.c1, h.actor(name), h.members[name], a.ID, first.Code))
		}
		h.env.Clock.Set(first.Ends)
		h.must(h.BeginHolding(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID))
		more, err := h.CloseSome(ctx, h.c1, db.System, a.ID)
		h.must(err)
		if now := h.class(a.ID); !more || len(now.Closing()) != 1 || h.held(seats[leaver]) != 9_00 || h.held(seats[names[2]]) != 6_00 {
			t.Errorf("more %v, %d dates, the last one holds %v, the third %v", more, len(now.Closing()), h.held(seats[leaver]), h.held(seats[names[2]]))
		}
		// Here it broke off. The second date is called off, one leaves, one comes.
		h.must(h.gives(leaver, seats[leaver]))
		if h.held(seats[leaver]) != 0 || h.hours(leaver) != 17_00 {
			t.Errorf("who left holds %v and has %v", h.held(seats[leaver]), h.hours(leaver))
		}
		comer := h.signed(a, "wang")
		h.atOnce(a, &chen)
		h.must(h.SweepClasses(ctx, h.c1))
		if now := h.class(a.ID); len(now.Closing()) != 0 {
			t.Errorf("%d dates are still carried out", len(now.Closing()))
		}
		want := map[string]money.Amount{excused: 20_00, away: 19_25, leaver: 17_00}
		for _, name := range names {
			has, holds := want[name], money.Amount(3_00)
			if has == 0 {
				has = 17_00
			}
			if name == leaver {
				holds = 0
			}
			if h.held(seats[name]) != holds || h.hours(name)+holds != has {
				t.Errorf("%s has %v and holds %v", name, h.hours(name), h.held(seats[name]))
			}
		}
		if due := money.Amount(len(names)-2)*3_00 + 75; h.held(comer) != 3_00 || h.hours("chen") != due {
			t.Errorf("who came later holds %v, the teacher has %v, want %v", h.held(comer), h.hours("chen"), due)
		}
		h.must(h.BeginEnding(ctx, h.c1, db.System, nil, a.ID, "场地没有了"))
		_, err = h.CloseSome(ctx, h.c1, db.System, a.ID)
		h.must(err)
		h.must(h.SweepClasses(ctx, h.c1))
		for _, x := range h.seatsOf(a) {
			if x.Stands() || h.held(x) != 0 {
				t.Errorf("a seat is %s and holds %v", x.State, h.held(x))
			}
		}
		if n := h.told(away, notice.ClassOff); n != 1 || h.told(leaver, notice.ClassOff) != 0 {
			t.Errorf("told %d times, who had left %d", n, h.told(leaver, notice.ClassOff))
		}
		h.whole()
	})
}

// atOnce lets several settle the first date of a class, call the second off and sweep at the
// same moment.
func (h *helping) atOnce(a *activity.Activity, teacher *id.ID) {
	h.t.Helper()
	var all sync.WaitGroup
	for range 2 {
		for _, do := range []func() error{
			func() error { return h.HoldClass(ctx, h.c1, h.actor("chen"), teacher, a.ID, a.Sessions[0].ID) },
			func() error {
				return h.CallOffDate(ctx, h.c1, h.actor("chen"), teacher, a.ID, a.Sessions[1].ID, "那天停电")
			},
			func() error { return h.SweepClasses(ctx, h.c1) },
		} {
			all.Go(func() {
				if err := do(); err != nil && refused(err) != activity.ErrSessionOver.Code {
					h.t.Error(err)
				}
			})
		}
	}
	all.Wait()
}

// Who gave her seat free late paid a share; it comes back when that date does not take place
// (T-05R). Whom the desk signs up is told, and says no at no cost.
func TestALateFeeComesBack(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a, chen := h.lesson(1, 4), h.members["chen"]
		wang := h.signed(a, "wang")
		h.signed(a, "min")
		h.env.Clock.Set(a.Sessions[0].Begins.Add(-10 * time.Hour)) // within class_free_hours
		h.must(h.gives("wang", wang))
		zhou, err := h.EnterClass(ctx, h.c1, db.System, a.ID, h.members["zhou"], 1, "")
		h.must(err)
		if h.hours("chen") != 75 || h.hours("wang") != 19_25 || h.told("zhou", notice.ClassEntered) != 1 || h.held(zhou) != 3_00 {
			t.Errorf("chen has %v, wang %v; zhou is told %d times and holds %v", h.hours("chen"), h.hours("wang"), h.told("zhou", notice.ClassEntered), h.held(zhou))
		}
		h.env.Clock.Advance(time.Hour)
		h.must(h.gives("zhou", zhou))
		if h.hours("zhou") != 20_00 || h.hours("chen") != 75 {
			t.Errorf("who said no has %v, the teacher %v", h.hours("zhou"), h.hours("chen"))
		}
		again, err := h.EnterClass(ctx, h.c1, db.System, a.ID, h.members["zhou"], 1, "")
		h.must(err)
		h.env.Clock.Set(again.At.Add(time.Duration(policy.TrialTimeBank().ClassAnswerHours)*time.Hour + time.Minute))
		if h.env.Clock.Now().Before(a.Sessions[0].Begins) {
			h.must(h.gives("zhou", again)) // too late for a no
			if h.hours("zhou") != 19_25 {
				t.Errorf("who said no too late has %v", h.hours("zhou"))
			}
		}
		h.must(h.CallOffDate(ctx, h.c1, h.actor("chen"), &chen, a.ID, a.Sessions[0].ID, "老师病了"))
		if h.hours("chen") != 0 || h.hours("wang") != 20_00 || h.hours("zhou") != 20_00 || h.hours("min") != 20_00 {
			t.Errorf("chen has %v, wang %v, zhou %v, min %v", h.hours("chen"), h.hours("wang"), h.hours("zhou"), h.hours("min"))
		}
		if h.told("wang", notice.ClassUndone) != 1 || h.told("min", notice.ClassDateOff) != 1 || h.told("wang", notice.ClassDateOff) != 0 {
			t.Errorf("told: %d, %d, %d", h.told("wang", notice.ClassUndone), h.told("min", notice.ClassDateOff), h.told("wang", notice.ClassDateOff))
		}
		h.whole()
	})
}

// F10: of a date that begins within a day everybody who has a seat is reminded once, and who
// teaches; who waits is not.
func TestADateIsRemindedOfOnce(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a := h.lesson(1, 2)
		h.signed(a, "wang")
		h.signed(a, "zhou")
		h.signed(a, "min") // waits
		at := a.Sessions[0].Begins
		for _, when := range []time.Time{at.Add(-25 * time.Hour), at.Add(-20 * time.Hour), at.Add(-time.Hour)} {
			h.env.Clock.Set(when)
			h.must(h.SweepClasses(ctx, h.c1))
			want := 1
			if when.Before(at.Add(-24 * time.Hour)) {
				want = 0
			}
			for name, n := range map[string]int{"wang": want, "zhou": want, "chen": want, "min": 0} {
				if got := h.told(name, notice.ClassSoon); got != n {
					t.Errorf("%v before it %s is told %d times, want %d", at.Sub(when), name, got, n)
				}
			}
		}
	})
}
