package checkoutweb

import (
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// refundView is where a shop gives money back.
type refundView struct {
	Form           ui.Form
	Bought         string
	Price, Left    money.Amount
	Before         []ui.Row
	Part, Reason   string
	Receipt, Until string
	Open           bool // within the time in which the shop may give back by itself
}

func (p *Pages) askRefund(w http.ResponseWriter, r *http.Request) error {
	return p.refundPage(w, r, portal.Sent{})
}

// soldAt is the sale of the shop in the address; another shop's is not found.
func (p *Pages) soldAt(r *http.Request) (flow.Sold, portal.Counter, error) {
	c, err := p.Counter(r)
	if err != nil {
		return flow.Sold{}, c, err
	}
	seq, err := strconv.ParseInt(r.PathValue("entry"), 10, 64)
	if err != nil || seq < 0 {
		return flow.Sold{}, c, httpkit.ErrNoSuchPage
	}
	sold, err := p.Flows.SoldAt(r.Context(), c.ID, c.Shop.ID, seq)
	return sold, c, err
}

func (p *Pages) refundPage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	sold, c, err := p.soldAt(r)
	if err != nil {
		return err
	}
	v := refundView{Form: sent.Once("refund", r.URL.Path), Price: sold.Facts.Price, Left: sold.Left(), Bought: ui.Moment(ctx, c.Local(sold.Facts.PurchasedAt)),
		Part: sent.Typed("refund", "amount", ""), Reason: sent.Typed("refund", "reason", ""), Open: !sold.Until.Before(c.Now), Until: ui.Moment(ctx, c.Local(sold.Until))}
	v.Form.Busy = i18n.T(ctx, "正在退")
	for _, b := range sold.Refunds {
		v.Before = append(v.Before, ui.Row{Icon: "undo", Title: i18n.T(ctx, "退了 %s 元", ui.Yuan(b.Facts.Amount)), Text: ui.Moment(ctx, c.Local(b.Entry.PostedAt)), Notes: reasonOf(sold.Backs[b.Entry.Seq].Reason)})
	}
	if token, err := p.Flows.ReceiptToken(ctx, c.ID, sold.Seq); err != nil {
		return err
	} else if token != "" {
		v.Receipt = "/r/" + token
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "退款"), Back: ui.Link{Href: c.Href("/till"), Text: i18n.T(ctx, "收款")}, Class: "till", Private: true}
	return p.ShowSent(w, r, sent, s, refundPage(v))
}

func (p *Pages) refund(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	sold, c, err := p.soldAt(r)
	if err != nil {
		return err
	}
	back := flow.Giving{Shop: c.Shop.ID, Sale: sold.Seq, Reason: strings.TrimSpace(r.FormValue("reason")), Token: c.Shop.ID.String() + r.FormValue(ui.TokenName)}
	if r.FormValue("what") != "all" {
		back.Amount, err = portal.Yuan(r, "amount")
	}
	if err == nil {
		_, err = p.Flows.GiveBack(ctx, c.ID, actor(ctx), back)
	}
	return portal.Done(w, r, err, r.URL.Path, "refund", func(s portal.Sent) error { return p.refundPage(w, r, s) })
}

func reasonOf(reason string) []string {
	if reason == "" {
		return nil
	}
	return []string{reason}
}
