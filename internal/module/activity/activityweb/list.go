package activityweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ical"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listed is how many a list shows at a time.
const listed = 20

// found is a page of what somebody looks for.
type found struct {
	Self         string
	Word, Kind   string
	Rows         []ui.Row
	Newer, Older string
	More         int
	Tabs         []ui.Tab
	Past         []ui.Row
	PastMore     string
	Earlier      bool // past ones only
}

// listView is what can be signed up for where somebody lives.
type listView struct {
	Known  bool
	SignIn string
	Teach  string
	Mine   []ui.Row
	Taught []ui.Row
	Found  found
}

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.HomeSpot(ctx)
	if err != nil {
		return err
	}
	v := listView{Known: known, SignIn: httpkit.SignInPath + "?" + url.Values{"to": {"/classes"}}.Encode()}
	if known {
		if err := h.fillList(r, &at, &v); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "课和活动"))
	s.Private, s.Back = known, ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.Show(w, r, s, listPage(v))
}

func (h *Pages) fillList(r *http.Request, at *portal.Spot, v *listView) (err error) {
	ctx := r.Context()
	own := authz.Resource{Owner: authz.Of(ctx).Acting()}
	mine := h.OpensTo(ctx, "/classes/{at}/{activity}", own)
	to := func(a *activity.Activity) string {
		if mine {
			return href(at.ID, a.ID)
		}
		return openHref(at.Ref, a.ID)
	}
	if h.OpensTo(ctx, "/me/classes/{at}", own) {
		v.Teach = "/me/classes/" + at.ID.String()
	}
	hers := make(map[id.ID]bool)
	if mine {
		if v.Mine, err = h.mineRows(ctx, at, hers); err != nil {
			return err
		}
	}
	v.Found, err = h.find(r, where{at.ID, &at.Standing}, "/classes", to, hers)
	return err
}

// mineRows are what somebody signed up for and what is not over; hers takes them up.
func (h *Pages) mineRows(ctx context.Context, at *portal.Spot, hers map[id.ID]bool) (rows []ui.Row, err error) {
	return rows, h.view(ctx, at.ID, func(rd db.Reader) error {
		seats, err := h.svc().SeatsOf(ctx, rd, at.ID, at.Me.ID)
		if err != nil {
			return err
		}
		all, err := h.svc().SignedUpBy(ctx, rd, at.ID, at.Me.ID)
		for _, a := range all {
			i := slices.IndexFunc(seats, func(x *activity.Seat) bool { return x.Activity == a.ID && x.Stands() })
			if i < 0 || a.State() != activity.Open || a.Next(at.Now) == nil {
				continue
			}
			one := row(ctx, href(at.ID, a.ID), at.Now.Location(), at.Now, a, 0, at.Rules.CoinsPerHour)
			one.Tone, one.Tag = seatTag(ctx, seats[i].State)
			if seats[i].State == activity.Offered {
				one.Tone, one.Tag = ui.Act, i18n.T(ctx, "等您答应")
			}
			rows, hers[a.ID] = append(rows, one), true
		}
		return err
	})
}

// where is a community with its clock and its rules.
type where struct {
	ID id.ID
	*flow.Standing
}

// find reads what a page of a list asks for: what is open and to come, by the next date, but
// what somebody has signed up for.
func (h *Pages) find(r *http.Request, at where, self string, to func(a *activity.Activity) string, but map[id.ID]bool) (f found, err error) {
	ctx, q := r.Context(), r.URL.Query()
	f.Self, f.Word, f.Kind = self, strings.TrimSpace(q.Get("q")), q.Get("kind")
	for _, k := range []struct{ key, text string }{{"", i18n.T(ctx, "全部")}, {"class", i18n.T(ctx, "课")}, {"event", i18n.T(ctx, "活动")}, {"free", i18n.T(ctx, "不用付")}, {"children", i18n.T(ctx, "可以带孩子")}} {
		f.Tabs = append(f.Tabs, ui.Tab{Key: k.key, Href: self + asked(k.key, f.Word, 0), Text: k.text})
	}
	err = h.view(ctx, at.ID, func(rd db.Reader) error {
		ahead, err := h.svc().Ahead(ctx, rd, at.ID, at.Now)
		if err != nil {
			return err
		}
		ahead = slices.DeleteFunc(ahead, func(a *activity.Activity) bool {
			return a.State() != activity.Open || a.Next(at.Now) == nil || but[a.ID] || !f.wants(a)
		})
		slices.SortStableFunc(ahead, func(a, b *activity.Activity) int { return a.Next(at.Now).Begins.Compare(b.Next(at.Now).Begins) })
		from, _ := strconv.Atoi(q.Get("from")) // none is the first
		if from = min(max(from, 0), len(ahead)); from > 0 {
			f.Newer = self + asked(f.Kind, f.Word, max(0, from-listed))
		}
		if f.More = max(0, len(ahead)-from-listed); f.More > 0 {
			f.Older = self + asked(f.Kind, f.Word, from+listed)
		}
		if f.Rows, err = h.rows(ctx, rd, at, ahead[from:min(len(ahead), from+listed)], to); err != nil {
			return err
		}
		return h.findPast(ctx, rd, at, q.Get("before"), &f, to)
	})
	return f, err
}

// Past ones: some below what is to come, a page of them where somebody asks for earlier ones.
// A page looks at so many of them for what is looked for; the next goes on.
const (
	pastShown  = 5
	pastLooked = 200
)

func (h *Pages) findPast(ctx context.Context, rd db.Reader, at where, before string, f *found, to func(a *activity.Activity) string) error {
	key, most := activity.ParseKey(before), pastShown
	if f.Earlier = key != (activity.Key{}); f.Earlier {
		most = listed
	}
	past, err := h.svc().Past(ctx, rd, at.ID, at.Now, key, pastLooked+1)
	if err != nil {
		return err
	}
	var some []*activity.Activity
	for i, a := range past {
		if len(some) == most || i == pastLooked {
			f.PastMore = f.Self + asked(f.Kind, f.Word, 0, "before", activity.KeyOf(past[i-1]).String()) + "#past"
			break
		}
		if a.State() == activity.Open && f.wants(a) {
			some = append(some, a)
		}
	}
	f.Past, err = h.rows(ctx, rd, at, some, to)
	return err
}

// rows are some activities as a list shows them.
func (h *Pages) rows(ctx context.Context, rd db.Reader, at where, all []*activity.Activity, to func(a *activity.Activity) string) (rows []ui.Row, err error) {
	which := make([]id.ID, len(all))
	for i, a := range all {
		which[i] = a.ID
	}
	taken, err := h.svc().Taken(ctx, rd, at.ID, which)
	for _, a := range all {
		rows = append(rows, row(ctx, to(a), at.Now.Location(), at.Now, a, a.Room(taken[a.ID]), at.Rules.CoinsPerHour))
	}
	return rows, err
}

// wants reports whether an activity is what is looked for.
func (f *found) wants(a *activity.Activity) bool {
	switch f.Kind {
	case "class", "event":
		if string(a.Kind) != f.Kind {
			return false
		}
	case "free":
		if a.Pay == activity.BySeat {
			return false
		}
	case "children":
		if a.Kind == activity.Class && !a.Children {
			return false
		}
	}
	return strings.Contains(strings.ToLower(a.Title+"\n"+a.About+"\n"+a.Audience+"\n"+a.Place), strings.ToLower(f.Word))
}

// asked is the query of a list, with what else it says.
func asked(kind, word string, from int, more ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if kind != "" {
		q.Set("kind", kind)
	}
	if word != "" {
		q.Set("q", word)
	}
	if from > 0 {
		q.Set("from", strconv.Itoa(from))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// near is what is on today, for the first page of residents.
func (h *Pages) near(ctx context.Context, place id.ID) (rows []ui.Row, err error) {
	at, known, err := h.HomeSpot(ctx)
	if err != nil || !known || at.ID != place {
		return nil, err
	}
	tomorrow := (at.Today + 1).Start(at.Now.Location())
	return rows, h.view(ctx, at.ID, func(rd db.Reader) error {
		all, err := h.svc().Ahead(ctx, rd, at.ID, at.Now)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(a *activity.Activity) bool {
			s := a.Next(at.Now)
			return a.State() != activity.Open || s == nil || !s.Begins.Before(tomorrow)
		})
		rows, err = h.rows(ctx, rd, where{at.ID, &at.Standing}, all, func(a *activity.Activity) string { return openHref(at.Ref, a.ID) })
		return err
	})
}

// openView is a community's list for everybody.
type openView struct {
	portal.Room
	Found found
}

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := openView{Room: room}
	if v.Found, err = h.find(r, where{room.ID, &room.Standing}, room.Path("/classes"), func(a *activity.Activity) string { return openHref(room.Ref, a.ID) }, nil); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "课和活动"), "classes")
	s.Back = ui.Link{Href: room.Path("/help"), Text: i18n.T(ctx, "互助的数字")}
	return h.Show(w, r, s, openPage(v))
}

// openOneView is one for everybody: what it is, not who comes.
type openOneView struct {
	portal.Room
	A     *activity.Activity
	Tag   string
	Tone  ui.Tone
	Dates []ui.Row
	Facts []ui.Fact
	Join  string // "" of who is no member here
	Ics   string
}

func (h *Pages) openOne(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, a, err := h.shown(r)
	if err != nil {
		return err
	}
	v := openOneView{Room: room, A: a, Join: href(room.ID, a.ID), Ics: openHref(room.Ref, a.ID) + "/calendar.ics"}
	if !authz.Of(ctx).SignedIn() {
		v.Join = httpkit.SignInPath + "?" + url.Values{"to": {v.Join}}.Encode()
	} else if _, err := h.SpotOf(ctx, room.ID); fault.KindOf(err) == fault.NotFound {
		v.Join = ""
	} else if err != nil {
		return err
	}
	var taken map[id.ID]int
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		taken, err = h.svc().Taken(ctx, rd, room.ID, []id.ID{a.ID})
		return err
	}); err != nil {
		return err
	}
	v.Tone, v.Tag = stateTag(ctx, a, room.Now, a.Room(taken[a.ID]))
	v.Dates, v.Facts = dateRows(ctx, room.Now.Location(), a), facts(ctx, a, "", room.Rules.CoinsPerHour)
	s := h.OpenShell(ctx, &room, a.Title, "classes")
	s.Back = ui.Link{Href: room.Path("/classes"), Text: i18n.T(ctx, "课和活动")}
	return h.Show(w, r, s, openOnePage(v))
}

// shown is the activity in an address of everybody's: one that was not agreed to is not
// there.
func (h *Pages) shown(r *http.Request) (room portal.Room, a *activity.Activity, err error) {
	if room, err = h.Room(r); err != nil {
		return room, nil, err
	}
	if a, err = h.activityIn(r, room.ID); err == nil && a.State() != activity.Open && a.State() != activity.Off {
		err = activity.ErrNotFound
	}
	return room, a, err
}

func dateRows(ctx context.Context, zone *time.Location, a *activity.Activity) (rows []ui.Row) {
	for i := range a.Sessions {
		s := &a.Sessions[i]
		one := ui.Row{Icon: "calendar", Title: span(ctx, zone, s)}
		if s.End != nil {
			one.Tone, one.Tag = endTag(ctx, s)
			one.Text = why(ctx, s.End.Words, s.End.Cause)
		}
		rows = append(rows, one)
	}
	return rows
}

func endTag(ctx context.Context, s *activity.Session) (ui.Tone, string) {
	if s.End.Held {
		return ui.OK, i18n.T(ctx, "办过了")
	}
	return ui.Bad, i18n.T(ctx, "取消了")
}

// ics is a calendar with the dates of one activity.
func (h *Pages) ics(w http.ResponseWriter, r *http.Request) error {
	room, a, err := h.shown(r)
	if err != nil {
		return err
	}
	changed := a.At
	for _, s := range a.Steps {
		changed = later(changed, s.At)
	}
	var events []ical.Event
	for _, s := range a.Sessions {
		if s.End != nil {
			changed = later(changed, s.End.At)
		}
		events = append(events, ical.Event{UID: s.ID.String() + "@gongyi", From: s.Begins, To: s.Ends, Title: a.Title, Text: a.About, Place: strings.Join(some(portal.PlaceName(room.Place), a.Place), " "), Called: s.End != nil && !s.End.Held})
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Public, ical.Type, ical.Write(a.Title, changed, events))
}

func later(a, b time.Time) time.Time {
	if cmp.Compare(a.UnixMicro(), b.UnixMicro()) < 0 {
		return b
	}
	return a
}
