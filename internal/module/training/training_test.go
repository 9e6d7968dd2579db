package training

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var ctx = context.Background()

// room is the service on one engine, in one community.
type room struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *room)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&room{New(), t, env, id.ID{1}}) })
}

func shop(n int) id.ID { return id.ID{2, byte(n >> 8), byte(n)} }

func (h *room) update(fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *room) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *room) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *room) view(fn func(r db.Reader) error) { h.t.Helper(); h.must(h.env.View(ctx, h.home, fn)) }

// next is a session of tomorrow.
func (h *room) next(seats int) Session {
	begins := h.env.Clock.Now().Add(24 * time.Hour)
	return Session{Title: "夏天怎么存菜", Place: "社区活动室", Begins: begins, Ends: begins.Add(90 * time.Minute), Seats: seats}
}

func (h *room) plan(seats int) (s *Session) {
	h.t.Helper()
	h.must(h.update(func(tx *db.Tx) error {
		all, err := h.Plan(ctx, tx, h.next(seats), 1)
		if err == nil {
			s = all[0]
		}
		return err
	}))
	return s
}

func (h *room) signUp(s *Session, n int) (u Signup, err error) {
	err = h.update(func(tx *db.Tx) (err error) { u, err = h.SignUp(ctx, tx, s.ID, shop(n)); return err })
	return u, err
}

func (h *room) leave(s *Session, n int) (moved *Signup, err error) {
	err = h.update(func(tx *db.Tx) (err error) { moved, err = h.Leave(ctx, tx, s.ID, shop(n)); return err })
	return moved, err
}

// C9: what can be planned, in the words of the form.
func TestWhatCanBePlanned(t *testing.T) {
	each(t, func(h *room) {
		for _, c := range []struct {
			says  string
			edit  func(s *Session)
			weeks int
			want  error
		}{
			{"nothing is said", func(s *Session) { s.Title = "" }, 1, ErrBadTitle},
			{"two lines for a title", func(s *Session) { s.Title = "一\n二" }, 1, ErrBadTitle},
			{"nowhere", func(s *Session) { s.Place = " " }, 1, ErrBadPlace},
			{"yesterday", func(s *Session) { s.Begins = h.env.Clock.Now().Add(-time.Hour) }, 1, ErrBadTime},
			{"ends before it begins", func(s *Session) { s.Ends = s.Begins }, 1, ErrBadTime},
			{"a night through", func(s *Session) { s.Ends = s.Begins.Add(13 * time.Hour) }, 1, ErrBadTime},
			{"no seats", func(s *Session) { s.Seats = 0 }, 1, ErrBadSeats},
			{"a stadium", func(s *Session) { s.Seats = seatsMost + 1 }, 1, ErrBadSeats},
			{"for ever", func(*Session) {}, WeeksMost + 1, ErrBadWeeks},
			{"for no week", func(*Session) {}, 0, ErrBadWeeks},
			{"four Thursdays", func(*Session) {}, 4, nil},
			{"the same hour again", func(s *Session) { s.Begins = s.Begins.Add(-time.Duration(7) * time.Second) }, 1, nil},
		} {
			s := h.next(20)
			c.edit(&s)
			h.refused(c.says, h.update(func(tx *db.Tx) error { _, err := h.Plan(ctx, tx, s, c.weeks); return err }), c.want)
		}
		h.view(func(r db.Reader) error {
			all, err := h.Between(ctx, r, h.home, h.env.Clock.Now(), h.env.Clock.Now().AddDate(0, 2, 0))
			if len(all) != 5 || all[1].Begins.Equal(all[2].Begins) || len(all[0].Code) != 6 || strings.Trim(all[0].Code, "0123456789") != "" {
				h.t.Errorf("%d planned: %+v", len(all), all)
			}
			codes := make(map[string]bool)
			for _, s := range all {
				codes[s.Code] = true
			}
			if len(codes) < 3 {
				h.t.Error("the codes do not differ")
			}
			return err
		})
		s := h.plan(3)
		again := *s
		h.refused("at an hour that is taken", h.update(func(tx *db.Tx) error { _, err := h.Plan(ctx, tx, again, 1); return err }), ErrTaken)
	})
}

func TestSeatsAndTheQueue(t *testing.T) {
	each(t, func(h *room) {
		s := h.plan(2)
		for n, want := range []int{0, 0, 1, 2} {
			if u, err := h.signUp(s, n); err != nil || u.Waiting != want {
				h.t.Errorf("shop %d waits at %d (%v), want %d", n, u.Waiting, err, want)
			}
		}
		if u, err := h.signUp(s, 2); err != nil || u.Waiting != 1 {
			h.t.Errorf("a second tap: %+v, %v", u, err)
		}
		if moved, err := h.leave(s, 3); err != nil || moved != nil {
			h.t.Errorf("who waits leaves, and nobody moves: %+v, %v", moved, err)
		}
		if moved, err := h.leave(s, 0); err != nil || moved == nil || moved.Shop != shop(2) || moved.Waiting != 0 {
			h.t.Errorf("a seat becomes free: %+v, %v", moved, err)
		}
		if u, err := h.signUp(s, 0); err != nil || u.Waiting != 1 {
			h.t.Errorf("who comes back waits at the end: %+v, %v", u, err)
		}
		_, err := h.leave(s, 9)
		h.refused("who never signed up leaves", err, ErrNotSigned)
		_, err = h.signUp(&Session{ID: id.ID{9}}, 1)
		h.refused("a session that is not there", err, ErrNotFound)

		off := h.plan(2)
		h.refused("without a word why", h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, off.ID, ""); return err }), ErrBadWords)
		h.must(h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, off.ID, "讲师病了"); return err }))
		_, err = h.signUp(off, 1)
		h.refused("called off", err, ErrOff)
		h.env.Clock.Advance(24 * time.Hour)
		_, err = h.signUp(s, 7)
		h.refused("begun", err, ErrBegun)
		_, err = h.leave(s, 2)
		h.refused("begun", err, ErrBegun)
		h.refused("begun", h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, s.ID, "x"); return err }), ErrBegun)
	})
}

// A hundred shops at once for seven seats: seven sit, and the others wait in a queue
// without gaps; each shop stands in it once though it taps twice.
func TestTheLastSeatIsRaced(t *testing.T) {
	each(t, func(h *room) {
		s := h.plan(7)
		var seated atomic.Int64
		var mu sync.Mutex
		places := make(map[int]int)
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				var u Signup
				err := h.env.Update(ctx, h.home, db.System, func(tx *db.Tx) (err error) { u, err = h.SignUp(ctx, tx, s.ID, shop(i/2)); return err })
				if err != nil {
					t.Error(err)
				}
				if u.Waiting == 0 {
					seated.Add(1)
				}
				mu.Lock()
				places[u.Waiting]++
				mu.Unlock()
			})
		}
		wg.Wait()
		if seated.Load() != 14 || len(places) != 94 { // both taps of seven shops; 93 wait, each at its own place
			h.t.Errorf("%d answers said a seat, %d different places", seated.Load(), len(places))
		}
		h.view(func(r db.Reader) error {
			queue, err := h.Queue(ctx, r, h.home, s)
			in := make(map[id.ID]bool)
			for i, u := range queue {
				if in[u.Shop] || u.Waiting != max(0, i-6) {
					h.t.Errorf("%d: %+v", i, u)
				}
				in[u.Shop] = true
			}
			if len(queue) != 100 {
				h.t.Errorf("%d in the queue", len(queue))
			}
			return err
		})
	})
}

// Whatever shops do, no more sit than there are seats, a seat is empty only while
// nobody waits, and nobody is overtaken.
func TestTheQueueIsFair(t *testing.T) {
	env := dbtest.SQLite(t, []db.Schema{db.Own, Schema})
	h := &room{New(), t, env, id.ID{1}}
	rapid.Check(t, func(t *rapid.T) {
		h.env.Clock.Advance(time.Hour)
		s := h.plan(rapid.IntRange(1, 4).Draw(t, "seats"))
		var order []int // as it should be
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			n := rapid.IntRange(0, 6).Draw(t, "shop")
			at := -1
			for i, o := range order {
				if o == n {
					at = i
				}
			}
			if rapid.Bool().Draw(t, "comes") {
				if _, err := h.signUp(s, n); err != nil {
					t.Fatal(err)
				}
				if at < 0 {
					order = append(order, n)
				}
			} else if _, err := h.leave(s, n); (err == nil) != (at >= 0) {
				t.Fatal(err)
			} else if at >= 0 {
				order = append(order[:at:at], order[at+1:]...)
			}
		}
		err := env.View(ctx, h.home, func(r db.Reader) error {
			queue, err := h.Queue(ctx, r, h.home, s)
			if len(queue) != len(order) {
				t.Fatalf("%d in the queue, want %d", len(queue), len(order))
			}
			for i, u := range queue {
				if u.Shop != shop(order[i]) || (u.Waiting == 0) != (i < s.Seats) {
					t.Fatalf("at %d stands %+v", i, u)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWhoWasThere(t *testing.T) {
	each(t, func(h *room) {
		s := h.plan(2)
		arrive := func(n int, code string) error {
			return h.update(func(tx *db.Tx) error { return h.Arrive(ctx, tx, s.ID, shop(n), code) })
		}
		list := func(words string, n ...int) error {
			var there []id.ID
			for _, n := range n {
				there = append(there, shop(n))
			}
			return h.update(func(tx *db.Tx) error { return h.List(ctx, tx, s.ID, there, words) })
		}
		counted := func(says string, want map[int]int) {
			h.t.Helper()
			h.view(func(r db.Reader) error {
				got, err := h.Attended(ctx, r, h.home, dbtest.Epoch, dbtest.Epoch.AddDate(0, 3, 0))
				if len(got) != len(want) {
					h.t.Errorf("%s: %v", says, got)
				}
				for n, times := range want {
					if got[shop(n)] != times {
						h.t.Errorf("%s: shop %d was there %d times, want %d", says, n, got[shop(n)], times)
					}
				}
				return err
			})
		}
		h.refused("before it begins", arrive(1, s.Code), ErrNotBegun)
		h.env.Clock.Set(s.Begins)
		h.refused("with a wrong code", arrive(1, "000000x"), ErrBadCode)
		h.must(arrive(1, s.Code))
		h.must(arrive(1, s.Code))
		h.must(arrive(2, s.Code))
		counted("two came", map[int]int{1: 1, 2: 1})
		h.must(list("", 1, 2, 3))
		counted("and one from the list", map[int]int{1: 1, 2: 1, 3: 1})
		h.refused("without a word why", list("", 1, 3), ErrBadWords)
		h.must(list("签错了行", 1, 3))
		counted("2 was not", map[int]int{1: 1, 3: 1})
		h.must(list("", 1, 2, 3))
		counted("2 was after all", map[int]int{1: 1, 2: 1, 3: 1})

		judge := func(n, stars int, words string) error {
			return h.update(func(tx *db.Tx) error {
				return h.Judge(ctx, tx, s.ID, Feedback{Shop: shop(n), Stars: stars, Words: words})
			})
		}
		h.refused("who was not there judges", judge(9, 5, ""), ErrNotThere)
		h.refused("six of five", judge(1, 6, ""), ErrBadStars)
		h.must(judge(1, 4, "讲得实在"))
		h.refused("twice", judge(1, 1, ""), ErrGiven)
		record := func(words string) error {
			return h.update(func(tx *db.Tx) error { return h.Record(ctx, tx, s.ID, words) })
		}
		h.refused("empty minutes", record(""), ErrBadWords)
		h.must(record("说了冷柜温度"))
		h.must(record("说了冷柜温度和台账"))
		h.env.Clock.Set(s.Ends.Add(CodeUntil + time.Second))
		h.refused("too late by code", arrive(4, s.Code), ErrOver)
		h.must(list("", 1, 2, 3, 4))
		h.env.Clock.Set(s.Ends.Add(ListUntil + time.Second))
		h.refused("too late by list", list("x", 1), ErrOver)
		h.view(func(r db.Reader) error {
			f, err := h.Feedbacks(ctx, r, h.home, s.ID)
			if err != nil || len(f) != 1 || f[0].Stars != 4 {
				h.t.Errorf("%+v, %v", f, err)
			}
			m, err := h.MinutesOf(ctx, r, h.home, s.ID)
			if err != nil || len(m) != 2 || m[0].Words != "说了冷柜温度和台账" {
				h.t.Errorf("%+v, %v", m, err)
			}
			none, err := h.Attended(ctx, r, h.home, dbtest.Epoch, s.Begins)
			if err != nil || len(none) != 0 {
				h.t.Errorf("the end of a span is not in it: %v, %v", none, err)
			}
			return err
		})
	})
}

func TestMaterial(t *testing.T) {
	each(t, func(h *room) {
		s := h.plan(2)
		hand := func(m Material) (kept Material, err error) {
			m.Session = s.ID
			err = h.update(func(tx *db.Tx) (err error) { kept, err = h.Hand(ctx, tx, m); return err })
			return kept, err
		}
		for link, want := range map[string]error{
			"https://example.org/a.pdf": nil, "http://example.org": ErrBadLink, "javascript:alert(1)": ErrBadLink, "": ErrBadLink, "https://": ErrBadLink, "https://u:p@example.org": ErrBadLink,
		} {
			_, err := hand(Material{Title: "讲义", Link: link})
			h.refused(link, err, want)
		}
		_, err := hand(Material{Link: "https://example.org"})
		h.refused("without a title", err, ErrBadMaterial)
		m, err := hand(Material{Title: "讲义二", File: id.ID{8}})
		h.must(err)
		h.must(h.update(func(tx *db.Tx) error { return h.TakeBack(ctx, tx, s.ID, m.ID) }))
		h.refused("twice", h.update(func(tx *db.Tx) error { return h.TakeBack(ctx, tx, s.ID, m.ID) }), ErrNoMaterial)
		h.view(func(r db.Reader) error {
			all, err := h.Materials(ctx, r, h.home, s.ID)
			if len(all) != 1 || all[0].Title != "讲义" {
				h.t.Errorf("%+v", all)
			}
			return err
		})
		reminded := func() (first bool) {
			h.must(h.update(func(tx *db.Tx) (err error) { first, err = h.Remind(ctx, tx, s.ID); return err }))
			return first
		}
		h.view(func(r db.Reader) error {
			left, err := h.Unreminded(ctx, r, h.home, []*Session{s})
			if len(left) != 1 {
				h.t.Error("reminded before anybody was")
			}
			return err
		})
		if !reminded() || reminded() {
			h.t.Error("reminded not once")
		}
		h.view(func(r db.Reader) error {
			left, err := h.Unreminded(ctx, r, h.home, []*Session{s})
			if len(left) != 0 {
				h.t.Error("not known as reminded")
			}
			return err
		})
	})
}
