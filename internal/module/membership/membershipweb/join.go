package membershipweb

import (
	"context"
	"net/http"
	"net/url"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// joinView is what a membership costs and brings, for whoever asks.
type joinView struct {
	Place  string
	Shop   string // that recommends; "" of a member
	Code   string
	Bad    bool // the code leads to nobody
	Rules  policy.Params
	Brings []ui.Row
	Back   []ui.Line // what would come back after some days
	To     ui.Link
}

// join shows what a membership is before anybody buys; a recommendation link leads
// here. Nothing is told of a member who recommends.
func (h *Pages) join(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := joinView{Code: r.PathValue("code")}
	var at community.Place
	if v.Code != "" {
		inv, err := h.Flows.Invited(ctx, v.Code)
		switch {
		case fault.Of(err) != nil:
			v.Bad = true
		case err != nil:
			return err
		default:
			at, v.Shop, v.Place = inv.Community, inv.Shop, portal.PlaceName(inv.Community)
		}
	}
	if at.ID.IsZero() {
		all, err := h.Flows.Communities.List(ctx, h.Flows.DB, community.Community)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return httpkit.ErrNoSuchPage
		}
		at = all[0]
	}
	if err := h.rulesOf(ctx, at.ID, &v.Rules); err != nil {
		return err
	}
	v.Brings, v.Back = brings(ctx, &v.Rules), sample(ctx, &v.Rules)
	v.To = ui.Link{Href: self, Text: i18n.T(ctx, "去入会")}
	if v.Code != "" && !v.Bad {
		v.To.Href += "?by=" + url.QueryEscape(v.Code)
	}
	s := ui.Shell{Kind: ui.PlainFrame, Title: i18n.T(ctx, "邻里会员"), Description: i18n.T(ctx, "会员一年多少钱、有什么、怎么退，推荐怎么算，都写在这里。"), Back: ui.Link{Href: "/", Text: i18n.T(ctx, "首页")}}
	if authz.Of(ctx).SignedIn() {
		s = h.Shell(ctx, ui.ResidentFrame, "me", s.Title)
	}
	return h.ShowAs(w, r, http.StatusOK, httpkit.Private, s, joinPage(v))
}

// rulesOf reads the numbers in force in a community.
func (h *Pages) rulesOf(ctx context.Context, at id.ID, into *policy.Params) error {
	return h.view(ctx, at, func(r db.Reader) error {
		all, err := h.Flows.Policies.List(ctx, r, at)
		if err != nil {
			return err
		}
		v := policy.InForce(all, h.Flows.DB.Clock().Now())
		if v == nil {
			return policy.ErrNone
		}
		*into = v.Params
		return nil
	})
}

// brings is what a membership brings, by the numbers in force.
func brings(ctx context.Context, p *policy.Params) []ui.Row {
	rows := []ui.Row{
		{Icon: "hands", Title: i18n.T(ctx, "%d 次免费的社区服务", p.FreeServices), Text: i18n.T(ctx, "小修小补、代取代办、理发、量血压，一期里随时用。")},
		{Icon: "ticket", Title: i18n.T(ctx, "优惠店里的会员价"), Text: i18n.T(ctx, "优惠店收会员最多标价的 %s。", p.AlliancePrice.Percent())},
		{Icon: "wallet", Title: i18n.T(ctx, "消费返抵扣权益"), Text: i18n.T(ctx, "现金部分的 %s，在联盟店抵用。", p.Cashback.Percent())},
		{Icon: "gift", Title: i18n.T(ctx, "每季一份权益包"), Text: i18n.T(ctx, "店家和景区等伙伴给的，先选先得，份数写明。")},
		{Icon: "calendar", Title: i18n.T(ctx, "会员日和新服务先用"), Text: i18n.T(ctx, "哪家店哪天，看商家日历。")},
	}
	if p.BirthdayPoints > 0 {
		rows = append(rows, ui.Row{Icon: "heart", Title: i18n.T(ctx, "生日那个月送 %s 分", ui.Points(p.BirthdayPoints)), Text: i18n.T(ctx, "愿意告诉我们月和日才有，年份不问。")})
	}
	if p.WaiverCount > 0 && p.RewardDepth > 0 {
		rows = append(rows, ui.Row{Icon: "send", Title: i18n.T(ctx, "推荐 %d 位，下一期免会费", p.WaiverCount), Text: i18n.T(ctx, "付了费、真的用过、过了可全退的日子才算一位。")})
	}
	return rows
}

// sample is what would come back of a term on some of its days, nothing collected.
func sample(ctx context.Context, p *policy.Params) (lines []ui.Line) {
	t := membership.Term{Fee: p.Fee, CoolingDays: p.CoolingOffDays}
	t.From, t.Until = membership.FirstTerm(0, p.TermMonths)
	for _, n := range []int{p.CoolingOffDays, t.Days() / 4, t.Days() / 2, t.Days() * 3 / 4} {
		back := t.Refund(t.From, 0, charter.Cash)
		back.Used = 0
		if n > p.CoolingOffDays {
			back.Used = n
		}
		lines = append(lines, ui.Line{Text: i18n.T(ctx, "过了 %d 天", n), Num: ui.Yuan(back.Amount())})
	}
	return lines
}

// parting is one line of what comes back, with how it was reckoned.
func parting(ctx context.Context, p *flow.Parting) ui.Line {
	l := ui.Line{Text: i18n.T(ctx, "%s 到 %s 这一期", ui.FullDay(ctx, p.Term.From), ui.FullDay(ctx, p.Term.Last())), Num: ui.Yuan(p.Amount()), In: p.Amount() > 0}
	days := money.MulDiv(p.Fee, money.Amount(p.Used), money.Amount(p.Days))
	switch {
	case p.Fee == 0:
		l.Note = i18n.T(ctx, "这一期没有付会费")
	case p.Used == 0 && p.Taken == 0:
		l.Note = i18n.T(ctx, "全额 %s", ui.Yuan(p.Fee))
	case p.Taken > days:
		l.Note = i18n.T(ctx, "%s − 领走的东西 %s", ui.Yuan(p.Fee), ui.Yuan(p.Taken))
	default:
		l.Note = i18n.T(ctx, "%s − 用了 %d 天的 %s（共 %d 天）", ui.Yuan(p.Fee), p.Used, ui.Yuan(days), p.Days)
	}
	return l
}
