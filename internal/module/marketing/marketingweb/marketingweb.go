// Package marketingweb are the pages of joint marketing (C2): the office records and
// approves what the shops' fees are spent on, every shop sees it invoice by invoice.
package marketingweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/marketing"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of joint marketing.
type Pages struct{ *portal.Portal }

// Routes adds the pages, and their door to the portal.
func Routes(t *httpkit.Router, p *portal.Portal) {
	m := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /desk/marketing", Action: "marketing.read", On: m.Somewhere("marketing.read"), Do: m.Choose("marketing.read", "marketing", i18n.M("联合营销款"))},
		httpkit.Route{Pattern: "GET /desk/marketing/{community}", Action: "marketing.read", On: m.InCommunity, Do: m.desk},
		httpkit.Route{Pattern: "POST /desk/marketing/{community}", Action: "marketing.record", On: m.InCommunity, Do: m.record, Upload: portal.UploadMost},
		httpkit.Route{Pattern: "GET /desk/marketing/{community}/{spending}", Action: "marketing.read", On: m.InCommunity, Do: m.spending},
		httpkit.Route{Pattern: "GET /desk/marketing/{community}/{spending}/picture", Action: "marketing.read", On: m.InCommunity, Do: m.picture},
		httpkit.Route{Pattern: "POST /desk/marketing/{community}/{spending}/approval", Action: "marketing.decide", On: m.InCommunity, Do: m.approve},
		httpkit.Route{Pattern: "POST /desk/marketing/{community}/{spending}/refusal", Action: "marketing.decide", On: m.InCommunity, Do: m.drop},
		httpkit.Route{Pattern: "GET /shop/{shop}/marketing", Action: "shop_money.read", On: shopOf, Do: m.shop},
		httpkit.Route{Pattern: "GET /shop/{shop}/marketing/{spending}/picture", Action: "shop_money.read", On: shopOf, Do: m.shopPicture},
	)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "marketing", Href: "/desk/marketing", Icon: "tag", Text: i18n.M("联合营销款"), Group: i18n.M("会员和联盟"), Action: "marketing.read"})
}

// shopOf is the shop that an address names. Where it lies is known from the viewer's
// own role there: a shop without one belongs to nobody she is.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	on := authz.Resource{Kind: "shop", Subject: shop}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == shop {
			on.Place = g.Place
		}
	}
	return on, nil
}

func actor(ctx context.Context) db.Actor { return authz.Of(ctx).Actor() }

func deskHref(p community.Place) string { return "/desk/marketing/" + p.Ref }

func (m *Pages) books(ctx context.Context, at id.ID) (b flow.MarketingBooks, err error) {
	err = m.Flows.DB.View(ctx, at, func(r db.Reader) error {
		b, err = m.Flows.MarketingBooks(ctx, r, at)
		return err
	})
	return b, err
}

// booksView is what came in, was spent and is left.
type booksView struct {
	Place community.Place
	Stats []ui.Stat
	Table ui.Table
	Rows  []ui.Row // for a shop
	May   bool
	Form  ui.Form
	Typed map[string]string
}

func stats(ctx context.Context, b flow.MarketingBooks) []ui.Stat {
	unit := i18n.T(ctx, "元")
	return []ui.Stat{{Name: i18n.T(ctx, "收进来"), Number: ui.Yuan(b.In), Unit: unit, Note: i18n.T(ctx, "各店的年费，减去退的")}, {Name: i18n.T(ctx, "花掉"), Number: ui.Yuan(b.Spent), Unit: unit}, {Name: i18n.T(ctx, "还剩"), Number: ui.Yuan(b.Left), Unit: unit}}
}

func state(ctx context.Context, x *marketing.Spending) (string, ui.Tone) {
	switch {
	case x.End == nil:
		return i18n.T(ctx, "等另一个人批"), ui.Act
	case x.End.Kind == marketing.Approved:
		return i18n.T(ctx, "付了"), ui.OK
	case x.End.Kind == marketing.Withdrawn:
		return i18n.T(ctx, "收回了，钱没有动"), ui.Tell
	}
	return i18n.T(ctx, "没有批，钱没有动"), ui.Bad
}

func (m *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return m.showDesk(w, r, http.StatusOK, nil)
}

func (m *Pages) showDesk(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	p, err := m.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := m.books(ctx, p.ID)
	if err != nil {
		return err
	}
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return portal.Take(w, r, i18n.T(ctx, "联合营销款"), format, file(ctx, b))
	}
	v := booksView{Place: p, Stats: stats(ctx, b), May: m.MayIn(ctx, "marketing.record", p.ID), Typed: make(map[string]string),
		Form: ui.Form{Action: deskHref(p), Upload: true, Wrong: wrong, Busy: i18n.T(ctx, "正在记")}}
	for _, f := range []string{"title", "words", "supplier", "invoice", "amount", "day"} {
		v.Typed[f] = r.PostFormValue(f)
	}
	v.Table = ui.Table{ID: "spendings", Caption: i18n.T(ctx, "怎么用的"), Path: deskHref(p), Total: len(b.Spendings), Export: len(b.Spendings) > 0, Ask: ui.TableAsk{Page: 1, Size: max(1, len(b.Spendings))},
		Columns: []ui.Column{{Text: i18n.T(ctx, "用在什么上"), Title: true}, {Text: i18n.T(ctx, "付给谁")}, {Text: i18n.T(ctx, "发票"), Rare: true}, {Text: i18n.T(ctx, "元"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "tag", Title: i18n.T(ctx, "还没有花过"), Text: i18n.T(ctx, "记一笔支出，附上发票，由另一个人批。")}}
	for _, x := range b.Spendings {
		text, tone := state(ctx, x)
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: deskHref(p) + "/" + x.ID.String(), Cells: []ui.Cell{
			{Text: x.Title, Sub: ui.Day(ctx, x.Day)}, {Text: x.Supplier}, {Text: x.Invoice}, {Text: ui.Yuan(x.Amount)}, {Text: text, Tone: tone}}})
	}
	return m.ShowAs(w, r, status, httpkit.Private, m.DeskShell(ctx, "marketing", i18n.T(ctx, "联合营销款")), deskPage(v))
}

// file is the spendings as a table to take along.
func file(ctx context.Context, b flow.MarketingBooks) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "联合营销款"), Head: []string{i18n.T(ctx, "日期"), i18n.T(ctx, "用在什么上"), i18n.T(ctx, "说明"), i18n.T(ctx, "付给谁"), i18n.T(ctx, "发票"), i18n.T(ctx, "元"), i18n.T(ctx, "状态"), i18n.T(ctx, "账上第几条")}}
	for _, x := range b.Spendings {
		text, _ := state(ctx, x)
		seq := ""
		if x.End != nil && x.End.Seq >= 0 {
			seq = strconv.FormatInt(x.End.Seq, 10)
		}
		row := append(sheet.Texts(x.Day.String(), x.Title, x.Words, x.Supplier, x.Invoice), sheet.Figure(x.Amount.Decimal(money.CNY)))
		t.Rows = append(t.Rows, append(row, sheet.Texts(text, seq)...))
	}
	return t
}

// typed reads the fields of the form.
func typed(r *http.Request) (x marketing.Spending, err error) {
	f := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	x = marketing.Spending{Title: f("title"), Words: f("words"), Supplier: f("supplier"), Invoice: f("invoice")}
	if x.Amount, err = money.Parse(f("amount"), money.CNY); err != nil {
		return x, marketing.ErrBadAmount.On("amount")
	}
	if x.Day, err = period.ParseDay(f("day")); err != nil {
		return x, marketing.ErrBadDay.On("day")
	}
	return x, nil
}

func (m *Pages) record(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := m.CommunityIn(r)
	if err != nil {
		return err
	}
	invoice, err := portal.PaperIn(r, "picture")
	var x marketing.Spending
	if err == nil {
		x, err = typed(r)
	}
	if err == nil {
		var recorded *marketing.Spending
		if recorded, err = m.Flows.RecordSpending(ctx, p.ID, actor(ctx), x, invoice); err == nil {
			http.Redirect(w, r, deskHref(p)+"/"+recorded.ID.String(), http.StatusSeeOther)
			return nil
		}
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return m.showDesk(w, r, status, wrong)
}
