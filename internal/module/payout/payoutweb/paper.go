package payoutweb

import (
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// paper answers with a batch to print and sign: what is paid to whom, who agreed.
func (g *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, b, err := g.batchIn(r)
	if err != nil {
		return err
	}
	rows, err := g.batchRows(ctx, &room, b)
	if err != nil {
		return err
	}
	who := []id.ID{b.By}
	for _, c := range b.Consents {
		who = append(who, c.Person)
	}
	var names map[id.ID]string
	if err := g.view(ctx, id.Tilde, func(rd db.Reader) (err error) {
		names, err = g.Names(ctx, rd, who...)
		return err
	}); err != nil {
		return err
	}
	state, _ := batchState(ctx, b)
	d := paper.New(i18n.T(ctx, "第 %d 批付款", b.Number), portal.PlaceName(room.Place))
	d.Text(i18n.T(ctx, "%s，%s 元，%d 笔，付到 %s。%s。", payout.KindName(b.Kind).In(ctx), ui.Yuan(b.Sum()), len(b.Items), ui.FullDay(ctx, b.Through), state))
	d.Text(i18n.T(ctx, "准备：%s，%s", names[b.By], ui.Moment(ctx, room.Local(b.At))))
	for _, c := range b.Consents {
		d.Text(i18n.T(ctx, "同意：%s，%s", names[c.Person], ui.Moment(ctx, room.Local(c.At))))
	}
	d.Heading(i18n.T(ctx, "付给谁"))
	var lines [][]string
	for i, row := range rows {
		lines = append(lines, []string{strconv.Itoa(i + 1), row.payee, i18n.T(ctx, "%s %s %s", row.provider, row.name, row.number), ui.Yuan(b.Items[i].Amount), row.reference})
	}
	d.Table([]paper.Column{{Text: "#", Share: 4}, {Text: i18n.T(ctx, "付给谁"), Share: 20}, {Text: i18n.T(ctx, "收款账户"), Share: 34}, {Text: i18n.T(ctx, "金额，元"), Share: 14, Num: true}, {Text: i18n.T(ctx, "凭证号"), Share: 18}}, lines)
	if len(b.Left) > 0 {
		d.Heading(i18n.T(ctx, "这次没付的"))
		lines = nil
		for _, x := range b.Left {
			lines = append(lines, []string{called(ctx, &room, b.Kind, x.Payee), payout.ReasonName(x.Why).In(ctx), ui.Yuan(x.Held)})
		}
		d.Table([]paper.Column{{Text: i18n.T(ctx, "付给谁"), Share: 24}, {Text: i18n.T(ctx, "为什么"), Share: 44}, {Text: i18n.T(ctx, "账上，元"), Share: 14, Num: true}}, lines)
	}
	content, err := d.Bytes()
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: room.Ref + "-" + strconv.FormatInt(b.Number, 10) + ".pdf", Content: content}, httpkit.Never)
}
