package bundleweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is a community's bundles for the desk.
type deskView struct {
	portal.Room
	Asked, Running, Past []ui.Row
	Keep                 bool
}

// all are the bundles of a community, with how far each is sold.
func (h *Pages) all(ctx context.Context, room *portal.Room) (all []*bundle.Bundle, tallies map[id.ID]*bundle.Tally, err error) {
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		if all, err = h.svc().All(ctx, rd, room.ID); err != nil {
			return err
		}
		tallies, err = h.svc().Tallies(ctx, rd, room.ID)
		return err
	})
	return all, tallies, err
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	all, tallies, err := h.all(ctx, &room)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Keep: h.MayIn(ctx, "bundle_desk.keep", room.ID)}
	for _, b := range all {
		line := row(ctx, &room, b, tallies[b.ID], room.Desk("bundles", "/"+b.ID.String()))
		switch state := b.State(room.Today); {
		case state == pact.Waiting && slices.Contains(b.Missing(), id.ID{}):
			v.Asked = append(v.Asked, line)
		case state == pact.Waiting || state == pact.Running || state == pact.Coming:
			v.Running = append(v.Running, line)
		default:
			v.Past = append(v.Past, line)
		}
	}
	return h.Show(w, r, h.DeskShell(ctx, "bundles", i18n.T(ctx, "套餐和礼包")), deskPage(v))
}

// exportAll takes the bundles of a community along.
func (h *Pages) exportAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	all, tallies, err := h.all(ctx, &room)
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "套餐"), cmp.Or(r.FormValue("format"), "csv"), table(ctx, &room, all, tallies))
}

func crumbs(ctx context.Context, room *portal.Room, title string) []ui.Link {
	return []ui.Link{{Href: room.Desk("bundles", ""), Text: i18n.T(ctx, "套餐和礼包")}, {Text: title}}
}

func (h *Pages) freshDesk(w http.ResponseWriter, r *http.Request) error {
	return h.showFreshDesk(w, r, portal.Sent{})
}

func (h *Pages) showFreshDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "新的套餐或礼包")
	v := formView{Room: &room, Form: sent.Once("make", room.Desk("bundles", "")), Sent: sent, Crumbs: crumbs(ctx, &room, title)}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "bundles", title), freshPage(v))
}

func (h *Pages) proposeDesk(w http.ResponseWriter, r *http.Request) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	t, err := termsIn(r, id.ID{})
	if err == nil {
		err = h.Flows.ProposeBundle(r.Context(), c.ID, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), t)
	}
	return portal.Done(w, r, err, "/desk/bundles/"+c.Ref, "make", func(s portal.Sent) error { return h.showFreshDesk(w, r, s) })
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v, state, err := h.read(r, &room, sent)
	if err != nil {
		return err
	}
	b, keep := v.Bundle, h.MayIn(ctx, "bundle_desk.keep", room.ID)
	v.Base = room.Desk("bundles", "/"+b.ID.String())
	v.Agree = state == pact.Waiting && slices.Contains(b.Missing(), id.ID{}) && b.By != authz.Of(ctx).Person && h.MayIn(ctx, "bundle_desk.agree", room.ID)
	v.Withdraw = keep && b.Shop.IsZero() && state == pact.Waiting
	v.Stop = keep && (state == pact.Running || state == pact.Coming)
	v.Crumbs = crumbs(ctx, &room, b.Name)
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "bundles", b.Name), bundlePage(v))
}

// deskStep does something with the bundle in an address, for the platform.
func (h *Pages) deskStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community, which id.ID, actor db.Actor) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("bundle"))
	if err != nil {
		return bundle.ErrNoBundle
	}
	err = do(r.Context(), c.ID, which, authz.Of(r.Context()).Actor())
	return portal.Done(w, r, err, "/desk/bundles/"+c.Ref+"/"+which.String(), form, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

func (h *Pages) deskAgree(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "agree", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.AgreeBundle(ctx, community, actor, which, id.ID{})
	})
}

func (h *Pages) deskDecline(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "decline", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.DeclineBundle(ctx, community, actor, which, id.ID{}, words(r))
	})
}

func (h *Pages) deskWithdraw(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "withdraw", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.WithdrawBundle(ctx, community, actor, which, id.ID{}, words(r))
	})
}

func (h *Pages) deskStop(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "stop", func(ctx context.Context, community, which id.ID, actor db.Actor) error {
		return h.Flows.StopBundle(ctx, community, actor, which, id.ID{}, words(r))
	})
}
