package checkoutweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/checkout"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// slipView is a charge that somebody pays online.
type slipView struct {
	What   string
	Title  string
	Amount money.Amount
	DueAt  string
	Form   ui.Form
	Online []ui.Option
	Tender string
	Cancel ui.Form
	State  string
	Watch  string
	Pay    *payView
	Ended  string
	Paid   bool
	To     ui.Link // where she goes on once it is paid
}

// slipOf is the charge in the address, if the viewer may pay it.
func (p *Pages) slipOf(r *http.Request) (community id.ID, s flow.Slip, err error) {
	if community, err = id.Parse(r.PathValue("at")); err != nil {
		return community, s, charge.ErrNotFound
	}
	s, err = p.Flows.SlipOf(r.Context(), community, r.PathValue("slip"), authz.Of(r.Context()))
	return community, s, err
}

func slipState(s *flow.Slip) string {
	switch {
	case !s.Open():
		return string(s.End.Kind)
	case s.Paying != nil:
		return "paying"
	}
	return "open"
}

func (p *Pages) slip(w http.ResponseWriter, r *http.Request) error {
	return p.slipPage(w, r, portal.Sent{})
}

func (p *Pages) slipPage(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	community, s, err := p.slipOf(r)
	if err != nil {
		return err
	}
	zone, err := p.Zone(ctx, community)
	if err != nil {
		return err
	}
	base := "/me/slips/" + community.String() + "/" + s.Code
	v := slipView{What: purposeWord(ctx, s.Purpose), Title: s.Title, Amount: s.Amount, DueAt: ui.Moment(ctx, s.DueAt.In(zone)), Form: sent.Ask("pay", base+"/payment"),
		Cancel: sent.Ask("cancel", base+"/cancellation"), State: slipState(&s), Watch: base + "/state", Tender: string(p.defaultTender(sent)), Online: p.online(ctx)}
	v.Form.ID, v.Form.Busy = "pay", i18n.T(ctx, "正在付")
	v.To = ui.Link{Href: "/me", Text: i18n.T(ctx, "回我的")}
	if s.Purpose == charge.Bundle {
		v.To = ui.Link{Href: "/me/bundles/" + community.String() + "/" + s.Subject.String(), Text: i18n.T(ctx, "看我的套餐")}
	}
	switch {
	case s.Paid():
		v.Paid = true
	case !s.Open():
		v.Ended = i18n.T(ctx, "这张单子已经作废，没有收钱")
	case s.Paying != nil:
		v.Pay, err = p.asked(ctx, community, s.Paying)
	}
	if err != nil {
		return err
	}
	shell := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "缴费"), Back: ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}, Class: "till", Private: true, Help: help()}
	return p.ShowSent(w, r, sent, shell, slipPage(v))
}

// online are the providers that take payments here.
func (p *Pages) online(ctx context.Context) (all []ui.Option) {
	for _, t := range p.tenders() {
		if t.Provider() != "" {
			all = append(all, ui.Option{Value: string(t), Text: tenderWord(ctx, t), Icon: tenderIcons[t]})
		}
	}
	return all
}

func (p *Pages) paySlip(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	community, s, err := p.slipOf(r)
	if err != nil {
		return err
	}
	_, err = p.Flows.PayOnline(ctx, community, actor(ctx), s, checkout.Tender(r.FormValue("tender")).Provider(), p.scene(r), authz.Of(ctx).Acting())
	return portal.Done(w, r, err, up(r), "pay", func(sent portal.Sent) error { return p.slipPage(w, r, sent) })
}

func (p *Pages) stopSlip(w http.ResponseWriter, r *http.Request) error {
	community, s, err := p.slipOf(r)
	if err != nil {
		return err
	}
	err = p.Flows.StopPaying(r.Context(), community, s)
	return portal.Done(w, r, err, up(r), "cancel", func(sent portal.Sent) error { return p.slipPage(w, r, sent) })
}

func (p *Pages) slipNews(w http.ResponseWriter, r *http.Request) error {
	_, s, err := p.slipOf(r)
	if err != nil {
		return err
	}
	return p.wait(w, r, s.ID, func(context.Context) (news, error) {
		_, s, err := p.slipOf(r)
		if err != nil {
			return news{}, err
		}
		return news{State: slipState(&s)}, nil
	})
}

// slipRoutes are the pages on which charges are paid online.
func (p *Pages) slipRoutes(t *httpkit.Router) {
	const slip = "/me/slips/{at}/{slip}"
	t.Add(
		httpkit.Route{Pattern: "GET " + slip, Action: "pay.read", On: httpkit.Mine, Do: p.slip},
		httpkit.Route{Pattern: "POST " + slip + "/payment", Action: "pay.use", On: httpkit.Mine, Do: p.paySlip},
		httpkit.Route{Pattern: "POST " + slip + "/cancellation", Action: "pay.use", On: httpkit.Mine, Do: p.stopSlip},
		httpkit.Route{Pattern: "GET " + slip + "/state", Action: "pay.read", On: httpkit.Mine, Do: p.slipNews},
	)
}

func purposeWord(ctx context.Context, purpose charge.Purpose) string {
	switch purpose {
	case charge.Membership:
		return i18n.T(ctx, "会员年费")
	case charge.MerchantFee:
		return i18n.T(ctx, "商家年费")
	case charge.Deposit:
		return i18n.T(ctx, "商家保证金")
	case charge.Profit:
		return i18n.T(ctx, "利润反哺社区")
	case charge.Bundle:
		return i18n.T(ctx, "套餐和礼包")
	case charge.Hours:
		return i18n.T(ctx, "单位认购服务时")
	}
	return i18n.T(ctx, "广告位费")
}
