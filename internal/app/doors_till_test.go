package app

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/payment"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// tillThings makes one of everything that an address of a till can name: of anna, who
// owns the bakery and buys there herself.
func (g *guarded) tillThings(home, bakery, anna id.ID) {
	g.Helper()
	ctx := context.Background()
	open := func(form string) *checkout.Checkout {
		c, err := g.Flows.OpenCheckout(ctx, home, db.System, flow.Opening{Shop: bakery, List: 10_00, Self: anna, Token: form})
		g.must(err)
		return c
	}
	none := money.Amount(0)
	sold := open("till-1")
	a, err := g.Flows.AgreeCheckout(ctx, home, db.System, sold.ID, flow.Agreeing{Wish: offer.Wish{Coins: &none, Chosen: true, Plain: true}, Tender: checkout.Cash, Expect: 10_00})
	g.must(err)
	slot, err := id.Parse(g.holes["slot"])
	g.must(err)
	booked, err := g.Flows.BookAd(ctx, home, bakery, slot, stranger, period.DayOf(g.clock.Now(), flow.DefaultZone).Month()+3)
	g.must(err)
	var slip charge.Charge
	g.read(home, func(ctx context.Context, r db.Reader) error {
		all, err := g.Flows.Charges.Of(ctx, r, home, booked.ID)
		slip = all[0]
		return err
	})
	g.holes["checkout"], g.holes["at"], g.holes["store"], g.holes["slip"] = open("till-2").ID.String(), home.String(), "bakery", slip.Code
	g.holes["/shop/{shop}/sales/{entry}"] = fmt.Sprint(a.Settled.Seq)
	g.failedRefund(home)
}

// failedRefund is money that came too late, and that the provider could not give back.
func (g *guarded) failedRefund(home id.ID) {
	g.Helper()
	ctx := context.Background()
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		p, err := g.Flows.Payments.Open(ctx, tx, payment.Payment{Purpose: payment.Charge, Subject: id.ID{7}, Provider: pay.WeChat, Scene: pay.Native, Amount: 7_00, Title: wild, DueAt: tx.Now.Add(time.Minute)})
		if err != nil {
			return err
		}
		if err := g.Flows.Payments.Pay(ctx, tx, &p, pay.Payment{ID: "4200", Key: p.Key(), Amount: 7_00, Asset: "CNY", PaidAt: tx.Now}, -1, "charge.past_due"); err != nil {
			return err
		}
		back, err := g.Flows.Payments.Refund(ctx, tx, &p, 7_00, -1, "charge.past_due")
		if err != nil {
			return err
		}
		g.holes["payment"], g.holes["refund"] = p.Key(), back.Key()
		return g.Flows.Payments.EndRefund(ctx, tx, &p, back.ID, payment.Failed, "", "USER_ACCOUNT_ABNORMAL")
	}))
}

// A till takes nothing from a code that is wrong, says so beside the field, and keeps what
// was typed; ten wrong ones stop it.
func TestATillRefusesWrongCodes(t *testing.T) {
	g := newGuarded(t)
	till := "/shop/" + g.holes["shop"] + "/till"
	for code, says := range map[string]string{"12": "没有认出这个码", strings.Repeat("9", 16): "没有认出这个码", "<script>": "没有认出这个码"} {
		p := g.owner.post(till, "list", "12.50", "code", code, "once", "t-"+code)
		if p.Code != http.StatusUnprocessableEntity || !strings.Contains(p.body, says) || !strings.Contains(p.body, `value="12.50"`) {
			t.Errorf("%q: %d %.300s", code, p.Code, p.body)
		}
	}
	for _, digits := range []string{"", "12", "abcdef", "000000"} {
		if p := g.owner.post(till+"/"+g.holes["checkout"]+"/consent", "digits", digits); p.Code < 400 || p.Code > 499 {
			t.Errorf("digits %q: %d", digits, p.Code)
		}
	}
	for _, list := range []string{"", "0", "-1", "1.234", "abc", "99999999999999999999"} {
		if p := g.owner.post(till, "list", list, "once", "l-"+list); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", list, p.Code)
		}
	}
}

// What a phone needs to make codes is told to its own sign-in alone.
func TestAPayCodeIsItsPhones(t *testing.T) {
	g := newGuarded(t)
	if p := g.owner.post("/me/pay/key"); p.Code != http.StatusSeeOther {
		t.Fatalf("%d %.200s", p.Code, p.body)
	}
	page := g.owner.get("/me/pay")
	if !strings.Contains(page.body, "data-secret") || page.Header().Get("Cache-Control") == "" {
		t.Errorf("%d %.300s", page.Code, page.body)
	}
	handle := regexp.MustCompile(`data-handle="(\d+)"`).FindStringSubmatch(page.body)
	if handle == nil {
		t.Fatalf("the page tells no handle: %.300s", page.body)
	}
	if p := g.clerk.get("/me/pay"); strings.Contains(p.body, handle[1]) {
		t.Error("another's page shows her code")
	}
	if p := g.owner.post("/me/pay/key/end"); p.Code != http.StatusSeeOther {
		t.Errorf("%d", p.Code)
	}
	g.clock.Advance(time.Second)
	if p := g.owner.get("/me/pay"); strings.Contains(p.body, "data-secret") {
		t.Error("an ended key is still shown")
	}
}
