package timebankweb

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// askedListView are a person's requests.
type askedListView struct {
	Open, Past []ui.Row
	Plans      []planRow
	Sent       portal.Sent
	More       string // page of earlier ones
}

// planRow is a plan with the way to end it.
type planRow struct {
	Name, Days string
	End        ui.Confirm
}

// listed is how many requests a page shows.
const listed = 50

func (h *Pages) askedList(w http.ResponseWriter, r *http.Request) error {
	return h.showAskedList(w, r, portal.Sent{})
}

func (h *Pages) showAskedList(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	v := askedListView{Sent: sent}
	if known {
		before := at.Now.Add(time.Second)
		if n, err := strconv.ParseInt(r.FormValue("before"), 10, 64); err == nil {
			before = time.UnixMicro(n)
		}
		if err := h.view(ctx, at.ID, func(rd db.Reader) error { return h.fillAskedList(ctx, rd, &at, before, &v) }); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "我请的人"))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, askedListPage(v))
}

func (h *Pages) fillAskedList(ctx context.Context, rd db.Reader, at *spot, before time.Time, v *askedListView) error {
	all, err := h.svc().Of(ctx, rd, at.ID, at.Me.ID, before, listed+1)
	if err != nil {
		return err
	}
	if len(all) > listed {
		all = all[:listed]
		v.More = "/help/asked?before=" + strconv.FormatInt(all[listed-1].At.UnixMicro(), 10)
	}
	for _, q := range all {
		row, err := h.askedRow(ctx, rd, at, q)
		if err != nil {
			return err
		}
		if q.End == nil {
			v.Open = append(v.Open, row)
		} else {
			v.Past = append(v.Past, row)
		}
	}
	plans, err := h.svc().PlansOf(ctx, rd, at.ID, at.Me.ID)
	for _, p := range plans {
		if p.End != nil || p.Last < at.Today {
			continue
		}
		k, err := h.svc().KindByKey(ctx, rd, at.ID, p.Kind)
		if err != nil {
			return err
		}
		v.Plans = append(v.Plans, planRow{kindName(ctx, k.Name), planDays(ctx, p), ui.Confirm{ID: "end-" + p.ID.String(), Open: i18n.T(ctx, "不再定期"), Class: "sm", Title: i18n.T(ctx, "不再定期请人？"),
			Text: i18n.T(ctx, "已经发出的几件照旧，不要的可以一件件撤回。"), Action: "/help/plans/" + at.ID.String() + "/" + p.ID.String() + "/end", Do: i18n.T(ctx, "不再定期")}})
	}
	return err
}

// askedView is one request for who asked.
type askedView struct {
	spot
	Q        *timebank.Request
	Base     string
	Status   string
	Tone     ui.Tone
	When     string
	Helpers  []helperView
	Events   []ui.Event
	Lines    []ui.Line
	Door     timebank.Door
	Sent     portal.Sent
	Withdraw *ui.Confirm
	State    string // what the page has seen, for one that waits
	Again    string // form to ask for the same
	Insured  bool
}

// helperView is who comes, to who asked.
type helperView struct {
	*timebank.Assignment
	Name     string
	Initial  string
	Skilled  string // how her skill is known
	Phone    string
	Warm     string // what she says of herself
	State    string
	Tone     ui.Tone
	Reasons  []string
	Base     string
	Proofs   []string // addresses of pictures
	Thanked  string
	CanMiss  bool
	CanJudge bool
	Until    string // silence accepts then
	Minutes  int
}

func (h *Pages) asked(w http.ResponseWriter, r *http.Request) error {
	return h.showAsked(w, r, portal.Sent{})
}

// askedIn is the viewer's request in an address.
func (h *Pages) askedIn(r *http.Request) (at spot, q *timebank.Request, err error) {
	if at, err = h.here(r); err != nil {
		return at, nil, err
	}
	which, err := idIn(r, "request")
	if err != nil {
		return at, nil, err
	}
	err = h.view(r.Context(), at.ID, func(rd db.Reader) error {
		q, err = h.svc().ByID(r.Context(), rd, at.ID, which)
		return err
	})
	if err == nil && q.Asker != at.Me.ID {
		err = timebank.ErrNotFound
	}
	return at, q, err
}

func (h *Pages) showAsked(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	v := askedView{spot: at, Q: q, Base: askedHref(at.ID, q.ID), When: span(ctx, at.Now, q), Sent: sent, Insured: q.Pay != timebank.AtTill}
	if err := h.fillAsked(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, q.Name))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	return h.ShowSent(w, r, sent, s, askedPage(v))
}

func (h *Pages) fillAsked(ctx context.Context, v *askedView) error {
	var all []*timebank.Assignment
	var offers []*timebank.Offer
	var reaches map[id.ID]timebank.Reach
	q := v.Q
	err := h.view(ctx, v.ID, func(rd db.Reader) (err error) {
		if all, err = h.svc().AssignmentsFor(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		if offers, err = h.svc().OffersFor(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		if v.Door, err = h.svc().DoorOf(ctx, rd, v.ID, q.ID); err != nil {
			return err
		}
		reaches, err = h.svc().Reaches(ctx, rd, v.ID)
		return err
	})
	if err != nil {
		return err
	}
	v.Status, v.Tone = standing(ctx, q, all, v.Now)
	v.State = stateText(q, all, offers)
	for _, a := range all {
		if a.State() == timebank.Called && q.End != nil || a.State() == timebank.GivenBack {
			continue
		}
		x, err := h.helperView(ctx, v, a, offers)
		if err != nil {
			return err
		}
		v.Helpers = append(v.Helpers, x)
	}
	v.Events = h.events(ctx, v, all, offers, reaches[q.ID])
	v.Lines = requestLines(ctx, q, &v.spot)
	if q.End == nil && withdrawable(all) {
		v.Withdraw = &ui.Confirm{ID: "withdraw", Open: i18n.T(ctx, "取消"), Title: i18n.T(ctx, "取消%s？", kindName(ctx, q.Name)), Text: h.cancelWords(ctx, v, all), Action: v.Base + "/withdrawal", Do: i18n.T(ctx, "取消这一件"), Danger: true}
	}
	if q.End != nil {
		v.Again = "/help/ask?kind=" + q.Kind
	}
	return nil
}

func withdrawable(all []*timebank.Assignment) bool {
	for _, a := range all {
		if s := a.State(); s == timebank.Begun || s == timebank.Finished || s == timebank.Disputed {
			return false
		}
	}
	return true
}

// cancelWords say what a cancellation costs now.
func (h *Pages) cancelWords(ctx context.Context, v *askedView, all []*timebank.Assignment) string {
	promised := false
	for _, a := range all {
		promised = promised || a.State() == timebank.Promised
	}
	late := !v.Now.Before(v.Q.From.Add(-time.Duration(v.Rules.CancelFreeHours) * time.Hour))
	switch {
	case !promised:
		return i18n.T(ctx, "还没有人接，取消不用付什么。留着的服务时马上还给您。")
	case late && v.Q.Pay == timebank.ByAsker:
		return i18n.T(ctx, "已经说好了人，离开始不到 %d 小时。给对方 %s，其余还给您。", v.Rules.CancelFreeHours, v.Rules.CancelFee.Percent())
	}
	return i18n.T(ctx, "已经说好了人，会马上告诉对方不用来。不用付什么。")
}

// helperView fills what who asked sees of a helper: how she is addressed, how her skill
// is known, why it is she. Her number she sees from the promise until the end.
func (h *Pages) helperView(ctx context.Context, v *askedView, a *timebank.Assignment, offers []*timebank.Offer) (x helperView, err error) {
	x = helperView{Assignment: a, Base: v.Base + "/" + a.ID.String(), State: stateNames[a.State()].name.In(ctx), Tone: stateNames[a.State()].tone, Minutes: a.Minutes()}
	who, err := h.Flows.Householder(ctx, v.ID, a.Helper)
	if err != nil {
		return x, err
	}
	x.Name, x.Initial = i18n.T(ctx, "一位邻居"), i18n.T(ctx, "邻")
	if who.Person != nil {
		x.Name, x.Initial = portal.Called(ctx, who.Person), who.Person.Surname()
		if !a.State().Over() {
			x.Phone = who.Person.Phone
		}
	}
	own, err := h.Flows.VolunteerOf(ctx, v.ID, a.Helper)
	if err != nil {
		return x, err
	}
	if own != nil {
		x.Warm = own.About
		if v.Q.Skill != "" {
			x.Skilled = volunteer.LevelName(own.Can(volunteer.Skill(v.Q.Skill), v.Today)).In(ctx)
		}
	}
	for _, o := range offers {
		if o.ID == a.Offer {
			x.Reasons = reasons(ctx, o.Reasons)
		}
	}
	if a.How == timebank.ByHand {
		x.Reasons = []string{i18n.T(ctx, "社区打电话请的：%s", a.Reason)}
	}
	x.CanMiss = a.State() == timebank.Promised && v.Q.Until.Before(v.Now)
	x.CanJudge = a.State() == timebank.Finished
	if x.CanJudge {
		x.Until = ui.Moment(ctx, a.When(timebank.Finished).Add(time.Duration(v.Rules.AcceptHours)*time.Hour).In(v.Now.Location()))
	}
	return x, h.view(ctx, v.ID, func(rd db.Reader) error {
		files, err := h.svc().Proofs(ctx, rd, v.ID, a.ID)
		for _, f := range files {
			x.Proofs = append(x.Proofs, x.Base+"/proof/"+f.String())
		}
		if err != nil {
			return err
		}
		x.Thanked, err = h.svc().Thanked(ctx, rd, v.ID, a.ID)
		return err
	})
}

// requestLines say what a request costs and who bears it.
func requestLines(ctx context.Context, q *timebank.Request, at *spot) []ui.Line {
	perHour := at.Rules.CoinsPerHour
	switch q.Pay {
	case timebank.AtTill:
		return []ui.Line{{Text: i18n.T(ctx, "付给店家"), Num: "¥ " + ui.Yuan(q.Fen)}}
	case timebank.OnRecord:
		return []ui.Line{{Text: i18n.T(ctx, "您要付"), Num: "0"}, {Text: i18n.T(ctx, "帮忙的人记"), Num: i18n.T(ctx, "志愿时长")}}
	case timebank.ByPool:
		return []ui.Line{{Text: i18n.T(ctx, "您要付"), Num: "0"}, {Text: i18n.T(ctx, "帮忙的人得"), Note: i18n.T(ctx, "由社区互助池出"), Num: coinsLine(ctx, q.Coins, perHour)}}
	}
	return []ui.Line{{Text: i18n.T(ctx, "先留出，做完满意才给"), Num: coinsLine(ctx, q.Coins, perHour), Note: people(ctx, q)}}
}

func people(ctx context.Context, q *timebank.Request) string {
	if q.People == 1 {
		return ""
	}
	return i18n.T(ctx, "每位，一共 %d 位", q.People)
}

// events are the steps of a request, those to come as well.
func (h *Pages) events(ctx context.Context, v *askedView, all []*timebank.Assignment, offers []*timebank.Offer, reach timebank.Reach) (events []ui.Event) {
	q, zone := v.Q, v.Now.Location()
	at := func(t time.Time) string { return ui.Clock(ctx, t.In(zone)) }
	events = append(events, ui.Event{When: ui.Moment(ctx, q.At.In(zone)), Title: i18n.T(ctx, "您发出请求"), Text: enteredNames[q.Entered].In(ctx), State: ui.Done})
	if n := len(offers); n > 0 {
		events = append(events, ui.Event{When: at(offers[0].At), Title: i18n.T(ctx, "问了 %d 位邻居", n), Text: i18n.T(ctx, "问到%s", ringName(ctx, reach.Ring)), State: ui.Done})
	}
	live := (*timebank.Assignment)(nil)
	for _, a := range all {
		if !a.State().Freed() {
			live = a
		}
	}
	if live == nil && q.End == nil {
		text := gapName(ctx, reach.Gap)
		if q.Urgent {
			text = i18n.T(ctx, "%d 分钟内给您答复", v.Rules.PromiseMinutes)
		}
		return append(events, ui.Event{Title: i18n.T(ctx, "正在找人"), Text: text, State: ui.Now})
	}
	if live != nil {
		events = append(events, ui.Event{When: at(live.At), Title: i18n.T(ctx, "有人答应了"), Text: howNames[live.How].In(ctx), State: ui.Done})
		for _, s := range live.Steps {
			events = append(events, ui.Event{When: at(s.At), Title: stateNames[s.State].name.In(ctx), Text: s.Words, State: ui.Done})
		}
		if live.State() == timebank.Promised {
			events = append(events, ui.Event{When: at(q.From), Title: i18n.T(ctx, "对上六位数字，开始"), State: ui.Later})
		}
		if !live.State().Over() && live.State() != timebank.Finished {
			events = append(events, ui.Event{Title: i18n.T(ctx, "您验收"), Text: i18n.T(ctx, "满意再点，不满意请社区来听两边说"), State: ui.Later})
		}
	}
	if q.End != nil {
		events = append(events, ui.Event{When: ui.Moment(ctx, q.End.At.In(zone)), Title: endNames[q.End.How].name.In(ctx), Text: q.End.Words, State: ui.Done})
	}
	return events
}

// stateText changes whenever something of a request has: what a page that waits has seen.
func stateText(q *timebank.Request, all []*timebank.Assignment, offers []*timebank.Offer) string {
	text := strconv.Itoa(len(offers))
	for _, a := range all {
		text += "/" + string(a.State())
	}
	if q.End != nil {
		text += "." + string(q.End.How)
	}
	return text
}

// How long a page waits for news in one request, and how often it looks for what another
// instance did.
const (
	waitMost  = 20 * time.Second
	waitOften = 2 * time.Second
)

func (h *Pages) askedState(w http.ResponseWriter, r *http.Request) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	seen, now := r.URL.Query().Get("seen"), ""
	if _, err := h.Flows.Live.Until(r.Context(), at.ID, waitMost, waitOften, func(ctx context.Context) (bool, error) {
		err := h.view(ctx, at.ID, func(rd db.Reader) error {
			again, err := h.svc().ByID(ctx, rd, at.ID, q.ID)
			if err != nil {
				return err
			}
			all, err := h.svc().AssignmentsFor(ctx, rd, at.ID, q.ID)
			if err != nil {
				return err
			}
			offers, err := h.svc().OffersFor(ctx, rd, at.ID, q.ID)
			now = stateText(again, all, offers)
			return err
		})
		return now != seen, err
	}); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"state": now})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", body)
}

// askedStep does something with the viewer's request, or a part of it.
func (h *Pages) askedStep(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at *spot, assignment id.ID) error) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	var assignment id.ID
	if r.PathValue("assignment") != "" {
		if assignment, err = idIn(r, "assignment"); err != nil {
			return err
		}
	}
	err = do(r.Context(), &at, assignment)
	return portal.Done(w, r, err, askedHref(at.ID, q.ID), form, func(s portal.Sent) error { return h.showAsked(w, r, s) })
}

func (h *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	request, err := idIn(r, "request")
	if err != nil {
		return err
	}
	return h.askedStep(w, r, "withdraw", func(ctx context.Context, at *spot, _ id.ID) error {
		return h.Flows.WithdrawHelp(ctx, at.ID, actor(ctx), at.Me.ID, request, portal.Prose(r, "words"))
	})
}

func (h *Pages) acceptService(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "accept", func(ctx context.Context, at *spot, a id.ID) error {
		if err := h.Flows.AcceptHelp(ctx, at.ID, actor(ctx), at.Me.ID, a); err != nil {
			return err
		}
		if words := portal.Prose(r, "thanks"); words != "" {
			return h.Flows.ThankHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, words)
		}
		return nil
	})
}

func (h *Pages) dispute(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "dispute", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.DisputeHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "words"))
	})
}

func (h *Pages) missed(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "missed", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.MissHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "words"))
	})
}

func (h *Pages) thank(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "thank", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.ThankHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "thanks"))
	})
}

func (h *Pages) remarkAsked(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "remark", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.RemarkHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, portal.Prose(r, "remark"))
	})
}

func (h *Pages) incidentAsked(w http.ResponseWriter, r *http.Request) error {
	return h.askedStep(w, r, "incident", func(ctx context.Context, at *spot, a id.ID) error {
		return h.Flows.ReportHelp(ctx, at.ID, actor(ctx), at.Me.ID, a, timebank.Accident(r.FormValue("accident")), portal.Prose(r, "incident"))
	})
}

func (h *Pages) proofAsked(w http.ResponseWriter, r *http.Request) error {
	at, q, err := h.askedIn(r)
	if err != nil {
		return err
	}
	return h.sendProof(w, r, at.ID, func(a *timebank.Assignment) bool { return a.Request == q.ID })
}

// sendProof answers with a picture of an assignment, if that is one the viewer may see.
func (h *Pages) sendProof(w http.ResponseWriter, r *http.Request, at id.ID, may func(a *timebank.Assignment) bool) error {
	ctx := r.Context()
	assignment, err := idIn(r, "assignment")
	if err != nil {
		return err
	}
	which, err := idIn(r, "file")
	if err != nil {
		return err
	}
	return h.view(ctx, at, func(rd db.Reader) error {
		a, err := h.svc().AssignmentByID(ctx, rd, at, assignment)
		if err != nil {
			return err
		}
		files, err := h.svc().Proofs(ctx, rd, at, assignment)
		if err != nil {
			return err
		}
		for _, f := range files {
			if f == which && may(a) {
				file, err := h.Flows.Files.ByID(ctx, rd, at, f)
				if err != nil {
					return err
				}
				return portal.SendFile(w, r, file, httpkit.Private)
			}
		}
		return timebank.ErrNotFound
	})
}
