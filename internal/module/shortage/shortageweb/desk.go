package shortageweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/capacity"
	"gongyi/internal/module/shortage"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView is the next fortnight of a community, a kind at a time.
type deskView struct {
	portal.Room
	*flow.Outlook
	Base     string
	Kind     string
	KindName string
	Chips    []ui.Tab
	Weeks    []week
	Picked   *pickedCell
	Warnings []ui.Row
	Wants    []wantView
	Calls    []callView
	Sent     portal.Sent
	May      bool
}

// week is a table of seven days.
type week struct {
	ID    string
	Days  []dayHead
	Hours []hourRow
}

type dayHead struct{ Weekday, Day string }

type hourRow struct {
	Name  string
	Cells []cellView
}

// cellView is one hour of one day. Without an address it lies in the past.
type cellView struct {
	Href, Text, Says string
	Level            capacity.Level
	Picked           bool
}

// pickedCell is the hour that is explained.
type pickedCell struct {
	Title string
	Level capacity.Level
	Why   []string
}

// wantView is a kind for which people could be called.
type wantView struct {
	Kind, Name, Hours string
	Booked            bool
	Able, All         int
	Declined          string // the desk's reason against a call, "" for none
	CallForm, NoForm  ui.Form
}

// callView is a call that stands.
type callView struct {
	Row ui.Row
	End ui.Confirm
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
	o, err := h.Flows.HandsIn(ctx, room.ID)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Outlook: o, Base: room.Desk("gaps", ""), Sent: sent, May: h.MayIn(ctx, "service_desk.keep", room.ID)}
	if o.Watching {
		v.choose(ctx, r.URL.Query())
		if err := h.fillDesk(ctx, &v); err != nil {
			return err
		}
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "gaps", i18n.T(ctx, "人手预警")), deskPage(v))
}

// choose picks the kind that is shown: the one that was asked for, else the one that lacks
// hands in most hours, else the first that anybody booked.
func (v *deskView) choose(ctx context.Context, asked url.Values) {
	short, booked := make(map[string]int), make(map[string]bool)
	for i := range v.Cells {
		c := &v.Cells[i]
		booked[c.Kind] = booked[c.Kind] || c.Booked > 0 || c.Expected.Minutes > 0
		if c.Level(&v.Numbers) == capacity.Gap {
			short[c.Kind]++
		}
	}
	v.Kind = asked.Get("kind")
	if v.Outlook.Kind(v.Kind) == nil {
		v.Kind = ""
		for _, k := range v.Kinds {
			if v.Kind == "" || short[k.Key] > short[v.Kind] || short[v.Kind] == 0 && booked[k.Key] && !booked[v.Kind] {
				v.Kind = k.Key
			}
		}
	}
	for _, k := range v.Kinds {
		name := kindName(ctx, k.Name)
		if k.Key == v.Kind {
			v.KindName = name
		}
		if booked[k.Key] || k.Key == v.Kind {
			v.Chips = append(v.Chips, ui.Tab{Key: k.Key, Href: v.Base + "?kind=" + url.QueryEscape(k.Key), Text: name, Count: short[k.Key]})
		}
	}
	v.draw(ctx, asked.Get("hour"))
}

// hourLayout is how an hour stands in an address.
const hourLayout = "2006-01-02T15"

// from and to are the hours of the day that a table always has.
const from, to = 8, 20

// draw makes the tables, a week each.
func (v *deskView) draw(ctx context.Context, picked string) {
	cells := make(map[capacity.Hour]*capacity.Cell)
	first, last := from, to
	for i := range v.Cells {
		if c := &v.Cells[i]; c.Kind == v.Kind {
			cells[c.Hour] = c
			first, last = min(first, c.Hour.Clock()), max(last, c.Hour.Clock()+1)
		}
	}
	for day := v.Outlook.Today; day < v.Outlook.Today+period.Day(v.Numbers.Days); day += 7 {
		t := week{ID: "week-" + day.String()}
		until := min(day+7, v.Outlook.Today+period.Day(v.Numbers.Days))
		for d := day; d < until; d++ {
			t.Days = append(t.Days, dayHead{ui.Weekday(ctx, d.Weekday()), ui.ShortDay(ctx, d)})
		}
		for clock := first; clock < last; clock++ {
			row := hourRow{Name: strconv.Itoa(clock)}
			for d := day; d < until; d++ {
				row.Cells = append(row.Cells, v.cell(ctx, capacity.HourOf(d, clock), cells, picked))
			}
			t.Hours = append(t.Hours, row)
		}
		v.Weeks = append(v.Weeks, t)
	}
}

// cell is one hour of the table, and the one that is explained if it was picked.
func (v *deskView) cell(ctx context.Context, at capacity.Hour, cells map[capacity.Hour]*capacity.Cell, picked string) cellView {
	start := v.Start(at)
	if !start.Add(shortage.Hour).After(v.Outlook.Now) {
		return cellView{}
	}
	c := cells[at]
	if c == nil {
		c = &capacity.Cell{Kind: v.Kind, Hour: at}
	}
	name := start.Format(hourLayout)
	x := cellView{Href: v.Base + "?kind=" + url.QueryEscape(v.Kind) + "&hour=" + name + "#why", Level: c.Level(&v.Numbers), Picked: picked == name}
	switch {
	case c.Booked > 0:
		x.Text = brief(ctx, c.Able, c.Ratio())
	case c.Level(&v.Numbers) == capacity.Likely:
		x.Text = brief(ctx, c.Able, c.Outlook())
	case c.Helpers > 0:
		x.Text = "·"
	}
	x.Says = i18n.T(ctx, "%s：%s，约了 %d 分钟，能帮 %d 分钟", hourName(ctx, start), levelNames[x.Level].In(ctx), c.Booked, c.Able)
	if x.Picked {
		v.Picked = &pickedCell{Title: i18n.T(ctx, "%s，%s", v.KindName, hourName(ctx, start)), Level: x.Level, Why: why(ctx, c, &v.Numbers)}
	}
	return x
}

// fillDesk adds what stands, what could be done and what was done.
func (h *Pages) fillDesk(ctx context.Context, v *deskView) error {
	var standing []*shortage.Warning
	var calls []*shortage.Call
	var no map[string]shortage.Declined
	if err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		if standing, err = h.svc().Standing(ctx, rd, v.ID); err != nil {
			return err
		}
		if calls, err = h.svc().Calls(ctx, rd, v.ID, v.Outlook.Now); err != nil {
			return err
		}
		no, err = h.svc().DeclinedOn(ctx, rd, v.ID, v.Outlook.Today)
		return err
	}); err != nil {
		return err
	}
	for _, w := range standing {
		v.Warnings = append(v.Warnings, v.warningRow(ctx, w))
	}
	called := make(map[string]bool)
	for _, c := range calls {
		called[c.Kind] = true
		v.Calls = append(v.Calls, v.callView(ctx, c))
	}
	for _, w := range v.Outlook.Wants() {
		if called[w.Kind.Key] {
			continue
		}
		able, all, err := h.Flows.Callable(ctx, v.ID, v.Outlook, &w.Kind)
		if err != nil {
			return err
		}
		v.Wants = append(v.Wants, v.wantView(ctx, w, able, all, no[w.Kind.Key]))
	}
	return nil
}

func (v *deskView) warningRow(ctx context.Context, w *shortage.Warning) ui.Row {
	row := ui.Row{Href: v.Base + "/warnings/" + w.ID.String(), Icon: "alert", Title: v.nameOf(ctx, w.Kind), Text: hourName(ctx, v.Local(w.Hour)),
		Notes: []string{i18n.T(ctx, "约了 %d 分钟，邻居能帮 %d，店里能出 %d", w.Last.Booked, w.Last.Able, w.Last.Reserve)}, End: brief(ctx, w.Last.Able, w.Last.Ratio)}
	if w.Orders > 0 {
		row.EndNote = i18n.T(ctx, "店里接了 %d 件", w.Orders)
	}
	return row
}

// nameOf is what a kind is called here; one that is not watched any more has its key.
func (v *deskView) nameOf(ctx context.Context, kind string) string {
	if k := v.Outlook.Kind(kind); k != nil {
		return kindName(ctx, k.Name)
	}
	return kind
}

func (v *deskView) callView(ctx context.Context, c *shortage.Call) callView {
	return callView{
		Row: ui.Row{Icon: "bell", Title: v.nameOf(ctx, c.Kind), Text: cmp.Or(c.Words, i18n.T(ctx, "没有另外写话")),
			Notes: []string{i18n.T(ctx, "%s 发出，通知了 %d 位，到 %s 为止", ui.Moment(ctx, v.Local(c.At)), c.Asked, ui.Moment(ctx, v.Local(c.Until)))}, EndNote: i18n.T(ctx, "缺 %s", minutes(ctx, c.Missing))},
		End: ui.Confirm{ID: "end-" + c.ID.String(), Open: i18n.T(ctx, "结束招募"), Class: "sm", Title: i18n.T(ctx, "不招了？"), Text: i18n.T(ctx, "公开页上不再显示；已经收到通知的人不另外通知。"),
			Action: v.Base + "/calls/" + c.ID.String() + "/end", Do: i18n.T(ctx, "结束招募")},
	}
}

func (v *deskView) wantView(ctx context.Context, w flow.Wanted, able, all int, no shortage.Declined) wantView {
	key := w.Kind.Key
	x := wantView{Kind: key, Name: kindName(ctx, w.Kind.Name), Booked: w.Certain > 0, Able: able, All: all, Declined: no.Words,
		Hours:    i18n.T(ctx, "从 %s 起有 %d 个钟头，缺 %s", hourName(ctx, v.Local(w.Hours[0])), len(w.Hours), minutes(ctx, w.Missing)),
		CallForm: v.Sent.Once("call-"+key, v.Base+"/calls"), NoForm: v.Sent.Ask("no-"+key, v.Base+"/declined")}
	return x
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	kind := r.FormValue("kind")
	_, err = h.Flows.CallHands(ctx, room.ID, actor(ctx), kind, portal.Prose(r, "words"), r.FormValue(ui.TokenName))
	return portal.Done(w, r, err, room.Desk("gaps", "#calls"), "call-"+kind, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func (h *Pages) endCall(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "call")
	if err == nil {
		err = h.Flows.EndCall(ctx, room.ID, actor(ctx), which, "")
	}
	return portal.Done(w, r, err, room.Desk("gaps", ""), "end", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

func (h *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	kind := r.FormValue("kind")
	err = h.Flows.DeclineCall(ctx, room.ID, actor(ctx), kind, portal.Prose(r, "words"))
	return portal.Done(w, r, err, room.Desk("gaps", ""), "no-"+kind, func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
