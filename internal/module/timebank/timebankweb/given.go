package timebankweb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// offerView is a request that somebody is asked to help with, or finds open (Offer nil).
type offerView struct {
	spot
	Q       *timebank.Request
	Offer   *timebank.Offer
	Base    string
	When    string
	Where   string // building and way, never the door
	Reasons []string
	Lines   []ui.Line
	Until   string
	Stands  bool
	Left    time.Duration
	Of      time.Duration
	Sent    portal.Sent
	Taken   string // where she reads of it, if it is hers
}

func (h *Pages) offer(w http.ResponseWriter, r *http.Request) error {
	return h.showOffer(w, r, portal.Sent{})
}

// offerIn is the offer in an address, made to the viewer.
func (h *Pages) offerIn(r *http.Request) (at spot, o *timebank.Offer, q *timebank.Request, err error) {
	if at, err = h.here(r); err != nil {
		return at, nil, nil, err
	}
	which, err := idIn(r, "offer")
	if err != nil {
		return at, nil, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		if o, err = h.svc().OfferByID(r.Context(), rd, at.ID, which); err != nil {
			return err
		}
		q, err = h.svc().ByID(r.Context(), rd, at.ID, o.Request)
		return err
	})
	if err == nil && o.Helper != at.Me.ID {
		err = timebank.ErrNotFound
	}
	return at, o, q, err
}

func (h *Pages) showOffer(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, o, q, err := h.offerIn(r)
	if err != nil {
		return err
	}
	v := offerView{spot: at, Q: q, Offer: o, Base: "/help/offers/" + at.ID.String() + "/" + o.ID.String(), Sent: sent, Stands: o.Stands(at.Now) && q.End == nil,
		Reasons: reasons(ctx, o.Reasons), Until: ui.Clock(ctx, o.Until.In(at.Now.Location())), Left: o.Until.Sub(at.Now), Of: o.Until.Sub(o.At)}
	if err := h.fillOffer(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "想请您帮忙"))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, offerPage(v))
}

// fillOffer fills what a neighbour reads before she answers: what, when, about where,
// what it brings. Door and number come with the promise.
func (h *Pages) fillOffer(ctx context.Context, v *offerView) (err error) {
	v.When = span(ctx, v.Now, v.Q)
	v.Lines = []ui.Line{{Text: i18n.T(ctx, "您会得到"), Note: payNames[v.Q.Pay].In(ctx), Num: earns(ctx, v.Q, v.Rules.CoinsPerHour)}}
	if v.Where, err = h.around(ctx, v.Q); err != nil {
		return err
	}
	return h.view(ctx, v.ID, func(rd db.Reader) error {
		all, err := h.svc().AssignmentsFor(ctx, rd, v.ID, v.Q.ID)
		for _, a := range all {
			if a.Helper == v.Me.ID && !a.State().Freed() {
				v.Taken = givenHref(v.ID, a.ID)
			}
		}
		if len(timebank.Free(v.Q, all)) == 0 {
			v.Stands = false
		}
		return err
	})
}

// around names the building of a request, else its grid: as near as somebody may know
// who has promised nothing.
func (h *Pages) around(ctx context.Context, q *timebank.Request) (string, error) {
	for _, place := range []id.ID{q.Building, q.Grid} {
		if place.IsZero() {
			continue
		}
		p, err := h.Flows.Communities.ByID(ctx, h.Flows.DB, place)
		if err != nil {
			return "", err
		}
		return portal.PlaceName(p), nil
	}
	return i18n.T(ctx, "在本社区"), nil
}

func (h *Pages) acceptOffer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, o, _, err := h.offerIn(r)
	if err != nil {
		return err
	}
	to := "/help"
	a, err := h.Flows.AcceptOffer(ctx, at.ID, actor(ctx), at.Me.ID, o.ID)
	if err == nil {
		to = givenHref(at.ID, a.ID)
	}
	return portal.Done(w, r, err, to, "accept", func(s portal.Sent) error { return h.showOffer(w, r, s) })
}

func (h *Pages) declineOffer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, o, _, err := h.offerIn(r)
	if err != nil {
		return err
	}
	err = h.Flows.DeclineOffer(ctx, at.ID, actor(ctx), at.Me.ID, o.ID, portal.Prose(r, "words"))
	return portal.Done(w, r, err, "/help", "decline", func(s portal.Sent) error { return h.showOffer(w, r, s) })
}

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	return h.showOpen(w, r, portal.Sent{})
}

func (h *Pages) showOpen(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.here(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "request")
	if err != nil {
		return err
	}
	own, err := h.Flows.VolunteerOf(ctx, at.ID, at.Me.ID)
	if err != nil {
		return err
	}
	if own == nil {
		return timebank.ErrNotFound // what others need is no reading for who cannot help
	}
	v := offerView{spot: at, Base: openHref(at.ID, which), Sent: sent, Stands: true}
	if err := h.view(ctx, at.ID, func(rd db.Reader) error {
		v.Q, err = h.svc().ByID(ctx, rd, at.ID, which)
		return err
	}); err != nil {
		return err
	}
	v.Stands = v.Q.End == nil && v.Q.Until.After(at.Now) && v.Q.Asker != at.Me.ID
	if err := h.fillOffer(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, v.Q.Name))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, offerPage(v))
}

func (h *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := h.here(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "request")
	if err != nil {
		return err
	}
	to := "/help"
	a, err := h.Flows.TakeHelp(ctx, at.ID, actor(ctx), at.Me.ID, which)
	if err == nil {
		to = givenHref(at.ID, a.ID)
	}
	return portal.Done(w, r, err, to, "take", func(s portal.Sent) error { return h.showOpen(w, r, s) })
}

// givenListView are a helper's promises, today's first, and what she gave.
type givenListView struct {
	Today, Later, Past []ui.Row
	Minutes            string
	Times              int
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
	tomorrow, sum := (at.Today + 1).Start(at.Now.Location()), 0
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
				sum += a.Minutes()
				v.Times++
				row.EndNote = lasts(ctx, max(a.Minutes(), 1))
			}
			if len(v.Past) < listed {
				v.Past = append(v.Past, row)
			}
		}
	}
	v.Minutes = lasts(ctx, sum)
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
	Coins   money.Amount
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
	v.Lines = []ui.Line{{Text: i18n.T(ctx, "您会得到"), Note: payNames[q.Pay].In(ctx), Num: earns(ctx, q, v.Rules.CoinsPerHour)}}
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

// sheetView is what a helper, or the desk, prints for who goes without a phone.
type sheetView struct {
	Place, Day string
	Tasks      []sheetTask
}

// sheetTask is one line of it.
type sheetTask struct {
	When, What, Standard, Helper, Door, Contact, Words, Minutes string
}

func (h *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	var v sheetView
	if known {
		v.Place, v.Day = portal.PlaceName(at.Place), ui.FullDay(ctx, at.Today)
		if err := h.view(ctx, at.ID, func(rd db.Reader) error {
			all, err := h.svc().RunningOf(ctx, rd, at.ID, at.Me.ID)
			if err != nil {
				return err
			}
			v.Tasks, err = h.sheetTasks(ctx, rd, &at, all)
			return err
		}); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "今天的单子"))
	s.Back = ui.Link{Href: "/help/given", Text: i18n.T(ctx, "我帮的忙")}
	return h.Show(w, r, s, sheetPage(v))
}

// sheetTasks are the promises of today, with their doors: paper for who serves.
func (h *Pages) sheetTasks(ctx context.Context, rd db.Reader, at *spot, all []*timebank.Assignment) (tasks []sheetTask, err error) {
	requests, err := h.svc().ByIDs(ctx, rd, at.ID, promisedIn(all))
	if err != nil {
		return nil, err
	}
	until := (at.Today + 1).Start(at.Now.Location())
	for _, a := range all {
		q := requests[a.Request]
		if q == nil || !q.From.Before(until) || a.State() != timebank.Promised && a.State() != timebank.Begun {
			continue
		}
		d, err := h.svc().DoorOf(ctx, rd, at.ID, q.ID)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, sheetTask{When: ui.Clock(ctx, q.From.In(at.Now.Location())), What: kindName(ctx, q.Name), Standard: kindName(ctx, q.Standard), Door: d.Door,
			Contact: strings.TrimSpace(d.Contact + " " + d.Phone), Words: q.Words, Minutes: strconv.Itoa(q.Minutes)})
	}
	return tasks, nil
}
