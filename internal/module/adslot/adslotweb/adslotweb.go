// Package adslotweb are the pages of advertising: a shop books a month and says what it
// shows, the office offers slots and looks at what is to be shown, and everybody sees
// it under the word 广告, the same for all and never in elder mode (C10).
package adslotweb

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/adslot"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of advertising.
type Pages struct{ *portal.Portal }

// Routes adds the pages and their door on the desk, and lets pages of residents show
// what is booked on them.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Ad = h.shown
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "ads", Href: "/desk/ads", Icon: "image", Text: i18n.M("广告位"), Group: i18n.M("联盟的日常"), Action: "ad_desk.read"})
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/ads/{booking}/go", Action: "ad.open", On: p.InCommunity, Do: h.open},
		httpkit.Route{Pattern: "GET /c/{community}/ads/{booking}/picture", Action: "ad.open", On: p.InCommunity, Do: h.picture},
		httpkit.Route{Pattern: "GET /shop/{shop}/ads", Action: "ad.read", On: portal.OfShop, Do: h.list},
		httpkit.Route{Pattern: "POST /shop/{shop}/ads", Action: "ad.book", On: portal.OfShop, Do: h.book},
		httpkit.Route{Pattern: "GET /shop/{shop}/ads/{booking}", Action: "ad.read", On: portal.OfShop, Do: h.booking},
		httpkit.Route{Pattern: "GET /shop/{shop}/ads/{booking}/export", Action: "ad.export", On: portal.OfShop, Do: h.export},
		httpkit.Route{Pattern: "GET /shop/{shop}/ads/{booking}/picture/{creative}", Action: "ad.read", On: portal.OfShop, Do: h.ownPicture},
		httpkit.Route{Pattern: "POST /shop/{shop}/ads/{booking}/creative", Action: "ad.book", On: portal.OfShop, Upload: portal.UploadMost, Do: h.draft},
		httpkit.Route{Pattern: "POST /shop/{shop}/ads/{booking}/cancellation", Action: "ad.book", On: portal.OfShop, Do: h.cancel},
	)
	const look, keep = "ad_desk.read", "ad.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /desk/ads", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "ads", i18n.M("广告位"))},
		httpkit.Route{Pattern: "GET /desk/ads/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "GET /desk/ads/{community}/export", Action: "ad_desk.export", On: p.InCommunity, Do: h.exportAll},
		httpkit.Route{Pattern: "POST /desk/ads/{community}/slots", Action: keep, On: p.InCommunity, Do: h.offer},
		httpkit.Route{Pattern: "POST /desk/ads/{community}/slots/{slot}/end", Action: keep, On: p.InCommunity, Do: h.closeSlot},
		httpkit.Route{Pattern: "GET /desk/ads/{community}/drafts/{creative}/picture", Action: look, On: p.InCommunity, Do: h.draftPicture},
		httpkit.Route{Pattern: "POST /desk/ads/{community}/drafts/{creative}/review", Action: keep, On: p.InCommunity, Do: h.review},
		httpkit.Route{Pattern: "POST /desk/ads/{community}/bookings/{booking}/cancellation", Action: keep, On: p.InCommunity, Do: h.cancelFor},
	)
}

func (h *Pages) svc() *adslot.Service { return h.Flows.Ads }

// shown is what a page of residents shows at its foot, nil where nothing is booked, in
// elder mode, and where she has seen it often enough today. Which of several is shown
// turns with the hour, for everybody alike.
func (h *Pages) shown(ctx context.Context, page string, community id.ID) (templ.Component, error) {
	if ui.IsElder(ctx) {
		return nil, nil
	}
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	now, err := h.Flows.StandingIn(ctx, community)
	if err != nil {
		return nil, err
	}
	var here []adslot.Shown
	err = h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		all, err := h.svc().Showing(ctx, rd, community, now.Today.Month())
		for _, s := range all {
			if string(s.Page) == page && s.From <= now.Today {
				here = append(here, s)
			}
		}
		return err
	})
	if err != nil || len(here) == 0 {
		return nil, err
	}
	s := here[now.Now.Hour()%len(here)]
	if !h.Flows.Looks.See(community, s.Booking.ID, h.looker(ctx, community, s.Shop), now.Today) {
		return nil, nil
	}
	v := adView{Text: s.Creative.Text, Href: "/c/" + c.Ref + "/ads/" + s.Booking.ID.String() + "/go"}
	err = h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		m, err := h.Flows.Merchants.ByID(ctx, rd, community, s.Shop)
		if err == nil {
			v.Shop = m.Name
		}
		return err
	})
	if !s.Creative.File.IsZero() {
		v.Picture = "/c/" + c.Ref + "/ads/" + s.Booking.ID.String() + "/picture"
	}
	return adCard(v), err
}

// looker is whose look counts: a person's who is signed in for herself, does not work
// in the shop and does not look after the slots; nobody's else.
func (h *Pages) looker(ctx context.Context, community, shop id.ID) id.ID {
	v := authz.Of(ctx)
	if !v.For.IsZero() || h.Engine.May(ctx, v, "ad_desk.read", authz.Resource{Place: community}) == nil {
		return id.ID{}
	}
	for _, g := range v.Grants {
		if g.Subject == shop {
			return id.ID{}
		}
	}
	return v.Person
}

// adView is one advertisement.
type adView struct{ Shop, Text, Href, Picture string }

// showing is the booking in an address if it is shown now.
func (h *Pages) showing(r *http.Request) (s adslot.Shown, today period.Day, err error) {
	c, err := h.CommunityIn(r)
	if err != nil {
		return s, today, err
	}
	now, err := h.Flows.StandingIn(r.Context(), c.ID)
	if err != nil {
		return s, today, err
	}
	err = h.Flows.DB.View(r.Context(), c.ID, func(rd db.Reader) error {
		all, err := h.svc().Showing(r.Context(), rd, c.ID, now.Today.Month())
		if err != nil {
			return err
		}
		for _, s = range all {
			if s.Booking.ID.String() == r.PathValue("booking") {
				return nil
			}
		}
		return adslot.ErrNoBooking
	})
	return s, now.Today, err
}

// open counts that somebody opened an advertisement, and leads to its page in this
// house.
func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	s, today, err := h.showing(r)
	if err != nil {
		return err
	}
	if !adslot.InHouse(s.Creative.Target) {
		return adslot.ErrBadTarget
	}
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	if !adslot.Robot(r.UserAgent()) {
		h.Flows.Looks.Open(c.ID, s.Booking.ID, h.looker(r.Context(), c.ID, s.Shop), today)
	}
	http.Redirect(w, r, s.Creative.Target, http.StatusSeeOther)
	return nil
}

func (h *Pages) picture(w http.ResponseWriter, r *http.Request) error {
	s, _, err := h.showing(r)
	if err != nil {
		return err
	}
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	return h.send(w, r, c.ID, s.Creative.File, httpkit.Public)
}

// send answers with a picture.
func (h *Pages) send(w http.ResponseWriter, r *http.Request, community, file id.ID, c httpkit.Caching) error {
	return h.Flows.DB.View(r.Context(), community, func(rd db.Reader) error {
		f, err := h.Flows.Files.ByID(r.Context(), rd, community, file)
		if err != nil {
			return err
		}
		return portal.SendFile(w, r, f, c)
	})
}
