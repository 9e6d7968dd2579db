package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// A7: where the second adult of a class with children is forgotten while a date is on, it
// counts for who came and who taught; what was still to come is called off.
func TestWhoStoodByIsForgotten(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		for _, name := range []string{"chen", "zhou"} {
			h.must(h.NoteProof(ctx, db.System, h.c1, volunteer.Proof{Person: h.people[name], Kind: volunteer.BackgroundProof, Until: period.Date(2027, 3, 10), Words: "看过证明"}))
		}
		c := h.lesson(2, 4, func(a *activity.Activity) { a.Second, a.Children = h.members["zhou"], true })
		wang := h.signed(c, "wang")
		s := c.Sessions[0]
		h.env.Clock.Set(s.Begins.Add(time.Minute))
		h.must(h.CheckInClass(ctx, h.c1, h.actor("wang"), h.members["wang"], c.ID, s.Code))
		_, err := h.AskErasure(ctx, h.actor("zhou"), h.people["zhou"], true)
		h.must(err)
		h.must(h.EraseDue(ctx))
		h.must(h.SweepClasses(ctx, h.c1))
		now := h.class(c.ID)
		if first, second := now.Sessions[0].End, now.Sessions[1].End; !first.Held || first.Done.IsZero() || second.Held || h.hours("chen") != 3_00 || h.held(wang) != 0 {
			t.Errorf("%+v, %+v; the teacher has %v, %v are set aside", first, second, h.hours("chen"), h.held(wang))
		}
		h.whole()
	})
}
