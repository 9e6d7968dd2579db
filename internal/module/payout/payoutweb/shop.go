package payoutweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// payeeView is what somebody who is paid sees: what comes next and why, where, and what
// came.
type payeeView struct {
	Above, Title string
	Sent         portal.Sent
	Next         flow.Upcoming
	Lead         string // what the next batch pays her, in a sentence
	Facts        []ui.Fact
	Account      string
	Asked        string // an account that waits to be checked
	Withdraw     ui.Form
	Form         ui.Form
	Typed        map[string]string
	Table        ui.Table
	People       bool // of a person: her words, not a shop's
}

var accountFields = []string{"provider", "number", "name", "why"}

func (g *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	return g.showShop(w, r, portal.Sent{})
}

func (g *Pages) showShop(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	v := payeeView{Above: c.ShopName(ctx, c.Shop.ID), Title: i18n.T(ctx, "付款"), Sent: sent}
	if err := g.payee(ctx, &v, &c.Room, payout.Shops, c.Shop.ID, c.Href("/payouts"), c.Href("/payouts/account")); err != nil {
		return err
	}
	ask := ui.AskTable(r.URL.Query(), nil)
	v.Table.Ask = ask
	if err := g.paidRows(ctx, &v, &c.Room, payout.Shops, c.Shop.ID, func(p *payout.Paid) string { return c.Href("/payouts/" + p.ID.String()) }); err != nil {
		return err
	}
	s := g.ShopShell(ctx, c.ID, c.Shop.ID, "payouts", v.Title)
	return g.ShowSent(w, r, sent, s, payeePage(v))
}

// payee fills in what a shop or a person can expect, and where she is paid.
func (g *Pages) payee(ctx context.Context, v *payeeView, room *portal.Room, kind payout.Kind, payee id.ID, self, form string) (err error) {
	if v.Next, err = g.Flows.Upcoming(ctx, room.ID, kind, payee); err != nil {
		return err
	}
	n := &v.Next
	v.People = kind == payout.People
	v.Account = accountText(ctx, n.Account)
	v.Form = v.Sent.Once("account", form)
	v.Typed = make(map[string]string, len(accountFields))
	for _, f := range accountFields {
		v.Typed[f] = v.Sent.Typed("account", f, "")
	}
	if n.Asked != nil {
		v.Asked = i18n.T(ctx, "等核对：%s", accountText(ctx, n.Asked))
		v.Withdraw = ui.Form{Action: form + "/" + n.Asked.ID.String() + "/withdrawal", In: "withdraw"}
	}
	v.Lead = lead(ctx, n)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "账上一共"), Text: i18n.T(ctx, "%s 元", ui.Yuan(n.Held))}, {Name: i18n.T(ctx, "还在等的"), Text: i18n.T(ctx, "%s 元", ui.Yuan(n.Held-n.Ready))},
		{Name: i18n.T(ctx, "为什么等"), Text: waitText(ctx, n, v.People)}, {Name: i18n.T(ctx, "规则"), Text: ruleOf(kind)}}
	v.Table = ui.Table{ID: "paid", Caption: i18n.T(ctx, "付过的"), Path: self, Columns: []ui.Column{{Text: i18n.T(ctx, "付到哪一天"), Title: true}, {Text: i18n.T(ctx, "金额，元"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty: ui.EmptyView{Icon: "cash", Title: i18n.T(ctx, "还没有付过"), Text: i18n.T(ctx, "付了以后，每一次都在这里，点开看是哪几笔。")}}
	if v.People {
		v.Table.Empty.Text = i18n.T(ctx, "付了以后，每一次都在这里。")
	}
	return nil
}

// lead says what the next batch would pay.
func lead(ctx context.Context, n *flow.Upcoming) string {
	switch {
	case n.Waits != nil:
		return i18n.T(ctx, "有一批正在等人同意，最晚 %s 有结果。", ui.Day(ctx, dayBefore(n)))
	case n.Held == 0:
		return i18n.T(ctx, "现在没有要付的钱。")
	case n.Why != "":
		return i18n.T(ctx, "下一批先不付：%s。", payout.ReasonName(n.Why).In(ctx))
	}
	return i18n.T(ctx, "下一批可以付 %s 元，付到 %s 为止。", ui.Yuan(n.Ready), ui.Day(ctx, n.Through))
}

func waitText(ctx context.Context, n *flow.Upcoming, people bool) string {
	if people {
		return i18n.T(ctx, "满 %d 天、不会再退的才付；付了就不追回", n.Hold)
	}
	return i18n.T(ctx, "满 %d 天的才付，先留着给退货用；满 %s 元才付", n.Hold, ui.Yuan(n.Least))
}

// paidRows lists what was paid before, a page of it.
func (g *Pages) paidRows(ctx context.Context, v *payeeView, room *portal.Room, kind payout.Kind, payee id.ID, href func(p *payout.Paid) string) error {
	var all []payout.Paid
	if err := g.view(ctx, room.ID, func(r db.Reader) (err error) {
		if v.Table.Total, err = g.Flows.Payouts.CountOf(ctx, r, room.ID, kind, payee); err != nil {
			return err
		}
		all, err = g.Flows.Payouts.Of(ctx, r, room.ID, kind, payee, v.Table.Ask.Size, v.Table.Ask.Offset())
		return err
	}); err != nil {
		return err
	}
	for i := range all {
		x := &all[i]
		s := x.State()
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: href(x), Cells: []ui.Cell{{Text: ui.Day(ctx, x.Head.Through), Sub: i18n.T(ctx, "从 %s 起", ui.Day(ctx, x.Since))}, {Text: ui.Yuan(x.Amount)}, {Text: payout.StateName(s).In(ctx), Tone: tone(s)}}})
	}
	return nil
}

// shopItemView is one payout of a shop with its purchases.
type shopItemView struct {
	Shop, Title string
	Paid        payout.Paid
	State       string
	Tone        ui.Tone
	Facts       []ui.Fact
	Table       ui.Table
	Rest        string // what of it lies in other days
}

func (g *Pages) shopItem(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	i, b, to, err := g.itemOf(ctx, c.ID, r)
	if err != nil {
		return err
	}
	if b.Kind != payout.Shops || i.Payee != c.Shop.ID {
		return payout.ErrNotFound
	}
	x := payout.Paid{Item: *i, Head: *b}
	t, err := g.Flows.TillOf(ctx, c.ID, c.Shop.ID)
	if err != nil {
		return err
	}
	var lines []flow.Line
	var moved money.Amount
	if _, err := g.Flows.TakingsOf(ctx, t, i.Since, b.Through, time.Time{}, func(l flow.Line) {
		if l.Payable != 0 && l.Kind != ledger.Transfer {
			lines = append(lines, l)
			moved += l.Payable
		}
	}); err != nil {
		return err
	}
	self := c.Href("/payouts/" + i.ID.String())
	v := shopItemView{Shop: c.ShopName(ctx, c.Shop.ID), Title: i18n.T(ctx, "付到 %s 的货款", ui.Day(ctx, b.Through)), Paid: x, State: payout.StateName(x.State()).In(ctx), Tone: tone(x.State())}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "付到"), Text: accountText(ctx, to)}, {Name: i18n.T(ctx, "哪些天"), Text: ui.Days(ctx, i.Since, b.Through)}, {Name: i18n.T(ctx, "这些天的进出"), Text: i18n.T(ctx, "%s 元，%d 笔", ui.Signed(moved, money.CNY), len(lines))}, {Name: i18n.T(ctx, "规则"), Text: ruleOf(b.Kind)}}
	if back := i.Back(); back > 0 {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "退回账上的"), Text: i18n.T(ctx, "%s 元", ui.Yuan(back))})
	}
	if rest := i.Amount - moved; rest != 0 {
		v.Rest = i18n.T(ctx, "另有 %s 元：以前没付的、别的进项，或这些天以后的退货。", ui.Signed(rest, money.CNY))
	}
	ask := ui.AskTable(r.URL.Query(), nil)
	if ask.Format != "" {
		return portal.Take(w, r, v.Title, ask.Format, itemSheet(ctx, lines))
	}
	v.Table = ui.Table{ID: "entries", Caption: i18n.T(ctx, "每一笔"), Path: self, Ask: ask, Total: len(lines), Export: true,
		Columns: []ui.Column{{Text: i18n.T(ctx, "做了什么"), Title: true}, {Text: i18n.T(ctx, "时间")}, {Text: i18n.T(ctx, "成交，元"), Num: true, Rare: true}, {Text: i18n.T(ctx, "货款，元"), Num: true}},
		Empty:   ui.EmptyView{Icon: "book", Title: i18n.T(ctx, "这些天没有买卖"), Text: i18n.T(ctx, "付的是以前攒下的，或退回后再付的。")}}
	for _, l := range lines[min(ask.Offset(), len(lines)):min(ask.Offset()+ask.Size, len(lines))] {
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Cells: []ui.Cell{{Text: lineText(ctx, &l)}, {Text: ui.Moment(ctx, l.At)}, {Text: ui.Yuan(l.Price)}, {Text: ui.Signed(l.Payable, money.CNY), In: l.Payable > 0}}})
	}
	s := g.ShopShell(ctx, c.ID, c.Shop.ID, "payouts", v.Title)
	s.Back = ui.Link{Href: c.Href("/payouts"), Text: i18n.T(ctx, "付款")}
	return g.Show(w, r, s, shopItemPage(v))
}

// lineText says what an entry is to the shop.
func lineText(ctx context.Context, l *flow.Line) string {
	switch {
	case l.Kind == ledger.Purchase && l.Sold:
		return i18n.T(ctx, "卖出")
	case l.Kind == ledger.Refund && l.Sold:
		return i18n.T(ctx, "退货")
	}
	return i18n.T(ctx, "推荐、分担")
}

func itemSheet(ctx context.Context, lines []flow.Line) sheet.Table {
	t := sheet.Table{Name: i18n.T(ctx, "付款明细"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "记账日"), i18n.T(ctx, "做了什么"), i18n.T(ctx, "成交，元"), i18n.T(ctx, "货款，元"), i18n.T(ctx, "账目编号")}}
	for i := range lines {
		l := &lines[i]
		t.Rows = append(t.Rows, append(sheet.Texts(l.At.Format("2006-01-02 15:04:05"), l.Day.String(), lineText(ctx, l)), sheet.Figure(l.Price.Decimal(money.CNY)), sheet.Figure(l.Payable.Decimal(money.CNY)), sheet.Figure(money.Amount(l.Seq).Decimal(money.Point))))
	}
	return t
}

func (g *Pages) shopAccount(w http.ResponseWriter, r *http.Request) error {
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	_, err = g.Flows.AskAccount(r.Context(), c.ID, actor(r.Context()), typedAccount(r, payout.OfShop, c.Shop.ID))
	return portal.Done(w, r, err, c.Href("/payouts"), "account", func(s portal.Sent) error { return g.showShop(w, r, s) })
}

func (g *Pages) shopWithdraw(w http.ResponseWriter, r *http.Request) error {
	c, err := g.Counter(r)
	if err != nil {
		return err
	}
	err = g.withdraw(r, c.ID, payout.OfShop, c.Shop.ID)
	return portal.Done(w, r, err, c.Href("/payouts"), "withdraw", func(s portal.Sent) error { return g.showShop(w, r, s) })
}

// withdraw takes a wish for an account back, of the owner whose page it is.
func (g *Pages) withdraw(r *http.Request, community id.ID, kind payout.Owner, owner id.ID) error {
	at, err := id.Parse(r.PathValue("account"))
	if err != nil {
		return payout.ErrNoAccount
	}
	var a *payout.Account
	if err := g.view(r.Context(), community, func(rd db.Reader) error {
		a, err = g.Flows.Payouts.AccountByID(r.Context(), rd, community, at)
		return err
	}); err != nil {
		return err
	}
	if a.Kind != kind || a.Owner != owner {
		return payout.ErrNoAccount
	}
	return g.Flows.WithdrawAccount(r.Context(), community, actor(r.Context()), at)
}
