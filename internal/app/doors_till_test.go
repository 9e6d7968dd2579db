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
	"gongyi/internal/module/charge"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/offer"
	"gongyi/internal/platform/db"
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
	var slip charge.Charge
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) (err error) {
		slip, err = g.Flows.Charges.Open(ctx, tx, charge.Charge{Purpose: charge.Ad, Subject: id.ID{5}, Kind: charge.ByMerchant, Payer: bakery, Amount: 300_00, DueAt: tx.Now.AddDate(0, 0, 7)})
		return err
	}))
	g.holes["checkout"], g.holes["at"], g.holes["store"], g.holes["slip"] = open("till-2").ID.String(), home.String(), "bakery", slip.Code
	g.holes["/shop/{shop}/sales/{entry}"] = fmt.Sprint(a.Settled.Seq)
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
