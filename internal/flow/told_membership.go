package flow

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// birthday tells what she told of her birthday, and on how many devices she
// recommended or ordered: the marks themselves say nothing.
func (t *teller) birthday(ctx context.Context, r db.Reader) error {
	b, told, err := t.flows.Memberships.BirthdayOf(ctx, r, t.person)
	if err != nil {
		return err
	}
	devices, err := t.flows.Memberships.CountDevices(ctx, r, t.person)
	if err != nil {
		return err
	}
	c := Chapter{File: "birthday.json", Title: i18n.T(ctx, "生日和核对推荐用的设备"), Columns: []string{i18n.T(ctx, "项目"), i18n.T(ctx, "内容")},
		Rows: [][]string{{i18n.T(ctx, "核对推荐用的设备"), fmt.Sprint(devices)}}}
	data := map[string]any{"devices": devices}
	if told {
		c.Rows = append(c.Rows, []string{i18n.T(ctx, "生日"), i18n.T(ctx, "%d 月 %d 日", int(b.Month), b.Day)})
		data["month"], data["day"], data["told_at"] = int(b.Month), b.Day, b.ToldAt
	}
	c.Data = data
	t.add(c)
	return nil
}

// terms tells her memberships: the terms, what she used of them, the packs, and how
// her recommendations stand. Who she recommended is not told: it is theirs.
func (t *teller) terms(ctx context.Context) error {
	type term struct {
		Community string            `json:"community"`
		From      string            `json:"from"`
		Last      string            `json:"last_day"`
		Origin    membership.Origin `json:"origin"`
		Fee       money.Amount      `json:"fee_fen"`
		GivenUp   string            `json:"given_up_on,omitempty"`
		Refunded  money.Amount      `json:"refunded_fen,omitempty"`
	}
	c := Chapter{File: "membership.json", Title: i18n.T(ctx, "我的会员期"), Num: []int{3, 4},
		Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "从"), i18n.T(ctx, "到"), i18n.T(ctx, "会费（元）"), i18n.T(ctx, "退回（元）")}}
	data := make([]term, 0, 4)
	used := Chapter{File: "services.json", Title: i18n.T(ctx, "用过的免费服务"), Columns: []string{i18n.T(ctx, "日期"), i18n.T(ctx, "服务"), i18n.T(ctx, "谁做的"), i18n.T(ctx, "后来")}}
	services := make([]membership.Use, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		if !b.Home {
			continue
		}
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			all, err := t.flows.Memberships.TermsOf(ctx, r, b.Community.ID, b.Member.ID)
			if err != nil {
				return err
			}
			for _, x := range all {
				e := term{Community: b.Community.Name, From: x.From.String(), Last: x.Last().String(), Origin: x.Origin, Fee: x.Fee}
				back := ""
				if x.End != nil {
					e.GivenUp, e.Refunded = x.End.Day.String(), x.End.Refunded
					back = x.End.Refunded.Grouped(money.CNY)
				}
				data = append(data, e)
				c.Rows = append(c.Rows, []string{e.Community, e.From, e.Last, e.Fee.Grouped(money.CNY), back})
			}
			some, err := t.flows.Memberships.UsesBy(ctx, r, b.Community.ID, b.Member.ID)
			for _, u := range some {
				later := ""
				if u.Back != nil {
					later = i18n.T(ctx, "作废：%s", u.Back.Reason)
				}
				used.Rows = append(used.Rows, []string{u.Day.String(), membership.KindName(u.Kind).In(ctx), u.ServedBy, later})
				services = append(services, u)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	c.Data, used.Data = data, services
	t.add(c)
	t.add(used)
	return t.recommendations(ctx)
}

// recommendations tells how those she made stand, and which packs she chose.
func (t *teller) recommendations(ctx context.Context) error {
	type recommendation struct {
		At     time.Time        `json:"at"`
		State  membership.State `json:"state"`
		Guard  string           `json:"guard,omitempty"`
		Reward money.Amount     `json:"reward_fen"`
	}
	type pack struct {
		Title string    `json:"title"`
		At    time.Time `json:"chosen_at"`
		How   string    `json:"how,omitempty"`
	}
	c := Chapter{File: "recommendations.json", Title: i18n.T(ctx, "我的推荐"), Num: []int{3}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "进展"), i18n.T(ctx, "缘由"), i18n.T(ctx, "奖励（元）")}}
	k := Chapter{File: "packs.json", Title: i18n.T(ctx, "我的权益包"), Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "权益包"), i18n.T(ctx, "后来")}}
	made, chosen := make([]recommendation, 0, 4), make([]pack, 0, 4)
	for i := range t.belongings {
		b := &t.belongings[i]
		if !b.Home {
			continue
		}
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			all, err := t.flows.Memberships.RecommendedBy(ctx, r, b.Community.ID, membership.By{Kind: membership.ByMember, ID: b.Member.ID})
			if err != nil {
				return err
			}
			for _, n := range all {
				made = append(made, recommendation{n.At, n.State(), n.Guard(), n.Kept()})
				c.Rows = append(c.Rows, []string{t.stamp(n.At), membership.StateName(n.State()).In(ctx), n.Guard(), n.Kept().Grouped(money.CNY)})
			}
			mine, err := t.flows.Memberships.ClaimsOf(ctx, r, b.Community.ID, b.Member.ID)
			for _, m := range mine {
				p, err := t.flows.Memberships.PackByID(ctx, r, b.Community.ID, m.Pack)
				if err != nil {
					return err
				}
				e := pack{Title: p.Title, At: m.At}
				if m.End != nil {
					e.How = m.End.How
				}
				chosen = append(chosen, e)
				k.Rows = append(k.Rows, []string{t.stamp(m.At), p.Title, membership.ClaimName(&m).In(ctx)})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	c.Data, k.Data = made, chosen
	t.add(c)
	t.add(k)
	return nil
}
