package flow_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// follow brings the index of entries up to date.
func (w *town) followParties() {
	w.t.Helper()
	f := w.Follower()
	for n := 1; n > 0; {
		var err error
		n, err = f.Step(ctx, w.home, ledger.FollowParties, 1000)
		w.must(err)
	}
}

// quarterAt founds a quarter of shopping at the bakery: n members, all of one age, who
// agreed if their number is below agreed. It tells the quarter's first month.
func (w *town) quarterAt(n, agreed int) period.Month {
	w.t.Helper()
	w.env.Clock.Advance(time.Date(2028, 1, 3, 2, 0, 0, 0, time.UTC).Sub(w.env.Clock.Now()))
	for i := range n {
		ref := fmt.Sprint("m", i)
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Members.Reserve(ctx, tx, ref, w.home) }))
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			_, _, err := w.Members.Join(ctx, tx, member.Member{Ref: ref, Standing: member.Good, Level: policy.Silver, Profile: member.Profile{AgeBand: "65+", HouseholdSize: "2", Kids: "0"}})
			return err
		}))
		who := w.known("某人", fmt.Sprintf("+86138000%05d", i), ref)
		if i < agreed {
			w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return w.Privacy.Give(ctx, tx, who, privacy.Portrait, "page") }))
		}
		_, err := w.buy(fmt.Sprint("q", i), ref, "bakery", 30_00)
		w.must(err)
	}
	return period.Month(2028 * 12)
}

func (w *town) portrait(from period.Month) (*trade.Portrait, error) {
	t, err := w.TillOf(ctx, w.home, w.shop("bakery").ID)
	w.must(err)
	return w.Portrait(ctx, db.System, t, from)
}

// TestPortraitOfAQuarter: it is made when the quarter is closed, of those who agreed
// as far as it tells of people, and never again (C7, A7).
func TestPortraitOfAQuarter(t *testing.T) {
	inTown(t, func(w *town) {
		from := w.quarterAt(13, 7)
		w.deriveTrade(1000)
		w.followParties()
		if _, err := w.portrait(from); !errors.Is(err, flow.ErrQuarterOpen) {
			t.Errorf("before the quarter is over: %v", err)
		}
		w.env.Clock.Advance(time.Date(2028, 4, 1, 2, 0, 0, 0, time.UTC).Sub(w.env.Clock.Now()))
		w.must(w.CloseDay(ctx, w.home, db.System, period.Date(2028, 3, 31)))
		if _, err := w.portrait(from); !errors.Is(err, flow.ErrQuarterOpen) {
			t.Errorf("closed, but not read: %v", err)
		}
		w.deriveTrade(1000)
		first, err := w.portrait(from)
		w.must(err)
		if v := first.Screen; v.K != 5 || v.Buyers != 13 || v.Purchases != 13 || first.Export.K != 10 || first.Export.Buyers != 13 {
			t.Errorf("%+v", first)
		}
		i := slices.IndexFunc(first.Screen.Groups, func(g trade.Group) bool { return g.Name == trade.ByAge })
		if i < 0 {
			t.Fatalf("no ages: %+v", first.Screen.Groups)
		}
		if diff := cmp.Diff([]trade.Cell{{Key: trade.Untold, Count: 6}, {Key: "65+", Count: 7}}, first.Screen.Groups[i].Cells); diff != "" {
			t.Error(diff)
		}
		if j := slices.IndexFunc(first.Export.Groups, func(g trade.Group) bool { return g.Name == trade.ByAge }); j >= 0 {
			t.Errorf("seven and six people may not be taken along: %+v", first.Export.Groups[j])
		}
		// What changes afterwards changes nothing that was told.
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			p, err := w.People.ByPhone(ctx, tx, "+8613800000000")
			if err != nil {
				return err
			}
			return w.Privacy.Withdraw(ctx, tx, p.ID, privacy.Portrait)
		}))
		_, err = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: "r", Purchase: 3})
		w.must(err)
		w.deriveTrade(1000)
		w.must(w.RebuildTrade(ctx, w.home))
		w.deriveTrade(1000)
		again, err := w.portrait(from)
		w.must(err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("the second look tells something else:\n%s", diff)
		}
	})
}

// TestPortraitsAreMadeAhead: when a quarter is closed the house makes them, a few at a
// time, for the shops that sold.
func TestPortraitsAreMadeAhead(t *testing.T) {
	inTown(t, func(w *town) {
		from := w.quarterAt(6, 0)
		w.env.Clock.Advance(time.Date(2028, 4, 1, 2, 0, 0, 0, time.UTC).Sub(w.env.Clock.Now()))
		w.must(w.CloseDay(ctx, w.home, db.System, period.Date(2028, 3, 31)))
		w.deriveTrade(1000)
		w.followParties()
		for range 2 {
			_, err := w.MakePortraits(ctx, w.home, 1)
			w.must(err)
		}
		w.must(w.DB.View(ctx, w.home, func(r db.Reader) error {
			told, err := w.Trade.Told(ctx, r, w.home, w.shop("bakery").ID, from)
			if err != nil || told == nil || told.Screen.Buyers != 6 {
				t.Errorf("the bakery: %+v, %v", told, err)
			}
			none, err := w.Trade.Told(ctx, r, w.home, w.shop("fruit").ID, from)
			if err != nil || none != nil {
				t.Errorf("who sold nothing: %+v, %v", none, err)
			}
			return nil
		}))
	})
}
