// Package segmentweb are the pages of messages to members: a shop's owner writes one
// to a group, the community looks at it, who got it reads it and stops them with one
// tap (C14).
package segmentweb

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/segment"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of messages.
type Pages struct{ *portal.Portal }

// listed is how many messages a list has.
const listed = 50

// Routes adds the pages and their door on the desk.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "messages", Href: "/desk/messages", Icon: "message", Text: i18n.M("优惠消息"), Group: i18n.M("联盟的日常"), Action: "message_desk.read"})
	const look, keep = "message_desk.read", "message.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /shop/{shop}/messages", Action: "message.read", On: portal.OfShop, Do: h.list},
		httpkit.Route{Pattern: "POST /shop/{shop}/messages", Action: "message.write", On: portal.OfShop, Do: h.write},
		httpkit.Route{Pattern: "GET /c/{community}/offers/{campaign}", Action: "offer.read", On: httpkit.Mine, Do: h.offer},
		httpkit.Route{Pattern: "POST /c/{community}/offers/{campaign}/refusal", Action: "offer.refuse", On: httpkit.Mine, Do: h.refuseAll},
		httpkit.Route{Pattern: "GET /desk/messages", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "messages", i18n.M("优惠消息"))},
		httpkit.Route{Pattern: "GET /desk/messages/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/messages/{community}/{campaign}/answer", Action: keep, On: p.InCommunity, Do: h.answer},
	)
}

func (h *Pages) svc() *segment.Service { return h.Flows.Segments }

// listView are a shop's messages.
type listView struct {
	portal.Counter
	Groups []ui.Option
	Mine   []messageView
	Sent   portal.Sent
}

// messageView is one message with what became of it.
type messageView struct {
	*segment.Campaign
	Shop   string
	Group  string
	When   string
	State  string
	Tone   ui.Tone
	Result []ui.Line
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
	groups, err := h.Flows.GroupsFor(ctx, c.ID, c.Shop.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		v.Groups = append(v.Groups, ui.Option{Value: string(g.Kind) + " " + g.Value, Text: i18n.T(ctx, "%s，%d 人", g.Name(ctx), g.Size)})
	}
	var mine []*segment.Campaign
	err = h.Flows.DB.View(ctx, c.ID, func(rd db.Reader) error {
		mine, err = h.svc().OfShop(ctx, rd, c.ID, c.Shop.ID)
		return err
	})
	for _, m := range mine {
		if err == nil {
			var x messageView
			x, err = h.message(ctx, &c.Room, m)
			v.Mine = append(v.Mine, x)
		}
	}
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "给会员发优惠"))
	s.Back = ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}
	return h.ShowSent(w, r, sent, s, listPage(v))
}

// message draws one message, with its counts as far as they may be told.
func (h *Pages) message(ctx context.Context, room *portal.Room, c *segment.Campaign) (v messageView, err error) {
	v = messageView{Campaign: c, Shop: room.ShopName(ctx, c.Shop), Group: c.Group.Name(ctx), When: ui.Moment(ctx, room.Local(c.At)), State: i18n.T(ctx, "等社区看"), Tone: ui.Tell}
	if c.Answered == nil {
		return v, nil
	}
	if !c.Answered.Passed {
		v.State, v.Tone = i18n.T(ctx, "没通过"), ui.Bad
		return v, nil
	}
	v.State, v.Tone = i18n.T(ctx, "发出去了"), ui.OK
	res, err := h.Flows.ResultOf(ctx, room.ID, c)
	number := func(n int) string {
		if n == flow.Hidden {
			return i18n.T(ctx, "不到 %d 人，不显示", room.Rules.ExportK)
		}
		return i18n.T(ctx, "%d 人", n)
	}
	v.Result = []ui.Line{{Text: i18n.T(ctx, "送到"), Num: number(res.Sent)}, {Text: i18n.T(ctx, "打开看了"), Num: number(res.Opened)}, {Text: i18n.T(ctx, "%d 天里来买了", segment.BoughtDays), Num: number(res.Bought)}}
	return v, err
}

func (h *Pages) write(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := portal.OfShop(r)
	if err != nil {
		return err
	}
	kind, value, _ := strings.Cut(r.FormValue("group"), " ")
	c := segment.Campaign{Shop: at.Subject, Group: segment.Group{Kind: segment.Kind(kind), Value: value}, Title: strings.TrimSpace(r.FormValue("title")), Words: strings.TrimSpace(r.FormValue("words"))}
	err = h.Flows.WriteCampaign(ctx, at.Place, authz.Of(ctx).Actor(), c)
	return portal.Done(w, r, err, "/shop/"+at.Subject.String()+"/messages", "write", func(s portal.Sent) error { return h.showList(w, r, s) })
}

// offerView is a message for who got it.
type offerView struct {
	Shop, Title, Words, When string
	Page, Refuse             string
	Stopped                  bool
}

// offer opens a message that the viewer got, and counts that somebody did.
func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	at, err := id.Parse(r.PathValue("campaign"))
	if err != nil {
		return segment.ErrNotFound
	}
	me := authz.Of(ctx)
	c, err := h.Flows.OpenOffer(ctx, room.ID, at, me.Person, me.Actor())
	if err != nil {
		return err
	}
	v := offerView{Shop: room.ShopName(ctx, c.Shop), Title: c.Title, Words: c.Words, When: ui.Moment(ctx, room.Local(c.Answered.At)), Page: room.Path("/shops/" + c.Shop.String()), Refuse: room.Path("/offers/" + at.String() + "/refusal")}
	err = h.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		allowed, err := h.Flows.Privacy.Allowed(ctx, rd, me.Person, privacy.Offers)
		v.Stopped = !allowed
		return err
	})
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "home", c.Title)
	s.Back = ui.Link{Href: h.Inbox, Text: i18n.T(ctx, "通知")}
	return h.Show(w, r, s, offerPage(v))
}

// refuseAll takes the viewer's consent to offers back.
func (h *Pages) refuseAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	me := authz.Of(ctx)
	to := strings.TrimSuffix(r.URL.Path, "/refusal")
	err := h.Flows.Withdraw(ctx, me.Actor(), me.Person, privacy.Offers)
	if err != nil && !errors.Is(err, privacy.ErrNotGiven) {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// deskView are a community's messages for the office.
type deskView struct {
	portal.Room
	Waiting, Done []messageView
	May           bool
	Sent          portal.Sent
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
	v := deskView{Room: room, Sent: sent, May: h.Engine.May(ctx, authz.Of(ctx), "message.keep", authz.Resource{Place: room.ID}) == nil}
	var all []*segment.Campaign
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err = h.svc().Latest(ctx, rd, room.ID, listed)
		return err
	})
	for _, c := range all {
		if err != nil {
			break
		}
		var m messageView
		if m, err = h.message(ctx, &room, c); c.Answered == nil {
			v.Waiting = append(v.Waiting, m)
		} else {
			v.Done = append(v.Done, m)
		}
	}
	if err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "messages", i18n.T(ctx, "优惠消息")), deskPage(v))
}

func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	err = func() error {
		at, err := id.Parse(r.PathValue("campaign"))
		if err != nil {
			return segment.ErrNotFound
		}
		if r.FormValue("verdict") == "pass" {
			return h.Flows.SendCampaign(ctx, c.ID, at, authz.Of(ctx).Actor())
		}
		return h.Flows.RefuseCampaign(ctx, c.ID, at, authz.Of(ctx).Actor(), strings.TrimSpace(r.FormValue("words")))
	}()
	return portal.Done(w, r, err, "/desk/messages/"+c.Ref, "a-"+r.PathValue("campaign"), func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
