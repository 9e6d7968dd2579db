package flow_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// thankedOnce lets several give points for a date at the same moment, by different rules:
// those of one rule are given, on one list.
func (h *helping) thankedOnce(a *activity.Activity, s *activity.Session, rules ...id.ID) {
	h.t.Helper()
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			if _, err := h.ThankAttendance(ctx, h.c1, db.System, a.ID, s.ID, rules[n%len(rules)]); err != nil && !errors.Is(err, activity.ErrThanked) {
				h.t.Error(err)
			}
		})
	}
	all.Wait()
	h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
		lists, err := h.Points.Lists(ctx, r, h.c1, 9)
		if err != nil {
			return err
		}
		grants, err := h.Points.GrantsOf(ctx, r, h.c1, h.members["wang"])
		if len(lists) != 1 || len(grants) != 1 {
			h.t.Errorf("%d lists, %d times points", len(lists), len(grants))
		}
		return err
	}))
}

// F12: those who came to an activity are thanked with points by the list of who came, once;
// no hours move.
func TestAnActivityIsThankedWithPoints(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		called, err := h.CallActivity(ctx, h.c1, db.System, activity.Activity{Title: "清洁日", Place: "三号楼前", Minutes: 120, Sessions: activity.Dates(h.env.Clock.Now().Add(2*time.Hour), 1, 120)}, "")
		h.must(err)
		s := called.Sessions[0]
		wang, zhou := h.signed(called, "wang"), h.signed(called, "zhou")
		var rule, other points.Rule
		h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) (err error) {
			r := points.Rule{Sort: points.Volunteering, Name: "清洁日", Words: "来了的都有", Points: 20_00, Monthly: 100_00, From: period.DayOf(tx.Now, flow.DefaultZone)}
			if rule, err = h.Points.Publish(ctx, tx, r); err == nil {
				r.Name = "义务劳动"
				other, err = h.Points.Publish(ctx, tx, r)
			}
			return err
		}))
		if _, err := h.ThankAttendance(ctx, h.c1, db.System, called.ID, s.ID, rule.ID); !errors.Is(err, flow.ErrClassNotHeld) {
			t.Errorf("thanked before it was: %v", err)
		}
		h.env.Clock.Set(s.Ends)
		h.must(h.MarkCame(ctx, h.c1, db.System, nil, called.ID, s.ID, []id.ID{wang.ID}, nil))
		h.must(h.HoldClass(ctx, h.c1, db.System, nil, called.ID, s.ID))
		if _, err := h.ThankAttendance(ctx, h.c1, db.System, called.ID, s.ID, id.ID{}); !errors.Is(err, points.ErrNoRule) {
			t.Errorf("thanked by no rule: %v", err)
		}
		h.thankedOnce(called, &s, rule.ID, other.ID)
		if _, err := h.ThankAttendance(ctx, h.c1, db.System, called.ID, s.ID, rule.ID); !errors.Is(err, activity.ErrThanked) {
			t.Errorf("thanked twice: %v", err)
		}
		if h.held(wang) != 0 || h.held(zhou) != 0 || h.hours("wang") != 0 {
			t.Errorf("hours moved: %v", h.hours("wang"))
		}
		h.whole()
	})
}
