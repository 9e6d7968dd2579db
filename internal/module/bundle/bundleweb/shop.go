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

// shopView is a shop's bundles: those that wait for it, and those it is in.
type shopView struct {
	portal.Counter
	Asked, In, Past []ui.Row
}

// concerning are the bundles of a shop, with how far each is sold.
func (h *Pages) concerning(ctx context.Context, c *portal.Counter) (all []*bundle.Bundle, tallies map[id.ID]*bundle.Tally, err error) {
	err = h.view(ctx, c.ID, func(rd db.Reader) error {
		if all, err = h.svc().Concerning(ctx, rd, c.ID, c.Shop.ID); err != nil {
			return err
		}
		tallies, err = h.svc().Tallies(ctx, rd, c.ID)
		return err
	})
	return all, tallies, err
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	all, tallies, err := h.concerning(ctx, &c)
	if err != nil {
		return err
	}
	v := shopView{Counter: c}
	for _, b := range all {
		line := row(ctx, &c.Room, b, tallies[b.ID], c.Href("/bundles/"+b.ID.String()))
		switch state := b.State(c.Today); {
		case state == pact.Waiting && slices.Contains(b.Missing(), c.Shop.ID):
			v.Asked = append(v.Asked, line)
		case state == pact.Waiting || state == pact.Coming || state == pact.Running:
			v.In = append(v.In, line)
		default:
			v.Past = append(v.Past, line)
		}
	}
	return h.Show(w, r, h.ShopShell(ctx, c.ID, c.Shop.ID, "bundles", i18n.T(ctx, "套餐")), shopPage(v))
}

func (h *Pages) shopShell(ctx context.Context, c *portal.Counter, title string) ui.Shell {
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "bundles", title)
	s.Back = ui.Link{Href: c.Href("/bundles"), Text: i18n.T(ctx, "套餐")}
	return s
}

// export takes a shop's bundles along.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	all, tallies, err := h.concerning(ctx, &c)
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "套餐"), cmp.Or(r.FormValue("format"), "csv"), table(ctx, &c.Room, all, tallies))
}

func (h *Pages) fresh(w http.ResponseWriter, r *http.Request) error {
	return h.showFresh(w, r, portal.Sent{})
}

func (h *Pages) showFresh(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := formView{Room: &c.Room, Form: sent.Once("make", c.Href("/bundles")), Sent: sent, Shop: c.Shop.ID}
	return h.ShowSent(w, r, sent, h.shopShell(ctx, &c, i18n.T(ctx, "新的套餐")), freshPage(v))
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	t, err := termsIn(r, at.Subject)
	if err == nil {
		err = h.Flows.ProposeBundle(r.Context(), at.Place, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), t)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/bundles", "make", func(s portal.Sent) error { return h.showFresh(w, r, s) })
}

// bundleView is one bundle, for a shop or for the desk.
type bundleView struct {
	Room   *portal.Room
	Bundle *bundle.Bundle
	Tally  bundle.Tally
	State  string
	Tone   ui.Tone
	Base   string
	Sent   portal.Sent
	Crumbs []ui.Link // on the desk

	Agree, Withdraw, Stop bool // what the viewer may do
}

func (h *Pages) read(r *http.Request, room *portal.Room, sent portal.Sent) (v bundleView, state pact.State, err error) {
	v.Room, v.Sent = room, sent
	if v.Bundle, v.Tally, err = h.bundleIn(r, room); err != nil {
		return v, "", err
	}
	state = v.Bundle.State(room.Today)
	v.State, v.Tone = stateNames[state].name.In(r.Context()), stateNames[state].tone
	return v, state, nil
}

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, portal.Sent{})
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v, state, err := h.read(r, &c.Room, sent)
	if err != nil {
		return err
	}
	b, mine := v.Bundle, v.Bundle.Shop == c.Shop.ID
	if !mine && !slices.Contains(b.Shops(), c.Shop.ID) {
		return bundle.ErrNoBundle
	}
	v.Base = c.Href("/bundles/" + b.ID.String())
	v.Agree = c.Owner && state == pact.Waiting && slices.Contains(b.Missing(), c.Shop.ID)
	v.Withdraw = c.Owner && mine && state == pact.Waiting
	v.Stop = c.Owner && mine && (state == pact.Running || state == pact.Coming)
	return h.ShowSent(w, r, sent, h.shopShell(ctx, &c, b.Name), bundlePage(v))
}

// step does something with the bundle in an address, for the shop in it.
func (h *Pages) step(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	which, err := id.Parse(r.PathValue("bundle"))
	if err != nil {
		return bundle.ErrNoBundle
	}
	to := "/shop/" + at.Subject.String() + "/bundles/" + which.String()
	return portal.Done(w, r, do(r.Context(), at, which, authz.Of(r.Context()).Actor()), to, form, func(s portal.Sent) error { return h.showOne(w, r, s) })
}

func (h *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "agree", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		return h.Flows.AgreeBundle(ctx, at.Place, actor, which, at.Subject)
	})
}

func (h *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "decline", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		return h.Flows.DeclineBundle(ctx, at.Place, actor, which, at.Subject, words(r))
	})
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "withdraw", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		return h.Flows.WithdrawBundle(ctx, at.Place, actor, which, at.Subject, words(r))
	})
}

func (h *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "stop", func(ctx context.Context, at authz.Resource, which id.ID, actor db.Actor) error {
		return h.Flows.StopBundle(ctx, at.Place, actor, which, at.Subject, words(r))
	})
}

func words(r *http.Request) string { return portal.Type(r).Line("words") }
