package assistweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/household"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// requestView is one request for help, for the worker.
type requestView struct {
	*assist.Request
	Name     string
	Door     household.Household
	Now      time.Time
	Events   []ui.Event
	Mine     bool // the viewer took it
	Consents []consentView
	Form     ui.Form
	Words    string
}

func (h *Pages) request(w http.ResponseWriter, r *http.Request) error {
	return h.showRequest(w, r, http.StatusOK, nil)
}

func (h *Pages) showRequest(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("request"))
	if err != nil {
		return assist.ErrNoRequest
	}
	me := authz.Of(ctx).Person
	v := requestView{Now: h.Flows.DB.Clock().Now(), Words: r.FormValue("words"), Form: ui.Form{Action: "/field/help/" + at.String() + "/steps", Wrong: wrong}}
	err = h.view(ctx, func(rd db.Reader) error {
		if v.Request, err = h.Flows.Helpers.RequestByID(ctx, rd, at); err != nil {
			return err
		}
		if v.Door, err = h.Flows.Households.ByID(ctx, rd, v.Household); err != nil {
			return err
		}
		serves, err := h.Flows.Serves(ctx, rd, me, v.Door, v.Now)
		if err != nil {
			return err
		}
		if !serves {
			return assist.ErrNoRequest
		}
		v.Events, err = h.events(ctx, rd, v.Request)
		if err != nil {
			return err
		}
		names, err := h.Names(ctx, rd, v.Subject)
		v.Name = names[v.Subject]
		return err
	})
	if err != nil {
		return err
	}
	v.Mine = v.Taker() == me
	if v.Consents, err = h.consentsOf(ctx, me, func(c *assist.Consent) bool { return c.Subject == v.Subject }); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.FieldFrame, "today", v.Name)
	s.Back = ui.Link{Href: "/field", Text: i18n.T(ctx, "今天")}
	return h.ShowAs(w, r, status, httpkit.Never, s, requestPage(v))
}

// events are the steps of a request.
func (h *Pages) events(ctx context.Context, rd db.Reader, q *assist.Request) (events []ui.Event, err error) {
	who := []id.ID{q.Subject}
	for _, s := range q.Steps {
		who = append(who, s.By)
	}
	names, err := h.Names(ctx, rd, who...)
	events = append(events, ui.Event{When: ui.Moment(ctx, portal.Local(q.Asked)), Title: i18n.T(ctx, "%s提出", names[q.Subject]), Text: q.Wish, State: ui.Done})
	for _, s := range q.Steps {
		events = append(events, ui.Event{When: ui.Moment(ctx, portal.Local(s.At)), Title: i18n.T(ctx, "%s：%s", names[s.By], assist.StepName(s.Step).In(ctx)), Text: s.Words, State: ui.Done})
	}
	switch q.State() {
	case assist.Open:
		events = append(events, ui.Event{Title: i18n.T(ctx, "等网格员接"), Text: i18n.T(ctx, "最晚 %s 回话", ui.Moment(ctx, portal.Local(q.Due))), State: ui.Now})
	case assist.Taken:
		events = append(events, ui.Event{Title: i18n.T(ctx, "正在办"), State: ui.Now})
	}
	return events, err
}

// answer takes a request a step further.
func (h *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("request"))
	if err != nil {
		return assist.ErrNoRequest
	}
	step := assist.Step(r.FormValue("step"))
	if step == assist.Withdrawn { // only its subject does, on her own page
		return assist.ErrNoRequest
	}
	_, err = h.Flows.AnswerHelp(ctx, authz.Of(ctx).Actor(), at, step, r.FormValue("words"))
	if err == nil {
		to := "/field/help/" + at.String()
		if step != assist.Taken {
			to = "/field"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showRequest(w, r, status, wrong)
}

// helpView is a person's own requests, and the form for a new one.
type helpView struct {
	Page, Wish string
	Form       ui.Form
	Workers    []string
	Known      bool // her household is known
	All        []mineView
}

// mineView is one request for who asked.
type mineView struct {
	*assist.Request
	Events []ui.Event
}

func (h *Pages) help(w http.ResponseWriter, r *http.Request) error {
	return h.showHelp(w, r, http.StatusOK, nil)
}

func (h *Pages) showHelp(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	v := helpView{Page: r.FormValue("page"), Wish: r.FormValue("wish"), Form: ui.Form{Action: HelpPath, Wrong: wrong, Queue: i18n.T(ctx, "请网格员帮我办")}}
	if v.Page == "" {
		v.Page = "/home"
	}
	subject := authz.Of(ctx).Acting()
	err := h.view(ctx, func(rd db.Reader) error {
		at, found, err := h.Flows.Households.HomeOf(ctx, rd, subject)
		if err != nil {
			return err
		}
		if v.Known = found; found {
			workers, err := h.Flows.WorkersOf(ctx, rd, at, h.Flows.DB.Clock().Now())
			if err != nil {
				return err
			}
			names, err := h.Names(ctx, rd, workers...)
			if err != nil {
				return err
			}
			for _, worker := range workers {
				v.Workers = append(v.Workers, names[worker])
			}
		}
		all, err := h.Flows.Helpers.RequestsOf(ctx, rd, subject)
		for _, q := range all {
			m := mineView{Request: q}
			if m.Events, err = h.events(ctx, rd, q); err != nil {
				return err
			}
			v.All = append(v.All, m)
		}
		return err
	})
	if err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "请网格员帮我办"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	return h.ShowAs(w, r, status, httpkit.Never, s, helpPage(v))
}

func (h *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := authz.Of(ctx)
	_, err := h.Flows.AskForHelp(ctx, v.Actor(), flow.HelpWanted{Subject: v.Acting(), Page: r.FormValue("page"), Wish: r.FormValue("wish"), Token: r.FormValue(ui.TokenName)})
	if err == nil {
		http.Redirect(w, r, HelpPath, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	return h.showHelp(w, r, status, wrong)
}

// withdraw takes a request back, for herself or for whom she helps.
func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.PathValue("request"))
	if err != nil {
		return assist.ErrNoRequest
	}
	actor := authz.Of(ctx).Actor()
	actor.ID = authz.Of(ctx).Acting()
	if _, err := h.Flows.AnswerHelp(ctx, actor, at, assist.Withdrawn, ""); err != nil {
		return err
	}
	http.Redirect(w, r, HelpPath, http.StatusSeeOther)
	return nil
}

// dayOf is the civil day of an instant where people live.
func dayOf(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, period.DayOf(at, portal.Zone))
}

// settled reports whether some request came to an end.
func settled(v helpView) bool {
	return slices.ContainsFunc(v.All, func(q mineView) bool { return q.Settled() })
}
