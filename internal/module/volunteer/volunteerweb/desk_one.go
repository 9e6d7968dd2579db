package volunteerweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// oneView is a volunteer for the office.
type oneView struct {
	portal.Room
	Of      *volunteer.Volunteer
	Name    string
	Base    string
	PlaceAt string
	Skills  []ui.Row
	Papers  []paperView
	Vouches []vouchedView
	Proofs  []volunteer.Proof
	Steps   []ui.Event
	Ahead   []string
	May     bool
	Own     bool // the viewer herself: nobody decides about her own papers
	Sent    portal.Sent
}

// paperView is a certificate for the desk.
type paperView struct {
	*volunteer.Certificate
	Row ui.Row
}

// vouchedView is the word of a neighbour.
type vouchedView struct {
	volunteer.Vouch
	Skill, By, When string
}

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, portal.Sent{})
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	v := oneView{Room: room, Of: of, Base: room.Desk("volunteers", "/"+of.ID.String()), May: h.MayIn(ctx, "volunteer_desk.keep", room.ID), Own: of.Person == authz.Of(ctx).Person,
		Skills: skillRows(ctx, of, room.Today), Proofs: of.Proofs, Sent: sent}
	var vouches []volunteer.Vouch
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		v.Papers, v.Steps = nil, nil
		papers, err := h.svc().CertificatesOf(ctx, rd, room.ID, of.Person)
		if err != nil {
			return err
		}
		for _, c := range papers {
			x := paperView{c, paperRow(ctx, &room, c)}
			x.Row.Href = v.Base + "/certificates/" + c.ID.String()
			v.Papers = append(v.Papers, x)
		}
		steps, err := h.svc().Steps(ctx, rd, room.ID, of.Person)
		if err != nil {
			return err
		}
		for _, s := range steps {
			v.Steps = append(v.Steps, ui.Event{When: ui.Moment(ctx, room.Local(s.At)), Title: volunteer.StateName(s.State).In(ctx), Text: s.Words, State: ui.Done})
		}
		vouches, err = h.svc().VouchesFor(ctx, rd, room.ID, of.Person)
		return err
	})
	if err == nil {
		err = h.fillOne(ctx, &v, vouches)
	}
	if err != nil {
		return err
	}
	if err := h.Looked(ctx, []id.ID{of.Person}, privacy.Profile, i18n.M("看志愿者的资料").Key); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "volunteers", v.Name), onePage(v))
}

func (h *Pages) fillOne(ctx context.Context, v *oneView, vouches []volunteer.Vouch) error {
	_, places, err := h.placeOptions(ctx, v.ID)
	if err != nil {
		return err
	}
	v.PlaceAt = places[v.Of.Place]
	for _, e := range v.Of.Exceptions {
		if e.To.After(v.Now) {
			v.Ahead = append(v.Ahead, i18n.T(ctx, "%s：%s", volunteer.ExceptionName(e.Kind).In(ctx), spanName(ctx, &v.Room, e.Span)))
		}
	}
	who := []id.ID{}
	for _, x := range vouches {
		who = append(who, x.By)
	}
	return h.view(ctx, id.Tilde, func(rd db.Reader) error {
		p, err := h.Flows.People.ByID(ctx, rd, v.Of.Person)
		if err != nil {
			return err
		}
		v.Name, v.Vouches = p.Name, nil
		names, err := h.Names(ctx, rd, who...)
		for _, x := range vouches {
			v.Vouches = append(v.Vouches, vouchedView{x, volunteer.SkillName(x.Skill).In(ctx), names[x.By], ui.Moment(ctx, v.Local(x.At))})
		}
		return err
	})
}

// keep does something with the volunteer in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, room *portal.Room, of *volunteer.Volunteer) error) error {
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(r.Context(), &room, of), room.Desk("volunteers", "/"+of.ID.String()), form, func(s portal.Sent) error { return h.showOne(w, r, s) })
}

func (h *Pages) deskState(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "state", func(ctx context.Context, room *portal.Room, of *volunteer.Volunteer) error {
		return h.step(ctx, room.ID, of.Person, r)
	})
}

// prove notes what somebody showed at the desk.
func (h *Pages) prove(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "prove", func(ctx context.Context, room *portal.Room, of *volunteer.Volunteer) error {
		until, err := period.ParseDay(r.FormValue("until"))
		if err != nil {
			return portal.ErrBadDay.On("until")
		}
		kind := volunteer.ProofKind(r.FormValue("kind"))
		if kind == volunteer.PhoneProof { // she does it herself, by signing in
			return volunteer.ErrBadProof.On("kind")
		}
		return h.Flows.NoteProof(ctx, authz.Of(ctx).Actor(), room.ID, volunteer.Proof{Person: of.Person, Kind: kind, Until: until, Words: strings.TrimSpace(r.FormValue("words"))})
	})
}

func (h *Pages) unprove(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "p-"+r.PathValue("proof"), func(ctx context.Context, room *portal.Room, of *volunteer.Volunteer) error {
		at, err := id.Parse(r.PathValue("proof"))
		if err != nil {
			return volunteer.ErrNoProof
		}
		return h.Flows.TakeProofBack(ctx, authz.Of(ctx).Actor(), room.ID, of.Person, at, strings.TrimSpace(r.FormValue("words")))
	})
}

// judge accepts a certificate until a day, or refuses it with words.
func (h *Pages) judge(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "c-"+r.PathValue("certificate"), func(ctx context.Context, room *portal.Room, of *volunteer.Volunteer) error {
		at, err := id.Parse(r.PathValue("certificate"))
		if err != nil {
			return volunteer.ErrNoCertificate
		}
		v := volunteer.Verdict{Accepted: r.FormValue("verdict") == "accepted", Words: strings.TrimSpace(r.FormValue("words"))}
		if v.Accepted {
			if v.Until, err = period.ParseDay(r.FormValue("until")); err != nil {
				return portal.ErrBadDay.On("until")
			}
		}
		var c *volunteer.Certificate
		if err := h.view(ctx, room.ID, func(rd db.Reader) error {
			c, err = h.svc().CertificateByID(ctx, rd, room.ID, at)
			return err
		}); err != nil {
			return err
		}
		if c.Person != of.Person {
			return volunteer.ErrNoCertificate
		}
		return h.Flows.JudgeCertificate(ctx, authz.Of(ctx).Actor(), room.ID, at, v)
	})
}

func (h *Pages) endVouch(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "vouch", func(ctx context.Context, room *portal.Room, _ *volunteer.Volunteer) error {
		at, err := id.Parse(r.PathValue("vouch"))
		if err != nil {
			return volunteer.ErrNoVouch
		}
		return h.update(ctx, room.ID, func(tx *db.Tx) error { return h.svc().Unvouch(ctx, tx, at, true) })
	})
}

func (h *Pages) deskPaper(w http.ResponseWriter, r *http.Request) error {
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	if err := h.Looked(r.Context(), []id.ID{of.Person}, privacy.Profile, i18n.M("看志愿者的证书").Key); err != nil {
		return err
	}
	return h.sendPaper(w, r, room.ID, of.Person)
}

func (h *Pages) deskPart(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskPart(w, r, portal.Sent{})
}

func (h *Pages) showDeskPart(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	base := room.Desk("volunteers", "/"+of.ID.String())
	v, err := h.partView(r, room, of, base, sent)
	if err != nil {
		return err
	}
	v.Crumbs = append(crumbs(ctx, &room), ui.Link{Href: base, Text: i18n.T(ctx, "这位志愿者")}, ui.Link{Text: v.Title})
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "volunteers", v.Title), partPage(v))
}

func (h *Pages) changeDeskPart(w http.ResponseWriter, r *http.Request) error {
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	return h.savePart(w, r, &room, of, room.Desk("volunteers", "/"+of.ID.String()), func(s portal.Sent) error { return h.showDeskPart(w, r, s) })
}

// crumbs say where a page of the desk lies.
func crumbs(ctx context.Context, room *portal.Room) []ui.Link {
	return []ui.Link{{Href: "/desk/volunteers", Text: i18n.T(ctx, "志愿者")}, {Href: room.Desk("volunteers", ""), Text: portal.PlaceName(room.Place)}}
}
