package openbooks

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/derived"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, Schema}
	closed  = time.Date(2025, 10, 15, 3, 0, 0, 0, time.UTC)
)

// event is what one entry says.
type event struct {
	kind   int // 0, 1 purchase, 2 refund, 3 movement, 4 nothing
	day    period.Day
	who    byte
	amount money.Amount
}

func (e event) into(b *Batch, seq int64) {
	buyer, shop := id.ID{0: 'b', 15: e.who}, id.ID{0: 's', 15: e.who % 3}
	if e.who == 0 {
		buyer = id.ID{} // nobody knows who bought
	}
	f := Flow{Held: e.amount, Net: e.amount - 3, Platform: 3, PointsGiven: 7}
	switch e.kind {
	case 0, 1:
		b.Purchase(seq, e.day, &f, Funds{Welfare: 2, Care: 1}, buyer, shop)
	case 2:
		b.Refund(seq, e.day, &Flow{Held: -e.amount, Net: 3 - e.amount, Platform: -3}, Funds{Welfare: -2})
	case 3:
		b.Move(Movement{Day: e.day, Seq: seq, Fund: "fund/care", Kind: "transfer", Rule: "K-02", Amount: -e.amount})
		b.Pass(seq)
	default:
		b.Pass(seq)
	}
}

func events(t *rapid.T, most int) []event {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event {
		return event{rapid.IntRange(0, 4).Draw(t, "kind"), period.Day(17_000 + rapid.IntRange(0, 4).Draw(t, "day")),
			byte(rapid.IntRange(0, 12).Draw(t, "who")), money.Amount(rapid.IntRange(1, 9_999).Draw(t, "amount"))}
	}), 1, most).Draw(t, "events")
}

// base puts the events across the border of two stretches.
const base = stretch - 8

func batchOf(community id.ID, all []event, from, to int) *Batch {
	b := NewBatch(community, int64(base+from))
	for i, e := range all[from:to] {
		e.into(b, int64(base+from+i))
	}
	return b
}

// begin lets a community's tables begin at base.
func begin(t testing.TB, env dbtest.Env, community id.ID) {
	t.Helper()
	if err := env.Update(ctx, community, db.System, func(tx *db.Tx) error {
		return positions.Set(ctx, tx, derived.Position{Next: base, Closed: derived.NeverClosed})
	}); err != nil {
		t.Fatal(err)
	}
}

func add(env dbtest.Env, b *Batch, day period.Day) error {
	return env.Update(ctx, b.Community, db.System, func(tx *db.Tx) error { return New().Add(ctx, tx, b, day, closed) })
}

func check(t interface{ Fatal(...any) }, env dbtest.Env, community id.ID, anew *Batch) (differences []string) {
	err := env.View(ctx, community, func(r db.Reader) (err error) {
		differences, err = New().Check(ctx, r, community, anew)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return differences
}

// However the entries are cut into steps, the same rows come out: sums, buyers in
// the order of their first purchase, movements.
func TestStepsOfAnySizeMakeTheSameBooks(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		n := uint16(0)
		rapid.Check(t, func(rt *rapid.T) {
			n++
			community := id.ID{1, byte(n >> 8), byte(n)}
			all := events(rt, 40)
			begin(t, env, community)
			for from := 0; from < len(all); {
				to := min(len(all), from+rapid.IntRange(1, 15).Draw(rt, "step"))
				if err := add(env, batchOf(community, all, from, to), derived.NeverClosed); err != nil {
					rt.Fatal(err)
				}
				from = to
			}
			if d := check(rt, env, community, batchOf(community, all, 0, len(all))); len(d) > 0 {
				rt.Fatal(strings.Join(d, "\n"))
			}
		})
	})
}

func TestCheckFindsEveryChangedRow(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		all := []event{{0, 17_000, 1, 500}, {1, 17_000, 2, 700}, {2, 17_001, 1, 200}, {3, 17_001, 0, 50}}
		for i, damage := range []struct{ sql, want string }{
			{"UPDATE openbooks_day SET net = net + 1 WHERE community_id = ? AND day = 17000", "the sums of 2016-07-18"},
			{"UPDATE openbooks_day SET buyers_least = 3 WHERE community_id = ? AND day = 17000", "the sums of 2016-07-18"},
			{"DELETE FROM openbooks_day WHERE community_id = ? AND day = 17001", "the sums of 2016-07-19: stored <nil>"},
			{"DELETE FROM openbooks_visit WHERE community_id = ?", "buyers and shops (part 0) of 2016-07-18: stored none"},
			{"UPDATE openbooks_visit SET buyers = shops WHERE community_id = ?", "buyers and shops (part 0)"},
			{"UPDATE openbooks_movement SET amount = 1 WHERE community_id = ?", "on fund/care"},
			{"UPDATE openbooks_movement SET seq = 1 WHERE community_id = ?", "on fund/care"},
		} {
			community := id.ID{2, byte(i + 1)}
			begin(t, env, community)
			whole := batchOf(community, all, 0, len(all))
			if err := add(env, whole, derived.NeverClosed); err != nil {
				t.Fatal(err)
			}
			if d := check(t, env, community, whole); len(d) > 0 {
				t.Fatalf("untouched: %v", d)
			}
			if err := env.Update(ctx, community, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, damage.sql, community[:]); return err }); err != nil {
				t.Fatal(err)
			}
			d := check(t, env, community, whole)
			if len(d) == 0 || !strings.Contains(strings.Join(d, "\n"), damage.want) {
				t.Errorf("%s\nfound %v, want %q", damage.sql, d, damage.want)
			}
		}
	})
}

func TestABatchFitsInOnePlaceOnly(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		community := id.ID{3}
		all := []event{{0, 17_000, 1, 500}, {0, 17_000, 2, 700}}
		begin(t, env, community)
		first := batchOf(community, all, 0, 1)
		if err := add(env, batchOf(community, all, 1, 2), derived.NeverClosed); !errors.Is(err, derived.ErrMoved) {
			t.Errorf("a batch with a gap before it: %v", err)
		}
		if err := add(env, first, 16_999); err != nil {
			t.Fatal(err)
		}
		if err := add(env, first, 17_005); !errors.Is(err, derived.ErrMoved) {
			t.Errorf("the same batch again: %v", err)
		}
		if err := add(env, batchOf(community, all, 1, 2), 16_990); err != nil {
			t.Fatal(err)
		}
		at := position(t, env, community)
		if want := (derived.Position{Next: base + 2, Closed: 16_999, ClosedAt: closed}); !cmp.Equal(at, want) {
			t.Errorf("position: %s", cmp.Diff(want, at)) // a closed day is never open again
		}
	})
}

func position(t *testing.T, env dbtest.Env, community id.ID) (at derived.Position) {
	t.Helper()
	if err := env.View(ctx, community, func(r db.Reader) (err error) { at, err = New().Position(ctx, r, community); return err }); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestClearingGoesOnWhereItStopped(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		community, other := id.ID{4}, id.ID{5}
		all := []event{{0, 17_000, 1, 500}, {0, 17_001, 2, 700}, {0, 17_002, 3, 900}, {3, 17_003, 0, 10}}
		for _, c := range []id.ID{community, other} {
			begin(t, env, c)
			if err := add(env, batchOf(c, all, 0, len(all)), 17_000); err != nil {
				t.Fatal(err)
			}
		}
		update := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := env.Update(ctx, community, db.System, fn); err != nil {
				t.Fatal(err)
			}
		}
		update(func(tx *db.Tx) error { return New().Reset(ctx, tx) })
		if err := add(env, batchOf(community, all, 0, 1), derived.NeverClosed); !errors.Is(err, derived.ErrMoved) {
			t.Errorf("added while the tables are cleared: %v", err)
		}
		steps := 0
		for done := false; !done; steps++ {
			update(func(tx *db.Tx) (err error) { done, err = New().Clear(ctx, tx, 2); return err })
		}
		if at := position(t, env, community); steps != 3 || at.Next != 0 || at.Closed != derived.NeverClosed {
			t.Errorf("after %d steps at %+v; three days by twos take two steps and the last", steps, at)
		}
		if d := check(t, env, community, NewBatch(community, 0)); len(d) > 0 {
			t.Errorf("left behind: %v", d)
		}
		if d := check(t, env, other, batchOf(other, all, 0, len(all))); len(d) > 0 {
			t.Errorf("another community's books: %v", d)
		}
	})
}

func TestReads(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		community := id.ID{6, 6}
		var all []event
		for who := range byte(5) { // four that are known, and a stranger
			all = append(all, event{0, 17_000, who, 100})
		}
		all = append(all, event{0, 17_002, 1, 100}, event{2, 17_003, 1, 100}, event{3, 17_004, 0, 60})
		begin(t, env, community)
		if err := add(env, batchOf(community, all, 0, len(all)), derived.NeverClosed); err != nil {
			t.Fatal(err)
		}
		s := New()
		if err := env.View(ctx, community, func(r db.Reader) error {
			for n, want := range map[int]bool{4: true, 5: false} {
				if day, ok, err := s.Crowded(ctx, r, community, 17_002, n); err != nil || ok != want || ok && day != 17_000 {
					t.Errorf("the last day of %d buyers: %v, %v, %v", n, day, ok, err)
				}
			}
			if _, ok, _ := s.Crowded(ctx, r, community, 17_000, 1); ok {
				t.Error("the day itself is not before itself")
			}
			days, err := s.Shopped(ctx, r, community, 17_003)
			if diff := cmp.Diff([]period.Day{17_000, 17_002}, days); diff != "" || err != nil {
				t.Errorf("shopped: %v %s", err, diff)
			}
			f, err := s.Before(ctx, r, community, 17_003)
			if want := (Funds{Welfare: 12, Care: 6}); f != want || err != nil {
				t.Errorf("before: %+v, %v, want %+v", f, err, want)
			}
			if f, err := s.Before(ctx, r, id.ID{7}, 17_003); f != (Funds{}) || err != nil {
				t.Errorf("before any: %+v, %v", f, err)
			}
			sums, err := s.MovedBefore(ctx, r, community, 17_005)
			if diff := cmp.Diff(map[string]money.Amount{"fund/care": -60}, sums); diff != "" || err != nil {
				t.Errorf("moved before: %v %s", err, diff)
			}
			if sums, err := s.MovedBefore(ctx, r, community, 17_004); len(sums) > 0 || err != nil {
				t.Errorf("moved before any: %v, %v", sums, err)
			}
			moved, err := s.Movements(ctx, r, community, 17_004, 17_004)
			if len(moved) != 1 || moved[0].Amount != -60 || err != nil {
				t.Errorf("movements: %+v, %v", moved, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
