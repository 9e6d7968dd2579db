package volunteer

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// street is the service on one engine.
type street struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *street)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&street{New(), t, env, id.ID{1}}) })
}

func who(n int) id.ID { return id.ID{4, byte(n)} }

func (h *street) as(by int, fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.Actor{Kind: "person", ID: who(by)}, fn)
}

func (h *street) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *street) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *street) today() period.Day { return period.DayOf(h.env.Clock.Now(), time.UTC) }

func profile() Profile {
	return Profile{Place: id.ID{2, 1}, Grid: id.ID{2}, Radius: 800, Windows: []Window{{time.Monday, 540, 720}, {time.Saturday, 840, 1080}},
		Languages: []Language{Mandarin, Dialect}, Limits: Limits{DayMinutes: 120, NoLifting: true, NoStairs: true}, About: "退休了，想帮帮邻居", Likes: "理发"}
}

func (h *street) join(n int, skills ...Skill) error {
	if len(skills) == 0 {
		skills = []Skill{"grooming.haircut", "errand.parcel"}
	}
	return h.as(n, func(tx *db.Tx) error {
		_, err := h.Join(ctx, tx, who(n), id.ID{6, byte(n)}, profile(), skills)
		return err
	})
}

func (h *street) of(n int) (v *Volunteer) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
		v, err = h.ByPerson(ctx, r, h.home, who(n))
		return err
	}))
	return v
}

func (h *street) all() (all []*Volunteer, version int64) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
		all, version, err = h.All(ctx, r, h.home)
		return err
	}))
	return all, version
}

func TestSomebodyHelps(t *testing.T) {
	each(t, func(h *street) {
		h.refused("nothing", h.join(1, "errand"), ErrBadSkill)
		h.refused("everything", h.join(1, slices.Repeat([]Skill{"home.cook"}, skillsMost+1)...), ErrManySkills)
		h.must(h.join(1))
		h.refused("twice", h.join(1), ErrThere)
		v := h.of(1)
		if v.State != Active || len(v.Skills) != 2 || !v.Limits.NoLifting || v.Limits.NoPets || !v.Limits.NoStairs || v.Limits.DayMinutes != 120 ||
			len(v.Windows) != 2 || v.Windows[1].To != 1080 || v.Member != (id.ID{6, 1}) || v.About == "" || !v.Speaks(Dialect) || v.Grid != (id.ID{2}) {
			t.Errorf("%+v", v)
		}
		byID := func(at id.ID) error {
			return h.env.View(ctx, h.home, func(r db.Reader) error {
				found, err := h.ByID(ctx, r, h.home, at)
				if err == nil && found.Person != who(1) {
					t.Errorf("found %s", found.Person)
				}
				return err
			})
		}
		h.must(byID(v.ID))
		h.refused("somebody else", byID(id.ID{9}), ErrNotFound)
		step := func(do func(tx *db.Tx) error) error { return h.as(1, do) }
		pause := func(tx *db.Tx) error { return h.Pause(ctx, tx, who(1), "带孙子") }
		resume := func(tx *db.Tx) error { return h.Resume(ctx, tx, who(1)) }
		stop := func(tx *db.Tx) error { return h.Stop(ctx, tx, who(1), "搬家了") }
		h.refused("goes on without a pause", step(resume), ErrNotThen)
		h.must(step(pause))
		h.refused("pauses twice", step(pause), ErrNotThen)
		if all, _ := h.all(); len(all) != 1 || all[0].State != Paused {
			t.Errorf("%+v", all)
		}
		h.must(step(resume))
		h.must(step(stop))
		h.refused("stops twice", step(stop), ErrNotThen)
		if all, _ := h.all(); len(all) != 0 {
			t.Errorf("who stopped is there: %+v", all)
		}
		h.refused("edits after she stopped", step(func(tx *db.Tx) error {
			_, err := h.Change(ctx, tx, who(1), h.of(1).Version, func(*Profile) {})
			return err
		}), ErrStopped)
		h.must(h.join(1, "home.cook"))
		again := h.of(1)
		if again.ID != v.ID || again.State != Active || len(again.Skills) != 1 {
			t.Errorf("she begins again: %+v", again)
		}
		var steps []Stepped
		h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) {
			steps, err = h.Steps(ctx, r, h.home, who(1))
			return err
		}))
		if len(steps) != 5 || steps[1].Words != "带孙子" || steps[3].State != Stopped {
			t.Errorf("%+v", steps)
		}
	})
}

// The desk and the volunteer edit the same profile: one of them is told that it moved on.
func TestTwoEditAtOnce(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		seen := h.of(1).Version
		var wrote, told atomic.Int64
		var wg sync.WaitGroup
		for by := range 2 {
			wg.Go(func() {
				err := h.as(by+1, func(tx *db.Tx) error {
					_, err := h.Change(ctx, tx, who(1), seen, func(p *Profile) { p.Radius = 1000 + by })
					return err
				})
				switch {
				case err == nil:
					wrote.Add(1)
				case errors.Is(err, ErrChanged):
					told.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrote.Load() != 1 || told.Load() != 1 || h.of(1).Version != seen+1 {
			t.Errorf("%d wrote, %d were told", wrote.Load(), told.Load())
		}
		set := func(version int64, skills ...Skill) error {
			return h.as(1, func(tx *db.Tx) error { _, err := h.Skill(ctx, tx, who(1), version, skills); return err })
		}
		h.refused("an old page", set(seen, "home.cook"), ErrChanged)
		h.refused("a branch", set(seen+1, "home"), ErrBadSkill)
		h.must(set(seen+1, "home.cook", "errand.parcel"))
		if v := h.of(1); len(v.Skills) != 2 || v.Can("grooming.haircut", 0) != Unskilled || v.Can("home.cook", 0) != Declared {
			t.Errorf("%+v", v.Skills)
		}
	})
}

func TestExceptions(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		now := h.env.Clock.Now()
		except := func(e Exception) (err error) {
			return h.as(1, func(tx *db.Tx) error { _, err := h.Except(ctx, tx, who(1), e); return err })
		}
		week := Exception{Kind: Away, Span: Span{now, now.Add(7 * 24 * time.Hour)}, Words: "回老家"}
		h.must(except(week))
		h.must(except(week)) // a second tap
		h.refused("backwards", except(Exception{Kind: Away, Span: Span{now, now}}), ErrBadSpan)
		h.refused("over already", except(Exception{Kind: Extra, Span: Span{now.Add(-2 * time.Hour), now.Add(-time.Hour)}}), ErrBadSpan)
		h.refused("for years", except(Exception{Kind: Away, Span: Span{now, now.AddDate(2, 0, 0)}}), ErrBadSpan)
		h.refused("no such kind", except(Exception{Kind: "asleep", Span: week.Span}), ErrBadSpan)
		v := h.of(1)
		if len(v.Exceptions) != 1 || v.Exceptions[0].Words != "回老家" {
			t.Fatalf("%+v", v.Exceptions)
		}
		usual := func(by int) error {
			return h.as(by, func(tx *db.Tx) error { return h.Usual(ctx, tx, who(by), v.Exceptions[0].ID) })
		}
		h.refused("somebody else's", usual(2), ErrNoException)
		h.must(usual(1))
		h.refused("twice", usual(1), ErrNoException)
		h.must(except(Exception{Kind: Extra, Span: Span{now, now.Add(time.Hour)}}))
		h.env.Clock.Advance(2 * time.Hour)
		h.must(except(Exception{Kind: Extra, Span: Span{now, now.Add(3 * time.Hour)}}))
		if v := h.of(1); len(v.Exceptions) != 1 {
			t.Errorf("what is over is kept: %+v", v.Exceptions)
		}
	})
}

func TestTheReserveOfAShop(t *testing.T) {
	each(t, func(h *street) {
		offer := func() (r *Reserve, err error) {
			err = h.as(8, func(tx *db.Tx) (err error) {
				r, err = h.Offer(ctx, tx, Reserve{Shop: id.ID{9}, Person: who(1), Member: id.ID{6, 1}, Skills: []Skill{"home.clean", "home.windows"}, Windows: []Window{{time.Friday, 780, 960}}})
				return err
			})
			return r, err
		}
		r, err := offer()
		h.must(err)
		_, err = offer()
		h.refused("twice", err, ErrOffered)
		if all, _ := h.all(); len(all) != 0 {
			t.Errorf("nobody asked her: %+v", all)
		}
		answer := func(by int, yes bool) error {
			return h.as(by, func(tx *db.Tx) error { _, err := h.Answer(ctx, tx, r.ID, yes, ""); return err })
		}
		h.refused("the shop answers for her", answer(8, true), ErrNotYours)
		_, before := h.all()
		h.must(answer(1, true))
		h.refused("twice", answer(1, false), ErrNotThen)
		all, after := h.all()
		if len(all) != 1 || all[0].Shop != (id.ID{9}) || all[0].Can("home.clean", 0) != Vouched || len(all[0].Windows) != 1 || after <= before {
			t.Errorf("%+v, version %d after %d", all, after, before)
		}
		h.must(h.as(8, func(tx *db.Tx) error { _, err := h.End(ctx, tx, r.ID, "不在店里做了"); return err }))
		h.refused("ended", answer(1, true), ErrNotThen)
		again, err := offer()
		h.must(err)
		r = again
		h.must(answer(1, false))
		h.must(h.env.View(ctx, h.home, func(rd db.Reader) error {
			mine, err := h.ReservesOf(ctx, rd, h.home, who(1))
			if len(mine) != 2 || mine[0].State != Declined || mine[1].State != Ended || mine[1].Words != "不在店里做了" {
				t.Errorf("%+v", mine)
			}
			shop, err2 := h.ReservesIn(ctx, rd, h.home, id.ID{9})
			if len(shop) != 2 {
				t.Errorf("%+v", shop)
			}
			return errors.Join(err, err2)
		}))
	})
}

func TestSheIsForgotten(t *testing.T) {
	each(t, func(h *street) {
		h.must(h.join(1))
		h.must(h.join(2))
		h.must(h.as(1, func(tx *db.Tx) error { return h.Vouch(ctx, tx, who(2), "errand.parcel", "热心") }))
		h.must(h.as(2, func(tx *db.Tx) error { return h.Vouch(ctx, tx, who(1), "errand.parcel", "热心") }))
		h.must(h.as(1, func(tx *db.Tx) error {
			_, err := h.Hand(ctx, tx, Certificate{Person: who(1), Skill: "errand.parcel", File: id.ID{7}, Name: "证"})
			return err
		}))
		knows := func() (known bool) {
			h.must(h.env.View(ctx, h.home, func(r db.Reader) (err error) { known, err = h.Knows(ctx, r, h.home, who(1)); return err }))
			return known
		}
		if !knows() {
			t.Error("she is not known")
		}
		var files []id.ID
		h.must(h.as(1, func(tx *db.Tx) (err error) { files, err = h.Erase(ctx, tx, who(1)); return err }))
		if len(files) != 1 || files[0] != (id.ID{7}) || knows() {
			t.Errorf("files %v; known %v", files, knows())
		}
		if v := h.of(2); v.Can("errand.parcel", 0) != Vouched {
			t.Error("what she said of another is gone")
		}
	})
}
