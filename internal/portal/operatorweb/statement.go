package operatorweb

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// statementView is a page of an account's statement.
type statementView struct {
	Place   community.Place
	Account ledger.Account
	Owner   string
	Meaning string
	Holding ledger.Holding
	Rows    []ui.TableRow
	Next    string // address of the next page, "" on the last
	First   string // address of the first page, "" on it
	Export  string
}

func (d *Desk) statement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, lines, next, err := d.askStatement(r, page.Request{Cursor: r.FormValue("after"), Limit: 30})
	if err == nil {
		err = d.lookedAt(ctx, v.Place, i18n.M("看账户明细").Key, v.Account)
	}
	if err != nil {
		return err
	}
	self := accountPath(v.Place, v.Account)
	if next != "" {
		v.Next = self + "&" + url.Values{"after": {next}}.Encode()
	}
	if r.FormValue("after") != "" {
		v.First = self
	}
	if d.may(ctx, "account.export", v.Place.ID) {
		v.Export = strings.Replace(self, "/statement?", "/statement/export?", 1)
	}
	for _, l := range lines {
		v.Rows = append(v.Rows, ui.TableRow{Href: entryPath(v.Place, l.Entry.Seq), Cells: []ui.Cell{
			{Text: ui.FullDay(ctx, l.Entry.BookedOn), Sub: d.moment(ctx, l.Entry.PostedAt)}, {Text: entryKind(ctx, l.Entry.Kind), Sub: i18n.T(ctx, "第 %s 条", count(l.Entry.Seq))},
			{Text: rulesOn(l.Entry, v.Account)}, {Text: ui.Signed(l.Change, v.Account.Asset), In: l.Change > 0}, {Text: l.Balance.Grouped(v.Account.Asset)},
		}})
	}
	return d.Portal.Show(w, r, d.shell(r, "accounts", i18n.T(ctx, "账户 · %s", v.Owner)), statementPage(v))
}

// askStatement reads the account that an address names and a page of its lines.
func (d *Desk) askStatement(r *http.Request, req page.Request) (v statementView, lines []ledger.Line, next string, err error) {
	ctx := r.Context()
	if v.Place, err = d.place(r); err != nil {
		return v, nil, "", err
	}
	if v.Account, err = ledger.ParseAccount(r.FormValue("account"), cmp.Or(r.FormValue("asset"), money.CNY.String())); err != nil {
		return v, nil, "", err
	}
	err = d.Flows.DB.View(ctx, v.Place.ID, func(rd db.Reader) error {
		names, err := d.called(ctx, rd, v.Place.ID)
		if err != nil {
			return err
		}
		v.Owner, v.Meaning = names.owner(ctx, v.Account.Owner), i18n.T(ctx, v.Account.Pattern().Meaning)
		if v.Holding, err = d.Flows.Ledger.Holding(ctx, rd, v.Place.ID, v.Account); err != nil {
			return err
		}
		lines, next, err = d.Flows.Ledger.Statement(ctx, rd, v.Place.ID, v.Account, req)
		return err
	})
	return v, lines, next, err
}

// lookedAt notes with the people behind accounts that somebody looks at them: who is
// behind a pseudonym the desk does not know, she herself is to know (A7).
func (d *Desk) lookedAt(ctx context.Context, at community.Place, why string, accounts ...ledger.Account) error {
	var members []id.ID
	for _, a := range accounts {
		if a.Owner.Kind == party.Member && !slices.Contains(members, a.Owner.ID) {
			members = append(members, a.Owner.ID)
		}
	}
	people, err := d.Flows.PeopleBehind(ctx, at.ID, members)
	if err != nil {
		return err
	}
	return d.Portal.Looked(ctx, people, privacy.Purse, why)
}

// exportMost is how many lines of a statement a file holds.
const exportMost = 10_000

func (d *Desk) exportStatement(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t := sheet.Table{Name: i18n.T(ctx, "账户"), Head: []string{
		i18n.T(ctx, "第几条"), i18n.T(ctx, "记在哪天"), i18n.T(ctx, "记下的时候"), i18n.T(ctx, "做了什么"), i18n.T(ctx, "规则"), i18n.T(ctx, "变动"), i18n.T(ctx, "余数"),
	}}
	req := page.Request{Limit: page.MaxLimit}
	for {
		v, lines, next, err := d.askStatement(r, req)
		if err == nil && req.Cursor == "" {
			err = d.lookedAt(ctx, v.Place, i18n.M("下载账户明细").Key, v.Account)
		}
		if err != nil {
			return err
		}
		for _, l := range lines {
			row := sheet.Texts(strconv.FormatInt(l.Entry.Seq, 10), l.Entry.BookedOn.String(), l.Entry.PostedAt.In(d.Zone).Format("2006-01-02 15:04:05"), entryKind(ctx, l.Entry.Kind), rulesOn(l.Entry, v.Account))
			t.Rows = append(t.Rows, append(row, sheet.Figure(l.Change.Decimal(v.Account.Asset)), sheet.Figure(l.Balance.Decimal(v.Account.Asset))))
		}
		if req.Cursor = next; next == "" || len(t.Rows) >= exportMost {
			return portal.Take(w, r, v.Owner+" "+v.Meaning, cmp.Or(r.FormValue("format"), "csv"), t)
		}
	}
}

// rulesOn are the rules by which an entry moved an account.
func rulesOn(e *ledger.Entry, a ledger.Account) string {
	var rules []string
	for _, l := range e.Legs {
		if s := l.Rule.String(); (l.From == a || l.To == a) && !slices.Contains(rules, s) {
			rules = append(rules, s)
		}
	}
	return strings.Join(rules, " ")
}

func entryPath(p community.Place, seq int64) string {
	return path("accounts", p.Ref, "entries", strconv.FormatInt(seq, 10))
}

func entryKind(ctx context.Context, k ledger.Kind) string {
	switch k {
	case ledger.Purchase:
		return i18n.T(ctx, "消费")
	case ledger.Refund:
		return i18n.T(ctx, "退款")
	case ledger.HoldPlaced:
		return i18n.T(ctx, "先留下")
	case ledger.HoldSpent:
		return i18n.T(ctx, "用掉留下的")
	case ledger.HoldEnded:
		return i18n.T(ctx, "退回留下的")
	case ledger.Reversal:
		return i18n.T(ctx, "冲正")
	case ledger.Record:
		return i18n.T(ctx, "记录")
	case ledger.Transfer:
		return i18n.T(ctx, "转账")
	}
	return k.String()
}

// entryView is one entry of the books.
type entryView struct {
	Place      community.Place
	Entry      *ledger.Entry
	Facts      []ui.Fact
	Legs       []ui.TableRow
	Touches    []ui.TableRow
	Published  bool
	Prev, Next string
}

func (d *Desk) entry(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	seq, err := strconv.ParseInt(r.PathValue("seq"), 10, 62)
	if err != nil || seq < 0 {
		return ledger.ErrNoEntry
	}
	v := entryView{Place: p}
	var names called
	var total int64
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if v.Entry, err = d.Flows.Ledger.Entry(ctx, rd, p.ID, seq); err != nil {
			return err
		}
		if total, err = d.Flows.Ledger.Size(ctx, rd, p.ID); err != nil {
			return err
		}
		names, err = d.called(ctx, rd, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	touched := make([]ledger.Account, len(v.Entry.Touches))
	for i, t := range v.Entry.Touches {
		touched[i] = t.Account
	}
	if err := d.lookedAt(ctx, p, i18n.M("看一条账").Key, touched...); err != nil {
		return err
	}
	l, err := d.House.Log(ctx, p.ID)
	if err != nil {
		return err
	}
	v.Published = seq < l.Published
	if seq > 0 {
		v.Prev = entryPath(p, seq-1)
	}
	if seq+1 < total {
		v.Next = entryPath(p, seq+1)
	}
	d.fillEntry(ctx, &v, names)
	return d.Portal.Show(w, r, d.shell(r, "accounts", i18n.T(ctx, "第 %s 条", count(seq))), entryPage(v))
}

func (d *Desk) fillEntry(ctx context.Context, v *entryView, names called) {
	e := v.Entry
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "做了什么"), Text: entryKind(ctx, e.Kind)}, {Name: i18n.T(ctx, "记下的时候"), Text: d.moment(ctx, e.PostedAt)},
		{Name: i18n.T(ctx, "记在哪天"), Text: ui.FullDay(ctx, e.BookedOn)}, {Name: i18n.T(ctx, "凭单号"), Text: e.Key}, {Name: i18n.T(ctx, "指纹"), Text: fmt.Sprintf("%x", e.Leaf)},
	}
	cell := func(a ledger.Account) ui.Cell {
		return ui.Cell{Text: names.owner(ctx, a.Owner), Sub: i18n.T(ctx, a.Pattern().Meaning)}
	}
	for _, l := range e.Legs {
		v.Legs = append(v.Legs, ui.TableRow{Cells: []ui.Cell{
			{Text: l.Rule.String(), Sub: titleOf(ctx, l.Rule)}, cell(l.From), cell(l.To), {Text: l.Amount.Grouped(l.From.Asset)}, {Text: assetName(ctx, l.From.Asset)},
		}})
	}
	for _, t := range e.Touches {
		row := ui.TableRow{Href: accountPath(v.Place, t.Account), Cells: []ui.Cell{cell(t.Account), {Text: ui.Signed(e.Change(t.Account), t.Account.Asset), In: e.Change(t.Account) > 0},
			{Text: t.Balance.Grouped(t.Account.Asset)}, {Text: i18n.T(ctx, "第一条")}}}
		if t.Prev >= 0 {
			row.Cells[3] = ui.Cell{Text: i18n.T(ctx, "第 %s 条", count(t.Prev))}
		}
		v.Touches = append(v.Touches, row)
	}
}

// titleOf is what a rule is called, "" if it has no name.
func titleOf(ctx context.Context, r ledger.Rule) string {
	if key := charter.Title(r); key != "" {
		return i18n.T(ctx, key)
	}
	return ""
}
