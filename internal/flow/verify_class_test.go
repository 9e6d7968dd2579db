package flow_test

import (
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// F10: what the books say of classes and what classes say of the books are compared both
// ways, in the middle of a course too: a settlement, or what gave it back, that was taken away
// behind the books, and a seat that sets aside what its dates do not ask for.
func TestVerifyFindsWhatClassesDoNotSay(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		a := h.lesson(3, 2)
		wang, zhou := h.signed(a, "wang"), h.signed(a, "zhou")
		first, chen := a.Sessions[0], h.members["chen"]
		h.env.Clock.Set(first.Begins.Add(5 * time.Minute))
		h.must(h.CheckInClass(ctx, h.c1, h.actor("wang"), h.members["wang"], a.ID, first.Code))
		h.must(h.HoldClass(ctx, h.c1, h.actor("chen"), &chen, a.ID, first.ID))
		h.must(h.UndoClassHours(ctx, h.c1, db.System, a.ID, first.ID, zhou.ID, "请过假，没记上"))
		h.whole()
		do := func(change string, args ...any) {
			t.Helper()
			h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, change+" AND community_id = ?", append(args, h.c1[:])...)
				return err
			}))
		}
		finds := func(what, code string, want int) {
			t.Helper()
			report, err := h.Verify(ctx, h.c1, flow.VerifyOptions{})
			h.must(err)
			n := 0
			for _, f := range report.Findings {
				if f.Code == code {
					n++
				}
			}
			if n != want {
				t.Errorf("%s: %d of %s, want %d: %+v", what, n, code, want, report.Findings)
			}
		}
		do("UPDATE activity SET price = price + 100 WHERE id = ?", a.ID[:])
		finds("two seats that cost more than was set aside", "verify.seat_hold_differs", 2)
		do("UPDATE activity SET price = price - 100 WHERE id = ?", a.ID[:])
		do("UPDATE activity_seat_step SET state = 'waiting' WHERE seat_id = ?", wang.ID[:])
		finds("hours of a seat that is nobody's", "verify.seat_hold_differs", 1)
		do("UPDATE activity_seat_step SET state = 'in' WHERE seat_id = ?", wang.ID[:])
		h.whole()
		do("DELETE FROM activity_undo WHERE seat_id = ?", zhou.ID[:])
		finds("an entry that takes back what was not given back", "verify.class_differs", 1)
		do("DELETE FROM activity_settlement WHERE seat_id = ?", zhou.ID[:])
		finds("an entry that pays what no date came to", "verify.class_differs", 1)
		do("DELETE FROM activity_settlement WHERE seat_id = ?", wang.ID[:])
		finds("two of them", "verify.class_differs", 2)
	})
}
