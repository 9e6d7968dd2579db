package payoutweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// batchView is one batch.
type batchView struct {
	portal.Room
	Batch   *payout.Batch
	State   string
	Tone    ui.Tone
	Facts   []ui.Fact
	Items   ui.Table
	Left    []ui.Row
	Past    []ui.Event
	Sent    portal.Sent
	May     bool // decide, and it waits
	Mine    bool // the viewer prepared it
	Agreed  bool // the viewer agreed before
	Agree   ui.Confirm
	Drop    ui.Form
	Paper   string
	Shared  sharedView
	Reasons string
}

// batchIn reads the community and the batch in an address.
func (g *Pages) batchIn(r *http.Request) (room portal.Room, b *payout.Batch, err error) {
	if room, err = g.Room(r); err != nil {
		return room, nil, err
	}
	at, err := id.Parse(r.PathValue("batch"))
	if err != nil {
		return room, nil, payout.ErrNotFound
	}
	err = g.view(r.Context(), room.ID, func(rd db.Reader) error {
		b, err = g.Flows.Payouts.Batch(r.Context(), rd, room.ID, at)
		return err
	})
	return room, b, err
}

func (g *Pages) batch(w http.ResponseWriter, r *http.Request) error {
	return g.showBatch(w, r, portal.Sent{})
}

func (g *Pages) showBatch(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, b, err := g.batchIn(r)
	if err != nil {
		return err
	}
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return g.takeBatch(w, r, &room, b, format)
	}
	self, me := batchHref(&room, b.ID), actor(ctx).ID
	v := batchView{Room: room, Batch: b, Sent: sent, Mine: b.By == me, May: b.Waits() && g.MayIn(ctx, "payout.decide", room.ID), Paper: self + "/paper"}
	_, v.Agreed = b.ConsentOf(me)
	v.State, v.Tone = batchState(ctx, b)
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "付给"), Text: payout.KindName(b.Kind).In(ctx)}, {Name: i18n.T(ctx, "一共"), Text: i18n.T(ctx, "%s 元，%d 笔", ui.Yuan(b.Sum()), len(b.Items))},
		{Name: i18n.T(ctx, "截止日"), Text: ui.FullDay(ctx, b.Cutoff)}, {Name: i18n.T(ctx, "付到哪一天"), Text: ui.FullDay(ctx, b.Through)}, {Name: i18n.T(ctx, "规则"), Text: ruleOf(b.Kind)}}
	if b.Words != "" {
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "说明"), Text: b.Words})
	}
	v.Agree = ui.Confirm{ID: "agree", Open: i18n.T(ctx, "同意付款"), Class: "call", Title: i18n.T(ctx, "同意付出 %s 元？", ui.Yuan(b.Sum())), Action: self + "/agreement", Do: i18n.T(ctx, "同意，付 %s 元", ui.Yuan(b.Sum())), Busy: i18n.T(ctx, "正在记账"),
		Text: i18n.T(ctx, "要 %d 个人同意，您是第 %d 个。够数就记账付出，不能收回。", room.Rules.PayoutApprovals, len(b.Consents)+1)}
	v.Drop = sent.Ask("drop", self+"/refusal")
	v.Reasons = sent.Typed("drop", "reason", "")
	v.Items = g.batchTable(ctx, &v)
	for _, x := range b.Left {
		v.Left = append(v.Left, leftRow(ctx, &room, b.Kind, x))
	}
	if err := g.batchPast(ctx, &v); err != nil {
		return err
	}
	if v.Shared, err = g.shared(ctx, &room, b); err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", i18n.T(ctx, "第 %d 批付款", b.Number)), batchPage(v))
}

// ruleOf is the rule of the charter that pays a kind of batch.
func ruleOf(k payout.Kind) string {
	switch k {
	case payout.Shops:
		return "P-01"
	case payout.People:
		return "P-03"
	}
	return "P-04"
}

func (g *Pages) batchTable(ctx context.Context, v *batchView) ui.Table {
	b := v.Batch
	t := ui.Table{ID: "items", Caption: i18n.T(ctx, "付给谁"), Path: batchHref(&v.Room, b.ID), Total: len(b.Items), Export: true, Ask: ui.TableAsk{Page: 1, Size: payout.MaxItems},
		Columns: []ui.Column{{Text: i18n.T(ctx, "付给谁"), Title: true}, {Text: i18n.T(ctx, "哪些天"), Rare: true}, {Text: i18n.T(ctx, "金额，元"), Num: true}, {Text: i18n.T(ctx, "状态")}}}
	for i := range b.Items {
		x := &b.Items[i]
		s := x.State(b)
		note := ""
		if n := len(x.Outcomes); n > 0 {
			note = reasonText(ctx, x.Outcomes[n-1].Reason)
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: itemHref(&v.Room, x), Cells: []ui.Cell{{Text: called(ctx, &v.Room, b.Kind, x.Payee)}, {Text: ui.Days(ctx, x.Since, b.Through)}, {Text: ui.Yuan(x.Amount)},
			{Text: payout.StateName(s).In(ctx), Tone: tone(s), Sub: note}}})
	}
	t.Foot = []ui.Cell{{Text: i18n.T(ctx, "一共")}, {}, {Text: ui.Yuan(b.Sum())}, {}}
	return t
}

// batchPast tells who prepared it, who agreed, and how it ended.
func (g *Pages) batchPast(ctx context.Context, v *batchView) error {
	b := v.Batch
	who := []id.ID{b.By}
	for _, c := range b.Consents {
		who = append(who, c.Person)
	}
	if b.End != nil {
		who = append(who, b.End.By)
	}
	var names map[id.ID]string
	if err := g.view(ctx, id.Tilde, func(r db.Reader) (err error) {
		names, err = g.Names(ctx, r, who...)
		return err
	}); err != nil {
		return err
	}
	add := func(title, text, when string, state ui.EventState) {
		v.Past = append(v.Past, ui.Event{Title: title, Text: text, When: when, State: state})
	}
	add(i18n.T(ctx, "准备"), names[b.By], ui.Moment(ctx, v.Local(b.At)), ui.Done)
	for _, c := range b.Consents {
		add(i18n.T(ctx, "同意了"), names[c.Person], ui.Moment(ctx, v.Local(c.At)), ui.Done)
	}
	switch {
	case b.Waits():
		add(i18n.T(ctx, "等人同意"), i18n.T(ctx, "还要 %d 个人，最晚 %s", max(0, v.Rules.PayoutApprovals-len(b.Consents)), ui.Moment(ctx, v.Local(b.DueAt))), "", ui.Now)
	case b.Passed():
		add(i18n.T(ctx, "记账，通知付款"), "", ui.Moment(ctx, v.Local(b.End.At)), ui.Done)
	default:
		text := names[b.End.By]
		if b.End.Words != "" {
			text = i18n.T(ctx, "%s：%s", text, b.End.Words)
		}
		add(payout.EndName(b.End.Kind).In(ctx), text, ui.Moment(ctx, v.Local(b.End.At)), ui.Done)
	}
	return nil
}

// takeBatch answers with the items as a table, as somebody at a bank needs it.
func (g *Pages) takeBatch(w http.ResponseWriter, r *http.Request, room *portal.Room, b *payout.Batch, format string) error {
	ctx := r.Context()
	rows, err := g.batchRows(ctx, room, b)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "第 %d 批付款", b.Number), Head: []string{i18n.T(ctx, "付给谁"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "金额，元"), i18n.T(ctx, "收款方式"), i18n.T(ctx, "户名"), i18n.T(ctx, "账号"), i18n.T(ctx, "状态"), i18n.T(ctx, "账目编号"), i18n.T(ctx, "凭证号")}}
	for i, row := range rows {
		x := &b.Items[i]
		cells := append(sheet.Texts(row.payee, x.Since.String(), b.Through.String()), sheet.Figure(x.Amount.Decimal(money.CNY)))
		t.Rows = append(t.Rows, append(cells, sheet.Texts(row.provider, row.name, row.number, row.state, row.seq, row.reference)...))
	}
	return portal.Take(w, r, room.Ref+" "+strconv.FormatInt(b.Number, 10), format, t)
}

// batchRow is an item as a file has it.
type batchRow struct{ payee, provider, name, number, state, seq, reference string }

// batchRows reads the accounts of a batch. Of people only the end of a number is told: a
// file leaves the house.
func (g *Pages) batchRows(ctx context.Context, room *portal.Room, b *payout.Batch) (all []batchRow, err error) {
	err = g.view(ctx, room.ID, func(r db.Reader) error {
		all = nil
		for i := range b.Items {
			x := &b.Items[i]
			to, err := g.Flows.Payouts.AccountByID(ctx, r, room.ID, x.Account)
			if err != nil {
				return err
			}
			row := batchRow{payee: called(ctx, room, b.Kind, x.Payee), provider: payout.ProviderName(to.Provider).In(ctx), name: to.Name, number: to.Number, state: payout.StateName(x.State(b)).In(ctx)}
			if b.Kind == payout.People {
				row.name, row.number = "", to.Tail()
			}
			if x.Seq >= 0 {
				row.seq = strconv.FormatInt(x.Seq, 10)
			}
			for _, o := range x.Outcomes {
				if o.Reference != "" {
					row.reference = o.Reference
				}
			}
			all = append(all, row)
		}
		return nil
	})
	return all, err
}

func (g *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	room, b, err := g.batchIn(r)
	if err != nil {
		return err
	}
	_, err = g.Flows.AgreePayout(r.Context(), room.ID, actor(r.Context()), b.ID)
	return portal.Done(w, r, err, batchHref(&room, b.ID), "agree", func(s portal.Sent) error { return g.showBatch(w, r, s) })
}

func (g *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	room, b, err := g.batchIn(r)
	if err != nil {
		return err
	}
	err = g.Flows.DropPayout(r.Context(), room.ID, actor(r.Context()), b.ID, r.PostFormValue("reason"))
	return portal.Done(w, r, err, batchHref(&room, b.ID), "drop", func(s portal.Sent) error { return g.showBatch(w, r, s) })
}
