package payoutweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// sharedView is what a batch's page tells of its shares.
type sharedView struct {
	Says    string // "" of a batch that has none
	Facts   []ui.Fact
	Carried []ui.Row
}

// shared reads how the money of a batch of shops is shared.
func (g *Pages) shared(ctx context.Context, room *portal.Room, b *payout.Batch) (v sharedView, err error) {
	if b.Kind != payout.Shops || !b.Passed() {
		return v, nil
	}
	err = g.view(ctx, room.ID, func(r db.Reader) error {
		c, err := g.Flows.Payouts.CountShares(ctx, r, room.ID, b.ID)
		if err != nil {
			return err
		}
		carried, err := g.Flows.Payouts.Carried(ctx, r, room.ID, b.ID)
		if err != nil {
			return err
		}
		v = sharedView{Says: i18n.T(ctx, "这一批没有要分的订单。")}
		if c.All > 0 {
			v.Says = i18n.T(ctx, "一共 %d 次，分好 %d 次，还在办 %d 次，没有分成 %d 次。", c.All, c.All-c.Open-c.Failed, c.Open, c.Failed)
			v.Facts = []ui.Fact{{Name: i18n.T(ctx, "放给本店"), Text: i18n.T(ctx, "%s 元", ui.Yuan(c.ToShops))}, {Name: i18n.T(ctx, "分给别家和平台"), Text: i18n.T(ctx, "%s 元", ui.Yuan(c.ToOthers))}}
		}
		for _, x := range carried {
			v.Carried = append(v.Carried, ui.Row{Icon: "info", Title: ownerText(ctx, room, x.Kind, x.ID), Text: payout.CarryName(x.Why).In(ctx), End: ui.Yuan(x.Amount)})
		}
		return nil
	})
	return v, err
}

// ownerText is who gets a share.
func ownerText(ctx context.Context, room *portal.Room, kind payout.Owner, owner id.ID) string {
	if kind == payout.OfShop {
		return room.ShopName(ctx, owner)
	}
	return i18n.T(ctx, "平台")
}

// sharesView are the requests of a batch.
type sharesView struct {
	portal.Room
	Batch *payout.Batch
	Table ui.Table
}

func (g *Pages) shares(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, b, err := g.batchIn(r)
	if err != nil {
		return err
	}
	v := sharesView{Room: room, Batch: b}
	t := &v.Table
	*t = ui.Table{ID: "shares", Caption: i18n.T(ctx, "分账"), Path: batchHref(&room, b.ID) + "/shares", Ask: ui.AskTable(r.URL.Query(), nil), Export: true,
		Columns: []ui.Column{{Text: i18n.T(ctx, "订单"), Title: true}, {Text: i18n.T(ctx, "订单金额，元"), Num: true}, {Text: i18n.T(ctx, "给本店，元"), Num: true}, {Text: i18n.T(ctx, "分出去，元"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "cash", Title: i18n.T(ctx, "这一批没有要分的订单"), Text: i18n.T(ctx, "店有自己的商户号，顾客在收银台付的钱才会在这里分。")}}
	size, offset := t.Ask.Size, t.Ask.Offset()
	if t.Ask.Format != "" {
		size, offset = mostShares, 0
	}
	var all []payout.Share
	if err := g.view(ctx, room.ID, func(rd db.Reader) error {
		c, err := g.Flows.Payouts.CountShares(ctx, rd, room.ID, b.ID)
		if t.Total = c.All; err != nil {
			return err
		}
		all, err = g.Flows.Payouts.SharesIn(ctx, rd, room.ID, b.ID, size, offset)
		return err
	}); err != nil {
		return err
	}
	if t.Ask.Format != "" {
		return g.takeShares(w, r, &v, all)
	}
	for n := range all {
		t.Rows = append(t.Rows, shareRow(ctx, &room, &all[n]))
	}
	return g.Show(w, r, g.DeskShell(ctx, "payouts", i18n.T(ctx, "分账")), sharesPage(v))
}

// mostShares is how many requests a file takes.
const mostShares = 100_000

func shareRow(ctx context.Context, room *portal.Room, s *payout.Share) ui.TableRow {
	brought := money.Amount(0)
	if s.End != nil {
		brought = s.End.Brought
	}
	tone := ui.Tell
	switch {
	case s.End == nil:
	case s.End.Kind == payout.ShareFailed:
		tone = ui.Bad
	case s.Whole():
		tone = ui.OK
	default:
		tone = ui.Soon
	}
	return ui.TableRow{Cells: []ui.Cell{{Text: room.ShopName(ctx, s.Shop), Sub: i18n.T(ctx, "%s，%s", ui.Moment(ctx, room.Local(s.PaidAt)), s.Number)}, {Text: ui.Yuan(s.Amount)}, {Text: ui.Yuan(brought)},
		{Text: ui.Yuan(arrived(s)), Sub: partsText(ctx, room, s)}, {Text: payout.ShareName(s).In(ctx), Tone: tone, Sub: shareReason(ctx, s)}}}
}

// arrived is what others got by a request.
func arrived(s *payout.Share) (sum money.Amount) {
	for _, p := range s.Parts {
		if p.State == pay.Done {
			sum += p.Amount
		}
	}
	return sum
}

// partsText names who gets how much.
func partsText(ctx context.Context, room *portal.Room, s *payout.Share) (text string) {
	for n, p := range s.Parts {
		if n > 0 {
			text += i18n.T(ctx, "；")
		}
		text += i18n.T(ctx, "%s %s 元", ownerText(ctx, room, p.Kind, p.Owner), ui.Yuan(p.Amount))
	}
	return text
}

// shareReason is why something of a request was not carried out: ours in words, the
// provider's code as it is.
func shareReason(ctx context.Context, s *payout.Share) string {
	reason := ""
	if s.End != nil {
		reason = s.End.Reason
	}
	for _, p := range s.Parts {
		if reason == "" {
			reason = p.Reason
		}
	}
	if m, ours := payout.ShareReason(reason); ours {
		return m.In(ctx)
	}
	return reason
}

func (g *Pages) takeShares(w http.ResponseWriter, r *http.Request, v *sharesView, all []payout.Share) error {
	ctx := r.Context()
	t := sheet.Table{Name: i18n.T(ctx, "第 %d 批分账", v.Batch.Number), Head: []string{i18n.T(ctx, "订单"), i18n.T(ctx, "付款时间"), i18n.T(ctx, "店"), i18n.T(ctx, "订单金额，元"), i18n.T(ctx, "给本店，元"), i18n.T(ctx, "分出去，元"), i18n.T(ctx, "分给谁"), i18n.T(ctx, "状态"), i18n.T(ctx, "为什么"), i18n.T(ctx, "支付机构编号")}}
	for n := range all {
		s := &all[n]
		number, brought := "", money.Amount(0)
		if s.End != nil {
			number, brought = s.End.Number, s.End.Brought
		}
		cells := sheet.Texts(s.Number, v.Local(s.PaidAt).Format(time.DateTime), v.ShopName(ctx, s.Shop))
		for _, x := range []money.Amount{s.Amount, brought, arrived(s)} {
			cells = append(cells, sheet.Figure(x.Decimal(money.CNY)))
		}
		t.Rows = append(t.Rows, append(cells, sheet.Texts(partsText(ctx, &v.Room, s), payout.ShareName(s).In(ctx), shareReason(ctx, s), number)...))
	}
	return portal.Take(w, r, v.Ref+" "+strconv.FormatInt(v.Batch.Number, 10)+" shares", v.Table.Ask.Format, t)
}

// deskShares warns of orders that near the provider's time, and names shops that got too
// much.
func (g *Pages) deskShares(ctx context.Context, rd db.Reader, v *deskView) error {
	n, sum, oldest, err := g.Flows.Payments.FrozenSince(ctx, rd, v.ID, v.Now.Add(-pay.WeChatLimits.Within).AddDate(0, 0, v.Rules.ShareWarnDays))
	if err != nil {
		return err
	}
	if n > 0 {
		v.Late = i18n.T(ctx, "有 %d 单、%s 元还冻结在支付机构，最早一单是 %s 付的，%d 天到期", n, ui.Yuan(sum), ui.Day(ctx, period.DayOf(oldest, v.Now.Location())), int(pay.WeChatLimits.Within.Hours()/24))
	}
	over, err := g.Flows.Payouts.ToRecover(ctx, rd, v.ID)
	for shop, left := range over {
		v.Over = append(v.Over, ui.Row{Icon: "cash", Title: v.ShopName(ctx, shop), Text: i18n.T(ctx, "还要扣回"), End: ui.Yuan(left)})
	}
	slices.SortFunc(v.Over, func(a, b ui.Row) int { return cmp.Compare(a.Title, b.Title) })
	return err
}
