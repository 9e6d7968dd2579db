package relay

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx   = context.Background()
	today = period.Date(2025, 10, 15)
)

// group is the service on one engine, in one community.
type group struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *group)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&group{New(), t, env, id.ID{1}}) })
}

func shop(n int) id.ID { return id.ID{2, byte(n)} }

func (h *group) update(fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *group) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *group) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

// breakfast is the plan's own example.
func (h *group) breakfast() Relay {
	return Relay{Title: "早餐套餐", Starter: shop(0), Discount: 200_000, Until: h.env.Clock.Now().Add(48 * time.Hour), Last: today + 30, Parts: []Part{
		{Trade: "早点铺", What: "豆浆", Pieces: 2}, {Trade: "面包房", What: "菜包", Pieces: 4}, {Trade: "水果店", What: "苹果", Pieces: 1},
	}}
}

func (h *group) begin(r Relay, own Prices) (begun *Relay, err error) {
	err = h.update(func(tx *db.Tx) (err error) {
		r := r
		r.Parts = append([]Part(nil), r.Parts...)
		begun, err = h.Begin(ctx, tx, r, own, today)
		return err
	})
	return begun, err
}

func (h *group) take(r *Relay, n, by int, own Prices) (after *Relay, err error) {
	err = h.update(func(tx *db.Tx) (err error) { after, err = h.Take(ctx, tx, r.ID, n, shop(by), own); return err })
	return after, err
}

func (h *group) leave(r *Relay, by int) error {
	return h.update(func(tx *db.Tx) error { _, err := h.Leave(ctx, tx, r.ID, shop(by)); return err })
}

func (h *group) now(r *Relay) (found *Relay) {
	h.t.Helper()
	h.must(h.env.View(ctx, h.home, func(rd db.Reader) (err error) { found, err = h.ByID(ctx, rd, h.home, r.ID); return err }))
	return found
}

func TestWhatCanBeBegun(t *testing.T) {
	each(t, func(h *group) {
		fair := Prices{3_00, 2_40}
		for _, c := range []struct {
			says string
			edit func(r *Relay)
			own  Prices
			want error
		}{
			{"no name", func(r *Relay) { r.Title = "" }, fair, ErrBadTitle}, {"alone", func(r *Relay) { r.Parts = r.Parts[:1] }, fair, ErrBadParts},
			{"none of a thing", func(r *Relay) { r.Parts[1].Pieces = 0 }, fair, ErrBadParts}, {"of nobody", func(r *Relay) { r.Parts[1].Trade = "" }, fair, ErrBadParts},
			{"until yesterday", func(r *Relay) { r.Until = h.env.Clock.Now() }, fair, ErrBadUntil}, {"for half a year", func(r *Relay) { r.Until = r.Until.Add(WaitMost) }, fair, ErrBadUntil},
			{"sold until yesterday", func(r *Relay) { r.Last = today - 1 }, fair, ErrBadLast}, {"dearer than on the shelf", func(*Relay) {}, Prices{3_00, 3_01}, ErrBadPrice},
			{"for nothing", func(*Relay) {}, Prices{3_00, 0}, ErrBadPrice}, {"breakfast", func(*Relay) {}, fair, nil}, {"breakfast again", func(*Relay) {}, fair, ErrThere},
		} {
			r := h.breakfast()
			c.edit(&r)
			_, err := h.begin(r, c.own)
			h.refused(c.says, err, c.want)
		}
	})
}

func TestASetIsCompletedPartByPart(t *testing.T) {
	each(t, func(h *group) {
		r, err := h.begin(h.breakfast(), Prices{3_00, 2_40})
		h.must(err)
		_, err = h.take(r, 0, 1, Prices{3_00, 2_00})
		h.refused("the part of who began", err, ErrTaken)
		_, err = h.take(r, 3, 1, Prices{3_00, 2_00})
		h.refused("no such part", err, ErrNoPart)
		_, err = h.take(r, 1, 0, Prices{3_00, 2_00})
		h.refused("a second part for one shop", err, ErrInIt)
		_, err = h.take(r, 1, 1, Prices{2_00, 2_00})
		h.must(err)
		h.refused("who is not in it leaves", h.leave(r, 7), ErrNotInIt)
		h.refused("who began it leaves", h.leave(r, 0), ErrStarter)
		h.must(h.leave(r, 1))
		_, err = h.take(r, 1, 2, Prices{2_00, 1_80})
		h.must(err)
		// So far 6.00 + 8.00 on the shelf, 4.80 + 7.20 in the set. An apple of 5.00 makes 19.00, of which a fifth is 3.80: 15.20 − 12.00 = 3.20 at most.
		_, err = h.take(r, 2, 3, Prices{5_00, 3_21})
		h.refused("a fen too dear", err, ErrTooDear)
		if f := fault.Of(err); f.Details["most"] != "3.20" {
			h.t.Errorf("it may cost %v at most", f.Details["most"])
		}
		done, err := h.take(r, 2, 3, Prices{5_00, 3_20})
		h.must(err)
		if shelf, share, free := done.Sum(); done.State() != Complete || shelf != 19_00 || share != 15_20 || free != 0 || Saved(shelf, share) != 200_000 {
			h.t.Errorf("%s: %d, %d, %d", done.State(), shelf, share, free)
		}
		h.refused("it is complete", h.leave(r, 2), ErrComplete)
		if n := h.now(r); !n.Sold(today+30) || n.Sold(today+31) || n.Of(shop(3)).N != 2 {
			h.t.Errorf("%+v", n)
		}
		stop := func(by id.ID, words string) error {
			return h.update(func(tx *db.Tx) error { _, err := h.Withdraw(ctx, tx, r.ID, by, words); return err })
		}
		h.refused("somebody else stops it", stop(shop(3), "x"), ErrNotYours)
		h.refused("without a word", stop(shop(0), ""), ErrNoWords)
		h.must(stop(id.ID{}, "有一家关门了"))
		h.refused("twice", stop(shop(0), "x"), ErrOver)
		if n := h.now(r); n.Sold(today) || n.State() != Stopped {
			h.t.Errorf("%s", n.State())
		}
		late, err := h.begin(h.breakfast(), Prices{3_00, 2_40})
		h.must(err)
		h.env.Clock.Advance(72 * time.Hour)
		_, err = h.take(late, 1, 1, Prices{2_00, 1_00})
		h.refused("too late", err, ErrOver)
		for want := range []int{1, 0} {
			var expired []*Relay
			h.must(h.update(func(tx *db.Tx) (err error) { expired, err = h.Expire(ctx, tx); return err }))
			if len(expired) != 1-want {
				h.t.Errorf("%d expired", len(expired))
			}
		}
		h.must(h.env.View(ctx, h.home, func(rd db.Reader) error {
			waiting, err := h.Waiting(ctx, rd, h.home)
			sold, e := h.Sold(ctx, rd, h.home, today)
			latest, e2 := h.Latest(ctx, rd, h.home, 9)
			if len(waiting) != 0 || len(sold) != 0 || len(latest) != 2 || latest[0].ID != late.ID {
				h.t.Errorf("%d wait, %d are sold, %d in all", len(waiting), len(sold), len(latest))
			}
			return errors.Join(err, e, e2)
		}))
	})
}

// Fifty shops race for one part: one has it.
func TestAPartIsRaced(t *testing.T) {
	each(t, func(h *group) {
		r, err := h.begin(h.breakfast(), Prices{3_00, 2_40})
		h.must(err)
		var got, taken atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				switch _, err := h.take(r, 1, i+1, Prices{2_00, 1_50}); {
				case err == nil:
					got.Add(1)
				case errors.Is(err, ErrTaken):
					taken.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 || taken.Load() != 49 {
			h.t.Errorf("%d got it, %d were told that it is taken", got.Load(), taken.Load())
		}
	})
}

// Whatever shops ask, come and go: a set that is complete is cheap enough and every
// part has another shop; one that is not complete was never shown.
func TestACompleteSetIsCheap(t *testing.T) {
	env := dbtest.SQLite(t, []db.Schema{db.Own, Schema})
	h := &group{New(), t, env, id.ID{1}}
	price := rapid.Custom(func(t *rapid.T) Prices {
		shelf := money.Amount(rapid.Int64Range(1, 999).Draw(t, "shelf"))
		return Prices{shelf, money.Amount(rapid.Int64Range(1, int64(shelf)).Draw(t, "share"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := h.breakfast()
		r.Title, r.Discount = "套餐", money.Rate(rapid.IntRange(0, 500_000).Draw(t, "discount"))
		r.Starter = shop(rapid.IntRange(0, 5).Draw(t, "starter"))
		begun, err := h.begin(r, price.Draw(t, "own"))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			by := rapid.IntRange(0, 5).Draw(t, "by")
			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				err = h.leave(begun, by)
			} else {
				_, err = h.take(begun, rapid.IntRange(0, 2).Draw(t, "n"), by, price.Draw(t, "price"))
			}
			if err != nil && fault.Of(err) == nil {
				t.Fatal(err)
			}
			now := h.now(begun)
			shelf, share, free := now.Sum()
			if (now.State() == Complete) != (free == 0) {
				t.Fatalf("%d parts are free and it is %q", free, now.State())
			}
			if free == 0 && !Cheap(shelf, share, now.Discount) {
				t.Fatalf("%d for %d is not %s less", share, shelf, now.Discount.Percent())
			}
			seen := make(map[id.ID]bool)
			for _, p := range now.Parts {
				if p.Join != nil && seen[p.Join.Shop] {
					t.Fatal("a shop has two parts")
				} else if p.Join != nil {
					seen[p.Join.Shop] = true
				}
			}
		}
		if err := h.update(func(tx *db.Tx) error {
			_, err := h.Withdraw(ctx, tx, begun.ID, id.ID{}, "完")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
