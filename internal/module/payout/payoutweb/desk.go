package payoutweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// soon is when a batch that nobody agreed to is urgent.
const soon = 24 * time.Hour

// returnedFor is how long what came back stands on the desk.
const returnedFor = 60 * 24 * time.Hour

// deskView is a community's payouts.
type deskView struct {
	portal.Room
	Sent     portal.Sent
	Waiting  []ui.Matter
	Returned []ui.Row
	Over     []ui.Row // what shops got too much
	Late     string   // orders that near the provider's time, "" if none does
	Table    ui.Table
	Stats    []ui.Stat
	Kinds    []ui.Option
	Cutoff   string
	Closed   []ui.Option // suspended shops that are owed something
	Prepare  bool
	Decide   bool
	Payees   bool // may look at where everybody is paid
}

func (g *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return g.showDesk(w, r, portal.Sent{})
}

func (g *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, Cutoff: room.Today.String(), Prepare: g.MayIn(ctx, "payout.prepare", room.ID), Decide: g.MayIn(ctx, "payout.decide", room.ID), Payees: g.MayIn(ctx, "payee.read", room.ID)}
	for _, k := range payout.Kinds {
		v.Kinds = append(v.Kinds, ui.Option{Value: string(k), Text: payout.KindName(k).In(ctx), Note: holdNote(ctx, &room, k)})
	}
	v.Table = ui.Table{ID: "batches", Caption: i18n.T(ctx, "付款批次"), Path: room.Desk("payouts", ""), Ask: ui.AskTable(r.URL.Query(), nil),
		Columns: []ui.Column{{Text: i18n.T(ctx, "批次"), Title: true}, {Text: i18n.T(ctx, "付到哪一天")}, {Text: i18n.T(ctx, "笔数"), Num: true}, {Text: i18n.T(ctx, "金额，元"), Num: true}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "cash", Title: i18n.T(ctx, "还没有付过款"), Text: i18n.T(ctx, "选好付哪一种、截止到哪一天，先看一遍再提交。")}}
	if err := g.view(ctx, room.ID, func(rd db.Reader) error { return g.fillDesk(ctx, rd, &v) }); err != nil {
		return err
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", i18n.T(ctx, "付款")), deskPage(v))
}

// holdNote says what a kind of batch pays.
func holdNote(ctx context.Context, room *portal.Room, k payout.Kind) string {
	switch k {
	case payout.Shops:
		return i18n.T(ctx, "等 %d 天，退货先退完", room.Rules.PayoutHoldDays)
	case payout.People:
		return i18n.T(ctx, "等 %d 天，付了就不追回", room.Rules.RewardHoldDays)
	}
	return i18n.T(ctx, "只提平台自己挣到的")
}

func (g *Pages) fillDesk(ctx context.Context, rd db.Reader, v *deskView) error {
	s := g.Flows.Payouts
	waiting, err := s.Waiting(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	for _, b := range waiting {
		v.Waiting = append(v.Waiting, ui.Matter{Href: batchHref(&v.Room, b.ID), Left: b.DueAt.Sub(v.Now), Limit: b.DueAt.Sub(b.At), Kind: payout.KindName(b.Kind).In(ctx),
			Title: i18n.T(ctx, "第 %d 批，%s 元，%d 笔", b.Number, ui.Yuan(b.Sum()), len(b.Items)), Text: b.Words,
			Stage: i18n.T(ctx, "%d / %d 人同意", len(b.Consents), v.Rules.PayoutApprovals), Next: i18n.T(ctx, "看一遍")})
	}
	heads, err := s.Batches(ctx, rd, v.ID, v.Table.Ask.Size, v.Table.Ask.Offset())
	if err != nil {
		return err
	}
	if v.Table.Total, err = s.CountBatches(ctx, rd, v.ID); err != nil {
		return err
	}
	for _, b := range heads {
		t, err := s.Totals(ctx, rd, v.ID, b.ID)
		if err != nil {
			return err
		}
		text, tone := batchState(ctx, b)
		switch {
		case b.Passed() && t.Open > 0:
			text, tone = i18n.T(ctx, "还有 %d 笔没到账", t.Open), ui.Tell
		case b.Passed():
			text = i18n.T(ctx, "付完了")
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: batchHref(&v.Room, b.ID), Cells: []ui.Cell{
			{Text: i18n.T(ctx, "第 %d 批", b.Number), Sub: payout.KindName(b.Kind).In(ctx)}, {Text: ui.Day(ctx, b.Through)}, {Text: strconv.Itoa(t.Items)}, {Text: ui.Yuan(t.Sum)}, {Text: text, Tone: tone}}})
	}
	bounced, err := s.Bounced(ctx, rd, v.ID, v.Now.Add(-returnedFor))
	if err != nil {
		return err
	}
	for i := range bounced {
		x := &bounced[i]
		last := x.Outcomes[len(x.Outcomes)-1]
		v.Returned = append(v.Returned, ui.Row{Href: itemHref(&v.Room, &x.Item), Icon: "undo", Title: called(ctx, &v.Room, x.Head.Kind, x.Payee), Text: i18n.T(ctx, "第 %d 批，%s", x.Head.Number, ui.Moment(ctx, v.Local(last.At))),
			Notes: []string{reasonText(ctx, last.Reason)}, End: ui.Yuan(x.Back())})
	}
	if err := g.deskShares(ctx, rd, v); err != nil {
		return err
	}
	return g.deskStats(ctx, rd, v)
}

// deskStats are what is on its way and which suspended shops are owed something.
func (g *Pages) deskStats(ctx context.Context, rd db.Reader, v *deskView) error {
	unsettled, err := g.Flows.Payouts.Unsettled(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	asked, err := g.Flows.Payouts.AccountsWaiting(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	v.Stats = []ui.Stat{
		{Name: i18n.T(ctx, "付了还没到账"), Number: strconv.Itoa(unsettled), Unit: i18n.T(ctx, "笔")},
		{Name: i18n.T(ctx, "等核对的账户"), Number: strconv.Itoa(len(asked)), Unit: i18n.T(ctx, "个")},
	}
	if v.Payees {
		v.Stats[1].Href = v.Desk("payouts", "/accounts")
	}
	for _, m := range v.Order {
		if m.Status == merchant.Active {
			continue
		}
		held, err := g.Flows.PayableOf(ctx, rd, v.ID, m.ID)
		if err != nil {
			return err
		}
		if held > 0 {
			v.Closed = append(v.Closed, ui.Option{Value: m.ID.String(), Text: i18n.T(ctx, "%s，%s 元", v.ShopName(ctx, m.ID), ui.Yuan(held))})
		}
	}
	return nil
}

// reasonText is why something was not paid or came back: ours in words, others' as it is.
func reasonText(ctx context.Context, reason string) string {
	for _, r := range []payout.Reason{payout.TooFresh, payout.TooSmall, payout.Owes, payout.Suspended, payout.NoAccount, payout.OwnMatter, payout.NoRoom, payout.Moved} {
		if string(r) == reason {
			return payout.ReasonName(r).In(ctx)
		}
	}
	return reason
}

// previewView is what a batch would be now.
type previewView struct {
	portal.Room
	Kind  payout.Kind
	Batch payout.Batch
	Items ui.Table
	Left  []ui.Row
	Form  ui.Form
	Words string
	No    string // why nothing can be prepared
}

// ask reads which batch is asked for.
func ask(r *http.Request) (kind payout.Kind, cutoff period.Day, err error) {
	kind = payout.Kind(r.FormValue("kind"))
	if !kind.Known() {
		return kind, 0, payout.ErrBadKind.On("kind")
	}
	if cutoff, err = period.ParseDay(r.FormValue("cutoff")); err != nil {
		return kind, 0, payout.ErrBadDay.On("cutoff")
	}
	return kind, cutoff, nil
}

func (g *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	return g.showPreview(w, r, portal.Sent{})
}

func (g *Pages) showPreview(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	kind, cutoff, err := ask(r)
	v := previewView{Room: room, Kind: kind, Words: sent.Typed("", "words", "")}
	if err == nil {
		v.Batch, err = g.Flows.PlanPayout(ctx, room.ID, actor(ctx).ID, kind, cutoff)
	}
	if err != nil {
		wrong, _, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		v.No = wrong[0].Text
	}
	v.Form = sent.Once("", room.Desk("payouts", ""))
	v.Form.Busy = i18n.T(ctx, "正在提交")
	v.Batch.Kind, v.Batch.Cutoff = kind, cutoff
	v.Items = previewTable(ctx, &v)
	for _, x := range v.Batch.Left {
		v.Left = append(v.Left, leftRow(ctx, &room, kind, x))
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", i18n.T(ctx, "准备付款")), previewPage(v))
}

func previewTable(ctx context.Context, v *previewView) ui.Table {
	t := ui.Table{ID: "items", Caption: i18n.T(ctx, "付给谁"), Path: v.Desk("payouts", "/preview"), Total: len(v.Batch.Items), Ask: ui.TableAsk{Page: 1, Size: payout.MaxItems},
		Columns: []ui.Column{{Text: i18n.T(ctx, "付给谁"), Title: true}, {Text: i18n.T(ctx, "哪些天"), Rare: true}, {Text: i18n.T(ctx, "账上，元"), Num: true}, {Text: i18n.T(ctx, "这次付，元"), Num: true}},
		Empty:   ui.EmptyView{Icon: "cash", Title: i18n.T(ctx, "这一次没有谁该付"), Text: i18n.T(ctx, "下面写着每一家为什么没付。"), Action: ui.Link{Href: v.Desk("payouts", ""), Text: i18n.T(ctx, "回到付款")}}}
	for i := range v.Batch.Items {
		x := &v.Batch.Items[i]
		t.Rows = append(t.Rows, ui.TableRow{Cells: []ui.Cell{{Text: called(ctx, &v.Room, v.Kind, x.Payee)}, {Text: ui.Days(ctx, x.Since, v.Batch.Through)}, {Text: ui.Yuan(x.Held)}, {Text: ui.Yuan(x.Amount)}}})
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: i18n.T(ctx, "一共")}, {}, {}, {Text: ui.Yuan(v.Batch.Sum())}}
	}
	return t
}

// leftRow is somebody who is not paid, and why.
func leftRow(ctx context.Context, room *portal.Room, kind payout.Kind, x payout.Left) ui.Row {
	return ui.Row{Icon: "clock", Title: called(ctx, room, kind, x.Payee), Text: payout.ReasonName(x.Why).In(ctx), End: ui.Yuan(x.Held)}
}

func (g *Pages) prepare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	kind, cutoff, err := ask(r)
	to := room.Desk("payouts", "")
	if err == nil {
		var b *payout.Batch
		if b, err = g.Flows.PreparePayout(ctx, room.ID, actor(ctx), kind, cutoff, r.PostFormValue("words"), r.PostFormValue(ui.TokenName)); err == nil && b != nil {
			to = batchHref(&room, b.ID)
		}
	}
	return portal.Done(w, r, err, to, "", func(s portal.Sent) error { return g.showPreview(w, r, s) })
}

// decide notes that the viewer answers for paying a suspended shop.
func (g *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	shop, err := id.Parse(r.PostFormValue("shop"))
	if err != nil {
		err = payout.ErrBadOwner.On("shop")
	} else {
		err = g.Flows.DecidePayout(ctx, room.ID, actor(ctx), shop, r.PostFormValue("words"))
	}
	return portal.Done(w, r, err, room.Desk("payouts", "")+"?"+url.Values{"decided": {"1"}}.Encode(), "decide", func(s portal.Sent) error { return g.showDesk(w, r, s) })
}

// yuan reads an amount that was typed.
func yuan(r *http.Request, field string) (money.Amount, error) {
	v, err := money.Parse(r.PostFormValue(field), money.CNY)
	if err != nil || v <= 0 {
		return 0, payout.ErrBadAmount.On(field)
	}
	return v, nil
}
