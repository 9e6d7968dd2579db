package timebankweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// offerView is a request that somebody is asked to help with, or finds open (Offer nil).
type offerView struct {
	spot
	Q       *timebank.Request
	Offer   *timebank.Offer
	Base    string
	When    string
	Where   string // building and way, never the door
	Reasons []string
	Lines   []ui.Line
	Goes    string // what becomes of the hours of a guest
	Until   string
	Stands  bool
	Willing string // when she hears at the latest, after she said yes; "" if she did not
	Spared  bool   // she said yes, and somebody nearer went
	Left    time.Duration
	Of      time.Duration
	Sent    portal.Sent
	Taken   string // where she reads of it, if it is hers
}

func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	return h.showOffer(w, r, portal.Sent{})
}

// offerIn is the offer in an address, made to the viewer.
func (h *Pages) offerIn(r *http.Request) (at spot, o *timebank.Offer, q *timebank.Request, err error) {
	if at, err = h.here(r); err != nil {
		return at, nil, nil, err
	}
	which, err := idIn(r, "offer")
	if err != nil {
		return at, nil, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		if o, err = h.svc().OfferByID(r.Context(), rd, at.ID, which); err != nil {
			return err
		}
		q, err = h.svc().ByID(r.Context(), rd, at.ID, o.Request)
		return err
	})
	if err == nil && o.Helper != at.Me.ID {
		err = timebank.ErrNotFound
	}
	return at, o, q, err
}

func (h *Pages) showOffer(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, o, q, err := h.offerIn(r)
	if err != nil {
		return err
	}
	v := offerView{spot: at, Q: q, Offer: o, Base: offerHref(at.ID, o.ID), Sent: sent, Stands: o.Stands(at.Now) && q.End == nil,
		Reasons: reasons(ctx, o.Reasons), Until: ui.Clock(ctx, o.Until.In(at.Now.Location())), Left: o.Until.Sub(at.Now), Of: o.Until.Sub(o.At)}
	if o.Willing() && q.End == nil {
		v.Willing = ui.Clock(ctx, o.Ready.Add(settles(&at.Rules, q.Urgent)).In(at.Now.Location()))
	}
	v.Spared = !o.Ready.IsZero() && o.Answer != nil && o.Answer.Says == timebank.Gone
	if err := h.fillOffer(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "想请您帮忙"))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, offerPage(v))
}

// fillOffer fills what a neighbour reads before she answers: what, when, about where,
// what it brings. Door and number come with the promise.
func (h *Pages) fillOffer(ctx context.Context, v *offerView) (err error) {
	v.When = span(ctx, v.Now, v.Q)
	v.Lines = []ui.Line{{Text: i18n.T(ctx, "您会得到"), Note: earnedFrom(ctx, v.Q), Num: earns(ctx, v.Q, v.Rules.CoinsPerHour)}}
	if v.Where, err = h.around(ctx, v.Q); err != nil {
		return err
	}
	if v.guest() {
		v.Where = portal.PlaceName(v.Place) + " · " + v.Where
		if err := h.sayWhere(ctx, v); err != nil {
			return err
		}
	}
	return h.view(ctx, v.ID, func(rd db.Reader) error {
		all, err := h.svc().AssignmentsFor(ctx, rd, v.ID, v.Q.ID)
		for _, a := range all {
			if a.Helper == v.Me.ID && !a.State().Freed() {
				v.Taken = givenHref(v.ID, a.ID)
			}
		}
		if len(timebank.Free(v.Q, all)) == 0 {
			v.Stands = false
		}
		return err
	})
}

// sayWhere says what becomes of hours that a guest earns.
func (h *Pages) sayWhere(ctx context.Context, v *offerView) error {
	own, err := h.Flows.HelperOf(ctx, v.ID, v.Me.ID)
	switch {
	case err != nil, v.Q.Pay != timebank.ByAsker && v.Q.Pay != timebank.ByPool:
	case own != nil && own.Beyond.HoursHome:
		v.Goes = i18n.T(ctx, "做完自动带回您的社区。")
	default:
		v.Goes = i18n.T(ctx, "留在%s用，也可以以后自己带回来。", portal.PlaceName(v.Place))
	}
	return err
}

// settles is how long a yes may wait for one from nearer.
func settles(p *policy.Params, urgent bool) time.Duration {
	if urgent {
		return time.Duration(p.UrgentSettle) * time.Minute
	}
	return time.Duration(p.Settle) * time.Minute
}

func offerHref(community, offer id.ID) string {
	return "/help/offers/" + community.String() + "/" + offer.String()
}

// around names the building of a request, else its grid: as near as somebody may know
// who has promised nothing.
func (h *Pages) around(ctx context.Context, q *timebank.Request) (string, error) {
	for _, place := range []id.ID{q.Building, q.Grid} {
		if place.IsZero() {
			continue
		}
		p, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, place)
		if err != nil {
			return "", err
		}
		return portal.PlaceName(p), nil
	}
	return i18n.T(ctx, "在本社区"), nil
}

func (h *Pages) acceptOffer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, o, _, err := h.offerIn(r)
	if err != nil {
		return err
	}
	to := offerHref(at.ID, o.ID)
	a, err := h.Flows.AcceptOffer(ctx, at.ID, actor(ctx), at.Me.ID, o.ID)
	if err == nil && a != nil {
		to = givenHref(at.ID, a.ID)
	}
	return portal.Done(w, r, err, to, "accept", func(s portal.Sent) error { return h.showOffer(w, r, s) })
}

func (h *Pages) declineOffer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, o, _, err := h.offerIn(r)
	if err != nil {
		return err
	}
	err = h.Flows.DeclineOffer(ctx, at.ID, actor(ctx), at.Me.ID, o.ID, portal.Prose(r, "words"))
	return portal.Done(w, r, err, "/help", "decline", func(s portal.Sent) error { return h.showOffer(w, r, s) })
}

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	return h.showOpen(w, r, portal.Sent{})
}

// openIn is the open request in an address, for who is a volunteer there: what others need
// is no reading for who cannot help, nor hers to take.
func (h *Pages) openIn(r *http.Request) (at spot, which id.ID, err error) {
	if at, err = h.here(r); err != nil {
		return at, which, err
	}
	if which, err = idIn(r, "request"); err != nil {
		return at, which, err
	}
	own, err := h.Flows.VolunteerOf(r.Context(), at.ID, at.Me.ID)
	if err == nil && own == nil {
		err = timebank.ErrNotFound
	}
	return at, which, err
}

func (h *Pages) showOpen(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, which, err := h.openIn(r)
	if err != nil {
		return err
	}
	v := offerView{spot: at, Base: openHref(at.ID, which), Sent: sent, Stands: true}
	if err := h.view(ctx, at.ID, func(rd db.Reader) error {
		v.Q, err = h.svc().ByID(ctx, rd, at.ID, which)
		return err
	}); err != nil {
		return err
	}
	v.Stands = v.Q.End == nil && v.Q.Until.After(at.Now) && v.Q.Asker != at.Me.ID
	if err := h.fillOffer(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, v.Q.Name))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, offerPage(v))
}

func (h *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, which, err := h.openIn(r)
	if err != nil {
		return err
	}
	to := "/help"
	a, err := h.Flows.TakeHelp(ctx, at.ID, actor(ctx), at.Me.ID, which)
	if err == nil {
		to = givenHref(at.ID, a.ID)
	}
	return portal.Done(w, r, err, to, "take", func(s portal.Sent) error { return h.showOpen(w, r, s) })
}
