// Package relayweb are the pages of joint sets: shops begin one and take parts on,
// everybody sees the sets that are complete, the office can stop one (C12).
package relayweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/relay"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of joint sets.
type Pages struct{ *portal.Portal }

// listed is how many sets a list has.
const listed = 50

// Routes adds the pages, their door on the desk, and what is sold now.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Near = append(p.Near, h.near)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "sets", Href: "/desk/sets", Icon: "basket", Text: i18n.M("商家接龙"), Group: i18n.M("联盟的日常"), Action: "joint_set_desk.read"})
	const look, keep = "joint_set_desk.read", "joint_set.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/sets", Action: "joint_set.read", On: p.InCommunity, Do: h.sets},
		httpkit.Route{Pattern: "GET /c/{community}/sets/{relay}", Action: "joint_set.read", On: p.InCommunity, Do: h.set},
		httpkit.Route{Pattern: "GET /shop/{shop}/relays", Action: "shop.read", On: portal.OfShop, Do: h.list},
		httpkit.Route{Pattern: "POST /shop/{shop}/relays", Action: "joint_set.join", On: portal.OfShop, Do: h.begin},
		httpkit.Route{Pattern: "GET /shop/{shop}/relays/{relay}", Action: "shop.read", On: portal.OfShop, Do: h.relay},
		httpkit.Route{Pattern: "POST /shop/{shop}/relays/{relay}/parts/{part}", Action: "joint_set.join", On: portal.OfShop, Do: h.take},
		httpkit.Route{Pattern: "POST /shop/{shop}/relays/{relay}/leave", Action: "joint_set.join", On: portal.OfShop, Do: h.leave},
		httpkit.Route{Pattern: "POST /shop/{shop}/relays/{relay}/end", Action: "joint_set.join", On: portal.OfShop, Do: h.withdraw},
		httpkit.Route{Pattern: "GET /desk/sets", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "sets", i18n.M("商家接龙"))},
		httpkit.Route{Pattern: "GET /desk/sets/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/sets/{community}/{relay}/end", Action: keep, On: p.InCommunity, Do: h.stop},
	)
}

func (h *Pages) svc() *relay.Service { return h.Flows.Relays }

// near are the sets that became complete lately, for the first page of residents.
func (h *Pages) near(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	now, err := h.Flows.StandingIn(ctx, community)
	if err != nil {
		return nil, err
	}
	err = h.Flows.DB.View(ctx, community, func(rd db.Reader) error {
		sold, err := h.svc().Sold(ctx, rd, community, now.Today)
		for _, s := range sold[:min(1, len(sold))] {
			_, share, _ := s.Sum()
			rows = append(rows, ui.Row{Href: "/c/" + c.Ref + "/sets/" + s.ID.String(), Icon: "basket", Title: s.Title, Text: s.About, End: i18n.T(ctx, "¥ %s", ui.Yuan(share))})
		}
		return err
	})
	return rows, err
}

func (h *Pages) sets(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := setsView{Place: portal.PlaceName(room.Place)}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		sold, err := h.svc().Sold(ctx, rd, room.ID, room.Today)
		for _, s := range sold {
			shelf, share, _ := s.Sum()
			v.Rows = append(v.Rows, ui.Row{Href: room.Path("/sets/" + s.ID.String()), Icon: "basket", Title: s.Title, Text: contents(ctx, s), End: i18n.T(ctx, "¥ %s", ui.Yuan(share)),
				EndNote: i18n.T(ctx, "分开买 %s 元", ui.Yuan(shelf))})
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "接龙套餐"), ""), setsPage(v))
}

// setsView are the sets that are sold.
type setsView struct {
	Place string
	Rows  []ui.Row
}

// relayIn is the set in an address.
func (h *Pages) relayIn(r *http.Request, community id.ID) (found *relay.Relay, err error) {
	at, err := id.Parse(r.PathValue("relay"))
	if err != nil {
		return nil, relay.ErrNotFound
	}
	err = h.Flows.DB.View(r.Context(), community, func(rd db.Reader) error {
		found, err = h.svc().ByID(r.Context(), rd, community, at)
		return err
	})
	return found, err
}

// set is a complete set for everybody; one that is not complete is nobody's but the
// shops'.
func (h *Pages) set(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	s, err := h.relayIn(r, room.ID)
	if err != nil {
		return err
	}
	if s.State() != relay.Complete && s.State() != relay.Stopped {
		return relay.ErrNotFound
	}
	shell := h.OpenShell(ctx, &room, s.Title, room.Path("/sets/"+s.ID.String()))
	shell.Back = ui.Link{Href: room.Path("/sets"), Text: i18n.T(ctx, "接龙套餐")}
	return h.Show(w, r, shell, setPage(setView{Relay: s, Lines: partLines(ctx, &room, s), Sold: s.Sold(room.Today), Poster: room.Path("/sets/" + s.ID.String() + "/poster")}))
}

// setView is one set for everybody.
type setView struct {
	*relay.Relay
	Lines  []ui.Line
	Sold   bool
	Poster string
}

// listView are the sets of a community as a shop sees them.
type listView struct {
	portal.Counter
	Mine, Open, Past []ui.Row
	Sent             portal.Sent
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return h.showList(w, r, portal.Sent{})
}

func (h *Pages) showList(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	v := listView{Counter: c, Sent: sent}
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		all, err := h.svc().Latest(ctx, rd, c.ID, listed)
		for _, s := range all {
			row := relayRow(ctx, &c.Room, s, c.Href("/relays/"+s.ID.String()))
			switch {
			case !s.Open(c.Now) && !s.Sold(c.Today):
				if s.Of(c.Shop.ID) != nil {
					v.Past = append(v.Past, row)
				}
			case s.Of(c.Shop.ID) != nil:
				v.Mine = append(v.Mine, row)
			case s.Open(c.Now):
				v.Open = append(v.Open, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "商家接龙"))
	s.Back = ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}
	return h.ShowSent(w, r, sent, s, listPage(v))
}

// partsShown is how many parts the form has lines for.
const partsShown = 5

func (h *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	to := c.Href("/relays")
	err = func() error {
		set, own, err := begun(r, &c)
		if err != nil {
			return err
		}
		made, err := h.Flows.BeginRelay(ctx, c.ID, authz.Of(ctx).Actor(), set, own)
		if err == nil {
			to += "/" + made.ID.String()
		}
		return err
	}()
	return portal.Done(w, r, err, to, "begin", func(s portal.Sent) error { return h.showList(w, r, s) })
}

// begun is the set that somebody typed; its first part is the shop's own.
func begun(r *http.Request, c *portal.Counter) (set relay.Relay, own relay.Prices, err error) {
	set = relay.Relay{Title: strings.TrimSpace(r.FormValue("title")), About: portal.Prose(r, "about"), Starter: c.Shop.ID}
	until, err := period.ParseDay(r.FormValue("until"))
	if err != nil {
		return set, own, relay.ErrBadUntil.On("until")
	}
	set.Until = (until + 1).Start(c.Now.Location())
	if set.Last, err = period.ParseDay(r.FormValue("last")); err != nil {
		return set, own, relay.ErrBadLast.On("last")
	}
	for n := range partsShown {
		i := strconv.Itoa(n)
		p := relay.Part{Trade: strings.TrimSpace(r.FormValue("trade" + i)), What: strings.TrimSpace(r.FormValue("what" + i))}
		if n == 0 {
			p.Trade = c.Shop.IndustryZH
			if p.Trade == "" {
				p.Trade = c.Shop.Name
			}
		}
		if p.What == "" && n > 0 {
			continue
		}
		if p.Pieces, err = strconv.ParseInt(strings.TrimSpace(r.FormValue("pieces"+i)), 10, 64); err != nil {
			return set, own, relay.ErrBadParts.On("parts").With("most", relay.PartsMost)
		}
		set.Parts = append(set.Parts, p)
	}
	own, err = prices(r)
	return set, own, err
}

func prices(r *http.Request) (own relay.Prices, err error) {
	if own.Shelf, err = portal.Yuan(r, "shelf"); err != nil {
		return own, err
	}
	own.Share, err = portal.Yuan(r, "share")
	return own, err
}

// relayView is one set as its shops see it.
type relayView struct {
	portal.Counter
	*relay.Relay
	Base  string
	State string
	Tone  ui.Tone
	Lines []ui.Line
	Saved string
	Mine  bool
	Ours  bool // the shop began it
	Can   bool // shops can take parts on
	Sent  portal.Sent
}

func (h *Pages) relay(w http.ResponseWriter, r *http.Request) error {
	return h.showRelay(w, r, portal.Sent{})
}

func (h *Pages) showRelay(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	s, err := h.relayIn(r, c.ID)
	if err != nil {
		return err
	}
	v := relayView{Counter: c, Relay: s, Base: c.Href("/relays/" + s.ID.String()), Lines: partLines(ctx, &c.Room, s), Sent: sent, Mine: s.Of(c.Shop.ID) != nil, Ours: s.Starter == c.Shop.ID, Can: s.Open(c.Now)}
	v.State, v.Tone = stateOf(ctx, s)
	if shelf, share, _ := s.Sum(); shelf > 0 {
		v.Saved = relay.Saved(shelf, share).Percent()
	}
	shell := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", s.Title)
	shell.Back = ui.Link{Href: c.Href("/relays"), Text: i18n.T(ctx, "商家接龙")}
	return h.ShowSent(w, r, sent, shell, relayPage(v))
}

// act does something with the set in an address in the name of the shop.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at authz.Resource, set id.ID) error) error {
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	set, err := id.Parse(r.PathValue("relay"))
	if err != nil {
		return relay.ErrNotFound
	}
	to := "/shop/" + at.Subject.String() + "/relays/" + set.String()
	return portal.Done(w, r, do(r.Context(), at, set), to, form, func(s portal.Sent) error { return h.showRelay(w, r, s) })
}

func (h *Pages) take(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "part-"+r.PathValue("part"), func(ctx context.Context, at authz.Resource, set id.ID) error {
		n, err := strconv.Atoi(r.PathValue("part"))
		if err != nil {
			return relay.ErrNoPart
		}
		own, err := prices(r)
		if err != nil {
			return err
		}
		_, err = h.Flows.TakeRelayPart(ctx, at.Place, set, n, at.Subject, authz.Of(ctx).Actor(), own)
		return err
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "leave", func(ctx context.Context, at authz.Resource, set id.ID) error {
		return h.Flows.LeaveRelay(ctx, at.Place, set, at.Subject, authz.Of(ctx).Actor())
	})
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "end", func(ctx context.Context, at authz.Resource, set id.ID) error {
		return h.Flows.WithdrawRelay(ctx, at.Place, set, at.Subject, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
	})
}

// deskView are the sets of a community for the office.
type deskView struct {
	portal.Room
	Sets []*relay.Relay
	May  bool
	Sent portal.Sent
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, May: h.Engine.May(ctx, authz.Of(ctx), "joint_set.keep", authz.Resource{Place: room.ID}) == nil}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		v.Sets, err = h.svc().Latest(ctx, rd, room.ID, listed)
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "sets", i18n.T(ctx, "商家接龙")), deskPage(v))
}

func (h *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	err = func() error {
		set, err := id.Parse(r.PathValue("relay"))
		if err != nil {
			return relay.ErrNotFound
		}
		return h.Flows.WithdrawRelay(r.Context(), c.ID, set, id.ID{}, authz.Of(r.Context()).Actor(), strings.TrimSpace(r.FormValue("words")))
	}()
	return portal.Done(w, r, err, "/desk/sets/"+c.Ref, "end-"+r.PathValue("relay"), func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
