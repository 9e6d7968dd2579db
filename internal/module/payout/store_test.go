package payout_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, payout.Schema}
	home    = id.ID{1}
)

// desk is the payouts of a test, with a few people of finance.
type desk struct {
	dbtest.Env
	*payout.Service
	t testing.TB
}

func person(n byte) id.ID { return id.ID{0xee, n} }

func (d *desk) as(n byte, fn func(tx *db.Tx) error) error {
	return d.Update(ctx, home, db.Actor{Kind: "person", ID: person(n)}, fn)
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func atDesk(t *testing.T, fn func(d *desk)) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(&desk{env, payout.New(), t}) })
}

// batch is one for shops 1 to n, of 10.00, 20.00 …
func (d *desk) batch(by byte, kind payout.Kind, n int) (made *payout.Batch, err error) {
	err = d.as(by, func(tx *db.Tx) (err error) {
		b := payout.Batch{Kind: kind, Cutoff: 20_000, Through: 19_999, Words: "周付", DueAt: tx.Now.Add(7 * 24 * time.Hour), Left: []payout.Left{{Payee: id.ID{9}, Held: 50, Why: payout.TooSmall}}}
		for i := range n {
			b.Items = append(b.Items, payout.Item{Payee: id.ID{byte(i + 1), byte(i >> 8)}, Held: money.Amount(i+1) * 10_00, Amount: money.Amount(i+1) * 10_00, Account: id.ID{7}})
		}
		made, err = d.Prepare(ctx, tx, b)
		return err
	})
	return made, err
}

func (d *desk) agree(n byte, batch id.ID) (passed bool, err error) {
	err = d.as(n, func(tx *db.Tx) error {
		b, err := d.Batch(ctx, tx, home, batch)
		if err != nil {
			return err
		}
		passed, err = d.Agree(ctx, tx, b, 2)
		if err != nil || !passed {
			return err
		}
		var all []payout.Booking
		for i := range b.Items {
			all = append(all, payout.Booking{Item: &b.Items[i], Seq: int64(100 + i), DueAt: tx.Now})
		}
		return d.Book(ctx, tx, b, all)
	})
	return passed, err
}

func (d *desk) read(batch id.ID) (b *payout.Batch) {
	d.t.Helper()
	d.must(d.View(ctx, home, func(r db.Reader) (err error) { b, err = d.Batch(ctx, r, home, batch); return err }))
	return b
}

func (d *desk) note(item id.ID, o payout.Outcome) error {
	return d.as(1, func(tx *db.Tx) error {
		i, _, err := d.Item(ctx, tx, home, item)
		if err != nil {
			return err
		}
		return d.Note(ctx, tx, i, o)
	})
}

// TestABatchTakesTwoOthers: who prepared it does not count, nobody counts twice, and it
// is booked once.
func TestABatchTakesTwoOthers(t *testing.T) {
	atDesk(t, func(d *desk) {
		b, err := d.batch(1, payout.Shops, 260)
		d.must(err)
		if _, err := d.batch(1, payout.Shops, 1); !errors.Is(err, payout.ErrBatchWaits) {
			t.Errorf("a second batch of the kind: %v", err)
		}
		if other, err := d.batch(1, payout.People, 1); err != nil || other.Number != b.Number+1 {
			t.Errorf("one of another kind: %+v, %v", other, err)
		}
		if _, err := d.agree(1, b.ID); !errors.Is(err, payout.ErrSamePerson) {
			t.Errorf("agreed to by who prepared it: %v", err)
		}
		if passed, err := d.agree(2, b.ID); err != nil || passed {
			t.Errorf("one person is enough: %v, %v", passed, err)
		}
		if _, err := d.agree(2, b.ID); !errors.Is(err, payout.ErrAgreed) {
			t.Errorf("the same person again: %v", err)
		}
		if got := d.read(b.ID); got.Passed() || got.Items[0].State(got) != payout.Proposed || got.Items[0].Seq >= 0 {
			t.Errorf("booked before two agreed: %+v", got.Items[0])
		}
		if passed, err := d.agree(3, b.ID); err != nil || !passed {
			t.Fatalf("two people: %v, %v", passed, err)
		}
		if _, err := d.agree(4, b.ID); !errors.Is(err, payout.ErrEnded) {
			t.Errorf("after it passed: %v", err)
		}
		got := d.read(b.ID)
		if len(got.Items) != 260 || len(got.Left) != 1 || got.Left[0].Why != payout.TooSmall || len(got.Consents) != 2 || got.Sum() != b.Sum() {
			t.Errorf("%d items, %d left, %d consents, %v", len(got.Items), len(got.Left), len(got.Consents), got.Sum())
		}
		for i := range got.Items {
			if x := &got.Items[i]; x.Seq != int64(100+i) || x.State(got) != payout.Ready || x.Payee != (id.ID{byte(i + 1), byte(i >> 8)}) {
				t.Fatalf("item %d: %+v", i, x)
			}
		}
		d.must(d.View(ctx, home, func(r db.Reader) error {
			booked, twice, err := d.AllBooked(ctx, r, home)
			if len(booked) != 260 || len(twice) != 0 {
				t.Errorf("%d booked, twice %v", len(booked), twice)
			}
			return err
		}))
	})
}

// TestManyAgreeAtOnce: whoever comes first, one pair makes it pass and it is booked once.
func TestManyAgreeAtOnce(t *testing.T) {
	atDesk(t, func(d *desk) {
		b, err := d.batch(1, payout.Shops, 3)
		d.must(err)
		var passed, counted atomic.Int64
		var wg sync.WaitGroup
		for n := range byte(64) {
			wg.Go(func() {
				ok, err := d.agree(2+n%16, b.ID)
				if err == nil {
					counted.Add(1)
				}
				if ok {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 1 || counted.Load() != 2 {
			t.Errorf("passed %d times by %d consents", passed.Load(), counted.Load())
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	atDesk(t, func(d *desk) {
		b, err := d.batch(1, payout.Shops, 2)
		d.must(err)
		drop := func(n byte, kind payout.EndKind, words string) error {
			return d.as(n, func(tx *db.Tx) error {
				b, err := d.Batch(ctx, tx, home, b.ID)
				if err != nil {
					return err
				}
				return d.Drop(ctx, tx, b, kind, words)
			})
		}
		over := payout.Batch{Kind: payout.People, Cutoff: 5, Through: 4, DueAt: d.Clock.Now().AddDate(1, 0, 0), Items: []payout.Item{{Payee: id.ID{1}, Held: 10, Amount: 11}}}
		late := over
		late.Through = 5
		none := over
		none.Items = nil
		prepare := func(b payout.Batch) error {
			return d.as(1, func(tx *db.Tx) error { _, err := d.Prepare(ctx, tx, b); return err })
		}
		for _, x := range []struct {
			says string
			err  error
			want error
		}{
			{"an unknown kind", second(d.batch(1, "gifts", 1)), payout.ErrBadKind},
			{"more than is held", prepare(over), payout.ErrNothing},
			{"nothing held back", prepare(late), payout.ErrBadDay},
			{"nobody to pay", prepare(none), payout.ErrNothing},
			{"refused without a reason", drop(2, payout.Refused, " "), payout.ErrNoReason},
			{"an item that is not booked arrives", d.note(b.Items[0].ID, payout.Outcome{Kind: payout.Confirmed}), payout.ErrNotBooked},
			{"of another community", d.Update(ctx, id.ID{2}, db.System, func(tx *db.Tx) error { _, err := d.Batch(ctx, tx, id.ID{2}, b.ID); return err }), payout.ErrNotFound},
		} {
			if !errors.Is(x.err, x.want) {
				t.Errorf("%s: %v, want %v", x.says, x.err, x.want)
			}
		}
		d.must(second(d.agree(2, b.ID)))
		d.Clock.Advance(8 * 24 * time.Hour)
		if _, err := d.agree(3, b.ID); !errors.Is(err, payout.ErrPastDue) {
			t.Errorf("agreed to too late: %v", err)
		}
		d.must(d.View(ctx, home, func(r db.Reader) error {
			lapsed, err := d.LapsedBy(ctx, r, home, d.Clock.Now())
			if len(lapsed) != 1 {
				t.Errorf("%d have lapsed", len(lapsed))
			}
			return err
		}))
		d.must(drop(0, payout.Lapsed, ""))
		if got := d.read(b.ID); got.Items[0].State(got) != payout.Dropped {
			t.Errorf("a dropped item is %s", got.Items[0].State(got))
		}
		if err := drop(2, payout.Refused, "晚了"); !errors.Is(err, payout.ErrEnded) {
			t.Errorf("dropped twice: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestOutcomesNeverPassThePayout: whatever is told of an item in whatever order, it
// arrives once at most, and what came back is never more than was paid.
func TestOutcomesNeverPassThePayout(t *testing.T) {
	atDesk(t, func(d *desk) {
		b, err := d.batch(1, payout.Shops, 40)
		d.must(err)
		d.must(errors.Join(second(d.agree(2, b.ID)), second(d.agree(3, b.ID))))
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			item := b.Items[n%len(b.Items)]
			if n++; n > len(b.Items) {
				return
			}
			arrived := false
			var back money.Amount
			for range rapid.IntRange(1, 8).Draw(rt, "told") {
				o := payout.Outcome{Kind: rapid.SampledFrom([]payout.OutcomeKind{payout.Confirmed, payout.Failed, payout.Returned}).Draw(rt, "kind"),
					Amount: money.Amount(rapid.Int64Range(0, int64(item.Amount)+100).Draw(rt, "amount")), Seq: -1}
				fits := back < item.Amount && o.Amount > 0 && back+o.Amount <= item.Amount
				switch o.Kind {
				case payout.Confirmed:
					fits, o.Amount = !arrived && back < item.Amount, 0
				case payout.Failed:
					fits = fits && !arrived
				}
				if err := d.note(item.ID, o); (err == nil) != fits {
					rt.Fatalf("%+v after %v of %v, arrived %v: %v", o, back, item.Amount, arrived, err)
				}
				if fits {
					arrived, back = arrived || o.Kind == payout.Confirmed, back+o.Amount
				}
			}
			got := d.read(b.ID)
			for i := range got.Items {
				if x := &got.Items[i]; x.ID == item.ID && (x.Back() != back || x.ArrivedAt().IsZero() == arrived || (x.State(got) == payout.Bounced) != (back == item.Amount)) {
					rt.Fatalf("%+v: %s", x, x.State(got))
				}
			}
		})
	})
}

// TestWhenTheProviderIsAsked: an item is asked about when its time has come, of the
// providers that are there, until nothing is left to ask.
func TestWhenTheProviderIsAsked(t *testing.T) {
	atDesk(t, func(d *desk) {
		var a *payout.Account
		d.must(d.as(1, func(tx *db.Tx) (err error) {
			a, err = d.AskAccount(ctx, tx, payout.Account{Kind: payout.OfShop, Owner: id.ID{1}, Provider: pay.WeChat, Number: "1900000109", Name: "面包店", Why: "开业"})
			return err
		}))
		var b *payout.Batch
		d.must(d.as(1, func(tx *db.Tx) (err error) {
			b, err = d.Prepare(ctx, tx, payout.Batch{Kind: payout.Shops, Cutoff: 3, Through: 2, DueAt: tx.Now.Add(time.Hour), Items: []payout.Item{{Payee: id.ID{1}, Held: 5, Amount: 5, Account: a.ID}}})
			return err
		}))
		d.must(errors.Join(second(d.agree(2, b.ID)), second(d.agree(3, b.ID))))
		due := func(kinds ...pay.Kind) (all []payout.Due) {
			d.must(d.View(ctx, home, func(r db.Reader) (err error) {
				all, err = d.DueItems(ctx, r, home, d.Clock.Now(), kinds, 10)
				return err
			}))
			return all
		}
		if len(due()) != 0 || len(due(pay.Alipay)) != 0 || len(due(pay.Alipay, pay.WeChat)) != 1 {
			t.Errorf("due: %v, %v, %v", due(), due(pay.Alipay), due(pay.Alipay, pay.WeChat))
		}
		d.must(d.as(1, func(tx *db.Tx) error { return d.Ask(ctx, tx, b.Items[0].ID, tx.Now.Add(time.Minute)) }))
		if len(due(pay.WeChat)) != 0 {
			t.Error("asked before its time")
		}
		d.Clock.Advance(time.Minute)
		if all := due(pay.WeChat); len(all) != 1 || all[0].Tries != 1 {
			t.Errorf("%+v", all)
		}
		d.must(d.as(1, func(tx *db.Tx) error { return d.Ask(ctx, tx, b.Items[0].ID, time.Time{}) }))
		d.Clock.Advance(time.Hour)
		if len(due(pay.WeChat)) != 0 {
			t.Error("asked after nothing was left to ask")
		}
	})
}

func TestASlipPaysOneItem(t *testing.T) {
	atDesk(t, func(d *desk) {
		b, err := d.batch(1, payout.Shops, 8)
		d.must(err)
		d.must(errors.Join(second(d.agree(2, b.ID)), second(d.agree(3, b.ID))))
		var paid atomic.Int64
		var wg sync.WaitGroup
		for n := range 32 {
			wg.Go(func() {
				err := d.as(1, func(tx *db.Tx) error {
					i, _, err := d.Item(ctx, tx, home, b.Items[n%8].ID)
					if err == nil {
						err = d.Slip(ctx, tx, i, "B-1")
					}
					if err == nil {
						err = d.Note(ctx, tx, i, payout.Outcome{Kind: payout.Confirmed, Reference: "B-1", Seq: -1})
					}
					return err
				})
				if err == nil {
					paid.Add(1)
				}
			})
		}
		wg.Wait()
		if paid.Load() != 1 {
			t.Errorf("one slip paid %d items", paid.Load())
		}
	})
}

// D5: what a payee was paid is read a page at a time, the latest first, by its kind alone,
// with what became of each.
func TestWhatAPayeeWasPaidByPages(t *testing.T) {
	atDesk(t, func(d *desk) {
		shop := id.ID{1}
		for n := range 3 {
			d.Clock.Advance(time.Hour)
			for kind, who := range map[payout.Kind]byte{payout.Shops: 1, payout.People: 4} {
				b, err := d.batch(who, kind, 1)
				d.must(err)
				for _, other := range []byte{2, 3} {
					_, err := d.agree(other, b.ID)
					d.must(err)
				}
				if kind == payout.Shops && n == 1 {
					d.must(d.note(b.Items[0].ID, payout.Outcome{Kind: payout.Failed, Amount: 10_00, Reason: "CLOSED", Seq: -1}))
				}
			}
		}
		d.must(d.View(ctx, home, func(r db.Reader) error {
			n, err := d.CountOf(ctx, r, home, payout.Shops, shop)
			if err != nil || n != 3 {
				t.Errorf("%d, %v", n, err)
			}
			first, err := d.Of(ctx, r, home, payout.Shops, shop, 2, 0)
			d.must(err)
			rest, err := d.Of(ctx, r, home, payout.Shops, shop, 2, 2)
			d.must(err)
			if len(first) != 2 || len(rest) != 1 || len(first[1].Outcomes) != 1 || len(first[0].Outcomes)+len(rest[0].Outcomes) != 0 {
				t.Fatalf("%+v, then %+v", first, rest)
			}
			for _, x := range [][2]*payout.Paid{{&first[0], &first[1]}, {&first[1], &rest[0]}} {
				if x[0].Head.Kind != payout.Shops || x[0].Head.Number <= x[1].Head.Number {
					t.Errorf("batch %d of %s comes before %d", x[0].Head.Number, x[0].Head.Kind, x[1].Head.Number)
				}
			}
			return nil
		}))
	})
}
