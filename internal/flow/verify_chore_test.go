package flow_test

import (
	"context"
	"errors"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/db"
)

func TestAVerificationThatSomebodyAskedFor(t *testing.T) {
	inTown(t, func(w *town) {
		c, err := w.AskVerify(ctx, clerk, w.home)
		w.must(err)
		if _, err := w.AskVerify(ctx, clerk, w.home); !errors.Is(err, flow.ErrVerifying) {
			t.Error("asked twice:", err)
		}
		tiles := func(context.Context, id.ID) (int, int64, string, error) { return 3, 2, "", nil }
		for range 2 { // the note may come twice
			w.must(w.DoVerify(ctx, c.ID.String(), tiles))
		}
		w.must(w.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			seen, err := w.Chores.ByID(ctx, r, c.ID)
			w.must(err)
			end := seen.At(chore.Finished)
			if end == nil || seen.AskedBy != clerk.String() || seen.Progress.Position == 0 {
				t.Errorf("%+v", seen)
			}
			found, err := w.Chores.Findings(ctx, r, c.ID, "books", 10)
			if len(found) > 0 {
				t.Errorf("whole books, and found %+v", found)
			}
			return err
		}))
		if _, err := w.AskVerify(ctx, clerk, w.home); err != nil {
			t.Error("asked again afterwards:", err)
		}
	})
}
