package signin_test

import (
	"context"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var person1, person2 = id.ID{1}, id.ID{2}

func (d desk) start(who id.ID, way signin.Way, from signin.Device) (s *signin.Session, token string, err error) {
	err = d.update(func(ctx context.Context, tx *db.Tx) (err error) {
		s, token, err = d.Start(ctx, tx, who, way, from)
		return err
	})
	return s, token, err
}

func (d desk) find(token string) *signin.Session {
	d.Helper()
	s, err := d.Find(context.Background(), token, d.Clock.Now())
	d.must(err)
	return s
}

func (d desk) devices(who id.ID) (all []*signin.Session) {
	d.Helper()
	d.must(d.View(context.Background(), id.Tilde, func(r db.Reader) (err error) {
		all, err = d.Devices(context.Background(), r, who, d.Clock.Now())
		return err
	}))
	return all
}

func TestASessionLastsSoLong(t *testing.T) {
	each(t, func(d desk) {
		_, weak, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		_, strong, err := d.start(person1, signin.ByPasskey, here)
		d.must(err)
		if d.find(weak) == nil || d.find(strong) == nil {
			d.Fatal("a new session does not hold")
		}
		d.Clock.Advance(4*time.Hour - time.Second)
		if d.find(strong) == nil {
			d.Error("a strong session ends too early")
		}
		d.Clock.Advance(time.Second)
		if d.find(strong) != nil || d.find(weak) == nil {
			d.Error("unused for four hours a strong session ends, and no other")
		}
		for range 5 { // used every 50 days
			d.Clock.Advance(30 * 24 * time.Hour)
			if s := d.find(weak); s != nil {
				d.must(d.update(func(ctx context.Context, tx *db.Tx) error { return d.Use(ctx, tx, s.ID) }))
			}
		}
		if d.find(weak) == nil {
			d.Error("a session that is used ends early")
		}
		d.Clock.Advance(30 * 24 * time.Hour)
		if d.find(weak) != nil {
			d.Error("a session outlives its term")
		}
	})
}

func TestAnEndCountsAtOnceHereAndSoonElsewhere(t *testing.T) {
	each(t, func(d desk) {
		s, token, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		elsewhere := desk{d.T, d.Env, signin.New(d.Env.DB)} // its memory is another one
		if d.find(token) == nil || elsewhere.find(token) == nil {
			d.Fatal("a new session does not hold")
		}
		d.must(d.update(func(ctx context.Context, tx *db.Tx) error { return d.Revoke(ctx, tx, person1, s.ID) }))
		if d.find(token) != nil {
			d.Error("here an end does not count at once")
		}
		d.Clock.Advance(5 * time.Second)
		if elsewhere.find(token) != nil {
			d.Error("elsewhere an end does not count within five seconds")
		}
	})
}

func TestAnEndThatWasTakenBack(t *testing.T) {
	each(t, func(d desk) {
		s, token, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		err = d.update(func(ctx context.Context, tx *db.Tx) error {
			if err := d.Revoke(ctx, tx, person1, s.ID); err != nil {
				return err
			}
			return signin.ErrWrong
		})
		d.refused(err, signin.ErrWrong)
		if d.find(token) == nil {
			d.Error("a refused closure has ended a session")
		}
	})
}

func TestOnlyOnesOwnSessions(t *testing.T) {
	each(t, func(d desk) {
		s, token, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		err = d.update(func(ctx context.Context, tx *db.Tx) error { return d.Revoke(ctx, tx, person2, s.ID) })
		d.refused(err, signin.ErrNoSuchDevice)
		d.must(d.update(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.RevokeOthers(ctx, tx, person2, id.ID{})
			return err
		}))
		if d.find(token) == nil {
			d.Error("somebody else has ended a session")
		}
	})
}

func TestTooManyDevices(t *testing.T) {
	each(t, func(d desk) {
		_, first, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		for range 20 {
			d.Clock.Advance(time.Second)
			_, _, err := d.start(person1, signin.ByCode, here)
			d.must(err)
		}
		if n := len(d.devices(person1)); n != 20 {
			d.Errorf("%d devices", n)
		}
		if d.find(first) != nil {
			d.Error("the one that was not used for the longest time goes on")
		}
	})
}

func TestSessionsThatAreLongOverAreDropped(t *testing.T) {
	each(t, func(d desk) {
		for range 3 {
			_, _, err := d.start(person1, signin.ByCode, here)
			d.must(err)
		}
		d.must(d.update(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.RevokeOthers(ctx, tx, person1, id.ID{})
			return err
		}))
		d.Clock.Advance(300 * 24 * time.Hour)
		_, _, err := d.start(person1, signin.ByCode, here)
		d.must(err)
		var rows, ends int
		d.must(d.View(context.Background(), id.Tilde, func(r db.Reader) error {
			ctx := context.Background()
			if err := db.One(ctx, r, &rows, "SELECT COUNT(*) FROM signin_session WHERE community_id = ?", id.Tilde[:]); err != nil {
				return err
			}
			return db.One(ctx, r, &ends, "SELECT COUNT(*) FROM signin_session_end WHERE community_id = ?", id.Tilde[:])
		}))
		if rows != 1 || ends != 0 {
			d.Errorf("%d sessions and %d ends are kept", rows, ends)
		}
	})
}

// A guise needs a database that was marked as a demo's.
func TestAGuiseIsForDemosOnly(t *testing.T) {
	each(t, func(d desk) {
		_, _, err := d.start(person1, signin.ByGuise, here)
		d.refused(err, signin.ErrNotADemo)
		d.must(d.update(func(ctx context.Context, tx *db.Tx) error { return d.MarkDemo(ctx, tx) }))
		_, token, err := d.start(person1, signin.ByGuise, here)
		d.must(err)
		if d.find(token) == nil {
			d.Error("a guise does not hold in a demo")
		}
	})
}

// What is remembered costs no read.
func TestFindReadsOnce(t *testing.T) {
	env := dbtest.SQLite(t, schemas)
	d := desk{t, env, signin.New(env.DB)}
	_, token, err := d.start(person1, signin.ByCode, here)
	d.must(err)
	d.find(token)
	d.must(env.DB.Close()) // who reads now fails
	if d.find(token) == nil {
		t.Error("a remembered session is gone")
	}
}
