package promotionweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/module/member"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// getView are the vouchers that one can get in a community.
type getView struct {
	portal.Room
	Claims  []claimView // taken on this page
	Spend   []ui.Row    // brought by purchases
	Member  bool
	SignIn  bool
	Offers  string
	Sent    portal.Sent
	Wallet  string
	Nothing bool
}

// claimView is one series that members take themselves.
type claimView struct {
	*promotion.Series
	Says, Lasts, By string
	Limits          []string
	Left            int64
	Mine            int64
	Form            ui.Form
}

func (h *Pages) get(w http.ResponseWriter, r *http.Request) error {
	return h.showGet(w, r, portal.Sent{})
}

func (h *Pages) showGet(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	me, err := h.me(ctx, room.ID)
	if err != nil {
		return err
	}
	v := getView{Room: room, Member: me != nil, SignIn: !authz.Of(ctx).SignedIn(), Sent: sent, Wallet: "/me/wallet"}
	if h.Opens("/c/{community}/offers") {
		v.Offers = room.Path("/offers")
	}
	var who id.ID
	if me != nil {
		who = me.ID
	}
	if err := h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error { return h.fillGet(ctx, rd, &v, who) }); err != nil {
		return err
	}
	v.Nothing = len(v.Claims)+len(v.Spend) == 0
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "领券"), "vouchers")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.ShowSent(w, r, sent, s, getPage(v))
}

func (h *Pages) fillGet(ctx context.Context, rd db.Reader, v *getView, who id.ID) error {
	all, err := h.svc().AllSeries(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	counts, err := h.svc().Counts(ctx, rd, v.ID)
	if err != nil {
		return err
	}
	mine, err := h.svc().GrantedTo(ctx, rd, v.ID, who)
	for _, s := range all {
		if s.State(v.Today) != pact.Running {
			continue
		}
		switch s.Way {
		case promotion.Claimed:
			c := claimView{Series: s, Says: says(ctx, &v.Room, &s.Terms), Lasts: lasts(ctx, &s.Terms), By: issuer(ctx, &v.Room, &s.Terms), Limits: limits(ctx, &s.Terms), Mine: mine[s.ID]}
			n := counts[s.ID]
			c.Left = min(int64(s.Total)-n.Granted+n.Revoked, int64(s.Room()/s.Face)-n.Granted+n.Revoked+n.Lapsed)
			c.Form = v.Sent.Once("claim-"+s.ID.String(), v.Path("/vouchers/"+s.ID.String()+"/claim"))
			v.Claims = append(v.Claims, c)
		case promotion.OnSpend:
			v.Spend = append(v.Spend, ui.Row{Icon: "ticket", Title: s.Name, Text: got(ctx, &v.Room, &s.Terms), Notes: []string{says(ctx, &v.Room, &s.Terms), lasts(ctx, &s.Terms)}})
		}
	}
	return err
}

// me is who the viewer is in a community, nil for who is no member there.
func (h *Pages) me(ctx context.Context, community id.ID) (*member.Member, error) {
	v := authz.Of(ctx)
	if !v.SignedIn() {
		return nil, nil
	}
	m, err := h.Flows.MemberIn(ctx, community, v.Acting())
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return m, err
}

func (h *Pages) claim(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	series, err := id.Parse(r.PathValue("series"))
	if err != nil {
		return promotion.ErrNoSeries
	}
	m, err := h.Flows.MemberIn(ctx, c.ID, authz.Of(ctx).Acting())
	if err == nil {
		_, err = h.Flows.ClaimVoucher(ctx, c.ID, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), m.ID, series)
	}
	return portal.Done(w, r, err, "/c/"+c.Ref+"/vouchers", "claim-"+series.String(), func(s portal.Sent) error { return h.showGet(w, r, s) })
}
