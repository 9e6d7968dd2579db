package campaignweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/campaign"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are the festivals of a community for the desk.
type deskView struct {
	portal.Room
	Open, Past []ui.Row
	Keep       bool
	Sent       portal.Sent
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Keep: h.MayIn(ctx, "festival_desk.keep", room.ID), Sent: sent}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().List(ctx, rd, room.ID)
		for _, c := range all {
			line := row(ctx, c, room.Desk("festivals", "/"+c.ID.String()), room.Today)
			if s := c.State(room.Today); s == campaign.Over || s == campaign.Called {
				v.Past = append(v.Past, line)
			} else {
				v.Open = append(v.Open, line)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "festivals", i18n.T(ctx, "联合活动")), deskPage(v))
}

func (h *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	f := portal.Type(r)
	p := campaign.Plan{Kind: campaign.Kind(f.Line("kind")), Title: f.Line("title"), About: portal.Prose(r, "about"), Place: f.Line("place"), First: f.Day("first"), Last: f.Day("last"), Budget: f.Yuan("budget")}
	to, err := "/desk/festivals/"+c.Ref, f.Err
	if err == nil {
		var made id.ID
		if made, err = h.Flows.PlanCampaign(r.Context(), c.ID, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), p); !made.IsZero() {
			to += "/" + made.String()
		}
	}
	return portal.Done(w, r, err, to, "plan", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// deskOneView is one festival for the desk, with what it costs and what came of it.
type deskOneView struct {
	portal.Room
	*campaign.Campaign
	State  string
	Tone   ui.Tone
	Base   string
	Costs  flow.CampaignCosts
	Effect flow.CampaignEffect
	Usual  campaign.Span
	Days   []dayView
	Things []ui.Option
	Linked []ui.Row
	Keep   bool
	Sent   portal.Sent
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

// deskOneOf reads the festival in an address with everything that the desk sees of it.
func (h *Pages) deskOneOf(r *http.Request) (v deskOneView, err error) {
	ctx := r.Context()
	if v.Room, err = h.Room(r); err != nil {
		return v, err
	}
	if v.Campaign, err = h.festivalIn(r, v.Room.ID); err != nil {
		return v, err
	}
	c := v.Campaign
	v.State, v.Tone = stateOf(ctx, c, v.Today)
	v.Base = v.Desk("festivals", "/"+c.ID.String())
	v.Days = days(ctx, &v.Room, c)
	if v.Costs, err = h.Flows.CampaignCostsOf(ctx, v.Room.ID, c); err != nil {
		return v, err
	}
	if v.Effect, err = h.Flows.CampaignEffectOf(ctx, v.Room.ID, c, v.Today); err != nil {
		return v, err
	}
	v.Usual = v.Effect.Usual()
	for i := range v.Costs.Offers {
		o := &v.Costs.Offers[i]
		v.Linked = append(v.Linked, ui.Row{Icon: "tag", Title: o.Name, Text: v.ShopName(ctx, o.Merchant), End: ui.Yuan(o.Saved), EndNote: i18n.T(ctx, "减了")})
	}
	for _, s := range v.Costs.Series {
		line := ui.Row{Href: v.Desk("promotions", "/"+s.ID.String()), Icon: "ticket", Title: s.Name, End: ui.Yuan(v.Costs.Effects[s.ID].Paid), EndNote: i18n.T(ctx, "用了 %d 张", v.Costs.Effects[s.ID].Used)}
		v.Linked = append(v.Linked, line)
	}
	return v, nil
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	v, err := h.deskOneOf(r)
	if err != nil {
		return err
	}
	state := v.Campaign.State(v.Today)
	v.Sent, v.Keep = sent, h.MayIn(ctx, "festival_desk.keep", v.Room.ID) && state != campaign.Over && state != campaign.Called
	if v.Things, err = h.things(ctx, &v.Room, v.Campaign, id.ID{}); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "festivals", v.Title), deskOnePage(v))
}

// deskStep does something with the festival in an address.
func (h *Pages) deskStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, which id.ID, actor db.Actor) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("festival"))
	if err != nil {
		return campaign.ErrNotFound
	}
	err = do(r.Context(), c.ID, which, authz.Of(r.Context()).Actor())
	return portal.Done(w, r, err, "/desk/festivals/"+c.Ref+"/"+which.String(), form, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

func (h *Pages) publish(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "publish", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.PublishCampaign(ctx, community, actor, which)
	})
}

func (h *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "cancel", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.CancelCampaign(ctx, community, actor, which, portal.Type(r).Line("words"))
	})
}

func (h *Pages) schedule(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "event", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		f := portal.Type(r)
		times := f.Times()
		e := campaign.Event{Day: f.Day("day"), From: times.From, To: times.To, Title: f.Line("title"), Place: f.Line("place")}
		if shop, err := id.Parse(f.Line("shop")); err == nil {
			e.Shop = shop
		}
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.ScheduleInCampaign(ctx, community, actor, r.FormValue(ui.TokenName), which, e)
	})
}

func (h *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "off-"+r.PathValue("event"), func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		event, err := id.Parse(r.PathValue("event"))
		if err != nil {
			return campaign.ErrNoEvent
		}
		return h.Flows.CallOffInCampaign(ctx, community, actor, which, event, portal.Type(r).Line("words"))
	})
}

func (h *Pages) deskLink(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "link", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		l, err := linkIn(r, id.ID{})
		if err != nil {
			return err
		}
		return h.Flows.AttachToCampaign(ctx, community, actor, which, l)
	})
}

// report is the festival as a workbook: its days against those before, what it cost.
func (h *Pages) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := h.deskOneOf(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "效果"), Head: []string{i18n.T(ctx, "哪些天"), i18n.T(ctx, "销售额（元）"), i18n.T(ctx, "笔数"), i18n.T(ctx, "买过的会员"), i18n.T(ctx, "来过两天以上的")}}
	spans := append([]campaign.Span{v.Effect.During}, v.Effect.Before...)
	for _, s := range spans {
		if s.First == 0 {
			continue
		}
		line := append(sheet.Texts(s.First.String()+" – "+s.Last.String()), sheet.Figure(s.Sales.Decimal(money.CNY)), sheet.Figure(strconv.Itoa(s.Purchases)))
		if s.Told(v.Rules.PortraitK) {
			line = append(line, sheet.Figure(strconv.Itoa(s.Buyers)), sheet.Figure(strconv.Itoa(s.Returning)))
		} else {
			line = append(line, sheet.Texts(i18n.T(ctx, "不到 %d 人不显示", v.Rules.PortraitK), "")...)
		}
		t.Rows = append(t.Rows, line)
	}
	t.Rows = append(t.Rows, sheet.Texts(""), sheet.Texts(i18n.T(ctx, "谁"), i18n.T(ctx, "打算出（元）"), i18n.T(ctx, "到现在花了（元）")))
	t.Rows = append(t.Rows, append(sheet.Texts(i18n.T(ctx, "平台")), sheet.Figure(v.Budget.Decimal(money.CNY)), sheet.Figure(v.Costs.Platform.Decimal(money.CNY))))
	for _, p := range v.Parts {
		t.Rows = append(t.Rows, append(sheet.Texts(v.ShopName(ctx, p.Shop)), sheet.Figure(p.Budget.Decimal(money.CNY)), sheet.Figure(v.Costs.Shops[p.Shop].Decimal(money.CNY))))
	}
	return portal.Take(w, r, v.Title, "xlsx", t)
}
