package volunteerweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// ErrNobody refuses what names no member of the community.
var ErrNobody = fault.New(fault.Invalid, "volunteer.nobody")

// find finds a person by her telephone number, or by the reference under which the
// community knows her: who has no telephone has one too.
func (h *Pages) find(ctx context.Context, at id.ID, said string) (who id.ID, err error) {
	err = h.view(ctx, id.Tilde, func(rd db.Reader) error {
		if m, err := h.Flows.People.BehindRef(ctx, rd, said); err == nil && m.Home == at {
			who = m.Person
			return nil
		} else if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		phone, err := person.ParsePhone(said)
		if err != nil {
			return ErrNobody.On("who")
		}
		p, err := h.Flows.People.ByPhone(ctx, rd, phone)
		if fault.KindOf(err) == fault.NotFound {
			return ErrNobody.On("who")
		}
		if err == nil {
			who = p.ID
		}
		return err
	})
	return who, err
}

// invite asks a member whether she would like to help.
func (h *Pages) invite(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	who, err := h.find(ctx, room.ID, strings.TrimSpace(r.FormValue("who")))
	if err == nil {
		err = h.Flows.InviteVolunteer(ctx, authz.Of(ctx).Actor(), room.ID, who)
	}
	return portal.Done(w, r, err, room.Desk("volunteers", "?invited=yes"), "invite", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// freshView is the form with which the desk enters somebody who has no phone.
type freshView struct {
	portal.Room
	Places []ui.Option
	Form   ui.Form
	Sent   portal.Sent
}

func (h *Pages) fresh(w http.ResponseWriter, r *http.Request) error {
	return h.showFresh(w, r, portal.Sent{})
}

func (h *Pages) showFresh(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := freshView{Room: room, Form: sent.Ask("enter", room.Desk("volunteers", "")), Sent: sent}
	if v.Places, _, err = h.placeOptions(ctx, room.ID); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "volunteers", i18n.T(ctx, "替居民登记")), freshPage(v))
}

// enter makes a volunteer of somebody who signed the paper form at the desk.
func (h *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	to := ""
	b, err := readJoin(r)
	if err == nil && r.FormValue("consent") != "yes" {
		err = ErrNoConsent.On("consent")
	}
	if err == nil {
		b.Community, b.How = room.ID, "paper"
		b.Person, err = h.find(ctx, room.ID, strings.TrimSpace(r.FormValue("who")))
	}
	if err == nil && b.Person == authz.Of(ctx).Person {
		b.How = "page"
	}
	if err == nil {
		var made *volunteer.Volunteer
		if made, err = h.Flows.BecomeVolunteer(ctx, authz.Of(ctx).Actor(), b); err == nil {
			to = room.Desk("volunteers", "/"+made.ID.String())
		}
	}
	return portal.Done(w, r, err, to, "enter", func(s portal.Sent) error { return h.showFresh(w, r, s) })
}
