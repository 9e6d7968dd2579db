package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
)

// payoutThings makes one of everything that an address of payouts can name: of anna, who
// owns the bakery.
func (g *guarded) payoutThings(home, bakery id.ID) {
	g.Helper()
	ctx := context.Background()
	officer := func(n byte) db.Actor { return db.Actor{Kind: "person", ID: id.ID{77, n}} }
	var anna id.ID
	g.must(g.DB.Update(ctx, home, officer(1), func(tx *db.Tx) error {
		m, err := g.Flows.Members.ByRef(ctx, tx, "anna")
		if err != nil {
			return err
		}
		anna = m.ID
		shop, _, err := g.Flows.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: "closed", Name: "关了的店", Tier: policy.Standard})
		if err != nil {
			return err
		}
		if _, err := g.Flows.Move(ctx, tx, "~test:closed", charter.GoodsHanded{Merchant: shop.ID, Why: "honour", Cause: id.ID{1}, Cost: 900}); err != nil {
			return err
		}
		return g.Flows.Merchants.Change(ctx, tx, "closed", func(m *merchant.Merchant) error { m.Status = merchant.Suspended; return nil })
	}))
	account := func(kind payout.Owner, owner id.ID, p pay.Kind, number string) *payout.Account {
		a, err := g.Flows.AskAccount(ctx, home, officer(1), payout.Account{Kind: kind, Owner: owner, Provider: p, Number: number, Name: "陈记面包", Why: "开户"})
		g.must(err)
		return a
	}
	first := account(payout.OfShop, bakery, payout.Bank, "6222000011112222")
	g.must(g.Flows.AgreeAccount(ctx, home, officer(2), first.ID))
	g.must(g.Flows.AgreeAccount(ctx, home, officer(2), account(payout.OfPlatform, id.ID{}, payout.Bank, "6222000099990000").ID))
	_, err := g.Flows.Settle(ctx, home, db.System, flow.Purchase{Ref: "payout-1", PurchasedAt: g.clock.Now(), Merchant: "bakery", Price: 50_00, Held: 50_00})
	g.must(err)
	today := period.DayOf(g.clock.Now(), flow.DefaultZone)
	prepare := func(b payout.Batch) (made *payout.Batch) { // the day is not over, so that nothing could be planned
		g.must(g.DB.Update(ctx, home, officer(1), func(tx *db.Tx) (err error) {
			b.DueAt = tx.Now.AddDate(0, 0, 7)
			made, err = g.Flows.Payouts.Prepare(ctx, tx, b)
			return err
		}))
		return made
	}
	paid := prepare(payout.Batch{Kind: payout.Shops, Cutoff: today + 1, Through: today, Items: []payout.Item{{Payee: bakery, Held: 48_50, Amount: 48_50, Account: first.ID}}})
	for n := range byte(2) {
		paid, err = g.Flows.AgreePayout(ctx, home, officer(2+n), paid.ID)
		g.must(err)
	}
	waiting := prepare(payout.Batch{Kind: payout.People, Cutoff: today, Through: today - 15, Items: []payout.Item{{Payee: anna, Held: 500, Amount: 500, Account: first.ID}}})
	ask := func(actor db.Actor, kind payout.Owner, owner id.ID) *payout.Account {
		a, err := g.Flows.AskAccount(ctx, home, actor, payout.Account{Kind: kind, Owner: owner, Provider: payout.Bank, Number: "6222000033334444", Name: "陈秀英", Why: "换了卡"})
		g.must(err)
		return a
	}
	her := db.Actor{Kind: "person", ID: g.who("+86" + ownerPhone).ID}
	shops, hers := ask(her, payout.OfShop, bakery), ask(her, payout.OfPerson, anna)
	for name, value := range map[string]id.ID{
		"/desk/payouts/{community}/batches/{batch}": waiting.ID, "item": paid.Items[0].ID, "/desk/payouts/{community}/accounts/{account}": hers.ID,
		"/shop/{shop}/payouts/account/{account}": shops.ID, "/me/rewards/payout/{account}": hers.ID, "paid": paid.ID,
	} {
		g.holes[name] = value.String()
	}
}

// D5: prepared, agreed to by two others, paid at a bank, come back; a shop sees it all.
func TestAPayoutOnThePages(t *testing.T) {
	c, shop := among(t)
	second, third := c.browser(), c.browser()
	colleagues := func() {
		for phone, who := range map[string]*browser{"13600136002": second, "13600136003": third} {
			if !who.in() {
				who.signIn(phone, "同事")
			}
		}
	}
	colleagues()
	for _, phone := range []string{clerkPhone, "13600136002", "13600136003"} {
		c.grant(phone, access.Finance, c.home, id.ID{})
	}
	c.until(october(16, 12))
	c.buy("more", "anna", "bakery", "100.00")
	c.until(october(18, 10))
	colleagues()
	c.must(c.Flows.CloseDue(t.Context(), c.home))
	const desk = "/desk/payouts/C1"
	c.told(c.clerk, desk, "", "kind", "gifts", "cutoff", "2025-10-18", "once", "a")
	c.told(c.clerk, desk, "", "kind", "shops", "cutoff", "2025-11-18", "once", "a")
	plan, err := c.Flows.PlanPayout(t.Context(), c.home, id.ID{}, payout.Shops, period.Date(2025, 10, 18))
	c.must(err)
	if p := c.seen(c.clerk, desk+"/preview?kind=shops&cutoff=2025-10-18"); plan.Sum() < 97_00 || !strings.Contains(p.body, ui.Yuan(plan.Sum())) {
		t.Errorf("the preview does not say %s: %.3000s", ui.Yuan(plan.Sum()), p.body)
	}
	form := []string{"kind", "shops", "cutoff", "2025-10-18", "words", nasty[0], "once", "one form"}
	c.done(c.clerk, desk, form...)
	c.done(c.clerk, desk, form...) // the form came twice
	c.told(c.clerk, desk, "再付一次", "kind", "shops", "cutoff", "2025-10-18", "words", "再付一次", "once", "another")
	var batch *payout.Batch
	read := func() {
		c.view(func(ctx context.Context, r db.Reader) error {
			all, err := c.Flows.Payouts.Batches(ctx, r, c.home, 1, 0)
			if err == nil {
				batch, err = c.Flows.Payouts.Batch(ctx, r, c.home, all[0].ID)
			}
			return err
		})
	}
	read()
	at := desk + "/batches/" + batch.ID.String()
	item := at + "/items/" + batch.Items[0].ID.String()
	c.told(c.clerk, at+"/agreement", "")
	c.told(second, at+"/refusal", "", "reason", "")
	c.done(second, at+"/agreement")
	c.told(second, at+"/agreement", "")
	if p := c.owner.post(at + "/agreement"); p.Code != http.StatusForbidden {
		t.Errorf("the shop agrees: %d", p.Code)
	}
	c.done(third, at+"/agreement")
	c.told(third, item+"/slip", "", "reference", "")
	c.done(third, item+"/slip", "reference", nasty[0])
	c.told(third, item+"/return", "户名不符", "yuan", "1000", "reason", "户名不符")
	c.done(third, item+"/return", "yuan", "7.00", "reference", "R-1", "reason", nasty[0])
	for _, format := range []string{"?format=csv", "?format=xlsx", "/paper"} {
		if p := c.clerk.get(at + format); p.Code != http.StatusOK || p.Body.Len() < 100 {
			t.Errorf("%s: %d, %d bytes", format, p.Code, p.Body.Len())
		}
	}
	c.sharesSeen(batch, at)
	mine := "/shop/" + shop.String() + "/payouts"
	if p := c.seen(c.owner, mine); !strings.Contains(p.body, ui.Yuan(batch.Items[0].Amount)) {
		t.Errorf("the shop does not see %v: %.3000s", batch.Items[0].Amount, p.body)
	}
	c.seen(c.owner, mine+"/"+batch.Items[0].ID.String())
	c.payees(shop)
	read()
	if batch.Items[0].Back() != 7_00 || batch.Items[0].State(batch) != payout.Arrived {
		t.Errorf("%+v", batch.Items[0])
	}
}

// payees tries what a shop and a person say and see of where and when they are paid.
func (c *contestant) payees(shop id.ID) {
	c.t.Helper()
	const desk = "/desk/payouts/C1"
	mine := "/shop/" + shop.String() + "/payouts"
	c.told(c.owner, mine+"/account", "", "provider", "bank", "number", "622200007777", "name", nasty[0], "why", "换卡") // one waits already
	c.done(c.owner, c.path(Door{Path: "/shop/{shop}/payouts/account/{account}"})+"/withdrawal")
	c.told(c.owner, mine+"/account", "换张新卡", "provider", "bank", "number", "卡号", "name", nasty[0], "why", "换张新卡")
	c.done(c.owner, mine+"/account", "provider", "bank", "number", "622200007777", "name", nasty[0], "why", nasty[0])
	c.done(c.clerk, desk+"/accounts/"+c.holes["/desk/payouts/{community}/accounts/{account}"]+"/agreement")
	c.seen(c.owner, "/me/rewards/payout")
	c.told(c.clerk, desk+"/decisions", "照付", "shop", shop.String(), "words", "照付")
	for _, at := range []string{"/shop/" + shop.String() + "/statement/2025-10", "/shop/" + shop.String() + "/statement/2025-10?format=xlsx", "/me/statement?format=pdf", "/me/statement?format=csv"} {
		if p := c.owner.get(at); p.Code != http.StatusOK || p.Body.Len() < 100 {
			c.t.Errorf("%s: %d, %d bytes", at, p.Code, p.Body.Len())
		}
	}
	if p := c.owner.get("/shop/" + shop.String() + "/statement/2025-11"); p.Code != http.StatusUnprocessableEntity && p.Code != http.StatusBadRequest {
		c.t.Errorf("a month that is yet to come: %d", p.Code)
	}
	if p := c.seen(c.owner, "/me/statement?month=2025-10"); !strings.Contains(p.body, "S-07") {
		c.t.Errorf("her month names no rule: %.3000s", p.body)
	}
}

// S1: the platform's months, of one community and of all, as a page and as a table.
func TestProfitAndLossOnThePages(t *testing.T) {
	c, _ := among(t)
	for done := 1; done > 0; {
		var err error
		done, err = c.Flows.Follower().Step(t.Context(), c.home, ledger.FollowSums, 1000)
		c.must(err)
	}
	var month []flow.Profit
	c.view(func(ctx context.Context, r db.Reader) (err error) {
		month, err = c.Flows.Profits(ctx, r, c.home, period.Date(2025, 10, 1).Month(), period.Date(2025, 10, 1).Month())
		return err
	})
	for _, at := range []string{"/desk/finance", "/desk/finance/C1", "/desk/finance/C1?from=2025-09&to=2025-10"} {
		if p := c.seen(c.clerk, at); month[0].Incomes() <= 0 || !strings.Contains(p.body, "/desk/result") || !strings.Contains(p.body, ui.Yuan(month[0].Result())) {
			t.Errorf("%s: %.4000s", at, p.body)
		}
	}
	for _, at := range []string{"/desk/finance?format=xlsx", "/desk/finance/C1?format=csv"} {
		if p := c.clerk.get(at); p.Code != http.StatusOK || p.Body.Len() < 100 {
			t.Errorf("%s: %d, %d bytes", at, p.Code, p.Body.Len())
		}
	}
	if p := c.clerk.get("/desk/finance?from=2020-01&to=2025-10"); p.Code != http.StatusUnprocessableEntity && p.Code != http.StatusBadRequest {
		t.Errorf("six years: %d", p.Code)
	}
	if p := c.owner.get("/desk/finance/C1"); p.Code != http.StatusForbidden {
		t.Errorf("a shop reads the platform's months: %d", p.Code)
	}
}

// sharesSeen looks at how a batch is shared: before there is anything, and with a request
// whose part is under way, one that failed, and a claim that is carried.
func (c *contestant) sharesSeen(batch *payout.Batch, at string) {
	c.t.Helper()
	empty := c.seen(c.clerk, at+"/shares")
	if !strings.Contains(empty.body, "这一批没有要分的订单") {
		c.t.Errorf("an empty plan: %.2000s", empty.body)
	}
	shop, item := batch.Items[0].Payee, batch.Items[0].ID
	c.must(c.Flows.DB.Update(c.t.Context(), c.home, db.System, func(tx *db.Tx) error {
		share := func(place int, parts ...payout.SharePart) payout.Share {
			return payout.Share{ID: tx.NewID(), Batch: batch.ID, Place: place, Provider: pay.WeChat, Payment: tx.NewID(), Number: "4200000123", Account: "1600000001", Shop: shop, Item: item,
				Amount: 100_00, PaidAt: tx.Now.Add(-25 * 24 * time.Hour), Parts: parts, Release: true}
		}
		all := []payout.Share{share(0, payout.SharePart{Kind: payout.OfPlatform, Number: "1900000001", Name: "平台", Amount: 3_21}), share(1)}
		plan := payout.Plan{ID: tx.NewID(), Batch: batch.ID, Carried: []payout.Carried{{Claim: payout.Claim{Kind: payout.OfPlatform, Amount: 12_34}, Why: payout.NoHouse, Provider: pay.WeChat}}}
		if err := c.Flows.Payouts.KeepShares(c.t.Context(), tx, plan.ID, all); err != nil {
			return err
		}
		if err := c.Flows.Payouts.KeepPlan(c.t.Context(), tx, plan); err != nil {
			return err
		}
		if err := c.Flows.Payouts.NoteOver(c.t.Context(), tx, payout.Over{Shop: shop, Cause: payout.OverLate, Of: batch.ID, Amount: 5_67}); err != nil {
			return err
		}
		failed, err := c.Flows.Payouts.ShareByID(c.t.Context(), tx, c.home, all[1].ID)
		if err != nil {
			return err
		}
		return c.Flows.Payouts.EndShare(c.t.Context(), tx, failed, payout.ShareEnd{Kind: payout.ShareFailed, Reason: payout.AfterRefund})
	}))
	for page, want := range map[string][]string{
		at:                 {"一共 2 次，分好 0 次，还在办 1 次，没有分成 1 次。", "12.34", "平台在这家支付机构没有收款的商户号", at + "/shares"},
		at + "/shares":     {"4200000123", "平台 3.21 元", "排着队", "退过款，剩下的不够分"},
		"/desk/payouts/C1": {"店家多得的", "5.67"},
	} {
		p := c.seen(c.clerk, page)
		for _, w := range want {
			if !strings.Contains(p.body, w) {
				c.t.Errorf("%s does not say %q: %.3000s", page, w, p.body)
			}
		}
	}
	for _, format := range []string{"?format=csv", "?format=xlsx"} {
		if p := c.clerk.get(at + "/shares" + format); p.Code != http.StatusOK || p.Body.Len() < 100 {
			c.t.Errorf("%s: %d, %d bytes", format, p.Code, p.Body.Len())
		}
	}
}
