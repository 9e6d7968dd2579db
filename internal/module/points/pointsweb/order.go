package pointsweb

import (
	"context"
	"net/http"
	"strconv"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// orderView is one redemption: its code, its number in the queue, what happened.
type orderView struct {
	*points.Redemption
	Name     string
	State    string
	Tone     ui.Tone
	Waiting  bool
	Code     ui.CodeSheet
	Facts    []ui.Fact
	Events   []ui.Event
	Ticket   *points.Ticket
	Ahead    int // numbers before hers
	Claim    bool
	Form     ui.Form
	Words    string
	Days     int
	Cancel   ui.Confirm
	Replaces string // address of the redemption that came in its stead
}

func (p *Pages) order(w http.ResponseWriter, r *http.Request) error {
	return p.showOrder(w, r, http.StatusOK, nil)
}

// own finds a redemption of the viewer, or of whom she helps.
func (p *Pages) own(r *http.Request) (*flow.Belonging, *points.Redemption, error) {
	at, err := key(r, "redemption", points.ErrNoOrder)
	if err != nil {
		return nil, nil, err
	}
	h, err := p.here(r.Context(), "")
	if err != nil {
		return nil, nil, err
	}
	return p.Flows.RedemptionOf(r.Context(), h.all, at)
}

func (p *Pages) showOrder(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	b, order, err := p.own(r)
	if err != nil {
		return err
	}
	now := p.Flows.DB.Clock().Now()
	v := orderView{Redemption: order, Waiting: order.Waiting(now) == nil, Days: b.Rules.Params.ClaimDays, Words: r.FormValue("words"),
		Claim: order.Claimable(now, b.Rules.Params.ClaimDays) == nil}
	v.State, v.Tone = stateOf(ctx, order, now)
	v.Form = ui.Form{Action: Path + "/orders/" + order.ID.String() + "/claim", Upload: true, Wrong: wrong, Busy: i18n.T(ctx, "正在送，请等一下")}
	err = p.view(ctx, b.Community.ID, func(rd db.Reader) error {
		g, err := p.Flows.Points.Good(ctx, rd, b.Community.ID, order.Good)
		if err != nil {
			return err
		}
		v.Name = g.Name
		names, err := p.Flows.CounterNames(ctx, rd, b.Community.ID)
		if err != nil {
			return err
		}
		v.Facts = orderFacts(ctx, b, order, g, names)
		return p.fillQueue(ctx, rd, b, &v)
	})
	if err != nil {
		return err
	}
	v.Events = orderEvents(ctx, b, order)
	if order.Claim != nil && order.Claim.Decision != nil && !order.Claim.Decision.Replacement.IsZero() {
		v.Replaces = Path + "/orders/" + order.Claim.Decision.Replacement.String()
	}
	link := order.Code
	if base := p.Base(ctx); base != "" {
		link = base + "/collect/" + order.Code
	}
	v.Code = ui.CodeSheet{Title: v.Name, Text: link, Label: i18n.T(ctx, "领取码"), Digits: order.Code,
		Until: i18n.T(ctx, "%s 前有效", ui.FullDay(ctx, period.DayOf(order.Due.Add(-1), b.Zone)))}
	v.Cancel = ui.Confirm{ID: "cancel", Open: i18n.T(ctx, "不要了"), Title: i18n.T(ctx, "不要%s了？", v.Name), Text: i18n.T(ctx, "%s 分原样退回，东西给别人换。", ui.Points(order.Points)),
		Action: Path + "/orders/" + order.ID.String() + "/cancellation", Do: i18n.T(ctx, "取消，退回积分")}
	s := p.Shell(ctx, ui.ResidentFrame, "me", v.Name)
	s.Back = ui.Link{Href: Path, Text: i18n.T(ctx, "积分")}
	s.Help = ui.Help{Href: "/me/help?page=" + Path}
	return p.ShowAs(w, r, status, httpkit.Private, s, orderPage(v))
}

// fillQueue finds her number of today and who is before her.
func (p *Pages) fillQueue(ctx context.Context, rd db.Reader, b *flow.Belonging, v *orderView) error {
	today := period.DayOf(p.Flows.DB.Clock().Now(), b.Zone)
	all, err := p.Flows.Points.TicketsOf(ctx, rd, b.Community.ID, v.Counter, today)
	for i := range all {
		if all[i].Redemption == v.ID {
			v.Ticket = &all[i]
			break
		}
		if all[i].Step == "" || all[i].Step == points.Called {
			v.Ahead++
		}
	}
	return err
}

func orderFacts(ctx context.Context, b *flow.Belonging, r *points.Redemption, g *points.Good, names map[id.ID]string) []ui.Fact {
	facts := []ui.Fact{{Name: i18n.T(ctx, "到哪里领"), Text: names[r.Counter]}, {Name: i18n.T(ctx, "谁供的"), Text: names[r.Supplier]}}
	if r.Seq >= 0 {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "用了积分"), Text: ui.Points(r.Points), Why: "/me/wallet/" + b.Community.Ref + "/points"})
	} else {
		facts = append(facts, ui.Fact{Name: i18n.T(ctx, "用了积分"), Text: i18n.T(ctx, "换的，不再扣")})
	}
	return append(facts, ui.Fact{Name: i18n.T(ctx, "一份"), Text: "1 " + g.Unit})
}

func orderEvents(ctx context.Context, b *flow.Belonging, r *points.Redemption) []ui.Event {
	events := []ui.Event{{When: moment(ctx, r.At, b.Zone), Title: i18n.T(ctx, "兑好了"), State: ui.Done}}
	if r.End != nil {
		title, _ := stateOf(ctx, &points.Redemption{End: r.End}, r.End.At)
		events = append(events, ui.Event{When: moment(ctx, r.End.At, b.Zone), Title: title, Text: r.End.Reason, State: ui.Done})
	} else {
		events = append(events, ui.Event{Title: i18n.T(ctx, "凭码来领"), Text: i18n.T(ctx, "最晚 %s", ui.Day(ctx, period.DayOf(r.Due.Add(-1), b.Zone))), State: ui.Now})
	}
	if c := r.Claim; c != nil {
		events = append(events, ui.Event{When: moment(ctx, c.At, b.Zone), Title: i18n.T(ctx, "您说不好"), Text: c.Words, State: ui.Done})
		if d := c.Decision; d != nil {
			events = append(events, ui.Event{When: moment(ctx, d.At, b.Zone), Title: i18n.T(ctx, "定了：%s", i18n.M(flow.VerdictName(d.Verdict))), Text: d.Reason, State: ui.Done})
		} else {
			events = append(events, ui.Event{Title: i18n.T(ctx, "等社区定"), Text: i18n.T(ctx, "最晚 %s 定，到时没定就退积分", ui.Day(ctx, period.DayOf(c.Due.Add(-1), b.Zone))), State: ui.Now})
		}
	}
	return events
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	b, order, err := p.own(r)
	if err != nil {
		return err
	}
	if err := p.Flows.CancelRedemption(r.Context(), b.Community.ID, authz.Of(r.Context()).Actor(), b.Member.ID, order.ID, ""); err != nil {
		return err
	}
	return see(w, r, Path+"/orders/"+order.ID.String())
}

func (p *Pages) queueUp(w http.ResponseWriter, r *http.Request) error {
	b, order, err := p.own(r)
	if err != nil {
		return err
	}
	if _, err := p.Flows.QueueUp(r.Context(), b.Community.ID, authz.Of(r.Context()).Actor(), b.Member.ID, id.ID{}, order.ID); err != nil {
		return err
	}
	return see(w, r, Path+"/orders/"+order.ID.String()+"#queue")
}

// complain says that what was collected is not good, with a picture if she likes.
func (p *Pages) complain(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	picture, err := portal.PictureIn(r, "picture")
	if err == nil {
		var b *flow.Belonging
		var order *points.Redemption
		if b, order, err = p.own(r); err != nil {
			return err
		}
		err = p.Flows.Complain(ctx, b.Community.ID, authz.Of(ctx).Actor(), flow.Complaint{Member: b.Member.ID, Redemption: order.ID, Words: r.FormValue("words"), Picture: picture})
	}
	if err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showOrder(w, r, status, wrong) })
	}
	return see(w, r, Path+"/orders/"+r.PathValue("redemption"))
}

// ticketNumber is a number of the queue as it is called.
func ticketNumber(n int64) string { return strconv.FormatInt(n, 10) }
