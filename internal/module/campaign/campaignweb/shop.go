package campaignweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/campaign"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView are the festivals for a shop.
type shopView struct {
	portal.Counter
	Open, Past []ui.Row
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := shopView{Counter: c}
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		all, err := h.svc().List(ctx, rd, c.ID)
		for _, x := range all {
			line := row(ctx, x, c.Href("/festivals/"+x.ID.String()), c.Today)
			if x.Of(c.Shop.ID) != nil {
				line.Notes = append(line.Notes, i18n.T(ctx, "本店参加"))
			}
			if s := x.State(c.Today); s == campaign.Over || s == campaign.Called {
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
	return h.Show(w, r, h.shell(ctx, &c, i18n.T(ctx, "联合活动"), ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}), shopPage(v))
}

func (h *Pages) shell(ctx context.Context, c *portal.Counter, title string, back ui.Link) ui.Shell {
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", title)
	s.Back = back
	return s
}

// shopOneView is one festival for a shop.
type shopOneView struct {
	portal.Counter
	*campaign.Campaign
	State   string
	Tone    ui.Tone
	Mine    *campaign.Part
	Base    string
	Days    []dayView
	Others  []ui.Line
	Linked  []ui.Row
	Things  []ui.Option // own offers and series that do not belong to it yet
	Spent   string
	Open    bool
	Sent    portal.Sent
	Budget  string
	Planned string
}

func (h *Pages) shopOne(w http.ResponseWriter, r *http.Request) error {
	return h.showShopOne(w, r, portal.Sent{})
}

func (h *Pages) showShopOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	x, err := h.festivalIn(r, c.ID)
	if err != nil {
		return err
	}
	v := shopOneView{Counter: c, Campaign: x, Mine: x.Of(c.Shop.ID), Base: c.Href("/festivals/" + x.ID.String()), Days: days(ctx, &c.Room, x), Sent: sent}
	v.State, v.Tone = stateOf(ctx, x, c.Today)
	state := x.State(c.Today)
	v.Open = c.Owner && state != campaign.Over && state != campaign.Called
	for _, p := range x.Parts {
		v.Others = append(v.Others, ui.Line{Text: c.ShopName(ctx, p.Shop), Num: p.Words})
	}
	if v.Mine != nil {
		v.Budget, v.Planned = ui.Yuan(v.Mine.Budget), v.Mine.Words
	}
	costs, err := h.Flows.CampaignCostsOf(ctx, c.ID, x)
	if err != nil {
		return err
	}
	v.Spent = yuanOf(costs.Shops, c.Shop.ID)
	for i := range costs.Offers {
		if o := &costs.Offers[i]; o.Merchant == c.Shop.ID {
			v.Linked = append(v.Linked, ui.Row{Href: c.Href("/offers/" + o.ID.String()), Icon: "tag", Title: o.Name, End: ui.Yuan(o.Saved)})
		}
	}
	for _, s := range costs.Series {
		if s.Shop == c.Shop.ID {
			v.Linked = append(v.Linked, ui.Row{Href: c.Href("/vouchers/" + s.ID.String()), Icon: "ticket", Title: s.Name, End: ui.Yuan(costs.Effects[s.ID].Paid)})
		}
	}
	if v.Things, err = h.things(ctx, &c.Room, x, c.Shop.ID); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.shell(ctx, &c, x.Title, ui.Link{Href: c.Href("/festivals"), Text: i18n.T(ctx, "联合活动")}), shopOnePage(v))
}

// things are the offers and series of a shop (zero: of no shop) that run and do not
// belong to a festival yet.
func (h *Pages) things(ctx context.Context, room *portal.Room, c *campaign.Campaign, shop id.ID) (options []ui.Option, err error) {
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		offers, err := h.Flows.Offers.Of(ctx, rd, room.ID, shop)
		if err != nil {
			return err
		}
		for _, o := range offers {
			if o.End == nil && room.Today <= o.When.Last && !c.Has(campaign.Offer, o.ID) {
				options = append(options, ui.Option{Value: string(campaign.Offer) + " " + o.ID.String(), Text: i18n.T(ctx, "优惠：%s", o.Name)})
			}
		}
		series, err := h.Flows.Promotions.AllSeries(ctx, rd, room.ID)
		for _, s := range series {
			if s.Shop == shop && room.Today <= s.Closes && !c.Has(campaign.Series, s.ID) {
				options = append(options, ui.Option{Value: string(campaign.Series) + " " + s.ID.String(), Text: i18n.T(ctx, "券：%s", s.Name)})
			}
		}
		return err
	})
	return options, err
}

// step does something with the festival in an address, for the shop in it.
func (h *Pages) step(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("festival"))
	if err != nil {
		return campaign.ErrNotFound
	}
	to := "/shop/" + at.Subject.String() + "/festivals/" + which.String()
	return portal.Done(w, r, do(r.Context(), at, which, authz.Of(r.Context()).Actor()), to, form, func(s portal.Sent) error { return h.showShopOne(w, r, s) })
}

func (h *Pages) join(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "join", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		f := portal.Type(r)
		budget, words := f.Yuan("budget"), f.Line("words")
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.JoinCampaign(ctx, at.Place, actor, which, at.Subject, budget, words)
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "leave", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		return h.Flows.LeaveCampaign(ctx, at.Place, actor, which, at.Subject)
	})
}

func (h *Pages) link(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "link", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		l, err := linkIn(r, at.Subject)
		if err != nil {
			return err
		}
		return h.Flows.AttachToCampaign(ctx, at.Place, actor, which, l)
	})
}

// linkIn is what was chosen to belong to a festival.
func linkIn(r *http.Request, shop id.ID) (campaign.Link, error) {
	what, thing, _ := strings.Cut(r.FormValue("thing"), " ")
	at, err := id.Parse(thing)
	if err != nil || what != string(campaign.Offer) && what != string(campaign.Series) {
		return campaign.Link{}, campaign.ErrNotYours
	}
	return campaign.Link{What: campaign.Thing(what), Thing: at, Shop: shop}, nil
}
