package payoutweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// itemView is one payment of a batch.
type itemView struct {
	portal.Room
	Batch    *payout.Batch
	Item     *payout.Item
	Title    string
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	Past     []ui.Event
	Slip     ui.Form // "" action: nothing is noted by hand
	Back     ui.Form
	Number   string // typed
	Amount   string
	Received string
	Reason   string
}

func (g *Pages) item(w http.ResponseWriter, r *http.Request) error {
	return g.showItem(w, r, portal.Sent{})
}

func (g *Pages) showItem(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	i, b, to, err := g.itemOf(ctx, room.ID, r)
	if err != nil {
		return err
	}
	if b.ID.String() != r.PathValue("batch") {
		return payout.ErrNotFound
	}
	if b.Kind == payout.People { // whose account it is stands below
		people, err := g.Flows.PeopleBehind(ctx, room.ID, []id.ID{i.Payee})
		if err != nil {
			return err
		}
		if err := g.Looked(ctx, people, privacy.Purse, i18n.M("看一笔付款").Key); err != nil {
			return err
		}
	}
	s := i.State(b)
	v := itemView{Room: room, Batch: b, Item: i, Title: called(ctx, &room, b.Kind, i.Payee), State: payout.StateName(s).In(ctx), Tone: tone(s),
		Number: sent.Typed("slip", "reference", ""), Amount: sent.Typed("back", "yuan", ""), Received: sent.Typed("back", "reference", ""), Reason: sent.Typed("back", "reason", "")}
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "哪些天"), Text: ui.Days(ctx, i.Since, b.Through)}, {Name: i18n.T(ctx, "准备时账上"), Text: i18n.T(ctx, "%s 元", ui.Yuan(i.Held))}, {Name: i18n.T(ctx, "收款方式"), Text: payout.ProviderName(to.Provider).In(ctx)},
		{Name: i18n.T(ctx, "户名"), Text: to.Name}, {Name: i18n.T(ctx, "账号"), Text: to.Number}, {Name: i18n.T(ctx, "规则"), Text: ruleOf(b.Kind)}}
	if i.Seq >= 0 {
		seq := strconv.FormatInt(i.Seq, 10)
		v.Facts = append(v.Facts, ui.Fact{Name: i18n.T(ctx, "账目编号"), Text: seq, Why: "/desk/accounts/" + room.Ref + "/entries/" + seq})
	}
	if err := g.itemPast(ctx, &v); err != nil {
		return err
	}
	if g.MayIn(ctx, "payout.note", room.ID) && i.Seq >= 0 && i.Back() < i.Amount {
		arrived, hand := !i.ArrivedAt().IsZero(), g.Flows.ByHand(to) && i.Sent == nil
		if hand && !arrived {
			v.Slip = sent.Ask("slip", itemHref(&room, i)+"/slip")
		}
		if hand || arrived {
			v.Back = sent.Ask("back", itemHref(&room, i)+"/return")
		}
		if v.Amount == "" {
			v.Amount = strings.ReplaceAll(ui.Yuan(i.Amount-i.Back()), ",", "")
		}
	}
	return g.ShowSent(w, r, sent, g.DeskShell(ctx, "payouts", v.Title), itemPage(v))
}

// itemPast tells what became of an item, step by step.
func (g *Pages) itemPast(ctx context.Context, v *itemView) error {
	i, b := v.Item, v.Batch
	var who []id.ID
	for _, o := range i.Outcomes {
		who = append(who, o.By)
	}
	var d *payout.Decision
	if err := g.view(ctx, v.ID, func(r db.Reader) (err error) {
		if !i.Decision.IsZero() {
			if d, err = g.Flows.Payouts.DecisionByID(ctx, r, v.ID, i.Decision); d != nil {
				who = append(who, d.By)
			}
		}
		return err
	}); err != nil {
		return err
	}
	var names map[id.ID]string
	if err := g.view(ctx, id.Tilde, func(r db.Reader) (err error) {
		names, err = g.Names(ctx, r, who...)
		return err
	}); err != nil {
		return err
	}
	add := func(title, text string, when string) {
		v.Past = append(v.Past, ui.Event{Title: title, Text: text, When: when, State: ui.Done})
	}
	if d != nil {
		add(i18n.T(ctx, "店暂停了，决定照付"), i18n.T(ctx, "%s：%s", names[d.By], d.Words), ui.Moment(ctx, v.Local(d.At)))
	}
	add(i18n.T(ctx, "准备"), "", ui.Moment(ctx, v.Local(b.At)))
	if i.Seq >= 0 {
		add(i18n.T(ctx, "记账"), i18n.T(ctx, "从应付里记出，不会付两次"), ui.Moment(ctx, v.Local(b.End.At)))
	}
	if i.Sent != nil {
		add(i18n.T(ctx, "支付机构收下指令"), i.Sent.Number, ui.Moment(ctx, v.Local(i.Sent.At)))
	}
	for _, o := range i.Outcomes {
		text := names[o.By]
		if o.Reference != "" {
			text = i18n.T(ctx, "%s，凭证 %s", text, o.Reference)
		}
		if o.Reason != "" {
			text = i18n.T(ctx, "%s：%s", text, reasonText(ctx, o.Reason))
		}
		add(outcomeText(ctx, &o), text, ui.Moment(ctx, v.Local(o.At)))
	}
	return nil
}

func outcomeText(ctx context.Context, o *payout.Outcome) string {
	switch o.Kind {
	case payout.Confirmed:
		return i18n.T(ctx, "到账了")
	case payout.Failed:
		return i18n.T(ctx, "没有付成，%s 元记回账上", ui.Yuan(o.Amount))
	case payout.Returned:
		return i18n.T(ctx, "退回来了，%s 元记回账上", ui.Yuan(o.Amount))
	}
	return i18n.T(ctx, "这次没付，留到下批")
}

func (g *Pages) slip(w http.ResponseWriter, r *http.Request) error {
	return g.noted(w, r, "slip", func(room *portal.Room, i *payout.Item) error {
		return g.Flows.ConfirmPayout(r.Context(), room.ID, actor(r.Context()), i.ID, strings.TrimSpace(r.PostFormValue("reference")))
	})
}

func (g *Pages) back(w http.ResponseWriter, r *http.Request) error {
	return g.noted(w, r, "back", func(room *portal.Room, i *payout.Item) error {
		v, err := yuan(r, "yuan")
		if err != nil {
			return err
		}
		return g.Flows.ReturnPayout(r.Context(), room.ID, actor(r.Context()), i.ID, v, strings.TrimSpace(r.PostFormValue("reference")), strings.TrimSpace(r.PostFormValue("reason")))
	})
}

func (g *Pages) noted(w http.ResponseWriter, r *http.Request, form string, do func(room *portal.Room, i *payout.Item) error) error {
	room, err := g.Room(r)
	if err != nil {
		return err
	}
	i, _, _, err := g.itemOf(r.Context(), room.ID, r)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(&room, i), itemHref(&room, i), form, func(s portal.Sent) error { return g.showItem(w, r, s) })
}
