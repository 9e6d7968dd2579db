package recruit

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// office is the service on one engine.
type office struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *office)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&office{New(), t, env, id.ID{1}}) })
}

func who(n int) id.ID { return id.ID{4, byte(n)} }

func (h *office) as(by id.ID, fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, id.Tilde, db.Actor{Kind: "person", ID: by}, fn)
}

func (h *office) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *office) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *office) draft() Call {
	return Call{Home: h.home, Role: "volunteer", Title: "招 10 位志愿者", Conditions: "每周有半天空", Wanted: 2, Months: 12, Until: h.env.Clock.Now().Add(14 * 24 * time.Hour)}
}

func (h *office) publish(c Call) (p *Call, err error) {
	err = h.as(who(0), func(tx *db.Tx) (err error) { p, err = h.Publish(ctx, tx, c); return err })
	return p, err
}

func (h *office) apply(c *Call, n int) (a *Application, err error) {
	err = h.as(who(n), func(tx *db.Tx) (err error) {
		a, err = h.Apply(ctx, tx, Application{Call: c.ID, Person: who(n), Words: "我退休了，有空", Named: n%2 == 0})
		return err
	})
	return a, err
}

func (h *office) answer(a *Application, by int, to Answer, words string) error {
	return h.as(who(by), func(tx *db.Tx) error { _, _, err := h.Answer(ctx, tx, a.ID, to, words); return err })
}

func TestACallIsAnswered(t *testing.T) {
	each(t, func(h *office) {
		for _, c := range []struct {
			says string
			edit func(c *Call)
			want error
		}{
			{"for nothing", func(c *Call) { c.Role = "" }, ErrBadRole}, {"no name", func(c *Call) { c.Title = "" }, ErrBadTitle}, {"without conditions", func(c *Call) { c.Conditions = "" }, ErrBadConditions},
			{"nobody is wanted", func(c *Call) { c.Wanted = 0 }, ErrBadWanted}, {"for ever", func(c *Call) { c.Months = 37 }, ErrBadMonths}, {"until yesterday", func(c *Call) { c.Until = h.env.Clock.Now() }, ErrBadUntil},
		} {
			x := h.draft()
			c.edit(&x)
			_, err := h.publish(x)
			h.refused(c.says, err, c.want)
		}
		c, err := h.publish(h.draft())
		h.must(err)
		_, err = h.publish(h.draft())
		h.refused("a second tap", err, ErrThere)
		one, err := h.apply(c, 1)
		h.must(err)
		if again, err := h.apply(c, 1); err != nil || again.ID != one.ID {
			h.t.Errorf("a second tap: %v, %v", again, err)
		}
		two, err := h.apply(c, 2)
		h.must(err)
		note := func(by int, n Note) error {
			return h.as(who(by), func(tx *db.Tx) error { _, err := h.Note(ctx, tx, one.ID, n); return err })
		}
		h.refused("she reviews herself", note(1, Note{Words: "好"}), ErrOwn)
		h.refused("an empty note", note(0, Note{}), ErrBadWords)
		h.refused("talk yesterday", note(0, Note{Interview: h.env.Clock.Now().Add(-time.Hour)}), ErrBadInterview)
		h.must(note(0, Note{Words: "当过楼长", Interview: h.env.Clock.Now().Add(24 * time.Hour)}))
		h.refused("she appoints herself", h.answer(one, 1, Appointed, ""), ErrOwn)
		h.refused("somebody withdraws for her", h.answer(one, 0, Withdrawn, ""), ErrNoApplication)
		h.refused("refused without a word", h.answer(one, 0, Refused, ""), ErrBadWords)
		h.must(h.answer(one, 0, Appointed, "欢迎"))
		h.refused("twice", h.answer(one, 0, Refused, "x"), ErrAnswered)
		h.must(h.answer(two, 2, Withdrawn, ""))
		again, err := h.apply(c, 2)
		h.must(err)
		if again.ID == two.ID {
			h.t.Error("who withdrew cannot apply again")
		}
		h.must(h.answer(again, 0, Refused, "这次人满了"))
		if back, err := h.apply(c, 2); err != nil || back.ID != again.ID {
			h.t.Errorf("who was refused applies again: %v, %v", back, err)
		}
		closing := func(words string) error {
			return h.as(who(0), func(tx *db.Tx) error { _, err := h.Close(ctx, tx, c.ID, words); return err })
		}
		h.refused("without a word", closing(""), ErrBadWords)
		h.must(closing("招满了"))
		h.refused("twice", closing("招满了"), ErrClosed)
		_, err = h.apply(c, 5)
		h.refused("closed", err, ErrClosed)
		reopen := h.draft()
		reopen.Title, reopen.Reopens = "再招", c.ID
		_, err = h.publish(reopen)
		h.refused("somebody fitted", err, ErrFound)
	})
}

// Fifty tap "appoint" for fifty applicants: as many are appointed as are wanted.
func TestPlacesAreRaced(t *testing.T) {
	each(t, func(h *office) {
		c, err := h.publish(h.draft())
		h.must(err)
		var all []*Application
		for n := range 30 {
			a, err := h.apply(c, n+1)
			h.must(err)
			all = append(all, a)
		}
		var got atomic.Int64
		var wg sync.WaitGroup
		for _, a := range all {
			wg.Go(func() {
				switch err := h.answer(a, 0, Appointed, ""); {
				case err == nil:
					got.Add(1)
				case !errors.Is(err, ErrFull):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 2 {
			h.t.Errorf("%d were appointed, 2 are wanted", got.Load())
		}
	})
}

func TestWhatApplicantsWroteGoes(t *testing.T) {
	each(t, func(h *office) {
		c, err := h.publish(h.draft())
		h.must(err)
		var all []*Application
		for n := range 4 {
			a, err := h.apply(c, n+1)
			h.must(err)
			all = append(all, a)
		}
		h.must(h.answer(all[0], 0, Appointed, ""))
		h.must(h.answer(all[1], 0, Refused, "下次"))
		h.must(h.answer(all[2], 3, Withdrawn, ""))
		answered := h.env.Clock.Now()
		forget := func(home id.ID, before time.Time) (n int) {
			h.must(h.as(who(0), func(tx *db.Tx) (err error) { n, err = h.Forget(ctx, tx, home, before); return err }))
			return n
		}
		if forget(h.home, answered.Add(-time.Hour)) != 0 || forget(id.ID{9}, answered.Add(time.Hour)) != 0 {
			h.t.Error("too early, or of another community")
		}
		if n := forget(h.home, answered.Add(time.Second)); n != 2 {
			h.t.Errorf("%d are forgotten, the refused and the withdrawn one should be", n)
		}
		left := func() (n int) {
			h.must(h.env.View(ctx, id.Tilde, func(r db.Reader) error {
				all, err := h.Applications(ctx, r, c.ID)
				n = len(all)
				return err
			}))
			return n
		}
		if left() != 2 {
			h.t.Errorf("%d are left", left())
		}
		h.must(h.as(who(0), func(tx *db.Tx) error { return h.Erase(ctx, tx, who(4)) }))
		if left() != 1 {
			h.t.Errorf("%d are left after one was erased", left())
		}
	})
}
