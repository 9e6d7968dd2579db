package adslot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx    = context.Background()
	bounds = Bounds{300_00, 500_00}
	today  = period.Date(2025, 10, 15)
	nov    = period.Date(2025, 11, 1).Month()
)

// board is the service on one engine, in one community.
type board struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *board)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&board{New(), t, env, id.ID{1}}) })
}

func shop(n int) id.ID { return id.ID{2, byte(n)} }

func (h *board) update(fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *board) view(fn func(r db.Reader) error) { h.t.Helper(); h.must(h.env.View(ctx, h.home, fn)) }

func (h *board) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *board) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *board) offer(s Slot) (_ Slot, err error) {
	err = h.update(func(tx *db.Tx) (err error) { s, err = h.Offer(ctx, tx, s, bounds); return err })
	return s, err
}

func (h *board) slot(page Page) Slot {
	h.t.Helper()
	s, err := h.offer(Slot{Page: page, Name: "首页第一格", Price: 400_00})
	h.must(err)
	return s
}

func (h *board) book(s Slot, n int, m period.Month) (b Booking, err error) {
	err = h.update(func(tx *db.Tx) (err error) { b, err = h.Book(ctx, tx, s.ID, shop(n), m, today); return err })
	return b, err
}

func (h *board) pay(b Booking) error {
	return h.update(func(tx *db.Tx) error { return h.Pay(ctx, tx, b.ID) })
}

func (h *board) cancel(b Booking, n int, words string, on period.Day) (ended Booking, err error) {
	err = h.update(func(tx *db.Tx) (err error) {
		by := id.ID{}
		if n >= 0 {
			by = shop(n)
		}
		ended, err = h.Cancel(ctx, tx, b.ID, by, words, on, func(used, all int) money.Amount { return money.Amount(used*1000 + all) })
		return err
	})
	return ended, err
}

func (h *board) draft(b Booking, n int, text, target string) (c Creative, err error) {
	err = h.update(func(tx *db.Tx) (err error) {
		c, err = h.Draft(ctx, tx, shop(n), Creative{Booking: b.ID, Text: text, Target: target}, today)
		return err
	})
	return c, err
}

func (h *board) review(c Creative, passed bool, words string) error {
	return h.update(func(tx *db.Tx) error { _, err := h.Review(ctx, tx, c.ID, passed, words); return err })
}

// C10: 300 to 500 a month, one shop a slot and month.
func TestWhatCanBeOfferedAndBooked(t *testing.T) {
	each(t, func(h *board) {
		for _, c := range []struct {
			s    Slot
			want error
		}{
			{Slot{Page: "shop", Name: "x", Price: 400_00}, ErrBadPage}, {Slot{Page: Home, Price: 400_00}, ErrBadName},
			{Slot{Page: Home, Name: "一", Price: 299_99}, ErrBadPrice}, {Slot{Page: Home, Name: "一", Price: 500_01}, ErrBadPrice},
			{Slot{Page: Home, Name: "一", Price: 300_00}, nil}, {Slot{Page: Map, Name: "二", Price: 500_00}, nil},
		} {
			_, err := h.offer(c.s)
			h.refused(fmt.Sprint(c.s), err, c.want)
		}
		s, other := h.slot(Home), h.slot(Map)
		_, err := h.book(s, 1, today.Month()-1)
		h.refused("last month", err, ErrBadMonth)
		_, err = h.book(s, 1, today.Month()+MonthsAhead+1)
		h.refused("too far ahead", err, ErrBadMonth)
		b, err := h.book(s, 1, nov)
		h.must(err)
		if b.Price != 400_00 || b.From != nov.First() {
			t.Errorf("%+v", b)
		}
		if again, err := h.book(s, 1, nov); err != nil || again.ID != b.ID {
			h.t.Errorf("a second tap: %+v, %v", again, err)
		}
		_, err = h.book(s, 2, nov)
		h.refused("taken", err, ErrTaken)
		_, err = h.book(other, 1, nov)
		h.refused("a second slot in the month", err, ErrOther)
		rest, err := h.book(s, 2, today.Month())
		if err != nil || rest.From != today || rest.Price != 219_35 { // 17 of 31 days
			h.t.Errorf("what is left of the month: %+v, %v", rest, err)
		}
		h.must(h.update(func(tx *db.Tx) error { return h.Close(ctx, tx, other.ID) }))
		_, err = h.book(other, 3, nov)
		h.refused("not offered any more", err, ErrClosed)
		h.refused("closed twice", h.update(func(tx *db.Tx) error { return h.Close(ctx, tx, other.ID) }), ErrClosed)
	})
}

// A hundred shops race for one month: one has it.
func TestAMonthIsRaced(t *testing.T) {
	each(t, func(h *board) {
		s := h.slot(Home)
		var got, taken atomic.Int64
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				switch _, err := h.book(s, i, nov); {
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
		if got.Load() != 1 || taken.Load() != 99 {
			h.t.Errorf("%d got it, %d were told that it is taken", got.Load(), taken.Load())
		}
	})
}

func TestGivingAMonthUp(t *testing.T) {
	each(t, func(h *board) {
		s := h.slot(Home)
		for _, c := range []struct {
			says   string
			paid   bool
			on     period.Day
			refund money.Amount
		}{
			{"not paid", false, today, 0},
			{"before it begins", true, nov.First() - 1, 30},
			{"on its first day", true, nov.First(), 1_030},
			{"in the middle", true, nov.First() + 14, 15_030},
			{"on its last day", true, nov.Last(), 30_030},
		} {
			b, err := h.book(s, 1, nov)
			h.must(err)
			if c.paid {
				h.must(h.pay(b))
				h.must(h.pay(b))
			}
			ended, err := h.cancel(b, 1, "", c.on)
			if err != nil || ended.End == nil || ended.End.Refund != c.refund {
				h.t.Errorf("%s: %+v, %v, want %d", c.says, ended.End, err, c.refund)
			}
			_, err = h.cancel(b, 1, "", c.on)
			h.refused(c.says+", twice", err, ErrEnded)
			if !c.paid {
				h.refused("paid afterwards", h.pay(b), ErrEnded)
			}
		}
		b, err := h.book(s, 1, nov)
		h.must(err)
		_, err = h.cancel(b, 2, "", today)
		h.refused("somebody else's", err, ErrNotYours)
		_, err = h.cancel(b, -1, "", today)
		h.refused("by the operator without a word", err, ErrNoWords)
		_, err = h.cancel(b, 1, "", nov.Last()+1)
		h.refused("after it", err, ErrOver)
		for range 2 {
			var lapsed Booking
			h.must(h.update(func(tx *db.Tx) (err error) { lapsed, err = h.Lapse(ctx, tx, b.ID); return err }))
			if lapsed.End == nil || lapsed.End.How != Lapsed {
				h.t.Errorf("%+v", lapsed)
			}
		}
		if _, err := h.book(s, 2, nov); err != nil {
			h.t.Errorf("it is free again: %v", err)
		}
	})
}

// The rest of a month never costs more than the whole, and what is used of a booking
// grows by a day a day until it is all.
func TestDaysAreCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := period.Month(rapid.IntRange(2024*12, 2030*12).Draw(t, "month"))
		full := money.Amount(rapid.Int64Range(1, 500_00).Draw(t, "price"))
		from := m.First() + period.Day(rapid.IntRange(0, int(m.Last()-m.First())).Draw(t, "from"))
		b := Booking{Month: m, From: from, Price: Prorate(full, m.First(), from, m.Last())}
		if b.Price < 0 || b.Price > full || from == m.First() && b.Price != full {
			t.Fatalf("%v costs %d of %d", from, b.Price, full)
		}
		for i := range int(m.Last()-from) + 2 {
			if used, all := b.Days(from - 1 + period.Day(i)); used != i || all != int(m.Last()-from)+1 {
				t.Fatalf("after %d days %d of %d are used", i, used, all)
			}
		}
	})
}

// 《广告法》: what cannot be said, and what can.
func TestWhatTheLawBans(t *testing.T) {
	for text, banned := range map[string]string{
		"周三鲜鱼，现杀现卖": "", "老街坊常来的面馆": "", "满 100 元送干洗券": "", "第二份半价": "", "最近到了新米": "", "最后三天": "", "全家都爱吃": "", "止不住的香": "",
		"本市最好的面馆": "最好", "全 网 最·低": "全网最", "国家级大厨": "国家级", "Ｎｏ.１ 烤鸭": "no.1", "NO.1": "no.1", "排名第一": "排名第一", "附近唯一": "唯一",
		"喝了降血糖": "降血糖", "根治脚气": "根治", "祛湿、排毒": "祛湿排毒", "药到病除": "药到病除", "稳赚不赔": "稳赚", "百分之百纯蜂蜜": "百分之百", "国宴用酒": "国宴",
	} {
		got := Unlawful(text)
		if (got == nil) != (banned == "") || got != nil && (got.Word != banned || got.Why.Key == "") {
			t.Errorf("%s: %+v, want %q", text, got, banned)
		}
	}
	for path, ok := range map[string]bool{
		"/c/C1/shops/ab": true, "/": true, "": false, "//evil.example": false, "https://evil.example": false, "/\\evil": false, "/a?to=//x": false, "/a/../b": false, "/a b": false, "/%2f": false, "/a\n": false,
	} {
		if InHouse(path) != ok {
			t.Errorf("%q is in the house: %v", path, !ok)
		}
	}
}

func TestWhatIsShown(t *testing.T) {
	each(t, func(h *board) {
		s := h.slot(Home)
		b, err := h.book(s, 1, nov)
		h.must(err)
		showing := func(says string, want string) {
			h.t.Helper()
			h.view(func(r db.Reader) error {
				all, err := h.Showing(ctx, r, h.home, nov)
				got := ""
				for _, x := range all {
					got += x.Creative.Text
					if x.Page != Home || x.Shop != shop(1) {
						h.t.Errorf("%+v", x)
					}
				}
				if got != want {
					h.t.Errorf("%s: %q is shown, want %q", says, got, want)
				}
				return err
			})
		}
		for _, c := range []struct {
			shop         int
			text, target string
			want         error
		}{
			{2, "周三鲜鱼", "/c/C1/days", ErrNotYours}, {1, "", "/c/C1/days", ErrBadText}, {1, "这一句话写得实在是太长了所以放不下这一句话写得实在是太长了所以放不下这一句话写得实", "/c/C1/days", ErrBadText},
			{1, "全市第一鲜鱼", "/c/C1/days", ErrUnlawful}, {1, "周三鲜鱼", "https://x.example", ErrBadTarget},
		} {
			_, err := h.draft(b, c.shop, c.text, c.target)
			h.refused(c.text, err, c.want)
		}
		one, err := h.draft(b, 1, "周三鲜鱼", "/c/C1/days")
		h.must(err)
		if again, err := h.draft(b, 1, "周三鲜鱼", "/c/C1/days"); err != nil || again.ID != one.ID {
			h.t.Errorf("a second tap: %+v, %v", again, err)
		}
		h.refused("no without a word", h.review(one, false, ""), ErrNoWords)
		h.must(h.review(one, true, ""))
		h.refused("twice", h.review(one, false, "看错了"), ErrReviewed)
		showing("not paid", "")
		h.must(h.pay(b))
		showing("paid and passed", "周三鲜鱼")
		two, err := h.draft(b, 1, "周五鲜虾", "/c/C1/days")
		h.must(err)
		showing("a new draft waits", "周三鲜鱼")
		h.view(func(r db.Reader) error {
			waiting, err := h.Waiting(ctx, r, h.home, today.Month())
			if len(waiting) != 1 || waiting[0].ID != two.ID {
				h.t.Errorf("%+v", waiting)
			}
			return err
		})
		h.must(h.review(two, false, "图看不清"))
		showing("which did not pass", "周三鲜鱼")
		three, err := h.draft(b, 1, "周六鲜虾", "/c/C1/days")
		h.must(err)
		h.must(h.review(three, true, ""))
		showing("which passed", "周六鲜虾")
		_, err = h.cancel(b, 1, "", today)
		h.must(err)
		showing("given up", "")
		_, err = h.draft(b, 1, "又来", "/c/C1/days")
		h.refused("given up", err, ErrEnded)
	})
}

func TestCountsAreWrittenOnce(t *testing.T) {
	each(t, func(h *board) {
		ad, who := id.ID{7}, func(n int) id.ID { return id.ID{9, byte(n)} }
		tally := NewTally()
		for n := range 3 {
			for look := range LooksADay + 2 {
				if shown := tally.See(h.home, ad, who(n), today); shown != (look < LooksADay) {
					h.t.Errorf("look %d of %d: shown %v", look+1, n, shown)
				}
			}
		}
		if !tally.See(h.home, ad, id.ID{}, today) {
			h.t.Error("nobody in particular is shown it")
		}
		tally.Open(h.home, ad, who(1), today)
		tally.Open(h.home, ad, who(1), today)
		tally.Open(h.home, ad, id.ID{}, today)
		if !tally.See(h.home, ad, who(1), today+1) {
			h.t.Error("a new day")
		}
		batch := tally.Take(h.home)
		tally.See(h.home, ad, who(2), today+1)
		if again := tally.Take(h.home); again != batch || len(batch.Counts) != 2 {
			h.t.Errorf("%v, again %v", batch, again)
		}
		for range 3 { // the answer was lost twice
			h.must(h.update(func(tx *db.Tx) error { return h.Counted(ctx, tx, batch) }))
		}
		tally.Written(h.home)
		next := tally.Take(h.home)
		if next == nil || next.Name == batch.Name || len(next.Counts) != 1 {
			h.t.Fatalf("%+v", next)
		}
		h.must(h.update(func(tx *db.Tx) error { return h.Counted(ctx, tx, next) }))
		if tally.Written(h.home); tally.Take(h.home) != nil {
			h.t.Error("counted out of nothing")
		}
		h.view(func(r db.Reader) error {
			got, err := h.Counts(ctx, r, h.home, ad)
			if fmt.Sprint(got) != fmt.Sprint([]Count{{ad, today, 3, 1}, {ad, today + 1, 2, 0}}) {
				h.t.Errorf("%+v", got)
			}
			return err
		})
	})
	for agent, robot := range map[string]bool{"": true, "Mozilla/5.0 (compatible; Baiduspider/2.0)": true, "curl/8.0": true, "Mozilla/5.0 (Linux; Android 14) Chrome/130 MicroMessenger/8": false} {
		if Robot(agent) != robot {
			t.Errorf("%q is a robot: %v", agent, !robot)
		}
	}
}
