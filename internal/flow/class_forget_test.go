package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/module/activity"
)

// A7: who is forgotten gives her seat free, so that the next moves up, and what she taught
// is called off; nothing stays set aside.
func TestWhoIsForgottenLeavesHerClasses(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a := h.lesson(2, 1)
		wang, zhou := h.signed(a, "wang"), h.signed(a, "zhou")
		forget := func(name string) {
			_, err := h.AskErasure(ctx, h.actor(name), h.people[name], true)
			h.must(err)
			h.must(h.EraseDue(ctx))
		}
		forget("wang")
		if h.state(wang) != activity.Left || h.held(wang) != 0 || h.state(zhou) != activity.Offered {
			t.Errorf("wang is %s and has %v set aside, zhou is %s", h.state(wang), h.held(wang), h.state(zhou))
		}
		h.must(h.TakeSeat(ctx, h.c1, h.actor("zhou"), h.members["zhou"], zhou.ID))
		forget("chen")
		h.must(h.SweepClasses(ctx, h.c1)) // her seats are ended some at a time
		if now := h.class(a.ID); now.State() != activity.Off || now.Title == a.Title || h.state(zhou) != activity.Gone || h.held(zhou) != 0 {
			t.Errorf("%s, %q; zhou is %s and has %v set aside", now.State(), now.Title, h.state(zhou), h.held(zhou))
		}
		h.whole()
	})
}

// A7: who is forgotten before a date she came to is settled pays it first, and one that she
// left too late; the teacher has what is hers, and the date counts as held.
func TestWhoIsForgottenPaysFirst(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a, chen := h.lesson(2, 4), h.members["chen"]
		s := a.Sessions[0]
		wang, zhou := h.signed(a, "wang"), h.signed(a, "zhou")
		h.env.Clock.Set(s.Begins.Add(time.Minute))
		h.must(h.CheckInClass(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, s.Code))
		for _, name := range []string{"wang", "zhou"} {
			_, err := h.AskErasure(ctx, h.actor(name), h.people[name], true)
			h.must(err)
		}
		h.must(h.EraseDue(ctx))
		if h.hours("chen") != 3_75 || h.held(wang) != 0 || h.held(zhou) != 0 {
			t.Errorf("the teacher has %v; %v and %v are set aside", h.hours("chen"), h.held(wang), h.held(zhou))
		}
		h.env.Clock.Set(s.Ends)
		h.must(h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, s.ID))
		if now := h.class(a.ID).Sessions[0].End; h.hours("chen") != 3_75 || !now.Held || now.Done.IsZero() {
			t.Errorf("the teacher has %v; %+v", h.hours("chen"), now)
		}
		h.whole()
	})
}
