package timebankweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// askView is the form of a request: for herself, or by the desk for somebody (Desk).
type askView struct {
	spot
	Kind     timebank.Kind
	Form     ui.Form
	Sent     portal.Sent
	Door     timebank.Door
	Now      bool // can be asked for at once
	When     string
	Day      string
	Clock    string
	Lines    []ui.Line
	Advice   string // nobody is free then
	Next     string // when somebody is
	Skilled  int
	For      string // whom she acts for, "" for herself
	Desk     *deskAsking
	PlanHref string // "" for a guest
	Near     string // communities where it may be told, "" for none
	Beyond   string // whether it is, as the field carries it
}

// advice is that nobody has time then: no refusal, but the form asks whether to go on.
type advice struct{ flow.Prospect }

func (h *Pages) askForm(w http.ResponseWriter, r *http.Request) error {
	return h.showAsk(w, r, portal.Sent{}, nil)
}

func (h *Pages) showAsk(w http.ResponseWriter, r *http.Request, sent portal.Sent, nobody *advice) error {
	ctx := r.Context()
	at, known, err := h.askingAt(r)
	if err != nil {
		return err
	}
	if !known {
		http.Redirect(w, r, "/help", http.StatusSeeOther)
		return nil
	}
	v := askView{spot: at, Form: sent.Once("ask", "/help/ask"), Sent: sent}
	if v.Kind, err = h.kindIn(ctx, at.ID, r.FormValue("kind")); err != nil {
		return err
	}
	if who := authz.Of(ctx); who.Acting() != who.Person {
		if v.For, err = h.called(ctx, at.ID, at.Me.ID); err != nil {
			return err
		}
	}
	if err := h.fillAsk(ctx, &v, at.Me.ID, nobody); err != nil {
		return err
	}
	if !at.guest() {
		v.PlanHref = "/help/plans/new?kind=" + v.Kind.Key
	}
	if err := h.fillNext(ctx, &v); err != nil {
		return err
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", kindName(ctx, v.Kind.Name))
	s.Back = ui.Link{Href: "/help", Text: i18n.T(ctx, "互助")}
	if h.Opens("/me/help") {
		s.Help.Href = "/me/help"
	}
	return h.ShowSent(w, r, sent, s, askPage(v))
}

func (h *Pages) kindIn(ctx context.Context, community id.ID, key string) (k timebank.Kind, err error) {
	err = h.view(ctx, community, func(rd db.Reader) error {
		k, err = h.svc().KindByKey(ctx, rd, community, key)
		if err == nil && k.Off {
			err = timebank.ErrKindOff
		}
		return err
	})
	return k, err
}

// fillAsk fills what a form of a request proposes: where she was served last, or lives;
// at once if that can be, else tomorrow.
func (h *Pages) fillAsk(ctx context.Context, v *askView, served id.ID, nobody *advice) error {
	v.Form.Busy = i18n.T(ctx, "正在发出")
	v.Now = v.Kind.Urgent
	first := "later"
	if v.Now {
		first = "now"
	}
	v.When = v.Sent.Typed(v.Form.In, "when", first)
	v.Day, v.Clock = v.Sent.Typed(v.Form.In, "day", (v.Today+1).String()), v.Sent.Typed(v.Form.In, "clock", "09:00")
	var elder bool
	var err error
	if !served.IsZero() {
		who, err := h.Flows.Householder(ctx, v.ID, served)
		if err != nil {
			return err
		}
		elder = who.Elder(v.Standing.Now, &v.Rules.TimeBank)
		v.Door.Door = who.Household.Door
		if who.Person != nil {
			v.Door.Phone, v.Door.Contact = strings.TrimPrefix(who.Person.Phone, "+86"), portal.Called(ctx, who.Person)
		}
		if err := h.view(ctx, v.ID, func(rd db.Reader) error {
			last, err := h.svc().LastDoor(ctx, rd, v.ID, served)
			if last.Door != "" {
				v.Door = last
			}
			return err
		}); err != nil {
			return err
		}
	}
	v.Lines = priceLines(ctx, &v.Kind, elder, &v.spot)
	if nobody != nil {
		v.Advice = i18n.T(ctx, "%d 位邻居会做，那时都没有空", nobody.Skilled)
		if nobody.Skilled == 0 {
			v.Advice = i18n.T(ctx, "本社区还没有登记会做这件事的邻居")
		}
		if !nobody.Next.IsZero() {
			v.Next = ui.Moment(ctx, nobody.Next.In(v.Standing.Now.Location()))
		}
	}
	p, err := h.Flows.ProspectOf(ctx, v.ID, &v.Kind, v.Standing.Now, v.Standing.Now.Add(time.Hour))
	v.Skilled = p.Skilled
	return err
}

// priceLines say what a request will cost and who bears it.
func priceLines(ctx context.Context, k *timebank.Kind, elder bool, at *spot) []ui.Line {
	price, perHour := at.Rules.ServicePrice(k.Minutes), at.Rules.CoinsPerHour
	switch {
	case k.Price == timebank.AtShop:
		return []ui.Line{{Text: i18n.T(ctx, "付给店家"), Num: "¥ " + ui.Yuan(k.Fen)}}
	case k.Price == timebank.Hours:
		all := price * money.Amount(k.People)
		return []ui.Line{{Text: i18n.T(ctx, "先留出，做完满意才给"), Num: ui.ServiceTime(ctx, all, perHour)}}
	case elder:
		return []ui.Line{{Text: i18n.T(ctx, "%d 岁以上的基础服务", at.Rules.ElderAge), Num: i18n.T(ctx, "不用付")}, {Text: i18n.T(ctx, "帮忙的人记"), Note: i18n.T(ctx, "由社区权益池出"), Num: ui.ServiceTime(ctx, at.Rules.BasicPay(k.Minutes), perHour)}}
	}
	return []ui.Line{{Text: i18n.T(ctx, "基础服务"), Num: i18n.T(ctx, "不用付")}, {Text: i18n.T(ctx, "帮忙的人记"), Num: i18n.T(ctx, "志愿时长")}}
}

// wishIn reads a request from a form.
func (h *Pages) wishIn(r *http.Request, zone *time.Location) (w flow.HelpWish, err error) {
	f := portal.Type(r)
	w = flow.HelpWish{Kind: f.Line("kind"), Words: portal.Prose(r, "words"), Entered: timebank.BySelf, Beyond: r.FormValue("beyond") == "yes",
		Door: timebank.Door{Door: f.Line("door"), Contact: f.Line("contact"), Phone: f.Line("phone"), Hints: portal.Prose(r, "hints")}}
	if r.FormValue("when") == "now" {
		return w, f.Err
	}
	if w.From, err = portal.MomentIn(r, "day", "clock", zone); err != nil {
		return w, err
	}
	return w, f.Err
}

func (h *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.askingAt(r)
	if err != nil {
		return err
	}
	if !known {
		return timebank.ErrNotFound
	}
	wish, err := h.wishIn(r, at.Standing.Now.Location())
	wish.Member, wish.Entered = at.Me.ID, enteredBy(ctx)
	if err == nil {
		nobody, lookErr := h.nobodyThen(r, &at, &wish)
		if lookErr != nil {
			return lookErr
		}
		if nobody != nil {
			return h.showAsk(w, r, portal.Again(r, "ask"), nobody)
		}
	}
	var q *timebank.Request
	if err == nil {
		q, err = h.Flows.AskHelp(ctx, at.ID, actor(ctx), wish, r.FormValue(ui.TokenName))
	}
	to := "/help/asked"
	switch {
	case !h.mayOpen(ctx).Mine: // she acts for somebody, to ask and not to look on
		to = "/help?sent=1"
	case q != nil:
		to = askedHref(at.ID, q.ID)
	}
	return portal.Done(w, r, err, to, "ask", func(s portal.Sent) error { return h.showAsk(w, r, s, nil) })
}

// enteredBy says by whose hand a viewer asks: her own, or that of who acts for her (A4).
func enteredBy(ctx context.Context) timebank.Entered {
	who := authz.Of(ctx)
	switch {
	case who.Acting() == who.Person:
		return timebank.BySelf
	case len(who.Grants) > 0:
		return timebank.ByField
	}
	return timebank.ByGuardian
}

// nobodyThen looks whether anybody could come at the time that was asked for, unless the
// form says that it does not matter.
func (h *Pages) nobodyThen(r *http.Request, at *spot, wish *flow.HelpWish) (*advice, error) {
	if r.FormValue("anyway") != "" || wish.From.IsZero() {
		return nil, nil
	}
	k, err := h.kindIn(r.Context(), at.ID, wish.Kind)
	if err != nil {
		return nil, err
	}
	p, err := h.Flows.ProspectOf(r.Context(), at.ID, &k, wish.From, wish.From.Add(time.Duration(at.Rules.CheckInLate)*time.Minute))
	if err != nil || p.Free > 0 {
		return nil, err
	}
	return &advice{p}, nil
}

// planView is the form of a plan.
type planView struct {
	askView
	Weekdays []string
	First    string
	Last     string
}

func (h *Pages) planForm(w http.ResponseWriter, r *http.Request) error {
	return h.showPlan(w, r, portal.Sent{})
}

func (h *Pages) showPlan(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	if !known {
		http.Redirect(w, r, "/help", http.StatusSeeOther)
		return nil
	}
	v := planView{askView: askView{spot: at, Form: sent.Once("plan", "/help/plans"), Sent: sent}}
	if v.Kind, err = h.kindIn(ctx, at.ID, r.FormValue("kind")); err != nil {
		return err
	}
	if err := h.fillAsk(ctx, &v.askView, at.Me.ID, nil); err != nil {
		return err
	}
	v.Clock = sent.Typed("plan", "clock", "11:30")
	v.Weekdays = sent.Ticked("plan", "weekdays", []string{"1", "2", "3", "4", "5"})
	v.First, v.Last = sent.Typed("plan", "first", at.Today.String()), sent.Typed("plan", "last", (at.Today+30).String())
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "定期请人"))
	s.Back = ui.Link{Href: "/help/ask?kind=" + v.Kind.Key, Text: kindName(ctx, v.Kind.Name)}
	return h.ShowSent(w, r, sent, s, planPage(v))
}

func (h *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	if !known {
		return timebank.ErrNotFound
	}
	f := portal.Type(r)
	p := timebank.Plan{Kind: f.Line("kind"), Asker: at.Me.ID, Entered: enteredBy(ctx), First: f.Day("first"), Last: f.Day("last"), Words: portal.Prose(r, "words"),
		Door: timebank.Door{Door: f.Line("door"), Contact: f.Line("contact"), Phone: f.Line("phone"), Hints: portal.Prose(r, "hints")}}
	p.Weekdays = f.Times().Weekdays
	p.Minute, err = minuteIn(f.Line("clock"))
	if err == nil {
		err = f.Err
	}
	if err == nil {
		err = h.Flows.PlanHelp(ctx, at.ID, actor(ctx), p, r.FormValue(ui.TokenName))
	}
	return portal.Done(w, r, err, "/help/asked", "plan", func(s portal.Sent) error { return h.showPlan(w, r, s) })
}

// minuteIn is a time of day in minutes after midnight.
func minuteIn(clock string) (int, error) {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return 0, portal.ErrBadClock.On("clock")
	}
	return at.Hour()*60 + at.Minute(), nil
}

func (h *Pages) endPlan(w http.ResponseWriter, r *http.Request) error {
	at, err := h.here(r)
	if err != nil {
		return err
	}
	plan, err := idIn(r, "plan")
	if err == nil {
		err = h.Flows.EndPlan(r.Context(), at.ID, actor(r.Context()), at.Me.ID, plan, "")
	}
	return portal.Done(w, r, err, "/help/asked", "end", func(s portal.Sent) error { return h.showAskedList(w, r, s) })
}

// planDays says on which days a plan asks.
func planDays(ctx context.Context, p *timebank.Plan) string {
	days := portal.TimesName(ctx, period.Times{Weekdays: p.Weekdays})
	if days == "" {
		days = i18n.T(ctx, "每天")
	}
	return i18n.T(ctx, "%s %s，%s 到 %s", days, portal.HourValue(p.Minute), ui.ShortDay(ctx, p.First), ui.ShortDay(ctx, p.Last))
}
