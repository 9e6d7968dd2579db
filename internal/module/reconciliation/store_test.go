package reconciliation_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, reconciliation.Schema}
	monday  = period.Date(2026, 3, 2)
)

// desk is reconciliation on one engine.
type desk struct {
	*reconciliation.Service
	dbtest.Env
	t *testing.T
}

func atDesk(t *testing.T, fn func(d *desk)) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(&desk{reconciliation.New(), env, t}) })
}

func (d *desk) update(community id.ID, fn func(tx *db.Tx) error) {
	d.t.Helper()
	if err := d.Env.Update(ctx, community, db.System, fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) look(community id.ID, fn func(r db.Reader) error) {
	d.t.Helper()
	if err := d.View(ctx, community, fn); err != nil {
		d.t.Fatal(err)
	}
}

func TestTheSameBillIsReadOnce(t *testing.T) {
	atDesk(t, func(s *desk) {
		bill := reconciliation.Bill{Provider: pay.WeChat, Day: monday, Source: reconciliation.ByProvider, Digest: [32]byte{1}, Totals: reconciliation.Totals{Payments: 2, Matched: 1, Paid: 30_00, Kept: 18}}
		for n, again := range []bool{false, true, false} {
			if n == 2 {
				bill.Digest[0]++
				s.Clock.Advance(time.Minute)
			}
			s.update(bamboo, func(tx *db.Tx) error {
				_, known, err := s.Take(ctx, tx, bill)
				if known != again {
					s.t.Errorf("reading %d: known %t", n, known)
				}
				return err
			})
		}
		s.look(bamboo, func(r db.Reader) error {
			all, err := s.Bills(ctx, r, bamboo, monday, monday)
			if len(all) != 2 || all[0].Digest[0] != 2 || all[0].Totals != bill.Totals {
				s.t.Errorf("%+v", all)
			}
			return err
		})
	})
}

func TestADifferenceIsFoundOnce(t *testing.T) {
	atDesk(t, func(s *desk) {
		d := reconciliation.Difference{Provider: pay.WeChat, Day: monday, Kind: reconciliation.MissingThere, Thing: reconciliation.Payment, Payment: "a", Ours: 10_00, At: s.Clock.Now()}
		for n := range 3 {
			s.update(bamboo, func(tx *db.Tx) error {
				found, err := s.Find(ctx, tx, d, tx.Now.Add(time.Hour))
				if found != (n == 0) {
					s.t.Errorf("found %t the %d. time", found, n+1)
				}
				return err
			})
		}
		s.update(plum, func(tx *db.Tx) error { _, err := s.Find(ctx, tx, d, tx.Now.Add(time.Hour)); return err }) // the same key elsewhere is another
		s.look(bamboo, func(r db.Reader) error {
			if n, late, err := s.Count(ctx, r, bamboo, s.Clock.Now()); n != 1 || late || err != nil {
				s.t.Errorf("%d open, late %t, %v", n, late, err)
			}
			if _, late, _ := s.Count(ctx, r, bamboo, s.Clock.Now().Add(time.Hour)); !late {
				s.t.Error("its time is over")
			}
			open, err := s.Waiting(ctx, r, bamboo, 10)
			if err != nil || len(open) != 1 {
				s.t.Fatalf("%+v, %v", open, err)
			}
			d = open[0]
			if _, err := s.ByID(ctx, r, plum, d.ID); !errors.Is(err, reconciliation.ErrNotFound) {
				s.t.Errorf("of another community: %v", err)
			}
			return nil
		})
		s.update(bamboo, func(tx *db.Tx) error {
			x, err := s.ByID(ctx, tx, bamboo, d.ID)
			if err != nil {
				return err
			}
			return s.Settle(ctx, tx, x, reconciliation.Corrected, false, "他们补了账单", "T-1")
		})
		s.look(bamboo, func(r db.Reader) error {
			n, _, err := s.Count(ctx, r, bamboo, s.Clock.Now())
			if n != 0 {
				s.t.Errorf("%d open", n)
			}
			return err
		})
	})
}

func TestFailuresAreNewsOnceAnHour(t *testing.T) {
	atDesk(t, func(s *desk) {
		fail := func(o reconciliation.Outcome) {
			s.update(bamboo, func(tx *db.Tx) error {
				return s.Fail(ctx, tx, reconciliation.Attempt{Provider: pay.WeChat, Day: monday, Outcome: o, Note: "x"})
			})
			s.Clock.Advance(10 * time.Minute)
		}
		for range 7 { // once an hour is news
			fail(reconciliation.NotYet)
		}
		fail(reconciliation.Unreached)
		s.look(bamboo, func(r db.Reader) error {
			all, err := s.Attempts(ctx, r, bamboo, monday, monday)
			if len(all) != 3 || all[0].Outcome != reconciliation.Unreached {
				s.t.Errorf("%+v", all)
			}
			return err
		})
	})
}
