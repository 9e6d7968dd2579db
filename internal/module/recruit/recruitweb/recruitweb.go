// Package recruitweb are the pages of calls for people 招贤令: anybody reads them,
// residents apply and withdraw, the office reviews, appoints and refuses (A6).
package recruitweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/recruit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of calls.
type Pages struct{ *portal.Portal }

// listed is how many calls a list has.
const listed = 50

// Routes adds the pages, their door on the desk, and the calls that are open.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Near = append(p.Near, h.near)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "calls", Href: "/desk/calls", Icon: "flag", Text: i18n.M("招贤令"), Group: i18n.M("联盟的日常"), Action: "call_desk.read"})
	const look, keep = "call_desk.read", "call.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/calls", Action: "call.read", On: p.InCommunity, Do: h.list},
		httpkit.Route{Pattern: "GET /c/{community}/calls/{call}", Action: "call.read", On: p.InCommunity, Do: h.call},
		httpkit.Route{Pattern: "POST /c/{community}/calls/{call}/applications", Action: "call.apply", On: httpkit.Mine, Do: h.apply},
		httpkit.Route{Pattern: "POST /c/{community}/calls/{call}/withdrawal", Action: "call.apply", On: httpkit.Mine, Do: h.withdraw},
		httpkit.Route{Pattern: "GET /desk/calls", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "calls", i18n.M("招贤令"))},
		httpkit.Route{Pattern: "GET /desk/calls/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/calls/{community}", Action: keep, On: p.InCommunity, Do: h.publish},
		httpkit.Route{Pattern: "GET /desk/calls/{community}/{call}", Action: look, On: p.InCommunity, Do: h.review},
		httpkit.Route{Pattern: "POST /desk/calls/{community}/{call}/end", Action: keep, On: p.InCommunity, Do: h.end},
		httpkit.Route{Pattern: "POST /desk/calls/{community}/{call}/applications/{application}/notes", Action: keep, On: p.InCommunity, Do: h.note},
		httpkit.Route{Pattern: "POST /desk/calls/{community}/{call}/applications/{application}/answer", Action: keep, On: p.InCommunity, Do: h.answer},
	)
}

func (h *Pages) svc() *recruit.Service { return h.Flows.Calls }

func (h *Pages) view(ctx context.Context, fn func(rd db.Reader) error) error {
	return h.Flows.DB.View(ctx, id.Tilde, fn)
}

// near is the newest call that is open, for the first page of residents.
func (h *Pages) near(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.svc().Calls(ctx, rd, community, 5)
		for _, x := range all {
			if x.Open(h.Flows.DB.Clock().Now()) && len(rows) == 0 {
				rows = append(rows, ui.Row{Href: "/c/" + c.Ref + "/calls/" + x.ID.String(), Icon: "flag", Title: x.Title, Text: i18n.T(ctx, "招 %d 位%s", x.Wanted, access.Name(x.Role))})
			}
		}
		return err
	})
	return rows, err
}

// listView are a community's calls.
type listView struct {
	Place string
	Rows  []ui.Row
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := listView{Place: portal.PlaceName(room.Place)}
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.svc().Calls(ctx, rd, room.ID, listed)
		for _, c := range all {
			v.Rows = append(v.Rows, callRow(ctx, &room, c, room.Path("/calls/"+c.ID.String())))
		}
		return err
	})
	if err != nil {
		return err
	}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "招贤令"), ""), listPage(v))
}

// callRow is a call in a list.
func callRow(ctx context.Context, room *portal.Room, c *recruit.Call, href string) ui.Row {
	row := ui.Row{Href: href, Icon: "flag", Title: c.Title, Text: i18n.T(ctx, "招 %d 位%s", c.Wanted, access.Name(c.Role)), Tag: i18n.T(ctx, "报名结束"), Tone: ui.Tell}
	if c.Open(room.Now) {
		row.Tag, row.Tone = i18n.T(ctx, "正在报名"), ui.OK
		row.Notes = []string{i18n.T(ctx, "%s截止", room.LastDay(ctx, c.Until))}
	}
	return row
}

// callIn is the call in an address, of the community in it.
func (h *Pages) callIn(r *http.Request, community id.ID) (c *recruit.Call, err error) {
	at, err := id.Parse(r.PathValue("call"))
	if err != nil {
		return nil, recruit.ErrNoCall
	}
	err = h.view(r.Context(), func(rd db.Reader) error {
		c, err = h.svc().CallByID(r.Context(), rd, at)
		if err == nil && c.Home != community {
			err = recruit.ErrNoCall
		}
		return err
	})
	return c, err
}

// callView is one call for everybody.
type callView struct {
	portal.Room
	*recruit.Call
	Base     string
	RoleName string
	Mine     *recruit.Application
	CanApply bool
	SignIn   bool
	Chosen   []string // names of those who agreed to be named
	Unnamed  int
	Sent     portal.Sent
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	return h.showCall(w, r, portal.Sent{})
}

func (h *Pages) showCall(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.callIn(r, room.ID)
	if err != nil {
		return err
	}
	me := authz.Of(ctx)
	v := callView{Room: room, Call: c, Base: room.Path("/calls/" + c.ID.String()), RoleName: access.Name(c.Role).In(ctx), SignIn: !me.SignedIn(), Sent: sent}
	err = h.view(ctx, func(rd db.Reader) error {
		all, err := h.svc().Applications(ctx, rd, c.ID)
		if err != nil {
			return err
		}
		var chosen []id.ID
		for _, a := range all {
			if a.Person == me.Person && me.SignedIn() {
				v.Mine = a
			}
			if a.Answered != nil && a.Answered.Answer == recruit.Appointed {
				if v.Unnamed++; a.Named {
					v.Unnamed--
					chosen = append(chosen, a.Person)
				}
			}
		}
		names, err := h.Names(ctx, rd, chosen...)
		for _, who := range chosen {
			v.Chosen = append(v.Chosen, names[who])
		}
		return err
	})
	if err != nil {
		return err
	}
	v.CanApply = c.Open(room.Now) && me.SignedIn() && me.For.IsZero() && (v.Mine == nil || v.Mine.Answered != nil && v.Mine.Answered.Answer == recruit.Withdrawn)
	s := h.OpenShell(ctx, &room, c.Title, v.Base)
	s.Back = ui.Link{Href: room.Path("/calls"), Text: i18n.T(ctx, "招贤令")}
	return h.ShowSent(w, r, sent, s, callPage(v))
}

func (h *Pages) apply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.callIn(r, room.ID)
	if err != nil {
		return err
	}
	v := authz.Of(ctx)
	a := recruit.Application{Call: c.ID, Person: v.Person, Words: portal.Prose(r, "words"), Named: r.FormValue("named") == "yes"}
	err = h.Flows.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error { _, err := h.svc().Apply(ctx, tx, a); return err })
	return portal.Done(w, r, err, room.Path("/calls/"+c.ID.String()), "apply", func(s portal.Sent) error { return h.showCall(w, r, s) })
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.callIn(r, room.ID)
	if err != nil {
		return err
	}
	v := authz.Of(ctx)
	err = h.Flows.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
		all, err := h.svc().Applications(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Person == v.Person && a.Answered == nil {
				_, _, err := h.svc().Answer(ctx, tx, a.ID, recruit.Withdrawn, "")
				return err
			}
		}
		return recruit.ErrNoApplication
	})
	return portal.Done(w, r, err, room.Path("/calls/"+c.ID.String()), "withdraw", func(s portal.Sent) error { return h.showCall(w, r, s) })
}
