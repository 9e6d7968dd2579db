// Package merchantdayweb are the pages of merchant days: anybody reads the calendar or
// subscribes to it, a shop sees its turns, the office and the committee plan, swap and
// call off (C8, B6).
package merchantdayweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ical"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of the calendar.
type Pages struct{ *portal.Portal }

// aheadDays is how far the pages look ahead, icalDays how far a calendar that a phone
// subscribes to.
const (
	aheadDays = 56
	icalDays  = 180
	icalBack  = 30
)

// Routes adds the pages, their door on the desk, and what is on today.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	p.Near = append(p.Near, h.today)
	p.Add(portal.Door{Kind: ui.OperatorFrame, Key: "days", Href: "/desk/days", Icon: "calendar", Text: i18n.M("商家日"), Group: i18n.M("联盟的日常"), Action: "merchant_day_desk.read"})
	const look, keep = "merchant_day_desk.read", "merchant_day.keep"
	t.Add(
		httpkit.Route{Pattern: "GET /c/{community}/days", Action: "merchant_day.read", On: p.InCommunity, Do: h.calendar},
		httpkit.Route{Pattern: "GET /c/{community}/days.ics", Action: "merchant_day.read", On: p.InCommunity, Do: h.ics},
		httpkit.Route{Pattern: "GET /shop/{shop}/days", Action: "shop.read", On: portal.OfShop, Do: h.ofShop},
		httpkit.Route{Pattern: "GET /desk/days", Action: look, On: p.Somewhere(look), Do: p.Choose(look, "days", i18n.M("商家日"))},
		httpkit.Route{Pattern: "GET /desk/days/{community}", Action: look, On: p.InCommunity, Do: h.desk},
		httpkit.Route{Pattern: "POST /desk/days/{community}", Action: keep, On: p.InCommunity, Do: h.set},
		httpkit.Route{Pattern: "POST /desk/days/{community}/{rule}/end", Action: keep, On: p.InCommunity, Do: h.finish},
		httpkit.Route{Pattern: "POST /desk/days/{community}/{rule}/{day}/off", Action: keep, On: p.InCommunity, Do: h.callOff},
		httpkit.Route{Pattern: "POST /desk/days/{community}/{rule}/{day}/restoration", Action: keep, On: p.InCommunity, Do: h.restore},
		httpkit.Route{Pattern: "POST /desk/days/{community}/{rule}/{day}/swap", Action: keep, On: p.InCommunity, Do: h.swap},
	)
}

// today is what is on in a community, for the first page of its residents.
func (h *Pages) today(ctx context.Context, community id.ID) (rows []ui.Row, err error) {
	c, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, community)
	if err != nil {
		return nil, err
	}
	room, err := h.RoomOf(ctx, c)
	if err != nil {
		return nil, err
	}
	days, err := h.Flows.MerchantDaysOf(ctx, community, id.ID{}, room.Today, room.Today)
	for _, o := range days {
		row := ui.Row{Href: room.Path("/days"), Icon: "calendar", Title: title(ctx, &room, &o), Text: o.Offer, Tag: merchantday.OfferName(o.OfferKind).In(ctx), Tone: ui.OK}
		if o.Off {
			row.Text, row.Tag, row.Tone = o.Words, i18n.T(ctx, "今天取消了"), ui.Bad
		}
		rows = append(rows, row)
	}
	return rows, err
}

// title is a day with whose it is.
func title(ctx context.Context, room *portal.Room, o *merchantday.Occurrence) string {
	if len(o.Whose) == 0 {
		return o.Title
	}
	return i18n.T(ctx, "%s：%s", o.Title, room.ShopNames(ctx, o.Whose))
}

// dayView is one day of the calendar with what lies on it.
type dayView struct {
	Day  string
	Rows []ui.Row
}

// calendarView is the calendar for everybody.
type calendarView struct {
	Place string
	Days  []dayView
	Ics   string
}

func (h *Pages) calendar(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, id.ID{}, room.Today, room.Today+aheadDays)
	if err != nil {
		return err
	}
	v := calendarView{Place: portal.PlaceName(room.Place), Days: byDay(ctx, &room, days), Ics: room.Path("/days.ics")}
	return h.Show(w, r, h.OpenShell(ctx, &room, i18n.T(ctx, "商家日"), ""), calendarPage(v))
}

// byDay lays occurrences out under their days.
func byDay(ctx context.Context, room *portal.Room, days []merchantday.Occurrence) (views []dayView) {
	last := period.Day(-1)
	for _, o := range days {
		if o.Day != last {
			last = o.Day
			name := ui.Day(ctx, o.Day)
			if o.Day == room.Today {
				name = i18n.T(ctx, "今天 · %s", name)
			}
			views = append(views, dayView{Day: name})
		}
		v := &views[len(views)-1]
		v.Rows = append(v.Rows, row(ctx, room, &o))
	}
	return views
}

// row is one occurrence as people read it.
func row(ctx context.Context, room *portal.Room, o *merchantday.Occurrence) ui.Row {
	r := ui.Row{Icon: "store", Title: title(ctx, room, o), Text: o.Offer, Tag: merchantday.OfferName(o.OfferKind).In(ctx), Tone: ui.OK, Href: o.Link}
	switch {
	case o.Off:
		r.Tag, r.Tone, r.Href, r.Notes = i18n.T(ctx, "取消了"), ui.Bad, "", []string{o.Words}
	case o.Moved():
		r.Notes = []string{i18n.T(ctx, "从%s换到这天：%s", ui.Day(ctx, o.Planned), o.Words)}
	}
	return r
}

// ics is the calendar for a telephone.
func (h *Pages) ics(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, id.ID{}, room.Today-icalBack, room.Today+icalDays)
	if err != nil {
		return err
	}
	var events []ical.Event
	changed := room.Now
	for i, o := range days {
		if i == 0 || o.At.After(changed) {
			changed = o.At
		}
		events = append(events, ical.Event{UID: o.ID.String() + "-" + o.Planned.String() + "@gongyi", Day: o.Day, Title: title(ctx, &room, &o), Text: strings.TrimSpace(o.Offer + "\n" + o.Words), Called: o.Off})
	}
	name := i18n.T(ctx, "%s的商家日", portal.PlaceName(room.Place))
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, ical.Type, ical.Write(name, changed, events))
}

// shopView are a shop's own turns.
type shopView struct {
	Days []dayView
	Ics  string
	All  string
}

func (h *Pages) ofShop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.Counter(r)
	if err != nil {
		return err
	}
	days, err := h.Flows.MerchantDaysOf(ctx, c.ID, c.Shop.ID, c.Today, c.Today+aheadDays)
	if err != nil {
		return err
	}
	s := h.ShopShell(ctx, c.ID, c.Shop.ID, "life", i18n.T(ctx, "轮到我家的日子"))
	s.Back = ui.Link{Href: c.Href("/life"), Text: i18n.T(ctx, "联盟")}
	return h.Show(w, r, s, shopPage(shopView{byDay(ctx, &c.Room, days), c.Path("/days.ics"), c.Path("/days")}))
}

// deskView is the calendar for the office.
type deskView struct {
	portal.Room
	Days  []merchantday.Occurrence
	Rules []*merchantday.Rule
	Sent  portal.Sent
	May   bool
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
	v := deskView{Room: room, Sent: sent, May: h.Engine.May(ctx, authz.Of(ctx), "merchant_day.keep", authz.Resource{Place: room.ID}) == nil}
	if v.Days, err = h.Flows.MerchantDaysOf(ctx, room.ID, id.ID{}, room.Today, room.Today+aheadDays); err != nil {
		return err
	}
	if v.Rules, err = h.rules(ctx, &room); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "days", i18n.T(ctx, "商家日")), deskPage(v))
}

// keep does something with the calendar of the community in an address.
func (h *Pages) keep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	return portal.Done(w, r, do(r.Context(), c.ID), "/desk/days/"+c.Ref, form, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// at is the day of a rule that an address names.
func at(r *http.Request) (merchantday.At, error) {
	rule, err := id.Parse(r.PathValue("rule"))
	if err != nil {
		return merchantday.At{}, merchantday.ErrNotFound
	}
	day, err := period.ParseDay(r.PathValue("day"))
	if err != nil {
		return merchantday.At{}, merchantday.ErrNoSuchDay
	}
	return merchantday.At{Rule: rule, Day: day}, nil
}

func words(r *http.Request) string { return strings.TrimSpace(r.FormValue("words")) }

// oneDay does something with the day in an address, by one of the day's two forms.
func (h *Pages) oneDay(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, community id.ID, on merchantday.At, by authz.Viewer) error) error {
	return h.keep(w, r, form+r.PathValue("rule")+r.PathValue("day"), func(ctx context.Context, community id.ID) error {
		on, err := at(r)
		if err != nil {
			return err
		}
		return do(ctx, community, on, authz.Of(ctx))
	})
}

func (h *Pages) callOff(w http.ResponseWriter, r *http.Request) error {
	return h.oneDay(w, r, changeForm, func(ctx context.Context, community id.ID, on merchantday.At, by authz.Viewer) error {
		return h.Flows.CallOffMerchantDay(ctx, community, on, by.Actor(), words(r))
	})
}

func (h *Pages) restore(w http.ResponseWriter, r *http.Request) error {
	return h.oneDay(w, r, restoreForm, func(ctx context.Context, community id.ID, on merchantday.At, by authz.Viewer) error {
		return h.Flows.RestoreMerchantDay(ctx, community, on, by.Actor(), words(r))
	})
}

func (h *Pages) swap(w http.ResponseWriter, r *http.Request) error {
	return h.oneDay(w, r, changeForm, func(ctx context.Context, community id.ID, on merchantday.At, by authz.Viewer) error {
		rule, day, _ := strings.Cut(r.FormValue("with"), " ")
		other, err := id.Parse(rule)
		if err != nil {
			return merchantday.ErrNoSuchDay.On("with")
		}
		d, err := period.ParseDay(day)
		if err != nil {
			return merchantday.ErrNoSuchDay.On("with")
		}
		return h.Flows.SwapMerchantDays(ctx, community, on, merchantday.At{Rule: other, Day: d}, by.Actor(), words(r))
	})
}

func (h *Pages) finish(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "end-"+r.PathValue("rule"), func(ctx context.Context, community id.ID) error {
		rule, err := id.Parse(r.PathValue("rule"))
		if err != nil {
			return merchantday.ErrNotFound
		}
		return h.Flows.FinishMerchantDay(ctx, community, rule, authz.Of(ctx).Actor(), words(r))
	})
}

func (h *Pages) set(w http.ResponseWriter, r *http.Request) error {
	return h.keep(w, r, "set", func(ctx context.Context, community id.ID) error {
		rule, err := typed(r)
		if err != nil {
			return err
		}
		return h.Flows.SetMerchantDay(ctx, community, authz.Of(ctx).Actor(), r.FormValue(ui.TokenName), rule)
	})
}

// typed is the rule that somebody typed.
func typed(r *http.Request) (rule merchantday.Rule, err error) {
	rule = merchantday.Rule{Kind: merchantday.Kind(r.FormValue("kind")), Title: strings.TrimSpace(r.FormValue("title")), OfferKind: merchantday.OfferKind(r.FormValue("offer_kind")),
		Offer: strings.TrimSpace(r.FormValue("offer")), Link: strings.TrimSpace(r.FormValue("link")), Rotate: r.FormValue("rotate") == "yes"}
	if rule.Weekday, err = strconv.Atoi(r.FormValue("weekday")); err != nil {
		return rule, merchantday.ErrBadDay.On("weekday")
	}
	if rule.Every, err = strconv.Atoi(r.FormValue("every")); err != nil {
		return rule, merchantday.ErrBadEvery.On("every")
	}
	if rule.First, err = period.ParseDay(r.FormValue("first")); err != nil {
		return rule, merchantday.ErrBadDay.On("first")
	}
	if rule.Last = rule.First; r.FormValue("last") != "" {
		if rule.Last, err = period.ParseDay(r.FormValue("last")); err != nil {
			return rule, merchantday.ErrBadDay.On("first")
		}
	}
	for _, s := range r.PostForm["shops"] {
		shop, err := id.Parse(s)
		if err != nil {
			return rule, merchantday.ErrNoShops.On("shops")
		}
		rule.Shops = append(rule.Shops, shop)
	}
	return rule, nil
}

// rules are those that run or will run.
func (h *Pages) rules(ctx context.Context, room *portal.Room) (all []*merchantday.Rule, err error) {
	days, err := h.Flows.MerchantDaysOf(ctx, room.ID, id.ID{}, room.Today, room.Today+merchantday.Longest)
	for _, o := range days {
		if !slices.Contains(all, o.Rule) {
			all = append(all, o.Rule)
		}
	}
	return all, err
}
