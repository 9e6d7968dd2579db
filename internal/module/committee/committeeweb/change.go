package committeeweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// change does something on the first page and leads back to it.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, form string, do func(at id.ID, actor db.Actor, office bool) error) error {
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	if err := do(at.ID, authz.Of(r.Context()).Actor(), p.office(r, at.ID)); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showHome(w, r, status, form, wrong)
	}
	http.Redirect(w, r, href(at.ID, ""), http.StatusSeeOther)
	return nil
}

// office reports whether the viewer keeps the committee's records.
func (p *Pages) office(r *http.Request, at id.ID) bool {
	return p.Engine.May(r.Context(), authz.Of(r.Context()), "committee.seat", authz.Resource{Place: at}) == nil
}

func (p *Pages) seatMember(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "seat", func(at id.ID, actor db.Actor, _ bool) error {
		who, shop, _ := strings.Cut(r.FormValue("member"), "/")
		person, err := id.Parse(who)
		if err != nil {
			return flow.ErrNotHerShop.On("member")
		}
		owned, err := id.Parse(shop)
		if err != nil {
			return flow.ErrNotHerShop.On("member")
		}
		_, err = p.Flows.SeatMember(r.Context(), at, actor, person, owned, strings.TrimSpace(r.FormValue("reason")))
		return err
	})
}

func (p *Pages) unseat(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "unseat", func(at id.ID, actor db.Actor, _ bool) error {
		member, err := id.Parse(r.PathValue("member"))
		if err != nil {
			return committee.ErrNoMember
		}
		return p.Flows.UnseatMember(r.Context(), at, actor, member, r.FormValue("reason"))
	})
}

func (p *Pages) away(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "away", func(at id.ID, actor db.Actor, office bool) error {
		zone, err := p.zoneOf(r.Context(), at)
		if err != nil {
			return err
		}
		until, err := period.ParseDay(r.FormValue("until"))
		if err != nil {
			return committee.ErrBadAbsence.On("until")
		}
		a := committee.Absence{From: p.Flows.DB.Clock().Now(), Until: (until + 1).Start(zone), Reason: strings.TrimSpace(r.FormValue("reason"))}
		return p.Flows.AwayFromCommittee(r.Context(), at, actor, a, office)
	})
}

func (p *Pages) zoneOf(ctx context.Context, at id.ID) (*time.Location, error) {
	return p.Zone(ctx, at)
}

func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "call", func(at id.ID, actor db.Actor, office bool) error {
		zone, err := p.zoneOf(r.Context(), at)
		if err != nil {
			return err
		}
		when, err := time.ParseInLocation("2006-01-02 15:04", r.FormValue("meets_on")+" "+r.FormValue("meets_at"), zone)
		if err != nil {
			return committee.ErrBadMoment.On("meets_on")
		}
		_, err = p.Flows.CallMeeting(r.Context(), at, actor, committee.Meeting{At: when, Place: strings.TrimSpace(r.FormValue("place"))}, office)
		return err
	})
}

// handoverView are the hand-overs of a committee.
type handoverView struct {
	room
	All   []*committee.Handover
	Form  string
	Wrong []ui.Wrong
	Typed committee.Text
}

func (v handoverView) form(h *committee.Handover, name, rest string) ui.Form {
	f := ui.Form{ID: "form-" + name + h.ID.String(), In: name + h.ID.String(), Action: v.href("/handovers/" + h.ID.String() + rest)}
	if v.Form == name+h.ID.String() {
		f.Wrong = v.Wrong
	}
	return f
}

// sides are the members of both sides of a hand-over.
func (v handoverView) sides(h *committee.Handover) (out, in *committee.Member) {
	for _, c := range v.Body.Chairs {
		switch c.ID {
		case h.From:
			out = v.Body.Member(c.Member)
		case h.To:
			in = v.Body.Member(c.Member)
		}
	}
	return out, in
}

// mayWrite reports whether the viewer writes a hand-over: the outgoing chair, or the
// office for one who does not sit any more.
func (v handoverView) mayWrite(h *committee.Handover) bool {
	out, _ := v.sides(h)
	return out != nil && h.Given.IsZero() && (out.Person == v.Me || v.Office && !out.Sits(v.Now))
}

// mayTake reports whether the viewer takes a hand-over on.
func (v handoverView) mayTake(h *committee.Handover) bool {
	_, in := v.sides(h)
	return in != nil && h.Taken.IsZero() && !h.Given.IsZero() && (in.Person == v.Me || v.Office && !in.Sits(v.Now))
}

func (p *Pages) handovers(w http.ResponseWriter, r *http.Request) error {
	return p.showHandovers(w, r, http.StatusOK, handoverView{})
}

func (p *Pages) showHandovers(w http.ResponseWriter, r *http.Request, status int, v handoverView) (err error) {
	ctx := r.Context()
	if v.room, err = p.enterRoom(r); err != nil {
		return err
	}
	err = p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		v.All, err = p.Flows.Committee.Handovers(ctx, rd, v.At.ID)
		return err
	})
	if err != nil {
		return err
	}
	shell := p.frame(ctx, i18n.T(ctx, "轮值交接"))
	shell.Back = ui.Link{Href: v.href(""), Text: i18n.T(ctx, "联盟委员会")}
	return p.ShowAs(w, r, status, httpkit.Private, shell, handoverPage(v))
}

// hand does something with a hand-over and leads back to the page.
func (p *Pages) hand(w http.ResponseWriter, r *http.Request, name string, text committee.Text, do func(at, handover id.ID, actor db.Actor, office bool) error) error {
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	h, err := id.Parse(r.PathValue("handover"))
	if err != nil {
		return committee.ErrNoHandover
	}
	if err := do(at.ID, h, authz.Of(r.Context()).Actor(), p.office(r, at.ID)); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showHandovers(w, r, status, handoverView{Form: name + h.String(), Wrong: wrong, Typed: text})
	}
	http.Redirect(w, r, href(at.ID, "/handover"), http.StatusSeeOther)
	return nil
}

func (p *Pages) write(w http.ResponseWriter, r *http.Request) error {
	text := committee.Text{Matters: strings.TrimSpace(r.FormValue("matters")), Notes: strings.TrimSpace(r.FormValue("notes")), Keys: strings.TrimSpace(r.FormValue("keys"))}
	return p.hand(w, r, "write", text, func(at, h id.ID, actor db.Actor, office bool) error {
		return p.Flows.WriteHandover(r.Context(), at, actor, h, text, office)
	})
}

func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	return p.hand(w, r, "confirm", committee.Text{}, func(at, h id.ID, actor db.Actor, office bool) error {
		side := committee.Incoming
		if r.FormValue("side") == string(committee.Outgoing) {
			side = committee.Outgoing
		}
		return p.Flows.ConfirmHandover(r.Context(), at, actor, h, side, office)
	})
}
