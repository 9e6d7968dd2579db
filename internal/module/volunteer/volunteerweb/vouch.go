package volunteerweb

import (
	"net/http"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// vouchView is what a neighbour sees of a volunteer who asks her for her word: how she
// is called and what she says she can do, nothing else.
type vouchView struct {
	Name   string
	Base   string
	Skills []ui.Option
	Said   []saidView // what the viewer said already
	No     string     // why the viewer's word does not count
	Sent   portal.Sent
}

// saidView is one word of the viewer about the volunteer.
type saidView struct {
	volunteer.Vouch
	Skill string
}

func (h *Pages) vouch(w http.ResponseWriter, r *http.Request) error {
	return h.showVouch(w, r, portal.Sent{})
}

func (h *Pages) showVouch(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	if of.State == volunteer.Stopped {
		return volunteer.ErrNotFound
	}
	me := authz.Of(ctx).Person
	v := vouchView{Base: room.Path("/vouch/" + of.ID.String()), Skills: hersOptions(ctx, of), Sent: sent}
	switch err := h.Flows.MayVouch(ctx, room.ID, of.Person, me); {
	case err == nil:
	case fault.KindOf(err) == fault.Forbidden:
		v.No, _ = i18n.Refusal(ctx, fault.Of(err))
	default:
		return err
	}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().VouchesBy(ctx, rd, room.ID, me)
		for _, x := range all {
			if x.Person == of.Person {
				v.Said = append(v.Said, saidView{x, volunteer.SkillName(x.Skill).In(ctx)})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	err = h.view(ctx, id.Tilde, func(rd db.Reader) error {
		names, err := h.Names(ctx, rd, of.Person)
		v.Name = names[of.Person]
		return err
	})
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.TaskFrame, "", i18n.T(ctx, "为邻居作证"))
	s.Back = ui.Link{Href: "/home", Text: i18n.T(ctx, "首页")}
	return h.ShowSent(w, r, sent, s, vouchPage(v))
}

func (h *Pages) vouched(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	err = h.Flows.VouchFor(ctx, authz.Of(ctx).Actor(), room.ID, of.Person, ticked[volunteer.Skill](r, "skills"), strings.TrimSpace(r.FormValue("words")))
	return portal.Done(w, r, err, room.Path("/vouch/"+of.ID.String()), "vouch", func(s portal.Sent) error { return h.showVouch(w, r, s) })
}

// unvouch takes the viewer's own word back.
func (h *Pages) unvouch(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, of, err := h.volunteerIn(r)
	if err != nil {
		return err
	}
	vouch, err := id.Parse(r.PathValue("vouch"))
	if err != nil {
		return volunteer.ErrNoVouch
	}
	err = h.update(ctx, room.ID, func(tx *db.Tx) error { return h.svc().Unvouch(ctx, tx, vouch, false) })
	return portal.Done(w, r, err, room.Path("/vouch/"+of.ID.String()), "unvouch", func(s portal.Sent) error { return h.showVouch(w, r, s) })
}
