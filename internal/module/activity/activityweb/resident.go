package activityweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// oneView is an activity for a neighbour: what it is, her seat, what she can do.
type oneView struct {
	portal.Spot
	A        *activity.Activity
	Tag      string
	Tone     ui.Tone
	Dates    []ui.Row
	Facts    []ui.Fact
	Taught   string // her own page of it
	Ics      string
	OffWords string
	CanJoin  bool
	Full     bool
	Ahead    int // in the queue
	Cost     string
	People   []ui.Option
	Join     ui.Form
	Seat     *activity.Seat
	SeatTone ui.Tone
	SeatTag  string
	Next     string // when it goes on
	Until    string
	Yes      *ui.Confirm
	Leave    *ui.Confirm
	Entered  string // that the desk signed her up
	Excuses  []excuse
	CanCome  bool
	Here     ui.Form
	Came     []ui.Row // what her dates came to
	CanThank bool
	Thank    ui.Form
	Thanks   []activity.Word
	Sent     portal.Sent
}

// excuse is a date on which she can say that she will not come.
type excuse struct {
	Row ui.Row
	Do  *ui.Confirm // nil where she has said so
}

// hers is what an activity has of somebody.
type hers struct {
	seats   []*activity.Seat
	seat    *activity.Seat // the last one, nil if there is none
	came    []activity.Came
	excused map[[2]id.ID]time.Time
	closed  map[[2]id.ID]bool // read while a date is carried out
	settled []*activity.Settlement
}

func (h *Pages) readHers(ctx context.Context, place id.ID, a *activity.Activity, member id.ID) (x hers, err error) {
	return x, h.view(ctx, place, func(rd db.Reader) error {
		if x.seats, err = h.svc().Seats(ctx, rd, place, a.ID); err != nil {
			return err
		}
		for _, s := range x.seats {
			if s.Member == member {
				x.seat = s
			}
		}
		if x.came, err = h.svc().Attendance(ctx, rd, place, a.ID); err != nil {
			return err
		}
		if x.excused, err = h.svc().Excused(ctx, rd, place, a.ID); err != nil {
			return err
		}
		if len(a.Closing()) > 0 {
			if x.closed, err = h.svc().Closed(ctx, rd, place, a.ID); err != nil {
				return err
			}
		}
		x.settled, err = h.svc().Settlements(ctx, rd, place, a.ID)
		return err
	})
}

// cameOn reports whether a seat was there on a date.
func (x *hers) cameOn(session, seat id.ID) bool {
	return slices.ContainsFunc(x.came, func(c activity.Came) bool { return c.Session == session && c.Seat == seat })
}

func (h *Pages) one(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, portal.Sent{})
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	a, err := h.activityIn(r, at.ID)
	if err != nil {
		return err
	}
	own := a.Kind == activity.Class && a.Teacher == at.Me.ID
	if !own && a.State() != activity.Open && a.State() != activity.Off {
		return activity.ErrNotFound
	}
	x, err := h.readHers(ctx, at.ID, a, at.Me.ID)
	if err != nil {
		return err
	}
	teacher := ""
	if a.Kind == activity.Class {
		if teacher, err = h.MemberCalled(ctx, at.ID, a.Teacher); err != nil {
			return err
		}
	}
	v := oneView{Spot: at, A: a, Sent: sent, Ics: openHref(at.Ref, a.ID) + "/calendar.ics", OffWords: why(ctx, a.Words(), a.Cause())}
	if own && h.OpensTo(ctx, "/me/classes/{at}", authz.Resource{Owner: authz.Of(ctx).Acting()}) {
		v.Taught = taughtHref(at.ID, a.ID)
	}
	v.Tone, v.Tag = stateTag(ctx, a, at.Now, a.Free(x.seats))
	v.Dates, v.Facts = dateRows(ctx, at.Now.Location(), a), facts(ctx, a, teacher, at.Rules.CoinsPerHour)
	if x.seat != nil {
		h.fillSeat(ctx, &v, &x, r)
	}
	if (x.seat == nil || !x.seat.Stands()) && a.Teacher != at.Me.ID && a.Second != at.Me.ID && a.TakesPart(at.Now) == nil {
		h.fillJoin(ctx, &v, &x)
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", a.Title)
	s.Back = ui.Link{Href: "/classes", Text: i18n.T(ctx, "课和活动")}
	return h.ShowSent(w, r, sent, s, onePage(v))
}

// fillJoin offers to sign up.
func (h *Pages) fillJoin(ctx context.Context, v *oneView, x *hers) {
	a := v.A
	v.CanJoin, v.Join = true, v.Sent.Once("join", href(v.ID, a.ID)+"/seats")
	v.Full = a.Free(x.seats) == 0
	for _, s := range x.seats {
		if s.State == activity.Waiting {
			v.Ahead++
		}
	}
	if a.Pay == activity.BySeat {
		v.Cost = ui.ServiceTime(ctx, flow.ClassCost(a, v.Now), v.Rules.CoinsPerHour)
	}
	if a.Kind == activity.Event || a.Children {
		for n := range activity.PeopleMost {
			text := i18n.T(ctx, "我一个人")
			if n > 0 {
				text = i18n.T(ctx, "我和家里 %d 位", n)
			}
			v.People = append(v.People, ui.Option{Value: strconv.Itoa(n + 1), Text: text})
		}
	}
}

// fillSeat is what somebody may do with her seat.
func (h *Pages) fillSeat(ctx context.Context, v *oneView, x *hers, r *http.Request) {
	a, seat, base := v.A, x.seat, href(v.ID, v.A.ID)
	to := base + "/seats/" + seat.ID.String()
	v.Seat = seat
	if s := a.Next(v.Now); seat.Stands() && s != nil && a.State() == activity.Open {
		v.Tag, v.Next = "", span(ctx, v.Now.Location(), s) // how many seats are left concerns who has none
	}
	v.SeatTone, v.SeatTag = seatTag(ctx, seat.State)
	if seat.State == activity.Offered {
		v.Until = ui.Moment(ctx, seat.Until.In(v.Now.Location()))
		v.SeatTone, v.SeatTag = ui.Act, i18n.T(ctx, "等您答应")
		v.Yes = &ui.Confirm{ID: "yes", Open: i18n.T(ctx, "我要来"), Class: "call", Title: i18n.T(ctx, "要这个位子？"), Text: h.costText(ctx, v, seat), Action: to + "/yes", Do: i18n.T(ctx, "我要来")}
	}
	for _, s := range x.seats {
		if s.State == activity.Waiting && seat.State == activity.Waiting && s.At.Before(seat.At) {
			v.Ahead++
		}
	}
	over := a.Next(v.Now) == nil || a.State() != activity.Open
	came := slices.ContainsFunc(x.came, func(c activity.Came) bool { return c.Seat == seat.ID })
	if over && seat.State == activity.Seated {
		v.SeatTone, v.SeatTag = seatOver(ctx, a, came)
	}
	v.Entered = enteredText(ctx, v, seat)
	if seat.Stands() && !over {
		v.Leave = &ui.Confirm{ID: "leave", Open: i18n.T(ctx, "不来了，让给别人"), Title: i18n.T(ctx, "不来了？"), Text: leaveText(ctx, v, x), Action: to + "/end", Do: i18n.T(ctx, "让给别人")}
	}
	if seat.State == activity.Seated {
		v.Excuses = excuses(ctx, v, x, to)
		if s := a.Next(v.Now); s != nil && !v.Now.Before(s.Begins.Add(-time.Duration(v.Rules.CheckInEarly)*time.Minute)) && !x.cameOn(s.ID, seat.ID) && !seat.Since.After(s.Begins) {
			v.CanCome, v.Here = true, v.Sent.Ask("here", base+"/here")
		}
	}
	if v.CanCome && v.Sent.Form == "" {
		v.Sent = withCode(r, v.Sent)
	}
	v.Came = cameRows(ctx, v, x)
	if v.CanThank = came; came {
		v.Thank = v.Sent.Ask("thank", to+"/thanks")
	}
}

// withCode fills in the digits of the code that hangs at the door.
func withCode(r *http.Request, s portal.Sent) portal.Sent {
	code := r.URL.Query().Get("code")
	if code == "" {
		return s
	}
	r.PostForm = map[string][]string{"code": {code}}
	again := portal.Again(r, "here")
	again.Status = http.StatusOK
	return again
}

func (h *Pages) costText(ctx context.Context, v *oneView, seat *activity.Seat) string {
	if v.A.Pay != activity.BySeat {
		return i18n.T(ctx, "不用付。来不了请早些让给别人。")
	}
	cost := flow.ClassCost(v.A, v.Now) * money.Amount(seat.People)
	return i18n.T(ctx, "留出 %s服务时，上一次付一次，没上的退回。", ui.ServiceTime(ctx, cost, v.Rules.CoinsPerHour))
}

// leaveText says what giving a seat free costs now.
func leaveText(ctx context.Context, v *oneView, x *hers) string {
	a := v.A
	ahead := a.Ahead(v.Now)
	if x.seat.State == activity.Waiting {
		return i18n.T(ctx, "不排了，后面的往前一位。")
	}
	if x.seat.State != activity.Seated || a.Pay != activity.BySeat || len(ahead) == 0 {
		return i18n.T(ctx, "不用付什么，位子给下一位。")
	}
	said := x.excused[[2]id.ID{ahead[0].ID, x.seat.ID}]
	if said.IsZero() {
		said = v.Now
	}
	if said.After(flow.SeatFreeUntil(x.seat, &ahead[0], &v.Rules)) {
		fee := v.Rules.CancelFee.Of(a.Price * money.Amount(x.seat.People))
		return i18n.T(ctx, "离下一次不到 %d 小时了，要补给老师 %s，别的都退回。", v.Rules.ClassFreeHours, ui.ServiceTime(ctx, fee, v.Rules.CoinsPerHour))
	}
	return i18n.T(ctx, "现在让出来，留着的服务时都退回。")
}

// excuses are the dates on which she can say that she will not come, where there are several.
func excuses(ctx context.Context, v *oneView, x *hers, to string) (all []excuse) {
	ahead := v.A.Ahead(v.Now)
	if len(v.A.Sessions) < 2 {
		return nil
	}
	for i := range ahead {
		s := &ahead[i]
		e := excuse{Row: ui.Row{Icon: "calendar", Title: span(ctx, v.Now.Location(), s)}}
		if said := x.excused[[2]id.ID{s.ID, x.seat.ID}]; !said.IsZero() {
			e.Row.Tag, e.Row.Tone = i18n.T(ctx, "请假了"), ui.Tell
		} else {
			text := i18n.T(ctx, "这一次不来，别的照旧。")
			if v.A.Pay == activity.BySeat && v.Now.After(flow.SeatFreeUntil(x.seat, s, &v.Rules)) {
				text = i18n.T(ctx, "不到 %d 小时就上课了，这一次要补给老师一部分。", v.Rules.ClassFreeHours)
			}
			e.Do = &ui.Confirm{ID: "excuse-" + s.ID.String(), Open: i18n.T(ctx, "这次请假"), Class: "sm", Title: i18n.T(ctx, "这次请假？"), Text: text, Action: to + "/excuse?session=" + s.ID.String(), Do: i18n.T(ctx, "请假")}
		}
		all = append(all, e)
	}
	return all
}

// cameRows are what her dates came to.
func cameRows(ctx context.Context, v *oneView, x *hers) (rows []ui.Row) {
	for i := range v.A.Sessions {
		s := &v.A.Sessions[i]
		one := ui.Row{Icon: "checked", Title: span(ctx, v.Now.Location(), s)}
		if x.cameOn(s.ID, x.seat.ID) {
			one.Tag, one.Tone = i18n.T(ctx, "来了"), ui.OK
		}
		for _, p := range x.settled {
			if p.Session != s.ID || p.Seat != x.seat.ID {
				continue
			}
			one.End = ui.ServiceTime(ctx, p.Coins, v.Rules.CoinsPerHour)
			switch {
			case p.UndoSeq != 0:
				one.EndNote = i18n.T(ctx, "退回了")
			case p.Kind == activity.Late:
				one.Tag, one.Tone = lateTag(ctx, s), ui.Tell
				one.EndNote = i18n.T(ctx, "补给老师")
			}
		}
		if one.Tag != "" || one.End != "" {
			rows = append(rows, one)
		}
	}
	return rows
}

// seatOver says what became of a seat once everything is over: who was to come to dates of
// which none took place did not stay away.
func seatOver(ctx context.Context, a *activity.Activity, came bool) (ui.Tone, string) {
	held := slices.ContainsFunc(a.Sessions, func(s activity.Session) bool { return s.End != nil && s.End.Held })
	open := slices.ContainsFunc(a.Sessions, func(s activity.Session) bool { return s.End == nil })
	switch {
	case came:
		return ui.OK, i18n.T(ctx, "来了")
	case open:
		return ui.Tell, i18n.T(ctx, "等老师记到场")
	case held:
		return ui.Tell, i18n.T(ctx, "没有来")
	}
	return ui.Tell, i18n.T(ctx, "没有办成")
}

// lateTag says for what a share went to the teacher.
func lateTag(ctx context.Context, s *activity.Session) string {
	if s.End != nil && s.End.Held {
		return i18n.T(ctx, "没有来")
	}
	return i18n.T(ctx, "临时退的")
}

// enteredText tells whom the desk signed up, and until when she may say no at no cost.
func enteredText(ctx context.Context, v *oneView, seat *activity.Seat) string {
	ahead := v.A.Ahead(v.Now)
	if seat.Way != activity.ByDesk || !seat.Stands() || len(ahead) == 0 {
		return ""
	}
	if until := flow.SeatFreeUntil(seat, &ahead[0], &v.Rules); v.A.Pay == activity.BySeat && until.After(v.Now) {
		return i18n.T(ctx, "社区替您报的名。不想去，%s 以前退都不用付。", ui.Moment(ctx, until.In(v.Now.Location())))
	}
	return i18n.T(ctx, "社区替您报的名。不想去，随时可以退。")
}
