package privacy

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// desk is the service on one engine, with one person.
type desk struct {
	*Service
	t    *testing.T
	env  dbtest.Env
	anna id.ID
}

func each(t *testing.T, fn func(d *desk)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&desk{New(), t, env, id.ID{1}}) })
}

func (d *desk) update(fn func(tx *db.Tx) error) error {
	d.env.Clock.Advance(time.Second)
	return d.env.DB.Update(ctx, id.Tilde, db.System, fn)
}

func (d *desk) allowed(purpose string) (ok bool) {
	d.t.Helper()
	if err := d.env.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { ok, err = d.Allowed(ctx, r, d.anna, purpose); return err }); err != nil {
		d.t.Fatal(err)
	}
	return ok
}

func TestConsent(t *testing.T) {
	each(t, func(d *desk) {
		give := func(purpose string) error {
			return d.update(func(tx *db.Tx) error { return d.Give(ctx, tx, d.anna, purpose, "page") })
		}
		withdraw := func(purpose string) error {
			return d.update(func(tx *db.Tx) error { return d.Withdraw(ctx, tx, d.anna, purpose) })
		}
		if d.allowed(Offers) {
			t.Error("something is allowed that nobody asked for")
		}
		if err := withdraw(Offers); !errors.Is(err, ErrNotGiven) {
			t.Error(err)
		}
		for range 2 {
			if err := give(Offers); err != nil || !d.allowed(Offers) || d.allowed(Portrait) {
				t.Errorf("given: %v", err)
			}
		}
		if err := withdraw(Offers); err != nil || d.allowed(Offers) {
			t.Errorf("withdrawn: %v", err)
		}
		if err := give(Offers); err != nil || !d.allowed(Offers) {
			t.Errorf("given anew: %v", err)
		}
		if err := give("everything"); !errors.Is(err, ErrNoPurpose) {
			t.Error(err)
		}
		if err := errors.Join(give(Membership), nil); err != nil {
			t.Error(err)
		}
		if err := withdraw(Membership); !errors.Is(err, ErrNeeded) {
			t.Error(err)
		}
		var all []Consent
		if err := d.env.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) { all, err = d.Consents(ctx, r, d.anna); return err }); err != nil || len(all) != 3 {
			t.Errorf("%+v, %v: given twice in all, and once for membership", all, err)
		}
	})
}

// New words of a purpose need a new consent.
func TestNewWordsNeedANewConsent(t *testing.T) {
	each(t, func(d *desk) {
		if err := d.update(func(tx *db.Tx) error { return d.Give(ctx, tx, d.anna, Research, "page") }); err != nil {
			t.Fatal(err)
		}
		old := Purposes
		defer func() { Purposes = old }()
		Purposes = append([]Purpose(nil), old...)
		Purposes[slices.IndexFunc(Purposes, func(p Purpose) bool { return p.Key == Research })].Version++
		if d.allowed(Research) {
			t.Error("she agreed to other words")
		}
	})
}

func TestWhoLookedIsKept(t *testing.T) {
	each(t, func(d *desk) {
		worker, ben := id.ID{2}, id.ID{3}
		for range 3 {
			if err := d.update(func(tx *db.Tx) error {
				return d.NoteRead(ctx, tx, []id.ID{d.anna, ben, worker}, Read{Reader: worker, Role: "grid_worker", What: "household", Why: "走访"})
			}); err != nil {
				t.Fatal(err)
			}
		}
		err := d.env.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			first, err := d.Reads(ctx, r, d.anna, id.ID{}, 2)
			if err != nil || len(first) != 2 || first[0].Reader != worker || !first[0].At.After(first[1].At) {
				t.Errorf("%+v, %v", first, err)
			}
			rest, err := d.Reads(ctx, r, d.anna, first[1].ID, 2)
			if err != nil || len(rest) != 1 {
				t.Errorf("%+v, %v", rest, err)
			}
			own, err := d.Reads(ctx, r, worker, id.ID{}, 9)
			if err != nil || len(own) != 0 {
				t.Errorf("one's own look is noted: %+v, %v", own, err)
			}
			tallies, err := d.Tallies(ctx, r, time.Time{})
			if err != nil || len(tallies) != 1 || tallies[0] != (Tally{"grid_worker", "household", 6}) {
				t.Errorf("%+v, %v", tallies, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
