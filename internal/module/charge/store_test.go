package charge_test

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
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx       = context.Background()
	schemas   = []db.Schema{db.Own, charge.Schema}
	community = id.ID{1}
)

// counter is the charges of a test.
type counter struct {
	dbtest.Env
	*charge.Service
}

func (c *counter) update(fn func(tx *db.Tx) error) error {
	return c.Update(ctx, community, db.System, fn)
}

// open asks for 99.00 within a week.
func (c *counter) open(t interface{ Fatal(...any) }, purpose charge.Purpose) (made charge.Charge) {
	if err := c.update(func(tx *db.Tx) (err error) {
		made, err = c.Open(ctx, tx, charge.Charge{Purpose: purpose, Subject: id.ID{2}, Kind: charge.ByMember, Payer: id.ID{3}, Amount: 99_00, Title: "一年会员", DueAt: tx.Now.AddDate(0, 0, 7)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return made
}

// on does something to a charge as it stands.
func (c *counter) on(at id.ID, fn func(tx *db.Tx, x *charge.Charge) error) error {
	return c.update(func(tx *db.Tx) error {
		x, err := c.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		return fn(tx, x)
	})
}

// look reads as a page does.
func look[T any](c *counter, fn func(r db.Reader) (T, error)) (v T, err error) {
	err = c.View(ctx, community, func(r db.Reader) error { v, err = fn(r); return err })
	return v, err
}

func (c *counter) pay(at id.ID, p charge.Payment) error {
	return c.on(at, func(tx *db.Tx, x *charge.Charge) error { return c.Pay(ctx, tx, x, p, 5) })
}

func atCounter(t *testing.T, fn func(t *testing.T, c *counter)) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(t, &counter{env, charge.New()}) })
}

func TestWhatIsRefused(t *testing.T) {
	atCounter(t, func(t *testing.T, c *counter) {
		cash := charge.Payment{Means: charter.Cash, Reference: "S-1"}
		paid := c.open(t, charge.Membership)
		if err := c.pay(paid.ID, cash); err != nil {
			t.Fatal(err)
		}
		dropped := c.open(t, charge.Membership)
		drop := func(tx *db.Tx, x *charge.Charge) error { return c.Drop(ctx, tx, x, charge.Cancelled, "不要了") }
		if err := c.on(dropped.ID, drop); err != nil {
			t.Fatal(err)
		}
		refund := func(v money.Amount, reason string) func(tx *db.Tx, x *charge.Charge) error {
			return func(tx *db.Tx, x *charge.Charge) error {
				return c.Refund(ctx, tx, x, v, int64(10+len(x.Refunds)), reason)
			}
		}
		open, deposit := c.open(t, charge.Membership), c.open(t, charge.Deposit)
		for _, x := range []struct {
			says string
			err  error
			want error
		}{
			{"paid again", c.pay(paid.ID, charge.Payment{Means: charter.Cash, Reference: "S-2"}), charge.ErrEnded},
			{"paid though it was cancelled", c.pay(dropped.ID, charge.Payment{Means: charter.Cash, Reference: "S-3"}), charge.ErrEnded},
			{"cancelled though it was paid", c.on(paid.ID, drop), charge.ErrEnded},
			{"with a slip that paid another", c.pay(open.ID, cash), charge.ErrSlipUsed},
			{"by dice", c.pay(open.ID, charge.Payment{Means: "dice", Reference: "S-4"}), charge.ErrBadMeans},
			{"without a slip", c.pay(open.ID, charge.Payment{Means: charter.Cash}), charge.ErrBadReference},
			{"a deposit in cash", c.pay(deposit.ID, charge.Payment{Means: charter.Cash, Reference: "S-5"}), charge.ErrCustody},
			{"given back before it was paid", c.on(open.ID, refund(100, "退")), charge.ErrNotPaid},
			{"more given back than was paid", c.on(paid.ID, refund(99_01, "退")), charge.ErrTooMuch},
			{"nothing given back", c.on(paid.ID, refund(0, "退")), charge.ErrTooMuch},
			{"given back without a reason", c.on(paid.ID, refund(100, " ")), charge.ErrNoReason},
			{"cancelled without a reason", c.on(open.ID, func(tx *db.Tx, x *charge.Charge) error { return c.Drop(ctx, tx, x, charge.Cancelled, "") }), charge.ErrNoReason},
			{"handed though nothing was given back", c.on(paid.ID, func(tx *db.Tx, x *charge.Charge) error { return c.Hand(ctx, tx, x, 10, "R-1") }), charge.ErrNotFound},
			{"of another community", c.Update(ctx, id.ID{9}, db.System, func(tx *db.Tx) error { _, err := c.ByID(ctx, tx, id.ID{9}, open.ID); return err }), charge.ErrNotFound},
		} {
			if !errors.Is(x.err, x.want) {
				t.Errorf("%s: %v, want %v", x.says, x.err, x.want)
			}
		}
		c.Clock.Advance(7 * 24 * time.Hour)
		if err := c.pay(open.ID, charge.Payment{Means: charter.Cash, Reference: "S-6"}); !errors.Is(err, charge.ErrPastDue) {
			t.Errorf("paid on the last moment: %v", err)
		}
		due, err := look(c, func(r db.Reader) ([]charge.Charge, error) { return c.Due(ctx, r, community, c.Clock.Now(), 10) })
		if err != nil || len(due) != 2 {
			t.Errorf("%d are past due, %v", len(due), err)
		}
	})
}

// TestOneSlipPaysOneCharge: many tills take the same slip, and the same charge, at once.
func TestOneSlipPaysOneCharge(t *testing.T) {
	atCounter(t, func(t *testing.T, c *counter) {
		const callers = 64
		var charges [8]charge.Charge
		for i := range charges {
			charges[i] = c.open(t, charge.Membership)
		}
		var slip, one atomic.Int64
		var wg sync.WaitGroup
		for n := range callers {
			wg.Go(func() {
				if c.pay(charges[n%4].ID, charge.Payment{Means: charter.Cash, Reference: "the slip"}) == nil {
					slip.Add(1)
				}
				if c.pay(charges[7].ID, charge.Payment{Means: charter.Transfer, Reference: fmt.Sprint("T-", n)}) == nil {
					one.Add(1)
				}
			})
		}
		wg.Wait()
		if slip.Load() != 1 || one.Load() != 1 {
			t.Errorf("one slip paid %d charges, one charge was paid %d times", slip.Load(), one.Load())
		}
	})
}

// TestRefundsNeverPassThePayment: whatever is given back and handed in whatever order,
// the parts add up and never pass what was paid.
func TestRefundsNeverPassThePayment(t *testing.T) {
	atCounter(t, func(t *testing.T, c *counter) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			made := c.open(rt, charge.Ad)
			if err := c.pay(made.ID, charge.Payment{Means: charter.Bank, Reference: fmt.Sprint("B-", n)}); err != nil {
				rt.Fatal(err)
			}
			var back money.Amount
			for seq := int64(1); seq <= int64(rapid.IntRange(1, 8).Draw(rt, "refunds")); seq++ {
				v := money.Amount(rapid.Int64Range(1, 60_00).Draw(rt, "amount"))
				err := c.on(made.ID, func(tx *db.Tx, x *charge.Charge) error { return c.Refund(ctx, tx, x, v, seq, "退") })
				if fits := back+v <= made.Amount; fits != (err == nil) {
					rt.Fatalf("%v after %v of %v: %v", v, back, made.Amount, err)
				} else if fits {
					back += v
				}
			}
			x, err := look(c, func(r db.Reader) (*charge.Charge, error) { return c.ByCode(ctx, r, community, made.Code) })
			if err != nil || x.Refunded() != back || !x.Paid() {
				rt.Fatalf("%v was given back, want %v (%v)", x.Refunded(), back, err)
			}
			for i, r := range x.Refunds {
				hand := func(tx *db.Tx, x *charge.Charge) error { return c.Hand(ctx, tx, x, r.Seq, "R") }
				if err := c.on(made.ID, hand); err != nil {
					rt.Fatal(err)
				}
				if err := c.on(made.ID, hand); !errors.Is(err, charge.ErrHanded) {
					rt.Fatalf("handed twice: %v", err)
				}
				left, err := look(c, func(r db.Reader) ([]charge.Charge, error) { return c.ToHand(ctx, r, community, 100) })
				if err != nil || len(left) != min(1, len(x.Refunds)-i-1) {
					rt.Fatalf("%d charges have something to hand, %v", len(left), err)
				}
			}
		})
	})
}
