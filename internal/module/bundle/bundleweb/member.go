package bundleweb

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charge"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// publicView is what is on sale in a community.
type publicView struct {
	portal.Room
	Rows []ui.Row
	Mine string // where she reads of hers, "" for who is no member
}

func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Room: room}
	me, err := h.me(ctx, room.ID)
	if err != nil {
		return err
	}
	if me != nil {
		v.Mine = "/me/bundles"
	}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().OnSale(ctx, rd, room.ID, room.Today)
		if err != nil {
			return err
		}
		tallies, err := h.svc().Tallies(ctx, rd, room.ID)
		for _, b := range all {
			row := ui.Row{Href: room.Path("/bundles/" + b.ID.String()), Icon: icons[b.Kind], Title: b.Name, Text: holds(ctx, &b.Terms), Notes: []string{instead(ctx, &b.Terms)}, End: "¥ " + ui.Yuan(b.Price)}
			row.EndNote = i18n.T(ctx, "还剩 %d 份", left(b, tallies[b.ID]))
			v.Rows = append(v.Rows, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "套餐和礼包"), "bundles")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, publicPage(v))
}

// left is how many of a bundle can still be had.
func left(b *bundle.Bundle, t *bundle.Tally) int {
	if t == nil {
		return b.Total
	}
	return max(0, b.Total-t.Taken)
}

// offerView is one bundle for who may buy it.
type offerView struct {
	portal.Room
	Of     *bundle.Bundle
	Left   int
	Form   ui.Form
	Parts  []ui.Row
	Lines  []ui.Line
	Facts  []ui.Fact
	Sells  bool
	State  string
	Tone   ui.Tone
	SignIn string // where to sign in, "" for who is signed in
	Member bool
	Online bool // this house takes payments online
}

func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	return h.showOffer(w, r, portal.Sent{})
}

func (h *Pages) showOffer(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	b, tally, err := h.bundleIn(r, &room)
	if err != nil {
		return err
	}
	if !b.Has(pact.Published) {
		return bundle.ErrNoBundle // nobody's business before all agree
	}
	me, err := h.me(ctx, room.ID)
	if err != nil {
		return err
	}
	state, base := b.State(room.Today), room.Path("/bundles/"+b.ID.String())
	v := offerView{Room: room, Of: b, Left: left(b, &tally), Parts: partRows(ctx, &room, &b.Terms), Lines: priceLines(ctx, &b.Terms), Facts: buyerFacts(ctx, &b.Terms),
		State: stateNames[state].name.In(ctx), Tone: stateNames[state].tone, Member: me != nil, Online: len(h.Flows.Providers) > 0, Form: sent.Ask("order", base+"/order")}
	v.Sells = state == pact.Running && v.Left > 0
	v.Form.Busy = i18n.T(ctx, "正在下单")
	if !authz.Of(ctx).SignedIn() {
		v.SignIn = "/sign-in?to=" + base
	}
	s := h.OpenShell(ctx, &room, b.Name, "bundles")
	s.Back = ui.Link{Href: room.Path("/bundles"), Text: i18n.T(ctx, "套餐和礼包")}
	return h.ShowSent(w, r, sent, s, offerPage(v))
}

// order takes one and goes to where it is paid for.
func (h *Pages) order(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	at, err := id.Parse(r.PathValue("bundle"))
	if err != nil {
		return bundle.ErrNoBundle
	}
	to := ""
	m, err := h.Flows.MemberIn(ctx, c.ID, authz.Of(ctx).Acting())
	if err == nil && len(h.Flows.Providers) == 0 {
		err = flow.ErrNoProvider
	}
	if err == nil {
		var asked *charge.Charge
		if asked, err = h.Flows.OrderBundle(ctx, c.ID, authz.Of(ctx).Actor(), m.ID, at); err == nil {
			to = h.PayLink(c.ID, asked.Code)
		}
	}
	return portal.Done(w, r, err, to, "order", func(s portal.Sent) error { return h.showOffer(w, r, s) })
}

// mineView are the bundles that a person bought.
type mineView struct {
	Now, Past []ui.Row
	Places    []ui.Link // where she can buy one
}

func (h *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, memberships, err := h.Me(ctx)
	if err != nil {
		return err
	}
	belongings, err := h.Flows.Belongings(ctx, memberships)
	if err != nil {
		return err
	}
	var v mineView
	for i := range belongings {
		b := &belongings[i]
		if b.Home {
			v.Places = append(v.Places, ui.Link{Href: "/c/" + b.Community.Ref + "/bundles", Text: portal.PlaceName(b.Community)})
		}
		if err := h.view(ctx, b.Community.ID, func(rd db.Reader) error {
			all, err := h.svc().OfMember(ctx, rd, b.Community.ID, b.Member.ID)
			for _, s := range all {
				h.addMine(ctx, &v, b.Community.ID, s)
			}
			return err
		}); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的套餐"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.Show(w, r, s, minePage(v))
}

func (h *Pages) addMine(ctx context.Context, v *mineView, community id.ID, s *bundle.Sale) {
	if s.Dropped != nil {
		return
	}
	row := ui.Row{Href: "/me/bundles/" + community.String() + "/" + s.ID.String(), Icon: icons[s.Of.Kind], Title: s.Of.Name, Text: holds(ctx, &s.Of.Terms)}
	if s.Begun == nil {
		row.Tag, row.Tone = i18n.T(ctx, "还没付"), ui.Act
		v.Now = append(v.Now, row)
		return
	}
	if left := len(s.Left(-1)); left > 0 {
		row.Tag, row.Tone, row.EndNote = i18n.T(ctx, "还有 %d 样没用", left), ui.OK, "¥ "+ui.Yuan(s.Held())
		v.Now = append(v.Now, row)
		return
	}
	row.Tag = i18n.T(ctx, "用完了")
	if s.Went(bundle.Back) > 0 {
		row.Tag = i18n.T(ctx, "退了 %s 元", ui.Yuan(s.Went(bundle.Back)))
	}
	v.Past = append(v.Past, row)
}

// saleView is one that she bought.
type saleView struct {
	*bundle.Sale
	Sent   portal.Sent
	Base   string
	Public string
	Pay    string // where it is paid for, "" if it is
	Parts  []partView
	Until  string
	Over   bool
	Events []ui.Event
	Lines  []ui.Line
	All    string // that the button says which gives everything back, "" if there is one part left
}

// partView is a part with what is left of it.
type partView struct {
	At          int
	What, Shops string
	Left, Times int
	Code, Worth string // what goes back of it
}

// saleIn is the viewer's own sale in the address; another's is not found.
func (h *Pages) saleIn(r *http.Request) (room portal.Room, s *bundle.Sale, err error) {
	ctx := r.Context()
	community, err := id.Parse(r.PathValue("at"))
	if err != nil {
		return room, nil, bundle.ErrNoSale
	}
	at, err := id.Parse(r.PathValue("sale"))
	if err != nil {
		return room, nil, bundle.ErrNoSale
	}
	if err := h.view(ctx, community, func(rd db.Reader) error {
		s, err = h.svc().Sale(ctx, rd, community, at)
		return err
	}); err != nil {
		return room, nil, err
	}
	mine, err := h.Flows.IsMember(ctx, community, s.Member, authz.Of(ctx).Acting())
	if err == nil && !mine {
		err = bundle.ErrNoSale
	}
	if err != nil {
		return room, nil, err
	}
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return room, nil, err
	}
	room, err = h.RoomOf(ctx, c)
	return room, s, err
}

func (h *Pages) sale(w http.ResponseWriter, r *http.Request) error {
	return h.showSale(w, r, portal.Sent{})
}

func (h *Pages) showSale(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, s, err := h.saleIn(r)
	if err != nil {
		return err
	}
	v := saleView{Sale: s, Sent: sent, Base: "/me/bundles/" + room.ID.String() + "/" + s.ID.String(), Public: room.Path("/bundles/" + s.Of.ID.String())}
	if s.Begun == nil {
		if err := h.view(ctx, room.ID, func(rd db.Reader) error {
			all, err := h.Flows.Charges.Of(ctx, rd, room.ID, s.ID)
			if len(all) > 0 && all[0].Open() {
				v.Pay = h.PayLink(room.ID, all[0].Code)
			}
			return err
		}); err != nil {
			return err
		}
	} else {
		v.Until, v.Over = room.LastDay(ctx, s.Begun.Until), !room.Now.Before(s.Begun.Until)
		v.Lines, v.Events = moneyLines(ctx, s), goneEvents(ctx, &room, s)
		h.fillParts(ctx, &v, &room)
	}
	shell := h.Shell(ctx, ui.ResidentFrame, "me", s.Of.Name)
	shell.Back = ui.Link{Href: "/me/bundles", Text: i18n.T(ctx, "我的套餐")}
	return h.ShowSent(w, r, sent, shell, salePage(v))
}

func (h *Pages) fillParts(ctx context.Context, v *saleView, room *portal.Room) {
	open := 0
	for i, p := range v.Of.Parts {
		slots := v.Sale.Left(i)
		if len(slots) > 0 {
			open++
		}
		v.Parts = append(v.Parts, partView{At: i, What: p.What, Shops: room.ShopNames(ctx, p.Shops), Left: len(slots), Times: p.Times, Code: v.Codes[i], Worth: ui.Yuan(v.Worth(slots))})
	}
	if open > 1 {
		v.All = i18n.T(ctx, "没用的全退，%s 元", ui.Yuan(v.Held()))
	}
}

func (h *Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, s, err := h.saleIn(r)
	if err != nil {
		return err
	}
	part, err := strconv.Atoi(cmp.Or(r.FormValue("part"), "-1"))
	if err != nil || part < -1 || part >= len(s.Of.Parts) {
		err = bundle.ErrUsedUp
	} else {
		_, err = h.Flows.ReturnBundle(ctx, room.ID, authz.Of(ctx).Actor(), s.Member, s.ID, part)
	}
	return portal.Done(w, r, err, "/me/bundles/"+room.ID.String()+"/"+s.ID.String(), "return", func(sent portal.Sent) error { return h.showSale(w, r, sent) })
}
