package noticeweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// perPage is how many notices stand on a page, and unread ones above them.
const perPage = 30

// line is a notice on the page.
type line struct {
	href, title, body, time, sender, open string
	read, offer                           bool
}

// day is the notices of one day; what is more than a few of a kind is folded.
type day struct {
	title  string
	lines  []line
	folded []line
}

// inboxView is the page.
type inboxView struct {
	unread  []day
	read    []day
	chips   []ui.Tab
	active  string
	newest  string // up to here "all read" reaches
	more    string // address of the next page, "" if there is none
	deeper  string // of more unread ones
	may     bool   // change something
	nothing bool
}

func (p *Pages) inbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.inboxView(ctx, r.URL.Query())
	if err != nil {
		return err
	}
	return p.Portal.Show(w, r, p.shell(ctx, i18n.T(ctx, "通知"), ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}), inboxPage(v))
}

func (p *Pages) inboxView(ctx context.Context, q url.Values) (v inboxView, err error) {
	who := authz.Of(ctx)
	zone, err := p.zone(ctx)
	if err != nil {
		return v, err
	}
	group := notice.Group(q.Get("group"))
	after, _ := id.Parse(q.Get("after"))
	below, _ := id.Parse(q.Get("unread"))
	no, yes := false, true
	var unread, read []notice.Item
	err = p.view(ctx, func(r db.Reader) (err error) {
		if after.IsZero() {
			if unread, err = p.service().List(ctx, r, who.Acting(), notice.Filter{Read: &no, Group: group, After: below, Limit: perPage + 1}); err != nil {
				return err
			}
		}
		read, err = p.service().List(ctx, r, who.Acting(), notice.Filter{Read: &yes, Group: group, After: after, Limit: perPage + 1})
		return err
	})
	if err != nil {
		return v, err
	}
	v = inboxView{may: who.For.IsZero(), active: string(group), nothing: len(unread)+len(read) == 0, chips: chips(ctx)}
	address := func(name string, last id.ID) string {
		q := url.Values{name: {last.String()}}
		if group != "" {
			q.Set("group", string(group))
		}
		return InboxPath + "?" + q.Encode()
	}
	if len(unread) > perPage {
		unread = unread[:perPage]
		v.deeper = address("unread", unread[perPage-1].ID)
	}
	if len(read) > perPage {
		read = read[:perPage]
		v.more = address("after", read[perPage-1].ID)
	}
	if len(unread) > 0 && below.IsZero() && group == "" {
		v.newest = unread[0].ID.String()
	}
	now := p.Flows.DB.Clock().Now().In(zone)
	v.unread, v.read = byDay(ctx, unread, now), byDay(ctx, read, now)
	return v, nil
}

func chips(ctx context.Context) []ui.Tab {
	tabs := []ui.Tab{{Key: "", Href: InboxPath, Text: i18n.T(ctx, "全部")}}
	for _, g := range notice.Groups {
		tabs = append(tabs, ui.Tab{Key: string(g.Group), Href: InboxPath + "?group=" + string(g.Group), Text: i18n.T(ctx, g.Name)})
	}
	return tabs
}

// shownOfAKind is how many of a kind a day shows before it folds the others.
const shownOfAKind = 3

// byDay sorts notices, the newest first, under their days.
func byDay(ctx context.Context, items []notice.Item, now time.Time) (days []day) {
	today := period.DayOf(now, now.Location())
	last := period.Day(0)
	kinds := make(map[string]int)
	for i := range items {
		at := items[i].At.In(now.Location())
		d := period.DayOf(at, now.Location())
		if len(days) == 0 || d != last {
			days, last = append(days, day{title: dayName(ctx, d, today)}), d
			clear(kinds)
		}
		here := &days[len(days)-1]
		l := lineOf(ctx, &items[i], at)
		kinds[items[i].Kind.ID]++
		if kinds[items[i].Kind.ID] > shownOfAKind {
			here.folded = append(here.folded, l)
		} else {
			here.lines = append(here.lines, l)
		}
	}
	return days
}

func dayName(ctx context.Context, d, today period.Day) string {
	switch d {
	case today:
		return i18n.T(ctx, "今天")
	case today - 1:
		return i18n.T(ctx, "昨天")
	}
	if yearOf(d) != yearOf(today) {
		return ui.FullDay(ctx, d)
	}
	return ui.Day(ctx, d)
}

func yearOf(d period.Day) int {
	year, _, _ := d.Date()
	return year
}

func lineOf(ctx context.Context, it *notice.Item, at time.Time) line {
	title, body := it.Words(ctx, at.Location())
	l := line{href: InboxPath + "/" + it.ID.String(), title: title, body: body, time: ui.Clock(ctx, at), read: it.Read, sender: it.Sender(), offer: it.Kind.Marketing}
	if it.Link == "" {
		l.open = ""
	} else if it.Kind.Open != "" {
		l.open = i18n.T(ctx, it.Kind.Open)
	}
	return l
}

// open shows what a notice is about: it leads to the matter, or stands on a page of
// its own. Somebody who helps does not make it read for the person.
func (p *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	who := authz.Of(ctx)
	wanted, err := id.Parse(r.PathValue("notice"))
	if err != nil {
		return notice.ErrNotFound
	}
	var it *notice.Item
	if err := p.view(ctx, func(r db.Reader) (err error) { it, err = p.service().ByID(ctx, r, who.Acting(), wanted); return err }); err != nil {
		return err
	}
	if who.For.IsZero() {
		if err := p.update(r, func(tx *db.Tx) error { return p.service().MarkRead(ctx, tx, who.Person, wanted) }); err != nil {
			return err
		}
	}
	if it.Link != "" && r.URL.Query().Get("stay") == "" {
		http.Redirect(w, r, it.Link, http.StatusSeeOther)
		return nil
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return err
	}
	s := p.shell(ctx, i18n.T(ctx, "通知"), ui.Link{Href: InboxPath, Text: i18n.T(ctx, "通知")})
	l := lineOf(ctx, it, it.At.In(zone))
	l.href, l.time = it.Link, ui.Moment(ctx, it.At.In(zone))
	return p.Portal.Show(w, r, s, onePage(l))
}

// read marks a notice as read, or everything up to one.
func (p *Pages) read(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), authz.Of(r.Context()).Person
	mark, text := p.service().MarkRead, r.FormValue("notice")
	if r.FormValue("upto") != "" {
		mark, text = p.service().MarkAllRead, r.FormValue("upto")
	}
	wanted, err := id.Parse(text)
	if err != nil {
		return notice.ErrNotFound
	}
	if err := p.update(r, func(tx *db.Tx) error { return mark(ctx, tx, who, wanted) }); err != nil {
		return err
	}
	return see(w, r, InboxPath)
}

// receipt leads to the receipt of an entry that concerns the person: its token is
// made here, and nowhere stored.
func (p *Pages) receipt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	books, err := id.Parse(r.PathValue("community"))
	if err != nil {
		return notice.ErrNotFound
	}
	seq, err := strconv.ParseInt(r.PathValue("entry"), 10, 64)
	if err != nil {
		return notice.ErrNotFound
	}
	token, err := p.Flows.ReceiptForPerson(ctx, authz.Of(ctx).Acting(), books, seq)
	if err != nil {
		return err
	}
	return see(w, r, "/r/"+token)
}
