package activityweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// teachView is what somebody teaches, and the form of another class.
type teachView struct {
	portal.Spot
	Skills []ui.Option // that she has; empty of who said nothing yet
	Mine   []ui.Row
	Form   ui.Form
	Sent   portal.Sent
	Most   string // what a seat costs at most
}

func (h *Pages) teach(w http.ResponseWriter, r *http.Request) error {
	return h.showTeach(w, r, portal.Sent{})
}

func (h *Pages) showTeach(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	v := teachView{Spot: at, Sent: sent, Form: sent.Once("class", "/me/classes/"+at.ID.String()), Most: ui.Coins(at.Rules.CoinsPerHour)}
	own, err := h.Flows.VolunteerOf(ctx, at.ID, at.Me.ID)
	if err != nil {
		return err
	}
	if own != nil && own.State != volunteer.Stopped {
		for _, s := range own.Skills {
			v.Skills = append(v.Skills, ui.Option{Value: string(s.Skill), Text: volunteer.SkillName(s.Skill).In(ctx)})
		}
	}
	if err := h.view(ctx, at.ID, func(rd db.Reader) error {
		all, err := h.svc().TaughtBy(ctx, rd, at.ID, at.Me.ID)
		if err != nil {
			return err
		}
		for _, a := range all {
			free, err := h.free(ctx, rd, at.ID, a)
			if err != nil {
				return err
			}
			v.Mine = append(v.Mine, row(ctx, taughtHref(at.ID, a.ID), at.Now.Location(), at.Now, a, free, at.Rules.CoinsPerHour))
		}
		return nil
	}); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "教一堂课"))
	s.Back = ui.Link{Href: "/classes", Text: i18n.T(ctx, "课和活动")}
	return h.ShowSent(w, r, sent, s, teachPage(v))
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	to := "/me/classes/" + at.ID.String()
	a, err := typed(r, at.Now.Location())
	if err == nil {
		a.Teacher, a.Skill, a.Pay = at.Me.ID, r.FormValue("skill"), activity.Pay(r.FormValue("pay"))
		t := portal.Type(r)
		if a.Pay == activity.BySeat {
			a.Price = t.Yuan("price")
		}
		err = t.Err
	}
	if err == nil && a.Children {
		a.Second, err = h.second(ctx, at.ID, &a, r.PostFormValue("phone"), r.PostFormValue("second"))
	}
	if err == nil {
		var made *activity.Activity
		if made, err = h.Flows.ProposeClass(ctx, at.ID, actor(ctx), a, r.FormValue(ui.TokenName)); err == nil && made != nil {
			to = taughtHref(at.ID, made.ID)
		}
	}
	return portal.Done(w, r, err, to, "class", func(s portal.Sent) error { return h.showTeach(w, r, s) })
}

// second is the other adult, found by her number and name, for who may teach: nobody else
// learns here who lives in a community.
func (h *Pages) second(ctx context.Context, place id.ID, a *activity.Activity, phone, name string) (who id.ID, err error) {
	if err := h.Flows.MayTeach(ctx, place, a.Teacher, a.Skill); err != nil {
		return who, err
	}
	if phone == "" || name == "" {
		return who, activity.ErrNoSecond.On("second")
	}
	return h.Flows.Neighbour(ctx, place, phone, name)
}

// typed reads what somebody said of a class or an activity.
func typed(r *http.Request, zone *time.Location) (a activity.Activity, err error) {
	t := portal.Type(r)
	a = activity.Activity{Title: t.Line("title"), About: portal.Prose(r, "about"), Audience: t.Line("audience"), Place: t.Line("place"), Language: t.Line("language"),
		Minutes: t.Number("minutes"), Least: t.Number("least"), Most: t.Number("most"), StepFree: t.Ticked("stepfree"), Children: t.Ticked("children")}
	weeks := max(1, t.Number("weeks"))
	if t.Err != nil {
		return a, t.Err
	}
	first, err := portal.MomentIn(r, "day", "from", zone)
	if err != nil {
		return a, err
	}
	if a.Minutes > activity.MinutesMost {
		return a, activity.ErrBadMinutes.On("minutes").With("most", activity.MinutesMost)
	}
	a.Sessions = activity.Dates(first, min(weeks, activity.SessionsMost+1), a.Minutes)
	return a, nil
}

// dateView is one date for who teaches it, or for the desk.
type dateView struct {
	activity.Session
	When    string
	Tone    ui.Tone
	Tag     string
	Words   string
	Door    string // the page for the door
	Sheet   string // the list for paper
	Came    ui.Form
	CanMark bool
	Names   []ui.Option
	There   []string
	Settle  *ui.Confirm
	Off     ui.Form
	CanOff  bool
	Excused int
	Number  int // who came
}

// taughtView is an activity for who teaches it.
type taughtView struct {
	portal.Spot
	A        *activity.Activity
	Tag      string
	Tone     ui.Tone
	Words    string
	Facts    []ui.Fact
	Dates    []dateView
	Seats    []ui.Row
	Thanks   []ui.Row
	Public   string
	Withdraw *ui.Confirm
	Off      ui.Form
	CanOff   bool
	Sent     portal.Sent
}

func (h *Pages) taught(w http.ResponseWriter, r *http.Request) error {
	return h.showTaught(w, r, portal.Sent{})
}

// taughtIn is the viewer's own class in an address.
func (h *Pages) taughtIn(r *http.Request) (at portal.Spot, a *activity.Activity, err error) {
	if at, err = h.SpotIn(r); err != nil {
		return at, nil, err
	}
	if a, err = h.activityIn(r, at.ID); err == nil && (a.Kind != activity.Class || a.Teacher != at.Me.ID) {
		err = activity.ErrNotFound
	}
	return at, a, err
}

func (h *Pages) showTaught(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, a, err := h.taughtIn(r)
	if err != nil {
		return err
	}
	x, err := h.readHers(ctx, at.ID, a, id.ID{})
	if err != nil {
		return err
	}
	base := taughtHref(at.ID, a.ID)
	v := taughtView{Spot: at, A: a, Words: endWords(a.Words()), Facts: facts(ctx, a, "", at.Rules.CoinsPerHour), Public: openHref(at.Ref, a.ID), Sent: sent, Off: sent.Ask("off", base+"/off")}
	v.Tone, v.Tag = stateTag(ctx, a, at.Now, a.Free(x.seats))
	if a.State() == activity.Proposed {
		v.Withdraw = &ui.Confirm{ID: "withdraw", Open: i18n.T(ctx, "先不开了"), Title: i18n.T(ctx, "收回这门课？"), Text: i18n.T(ctx, "社区就不用看了，以后可以再提。"), Action: base + "/withdraw", Do: i18n.T(ctx, "收回")}
	}
	v.CanOff = a.State() == activity.Open && len(a.Ahead(at.Now)) > 0
	names, err := h.names(ctx, at.ID, x.seats)
	if err != nil {
		return err
	}
	if a.State() == activity.Open {
		v.Dates = dateViews(ctx, at.Now, a, &x, names, base, sent, time.Duration(at.Rules.CheckInEarly)*time.Minute)
	}
	v.Seats = seatRows(ctx, at.Now.Location(), x.seats, names)
	if err := h.view(ctx, at.ID, func(rd db.Reader) error {
		words, err := h.svc().Thanks(ctx, rd, at.ID, a.ID)
		for _, t := range words {
			v.Thanks = append(v.Thanks, ui.Row{Icon: "heart", Title: t.Words, Text: ui.Moment(ctx, t.At.In(at.Now.Location()))})
		}
		return err
	}); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", a.Title)
	s.Back = ui.Link{Href: "/me/classes/" + at.ID.String(), Text: i18n.T(ctx, "我教的")}
	return h.ShowSent(w, r, sent, s, taughtPage(v))
}

// names are how those who signed up are called.
func (h *Pages) names(ctx context.Context, place id.ID, seats []*activity.Seat) (map[id.ID]string, error) {
	names := make(map[id.ID]string)
	for _, x := range seats {
		if _, known := names[x.Member]; known {
			continue
		}
		name, err := h.MemberCalled(ctx, place, x.Member)
		if err != nil {
			return nil, err
		}
		if name == "" {
			name = i18n.T(ctx, "一位邻居")
		}
		names[x.Member] = name
	}
	return names, nil
}

func seatRows(ctx context.Context, zone *time.Location, seats []*activity.Seat, names map[id.ID]string) (rows []ui.Row) {
	for _, x := range seats {
		one := ui.Row{Title: names[x.Member], Text: i18n.T(ctx, "%s 报的", ui.Moment(ctx, x.At.In(zone)))}
		if x.People > 1 {
			one.EndNote = i18n.T(ctx, "一共 %d 位", x.People)
		}
		one.Tone, one.Tag = seatTag(ctx, x.State)
		rows = append(rows, one)
	}
	return rows
}

// dateViews are the dates with what can be done with each.
func dateViews(ctx context.Context, now time.Time, a *activity.Activity, x *hers, names map[id.ID]string, base string, sent portal.Sent, early time.Duration) (all []dateView) {
	for _, s := range a.Sessions {
		key := s.ID.String()
		to := base + "/sessions/" + key
		d := dateView{Session: s, When: span(ctx, now.Location(), &s), Door: to + "/door", Sheet: to + "/sheet", Came: sent.Ask("came-"+key, to+"/came"), Off: sent.Ask("off-"+key, to+"/off")}
		if s.End != nil {
			d.Tone, d.Tag = endTag(ctx, &s)
			d.Words = endWords(s.End.Words)
		}
		for _, seat := range x.seats {
			if x.cameOn(s.ID, seat.ID) {
				d.Number += seat.People
				d.There = append(d.There, seat.ID.String())
			}
			if !x.excused[[2]id.ID{s.ID, seat.ID}].IsZero() {
				d.Excused++
			}
			if seat.State == activity.Seated && !seat.Since.After(s.Begins) {
				d.Names = append(d.Names, ui.Option{Value: seat.ID.String(), Text: called(ctx, names[seat.Member], seat.People)})
			}
		}
		if s.End == nil {
			d.CanOff = true
			d.CanMark = !now.Before(s.Begins.Add(-early)) && len(d.Names) > 0
			if !now.Before(s.Begins) && d.Number > 0 {
				d.Settle = &ui.Confirm{ID: "held-" + key, Open: i18n.T(ctx, "办完了，结清"), Class: "call", Title: i18n.T(ctx, "这一次结清？"), Text: settleText(ctx, a, d.Number), Action: to + "/held", Do: i18n.T(ctx, "结清")}
			}
		}
		all = append(all, d)
	}
	return all
}

func called(ctx context.Context, name string, people int) string {
	if people > 1 {
		return i18n.T(ctx, "%s，一共 %d 位", name, people)
	}
	return name
}

func settleText(ctx context.Context, a *activity.Activity, came int) string {
	switch a.Pay {
	case activity.BySeat:
		return i18n.T(ctx, "来了 %s 位，按这个付给老师；没来又没请假的，补给老师一部分。结清以后不能再改。", strconv.Itoa(came))
	case activity.ByPool:
		return i18n.T(ctx, "来了 %s 位，由权益池付给老师。结清以后不能再改。", strconv.Itoa(came))
	}
	return i18n.T(ctx, "来了 %s 位。结清以后不能再改。", strconv.Itoa(came))
}

// actTaught does something with the viewer's own class.
func (h *Pages) actTaught(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at *portal.Spot, a *activity.Activity, session id.ID) error) error {
	at, a, err := h.taughtIn(r)
	if err != nil {
		return err
	}
	var session id.ID
	if r.PathValue("session") != "" {
		if session, err = portal.IDIn(r, "session"); err != nil {
			return err
		}
		form += "-" + session.String()
	}
	return portal.Done(w, r, do(r.Context(), &at, a, session), taughtHref(at.ID, a.ID), form, func(s portal.Sent) error { return h.showTaught(w, r, s) })
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return h.actTaught(w, r, "withdraw", func(ctx context.Context, at *portal.Spot, a *activity.Activity, _ id.ID) error {
		return h.Flows.WithdrawClass(ctx, at.ID, actor(ctx), at.Me.ID, a.ID)
	})
}

func (h *Pages) off(w http.ResponseWriter, r *http.Request) error {
	return h.actTaught(w, r, "off", func(ctx context.Context, at *portal.Spot, a *activity.Activity, _ id.ID) error {
		return h.Flows.CallOffActivity(ctx, at.ID, actor(ctx), &at.Me.ID, a.ID, portal.Prose(r, "words"))
	})
}

func (h *Pages) came(w http.ResponseWriter, r *http.Request) error {
	return h.actTaught(w, r, "came", func(ctx context.Context, at *portal.Spot, a *activity.Activity, session id.ID) error {
		return h.Flows.MarkCame(ctx, at.ID, actor(ctx), &at.Me.ID, a.ID, session, portal.Type(r).IDs("there"), portal.Type(r).IDs("shown"))
	})
}

func (h *Pages) held(w http.ResponseWriter, r *http.Request) error {
	return h.actTaught(w, r, "held", func(ctx context.Context, at *portal.Spot, a *activity.Activity, session id.ID) error {
		return h.Flows.HoldClass(ctx, at.ID, actor(ctx), &at.Me.ID, a.ID, session)
	})
}

func (h *Pages) sessionOff(w http.ResponseWriter, r *http.Request) error {
	return h.actTaught(w, r, "off", func(ctx context.Context, at *portal.Spot, a *activity.Activity, session id.ID) error {
		return h.Flows.CallOffDate(ctx, at.ID, actor(ctx), &at.Me.ID, a.ID, session, portal.Prose(r, "words"))
	})
}

// doorView is the sheet that hangs at the door: digits and code of one date.
type doorView struct {
	A           *activity.Activity
	S           *activity.Session
	When, Link  string
	Place, Back string
}

// door is the sheet for the teacher.
func (h *Pages) door(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, a, err := h.taughtIn(r)
	if err != nil {
		return err
	}
	v, err := h.doorOf(r, at.ID, a, at.Now.Location())
	if err != nil {
		return err
	}
	v.Place = portal.PlaceName(at.Place)
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "门口的码"))
	s.Back = ui.Link{Href: taughtHref(at.ID, a.ID), Text: a.Title}
	return h.Show(w, r, s, doorPage(v))
}

func (h *Pages) doorOf(r *http.Request, place id.ID, a *activity.Activity, zone *time.Location) (v doorView, err error) {
	session, err := portal.IDIn(r, "session")
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(a.Sessions, func(s activity.Session) bool { return s.ID == session })
	if i < 0 {
		return v, activity.ErrNoSession
	}
	v.A, v.S = a, &a.Sessions[i]
	v.When = span(r.Context(), zone, v.S)
	v.Link = h.Base(r.Context()) + href(place, a.ID) + "?code=" + v.S.Code
	return v, nil
}
