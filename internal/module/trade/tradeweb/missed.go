package tradeweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
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
	Rows                   []ui.Row
}

func (p *Pages) missed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	m, err := p.mine(ctx)
	if err != nil {
		return err
	}
	s, _ := askSpan(r.URL.Query(), m.today.Month())
	for _, k := range kinds {
		if k.key != r.FormValue("what") {
			continue
		}
		all, err := p.Flows.MissedOf(ctx, m.all, s.from(), s.to())
		if err != nil {
			return err
		}
		list, sum := k.rows(&all)
		v := missedView{Title: k.title.In(ctx), Name: s.name(ctx), Text: k.text.In(ctx), Sum: ui.Yuan(sum)}
		for i := range list {
			row, err := p.drawMissed(ctx, &list[i])
			if err != nil {
				return err
			}
			v.Rows = append(v.Rows, row)
		}
		return p.Show(w, r, p.shell(ctx, v.Title, ui.Link{Href: s.href(BillPath), Text: i18n.T(ctx, "消费账单")}), missedPage(v))
	}
	return httpkit.ErrNoSuchPage
}

func (p *Pages) drawMissed(ctx context.Context, x *flow.MissedRow) (row ui.Row, err error) {
	row = ui.Row{Title: x.ShopName, End: ui.Yuan(x.Amount)}
	if !x.WithoutPurchase {
		token, err := p.Flows.OpenWith(ctx, &x.Bought)
		if err != nil {
			return row, err
		}
		if token != "" {
			row.Href = "/r/" + token
		}
		row.Text = i18n.T(ctx, "%s，价款 %s 元", ui.Moment(ctx, x.At), ui.Yuan(x.Price))
	}
	if x.Voucher != nil {
		until := ui.FullDay(ctx, period.DayOf(x.Voucher.ExpiresAt, x.Voucher.ExpiresAt.Location()))
		row.Notes = append(row.Notes, i18n.T(ctx, "%s送的券，%s到期，券号 %s", x.Voucher.From, until, x.Voucher.Ref))
		if x.WithoutPurchase {
			row.Text = i18n.T(ctx, "有效期里没有去过，或付的现金不够用这张券")
		}
	} else if x.Held > 0 {
		row.Notes = append(row.Notes, i18n.T(ctx, "当时还有 %s 抵扣权益", ui.Coins(x.Held)))
	}
	return row, nil
}
