package flow_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// TestTheLastOneIsSoldOnce: 64 members want the last, 64 forms take the last use.
func TestTheLastOneIsSoldOnce(t *testing.T) {
	inTown(t, func(w *town) {
		const callers = 64
		for i := range callers {
			w.join(w.home, fmt.Sprint("m", i), policy.Silver, "")
		}
		b := w.sold(w.weekend(func(t *bundle.Terms) { t.Total, t.PerPerson = 1, 1 }))
		var got atomic.Int64
		var sale atomic.Pointer[charge.Charge]
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				c, err := w.order(fmt.Sprint("m", i), b)
				if err == nil {
					got.Add(1)
					sale.Store(c)
				} else if refused(err) != "bundle.sold_out" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Fatalf("the last one was sold %d times", got.Load())
		}
		_, err := w.Pay(ctx, w.home, office, sale.Load().ID, charge.Payment{Means: charter.Provider, Reference: "one"})
		w.must(err)
		s := w.sale(sale.Load().Subject)
		var taken atomic.Int64
		for i := range callers {
			wg.Go(func() {
				_, err := w.takePart("first", s.Codes[2], fmt.Sprint("f", i))
				if err == nil {
					taken.Add(1)
				} else if refused(err) != "bundle.used_up" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if taken.Load() != 1 {
			t.Errorf("one part was taken %d times", taken.Load())
		}
		w.whole()
	})
}

// TestABundlePaidOnline: asked of the provider, paid, used by the code on her phone,
// given back the way it came, also of a part that a shop takes back.
func TestABundlePaidOnline(t *testing.T) {
	atBakery(t, func(c *counter) {
		b := c.sold(c.weekend())
		online := func() (*charge.Charge, string) {
			order, err := c.order("anna", b)
			c.must(err)
			slip, err := c.SlipOf(ctx, c.home, order.Code, authz.Viewer{Person: c.anna})
			c.must(err)
			p, err := c.PayOnline(ctx, c.home, db.System, slip, pay.WeChat, pay.Native, c.anna)
			c.must(err)
			_, err = c.AskFor(ctx, c.home, p, "")
			c.must(err)
			return order, p.Key()
		}
		order, key := online()
		if again, err := c.order("anna", b); err != nil || again.ID != order.ID {
			t.Errorf("ordered again: %v, %v", again, err)
		}
		c.must(c.ToldPayment(ctx, c.purse.paid(key)))
		s := c.sale(order.Subject)
		got, err := c.takePart("bakery", c.code(), "form")
		c.must(err)
		if got.Slot != (bundle.Slot{Part: 1, N: 0}) || got.Sale != s.ID {
			t.Errorf("her code took %+v", got)
		}
		_, err = c.takePart("bakery", c.code(), "form")
		c.must(err) // the form came twice
		_, err = c.Refund(ctx, c.home, db.System, flow.Refund{Ref: "stale loaf", Purchase: got.Seq})
		c.must(err)
		if back := c.purse.given(key); back != 8_60 {
			t.Errorf("%d went back of the loaf", back)
		}
		before := c.purse.given(key)
		back, err := c.ReturnBundle(ctx, c.home, db.System, s.Member, s.ID, -1)
		c.must(err)
		if c.purse.given(key) != before+back || back != 80_28 {
			t.Errorf("%d went back, %d at the provider", back, c.purse.given(key)-before)
		}
		late, lateKey := online()
		c.env.Clock.Advance(16 * time.Minute)
		c.must(c.ExpireCharges(ctx, c.home))
		c.must(c.ToldPayment(ctx, c.purse.paid(lateKey)))
		if c.purse.given(lateKey) != 88_88 || c.sale(late.Subject).Begun != nil {
			t.Errorf("paid late, %d went back", c.purse.given(lateKey))
		}
		stopped, stoppedKey := online()
		c.must(c.StopBundle(ctx, c.home, office, b.ID, id.ID{}, "不做了"))
		c.must(c.ToldPayment(ctx, c.purse.paid(stoppedKey)))
		if c.purse.given(stoppedKey) != 88_88 || c.sale(stopped.Subject).Begun != nil {
			t.Errorf("paid after it was stopped, %d went back", c.purse.given(stoppedKey))
		}
		c.whole()
	})
}

// TestAnyOrderOfUsesAndReturns: whatever part is used, refunded by its shop or given back
// in whatever order, the money adds up and the books are whole.
func TestAnyOrderOfUsesAndReturns(t *testing.T) {
	inTown(t, func(w *town) {
		rapid.Check(t, func(rt *rapid.T) {
			shops := []string{"fruit", "bakery", "first"}
			b := w.sold(w.weekend(func(t *bundle.Terms) {
				t.Parts = nil
				for i := range rapid.IntRange(2, 5).Draw(rt, "parts") {
					t.Parts = append(t.Parts, bundle.Part{What: fmt.Sprint("第", i), Shops: []id.ID{w.shop(shops[i%3]).ID}, Times: rapid.IntRange(1, 4).Draw(rt, "times"),
						Price: money.Amount(rapid.Int64Range(10, 99_99).Draw(rt, "price"))})
				}
				t.Price = t.Sum()*8/10 - money.Amount(rapid.Int64Range(0, 5).Draw(rt, "under"))
			}))
			s := w.bought("anna", b)
			for len(s.Left(-1)) > 0 {
				left := s.Left(-1)
				at := left[rapid.IntRange(0, len(left)-1).Draw(rt, "slot")]
				if rapid.IntRange(0, 3).Draw(rt, "way") == 0 {
					_, err := w.ReturnBundle(ctx, w.home, office, s.Member, s.ID, at.Part)
					w.must(err)
				} else {
					got, err := w.takePart(shops[at.Part%3], s.Codes[at.Part], "")
					w.must(err)
					if rapid.Bool().Draw(rt, "refunded") {
						_, err := w.Refund(ctx, w.home, db.System, flow.Refund{Ref: fmt.Sprint("r", got.Seq), Purchase: got.Seq})
						w.must(err)
					}
				}
				s = w.sale(s.ID)
				if sum := s.Went(bundle.Used) + s.Went(bundle.Back) + s.Held(); sum != s.Price {
					rt.Fatalf("%d of %d", sum, s.Price)
				}
			}
			if held := w.books()["member:anna/bundles CNY"]; held != "" {
				rt.Fatalf("she still holds %s", held)
			}
		})
		w.whole()
	})
}

func TestWhoIsForgottenGetsHerMoneyBack(t *testing.T) {
	inTown(t, func(w *town) {
		who := w.known("安娜", "+8613800000001", "anna")
		b := w.sold(w.weekend())
		s := w.bought("anna", b)
		open, err := w.order("anna", b)
		w.must(err)
		w.must(w.Erase(ctx, who))
		if s = w.sale(s.ID); s.Held() != 0 || s.Went(bundle.Back) != 88_88 || w.sale(open.Subject).Dropped == nil {
			t.Errorf("still held: %d", s.Held())
		}
		w.whole()
	})
}

func TestAShopThatRestsGivesNoPart(t *testing.T) {
	inTown(t, func(w *town) {
		b := w.sold(w.weekend())
		s := w.bought("anna", b)
		w.suspend("bakery")
		_, err := w.takePart("bakery", s.Codes[1], "")
		wants(t, "at a suspended shop", err, merchant.ErrSuspended)
		_, err = w.order("ben", b)
		wants(t, "of which a part cannot be had", err, merchant.ErrSuspended)
	})
}
