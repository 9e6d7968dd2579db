package flow

import (
	"context"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// bill tells what her shopping came to by month and shop: the tables of trade hold it
// under her pseudonym (B7).
func (t *teller) bill(ctx context.Context) error {
	type line struct {
		Month     string       `json:"month"`
		Community string       `json:"community"`
		Shop      string       `json:"shop"`
		Purchases int64        `json:"purchases"`
		Refunds   int64        `json:"refunds"`
		Price     money.Amount `json:"price_fen"`
		Saved     money.Amount `json:"below_list_fen"`
		Cash      money.Amount `json:"cash_fen"`
		Coins     money.Amount `json:"entitlement_used"`
		Vouchers  money.Amount `json:"vouchers_fen"`
		Earned    money.Amount `json:"entitlement_earned"`
		Points    money.Amount `json:"points"`
	}
	c := Chapter{File: "bill.json", Title: i18n.T(ctx, "消费账单"), Num: []int{3, 4, 5},
		Columns: []string{i18n.T(ctx, "月份"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "次数"), i18n.T(ctx, "价格（元）"), i18n.T(ctx, "比标价省，元")}}
	data := make([]line, 0, 16)
	for i := range t.belongings {
		b := &t.belongings[i]
		err := t.flows.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			names, err := t.flows.shopNames(ctx, r, b.Community.ID)
			if err != nil {
				return err
			}
			all, err := t.flows.Trade.MemberMonths(ctx, r, b.Community.ID, b.Member.ID, 0, period.Month(lastDay))
			for j := range all {
				v := &all[j]
				data = append(data, line{v.Month.String(), b.Community.Name, names[v.Shop], v.Purchases, v.Refunds, v.Price, v.Saved, v.Cash, v.Coins, v.Vouchers(), v.CoinsGiven, v.PointsGiven})
				c.Rows = append(c.Rows, []string{v.Month.String(), b.Community.Name, names[v.Shop], money.Amount(v.Purchases).Grouped(money.Point), v.Price.Grouped(money.CNY), v.Saved.Grouped(money.CNY)})
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	c.Data = data
	t.add(c)
	return nil
}
