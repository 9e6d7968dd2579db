package flow_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/paycode"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// counter is the town with a till in the bakery: anna has a phone and entitlement.
type counter struct {
	*town
	purse *purse
	anna  id.ID // the person
	phone paycode.Key
	forms int
}

func atBakery(t *testing.T, fn func(c *counter)) {
	inTown(t, func(w *town) {
		c := &counter{town: w, purse: newPurse(w.env.Clock)}
		w.Providers = map[pay.Kind]pay.Provider{pay.WeChat: c.purse}
		w.must(w.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			p, err := w.People.Register(ctx, tx, person.Person{Name: "安娜", Phone: "+8613800000001"})
			if err != nil {
				return err
			}
			c.anna = p.ID
			if err := w.People.Link(ctx, tx, p.ID, "anna", w.home); err != nil {
				return err
			}
			s, _, err := w.SignIn.Start(ctx, tx, p.ID, signin.ByCode, signin.Device{})
			if err != nil {
				return err
			}
			c.phone, err = w.PayCodes.Make(ctx, tx, p.ID, s.ID, 30*time.Second)
			return err
		}))
		_, err := w.buy("earned", "anna", "fruit", 400_00) // 20.00 of entitlement
		w.must(err)
		fn(c)
	})
}

// code is what anna's phone shows now.
func (c *counter) code() string { return c.phone.CodeAt(c.env.Clock.Now()) }

// ask is a form of the bakery's cashier.
func (c *counter) ask(list money.Amount, edits ...func(*flow.Opening)) (*checkout.Checkout, error) {
	c.forms++
	o := flow.Opening{Shop: c.shop("bakery").ID, List: list, Code: c.code(), Token: fmt.Sprint("form-", c.forms)}
	for _, e := range edits {
		e(&o)
	}
	return c.OpenCheckout(ctx, c.home, db.System, o)
}

func (c *counter) asked(list money.Amount) *checkout.Checkout {
	c.t.Helper()
	k, err := c.ask(list)
	c.must(err)
	return k
}

// yes agrees on the phone to what is proposed.
func (c *counter) yes(k *checkout.Checkout, tender checkout.Tender, w offer.Wish) (flow.Agreed, error) {
	c.t.Helper()
	p, err := c.ProposeCheckout(ctx, c.home, k.ID, w, tender)
	c.must(err)
	return c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Wish: w, Tender: tender, Expect: p.Proposal.Cash, OnPhone: true, Scene: pay.Native})
}

// waiting is an agreed checkout whose payment the provider was asked for.
func (c *counter) waiting(list money.Amount) (flow.Agreed, string) {
	c.t.Helper()
	a, err := c.yes(c.asked(list), checkout.WeChat, offer.Wish{})
	c.must(err)
	_, err = c.AskFor(ctx, c.home, a.Payment, "")
	c.must(err)
	return a, c.purse.last()
}

// now is a checkout as it stands.
func (c *counter) now(at id.ID) (k *checkout.Checkout) {
	c.t.Helper()
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) { k, err = c.Checkouts.ByID(ctx, r, c.home, at); return err }))
	return k
}

func (c *counter) payment(key string) (p *payment.Payment) {
	c.t.Helper()
	at, err := id.Parse(key)
	c.must(err)
	c.must(c.DB.View(ctx, c.home, func(r db.Reader) (err error) { p, err = c.Payments.ByID(ctx, r, c.home, at); return err }))
	return p
}

// has is what an account holds, as books print it.
func (c *counter) has(account, want string) {
	c.t.Helper()
	if got := c.books()[account]; got != want {
		c.t.Errorf("%s holds %q, want %q", account, got, want)
	}
}

// refused says which refusal an error is, "" if none.
func refused(err error) string {
	if f := fault.Of(err); f != nil {
		return f.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestACodeIsPaidWithCash(t *testing.T) {
	atBakery(t, func(c *counter) {
		k := c.asked(100_00)
		none := money.Amount(0)
		p, err := c.ProposeCheckout(ctx, c.home, k.ID, offer.Wish{}, checkout.Cash)
		c.must(err)
		if p.Buyer != "anna" || p.Proposal.Coins != 20_00 || p.Proposal.Cash != 80_00 || p.Moved[4] != 3_00 {
			t.Errorf("proposed %+v, moving %v", p.Proposal, p.Moved)
		}
		// Her entitlement is not the cashier's to spend.
		_, err = c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Tender: checkout.Cash, Expect: 80_00})
		if refused(err) != "checkout.no_consent" {
			t.Errorf("without consent: %v", err)
		}
		a, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Tender: checkout.Cash, Expect: 100_00, Wish: offer.Wish{Coins: &none, Chosen: true}})
		c.must(err)
		if a.Settled == nil || !c.now(k.ID).Settled() {
			t.Errorf("not settled: %+v", a)
		}
		c.has("member:anna/coins COIN", "25.00")
		again, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Tender: checkout.Cash, Expect: 100_00, Wish: offer.Wish{Coins: &none, Chosen: true}})
		if err != nil || again.End.Seq != a.Settled.Seq {
			t.Errorf("the same again: %+v, %v", again, err)
		}
		_, err = c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Tender: checkout.Card, Expect: 100_00})
		if refused(err) != "checkout.agreed" {
			t.Errorf("other terms: %v", err)
		}
	})
}

func TestSixDigitsAreConsent(t *testing.T) {
	atBakery(t, func(c *counter) {
		k := c.asked(100_00)
		if err := c.GiveByDigits(ctx, c.home, db.System, k.ID, c.phone.ConsentAt(c.env.Clock.Now(), 90_00)); refused(err) != "paycode.bad_code" {
			t.Errorf("digits for another amount: %v", err)
		}
		digits := c.phone.ConsentAt(c.env.Clock.Now().Add(-30*time.Second), 100_00)
		c.must(c.GiveByDigits(ctx, c.home, db.System, k.ID, digits))
		if err := c.GiveByDigits(ctx, c.home, db.System, k.ID, digits); refused(err) != "paycode.used" {
			t.Errorf("the same digits again: %v", err)
		}
		given := c.now(k.ID).Given
		_, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, flow.Agreeing{Wish: given.Wish(), Tender: checkout.Cash, Expect: given.Cash})
		c.must(err)
		if got := c.now(k.ID).Terms; got.Consent != checkout.ByDigits || got.Cash != 80_00 {
			t.Errorf("agreed to %+v", got)
		}
		c.has("member:anna/coins COIN", "4.00") // 20.00 spent, 5% of 80.00 earned
	})
}

func TestACodeCountsOnce(t *testing.T) {
	atBakery(t, func(c *counter) {
		first := c.asked(10_00)
		if _, err := c.ask(10_00); refused(err) != "paycode.used" {
			t.Errorf("the same code again: %v", err)
		}
		again, err := c.ask(10_00, func(o *flow.Opening) { o.Token = first.Token })
		if err != nil || again.ID != first.ID {
			t.Errorf("the same form again: %v, %v", again, err)
		}
		c.env.Clock.Advance(31 * time.Second)
		c.must(ofAsking(c.ask(10_00)))
		for _, off := range []time.Duration{-61 * time.Second, 61 * time.Second} {
			if _, err := c.ask(10_00, func(o *flow.Opening) { o.Code = c.phone.CodeAt(c.env.Clock.Now().Add(off)) }); refused(err) != "paycode.bad_code" {
				t.Errorf("a clock off by %s: %v", off, err)
			}
		}
		c.env.Clock.Advance(2 * minutes)
		for _, off := range []time.Duration{-30 * time.Second, 30 * time.Second} {
			c.must(ofAsking(c.ask(10_00, func(o *flow.Opening) { o.Code = c.phone.CodeAt(c.env.Clock.Now().Add(off)) })))
		}
	})
}

func ofAsking(_ *checkout.Checkout, err error) error { return err }

func TestGuessingCodesIsThrottled(t *testing.T) {
	atBakery(t, func(c *counter) {
		wrong := c.phone.Handle + "00000000"
		for range 10 {
			if _, err := c.ask(10_00, func(o *flow.Opening) { o.Code = wrong }); refused(err) != "paycode.bad_code" {
				t.Fatalf("a wrong code: %v", err)
			}
		}
		if _, err := c.ask(10_00); refused(err) != "paycode.too_many_misses" {
			t.Errorf("the right one after ten wrong: %v", err)
		}
		c.env.Clock.Advance(11 * minutes)
		c.asked(10_00)
		for code, want := range map[string]string{"": "", "12": "paycode.bad_code", "x": "paycode.bad_code", "1234567890123456": "paycode.bad_code"} {
			if _, err := c.ask(10_00, func(o *flow.Opening) { o.Code = code }); refused(err) != want {
				t.Errorf("%q: %v", code, err)
			}
		}
	})
}

func TestACodeEndsWithItsSignIn(t *testing.T) {
	atBakery(t, func(c *counter) {
		c.must(c.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return c.SignIn.SignOut(ctx, tx, c.phone.Session) }))
		if _, err := c.ask(10_00); refused(err) != "paycode.bad_code" {
			t.Errorf("signed out: %v", err)
		}
	})
}

func TestAScanThatWaitedForTheNetwork(t *testing.T) {
	atBakery(t, func(c *counter) {
		shown := c.env.Clock.Now()
		code := c.code()
		c.env.Clock.Advance(5 * time.Hour)
		late := func(o *flow.Opening) { o.Code, o.Shown = code, shown }
		k, err := c.ask(30_00, late)
		c.must(err)
		none := money.Amount(0)
		agree := flow.Agreeing{Tender: checkout.WeChat, Expect: 30_00, Wish: offer.Wish{Coins: &none, Chosen: true}, Scene: pay.Native}
		if _, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, agree); refused(err) != "checkout.late_scan_pays_cash" {
			t.Errorf("asks a provider hours later: %v", err)
		}
		agree.Tender = checkout.Cash
		a, err := c.AgreeCheckout(ctx, c.home, db.System, k.ID, agree)
		c.must(err)
		r, err := c.Flows.Receipt(ctx, c.home, a.Settled.Seq)
		if err != nil || !r.Facts.PurchasedAt.Equal(shown) {
			t.Errorf("bought at %v, want %v: %v", r.Facts.PurchasedAt, shown, err)
		}
		if _, err := c.ask(30_00, late); refused(err) != "paycode.used" {
			t.Errorf("the same scan in another form: %v", err)
		}
		c.env.Clock.Advance(24 * time.Hour)
		if _, err := c.ask(30_00, func(o *flow.Opening) {
			o.Code, o.Shown = c.phone.CodeAt(shown.Add(time.Minute)), shown.Add(time.Minute)
		}); refused(err) != "checkout.scan_too_late" {
			t.Errorf("a day later: %v", err)
		}
	})
}
