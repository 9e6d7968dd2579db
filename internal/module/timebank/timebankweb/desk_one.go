package timebankweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskOneView is one request for the desk: how the search went, whom to ask by hand,
// what to decide.
type deskOneView struct {
	place
	Q        *timebank.Request
	Asker    string
	Phone    string
	Door     timebank.Door
	When     string
	Status   string
	Tone     ui.Tone
	Facts    []ui.Fact
	Paid     []ui.Row // at a shop's till
	Offers   []offerRow
	Helpers  []deskHelper
	Choices  []ui.Option // volunteers who could, those with time first
	Served   []ui.Option // who may have served: those who promised, wherever they live, then the volunteers
	Sent     portal.Sent
	Assign   ui.Form
	Sheet    ui.Form
	Free     int
	Keep     bool
	Withdraw *ui.Confirm
	NextDoor *ui.Confirm // asks in neighbouring communities at once, nil where it cannot be
}

// offerRow is who was asked, and why she.
type offerRow struct {
	Name, When, Answer string
	Reasons            []string
}

// deskHelper is an assignment for the desk.
type deskHelper struct {
	*timebank.Assignment
	Name    string
	Phone   string
	State   string
	Tone    ui.Tone
	How     string
	Base    string
	Proofs  []string
	Remarks []timebank.Feedback
	Decide  ui.Form
	Miss    ui.Form
	Excuse  ui.Form
	Undo    ui.Form
	Said    string // what the dispute says
	CanMiss bool
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showDeskOne(w, r, portal.Sent{})
}

func (h *Pages) showDeskOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	which, err := idIn(r, "request")
	if err != nil {
		return err
	}
	v := deskOneView{place: p, Sent: sent, Keep: h.MayIn(ctx, "service_desk.keep", p.ID)}
	if err := h.view(ctx, p.ID, func(rd db.Reader) error { v.Q, err = h.svc().ByID(ctx, rd, p.ID, which); return err }); err != nil {
		return err
	}
	if err := h.fillDeskOne(ctx, &v); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "help", kindName(ctx, v.Q.Name)), deskOnePage(v))
}

func (h *Pages) fillDeskOne(ctx context.Context, v *deskOneView) error {
	q, zone := v.Q, v.Now.Location()
	v.When = span(ctx, v.Now, q)
	who, err := h.Flows.Householder(ctx, v.ID, q.Asker)
	if err != nil {
		return err
	}
	v.Asker = i18n.T(ctx, "一位邻居")
	if who.Person != nil {
		v.Asker = portal.Called(ctx, who.Person)
		if q.End == nil { // number and door are shown as long as somebody may have to be telephoned
			v.Phone = who.Person.Phone
			if err := h.Looked(ctx, []id.ID{who.Person.ID}, privacy.Household, i18n.M("替她找帮忙的人").Key); err != nil {
				return err
			}
		}
	}
	var all []*timebank.Assignment
	var offers []*timebank.Offer
	var reach timebank.Reach
	if err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		if all, err = h.svc().AssignmentsFor(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		if offers, err = h.svc().OffersFor(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		if v.Door, err = h.svc().DoorOf(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		reaches, err := h.svc().Reaches(ctx, rd, v.ID)
		reach = reaches[q.ID]
		return err
	}); err != nil {
		return err
	}
	if v.Paid, err = h.paidRows(ctx, v.ID, zone, q, false); err != nil {
		return err
	}
	v.Status, v.Tone = standing(ctx, q, all, v.Now)
	v.Free = len(timebank.Free(q, all))
	v.Facts = []ui.Fact{{Name: i18n.T(ctx, "怎么来的"), Text: enteredNames[q.Entered].In(ctx)}, {Name: i18n.T(ctx, "发出"), Text: ui.Moment(ctx, q.At.In(zone))}, {Name: i18n.T(ctx, "谁出"), Text: payNames[q.Pay].In(ctx)},
		{Name: i18n.T(ctx, "验收标准"), Text: kindName(ctx, q.Standard)}, {Name: i18n.T(ctx, "问到"), Text: strings.TrimSpace(ringName(ctx, reach.Ring) + " " + gapName(ctx, reach.Gap))}}
	for _, o := range offers {
		row := offerRow{When: ui.Clock(ctx, o.At.In(zone)), Answer: answerName(ctx, o, v), Reasons: reasons(ctx, o.Reasons)}
		if row.Name, err = h.called(ctx, v.ID, o.Helper); err != nil {
			return err
		}
		v.Offers = append(v.Offers, row)
	}
	for _, a := range all {
		x, err := h.deskHelper(ctx, v, a)
		if err != nil {
			return err
		}
		v.Helpers = append(v.Helpers, x)
	}
	return h.fillDeskForms(ctx, v, all)
}

func answerName(ctx context.Context, o *timebank.Offer, v *deskOneView) string {
	if o.Willing() {
		return i18n.T(ctx, "答应了，在等更近的")
	}
	if o.Answer == nil {
		return i18n.T(ctx, "等到 %s", ui.Clock(ctx, o.Until.In(v.Now.Location())))
	}
	return map[timebank.Says]string{timebank.Yes: i18n.T(ctx, "答应了"), timebank.No: strings.TrimSpace(i18n.T(ctx, "没空") + " " + o.Answer.Words), timebank.Silent: i18n.T(ctx, "没有回话"), timebank.Gone: gone(ctx, o)}[o.Answer.Says]
}

// gone says why nobody needs her answer any more.
func gone(ctx context.Context, o *timebank.Offer) string {
	if !o.Ready.IsZero() {
		return i18n.T(ctx, "答应了，后来不用去了")
	}
	return i18n.T(ctx, "不用了")
}

func (h *Pages) deskHelper(ctx context.Context, v *deskOneView, a *timebank.Assignment) (x deskHelper, err error) {
	x = deskHelper{Assignment: a, Base: v.request(v.Q.ID) + "/" + a.ID.String(), State: stateNames[a.State()].name.In(ctx), Tone: stateNames[a.State()].tone, How: howNames[a.How].In(ctx)}
	who, err := h.Flows.Householder(ctx, v.ID, a.Helper)
	if err != nil {
		return x, err
	}
	x.Name = i18n.T(ctx, "一位邻居")
	if who.Person != nil {
		x.Name = portal.Called(ctx, who.Person)
		if !a.State().Over() {
			x.Phone = who.Person.Phone
		}
	}
	from, err := h.comesFrom(ctx, v.ID, who)
	if err != nil {
		return x, err
	}
	if from != "" {
		x.Name += " · " + from
	}
	x.Decide, x.Miss, x.Excuse = v.Sent.Ask("decide-"+a.ID.String(), x.Base+"/decision"), v.Sent.Ask("miss-"+a.ID.String(), x.Base+"/absence"), v.Sent.Ask("excuse-"+a.ID.String(), x.Base+"/excuse")
	x.Undo = v.Sent.Ask("undo-"+a.ID.String(), x.Base+"/undoing")
	x.CanMiss = a.State() == timebank.Promised && v.Q.Until.Before(v.Now)
	for _, s := range a.Steps {
		if s.State == timebank.Disputed {
			x.Said = s.Words
		}
	}
	return x, h.view(ctx, v.ID, func(rd db.Reader) error {
		files, err := h.svc().Proofs(ctx, rd, v.ID, a.ID)
		for _, f := range files {
			x.Proofs = append(x.Proofs, x.Base+"/proof/"+f.String())
		}
		if err != nil {
			return err
		}
		x.Remarks, err = h.svc().Remarks(ctx, rd, v.ID, a.ID)
		return err
	})
}

// fillDeskForms fills whom the desk may choose: who could, those with time first.
func (h *Pages) fillDeskForms(ctx context.Context, v *deskOneView, all []*timebank.Assignment) error {
	q := v.Q
	v.Assign, v.Sheet = v.Sent.Ask("assign", v.request(q.ID)+"/assignment"), v.Sent.Ask("sheet", v.request(q.ID)+"/sheet")
	if q.End == nil && withdrawable(all) {
		v.Withdraw = &ui.Confirm{ID: "withdraw", Open: i18n.T(ctx, "替对方取消"), Class: "sm", Title: i18n.T(ctx, "取消%s？", kindName(ctx, q.Name)), Text: i18n.T(ctx, "会告诉两边，留着的服务时照规矩还。"), Action: v.request(q.ID) + "/withdrawal", Do: i18n.T(ctx, "取消这一件"), Danger: true}
	}
	if q.End != nil {
		return nil
	}
	if err := h.fillNextDoor(ctx, v); err != nil {
		return err
	}
	able, err := h.Flows.Helpful(ctx, v.ID, q)
	if err != nil {
		return err
	}
	var busy []ui.Option
	for _, x := range able {
		name, err := h.called(ctx, v.ID, x.Member)
		if err != nil {
			return err
		}
		if h.Flows.FreeThen(x, q, v.Now.Location()) {
			v.Choices = append(v.Choices, ui.Option{Value: x.Member.String(), Text: i18n.T(ctx, "%s，那时有空", name)})
		} else {
			busy = append(busy, ui.Option{Value: x.Member.String(), Text: i18n.T(ctx, "%s，那时没有标有空", name)})
		}
	}
	v.Choices = slices.Concat(v.Choices, busy)
	v.Served = servedBy(ctx, v)
	return nil
}

// servedBy are those whom a paper may name.
func servedBy(ctx context.Context, v *deskOneView) (all []ui.Option) {
	for _, x := range v.Helpers {
		if s := x.Assignment.State(); s == timebank.Promised || s == timebank.Begun {
			all = append(all, ui.Option{Value: x.Helper.String(), Text: i18n.T(ctx, "%s，说好了来", x.Name)})
		}
	}
	promised := len(all)
	for _, c := range v.Choices {
		if !slices.ContainsFunc(all[:promised], func(o ui.Option) bool { return o.Value == c.Value }) {
			all = append(all, c)
		}
	}
	return all
}

// deskStep does something with the request in an address.
func (h *Pages) deskStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, p *place, request, assignment id.ID) error) error {
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	request, err := idIn(r, "request")
	if err != nil {
		return err
	}
	var assignment id.ID
	if r.PathValue("assignment") != "" {
		if assignment, err = idIn(r, "assignment"); err != nil {
			return err
		}
		form += "-" + assignment.String()
	}
	err = do(r.Context(), &p, request, assignment)
	return portal.Done(w, r, err, p.request(request), form, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

// chosen is the helper that a form names.
func chosen(r *http.Request) (id.ID, error) {
	who, err := id.Parse(r.FormValue("helper"))
	if err != nil {
		err = timebank.ErrNotFound.On("helper")
	}
	return who, err
}

func (h *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "assign", func(ctx context.Context, p *place, request, _ id.ID) error {
		who, err := chosen(r)
		if err != nil {
			return err
		}
		_, err = h.Flows.AssignHelp(ctx, p.ID, actor(ctx), request, who, portal.Prose(r, "reason"))
		return err
	})
}

func (h *Pages) deskWithdraw(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "withdraw", func(ctx context.Context, p *place, request, _ id.ID) error {
		return h.Flows.WithdrawHelp(ctx, p.ID, actor(ctx), id.ID{}, request, portal.Prose(r, "words"))
	})
}

func (h *Pages) enterSheet(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "sheet", func(ctx context.Context, p *place, request, _ id.ID) error {
		who, err := chosen(r)
		if err != nil {
			return err
		}
		f := portal.Type(r)
		s := flow.Sheet{Request: request, Helper: who, Minutes: f.Number("minutes"), Words: portal.Prose(r, "words")}
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.EnterSheet(ctx, p.ID, actor(ctx), s)
	})
}

func (h *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "decide", func(ctx context.Context, p *place, _, assignment id.ID) error {
		f := portal.Type(r)
		minutes := f.Number("minutes")
		if f.Err != nil {
			return f.Err
		}
		return h.Flows.DecideHelp(ctx, p.ID, actor(ctx), assignment, minutes, portal.Prose(r, "words"))
	})
}

func (h *Pages) deskMissed(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "miss", func(ctx context.Context, p *place, _, assignment id.ID) error {
		return h.Flows.MissHelp(ctx, p.ID, actor(ctx), id.ID{}, assignment, portal.Prose(r, "words"))
	})
}

func (h *Pages) excuse(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "excuse", func(ctx context.Context, p *place, _, assignment id.ID) error {
		return h.Flows.ExcuseHelp(ctx, p.ID, actor(ctx), assignment, portal.Prose(r, "words"))
	})
}

func (h *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	return h.deskStep(w, r, "undo", func(ctx context.Context, p *place, _, assignment id.ID) error {
		return h.Flows.UndoHelp(ctx, p.ID, actor(ctx), assignment, portal.Prose(r, "words"))
	})
}

func (h *Pages) proofDesk(w http.ResponseWriter, r *http.Request) error {
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	request, err := idIn(r, "request")
	if err != nil {
		return err
	}
	return h.sendProof(w, r, p.ID, func(a *timebank.Assignment) bool { return a.Request == request })
}
