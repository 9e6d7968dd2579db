package timebankweb

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// boardView is the live board of a community: what waits for somebody, with its clock,
// what is going on, what wants a decision.
type boardView struct {
	place
	Queue     []ui.Matter
	Going     []ui.Row
	Judging   []ui.Row // finished, disputed
	Incidents []incidentRow
	Stats     []ui.Stat
	Style     string
	Marks     string
	Sent      portal.Sent
	Stream    string
}

// place is a community for the desk.
type place struct {
	spot
	Base string
	Open string // the figures for everybody
}

// incidentRow is an open incident with the form that ends it.
type incidentRow struct {
	Kind, Words, When, About string
	Form                     ui.Form
	Href                     string
}

// placeIn is the community in an address, for who works there.
func (h *Pages) placeIn(r *http.Request) (p place, err error) {
	if p.Place, err = h.CommunityIn(r); err != nil {
		return p, err
	}
	p.Base, p.Open = "/desk/help/"+r.PathValue("community"), "/c/"+r.PathValue("community")+"/help"
	p.Standing, err = h.Flows.StandingIn(r.Context(), p.ID)
	return p, err
}

func (p *place) request(request id.ID) string { return p.Base + "/requests/" + request.String() }

func (h *Pages) board(w http.ResponseWriter, r *http.Request) error {
	return h.showBoard(w, r, portal.Sent{})
}

func (h *Pages) showBoard(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	v := boardView{place: p, Sent: sent, Marks: p.Base + "/marks", Style: h.Style(ctx, p.Ref), Stream: p.Base + "/stream"}
	if err := h.fillBoard(ctx, &v); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "help", i18n.T(ctx, "互助派单台")), boardPage(v))
}

// desk is everything that is open in a community.
type desk struct {
	open   []*timebank.Request
	by     map[id.ID][]*timebank.Assignment
	reach  map[id.ID]timebank.Reach
	alerts map[id.ID][]timebank.Alert
	asked  map[id.ID]int // offers that wait for an answer
}

func (h *Pages) deskOf(ctx context.Context, rd db.Reader, community id.ID) (d desk, err error) {
	d = desk{by: make(map[id.ID][]*timebank.Assignment), asked: make(map[id.ID]int)}
	if d.open, err = h.svc().Open(ctx, rd, community); err != nil {
		return d, err
	}
	for _, q := range d.open {
		if d.by[q.ID], err = h.svc().AssignmentsFor(ctx, rd, community, q.ID); err != nil {
			return d, err
		}
	}
	standing, err := h.svc().Standing(ctx, rd, community)
	if err != nil {
		return d, err
	}
	for _, o := range standing {
		d.asked[o.Request]++
	}
	if d.reach, err = h.svc().Reaches(ctx, rd, community); err != nil {
		return d, err
	}
	d.alerts, err = h.svc().Alerts(ctx, rd, community)
	return d, err
}

// clockOf is how long a request may still wait, and how long it may in all: what is
// urgent has been promised an answer, what is not must have somebody a day before.
func clockOf(q *timebank.Request, at *spot) (left, limit time.Duration) {
	if q.Urgent {
		limit = time.Duration(at.Rules.PromiseMinutes) * time.Minute
		return q.At.Add(limit).Sub(at.Now), limit
	}
	limit = time.Duration(at.Rules.AlarmHours) * time.Hour
	return q.From.Sub(at.Now), limit
}

func (h *Pages) fillBoard(ctx context.Context, v *boardView) error {
	var d desk
	var incidents []*timebank.Incident
	if err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		if d, err = h.deskOf(ctx, rd, v.ID); err != nil {
			return err
		}
		if incidents, err = h.svc().Incidents(ctx, rd, v.ID, v.Now); err != nil {
			return err
		}
		v.Stats, err = h.boardStats(ctx, rd, v, d)
		return err
	}); err != nil {
		return err
	}
	for _, q := range d.open {
		all := d.by[q.ID]
		if free := len(timebank.Free(q, all)); free > 0 && q.Until.After(v.Now) {
			left, limit := clockOf(q, &v.spot)
			v.Queue = append(v.Queue, ui.Matter{Href: v.request(q.ID), Left: left, Limit: limit, Kind: kindName(ctx, q.Name), Title: span(ctx, v.Now, q),
				Text: h.whereText(ctx, q), Stage: stage(ctx, d, q), Next: i18n.T(ctx, "去找人")})
		}
		for _, a := range all {
			if err := h.boardRow(ctx, v, q, a); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(v.Queue, func(a, b ui.Matter) int { return cmp.Compare(a.Left, b.Left) })
	for _, i := range incidents {
		if i.Ended != "" {
			continue
		}
		row := incidentRow{Kind: accidentNames[i.Kind].In(ctx), Words: i.Words, When: ui.Moment(ctx, i.At.In(v.Now.Location())),
			Form: v.Sent.Ask("incident-"+i.ID.String(), v.Base+"/incidents/"+i.ID.String()+"/end")}
		if err := h.view(ctx, v.ID, func(rd db.Reader) error {
			a, err := h.svc().AssignmentByID(ctx, rd, v.ID, i.Assignment)
			if err == nil {
				row.Href = v.request(a.Request)
			}
			return err
		}); err != nil {
			return err
		}
		v.Incidents = append(v.Incidents, row)
	}
	return nil
}

// stage says how far the search has come.
func stage(ctx context.Context, d desk, q *timebank.Request) string {
	reach := d.reach[q.ID]
	switch {
	case slices.Contains(d.alerts[q.ID], timebank.ToldDesk) && d.asked[q.ID] == 0:
		if gap := gapName(ctx, reach.Gap); gap != "" {
			return gap
		}
		return i18n.T(ctx, "请打电话找人")
	case d.asked[q.ID] > 0:
		return i18n.T(ctx, "正在问 %d 位，问到%s", d.asked[q.ID], ringName(ctx, reach.Ring))
	}
	return i18n.T(ctx, "正在找人")
}

func (h *Pages) whereText(ctx context.Context, q *timebank.Request) string {
	where, err := h.around(ctx, q)
	if err != nil {
		return ""
	}
	return where
}

// boardRow puts an assignment where it belongs on the board.
func (h *Pages) boardRow(ctx context.Context, v *boardView, q *timebank.Request, a *timebank.Assignment) error {
	state := stateNames[a.State()]
	if a.State().Over() {
		return nil
	}
	name, err := h.called(ctx, v.ID, a.Helper)
	if err != nil {
		return err
	}
	row := ui.Row{Href: v.request(q.ID), Icon: iconOf(q.Kind), Title: kindName(ctx, q.Name), Text: span(ctx, v.Now, q), Notes: []string{name}, Tag: state.name.In(ctx), Tone: state.tone}
	late := a.State() == timebank.Promised && v.Now.After(q.Until.Add(time.Duration(v.Rules.CheckInLate)*time.Minute))
	if late {
		row.Tag, row.Tone = i18n.T(ctx, "过了时间还没有开始"), ui.Bad
	}
	if a.State() == timebank.Finished || a.State() == timebank.Disputed || late {
		v.Judging = append(v.Judging, row)
	} else {
		v.Going = append(v.Going, row)
	}
	return nil
}

// boardStats are today's figures.
func (h *Pages) boardStats(ctx context.Context, rd db.Reader, v *boardView, d desk) ([]ui.Stat, error) {
	from := v.Today.Start(v.Now.Location())
	offers, err := h.svc().OffersSince(ctx, rd, v.ID, from)
	if err != nil {
		return nil, err
	}
	made, err := h.svc().AssignmentsSince(ctx, rd, v.ID, from)
	if err != nil {
		return nil, err
	}
	which := promisedIn(made)
	requests, err := h.svc().ByIDs(ctx, rd, v.ID, which)
	if err != nil {
		return nil, err
	}
	soon, urgent := 0, 0
	for _, a := range made {
		if q := requests[a.Request]; q != nil && q.Urgent {
			urgent++
			if a.At.Sub(q.At) <= time.Duration(v.Rules.PromiseMinutes)*time.Minute {
				soon++
			}
		}
	}
	waiting := 0
	for _, q := range d.open {
		if len(timebank.Free(q, d.by[q.ID])) > 0 {
			waiting++
		}
	}
	stats := []ui.Stat{{Name: i18n.T(ctx, "等人接"), Number: strconv.Itoa(waiting)}, {Name: i18n.T(ctx, "今天问了"), Number: strconv.Itoa(len(offers)), Unit: i18n.T(ctx, "人次")},
		{Name: i18n.T(ctx, "今天答应"), Number: strconv.Itoa(len(made)), Unit: i18n.T(ctx, "件")}}
	if urgent > 0 {
		stats = append(stats, ui.Stat{Name: i18n.T(ctx, "急的 %d 分钟内有人", v.Rules.PromiseMinutes), Number: ui.Percent(soon, urgent)})
	}
	return stats, nil
}

// waiting is what the desk's door shows: requests that wait for somebody.
func (h *Pages) waiting(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	mine, err := h.Mine(ctx, "service_desk.read")
	if err != nil {
		return 0, false, err
	}
	for _, c := range mine {
		if err := h.view(ctx, c.ID, func(rd db.Reader) error {
			alerts, err := h.svc().Alerts(ctx, rd, c.ID)
			for _, told := range alerts {
				if slices.Contains(told, timebank.ToldDesk) || slices.Contains(told, timebank.AlarmedDay) {
					n++
					late = late || slices.Contains(told, timebank.ToldOperator)
				}
			}
			return err
		}); err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

func (h *Pages) endIncident(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "incident")
	if err == nil {
		err = h.Flows.EndIncident(ctx, p.ID, actor(ctx), which, portal.Prose(r, "words"))
	}
	return portal.Done(w, r, err, p.Base, "incident-"+which.String(), func(s portal.Sent) error { return h.showBoard(w, r, s) })
}
