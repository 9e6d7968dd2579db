package flow_test

import (
	"testing"

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
		if now := h.class(a.ID); now.State() != activity.Off || now.Title == a.Title || h.state(zhou) != activity.Gone || h.held(zhou) != 0 {
			t.Errorf("%s, %q; zhou is %s and has %v set aside", now.State(), now.Title, h.state(zhou), h.held(zhou))
		}
		h.whole()
	})
}
