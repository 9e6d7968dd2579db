package segment

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func members(from, to int) (all []id.ID) {
	for n := from; n < to; n++ {
		all = append(all, id.ID{5, byte(n)})
	}
	return all
}

func TestAMessageToAGroup(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, home, s, shop := context.Background(), id.ID{1}, New(), id.ID{2}
		month := env.Clock.Now().Add(-time.Hour)
		limits := Limits{K: 10, OfShop: 2, OfMember: 1}
		update := func(fn func(tx *db.Tx) error) error {
			env.Clock.Advance(time.Second)
			return env.Update(ctx, home, db.System, fn)
		}
		refused := func(says string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", says, err, want)
			}
		}
		write := func(c Campaign) error {
			c.Shop = shop
			return update(func(tx *db.Tx) error { return s.Write(ctx, tx, c, month, limits) })
		}
		fine := Campaign{Group: Group{Kind: Regulars}, Title: "周五鲜虾到店", Words: "周五上午到，会员每斤少两元", Counted: 12}
		for says, c := range map[string]struct {
			edit func(c *Campaign)
			want error
		}{
			"to nobody in particular": {func(c *Campaign) { c.Group.Kind = "" }, ErrBadKind}, "of no age": {func(c *Campaign) { c.Group.Kind = OfAge }, ErrBadKind},
			"regulars of an age": {func(c *Campaign) { c.Group.Value = "45-54" }, ErrBadKind}, "without a title": {func(c *Campaign) { c.Title = "" }, ErrBadTitle},
			"without words": {func(c *Campaign) { c.Words = "" }, ErrBadWords}, "to nine": {func(c *Campaign) { c.Counted = 9 }, ErrTooFew},
		} {
			x := fine
			c.edit(&x)
			refused(says, write(x), c.want)
		}
		refused("", write(fine), nil)
		refused("a second tap", write(fine), nil)
		second := fine
		second.Title = "周六鲜蟹到店"
		refused("", write(second), nil)
		third := fine
		third.Title = "周日鲜贝到店"
		refused("a third in a month", write(third), ErrTooMany)
		list := func() (all []*Campaign) {
			if err := env.View(ctx, home, func(r db.Reader) (err error) { all, err = s.OfShop(ctx, r, home, shop); return err }); err != nil {
				t.Fatal(err)
			}
			return all
		}
		all := list()
		if len(all) != 2 {
			t.Fatalf("%d messages", len(all))
		}
		send := func(c *Campaign, to []id.ID) (got []id.ID, err error) {
			err = update(func(tx *db.Tx) (err error) { _, got, err = s.Send(ctx, tx, c.ID, to, month, limits); return err })
			return got, err
		}
		_, err := send(all[0], members(0, 9))
		refused("nine are left of the group", err, ErrTooFew)
		got, err := send(all[0], members(0, 12))
		if err != nil || len(got) != 12 {
			t.Errorf("%v, %v", got, err)
		}
		_, err = send(all[0], members(0, 12))
		refused("twice", err, ErrAnswered)
		_, err = send(all[1], members(0, 21))
		refused("nine have not got one this month", err, ErrTooFew)
		got, err = send(all[1], members(0, 22))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(members(12, 22)) {
			t.Errorf("%v, %v: nobody gets a second one this month", got, err)
		}
		open := func(m id.ID) error { return update(func(tx *db.Tx) error { return s.Open(ctx, tx, all[0].ID, m) }) }
		refused("whom it was not sent to", open(id.ID{5, 20}), ErrNotFound)
		refused("", open(id.ID{5, 3}), nil)
		refused("", open(id.ID{5, 3}), nil)
		refused("", update(func(tx *db.Tx) error { return s.Forget(ctx, tx, id.ID{5, 4}) }), nil)
		if err := env.View(ctx, home, func(r db.Reader) error {
			n, err := s.Opened(ctx, r, home, all[0].ID)
			to, e := s.Recipients(ctx, r, home, all[0].ID)
			if n != 1 || len(to) != 11 {
				t.Errorf("%d opened it, %d are known", n, len(to))
			}
			return errors.Join(err, e)
		}); err != nil {
			t.Fatal(err)
		}
		month = env.Clock.Now()
		refused("a new month", write(third), nil)
		all = list()
		refuse := func(words string) error {
			return update(func(tx *db.Tx) error { _, err := s.Refuse(ctx, tx, all[0].ID, words); return err })
		}
		refused("without a word", refuse(""), ErrNoWords)
		refused("", refuse("像广告，不像优惠"), nil)
		refused("twice", refuse("x"), ErrAnswered)
	})
}
