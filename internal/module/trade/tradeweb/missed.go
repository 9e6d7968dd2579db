package tradeweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// kind is one way to have missed something.
type kind struct {
	key   string
	icon  string
	title i18n.Message
	text  i18n.Message // how it is reckoned
	rows  func(m *flow.Missed) ([]flow.MissedRow, money.Amount)
}

var kinds = []kind{
	{"idle", "hours", i18n.M("手里有抵扣权益，付了现金"), i18n.M("付款那一刻您手里的抵扣权益，还能再抵多少：不超过规则许可的比例，也不超过付的现金。一份权益只算一次；抵了现金就少得的那份，也从后面减去。权益还是您的，以后照样能用。"),
		func(m *flow.Missed) ([]flow.MissedRow, money.Amount) { return m.Idle, m.IdleSum }},
	{"waiting", "ticket", i18n.M("手里有券，没拿出来"), i18n.M("您去过这家店，付的现金够用这张券，券没有用，现在还没到期。"),
		func(m *flow.Missed) ([]flow.MissedRow, money.Amount) { return m.Waiting, m.WaitingSum }},
	{"lapsed", "history", i18n.M("券到期没用"), i18n.M("在这段时间到期、一次没用过的券。您在有效期里去过那家店的，写着哪一天。"),
		func(m *flow.Missed) ([]flow.MissedRow, money.Amount) { return m.Lapsed, m.LapsedSum }},
	{"nocash", "person", i18n.M("会员没续上，没有返权益"), i18n.M("会员资格不在有效期的时候买的，按当时的规则本来会返多少抵扣权益；退了的部分不算。"),
		func(m *flow.Missed) ([]flow.MissedRow, money.Amount) { return m.NoCash, m.NoCashSum }},
}

// missedRows are the ways in which she missed something, each leading to its rows.
func missedRows(ctx context.Context, s span, m *flow.Missed) (rows []ui.Row) {
	for _, k := range kinds {
		list, sum := k.rows(m)
		if len(list) > 0 {
			rows = append(rows, ui.Row{Href: s.href(BillPath+"/missed", "what", k.key), Icon: k.icon, Title: k.title.In(ctx), Text: i18n.T(ctx, "%d 笔", len(list)), End: ui.Yuan(sum)})
		}
	}
	return rows
}

// missedView are the rows of one of them.
type missedView struct {
	Title, Name, Text, Sum string
	Table                  ui.Table
}

func (p *Pages) missed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(kinds, func(k kind) bool { return k.key == r.FormValue("what") })
	if at < 0 {
		return httpkit.ErrNoSuchPage
	}
	k := kinds[at]
	s, _ := askSpan(r.URL.Query(), m.today.Month())
	all, err := p.Flows.MissedOf(ctx, m.all, s.from(), s.to())
	if err != nil {
		return err
	}
	list, sum := k.rows(&all)
	columns := []ui.Column{{Text: i18n.T(ctx, "店"), Title: true}, {Text: i18n.T(ctx, "时间")}, {Text: i18n.T(ctx, "说明")}, {Text: i18n.T(ctx, "元"), Num: true}}
	ask := ui.AskTable(r.URL.Query(), columns, "month", "until", "what")
	if ask.Format != "" {
		return portal.Take(w, r, k.title.In(ctx)+" "+s.name(ctx), ask.Format, missedSheet(ctx, k.title.In(ctx), list))
	}
	v := missedView{Title: k.title.In(ctx), Name: s.name(ctx), Text: k.text.In(ctx), Sum: ui.Yuan(sum)}
	v.Table = ui.Table{ID: "missed", Caption: v.Title, Path: BillPath + "/missed", Ask: ask, Columns: columns, Total: len(list), Export: true,
		Empty: ui.EmptyView{Icon: "check", Title: i18n.T(ctx, "这段时间没有"), Text: i18n.T(ctx, "账上看得到的，您都用上了。")}}
	for i := range list[min(ask.Offset(), len(list)):min(ask.Offset()+ask.Size, len(list))] {
		row, err := p.drawMissed(ctx, &list[ask.Offset()+i])
		if err != nil {
			return err
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	return p.Show(w, r, p.shell(ctx, v.Title, ui.Link{Href: s.href(BillPath), Text: i18n.T(ctx, "消费账单")}), missedPage(v))
}

func (p *Pages) drawMissed(ctx context.Context, x *flow.MissedRow) (row ui.TableRow, err error) {
	row.Cells = []ui.Cell{{Text: x.ShopName, Sub: x.Place}, {Text: "–"}, {Text: missedWords(ctx, x)}, {Text: ui.Yuan(x.Amount)}}
	if x.WithoutPurchase {
		return row, nil
	}
	token, err := p.Flows.OpenWith(ctx, &x.Bought)
	if token != "" {
		row.Href = "/r/" + token
	}
	row.Cells[1] = ui.Cell{Text: ui.Moment(ctx, x.At), Sub: i18n.T(ctx, "价款 %s 元", ui.Yuan(x.Price))}
	return row, err
}

// missedWords says what was missed.
func missedWords(ctx context.Context, x *flow.MissedRow) string {
	switch {
	case x.Voucher == nil && x.Held > 0:
		return i18n.T(ctx, "当时还有 %s 抵扣权益", ui.Coins(x.Held))
	case x.Voucher == nil:
		return ""
	}
	until := ui.FullDay(ctx, period.DayOf(x.Voucher.ExpiresAt, x.Voucher.ExpiresAt.Location()))
	words := i18n.T(ctx, "%s送的券，%s到期，券号 %s", x.Voucher.From, until, x.Voucher.Ref)
	if x.WithoutPurchase {
		words += i18n.T(ctx, "；有效期里没有去过，或付的现金不够用这张券")
	}
	return words
}

func missedSheet(ctx context.Context, name string, list []flow.MissedRow) sheet.Table {
	t := sheet.Table{Name: name, Head: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "时间"), i18n.T(ctx, "说明"), i18n.T(ctx, "元")}}
	for i := range list {
		x, at := &list[i], ""
		if !x.WithoutPurchase {
			at = x.At.Format("2006-01-02 15:04:05")
		}
		t.Rows = append(t.Rows, append(sheet.Texts(x.Place, x.ShopName, at, missedWords(ctx, x)), sheet.Figure(x.Amount.Decimal(money.CNY))))
	}
	return t
}
