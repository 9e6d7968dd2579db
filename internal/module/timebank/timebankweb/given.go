package timebankweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// givenListView are a helper's promises, today's first, and what she gave.
type givenListView struct {
	Today, Later, Past []ui.Row
	Minutes            string
	Times              int
	sum                int // minutes
	Thanks             []ui.Row
	Sheet              string
}

func (h *Pages) givenList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	v := givenListView{Sheet: "/help/given/sheet"}
	if known {
		if err := h.view(ctx, at.ID, func(rd db.Reader) error { return h.fillGivenList(ctx, rd, &at, &v) }); err != nil {
			return err
		}
		all, err := h.visits(ctx, &at)
		if err != nil {
			return err
		}
		for i := range all {
			if err := h.view(ctx, all[i].ID, func(rd db.Reader) error { return h.fillGivenList(ctx, rd, &all[i], &v) }); err != nil {
				return err
			}
		}
		v.Minutes = lasts(ctx, v.sum)
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "我帮的忙"))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.Show(w, r, s, givenListPage(v))
}

// givenYears is how far back the list of what somebody gave goes.
const givenYears = 2

func (h *Pages) fillGivenList(ctx context.Context, rd db.Reader, at *spot, v *givenListView) error {
	all, err := h.svc().AssignmentsOf(ctx, rd, at.ID, at.Me.ID, at.Now.AddDate(-givenYears, 0, 0))
	if err != nil {
		return err
	}
	requests, err := h.svc().ByIDs(ctx, rd, at.ID, promisedIn(all))
	if err != nil {
		return err
	}
	tomorrow := (at.Today + 1).Start(at.Now.Location())
	for _, a := range all {
		q := requests[a.Request]
		if q == nil {
			continue
		}
		row := givenRow(ctx, at, q, a)
		switch state := a.State(); {
		case state == timebank.Promised && !q.From.Before(tomorrow):
			v.Later = append(v.Later, row)
		case state == timebank.Promised || state == timebank.Begun:
			v.Today = append(v.Today, row)
		default:
			row.Title = kindName(ctx, q.Name)
			if state.Served() {
				v.sum += a.Minutes()
				v.Times++
				row.EndNote = lasts(ctx, max(a.Minutes(), 1))
			}
			if len(v.Past) < listed {
				v.Past = append(v.Past, row)
			}
		}
	}
	thanks, err := h.svc().ThanksTo(ctx, rd, at.ID, at.Me.ID, 10)
	for _, t := range thanks {
		v.Thanks = append(v.Thanks, ui.Row{Icon: "heart", Title: t.Words, Text: ui.Ago(ctx, at.Now.Sub(t.At))})
	}
	return err
}

// givenView is one promise for the helper.
type givenView struct {
	spot
	Q       *timebank.Request
	A       *timebank.Assignment
	Base    string
	When    string
	State   string
	Tone    ui.Tone
	Asker   string
	Door    timebank.Door
	Where   string
	Lines   []ui.Line
	Events  []ui.Event
	Sent    portal.Sent
	Proofs  []string
	Reasons []string
	Thanked string
	CanIn   bool
	InFrom  string
	Steady  bool // it is on the way or being done
}

func (h *Pages) given(w http.ResponseWriter, r *http.Request) error {
	return h.showGiven(w, r, portal.Sent{})
}

// givenIn is the viewer's promise in an address.
func (h *Pages) givenIn(r *http.Request) (at spot, q *timebank.Request, a *timebank.Assignment, err error) {
	if at, err = h.here(r); err != nil {
		return at, nil, nil, err
	}
	which, err := idIn(r, "assignment")
	if err != nil {
		return at, nil, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		if a, err = h.svc().AssignmentByID(r.Context(), rd, at.ID, which); err != nil {
			return err
		}
		q, err = h.svc().ByID(r.Context(), rd, at.ID, a.Request)
		return err
	})
	if err == nil && a.Helper != at.Me.ID {
		err = timebank.ErrNotFound
	}
	return at, q, a, err
}

func (h *Pages) showGiven(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, q, a, err := h.givenIn(r)
	if err != nil {
		return err
	}
	v := givenView{spot: at, Q: q, A: a, Base: givenHref(at.ID, a.ID), When: span(ctx, at.Now, q), Sent: sent, State: stateNames[a.State()].name.In(ctx), Tone: stateNames[a.State()].tone}
	if err := h.fillGiven(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, q.Name))
	s.Back = ui.Link{Href: "/help/given", Text: i18n.T(ctx, "我帮的忙")}
	return h.ShowSent(w, r, sent, s, givenPage(v))
}

func (h *Pages) fillGiven(ctx context.Context, v *givenView) (err error) {
	q, a, zone := v.Q, v.A, v.Now.Location()
	v.Steady = a.State() == timebank.Promised || a.State() == timebank.Begun
	early := q.From.Add(-time.Duration(v.Rules.CheckInEarly) * time.Minute)
	v.CanIn, v.InFrom = a.State() == timebank.Promised && !v.Now.Before(early), ui.Clock(ctx, early.In(zone))
	v.Lines = []ui.Line{{Text: i18n.T(ctx, "您会得到"), Note: earnedFrom(ctx, q), Num: earns(ctx, q, v.Rules.CoinsPerHour)}}
	if v.Where, err = h.around(ctx, q); err != nil {
		return err
	}
	v.Asker = i18n.T(ctx, "一位邻居")
	if v.Steady || a.State() == timebank.Finished {
		if v.Asker, err = h.called(ctx, v.ID, q.Asker); err != nil {
			return err
		}
	}
	v.Events = []ui.Event{{When: ui.Moment(ctx, a.At.In(zone)), Title: i18n.T(ctx, "您答应了"), Text: howNames[a.How].In(ctx), State: ui.Done}}
	for _, s := range a.Steps {
		text := s.Words
		if s.State == timebank.Begun && s.Near >= 0 {
			text = i18n.T(ctx, "离门口 %s", ui.Distance(ctx, s.Near))
		}
		v.Events = append(v.Events, ui.Event{When: ui.Clock(ctx, s.At.In(zone)), Title: stateNames[s.State].name.In(ctx), Text: text, State: ui.Done})
	}
	return h.view(ctx, v.ID, func(rd db.Reader) error {
		if v.Steady {
			if v.Door, err = h.svc().DoorOf(ctx, rd, v.ID, q.ID); err != nil {
				return err
			}
		}
		if !a.Offer.IsZero() {
			o, err := h.svc().OfferByID(ctx, rd, v.ID, a.Offer)
			if err != nil {
				return err
			}
			v.Reasons = reasons(ctx, o.Reasons)
		}
		files, err := h.svc().Proofs(ctx, rd, v.ID, a.ID)
		for _, f := range files {
			v.Proofs = append(v.Proofs, v.Base+"/proof/"+f.String())
		}
		if err != nil {
			return err
		}
		v.Thanked, err = h.svc().Thanked(ctx, rd, v.ID, a.ID)
		return err
	})
}

// givenStep does something with the viewer's promise.
func (h *Pages) givenStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at *spot, a *timebank.Assignment) error) error {
	at, _, a, err := h.givenIn(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), &at, a)
	return portal.Done(w, r, err, givenHref(at.ID, a.ID), form, func(s portal.Sent) error { return h.showGiven(w, r, s) })
}

func (h *Pages) begin(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "begin", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		in := flow.CheckIn{Code: strings.TrimSpace(r.FormValue("code"))}
		if where := r.FormValue("where"); where != "" && in.Code == "" {
			p, err := geo.ParsePoint(where)
			if err != nil {
				return err
			}
			in.At = &p
		}
		return h.Flows.BeginHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, in)
	})
}

func (h *Pages) prove(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "prove", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		picture, err := portal.PictureIn(r, "picture")
		if err != nil {
			return err
		}
		if picture == nil {
			return timebank.ErrNeedsProof.On("picture")
		}
		return h.Flows.ProveHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, picture)
	})
}

func (h *Pages) finish(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "finish", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		return h.Flows.FinishHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, portal.Prose(r, "words"))
	})
}

func (h *Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "back", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		return h.Flows.GiveBackHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, portal.Prose(r, "words"))
	})
}

func (h *Pages) remarkGiven(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "remark", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		return h.Flows.RemarkHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, portal.Prose(r, "remark"))
	})
}

func (h *Pages) incidentGiven(w http.ResponseWriter, r *http.Request) error {
	return h.givenStep(w, r, "incident", func(ctx context.Context, at *spot, a *timebank.Assignment) error {
		return h.Flows.ReportHelp(ctx, at.ID, actor(ctx), at.Me.ID, a.ID, timebank.Accident(r.FormValue("accident")), portal.Prose(r, "incident"))
	})
}

func (h *Pages) proofGiven(w http.ResponseWriter, r *http.Request) error {
	at, _, a, err := h.givenIn(r)
	if err != nil {
		return err
	}
	return h.sendProof(w, r, at.ID, func(x *timebank.Assignment) bool { return x.ID == a.ID })
}
