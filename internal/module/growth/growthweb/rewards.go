package growthweb

import (
	"context"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// rewardsView is what somebody was given, with the rule and why.
type rewardsView struct {
	Place   string
	Balance string
	AsOf    string
	Rooms   []ui.Stat
	Blocks  []string // what is not paid now, with the rule that blocks it
	Rows    []ui.Row
	Next    string
	Later   bool
	Take    string
}

func (g *Pages) rewards(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	b, err := g.home(ctx)
	if err != nil {
		return err
	}
	s := g.Shell(ctx, ui.ResidentFrame, "me", i18n.T(ctx, "我的奖励"))
	s.Back = ui.Link{Href: "/me", Text: i18n.T(ctx, "我的")}
	if b == nil {
		return g.Show(w, r, s, noMember(i18n.T(ctx, "我的奖励")))
	}
	if format := r.FormValue("format"); format == "csv" || format == "xlsx" {
		return g.takeRewards(w, r, b, format)
	}
	purse, err := g.Flows.Purse(ctx, b)
	if err != nil {
		return err
	}
	rooms, err := g.Flows.RewardRooms(ctx, b)
	if err != nil {
		return err
	}
	all, next, err := g.Flows.Rewards(ctx, b, page.Request{Cursor: r.FormValue("before"), Limit: 25})
	if err != nil {
		return err
	}
	v := rewardsView{Place: portal.PlaceName(b.Community), Balance: ui.Yuan(purse.Rewards), AsOf: ui.Moment(ctx, purse.AsOf), Later: r.FormValue("before") != "", Take: "/me/rewards?format="}
	for _, x := range rooms {
		v.Rooms = append(v.Rooms, ui.Stat{Name: i18n.T(ctx, x.Title), Number: ui.Yuan(x.Used), Unit: i18n.T(ctx, "元"), Note: i18n.T(ctx, "本月还能得 %s，封顶 %s", ui.Yuan(x.Left()), ui.Yuan(x.Cap))})
	}
	guards, err := g.Flows.Unrewarded(ctx, b)
	if err != nil {
		return err
	}
	v.Blocks = blocks(ctx, b, rooms)
	for _, x := range guards[:min(len(guards), 5)] {
		v.Blocks = append(v.Blocks, i18n.T(ctx, "%s %s：%s", x.ID, x.Says, x.Why))
	}
	if next != "" {
		v.Next = "/me/rewards?before=" + next
	}
	for i := range all {
		x := &all[i]
		v.Rows = append(v.Rows, ui.Row{Title: titleOf(ctx, x), Text: ui.Moment(ctx, x.At), Notes: []string{i18n.T(ctx, "%s：%s", x.Rule.String(), why(ctx, x))},
			End: ui.Signed(x.Amount, money.CNY), In: x.Amount > 0, EndNote: i18n.T(ctx, "余 %s", ui.Yuan(x.Balance))})
	}
	return g.Show(w, r, s, rewardsPage(v))
}

func titleOf(ctx context.Context, x *flow.Reward) string {
	title := x.Rule.String()
	if x.Title != "" {
		title = i18n.T(ctx, x.Title)
	}
	if x.Rule.Undone {
		return i18n.T(ctx, "退回：%s", title)
	}
	return title
}

func why(ctx context.Context, x *flow.Reward) string {
	if x.Why.Key == "" {
		return i18n.T(ctx, "章程里的一条")
	}
	return i18n.T(ctx, x.Why.Key, x.Why.Args...)
}

// blocks are what is not paid to her now, each with the rule that blocks it.
func blocks(ctx context.Context, b *flow.Belonging, rooms []flow.RewardRoom) (all []string) {
	if b.Member.Level > policy.Silver && b.Member.Standing != "good" {
		all = append(all, i18n.T(ctx, "L-09：您的会员资格过期，级别停着，组员消费和分红都不给。续上就接着算。"))
	}
	if b.Rules.Params.RewardDepth < 1 {
		all = append(all, i18n.T(ctx, "L-12：社区的规则现在不给推荐和团队的奖励。"))
	}
	for _, x := range rooms {
		if x.Used > 0 && x.Left() == 0 {
			all = append(all, i18n.T(ctx, "%s：本月到了封顶 %s 元，后面的不再给，下个月 1 日重新算。", x.Rule.String(), ui.Yuan(x.Cap)))
		}
	}
	return all
}

// takenMost bounds a file.
const takenMost = 5000

func (g *Pages) takeRewards(w http.ResponseWriter, r *http.Request, b *flow.Belonging, format string) error {
	ctx := r.Context()
	t := sheet.Table{Name: i18n.T(ctx, "我的奖励"), Head: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "规则"), i18n.T(ctx, "名目"), i18n.T(ctx, "为什么"), i18n.T(ctx, "变动（元）"), i18n.T(ctx, "余（元）")}}
	for cursor := ""; len(t.Rows) < takenMost; {
		all, next, err := g.Flows.Rewards(ctx, b, page.Request{Cursor: cursor, Limit: page.MaxLimit})
		if err != nil {
			return err
		}
		for i := range all {
			x := &all[i]
			t.Rows = append(t.Rows, append(sheet.Texts(x.At.Format("2006-01-02 15:04:05"), x.Rule.String(), titleOf(ctx, x), why(ctx, x)), sheet.Figure(x.Amount.Decimal(money.CNY)), sheet.Figure(x.Balance.Decimal(money.CNY))))
		}
		if cursor = next; next == "" {
			break
		}
	}
	return portal.Take(w, r, i18n.T(ctx, "我的奖励"), format, t)
}
