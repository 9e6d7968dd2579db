package promotionweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// shopView is a shop's series: those that wait for it, its own, and those it shares.
type shopView struct {
	portal.Counter
	Asked, Own, Shared []ui.Row
}

// concerning are the series of a shop, with what came of each.
func (h *Pages) concerning(ctx context.Context, c *portal.Counter) (all []*promotion.Series, effects map[id.ID]*promotion.Effect, err error) {
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		if all, err = h.svc().Concerning(ctx, rd, c.ID, c.Shop.ID); err != nil {
			return err
		}
		effects, err = h.svc().Effects(ctx, rd, c.ID, all)
		return err
	})
	return all, effects, err
}

func (h *Pages) shop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	all, effects, err := h.concerning(ctx, &c)
	if err != nil {
		return err
	}
	v := shopView{Counter: c}
	for _, s := range all {
		line := row(ctx, &c.Room, s, effects[s.ID], c.Href("/vouchers/"+s.ID.String()), c.Today)
		switch {
		case s.State(c.Today) == pact.Waiting && slices.Contains(s.Missing(), c.Shop.ID):
			v.Asked = append(v.Asked, line)
		case s.Shop == c.Shop.ID:
			v.Own = append(v.Own, line)
		default:
			v.Shared = append(v.Shared, line)
		}
	}
	return h.Show(w, r, h.shopShell(ctx, &c, i18n.T(ctx, "券"), ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}), shopPage(v))
}

func (h *Pages) shopShell(ctx context.Context, c *portal.Counter, title string, back ui.Link) ui.Shell {
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", title)
	s.Back = back
	return s
}

// export takes a shop's series along.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	all, effects, err := h.concerning(ctx, &c)
	if err != nil {
		return err
	}
	return portal.Take(w, r, i18n.T(ctx, "券"), cmp.Or(r.FormValue("format"), "csv"), table(ctx, &c.Room, all, effects))
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
	v := formView{Room: &c.Room, Form: sent.Once("make", c.Href("/vouchers")), Sent: sent, Shop: c.Shop.ID, Platform: c.Rules.VoucherPlatformShare, Face: c.Rules.SeriesFaceMax, Days: c.Rules.SeriesDaysMax}
	s := h.shopShell(ctx, &c, i18n.T(ctx, "新的一批券"), ui.Link{Href: c.Href("/vouchers"), Text: i18n.T(ctx, "券")})
	return h.ShowSent(w, r, sent, s, freshPage(v))
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	t, err := termsIn(r, at.Subject)
	if err == nil {
		err = h.Flows.ProposeSeries(r.Context(), at.Place, authz.Of(r.Context()).Actor(), r.FormValue(ui.TokenName), t)
	}
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/vouchers", "make", func(s portal.Sent) error { return h.showFresh(w, r, s) })
}

// seriesView is one series, for a shop or for the desk.
type seriesView struct {
	Room   *portal.Room
	Series *promotion.Series
	Effect *promotion.Effect
	State  string
	Tone   ui.Tone
	Base   string
	Sent   portal.Sent
	Crumbs []ui.Link // on the desk

	Agree, Withdraw, Stop, Give bool // what the viewer may do
}

// series reads the series in an address.
func (h *Pages) series(r *http.Request, room *portal.Room) (v seriesView, err error) {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("series"))
	if err != nil {
		return v, promotion.ErrNoSeries
	}
	v.Room = room
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		if v.Series, err = h.svc().SeriesByID(ctx, rd, room.ID, at); err != nil {
			return err
		}
		effects, err := h.svc().Effects(ctx, rd, room.ID, []*promotion.Series{v.Series})
		v.Effect = effects[at]
		return err
	})
	if err != nil {
		return v, err
	}
	state := v.Series.State(room.Today)
	v.State, v.Tone = stateNames[state].name.In(ctx), stateNames[state].tone
	return v, nil
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
	v, err := h.series(r, &c.Room)
	if err != nil {
		return err
	}
	s, mine := v.Series, v.Series.Shop == c.Shop.ID
	if !mine && !slices.Contains(s.Shops(), c.Shop.ID) {
		return promotion.ErrNoSeries
	}
	state := s.State(c.Today)
	v.Sent, v.Base = sent, c.Href("/vouchers/"+s.ID.String())
	v.Agree = c.Owner && state == pact.Waiting && slices.Contains(s.Missing(), c.Shop.ID)
	v.Withdraw = c.Owner && mine && state == pact.Waiting
	v.Stop = c.Owner && mine && (state == pact.Running || state == pact.Coming)
	v.Give = mine && state == pact.Running && s.Way == promotion.Given
	shell := h.shopShell(ctx, &c, s.Name, ui.Link{Href: c.Href("/vouchers"), Text: i18n.T(ctx, "券")})
	return h.ShowSent(w, r, sent, shell, seriesPage(v))
}

// step does something with the series in an address, for the shop in it.
func (h *Pages) step(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	series, err := id.Parse(r.PathValue("series"))
	if err != nil {
		return promotion.ErrNoSeries
	}
	to := "/shop/" + at.Subject.String() + "/vouchers/" + series.String()
	return portal.Done(w, r, do(r.Context(), at, series, authz.Of(r.Context()).Actor()), to, form, func(s portal.Sent) error { return h.showOne(w, r, s) })
}

func (h *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "agree", func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error {
		return h.Flows.AgreeSeries(ctx, at.Place, actor, series, at.Subject)
	})
}

func (h *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "decline", func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error {
		return h.Flows.DeclineSeries(ctx, at.Place, actor, series, at.Subject, words(r))
	})
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "withdraw", func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error {
		return h.Flows.WithdrawSeries(ctx, at.Place, actor, series, at.Subject, words(r))
	})
}

func (h *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "stop", func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error {
		return h.Flows.StopSeries(ctx, at.Place, actor, series, at.Subject, words(r))
	})
}

func (h *Pages) give(w http.ResponseWriter, r *http.Request) error {
	return h.step(w, r, "give", func(ctx context.Context, at authz.Resource, series id.ID, actor db.Actor) error {
		_, err := h.Flows.GiveVoucher(ctx, at.Place, actor, r.FormValue(ui.TokenName), flow.GrantAsk{Series: series, Shop: at.Subject, Member: portal.Type(r).Line("member_ref")})
		return err
	})
}

func words(r *http.Request) string { return portal.Type(r).Line("words") }
