package coin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx   = context.Background()
	home  = id.ID{1}
	other = id.ID{2}
	anna  = id.ID{3, 1}
	ben   = id.ID{3, 2}
	desk  = db.Actor{Kind: "person", ID: id.ID{7}}
)

// box is what a test keeps records in.
type box struct {
	dbtest.Env
	*coin.Service
	t testing.TB
}

func inBox(t *testing.T, fn func(b *box)) {
	dbtest.Each(t, []db.Schema{db.Own, coin.Schema}, func(t *testing.T, env dbtest.Env) { fn(&box{env, coin.New(), t}) })
}

func (b *box) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// update does something in one transaction of home, as the desk.
func (b *box) update(fn func(tx *db.Tx) error) {
	b.t.Helper()
	b.must(b.Update(ctx, home, desk, fn))
	b.Clock.Set(b.Clock.Now().Add(time.Second))
}

func (b *box) view(fn func(r db.Reader) error) {
	b.t.Helper()
	b.must(b.View(ctx, home, fn))
}

func same[T comparable](b *box, what string, got, want T) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestHolds: what is set aside, shared, paid of and let go, part by part.
func TestHolds(t *testing.T) {
	inBox(t, func(b *box) {
		request := id.ID{9}
		hold := func() (h *coin.Hold) {
			b.view(func(r db.Reader) (err error) { h, err = b.HoldOf(ctx, r, home, request); return err })
			return h
		}
		if h := hold(); h != nil {
			t.Errorf("nothing was set aside: %+v", h)
		}
		b.update(func(tx *db.Tx) error {
			return b.SetAside(ctx, tx, coin.Hold{Request: request, Member: anna, Coins: 20_00, Seq: 4})
		})
		b.update(func(tx *db.Tx) error { return b.Share(ctx, tx, hold(), 5_00, 5_00, 24200, 5) })
		b.update(func(tx *db.Tx) error {
			return b.Earn(ctx, tx, coin.Earned{Assignment: id.ID{8}, Request: request, Kind: coin.Priced, Asker: anna, Helper: ben, Minutes: 60, Coins: 10_00, Pool: 2_50, Seq: 6})
		})
		h := hold()
		same(b, "the month of the share", h.Shared, 24200)
		same(b, "whole", h.Whole(), 20_00)
		same(b, "left", h.Left(), 10_00)
		same(b, "the pool's part of it", h.OfPool(h.Left()), 2_50)
		b.update(func(tx *db.Tx) error { return b.End(ctx, tx, h, 7_50, 2_50, 7) })
		same(b, "left after its end", hold().Left(), 0)
		b.update(func(tx *db.Tx) error {
			return b.SetAside(ctx, tx, coin.Hold{Request: request, Part: 1, Member: anna, Coins: 3_00, Seq: 8})
		})
		same(b, "the second part", hold().Left(), 3_00)
		same(b, "has no share", hold().Pool, 0)
		for n := range 2 { // given, taken back, given again
			b.update(func(tx *db.Tx) error { return b.Share(ctx, tx, hold(), 1_00, 1_00, 24200, 9) })
			same(b, "its share", hold().Pool, 1_00)
			same(b, "shares so far", hold().Shares, n+2)
			b.update(func(tx *db.Tx) error { return b.EndShare(ctx, tx, hold(), 10) })
			same(b, "went back", hold().Pool, 0)
			same(b, "and is set aside again", hold().Left(), 3_00)
		}
		b.view(func(r db.Reader) error {
			open, err := b.OpenHolds(ctx, r, home)
			same(b, "open", len(open), 1)
			hers, err2 := b.OpenHoldsOf(ctx, r, home, ben)
			same(b, "ben's", len(hers), 0)
			return errors.Join(err, err2)
		})
	})
}

// TestDues: what the pool owes is paid in parts, the oldest first; a dispute takes of it.
func TestDues(t *testing.T) {
	inBox(t, func(b *box) {
		for n := range byte(3) {
			b.update(func(tx *db.Tx) error {
				return b.Earn(ctx, tx, coin.Earned{Assignment: id.ID{8, 9 - n}, Request: id.ID{9, n}, Kind: coin.Basic, Asker: anna, Helper: ben, Minutes: 60, Coins: 2_00, Pool: 2_00, Due: 8_00, Seq: int64(n)})
			})
		}
		dues := func() (all []*coin.Due) {
			b.view(func(r db.Reader) (err error) { all, err = b.Dues(ctx, r, home, 2); return err })
			return all
		}
		all := dues()
		same(b, "at once", len(all), 2)
		same(b, "the oldest", all[0].Assignment, id.ID{8, 9})
		b.update(func(tx *db.Tx) error { return b.PayDue(ctx, tx, dues()[0], 3_00) })
		first := dues()[0]
		same(b, "left", first.Left, 5_00)
		same(b, "payments", first.Payments, 1)
		b.update(func(tx *db.Tx) error {
			return b.Undo(ctx, tx, first.Assignment, coin.Undone{Whole: 5_00, Seq: -1}, 0)
		})
		b.view(func(r db.Reader) error {
			sum, n, err := b.DueInAll(ctx, r, home)
			same(b, "in all", sum, 16_00)
			same(b, "of so many", n, 2)
			hers, err2 := b.DueOf(ctx, r, home, ben)
			same(b, "ben's", hers, 16_00)
			u, err3 := b.UndoneOf(ctx, r, home, first.Assignment)
			same(b, "undone", *u, coin.Undone{Whole: 5_00, Seq: -1})
			return errors.Join(err, err2, err3)
		})
	})
}

// TestBudgetOfAMonth: it adds up by month, and by community.
func TestBudgetOfAMonth(t *testing.T) {
	inBox(t, func(b *box) {
		for _, v := range []money.Amount{3_00, 0, 4_00} {
			b.update(func(tx *db.Tx) error { return b.Spend(ctx, tx, 100, v) })
		}
		b.update(func(tx *db.Tx) error { return b.Spend(ctx, tx, 101, 1_00) })
		b.view(func(r db.Reader) error {
			v, err := b.Spent(ctx, r, home, 100)
			same(b, "spent", v, 7_00)
			none, err2 := b.Spent(ctx, r, other, 100)
			same(b, "elsewhere", none, 0)
			return errors.Join(err, err2)
		})
	})
}

// TestGifts: what counts against the month is what neighbours got, not the pot.
func TestGifts(t *testing.T) {
	inBox(t, func(b *box) {
		const month period.Month = 100
		for n, to := range []id.ID{ben, {}, ben} {
			b.update(func(tx *db.Tx) error {
				return b.Give(ctx, tx, coin.Gift{ID: id.ID{6, byte(n)}, From: anna, To: to, Coins: 5_00, Words: "谢谢", Month: month + period.Month(n/2), Seq: int64(n)})
			})
		}
		b.view(func(r db.Reader) error {
			v, err := b.GivenIn(ctx, r, home, anna, month)
			same(b, "given in the month", v, 5_00)
			got, err2 := b.GiftsOf(ctx, r, home, ben)
			same(b, "that ben got", len(got), 2)
			same(b, "the latest first", got[0].ID, id.ID{6, 2})
			g, err3 := b.GiftByID(ctx, r, home, id.ID{6, 7})
			if g != nil {
				t.Errorf("a gift that nobody gave: %+v", g)
			}
			return errors.Join(err, err2, err3)
		})
		b.update(func(tx *db.Tx) error { return b.Forget(ctx, tx, ben) })
		b.view(func(r db.Reader) error {
			all, err := b.Gifts(ctx, r, home)
			for _, g := range all {
				same(b, "what was said", g.Words == "", !g.To.IsZero())
			}
			return err
		})
	})
}

// TestGrants: those that wait come first; a refused one counts against nothing; who is
// forgotten leaves no reason behind.
func TestGrants(t *testing.T) {
	inBox(t, func(b *box) {
		const month period.Month = 100
		for n := range byte(3) {
			b.update(func(tx *db.Tx) error {
				return b.Ask(ctx, tx, coin.Grant{ID: id.ID{5, n}, Member: anna, Coins: 10_00, Reason: "行动不便"})
			})
		}
		end := func(n byte, what coin.GrantWhat, seq int64) {
			b.update(func(tx *db.Tx) error {
				g, err := b.GrantByID(ctx, tx, home, id.ID{5, n})
				if err != nil {
					return err
				}
				if err := g.MayAgree(desk.ID); !errors.Is(err, coin.ErrSamePair) {
					t.Errorf("who asked agrees: %v", err)
				}
				return b.EndGrant(ctx, tx, g, what, "", month, seq)
			})
		}
		end(1, coin.Refused, -1)
		end(2, coin.Given, 5)
		b.update(func(tx *db.Tx) error { return b.Forget(ctx, tx, anna) })
		b.view(func(r db.Reader) error {
			all, err := b.Grants(ctx, r, home)
			same(b, "the first waits", all[0].ID, id.ID{5, 0})
			same(b, "why", all[0].Reason, "")
			v, err2 := b.GrantedIn(ctx, r, home, anna, month)
			same(b, "granted", v, 10_00)
			_, err3 := b.GrantByID(ctx, r, home, id.ID{5, 9})
			same(b, "none", errors.Is(err3, coin.ErrNoGrant), true)
			return errors.Join(err, err2)
		})
	})
}

// TestOrders: an organisation keeps its account; steps follow each other; who is forgotten
// ordered nothing.
func TestOrders(t *testing.T) {
	inBox(t, func(b *box) {
		o := coin.Order{ID: id.ID{4, 1}, Name: "鲁中纺织", Registration: "913703001643000000", Body: coin.Company, Coins: 100_00, Common: true, Purpose: "助老"}
		for n := range byte(2) {
			o.ID = id.ID{4, 1 + n}
			b.update(func(tx *db.Tx) error { _, err := b.Order(ctx, tx, o); return err })
		}
		find := func() (o *coin.Order) {
			b.view(func(r db.Reader) (err error) { o, err = b.OrderByID(ctx, r, home, id.ID{4, 2}); return err })
			return o
		}
		same(b, "its account", find().Org, id.ID{4, 1})
		same(b, "into the pot", find().Common, true)
		step := func(what coin.OrderWhat) error {
			return b.Update(ctx, home, desk, func(tx *db.Tx) error {
				o, err := b.OrderByID(ctx, tx, home, id.ID{4, 2})
				if err != nil {
					return err
				}
				return b.Step(ctx, tx, o, coin.OrderStep{What: what, Premium: 200_000, Charge: id.ID{2}, Seq: -1})
			})
		}
		same(b, "bought before it is accepted", errors.Is(step(coin.Bought), coin.ErrOrderState), true)
		b.must(step(coin.Accepted))
		same(b, "declined after", errors.Is(step(coin.Declined), coin.ErrOrderState), true)
		b.must(step(coin.Bought))
		same(b, "state", find().State(), coin.Bought)
		same(b, "premium", find().Accepted().Premium, 200_000)
		ordered := func() (did bool) {
			b.view(func(r db.Reader) (err error) { did, err = b.Ordered(ctx, r, home, desk.ID); return err })
			return did
		}
		same(b, "she ordered", ordered(), true)
		b.update(func(tx *db.Tx) error { return b.ForgetOrders(ctx, tx, desk.ID) })
		same(b, "she did not", ordered(), false)
		same(b, "who accepted it", find().Accepted().By, id.ID{}) // she did so herself
	})
}

// TestTransfers: what left and what arrived are found by their number.
func TestTransfers(t *testing.T) {
	inBox(t, func(b *box) {
		x := coin.Transfer{ID: id.ID{3}, Member: anna, Other: other, Coins: 5_00, Seq: 4}
		b.update(func(tx *db.Tx) error {
			if err := b.Send(ctx, tx, x); err != nil {
				return err
			}
			return b.Arrive(ctx, tx, x, nil)
		})
		b.view(func(r db.Reader) error {
			sent, err := b.Sent(ctx, r, home, x.ID)
			same(b, "sent", *sent, x)
			arrived, err2 := b.Arrived(ctx, r, home, x.ID)
			same(b, "arrived", *arrived, x)
			none, err3 := b.Sent(ctx, r, other, x.ID)
			if none != nil {
				t.Errorf("elsewhere: %+v", none)
			}
			return errors.Join(err, err2, err3)
		})
	})
}

// TestOrdersSayEnough: what an order must say before it is kept.
func TestOrdersSayEnough(t *testing.T) {
	good := coin.Order{Name: "鲁中纺织", Registration: "913703001643000000", Body: coin.Company, Coins: 100_00, Purpose: "助老"}
	for what, c := range map[string]struct {
		edit func(o *coin.Order)
		want error
	}{
		"a name":              {func(o *coin.Order) { o.Name = "" }, coin.ErrBadName},
		"a code of 18":        {func(o *coin.Order) { o.Registration = "123" }, coin.ErrBadRegistration},
		"no letter O in it":   {func(o *coin.Order) { o.Registration = "91370300164300000O" }, coin.ErrBadRegistration},
		"what body it is":     {func(o *coin.Order) { o.Body = "club" }, coin.ErrBadBody},
		"how much":            {func(o *coin.Order) { o.Coins = 0 }, coin.ErrBadAmount},
		"not more than there": {func(o *coin.Order) { o.Coins = 1_000_01 }, coin.ErrBadAmount},
		"what for":            {func(o *coin.Order) { o.Purpose = "" }, coin.ErrNoPurpose},
		"nothing else":        {func(*coin.Order) {}, nil},
	} {
		o := good
		c.edit(&o)
		if err := o.Validate(1_000_00); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
