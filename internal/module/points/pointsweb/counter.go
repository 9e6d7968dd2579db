package pointsweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// A counter is a shop, or a pickup point with its keeper: the same pages, in the frame
// of the one or the other.
func (p *Pages) counterRoutes(t *httpkit.Router) {
	t.Add(httpkit.Route{Pattern: "GET /point", Action: "point.read", On: firstPoint, Do: p.enterPoint})
	t.Add(httpkit.Route{Pattern: "GET /collect/{code}", Action: "counter.read", On: firstCounter, Do: p.scanned})
	for _, at := range []string{"/shop/{shop}/counter", "/point/{point}/counter"} {
		t.Add(
			httpkit.Route{Pattern: "GET " + at, Action: "counter.read", On: counterOf, Do: p.counter},
			httpkit.Route{Pattern: "POST " + at + "/call", Action: "counter.serve", On: counterOf, Do: p.call},
			httpkit.Route{Pattern: "POST " + at + "/numbers/{ticket}", Action: "counter.serve", On: counterOf, Do: p.stepNumber},
			httpkit.Route{Pattern: "POST " + at + "/orders/{redemption}/number", Action: "counter.serve", On: counterOf, Do: p.giveNumber},
			httpkit.Route{Pattern: "POST " + at + "/orders/{redemption}/handover", Action: "counter.serve", On: counterOf, Do: p.hand},
		)
	}
}

// counting are the roles that stand behind a counter.
var counting = []authz.Role{access.Owner, access.Staff, access.PointKeeper}

// counterOf is the counter that an address names. Where it lies is known from the
// viewer's own role there.
func counterOf(r *http.Request) (authz.Resource, error) {
	text := r.PathValue("shop") + r.PathValue("point")
	counter, err := id.Parse(text)
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	on := authz.Resource{Kind: "counter", Subject: counter}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == counter && slices.Contains(counting, g.Role) {
			on.Place = g.Place
		}
	}
	return on, nil
}

// firstPoint is the first pickup point of the viewer.
func firstPoint(r *http.Request) (authz.Resource, error) { return firstOf(r, access.PointKeeper), nil }

// firstCounter is the first counter of the viewer, of whatever kind.
func firstCounter(r *http.Request) (authz.Resource, error) { return firstOf(r, counting...), nil }

func firstOf(r *http.Request, roles ...authz.Role) authz.Resource {
	for _, g := range authz.Of(r.Context()).Grants {
		if slices.Contains(roles, g.Role) && !g.Subject.IsZero() {
			return authz.Resource{Kind: "counter", Place: g.Place, Subject: g.Subject}
		}
	}
	return authz.Resource{}
}

func (p *Pages) enterPoint(w http.ResponseWriter, r *http.Request) error {
	at, err := firstPoint(r)
	if err != nil || at.Subject.IsZero() {
		return httpkit.ErrNoSuchPage
	}
	return see(w, r, "/point/"+at.Subject.String()+"/counter")
}

// scanned leads from a code that a telephone's camera saw to the counter that keeps
// what it is for.
func (p *Pages) scanned(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	for _, g := range authz.Of(ctx).Grants {
		if !slices.Contains(counting, g.Role) || g.Subject.IsZero() {
			continue
		}
		var found *points.Redemption
		err := p.view(ctx, g.Place, func(rd db.Reader) (err error) {
			found, err = p.Flows.Points.ByCode(ctx, rd, g.Place, r.PathValue("code"))
			return err
		})
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if found.Counter == g.Subject {
			to := "/shop/"
			if g.Role == access.PointKeeper {
				to = "/point/"
			}
			return see(w, r, to+g.Subject.String()+"/counter?code="+found.Code)
		}
	}
	return points.ErrOther
}

// counterView is the page behind a counter.
type counterView struct {
	Base    string // address of the counter
	Form    ui.Form
	Code    string
	Found   *foundView
	Called  []ticketRow
	Waiting []ticketRow
	Others  []ui.Row // to be collected, without a number
	Done    []ui.Row
	Badges  string // where a shop takes badge coins; "" at other counters
	Handed  string // what was handed over just now
}

// foundView is what a code stands for.
type foundView struct {
	*points.Redemption
	Name, Unit string
	Ready      bool
	State      string
	Tone       ui.Tone
	Number     int64
}

// ticketRow is a number of the queue with what it is for.
type ticketRow struct {
	points.Ticket
	Name, Code string
}

func (p *Pages) counter(w http.ResponseWriter, r *http.Request) error {
	return p.showCounter(w, r, http.StatusOK, nil)
}

func (p *Pages) showCounter(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	on, err := counterOf(r)
	if err != nil {
		return err
	}
	v := counterView{Base: strings.TrimSuffix(r.URL.Path[:strings.Index(r.URL.Path, "/counter")], "/") + "/counter", Code: digits(r.FormValue("code")), Form: ui.Form{Get: true, Wrong: wrong}}
	if v.Form.Action = v.Base; r.PathValue("shop") != "" {
		v.Badges = "/shop/" + on.Subject.String() + "/badges"
	}
	today, zone, err := p.today(ctx, on.Place)
	if err != nil {
		return err
	}
	err = p.view(ctx, on.Place, func(rd db.Reader) error {
		goods, err := p.Flows.Points.Catalogue(ctx, rd, on.Place)
		if err != nil {
			return err
		}
		known := make(map[id.ID]*points.Good)
		for i := range goods {
			known[goods[i].ID] = &goods[i]
		}
		open, err := p.Flows.Points.AtCounter(ctx, rd, on.Place, on.Subject, 500)
		if err != nil {
			return err
		}
		done, err := p.Flows.Points.HandedAt(ctx, rd, on.Place, on.Subject, today.Start(zone))
		if err != nil {
			return err
		}
		for i := range done {
			v.Done = append(v.Done, ui.Row{Title: known[done[i].Good].Name, Text: i18n.T(ctx, "码尾号 %s", done[i].Code[4:]), EndNote: ui.Clock(ctx, done[i].End.At.In(zone))})
			if r.FormValue("handed") == done[i].ID.String() {
				v.Handed = known[done[i].Good].Name
			}
		}
		if err := p.fillNumbers(ctx, rd, on, today, open, known, &v); err != nil {
			return err
		}
		return p.findCode(ctx, rd, on, known, &v)
	})
	if err != nil {
		return err
	}
	return p.ShowAs(w, r, status, httpkit.Never, p.counterShell(ctx, r, on), counterPage(v))
}

// fillNumbers splits what is to be collected into who has a number and who has not.
func (p *Pages) fillNumbers(ctx context.Context, rd db.Reader, on authz.Resource, today period.Day, open []points.Redemption, known map[id.ID]*points.Good, v *counterView) error {
	tickets, err := p.Flows.Points.TicketsOf(ctx, rd, on.Place, on.Subject, today)
	if err != nil {
		return err
	}
	byOrder := make(map[id.ID]*points.Redemption)
	for i := range open {
		byOrder[open[i].ID] = &open[i]
	}
	queued := make(map[id.ID]bool)
	for _, t := range tickets {
		o := byOrder[t.Redemption]
		if t.Step.Over() || o == nil {
			continue
		}
		queued[t.Redemption] = true
		row := ticketRow{t, known[o.Good].Name, o.Code}
		if t.Step == points.Called {
			v.Called = append(v.Called, row)
		} else {
			v.Waiting = append(v.Waiting, row)
		}
	}
	for i := range open {
		if o := &open[i]; !queued[o.ID] && len(v.Others) < 100 {
			v.Others = append(v.Others, ui.Row{Icon: iconOf(known[o.Good].Kind), Title: known[o.Good].Name,
				Text: i18n.T(ctx, "码尾号 %s", o.Code[4:]), EndNote: i18n.T(ctx, "%s 前领", ui.Day(ctx, period.DayOf(o.Due.Add(-1), p.zoneOf(ctx, on.Place))))})
		}
	}
	return nil
}

// findCode looks for what a typed or scanned code stands for.
func (p *Pages) findCode(ctx context.Context, rd db.Reader, on authz.Resource, known map[id.ID]*points.Good, v *counterView) error {
	if v.Code == "" {
		return nil
	}
	o, err := p.Flows.Points.ByCode(ctx, rd, on.Place, v.Code)
	if err == nil && o.Counter != on.Subject {
		err = points.ErrOther
	}
	switch f := fault.Of(err); {
	case f != nil && f.Kind == fault.NotFound:
		text, _ := i18n.Refusal(ctx, points.ErrOther)
		v.Form.Wrong = []ui.Wrong{{Field: "code", Text: text}}
		return nil
	case err != nil:
		return err
	}
	now := p.Flows.DB.Clock().Now()
	x := foundView{Redemption: o, Name: known[o.Good].Name, Unit: known[o.Good].Unit, Ready: o.Waiting(now) == nil}
	x.State, x.Tone = stateOf(ctx, o, now)
	for _, t := range append(slices.Clone(v.Called), v.Waiting...) {
		if t.Redemption == o.ID {
			x.Number = t.Number
		}
	}
	v.Found = &x
	return nil
}

// digits leaves the digits of what was typed or scanned: an address ends in its code.
func digits(s string) string {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		s = s[i+1:]
	}
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// counterShell is the frame of a shop, or of who keeps a pickup point.
func (p *Pages) counterShell(ctx context.Context, r *http.Request, on authz.Resource) ui.Shell {
	if r.PathValue("shop") != "" {
		return p.ShopShell(ctx, on.Place, on.Subject, "counter", i18n.T(ctx, "领取柜台"))
	}
	return p.Shell(ctx, ui.FieldFrame, "point", i18n.T(ctx, "领取柜台"))
}

func (p *Pages) call(w http.ResponseWriter, r *http.Request) error {
	on, err := counterOf(r)
	if err != nil {
		return err
	}
	_, err = p.Flows.CallNext(r.Context(), on.Place, authz.Of(r.Context()).Actor(), on.Subject)
	return p.counterDone(w, r, "", err)
}

// stepNumber passes a number whose owner did not come, or calls it again.
func (p *Pages) stepNumber(w http.ResponseWriter, r *http.Request) error {
	on, err := counterOf(r)
	if err != nil {
		return err
	}
	at, err := key(r, "ticket", points.ErrNoTicket)
	if err != nil {
		return err
	}
	step := points.Passed
	if r.FormValue("step") == string(points.Called) {
		step = points.Called
	}
	return p.counterDone(w, r, "", p.Flows.StepTicket(r.Context(), on.Place, authz.Of(r.Context()).Actor(), on.Subject, at, step))
}

// giveNumber gives a number to who cannot take one herself.
func (p *Pages) giveNumber(w http.ResponseWriter, r *http.Request) error {
	on, err := counterOf(r)
	if err != nil {
		return err
	}
	at, err := key(r, "redemption", points.ErrNoOrder)
	if err != nil {
		return err
	}
	_, err = p.Flows.QueueUp(r.Context(), on.Place, authz.Of(r.Context()).Actor(), id.ID{}, on.Subject, at)
	return p.counterDone(w, r, "", err)
}

// hand hands over what a code or a number stands for.
func (p *Pages) hand(w http.ResponseWriter, r *http.Request) error {
	on, err := counterOf(r)
	if err != nil {
		return err
	}
	at, err := key(r, "redemption", points.ErrNoOrder)
	if err != nil {
		return err
	}
	_, err = p.Flows.HandGoods(r.Context(), on.Place, authz.Of(r.Context()).Actor(), on.Subject, at)
	return p.counterDone(w, r, "?handed="+at.String(), err)
}

func (p *Pages) counterDone(w http.ResponseWriter, r *http.Request, query string, err error) error {
	if err != nil {
		return again(r.Context(), err, func(status int, wrong []ui.Wrong) error { return p.showCounter(w, r, status, wrong) })
	}
	return see(w, r, strings.TrimSuffix(r.URL.Path[:strings.Index(r.URL.Path, "/counter")], "/")+"/counter"+query)
}
