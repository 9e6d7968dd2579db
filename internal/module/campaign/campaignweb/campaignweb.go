// Package campaignweb are the pages of festivals: everybody reads the calendar and what
// runs, shops take part, the desk plans, publishes and sees what came of it (E6).
package campaignweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/campaign"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ical"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of festivals.
type Pages struct {
	*portal.Portal
	Base func(ctx context.Context) string // how people reach this house, for codes that are printed
}

// Routes adds the pages and their door on the desk.
func (h *Pages) Routes(t *httpkit.Router) {
	const look, keep = "festival_desk.read", "festival_desk.keep"
	h.Add(portal.Door{Kind: ui.OperatorFrame, Key: "festivals", Href: "/desk/festivals", Icon: "flag", Text: i18n.M("联合活动"), Group: i18n.M("联盟的日常"), Action: look})
	in := h.InCommunity
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/festivals", Action: "festival.read", On: in, Do: h.list},
		httpkit.Route{Pattern: "GET /c/{community}/festivals/{festival}", Action: "festival.read", On: in, Do: h.one},
		httpkit.Route{Pattern: "GET /c/{community}/festivals/{festival}/poster", Action: "festival.read", On: in, Do: h.poster},
		httpkit.Route{Pattern: "GET /c/{community}/festivals/{festival}/calendar.ics", Action: "festival.read", On: in, Do: h.calendar},
		httpkit.Route{Pattern: "GET /shop/{shop}/festivals", Action: "festival_shop.read", On: portal.OfShop, Do: h.shop},
		httpkit.Route{Pattern: "GET /shop/{shop}/festivals/{festival}", Action: "festival_shop.read", On: portal.OfShop, Do: h.shopOne},
		httpkit.Route{Pattern: "POST /shop/{shop}/festivals/{festival}/part", Action: "festival_shop.join", On: portal.OfShop, Do: h.join},
		httpkit.Route{Pattern: "POST /shop/{shop}/festivals/{festival}/leave", Action: "festival_shop.join", On: portal.OfShop, Do: h.leave},
		httpkit.Route{Pattern: "POST /shop/{shop}/festivals/{festival}/links", Action: "festival_shop.join", On: portal.OfShop, Do: h.link},
		httpkit.Route{Pattern: "GET /desk/festivals", Action: look, On: h.Somewhere(look), Do: h.Choose(look, "festivals", i18n.M("联合活动"))},
		httpkit.Route{Pattern: "GET /desk/festivals/{community}", Action: look, On: in, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}", Action: keep, On: in, Do: h.plan},
		httpkit.Route{Pattern: "GET /desk/festivals/{community}/{festival}", Action: look, On: in, Do: h.deskOne},
		httpkit.Route{Pattern: "GET /desk/festivals/{community}/{festival}/report", Action: "festival_desk.export", On: in, Do: h.report},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}/{festival}/publication", Action: keep, On: in, Do: h.publish},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}/{festival}/cancellation", Action: keep, On: in, Do: h.cancel},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}/{festival}/events", Action: keep, On: in, Do: h.schedule},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}/{festival}/events/{event}/off", Action: keep, On: in, Do: h.callOff},
		httpkit.Route{Pattern: "POST /desk/festivals/{community}/{festival}/links", Action: keep, On: in, Do: h.deskLink},
	)
}

func (h *Pages) svc() *campaign.Service { return h.Flows.Campaigns }

// festivalIn is the festival in an address.
func (h *Pages) festivalIn(r *http.Request, community id.ID) (c *campaign.Campaign, err error) {
	at, err := id.Parse(r.PathValue("festival"))
	if err != nil {
		return nil, campaign.ErrNotFound
	}
	err = h.Flows.DB.View(r.Context(), community, func(rd db.Reader) error {
		c, err = h.svc().ByID(r.Context(), rd, community, at)
		return err
	})
	return c, err
}

// shown refuses what is not published yet: it is nobody's to read.
func shown(c *campaign.Campaign) error {
	if c.Published == nil {
		return campaign.ErrNotFound
	}
	return nil
}

// listView are the festivals that everybody may see.
type listView struct {
	Place       string
	Ahead, Past []ui.Row
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := listView{Place: portal.PlaceName(room.Place)}
	err = h.Flows.DB.View(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.svc().List(ctx, rd, room.ID)
		for _, c := range all {
			if c.Published == nil {
				continue
			}
			row := row(ctx, c, room.Path("/festivals/"+c.ID.String()), room.Today)
			if state := c.State(room.Today); state == campaign.Over || state == campaign.Called {
				v.Past = append(v.Past, row)
			} else {
				v.Ahead = append(v.Ahead, row)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(v.Ahead)
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "联合活动"), "")
	s.Back = ui.Link{Href: room.Path("/life"), Text: i18n.T(ctx, "街坊的店")}
	return h.Show(w, r, s, listPage(v))
}

// oneView is one festival for everybody.
type oneView struct {
	*campaign.Campaign
	Place        string
	State        string
	Tone         ui.Tone
	Days         []dayView
	Shops        []ui.Row
	Offers       []ui.Row
	Poster, Feed string
}

// dayView is one day of the calendar.
type dayView struct {
	Day    string
	Events []ui.Row
}

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.festivalIn(r, room.ID)
	if err == nil {
		err = shown(c)
	}
	if err != nil {
		return err
	}
	base := room.Path("/festivals/" + c.ID.String())
	v := oneView{Campaign: c, Place: portal.PlaceName(room.Place), Days: days(ctx, &room, c), Poster: base + "/poster", Feed: base + "/calendar.ics"}
	v.State, v.Tone = stateOf(ctx, c, room.Today)
	for _, p := range c.Parts {
		v.Shops = append(v.Shops, ui.Row{Href: room.Path("/shops/" + p.Shop.String()), Icon: "store", Title: room.ShopName(ctx, p.Shop), Text: p.Words})
	}
	costs, err := h.Flows.CampaignCostsOf(ctx, room.ID, c)
	if err != nil {
		return err
	}
	for i := range costs.Offers {
		if o := &costs.Offers[i]; o.End == nil && room.Today <= o.When.Last {
			v.Offers = append(v.Offers, ui.Row{Href: room.Path("/offers#at-" + o.Merchant.String()), Icon: "tag", Title: o.Name, Text: room.ShopName(ctx, o.Merchant), Notes: []string{ui.Days(ctx, o.When.First, o.When.Last)}})
		}
	}
	for _, s := range costs.Series {
		v.Offers = append(v.Offers, ui.Row{Href: room.Path("/vouchers"), Icon: "ticket", Title: s.Name, Text: i18n.T(ctx, "抵 %s 元", ui.Yuan(s.Face)), Notes: []string{ui.Days(ctx, s.Opens, s.Closes)}})
	}
	shell := h.OpenShell(ctx, &room, c.Title, "")
	shell.Back = ui.Link{Href: room.Path("/festivals"), Text: i18n.T(ctx, "联合活动")}
	return h.Show(w, r, shell, onePage(v))
}

// days lay the calendar out.
func days(ctx context.Context, room *portal.Room, c *campaign.Campaign) (all []dayView) {
	for _, e := range c.Events {
		name := ui.Day(ctx, e.Day)
		if len(all) == 0 || all[len(all)-1].Day != name {
			all = append(all, dayView{Day: name})
		}
		from, to := (period.Times{From: e.From, To: e.To}).Hours()
		row := ui.Row{Time: from, Title: e.Title, Text: e.Place, EndNote: i18n.T(ctx, "到 %s", to)}
		if !e.Shop.IsZero() {
			row.Notes = append(row.Notes, room.ShopName(ctx, e.Shop))
		}
		if e.Off != "" {
			row.Tag, row.Tone, row.EndNote = i18n.T(ctx, "取消了"), ui.Bad, ""
			row.Notes = append(row.Notes, e.Off)
		}
		last := &all[len(all)-1]
		last.Events = append(last.Events, row)
	}
	return all
}

// calendar is the joint calendar for a telephone's own.
func (h *Pages) calendar(w http.ResponseWriter, r *http.Request) error {
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.festivalIn(r, room.ID)
	if err == nil {
		err = shown(c)
	}
	if err != nil {
		return err
	}
	var events []ical.Event
	for _, e := range c.Events {
		begins := e.Day.Start(room.Now.Location())
		events = append(events, ical.Event{UID: e.ID.String() + "@gongyi", From: begins.Add(time.Duration(e.From) * time.Minute), To: begins.Add(time.Duration(e.To) * time.Minute),
			Title: e.Title, Text: e.Off, Place: e.Place, Called: e.Off != ""})
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, ical.Type, ical.Write(c.Title, c.MadeAt, events))
}

// posterView is one sheet to print.
type posterView struct {
	Place string
	*campaign.Campaign
	Shops string
	Lines []ui.Line
	URL   string
}

// linesOfPoster is how many entries of the calendar stand on a poster.
const linesOfPoster = 6

func (h *Pages) poster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	c, err := h.festivalIn(r, room.ID)
	if err == nil {
		err = shown(c)
	}
	if err != nil {
		return err
	}
	at := room.Path("/festivals/" + c.ID.String())
	v := posterView{Place: portal.PlaceName(room.Place), Campaign: c, Shops: room.ShopNames(ctx, c.Shops()), URL: h.Base(ctx) + at}
	for _, e := range c.Events {
		if from, _ := (period.Times{From: e.From}).Hours(); e.Off == "" && len(v.Lines) < linesOfPoster {
			v.Lines = append(v.Lines, ui.Line{Text: ui.Day(ctx, e.Day) + " " + from, Num: e.Title})
		}
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: i18n.T(ctx, "海报"), Back: ui.Link{Href: at, Text: c.Title}, Class: "posters"}
	return h.Show(w, r, s, posterPage(v))
}
