package membershipweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// deskPacksView are the packs of a community, and the form for a new one.
type deskPacksView struct {
	Place community.Place
	Packs []deskPack
	May   bool
	Form  ui.Form
	Typed map[string]string
	Shops []ui.Option
	Chose []string
	Wrong []ui.Wrong // of closing one
}

// deskPack is a pack with how far it went.
type deskPack struct {
	membership.Pack
	Months, Shops, State string
	Tone                 ui.Tone
	Open                 bool
}

func (h *Pages) deskPacks(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskPacks(w, r, http.StatusOK, nil, nil)
}

func (h *Pages) showDeskPacks(w http.ResponseWriter, r *http.Request, status int, wrong, closing []ui.Wrong) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	v := deskPacksView{Place: p, May: h.MayIn(ctx, "pack.make", p.ID), Form: ui.Form{Action: deskPath("packs", p), Wrong: wrong}, Typed: make(map[string]string), Wrong: closing}
	for _, name := range []string{"title", "content", "kind", "partner", "value", "cost", "stock", "until"} {
		v.Typed[name] = r.PostFormValue(name)
	}
	v.Chose = r.PostForm["shops"]
	zone, err := h.Zone(ctx, p.ID)
	if err != nil {
		return err
	}
	today := period.DayOf(h.Flows.DB.Clock().Now(), zone)
	err = h.view(ctx, p.ID, func(rd db.Reader) error {
		shops, err := h.Flows.Merchants.List(ctx, rd, p.ID)
		if err != nil {
			return err
		}
		names := make(map[id.ID]string)
		for _, s := range shops {
			names[s.ID] = shopName(s)
			if s.Status == merchant.Active {
				v.Shops = append(v.Shops, ui.Option{Value: s.ID.String(), Text: shopName(s)})
			}
		}
		all, err := h.Flows.Memberships.AllPacks(ctx, rd, p.ID)
		for _, x := range all {
			v.Packs = append(v.Packs, h.deskPackOf(ctx, x, names, today))
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.DeskShell(ctx, "packs", i18n.T(ctx, "权益包")), deskPacksPage(v))
}

func (h *Pages) deskPackOf(ctx context.Context, p membership.Pack, names map[id.ID]string, today period.Day) deskPack {
	x := deskPack{Pack: p, Months: quarterName(ctx, p.Quarter), Shops: h.shopList(ctx, names, p.Shops), State: i18n.T(ctx, "在架上"), Tone: ui.OK, Open: true}
	switch {
	case p.Closed != "":
		x.State, x.Tone, x.Open = i18n.T(ctx, "停了：%s", p.Closed), ui.Tell, false
	case today > p.Until:
		x.State, x.Tone, x.Open = i18n.T(ctx, "过期了"), ui.Tell, false
	case p.Left() == 0:
		x.State, x.Tone = i18n.T(ctx, "选完了"), ui.Soon
	}
	return x
}

// makePack offers a pack.
func (h *Pages) makePack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	pack, err := packOf(r)
	if err == nil {
		_, err = h.Flows.MakePack(ctx, p.ID, authz.Of(ctx).Actor(), pack)
	}
	return back(w, r, err, deskPath("packs", p), func(status int, wrong []ui.Wrong) error { return h.showDeskPacks(w, r, status, wrong, nil) })
}

// packOf reads the form of a pack.
func packOf(r *http.Request) (p membership.Pack, err error) {
	if err := r.ParseForm(); err != nil {
		return p, err
	}
	p = membership.Pack{Kind: membership.PackKind(r.FormValue("kind")), Title: strings.TrimSpace(r.FormValue("title")), Content: r.FormValue("content"), Partner: r.FormValue("partner")}
	if p.Kind != membership.Offer {
		p.Kind, p.Partner = membership.Goods, ""
	}
	if p.Value, err = money.Parse(strings.TrimSpace(r.FormValue("value")), money.CNY); err != nil {
		return p, membership.ErrBadValue.On("value")
	}
	if text := strings.TrimSpace(r.FormValue("cost")); text != "" {
		if p.Cost, err = money.Parse(text, money.CNY); err != nil {
			return p, membership.ErrBadCost.On("cost")
		}
	}
	if p.Stock, err = strconv.Atoi(strings.TrimSpace(r.FormValue("stock"))); err != nil {
		return p, membership.ErrBadStock.On("stock")
	}
	if p.Until, err = period.ParseDay(r.FormValue("until")); err != nil {
		return p, membership.ErrBadUntil.On("until")
	}
	p.Quarter = membership.Quarter(p.Until)
	if p.Kind == membership.Goods {
		for _, text := range r.Form["shops"] {
			shop, err := id.Parse(text)
			if err != nil {
				return p, membership.ErrNoShop.On("shops")
			}
			p.Shops = append(p.Shops, shop)
		}
	}
	return p, nil
}

// closePack takes a pack off the list.
func (h *Pages) closePack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	pack, err := id.Parse(r.PathValue("pack"))
	if err != nil {
		return membership.ErrNoPack
	}
	err = h.Flows.ClosePack(ctx, p.ID, authz.Of(ctx).Actor(), pack, r.FormValue("reason"))
	return back(w, r, err, deskPath("packs", p), func(status int, wrong []ui.Wrong) error { return h.showDeskPacks(w, r, status, nil, wrong) })
}

// dash stands for what is not there.
func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
