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
		d := &desk{t, env, New(), env.Clock.Now().Add(-time.Hour)}
		d.writing()
		all := d.list()
		if len(all) != 2 {
			t.Fatalf("%d messages", len(all))
		}
		d.sending(all[0].ID, all[1].ID)
		d.opening(all[0].ID)
		d.month = env.Clock.Now()
		third := fine
		third.Title = "周日鲜贝到店"
		d.refused("a new month", d.write(third), nil)
		newest := d.list()[0].ID
		refuse := func(words string) error {
			return d.update(func(tx *db.Tx) error { _, err := d.s.Refuse(ctx, tx, newest, words); return err })
		}
		d.refused("without a word", refuse(""), ErrNoWords)
		d.refused("", refuse("像广告，不像优惠"), nil)
		d.refused("twice", refuse("x"), ErrAnswered)
	})
}

var (
	ctx        = context.Background()
	home, shop = id.ID{1}, id.ID{2}
	limits     = Limits{K: 10, OfShop: 2, OfMember: 1}
	fine       = Campaign{Shop: shop, Group: Group{Kind: Regulars}, Title: "周五鲜虾到店", Words: "周五上午到，会员每斤少两元", Counted: 12}
)

// A desk is where a shop's messages are written and sent in a month.
type desk struct {
	t     *testing.T
	env   dbtest.Env
	s     *Service
	month time.Time
}

func (d *desk) update(fn func(tx *db.Tx) error) error {
	d.env.Clock.Advance(time.Second)
	return d.env.Update(ctx, home, db.System, fn)
}

func (d *desk) refused(says string, err, want error) {
	d.t.Helper()
	if !errors.Is(err, want) {
		d.t.Errorf("%s: %v, want %v", says, err, want)
	}
}

func (d *desk) write(c Campaign) error {
	return d.update(func(tx *db.Tx) error { return d.s.Write(ctx, tx, c, d.month, limits) })
}

func (d *desk) list() (all []*Campaign) {
	d.t.Helper()
	if err := d.env.View(ctx, home, func(r db.Reader) (err error) { all, err = d.s.OfShop(ctx, r, home, shop); return err }); err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d *desk) writing() {
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
		d.refused(says, d.write(x), c.want)
	}
	d.refused("", d.write(fine), nil)
	d.refused("a second tap", d.write(fine), nil)
	second := fine
	second.Title = "周六鲜蟹到店"
	d.refused("", d.write(second), nil)
	third := fine
	third.Title = "周日鲜贝到店"
	d.refused("a third in a month", d.write(third), ErrTooMany)
}

func (d *desk) sending(one, two id.ID) {
	send := func(c id.ID, to []id.ID) (got []id.ID, err error) {
		err = d.update(func(tx *db.Tx) (err error) { _, got, err = d.s.Send(ctx, tx, c, to, d.month, limits); return err })
		return got, err
	}
	_, err := send(one, members(0, 9))
	d.refused("nine are left of the group", err, ErrTooFew)
	got, err := send(one, members(0, 12))
	if err != nil || len(got) != 12 {
		d.t.Errorf("%v, %v", got, err)
	}
	_, err = send(one, members(0, 12))
	d.refused("twice", err, ErrAnswered)
	_, err = send(two, members(0, 21))
	d.refused("nine have not got one this month", err, ErrTooFew)
	got, err = send(two, members(0, 22))
	if err != nil || fmt.Sprint(got) != fmt.Sprint(members(12, 22)) {
		d.t.Errorf("%v, %v: nobody gets a second one this month", got, err)
	}
}

func (d *desk) opening(one id.ID) {
	open := func(m id.ID) error { return d.update(func(tx *db.Tx) error { return d.s.Open(ctx, tx, one, m) }) }
	d.refused("whom it was not sent to", open(id.ID{5, 20}), ErrNotFound)
	d.refused("", open(id.ID{5, 3}), nil)
	d.refused("", open(id.ID{5, 3}), nil)
	d.refused("", d.update(func(tx *db.Tx) error { return d.s.Forget(ctx, tx, id.ID{5, 4}) }), nil)
	if err := d.env.View(ctx, home, func(r db.Reader) error {
		n, err := d.s.Opened(ctx, r, home, one)
		to, e := d.s.Recipients(ctx, r, home, one)
		if n != 1 || len(to) != 11 {
			d.t.Errorf("%d opened it, %d are known", n, len(to))
		}
		return errors.Join(err, e)
	}); err != nil {
		d.t.Fatal(err)
	}
}
