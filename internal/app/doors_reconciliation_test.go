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
	"/desk/reconciliation/{community}/differences/{difference}/agreement": "on the page once a write-off is proposed: TestAWriteOffOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/refusal":   "on the page once a write-off is proposed: TestAWriteOffOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/return":    "finance's: TestBillsOnThePages",
	"/desk/reconciliation/{community}/differences/{difference}/search":    "finance's: TestBillsOnThePages",
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

// billsOffice is finance at the desk, with a provider that took a payment of which the books
// know nothing.
type billsOffice struct {
	*guarded
	t          *testing.T
	fang, ming *browser
	home       id.ID
	bank       *sandbox.Server
	day        period.Day
}

const billsDesk = "/desk/reconciliation/C1"

func inBillsOffice(t *testing.T) *billsOffice {
	g := newGuarded(t)
	o := &billsOffice{guarded: g, t: t, fang: g.browser(), ming: g.browser(), home: g.places(t)["C1"]}
	o.fang.signIn("13600136001", "方会计")
	o.ming.signIn("13600136002", "明会计")
	g.grant("13600136001", access.Finance, o.home, id.ID{})
	g.grant("13600136002", access.Finance, o.home, id.ID{})
	var err error
	o.bank, err = sandbox.New(sandbox.Options{Clock: g.DB.Clock(), AnyShop: true})
	g.must(err)
	g.Flows.Reconciling = flow.NewReconciling(nothingKnown{})
	g.Flows.Providers = map[pay.Kind]pay.Provider{pay.WeChat: o.bank.Direct()}
	g.must(g.DB.Update(t.Context(), o.home, db.System, func(tx *db.Tx) error {
		_, err := g.Flows.Move(t.Context(), tx, "~float", charter.MembershipFee{Charge: id.ID{1}, Term: id.ID{2}, Fee: 100_00, Means: charter.Provider})
		return err
	}))
	p, err := o.bank.Direct().Pay(t.Context(), pay.Order{Key: "somebodyelses01", Account: "1600000001", Amount: 25_00, Title: "<i>面</i>", Scene: pay.Native, Attach: o.home.String()})
	g.must(err)
	g.must(o.bank.Pay(strings.TrimPrefix(p.Code, sandbox.PagePath), "oAnna", sandbox.Never))
	o.day = period.DayOf(g.clock.Now(), flow.DefaultZone)
	g.clock.Set((o.day + 1).Start(flow.DefaultZone).Add(11 * time.Hour))
	return o
}

func (o *billsOffice) page() string { return billsDesk + "/days/" + o.day.String() }

func (o *billsOffice) done(who *browser, path string, pairs ...string) {
	o.t.Helper()
	if p := who.post(path, pairs...); p.Code != http.StatusSeeOther {
		o.t.Errorf("%s: %d %s", path, p.Code, p.body)
	}
}

func (o *billsOffice) told(who *browser, path string, status int, words string, pairs ...string) {
	o.t.Helper()
	if p := who.post(path, pairs...); p.Code != status || !strings.Contains(p.body, words) {
		o.t.Errorf("%s: %d, without %q", path, p.Code, words)
	}
}

func (o *billsOffice) shows(who *browser, path string, words ...string) {
	o.t.Helper()
	p := who.get(path)
	for _, w := range words {
		if p.Code != http.StatusOK || !strings.Contains(p.body, w) {
			o.t.Errorf("%s: %d, without %q", path, p.Code, w)
		}
	}
}

// TestBillsOnThePages: finance reads a bill, by hand and as a file, looks into what
// differs, and gives back what nobody knows.
func TestBillsOnThePages(t *testing.T) {
	o := inBillsOffice(t)
	page, fang := o.page(), o.fang
	o.told(fang, page+"/reading", http.StatusNotFound, "", "provider", "alipay")
	o.told(fang, billsDesk+"/days/"+(o.day+1).String()+"/reading", http.StatusConflict, "账单还没出来", "provider", "wechat")
	o.done(fang, page+"/reading", "provider", "wechat")
	o.shows(fang, billsDesk, "要查的差异", "25.00", "读了")
	o.shows(fang, page, "0.15", "P-02", "他们有，账上没有")
	var found []reconciliation.Difference
	o.must(o.DB.View(t.Context(), o.home, func(r db.Reader) (err error) {
		found, err = o.Flows.Reconciliations.Of(t.Context(), r, o.home, o.day, o.day)
		return err
	}))
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	at := billsDesk + "/differences/" + found[0].ID.String()
	o.done(fang, at+"/owner")
	o.done(fang, at+"/note", "words", nasty[0])
	o.told(fang, at+"/note", http.StatusUnprocessableEntity, "请写清楚", "words", " ")
	o.told(fang, at+"/search", http.StatusConflict, "还是没有查到")
	o.told(fang, at+"/settlement", http.StatusUnprocessableEntity, "请写上凭据的号码", "way", "corrected", "words", "他们说改了")
	o.told(fang, at+"/write-off", http.StatusUnprocessableEntity, "不能这样了结", "words", "查不到")
	before := o.bank.Books().In
	o.done(fang, at+"/return")
	o.shows(fang, at, "退给付款的人了", "方会计", "&lt;script&gt;")
	if back := before - o.bank.Books().In; back != 25_00 {
		t.Errorf("%d went back", back)
	}
	o.shows(o.ming, billsDesk, "1 笔都了结了")
	o.bill(t, fang, page)
	for path, who := range map[string]*browser{billsDesk: o.thief, page: o.owner, at: o.owner} {
		if p := who.get(path); p.Code == http.StatusOK {
			t.Errorf("%s is open to others: %d", path, p.Code)
		}
	}
	operator := o.browser()
	operator.signIn("13600136003", "杨运营")
	o.grant("13600136003", access.Operator, id.ID{}, id.ID{})
	if p := operator.post(at+"/note", "words", "x"); p.Code != http.StatusForbidden { // an operator reads and decides, and does not work on it
		t.Errorf("noted by the operator: %d", p.Code)
	}
	o.shows(operator, "/desk/reconciliation", "不属于哪个社区的")
	o.shows(operator, "/desk/reconciliation/house", "要查的差异")
	if p := fang.get("/desk/reconciliation/house"); p.Code != http.StatusForbidden {
		t.Errorf("the house's to a community's finance: %d", p.Code)
	}
	if p := fang.get(billsDesk + "/differences?format=csv"); p.Code != http.StatusOK || !strings.Contains(p.body, "somebodyelses01") {
		t.Errorf("the export: %d", p.Code)
	}
	uitest.Browse(t, wearing(o.web, fang.token()), []uitest.Shot{
		{Name: "bills-desk", Path: billsDesk, Width: 1440, Height: 900, Lang: "zh"}, {Name: "bills-day", Path: page, Width: 1440, Height: 900, Lang: "zh"},
		{Name: "bills-difference", Path: at, Width: 1440, Height: 900, Lang: "zh"}, {Name: "bills-phone", Path: page, Width: 390, Height: 844, Lang: "en"},
	})
}

// TestAWriteOffOnThePages: who proposes it is told to wait for somebody else.
func TestAWriteOffOnThePages(t *testing.T) {
	o := inBillsOffice(t)
	hers := billsDesk + "/differences/" + o.holes["difference"]
	o.done(o.fang, hers+"/write-off", "words", "问过了，查不到")
	o.shows(o.fang, hers, "要由另一个人决定")
	o.told(o.fang, hers+"/agreement", http.StatusForbidden, "提出核销的人不能自己同意")
	o.told(o.ming, hers+"/refusal", http.StatusUnprocessableEntity, "请写清楚", "words", "")
	o.done(o.ming, hers+"/refusal", "words", "再问一次")
	o.done(o.fang, hers+"/write-off", "words", "又问过了")
	o.shows(o.ming, hers, "同意核销", "P-05")
	o.done(o.ming, hers+"/agreement")
	o.shows(o.ming, hers, "核销了")
	o.told(o.fang, hers+"/settlement", http.StatusConflict, "已经了结", "way", "corrected", "words", "x", "reference", "y")
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
