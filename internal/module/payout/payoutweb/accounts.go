package payoutweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// accountsView is where everybody of a community is paid.
type accountsView struct {
	portal.Room
	Sent    portal.Sent
	Waiting []ui.Row
	Table   ui.Table
	Owners  []ui.Option
	Form    ui.Form
	May     bool
}

// Owners of a form that are no shops.
const (
	ownerPlatform = "platform"
	ownerFund     = "fund"
)

func (g *Pages) accounts(w http.ResponseWriter, r *http.Request) error {
	return g.showAccounts(w, r, portal.Sent{})
}

func (g *Pages) showAccounts(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	v := accountsView{Room: room, Sent: sent, Form: sent.Once("ask", room.Desk("payouts", "/accounts")), May: g.MayIn(ctx, "payee.ask", room.ID)}
	v.Owners = append([]ui.Option{{Value: ownerPlatform, Text: i18n.T(ctx, "平台")}, {Value: ownerFund, Text: i18n.T(ctx, "公共基金的保管单位")}}, room.ShopOptions()...)
	v.Table = ui.Table{ID: "accounts", Caption: i18n.T(ctx, "收款账户"), Path: room.Desk("payouts", "/accounts"), Ask: ui.TableAsk{Page: 1, Size: len(room.Order) + 2},
		Columns: []ui.Column{{Text: i18n.T(ctx, "谁的"), Title: true}, {Text: i18n.T(ctx, "收款方式")}, {Text: i18n.T(ctx, "户名"), Rare: true}, {Text: i18n.T(ctx, "尾号")}, {Text: i18n.T(ctx, "从什么时候")}}}
	err = g.view(ctx, room.ID, func(rd db.Reader) error {
		asked, err := g.Flows.Payouts.AccountsWaiting(ctx, rd, room.ID)
		if err != nil {
			return err
		}
		for i := range asked {
			a := &asked[i]
			v.Waiting = append(v.Waiting, ui.Row{Href: room.Desk("payouts", "/accounts/"+a.ID.String()), Icon: "person", Title: ownerName(ctx, &room, a.Kind, a.Owner), Text: payout.ProviderName(a.Provider).In(ctx), Notes: []string{a.Why}, EndNote: ui.Moment(ctx, room.Local(a.At)), Tag: i18n.T(ctx, "等核对"), Tone: ui.Act})
		}
		return g.accountRows(ctx, rd, &v)
	})
	if err != nil {
		return err
	}
	v.Table.Total = len(v.Table.Rows)
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", i18n.T(ctx, "收款账户")), accountsPage(v))
}

// accountRows lists the accounts that count: of the platform, the fund and every shop.
// People's are seen one by one, where a payment needs it.
func (g *Pages) accountRows(ctx context.Context, rd db.Reader, v *accountsView) error {
	add := func(name string, a *payout.Account) {
		row := ui.TableRow{Cells: []ui.Cell{{Text: name}, {Text: i18n.T(ctx, "还没有"), Tone: ui.Soon}, {}, {}, {}}}
		if a != nil {
			row.Href = v.Desk("payouts", "/accounts/"+a.ID.String())
			row.Cells = []ui.Cell{{Text: name}, {Text: payout.ProviderName(a.Provider).In(ctx)}, {Text: a.Name}, {Text: a.Tail()}, {Text: ui.Moment(ctx, v.Local(a.End.At))}}
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	for _, k := range []payout.Owner{payout.OfPlatform, payout.OfFund} {
		a, err := g.Flows.Payouts.AccountOf(ctx, rd, v.ID, k, id.ID{})
		if err != nil {
			return err
		}
		add(ownerName(ctx, &v.Room, k, id.ID{}), a)
	}
	shops, err := g.Flows.Payouts.Accounts(ctx, rd, v.ID, payout.OfShop)
	for _, m := range v.Order {
		add(v.ShopName(ctx, m.ID), shops[m.ID])
	}
	return err
}

// ownerName is whose an account is.
func ownerName(ctx context.Context, room *portal.Room, k payout.Owner, owner id.ID) string {
	switch k {
	case payout.OfShop:
		return room.ShopName(ctx, owner)
	case payout.OfPerson:
		return called(ctx, room, payout.People, owner)
	case payout.OfFund:
		return i18n.T(ctx, "公共基金的保管单位")
	}
	return i18n.T(ctx, "平台")
}

// typedAccount reads the fields of a form that asks for an account.
func typedAccount(r *http.Request, kind payout.Owner, owner id.ID) payout.Account {
	return payout.Account{Kind: kind, Owner: owner, Provider: pay.Kind(r.PostFormValue("provider")), Number: r.PostFormValue("number"), Name: r.PostFormValue("name"), Why: r.PostFormValue("why")}
}

func (g *Pages) askAccount(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	kind, owner := payout.OfShop, id.ID{}
	switch text := r.PostFormValue("owner"); text {
	case ownerPlatform:
		kind = payout.OfPlatform
	case ownerFund:
		kind = payout.OfFund
	default:
		if owner, err = id.Parse(text); err != nil {
			err = payout.ErrBadOwner.On("owner")
		}
	}
	if err == nil {
		_, err = g.Flows.AskAccount(ctx, room.ID, actor(ctx), typedAccount(r, kind, owner))
	}
	return portal.Done(w, r, err, room.Desk("payouts", "/accounts"), "ask", func(s portal.Sent) error { return g.showAccounts(w, r, s) })
}

// accountView is one account, or the wish for one, with all that came before it.
type accountView struct {
	portal.Room
	Account *payout.Account
	Owner   string
	State   string
	Tone    ui.Tone
	Facts   []ui.Fact
	Past    []ui.Row
	May     bool
	Mine    bool
	Agree   ui.Confirm
	Refuse  ui.Form
	Reason  string
}

func (g *Pages) accountIn(r *http.Request) (room portal.Room, a *payout.Account, err error) {
	if room, err = g.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("account"))
	if err != nil {
		return room, nil, payout.ErrNoAccount
	}
	err = g.view(r.Context(), room.ID, func(rd db.Reader) error {
		a, err = g.Flows.Payouts.AccountByID(r.Context(), rd, room.ID, at)
		return err
	})
	return room, a, err
}

func (g *Pages) account(w http.ResponseWriter, r *http.Request) error {
	return g.showAccount(w, r, portal.Sent{})
}

func (g *Pages) showAccount(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, a, err := g.accountIn(r)
	if err != nil {
		return err
	}
	if a.Kind == payout.OfPerson {
		people, err := g.Flows.PeopleBehind(ctx, room.ID, []id.ID{a.Owner})
		if err != nil {
			return err
		}
		if err := g.Looked(ctx, people, privacy.Purse, i18n.M("核对收款账户").Key); err != nil {
			return err
		}
	}
	self := room.Desk("payouts", "/accounts/"+a.ID.String())
	v := accountView{Room: room, Account: a, Owner: ownerName(ctx, &room, a.Kind, a.Owner), Mine: a.By == actor(ctx).ID, May: a.End == nil && g.MayIn(ctx, "payee.decide", room.ID),
		Refuse: sent.Ask("refuse", self+"/refusal"), Reason: sent.Typed("refuse", "reason", "")}
	v.State, v.Tone = accountState(ctx, a)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "收款方式"), Text: payout.ProviderName(a.Provider).In(ctx)}, {Name: i18n.T(ctx, "户名"), Text: a.Name}, {Name: i18n.T(ctx, "账号"), Text: a.Number}, {Name: i18n.T(ctx, "为什么"), Text: a.Why}}
	v.Agree = ui.Confirm{ID: "agree", Open: i18n.T(ctx, "核对过了，用这个账户"), Class: "call", Title: i18n.T(ctx, "以后的款都付到尾号 %s？", a.Tail()), Text: i18n.T(ctx, "请先打电话或当面向本人核对户名和账号。"),
		Action: self + "/agreement", Do: i18n.T(ctx, "用这个账户"), Busy: i18n.T(ctx, "正在记")}
	if err := g.accountPast(ctx, &v); err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", v.Owner), accountPage(v))
}

func accountState(ctx context.Context, a *payout.Account) (string, ui.Tone) {
	switch {
	case a.End == nil:
		return i18n.T(ctx, "等核对"), ui.Act
	case a.Counts():
		return i18n.T(ctx, "核对过了"), ui.OK
	}
	return payout.EndName(a.End.Kind).In(ctx), ui.Soon
}

// accountPast is what else the owner asked for, and who decided.
func (g *Pages) accountPast(ctx context.Context, v *accountView) error {
	var all []payout.Account
	if err := g.view(ctx, v.ID, func(r db.Reader) (err error) {
		all, err = g.Flows.Payouts.AccountsOf(ctx, r, v.ID, v.Account.Kind, v.Account.Owner)
		return err
	}); err != nil {
		return err
	}
	var who []id.ID
	for _, a := range all {
		if who = append(who, a.By); a.End != nil {
			who = append(who, a.End.By)
		}
	}
	var names map[id.ID]string
	err := g.view(ctx, id.Tilde, func(r db.Reader) (err error) {
		names, err = g.Names(ctx, r, who...)
		return err
	})
	for i := range all {
		a := &all[i]
		text, tone := accountState(ctx, a)
		row := ui.Row{Icon: "cash", Title: i18n.T(ctx, "%s，尾号 %s", payout.ProviderName(a.Provider).In(ctx), a.Tail()), Text: i18n.T(ctx, "%s 提出：%s", names[a.By], a.Why), Tag: text, Tone: tone, EndNote: ui.Moment(ctx, v.Local(a.At))}
		if a.End != nil {
			note := i18n.T(ctx, "%s，%s", names[a.End.By], ui.Moment(ctx, v.Local(a.End.At)))
			if a.End.Words != "" {
				note = i18n.T(ctx, "%s：%s", note, a.End.Words)
			}
			row.Notes = []string{note}
		}
		v.Past = append(v.Past, row)
	}
	return err
}

func (g *Pages) agreeAccount(w http.ResponseWriter, r *http.Request) error {
	room, a, err := g.accountIn(r)
	if err != nil {
		return err
	}
	err = g.Flows.AgreeAccount(r.Context(), room.ID, actor(r.Context()), a.ID)
	return portal.Done(w, r, err, room.Desk("payouts", "/accounts"), "agree", func(s portal.Sent) error { return g.showAccount(w, r, s) })
}

func (g *Pages) refuseAccount(w http.ResponseWriter, r *http.Request) error {
	room, a, err := g.accountIn(r)
	if err != nil {
		return err
	}
	err = g.Flows.RefuseAccount(r.Context(), room.ID, actor(r.Context()), a.ID, r.PostFormValue("reason"))
	return portal.Done(w, r, err, room.Desk("payouts", "/accounts"), "refuse", func(s portal.Sent) error { return g.showAccount(w, r, s) })
}
