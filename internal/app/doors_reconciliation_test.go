package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/ui/uitest"
)

// scriptedBills are tried in TestBillsOnThePages: they are finance's alone.
var scriptedBills = map[string]string{
	"/desk/reconciliation/{community}/days/{day}/file":                     "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/days/{day}/reading":                  "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/agreement":  "on the page once a write-off is proposed: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/refusal":    "on the page once a write-off is proposed: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/note":       "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/owner":      "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/return":     "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/search":     "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/settlement": "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/write-off":  "finance's: TestBillsOnThePages",
}

// bills puts a difference where a bill was read.
func (g *guarded) bills(home id.ID) {
	g.Helper()
	ctx := context.Background()
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, err := g.Flows.Reconciliations.Find(ctx, tx, reconciliation.Difference{Provider: pay.WeChat, Day: period.DayOf(tx.Now, flow.DefaultZone) - 1, Kind: reconciliation.MissingThere, Thing: reconciliation.Payment,
			Payment: "hers", Ours: 10_00, At: tx.Now}, tx.Now.Add(72*time.Hour))
		return err
	}))
	g.must(g.DB.View(ctx, home, func(r db.Reader) error {
		all, err := g.Flows.Reconciliations.Waiting(ctx, r, home, 1)
		if err == nil {
			g.holes["difference"], g.holes["day"] = all[0].ID.String(), all[0].Day.String()
		}
		return err
	}))
}

// nothingKnown are books of payments that know of none.
type nothingKnown struct{}

func (nothingKnown) EachCame(context.Context, db.Reader, id.ID, pay.Kind, time.Time, time.Time, func(reconciliation.Ours) error) error {
	return nil
}

func (nothingKnown) Known(context.Context, db.Reader, id.ID, pay.Kind, id.ID, id.ID) (p flow.Paid, err error) {
	return p, nil
}

func (nothingKnown) ToldPayment(context.Context, pay.Payment) error     { return nil }
func (nothingKnown) ToldRefund(context.Context, pay.RefundResult) error { return nil }

// TestBillsOnThePages: finance reads a bill, by hand and as a file, looks into what
// differs, gives back what nobody knows, and two people write off what nobody can explain.
func TestBillsOnThePages(t *testing.T) {
	g := newGuarded(t)
	ctx := t.Context()
	fang, ming := g.browser(), g.browser()
	fang.signIn("13600136001", "方会计")
	ming.signIn("13600136002", "明会计")
	home := g.places(t)["C1"]
	g.grant("13600136001", access.Finance, home, id.ID{})
	g.grant("13600136002", access.Finance, home, id.ID{})
	bank, err := sandbox.New(sandbox.Options{Clock: g.DB.Clock(), AnyShop: true})
	g.must(err)
	g.Flows.Reconciling = flow.NewReconciling(nothingKnown{})
	g.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: bank.Direct()}
	g.must(g.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		_, err := g.Flows.Move(ctx, tx, "~float", charter.MembershipFee{Charge: id.ID{1}, Term: id.ID{2}, Fee: 100_00, Means: charter.Provider})
		return err
	}))
	order := pay.Order{Key: "somebodyelses01", Account: "1600000001", Amount: 25_00, Title: "<i>面</i>", Scene: pay.Native, Attach: home.String()}
	p, err := bank.Direct().Pay(ctx, order)
	g.must(err)
	g.must(bank.Pay(strings.TrimPrefix(p.Code, sandbox.PagePath), "oAnna", sandbox.Never))
	day := period.DayOf(g.clock.Now(), flow.DefaultZone)
	g.clock.Set((day + 1).Start(flow.DefaultZone).Add(11 * time.Hour))

	const desk = "/desk/reconciliation/C1"
	page := desk + "/days/" + day.String()
	done := func(who *browser, path string, pairs ...string) {
		t.Helper()
		if p := who.post(path, pairs...); p.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", path, p.Code, p.body)
		}
	}
	told := func(who *browser, path string, status int, words string, pairs ...string) {
		t.Helper()
		if p := who.post(path, pairs...); p.Code != status || !strings.Contains(p.body, words) {
			t.Errorf("%s: %d, without %q", path, p.Code, words)
		}
	}
	shows := func(who *browser, path string, words ...string) {
		t.Helper()
		p := who.get(path)
		for _, w := range words {
			if p.Code != http.StatusOK || !strings.Contains(p.body, w) {
				t.Errorf("%s: %d, without %q", path, p.Code, w)
			}
		}
	}
	told(fang, page+"/reading", http.StatusNotFound, "", "provider", "alipay")
	told(fang, desk+"/days/"+(day+1).String()+"/reading", http.StatusConflict, "账单还没出来", "provider", "wechat")
	done(fang, page+"/reading", "provider", "wechat")
	shows(fang, desk, "要查的差异", "25.00", "读了")
	shows(fang, page, "0.15", "P-02", "他们有，账上没有")
	var open []reconciliation.Difference
	look := func() {
		g.must(g.DB.View(ctx, home, func(r db.Reader) error { open, err = g.Flows.Reconciliations.Of(ctx, r, home, day, day); return err }))
	}
	look()
	if len(open) != 1 {
		t.Fatalf("%+v", open)
	}
	at := desk + "/differences/" + open[0].ID.String()
	done(fang, at+"/owner")
	done(fang, at+"/note", "words", nasty[0])
	told(fang, at+"/note", http.StatusUnprocessableEntity, "请写清楚", "words", " ")
	told(fang, at+"/search", http.StatusConflict, "还是没有查到")
	told(fang, at+"/settlement", http.StatusUnprocessableEntity, "请写上凭据的号码", "way", "corrected", "words", "他们说改了")
	told(fang, at+"/write-off", http.StatusUnprocessableEntity, "不能这样了结", "words", "查不到")
	before := bank.Books().In
	done(fang, at+"/return")
	shows(fang, at, "退给付款的人了", "方会计", "&lt;script&gt;")
	if back := before - bank.Books().In; back != 25_00 {
		t.Errorf("%d went back", back)
	}
	shows(ming, desk, "1 笔都了结了")

	// The one that newGuarded put there: two people write it off.
	hers := desk + "/differences/" + g.holes["difference"]
	done(fang, hers+"/write-off", "words", "问过了，查不到")
	shows(fang, hers, "要由另一个人决定")
	told(fang, hers+"/agreement", http.StatusForbidden, "提出核销的人不能自己同意")
	told(ming, hers+"/refusal", http.StatusUnprocessableEntity, "请写清楚", "words", "")
	done(ming, hers+"/refusal", "words", "再问一次")
	done(fang, hers+"/write-off", "words", "又问过了")
	shows(ming, hers, "同意核销", "P-05")
	done(ming, hers+"/agreement")
	shows(ming, hers, "核销了")
	told(fang, hers+"/settlement", http.StatusConflict, "已经了结", "way", "corrected", "words", "x", "reference", "y")
	g.bill(t, fang, page)
	for path, who := range map[string]*browser{desk: g.thief, page: g.owner, at: g.owner} {
		if p := who.get(path); p.Code == http.StatusOK {
			t.Errorf("%s is open to others: %d", path, p.Code)
		}
	}
	if p := g.clerk.post(at+"/note", "words", "x"); p.Code != http.StatusForbidden { // an operator reads and decides, and does not work on it
		t.Errorf("noted by the operator: %d", p.Code)
	}
	shows(g.clerk, "/desk/reconciliation", "不属于哪个社区的")
	shows(g.clerk, "/desk/reconciliation/house", "要查的差异")
	if p := fang.get("/desk/reconciliation/house"); p.Code != http.StatusForbidden {
		t.Errorf("the house's to a community's finance: %d", p.Code)
	}
	uitest.Browse(t, wearing(g.web, fang.token()), []uitest.Shot{
		{Name: "bills-desk", Path: desk, Width: 1440, Height: 900, Lang: "zh"}, {Name: "bills-day", Path: page, Width: 1440, Height: 900, Lang: "zh"},
		{Name: "bills-difference", Path: at, Width: 1440, Height: 900, Lang: "zh"}, {Name: "bills-phone", Path: page, Width: 390, Height: 844, Lang: "en"},
	})
	if p := fang.get(desk + "/differences?format=csv"); p.Code != http.StatusOK || !strings.Contains(p.body, "somebodyelses01") {
		t.Errorf("the export: %d", p.Code)
	}
}

// bill hands a bill's file in: a good one, one of another day, and none.
func (g *guarded) bill(t *testing.T, who *browser, page string) {
	t.Helper()
	day, err := period.ParseDay(page[strings.LastIndex(page, "/")+1:])
	g.must(err)
	of := func(at time.Time) []byte {
		var b strings.Builder
		w := sandbox.NewBillWriter(&b, sandbox.DefaultFee)
		w.Line(pay.BillLine{Kind: pay.PaymentLine, At: at, Key: "byfile0001", ID: "42001", Amount: money.Amount(3_00), Fee: 2, Attach: g.places(t)["C1"].String()}, "面")
		g.must(w.Close())
		return []byte(b.String())
	}
	for says, c := range map[string]struct {
		content []byte
		status  int
		words   string
	}{
		"no bill":        {[]byte("x,y\n"), http.StatusUnprocessableEntity, "这份文件不完整"},
		"of another day": {of(day.Start(flow.DefaultZone).Add(-time.Hour)), http.StatusUnprocessableEntity, "别的日子"},
		"a good one":     {of(day.Start(flow.DefaultZone).Add(time.Hour)), http.StatusSeeOther, ""},
	} {
		if p := who.files(page+"/file", map[string]string{"provider": "wechat"}, "bill", "bill.csv", c.content); p.Code != c.status || !strings.Contains(p.body, c.words) {
			t.Errorf("%s: %d %.300s", says, p.Code, p.body)
		}
	}
}
