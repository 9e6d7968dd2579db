package app

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// closedPurse is a provider that refuses refunds while its payer's account is closed.
type closedPurse struct {
	pay.Provider
	closed bool
}

func (p *closedPurse) Refund(ctx context.Context, r pay.Refund) (pay.RefundResult, error) {
	if p.closed {
		return pay.RefundResult{}, &pay.Refused{Code: "USER_ACCOUNT_ABNORMAL", Status: http.StatusForbidden}
	}
	return p.Provider.Refund(ctx, r)
}

// online is a till whose buyers pay by a provider.
type online struct {
	*contestant
	shop  id.ID
	bank  *sandbox.Server
	purse *closedPurse
}

func withProvider(t *testing.T) *online {
	t.Helper()
	c, shop := among(t)
	bank, err := sandbox.New(sandbox.Options{Clock: c.DB.Clock(), AnyShop: true})
	c.must(err)
	o := &online{contestant: c, shop: shop, bank: bank, purse: &closedPurse{Provider: bank.Direct()}}
	c.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: o.purse}
	return o
}

// paid pays the code that a page shows; the house asks what became of it.
func (o *online) paid(page string) {
	o.t.Helper()
	m := regexp.MustCompile(sandbox.PagePath + `([0-9A-Za-z_-]+)`).FindStringSubmatch(page)
	if m == nil {
		o.t.Fatalf("no code to pay on %.3000s", page)
	}
	o.must(o.bank.Pay(m[1], "oAnna", sandbox.Never))
	o.clock.Advance(time.Minute)
	o.must(o.Flows.AskProviders(o.t.Context(), o.home))
}

// C8: a charge is paid by a provider: asked for, thought over, asked for again, paid once.
func TestASlipIsPaidOnThePages(t *testing.T) {
	o := withProvider(t)
	at := "/me/slips/" + o.holes["at"] + "/" + o.holes["slip"]
	o.told(o.owner, at+"/payment", "", "tender", "gold")
	o.done(o.owner, at+"/payment", "tender", "wechat")
	if p := o.seen(o.owner, at); !strings.Contains(p.body, "/cancellation") || !strings.Contains(p.body, sandbox.PagePath) {
		t.Errorf("no code, or no way back: %.3000s", p.body)
	}
	o.done(o.owner, at+"/cancellation")
	o.done(o.owner, at+"/payment", "tender", "wechat")
	o.paid(o.seen(o.owner, at).body)
	if p := o.seen(o.owner, at); !strings.Contains(p.body, "付好了") || strings.Contains(p.body, "/payment") {
		t.Errorf("paid, it says %.3000s", p.body)
	}
	o.told(o.owner, at+"/payment", "", "tender", "wechat")
}

// D1, D3: a member pays on her phone; what goes back and does not arrive waits for finance,
// who tries again and notes what was given by hand, once.
func TestARefundThatFailsIsSettledAtTheDesk(t *testing.T) {
	o := withProvider(t)
	mine := "/me/checkouts/" + o.holes["at"] + "/" + o.holes["checkout"]
	o.told(o.owner, mine+"/agreement", "", "chosen", "1", "tender", "wechat", "expect", "1.00")
	o.told(o.owner, mine+"/agreement", "", "chosen", "1", "tender", "cash", "expect", "9.00")
	o.done(o.owner, mine+"/agreement", "chosen", "1", "tender", "wechat", "expect", "9.00")
	o.paid(o.seen(o.owner, mine).body)
	done := o.seen(o.owner, "/shop/"+o.shop.String()+"/till/"+o.holes["checkout"])
	sale := regexp.MustCompile(`/shop/[^"]+/sales/\d+/refund`).FindString(done.body)
	if sale == "" {
		t.Fatalf("the till does not say it is paid: %.3000s", done.body)
	}
	o.purse.closed = true
	o.done(o.owner, sale, "what", "all", "reason", nasty[0], "once", "back")
	const desk = "/desk/refunds/C1"
	if p := o.owner.get(desk); p.Code != http.StatusForbidden {
		t.Errorf("an owner looks at the desk of refunds: %d", p.Code)
	}
	o.grant(clerkPhone, access.Finance, o.home, id.ID{})
	o.seen(o.clerk, "/desk/refunds")
	failed := func() (again, hand string) {
		p := o.seen(o.clerk, desk)
		for _, found := range regexp.MustCompile(desk+`/[^"]+/again`).FindAllString(p.body, -1) {
			if !strings.Contains(found, o.holes["payment"]) { // which failed before
				again = found
			}
		}
		if again != "" && !strings.Contains(p.body, "收款人的账户注销或冻结了") {
			t.Errorf("it does not say why: %.3000s", p.body)
		}
		return again, strings.TrimSuffix(again, "again") + "hand"
	}
	first, firstHand := failed()
	o.done(o.clerk, first)
	second, hand := failed()
	if second == first || second == "" {
		t.Fatalf("tried again: %q, then %q", first, second)
	}
	o.told(o.clerk, firstHand, "", "note", "现金退给本人")
	o.told(o.clerk, hand, "", "note", "")
	o.done(o.clerk, hand, "slip", "R-7", "note", nasty[0])
	o.told(o.clerk, hand, "", "note", "再退一次")
	o.done(o.clerk, second) // it was: nothing more comes of it
	if again, _ := failed(); again != "" {
		t.Errorf("given back, it waits still: %s", again)
	}
}
