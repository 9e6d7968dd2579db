package merchantday

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx   = context.Background()
	today = period.Date(2025, 10, 15) // a Wednesday
)

// hall is the service on one engine, in one community.
type hall struct {
	*Service
	t    testing.TB
	env  dbtest.Env
	home id.ID
}

func each(t *testing.T, fn func(h *hall)) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) { fn(&hall{New(), t, env, id.ID{1}}) })
}

func shop(n int) id.ID { return id.ID{2, byte(n)} }

func (h *hall) update(fn func(tx *db.Tx) error) error {
	h.env.Clock.Advance(time.Second)
	return h.env.Update(ctx, h.home, db.System, fn)
}

func (h *hall) refused(says string, err, want error) {
	h.t.Helper()
	if !errors.Is(err, want) {
		h.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (h *hall) set(r Rule) (set *Rule, err error) {
	err = h.update(func(tx *db.Tx) (err error) { set, err = h.Set(ctx, tx, r, today); return err })
	return set, err
}

// wednesdays is the plan's own example: on Wednesdays the supermarket.
func wednesdays() Rule {
	return Rule{Kind: OfMerchants, Title: "超市日", OfferKind: OnSpend, Offer: "满 100 元送干洗券", Weekday: int(time.Wednesday), Every: 1, First: today, Last: today + 30, Shops: []id.ID{shop(1)}}
}

// says writes the calendar in a few letters: 10-15:超市日[1].
func (h *hall) says(from, to period.Day) string {
	h.t.Helper()
	var all []Occurrence
	if err := h.env.View(ctx, h.home, func(r db.Reader) (err error) { all, err = h.Between(ctx, r, h.home, from, to); return err }); err != nil {
		h.t.Fatal(err)
	}
	var parts []string
	for _, o := range all {
		p := o.Day.String()[5:] + o.Title
		for _, s := range o.Whose {
			p += fmt.Sprint(s[1])
		}
		if o.Off {
			p += "x"
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, " ")
}

func TestWhatCanBeSet(t *testing.T) {
	each(t, func(h *hall) {
		for _, c := range []struct {
			says string
			edit func(r *Rule)
			want error
		}{
			{"no kind", func(r *Rule) { r.Kind = "" }, ErrBadKind}, {"no name", func(r *Rule) { r.Title = "" }, ErrBadTitle},
			{"nothing is offered", func(r *Rule) { r.Offer = "" }, ErrBadOffer}, {"a link elsewhere", func(r *Rule) { r.Link = "https://x" }, ErrBadLink},
			{"a link that looks like ours", func(r *Rule) { r.Link = "//x" }, ErrBadLink}, {"the eighth day", func(r *Rule) { r.Weekday = 7 }, ErrBadDay},
			{"from yesterday on", func(r *Rule) { r.First = today - 1 }, ErrBadDay}, {"until before it begins", func(r *Rule) { r.Last = today - 1 }, ErrBadDay},
			{"for ever", func(r *Rule) { r.Last = today + Longest + 1 }, ErrBadDay}, {"never", func(r *Rule) { r.Every = 0 }, ErrBadEvery},
			{"of nobody", func(r *Rule) { r.Shops = nil }, ErrNoShops}, {"of one twice", func(r *Rule) { r.Shops = []id.ID{shop(1), shop(1)} }, ErrNoShops},
			{"every Wednesday", func(*Rule) {}, nil}, {"every Wednesday, again", func(*Rule) {}, ErrThere},
			{"members on their own", func(r *Rule) { r.Kind, r.Title, r.Shops = OfMembers, "会员日", nil }, nil},
		} {
			r := wednesdays()
			c.edit(&r)
			_, err := h.set(r)
			h.refused(c.says, err, c.want)
		}
		if got := h.says(today, today+14); got != "10-15会员日 10-15超市日1 10-22会员日 10-22超市日1 10-29会员日 10-29超市日1" {
			h.t.Error(got)
		}
	})
}

func TestShopsTakeTurns(t *testing.T) {
	each(t, func(h *hall) {
		r := wednesdays()
		r.Title, r.Rotate, r.Shops, r.Last = "轮值", true, []id.ID{shop(1), shop(2), shop(3)}, today+28
		turns, err := h.set(r)
		if err != nil {
			t.Fatal(err)
		}
		single := Rule{Kind: OfMerchants, Title: "店庆", OfferKind: Gift, Offer: "送鸡蛋", Weekday: Once, First: today + 3, Shops: []id.ID{shop(9)}}
		party, err := h.set(single)
		if err != nil {
			t.Fatal(err)
		}
		whole := func() string { return h.says(today-5, today+60) }
		if got := whole(); got != "10-15轮值1 10-18店庆9 10-22轮值2 10-29轮值3 11-05轮值1 11-12轮值2" {
			h.t.Fatal(got)
		}
		swap := func(a, b At, words string) error {
			return h.update(func(tx *db.Tx) error { _, _, err := h.Swap(ctx, tx, a, b, words, today); return err })
		}
		off := func(a At, words string) error {
			return h.update(func(tx *db.Tx) error { _, err := h.CallOff(ctx, tx, a, words, today); return err })
		}
		back := func(a At) error {
			return h.update(func(tx *db.Tx) error { _, err := h.Restore(ctx, tx, a, "照旧", today); return err })
		}
		one, two := At{turns.ID, today + 7}, At{turns.ID, today + 14}
		h.refused("without a word", swap(one, two, ""), ErrNoWords)
		h.refused("a day that is none", swap(one, At{turns.ID, today + 8}, "x"), ErrNoSuchDay)
		h.refused("with itself", swap(one, one, "x"), ErrSame)
		h.refused("", swap(one, two, "二店盘货"), nil)
		if got := whole(); got != "10-15轮值1 10-18店庆9 10-22轮值3 10-29轮值2 11-05轮值1 11-12轮值2" {
			h.t.Error(got)
		}
		h.refused("with the party", swap(At{party.ID, today + 3}, two, "换"), nil)
		if got := whole(); got != "10-15轮值1 10-18轮值3 10-22店庆9 10-29轮值2 11-05轮值1 11-12轮值2" {
			h.t.Error(got)
		}
		h.refused("off", off(one, "停电"), nil)
		h.refused("off twice", off(one, "停电"), ErrOff)
		h.refused("a day that is off", swap(one, two, "x"), ErrOff)
		if got := whole(); got != "10-15轮值1 10-18轮值3 10-22店庆9 10-22轮值2x 11-05轮值1 11-12轮值2" {
			h.t.Error(got) // what is called off stands on the day for which it was planned
		}
		h.refused("on again", back(one), nil)
		h.refused("", back(two), nil)
		h.refused("", back(At{party.ID, today + 3}), nil)
		if got := whole(); got != "10-15轮值1 10-18店庆9 10-22轮值2 10-29轮值3 11-05轮值1 11-12轮值2" {
			h.t.Error(got)
		}
		finish := func(words string, on period.Day) error {
			return h.update(func(tx *db.Tx) error { _, err := h.Finish(ctx, tx, turns.ID, words, on); return err })
		}
		h.refused("without a word", finish("", today), ErrNoWords)
		h.refused("", finish("大家都忙", today+22), nil)
		h.refused("twice", finish("大家都忙", today+22), ErrEnded)
		if got := whole(); got != "10-15轮值1 10-18店庆9 10-22轮值2 10-29轮值3 11-05轮值1" {
			h.t.Error(got)
		}
	})
}

// Whatever is planned: every day of a rule lies in its span, on its weekday, so many
// weeks apart; a swap moves and never makes or loses a day; swapped twice all is as
// it was.
func TestTheCalendarHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := func(n int) *Rule {
			r := &Rule{ID: id.ID{byte(n)}, Title: fmt.Sprint(n), Weekday: rapid.IntRange(0, 6).Draw(t, "weekday"), Every: rapid.IntRange(1, 4).Draw(t, "every"),
				First: today + period.Day(rapid.IntRange(0, 40).Draw(t, "first")), Rotate: rapid.Bool().Draw(t, "rotate")}
			r.Last = r.First + period.Day(rapid.IntRange(0, 200).Draw(t, "days"))
			for i := range rapid.IntRange(1, 4).Draw(t, "shops") {
				r.Shops = append(r.Shops, shop(i))
			}
			days := r.Days()
			for i, d := range days {
				if d < r.First || d > r.Last || int(d.Weekday()) != r.Weekday || i > 0 && d-days[i-1] != period.Day(7*r.Every) {
					t.Fatalf("%+v falls on %v", r, d)
				}
			}
			return r
		}
		rules := []*Rule{rule(1), rule(2)}
		plain := Calendar(rules, nil, 0, today+1000)
		if len(plain) < 2 {
			return
		}
		a, b := rapid.SampledFrom(plain).Draw(t, "a"), rapid.SampledFrom(plain).Draw(t, "b")
		swap := []Change{{Rule: a.ID, Day: a.Planned, To: b.Day, Words: "x"}, {Rule: b.ID, Day: b.Planned, To: a.Day, Words: "x"}}
		once := Calendar(rules, swap, 0, today+1000)
		if len(once) != len(plain) {
			t.Fatalf("%d days became %d", len(plain), len(once))
		}
		again := append(swap, Change{Rule: a.ID, Day: a.Planned, To: a.Planned}, Change{Rule: b.ID, Day: b.Planned, To: b.Planned})
		twice := Calendar(rules, again, 0, today+1000)
		for i := range plain {
			p, q := plain[i], twice[i]
			if p.ID != q.ID || p.Day != q.Day || len(p.Whose) != len(q.Whose) || p.Whose[0] != q.Whose[0] {
				t.Fatalf("%+v became %+v", p, q)
			}
		}
	})
}
