package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/bundle"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// bundles tells what bundles she ordered, what of them she used where, and what went back.
func (t *teller) bundles(ctx context.Context) error {
	type use struct {
		Part  string       `json:"part"`
		What  bundle.What  `json:"what"`
		Shop  string       `json:"shop,omitempty"`
		Share money.Amount `json:"share_fen"`
		At    time.Time    `json:"at"`
	}
	type sale struct {
		Bundle    string       `json:"bundle"`
		Price     money.Amount `json:"price_fen"`
		OrderedAt time.Time    `json:"ordered_at"`
		PaidAt    time.Time    `json:"paid_at,omitzero"`
		Until     time.Time    `json:"until,omitzero"`
		Held      money.Amount `json:"not_used_fen"`
		Uses      []use        `json:"uses"`
	}
	c := Chapter{File: "bundles.json", Title: i18n.T(ctx, "我买的套餐"), Num: []int{2},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "价格（元）"), i18n.T(ctx, "结果")}}
	data := []sale{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		names, err := t.flows.shopNames(ctx, r, b.Community.ID)
		if err != nil {
			return err
		}
		all, err := t.flows.Bundles.OfMember(ctx, r, b.Community.ID, b.Member.ID)
		for _, s := range all {
			one := sale{Bundle: s.Of.Name, Price: s.Price, OrderedAt: s.OrderedAt, Held: s.Held(), Uses: []use{}}
			word := i18n.T(ctx, "没有付")
			if s.Begun != nil {
				one.PaidAt, one.Until = s.Begun.At, s.Begun.Until
				word = i18n.T(ctx, "用掉 %s 元，退回 %s 元，还没用 %s 元", s.Went(bundle.Used).Decimal(money.CNY), s.Went(bundle.Back).Decimal(money.CNY), s.Held().Decimal(money.CNY))
			}
			for _, g := range s.Gone {
				one.Uses = append(one.Uses, use{s.Of.Parts[g.Part].What, g.What, names[g.Shop], g.Share, g.At})
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(s.OrderedAt), one.Bundle, s.Price.Decimal(money.CNY), word})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
