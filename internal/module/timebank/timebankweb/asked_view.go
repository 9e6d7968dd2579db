package timebankweb

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

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
	if v.Paid, err = h.paidRows(ctx, v.ID, v.Now.Location(), q, true); err != nil {
		return err
	}
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
	x.Name = i18n.T(ctx, "一位邻居")
	if who.Person != nil {
		x.Name = portal.Called(ctx, who.Person)
		if !a.State().Over() {
			x.Phone = who.Person.Phone
		}
	}
	if x.From, err = h.comesFrom(ctx, v.ID, who); err != nil {
		return x, err
	}
	own, err := h.Flows.HelperOf(ctx, v.ID, a.Helper)
	if err != nil {
		return x, err
	}
	if own != nil {
		if x.From == "" { // what she says of herself is said at home
			x.Warm = own.About
		}
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
		return []ui.Line{{Text: i18n.T(ctx, "您要付"), Num: "0"}, {Text: i18n.T(ctx, "帮忙的人得"), Note: i18n.T(ctx, "由社区权益池出"), Num: coinsLine(ctx, q.Coins, perHour)}}
	}
	return []ui.Line{{Text: i18n.T(ctx, "先留出，做完满意才给"), Num: coinsLine(ctx, q.Coins, perHour), Note: people(ctx, q)}}
}

// paidRows are the sales at a shop's till that paid for a request. The receipt is shown to
// who asked: the shop wrote it for her.
func (h *Pages) paidRows(ctx context.Context, community id.ID, zone *time.Location, q *timebank.Request, receipts bool) (rows []ui.Row, err error) {
	if q.Pay != timebank.AtTill {
		return nil, nil
	}
	return rows, h.view(ctx, community, func(rd db.Reader) error {
		all, err := h.Flows.PaidAtTill(ctx, rd, community, q.ID)
		for i := range all {
			x := &all[i]
			row := ui.Row{Icon: "cash", Title: i18n.T(ctx, "在店里付了 %s 元", ui.Yuan(x.Price)), Text: ui.Moment(ctx, x.Bought.In(zone))}
			if x.Back > 0 {
				row.Notes = append(row.Notes, i18n.T(ctx, "退了 %s 元", ui.Yuan(x.Back)))
			}
			if receipts {
				row.Href = "/r/" + x.Token
				row.Notes = append(row.Notes, i18n.T(ctx, "看小票"))
			}
			rows = append(rows, row)
		}
		return err
	})
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
		if slices.ContainsFunc(offers, (*timebank.Offer).Willing) {
			return append(events, ui.Event{Title: i18n.T(ctx, "有人答应了"), Text: i18n.T(ctx, "还有更近的邻居没回话，马上定下谁来"), State: ui.Now})
		}
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
