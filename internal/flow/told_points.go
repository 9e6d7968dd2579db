package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// redeemed is a redemption for programs.
type redeemed struct {
	Good    string       `json:"good"`
	Points  money.Amount `json:"points"`
	At      time.Time    `json:"asked_at"`
	Counter string       `json:"counter"`
	End     points.End   `json:"end,omitempty"`
	EndedAt time.Time    `json:"ended_at,omitzero"`
	Claim   string       `json:"claim,omitempty"`
	Verdict string       `json:"verdict,omitempty"`
	Reason  string       `json:"reason,omitempty"`
}

// redemptions tells what she asked for with her points.
func (t *teller) redemptions(ctx context.Context) error {
	c := Chapter{File: "redemptions.json", Title: i18n.T(ctx, "我用积分换过的"), Num: []int{2}, Shares: []int{16, 20, 8, 18, 20},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "兑换品"), i18n.T(ctx, "积分"), i18n.T(ctx, "到哪里领"), i18n.T(ctx, "结果")}}
	data := []redeemed{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Points.OfMember(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil || len(all) == 0 {
			return err
		}
		goods, err := t.flows.Points.Catalogue(ctx, r, b.Community.ID)
		if err != nil {
			return err
		}
		named := make(map[id.ID]string)
		for _, g := range goods {
			named[g.ID] = g.Name
		}
		counters, err := t.flows.CounterNames(ctx, r, b.Community.ID)
		for i := range all {
			x := &all[i]
			one := redeemed{Good: named[x.Good], Points: x.Points, At: x.At, Counter: counters[x.Counter]}
			word := i18n.T(ctx, "等着来领的")
			if x.End != nil {
				one.End, one.EndedAt, one.Reason = x.End.Kind, x.End.At, x.End.Reason
				word = endWord(ctx, x.End.Kind)
			}
			if x.Claim != nil {
				one.Claim = x.Claim.Words
				word += i18n.T(ctx, "；我说不好：%s", x.Claim.Words)
				if d := x.Claim.Decision; d != nil {
					one.Verdict, one.Reason = string(d.Verdict), d.Reason
					word += i18n.T(ctx, "；定了：%s", i18n.M(VerdictName(d.Verdict)))
				}
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(x.At), one.Good, x.Points.Decimal(money.Point), one.Counter, word})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}

func endWord(ctx context.Context, e points.End) string {
	switch e {
	case points.Handed:
		return i18n.T(ctx, "领走了")
	case points.Lapsed:
		return i18n.T(ctx, "没领，退了积分")
	}
	return i18n.T(ctx, "取消了，退了积分")
}

// everywhere calls fn in each community that knows her.
func (t *teller) everywhere(ctx context.Context, fn func(r db.Reader, b *Belonging) error) error {
	for i := range t.belongings {
		b := &t.belongings[i]
		if err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error { return fn(r, b) }); err != nil {
			return err
		}
	}
	return nil
}

// offsets tells which property bills she paid a part of with points.
func (t *teller) offsets(ctx context.Context) error {
	type offset struct {
		Manager string        `json:"manager"`
		Account string        `json:"account"`
		Door    string        `json:"door"`
		Month   period.Month  `json:"month"`
		Bill    money.Amount  `json:"bill_fen"`
		Points  money.Amount  `json:"points"`
		Amount  money.Amount  `json:"amount_fen"`
		At      time.Time     `json:"asked_at"`
		Answer  points.Answer `json:"answer,omitempty"`
		Reason  string        `json:"reason,omitempty"`
	}
	c := Chapter{File: "property.json", Title: i18n.T(ctx, "我抵的物业费"), Num: []int{3, 4}, Shares: []int{16, 14, 12, 10, 8, 12},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "物业"), i18n.T(ctx, "户号"), i18n.T(ctx, "抵扣，元"), i18n.T(ctx, "积分"), i18n.T(ctx, "结果")}}
	data := []offset{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Points.OffsetsOf(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, o := range all {
			m, err := t.flows.Points.ManagerByID(ctx, r, b.Community.ID, o.Manager)
			if err != nil {
				return err
			}
			one := offset{Manager: m.Name, Account: o.Account, Door: o.Door, Month: o.Month, Bill: o.Bill, Points: o.Points, Amount: o.Amount, At: o.At}
			word := i18n.T(ctx, "等物业答复")
			if o.Answer != nil {
				one.Answer, one.Reason = o.Answer.Answer, o.Answer.Reason
				word = map[points.Answer]string{points.Accepted: i18n.T(ctx, "物业收下了"), points.Declined: i18n.T(ctx, "没收，退了积分"), points.Withdrawn: i18n.T(ctx, "自己撤回了")}[o.Answer.Answer]
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(o.At), m.Name, o.Account, o.Amount.Decimal(money.CNY), o.Points.Decimal(money.Point), word})
		}
		return nil
	})
	c.Data = data
	t.add(c)
	return err
}

// thanked tells for what she was given points beside buying, and which coins.
func (t *teller) thanked(ctx context.Context) error {
	type grant struct {
		Rule   string       `json:"rule"`
		Points money.Amount `json:"points"`
		Words  string       `json:"words,omitempty"`
		At     time.Time    `json:"given_at"`
		Undone bool         `json:"undone,omitempty"`
	}
	type coin struct {
		Coin  string      `json:"coin"`
		State badge.State `json:"state"`
		Words string      `json:"words,omitempty"`
		At    time.Time   `json:"given_at"`
	}
	c := Chapter{File: "thanks.json", Title: i18n.T(ctx, "给我的积分和同壹币"), Num: []int{2}, Shares: []int{16, 24, 8, 20}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "为什么"), i18n.T(ctx, "积分"), i18n.T(ctx, "记一句")}}
	data := struct {
		Grants []grant `json:"points"`
		Coins  []coin  `json:"badge_coins"`
	}{[]grant{}, []coin{}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Points.GrantsOf(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, g := range all {
			rule, err := t.flows.Points.RuleByID(ctx, r, b.Community.ID, g.Rule)
			if err != nil {
				return err
			}
			data.Grants = append(data.Grants, grant{rule.Name, g.Points, g.Words, g.At, g.Undone != nil})
			c.Rows = append(c.Rows, []string{t.stamp(g.At), rule.Name, g.Points.Decimal(money.Point), g.Words})
		}
		held, err := t.flows.Badges.HeldBy(ctx, r, b.Community.ID, b.Member.ID)
		for i := range held {
			e := held[i].Events[0]
			data.Coins = append(data.Coins, coin{held[i].Coin.String(), held[i].State(), e.Words, e.At})
			c.Rows = append(c.Rows, []string{t.stamp(e.At), i18n.T(ctx, "同壹币 %s 号", held[i].Coin), "", e.Words})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
