package activityweb

import (
	"context"
	"net/http"
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
		v.Mine, err = h.rows(ctx, rd, where{at.ID, &at.Standing}, all, func(a *activity.Activity) string { return taughtHref(at.ID, a.ID) })
		return err
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
	v := taughtView{Spot: at, A: a, Words: why(ctx, a.Words(), a.Cause()), Facts: facts(ctx, a, "", at.Rules.CoinsPerHour), Public: openHref(at.Ref, a.ID), Sent: sent, Off: sent.Ask("off", base+"/off")}
	v.Tone, v.Tag = stateTag(ctx, a, at.Now, a.Free(x.seats))
	if a.State() == activity.Proposed {
		v.Withdraw = &ui.Confirm{ID: "withdraw", Open: i18n.T(ctx, "先不开了"), Title: i18n.T(ctx, "收回这门课？"), Text: i18n.T(ctx, "社区就不用看了，以后可以再提。"), Action: base + "/withdraw", Do: i18n.T(ctx, "收回")}
	}
	v.CanOff = a.State() == activity.Open && len(a.Ahead(at.Now)) > 0
	names, err := h.names(ctx, at.ID, x.seats)
	if err != nil {
		return err
	}
	if a.State() == activity.Open || a.State() == activity.Off && len(a.Closing()) > 0 {
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
