package draw_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx  = context.Background()
	home = id.ID{1}
	shop = id.ID{9}
)

// fair is a fair of a test.
type fair struct {
	dbtest.Env
	*draw.Service
	t testing.TB
}

func atFair(t *testing.T, fn func(f *fair)) {
	dbtest.Each(t, []db.Schema{db.Own, draw.Schema}, func(t *testing.T, env dbtest.Env) { fn(&fair{env, draw.New(), t}) })
}

func (f *fair) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fair) update(fn func(tx *db.Tx) error) error {
	return f.Update(ctx, home, db.Actor{Kind: "person", ID: id.ID{7}}, fn)
}

// open opens a draw of so many bags of oil and points.
func (f *fair) open(oil, points int) (d *draw.Draw, seed draw.Hash) {
	f.t.Helper()
	f.must(f.update(func(tx *db.Tx) error {
		d = &draw.Draw{Title: "邻里节福袋", Words: "人人可以报名。", Shop: shop, ClosesAt: tx.Now.Add(24 * time.Hour), CollectDays: 7,
			Bags: []draw.Bag{{Kind: draw.Goods, Name: "花生油", Count: oil, Worth: 60_00, Cost: 40_00}, {Kind: draw.Points, Name: "50 积分", Count: points, Points: 50, Worth: 5_00}}}
		p := policy.Trial2025().Promotions
		if err := d.Validate(&p, tx.Now); err != nil {
			return err
		}
		seed = f.Begin(tx, d)
		d.Seq = 3
		return f.Open(ctx, tx, d, seed)
	}))
	return d, seed
}

func (f *fair) enter(d *draw.Draw, member id.ID, nonce string) (e draw.Entry, err error) {
	err = f.update(func(tx *db.Tx) error {
		now, err := f.ByID(ctx, tx, home, d.ID)
		if err != nil {
			return err
		}
		e, err = f.Enter(ctx, tx, now, member, nonce)
		return err
	})
	return e, err
}

func (f *fair) read(d *draw.Draw) (now *draw.Draw) {
	f.t.Helper()
	f.must(f.View(ctx, home, func(r db.Reader) (err error) { now, err = f.ByID(ctx, r, home, d.ID); return err }))
	return now
}

// draws closes and draws.
func (f *fair) draws(d *draw.Draw, seed, root draw.Hash) (now *draw.Draw) {
	f.t.Helper()
	f.Clock.Set(d.ClosesAt)
	f.must(f.update(func(tx *db.Tx) error {
		now, err := f.ByID(ctx, tx, home, d.ID)
		if err != nil {
			return err
		}
		entries, err := f.Entries(ctx, tx, home, d.ID)
		if err != nil {
			return err
		}
		list := sha256.Sum256(draw.ListText(draw.Lines(entries)))
		if err := f.Close(ctx, tx, now, len(entries), list, 4); err != nil {
			return err
		}
		won := draw.Winners(draw.Mix(seed, list, root), draw.Tickets(entries), now.Count())
		return f.Draw(ctx, tx, now, draw.Outcome{Size: 5, Root: root, Seed: seed, Seq: 5}, won)
	}))
	return f.read(d)
}

// TestADraw: opened, entered, closed, drawn, handed over; the seed is told last.
func TestADraw(t *testing.T) {
	atFair(t, func(f *fair) {
		d, seed := f.open(2, 3)
		mine, err := f.enter(d, id.ID{20}, " 风调雨顺 ")
		f.must(err)
		for n := range byte(9) {
			_, err := f.enter(d, id.ID{30 + n}, "")
			f.must(err)
		}
		if _, err := f.enter(d, id.ID{20}, "再来"); !errors.Is(err, draw.ErrEntered) {
			t.Errorf("entered twice: %v", err)
		}
		if _, err := f.enter(d, id.ID{21}, strings.Repeat("长", 41)); !errors.Is(err, draw.ErrBadNonce) {
			t.Errorf("a long word: %v", err)
		}
		if now := f.read(d); now.Entries != 10 || now.Outcome != nil || now.SeedHash != draw.Commit(seed) || now.Count() != 5 {
			t.Errorf("%+v", now)
		}
		f.must(f.View(ctx, home, func(r db.Reader) error {
			if s, err := f.SeedOf(ctx, r, home, d.ID); !errors.Is(err, draw.ErrNotFound) || s != (draw.Hash{}) {
				t.Errorf("the seed of an open draw: %x, %v", s, err)
			}
			return nil
		}))
		now := f.draws(d, seed, seedOf(8))
		if now.Outcome == nil || now.Outcome.Seed != seed || len(now.Outcome.Wins) != 5 || now.End.Entries != 10 {
			t.Fatalf("%+v", now.Outcome)
		}
		for i, w := range now.Outcome.Wins {
			if want := map[bool]int{true: 0, false: 1}[i < 2]; w.Bag != want || w.Place != i || w.Given != nil || len(w.Code) != 8 {
				t.Errorf("%+v", w)
			}
		}
		if _, err := f.enter(d, id.ID{40}, ""); !errors.Is(err, draw.ErrOver) {
			t.Errorf("entered afterwards: %v", err)
		}
		f.must(f.View(ctx, home, func(r db.Reader) error {
			e, err := f.EntryOf(ctx, r, home, d.ID, id.ID{20})
			if err != nil || e.Ticket != mine.Ticket || e.Nonce != "风调雨顺" || e.Hash != sha256.Sum256([]byte("风调雨顺")) {
				t.Errorf("%+v, %v", e, err)
			}
			return err
		}))
	})
}

// TestABagIsSomebodysOnce: many hands at the counter at once, one gives it.
func TestABagIsSomebodysOnce(t *testing.T) {
	atFair(t, func(f *fair) {
		d, seed := f.open(1, 0+1)
		for n := range byte(6) {
			_, err := f.enter(d, id.ID{30 + n}, fmt.Sprint(n))
			f.must(err)
		}
		code := f.draws(d, seed, seedOf(1)).Outcome.Wins[0].Code
		var given, lapsed atomic.Int64
		var wg sync.WaitGroup
		for n := range 48 {
			wg.Go(func() {
				kind := draw.Handed
				if n%3 == 0 {
					kind = draw.Lapsed
				}
				err := f.update(func(tx *db.Tx) error {
					w, err := f.ByCode(ctx, tx, home, code)
					if err != nil {
						return err
					}
					return f.Give(ctx, tx, w, kind, -1)
				})
				switch {
				case err == nil && kind == draw.Handed:
					given.Add(1)
				case err == nil:
					lapsed.Add(1)
				}
			})
		}
		wg.Wait()
		if given.Load()+lapsed.Load() != 1 {
			t.Errorf("handed %d times, lapsed %d times", given.Load(), lapsed.Load())
		}
	})
}

// TestMembersEnterOnce: however often she presses the button.
func TestMembersEnterOnce(t *testing.T) {
	atFair(t, func(f *fair) {
		d, _ := f.open(1, 1)
		var entered atomic.Int64
		var wg sync.WaitGroup
		for n := range 64 {
			wg.Go(func() {
				if _, err := f.enter(d, id.ID{byte(n % 4)}, fmt.Sprint(n)); err == nil {
					entered.Add(1)
				}
			})
		}
		wg.Wait()
		if entered.Load() != 4 || f.read(d).Entries != 4 {
			t.Errorf("%d entries of four members, %d stand", entered.Load(), f.read(d).Entries)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	p := policy.Trial2025().Promotions
	now := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC)
	good := func() *draw.Draw {
		return &draw.Draw{Title: "福袋", Words: "不用买东西。", Shop: shop, ClosesAt: now.Add(time.Hour), Bags: []draw.Bag{{Kind: draw.Goods, Name: "油", Count: 1, Worth: 60_00}}}
	}
	if err := good().Validate(&p, now); err != nil {
		t.Fatal(err)
	}
	for says, c := range map[string]struct {
		spoil func(d *draw.Draw)
		want  error
	}{
		"no title":                    {func(d *draw.Draw) { d.Title = "" }, draw.ErrBadTitle},
		"no words":                    {func(d *draw.Draw) { d.Words = "" }, draw.ErrBadWords},
		"over before it begins":       {func(d *draw.Draw) { d.ClosesAt = now }, draw.ErrBadClose},
		"open for a quarter":          {func(d *draw.Draw) { d.ClosesAt = now.AddDate(0, 3, 0) }, draw.ErrBadClose},
		"nothing in it":               {func(d *draw.Draw) { d.Bags = nil }, draw.ErrNoBags},
		"no bags":                     {func(d *draw.Draw) { d.Bags[0].Count = 0 }, draw.ErrBadBag},
		"more bags than the policy":   {func(d *draw.Draw) { d.Bags[0].Count = p.DrawWinnersMax + 1 }, draw.ErrTooMany},
		"dearer than the law has it":  {func(d *draw.Draw) { d.Bags[0].Worth = draw.LawfulPrize + 1 }, draw.ErrTooDear},
		"goods without a counter":     {func(d *draw.Draw) { d.Shop = id.ID{} }, draw.ErrNoCounter},
		"points that are none":        {func(d *draw.Draw) { d.Bags[0].Kind = draw.Points }, draw.ErrBadBag},
		"a kind that nobody knows":    {func(d *draw.Draw) { d.Bags[0].Kind = "cash" }, draw.ErrBadBag},
		"points that cost the shop":   {func(d *draw.Draw) { d.Bags[0].Kind, d.Bags[0].Points, d.Bags[0].Cost = draw.Points, 5, 1 }, draw.ErrBadBag},
		"a name that nobody can read": {func(d *draw.Draw) { d.Bags[0].Name = strings.Repeat("油", 41) }, draw.ErrBadBag},
	} {
		d := good()
		c.spoil(d)
		if err := d.Validate(&p, now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", says, err, c.want)
		}
	}
}
