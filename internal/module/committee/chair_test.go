package committee_test

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/db"
)

// TestTheChairGoesRound looks at whose turn it is over a year, with somebody away and
// somebody leaving.
func TestTheChairGoesRound(t *testing.T) {
	inCouncil(t, func(c council) {
		seated := c.seat(3)
		rotate := func() (h *committee.Handover) {
			c.must(c.do(func(tx *db.Tx) (err error) {
				_, h, err = c.Rotate(ctx, tx, tx.Now.AddDate(0, 3, 0), tx.Now.AddDate(0, 0, 7))
				return err
			}))
			return h
		}
		body := func() (b *committee.Body) {
			c.must(c.env.View(ctx, home, func(r db.Reader) (err error) { b, err = c.Body(ctx, r, home); return err }))
			return b
		}
		acting := func() id.ID {
			if m := body().Acting(c.env.Clock.Now()); m != nil {
				return m.ID
			}
			return id.ID{}
		}
		if rotate() != nil || acting() != seated[0].ID {
			t.Error("the first chair")
		}
		if rotate() != nil || len(body().Chairs) != 1 {
			t.Error("the chair went round while somebody held it")
		}
		c.must(c.do(func(tx *db.Tx) error {
			return c.Away(ctx, tx, committee.Absence{Member: seated[0].ID, From: tx.Now, Until: tx.Now.AddDate(0, 0, 10), Reason: "出差"})
		}))
		if acting() != seated[1].ID {
			t.Error("nobody stands in")
		}
		c.env.Clock.Advance(11 * 24 * time.Hour)
		if acting() != seated[0].ID {
			t.Error("she came back")
		}
		c.env.Clock.Advance(92 * 24 * time.Hour)
		if acting() != (id.ID{}) {
			t.Error("her time is over")
		}
		h := rotate()
		if h == nil || acting() != seated[1].ID {
			t.Fatal("the second chair")
		}
		c.handOver(h.ID, seated)
		c.must(c.do(func(tx *db.Tx) error { _, err := c.Unseat(ctx, tx, seated[1].ID, "店不开了"); return err }))
		if rotate() == nil || acting() != seated[2].ID {
			t.Error("the third chair, after the second left")
		}
		c.env.Clock.Advance(95 * 24 * time.Hour)
		if rotate(); acting() != seated[0].ID {
			t.Error("round again")
		}
	})
}

// handOver confirms a hand-over as both must: written, given, taken.
func (c council) handOver(h id.ID, seated []*committee.Member) {
	c.t.Helper()
	confirm := func(side committee.Side) error {
		return c.do(func(tx *db.Tx) error { _, err := c.Confirm(ctx, tx, h, side); return err })
	}
	write := func() error {
		return c.do(func(tx *db.Tx) error {
			_, err := c.Write(ctx, tx, h, committee.Text{Matters: "花店的申请还没看店", Keys: "活动室钥匙一把"})
			return err
		})
	}
	for _, x := range []struct {
		name string
		do   func() error
		want error
	}{
		{"nothing is written", func() error { return confirm(committee.Outgoing) }, committee.ErrNotWritten},
		{"write", write, nil},
		{"the next one first", func() error { return confirm(committee.Incoming) }, committee.ErrNotWritten},
		{"written anew", write, nil},
		{"give", func() error { return confirm(committee.Outgoing) }, nil},
		{"changed after it was given", write, committee.ErrWritten},
		{"take", func() error { return confirm(committee.Incoming) }, nil},
		{"take again", func() error { return confirm(committee.Incoming) }, committee.ErrWritten},
	} {
		if err := x.do(); !errors.Is(err, x.want) {
			c.t.Errorf("%s: %v, want %v", x.name, err, x.want)
		}
	}
}

func TestMinutesStandBesideTheOldOnes(t *testing.T) {
	inCouncil(t, func(c council) {
		var m *committee.Meeting
		var item *committee.Item
		c.must(c.do(func(tx *db.Tx) (err error) {
			if m, err = c.Call(ctx, tx, committee.Meeting{At: tx.Now.Add(time.Hour), Place: "活动室"}); err != nil {
				return err
			}
			item, err = c.Put(ctx, tx, m.ID, committee.Item{Title: "中秋联合活动"})
			return err
		}))
		record := func(words string, present ...id.ID) error {
			return c.do(func(tx *db.Tx) error {
				_, err := c.Record(ctx, tx, m.ID, committee.Minutes{Present: present, Words: words, Decisions: map[id.ID]string{item.ID: "每店出一样"}})
				return err
			})
		}
		if err := record("会", who(1)); !errors.Is(err, committee.ErrNotYetMet) {
			t.Error(err)
		}
		c.env.Clock.Advance(2 * time.Hour)
		if err := record("会"); !errors.Is(err, committee.ErrNobodyMet) {
			t.Error(err)
		}
		c.must(record("第一稿", who(1)))
		c.env.Clock.Advance(time.Minute)
		c.must(record("改过的", who(1), who(2)))
		c.must(c.env.View(ctx, home, func(r db.Reader) error {
			all, err := c.Meetings(ctx, r, home)
			if w := all[0].Minutes; len(all) != 1 || w.Words != "改过的" || len(w.Present) != 2 || w.Decisions[item.ID] != "每店出一样" {
				t.Errorf("%+v", all[0].Minutes)
			}
			return err
		}))
		if err := c.do(func(tx *db.Tx) error { _, err := c.Put(ctx, tx, m.ID, committee.Item{Title: "后来的"}); return err }); !errors.Is(err, committee.ErrWritten) {
			t.Error(err)
		}
	})
}
