package flow_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// fair opens a draw at the bakery: two bottles of oil, three bags of points.
func (w *bureau) fair() *draw.Draw {
	w.t.Helper()
	d, err := w.OpenDraw(ctx, w.home, w.act("fang"), draw.Draw{Title: "邻里节福袋", Words: "人人可以报名，不用买东西。", Shop: w.shop("bakery").ID, Least: policy.Silver, ClosesAt: w.env.Clock.Now().Add(24 * time.Hour),
		Bags: []draw.Bag{{Kind: draw.Goods, Name: "花生油", Count: 2, Worth: 60_00, Cost: 40_00}, {Kind: draw.Points, Name: "五十积分", Count: 3, Points: 50}}}, "")
	w.must(err)
	return d
}

func (w *bureau) enter(d *draw.Draw, ref, nonce string) (draw.Entry, error) {
	return w.EnterDraw(ctx, w.home, db.System, id.ID{}, w.member(ref).ID, d.ID, nonce)
}

// neighbours are members n0, n1, …
func (w *bureau) neighbours(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint("n", i))
		w.join(w.home, all[i], policy.Silver, "")
	}
	return all
}

func (w *bureau) drawing(d *draw.Draw) (now *draw.Draw) {
	w.t.Helper()
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { now, err = w.Draws.ByID(ctx, r, w.home, d.ID); return err }))
	return now
}

// TestADrawFromThePromiseToTheBag: promised, entered, listed, drawn, given; anybody's
// doing it again comes out alike.
func TestADrawFromThePromiseToTheBag(t *testing.T) {
	inBureau(t, func(w *bureau) {
		d := w.fair()
		names := w.neighbours(12)
		var wg sync.WaitGroup
		for i := range 60 { // everybody presses five times
			wg.Go(func() { _, _ = w.enter(d, names[i%12], fmt.Sprint("词", i%12)) })
		}
		wg.Wait()
		w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
			return w.Members.Change(ctx, tx, "anna", func(m *member.Member) error { m.Standing = member.Lapsed; return nil })
		}))
		_, err := w.enter(d, "anna", "")
		wrong(t, "who is no member in good standing", err, draw.ErrNotYet)
		_, err = w.EnterDraw(ctx, w.home, w.act("fang"), w.people["fang"], w.member("ben").ID, d.ID, "")
		wrong(t, "who opened it", err, draw.ErrInsider)
		_, err = w.EnterDraw(ctx, w.home, w.act("baker"), w.people["baker"], w.member("ben").ID, d.ID, "")
		wrong(t, "the shop that gives it", err, draw.ErrInsider)
		w.must(w.SweepDraws(ctx, w.home))
		if now := w.drawing(d); now.End != nil || now.Entries != 12 {
			t.Fatalf("%d entries, ended %+v", now.Entries, now.End)
		}
		w.env.Clock.Advance(24 * time.Hour)
		w.must(w.SweepDraws(ctx, w.home))
		w.must(w.SweepDraws(ctx, w.home))
		now := w.drawing(d)
		if now.Outcome == nil || len(now.Outcome.Wins) != 5 || now.Outcome.Size != now.End.Seq+1 {
			t.Fatalf("%+v", now.Outcome)
		}
		points := 0
		for _, n := range names {
			if w.books()["member:"+n+"/points POINT"] == "50" {
				points++
			}
		}
		if points != 3 || w.told()[notice.DrawWon] != 5 {
			t.Errorf("%d got points, %d were told", points, w.told()[notice.DrawWon])
		}
		_, err = w.enter(d, "ben", "")
		wrong(t, "after it was drawn", err, draw.ErrOver)
		oil := now.Outcome.Wins[0]
		_, err = w.HandBag(ctx, w.home, w.act("baker"), w.shop("fruit").ID, oil.Code)
		wrong(t, "at another shop", err, draw.ErrOtherShop)
		before := w.payable("bakery")
		_, err = w.HandBag(ctx, w.home, w.act("baker"), w.shop("bakery").ID, oil.Code)
		w.must(err)
		_, err = w.HandBag(ctx, w.home, w.act("baker"), w.shop("bakery").ID, oil.Code)
		wrong(t, "twice", err, draw.ErrTaken)
		_, err = w.HandBag(ctx, w.home, w.act("baker"), w.shop("bakery").ID, now.Outcome.Wins[4].Code)
		wrong(t, "a bag of points at a counter", err, draw.ErrOtherShop)
		if w.payable("bakery") != before+40_00 {
			t.Errorf("the shop got %v", w.payable("bakery")-before)
		}
		w.env.Clock.Advance(15 * 24 * time.Hour)
		_, err = w.HandBag(ctx, w.home, w.act("baker"), w.shop("bakery").ID, now.Outcome.Wins[1].Code)
		wrong(t, "too late", err, draw.ErrLapsed)
		w.must(w.SweepDraws(ctx, w.home))
		if g := w.drawing(d).Outcome.Wins[1].Given; g == nil || g.Kind != draw.Lapsed {
			t.Errorf("%+v", g)
		}
		w.whole()
	})
}

// TestADrawCalledOff says why, and gives nothing.
func TestADrawCalledOff(t *testing.T) {
	inBureau(t, func(w *bureau) {
		d := w.fair()
		wrong(t, "without a reason", w.CancelDraw(ctx, w.home, w.act("fang"), d.ID, ""), draw.ErrNoReason)
		w.must(w.CancelDraw(ctx, w.home, w.act("fang"), d.ID, "下大雨"))
		wrong(t, "twice", w.CancelDraw(ctx, w.home, w.act("fang"), d.ID, "下大雨"), draw.ErrOver)
		w.env.Clock.Advance(48 * time.Hour)
		w.must(w.SweepDraws(ctx, w.home))
		if now := w.drawing(d); now.Outcome != nil || now.End.Kind != draw.Cancelled {
			t.Errorf("%+v", now)
		}
		w.whole()
	})
}
