package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// hours tells what she gave and got of service hours, what was granted to her, and what she
// ordered for organisations. What services moved stands among the movements of her account.
func (t *teller) hours(ctx context.Context) error {
	type line struct {
		What  string       `json:"what"`
		Coins money.Amount `json:"coins_hundredths"`
		Words string       `json:"words,omitempty"`
		At    time.Time    `json:"at"`
	}
	c := Chapter{File: "hours.json", Title: i18n.T(ctx, "我的服务时"), Num: []int{2},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "缘由")}}
	data := []line{}
	add := func(what string, coins money.Amount, words string, at time.Time) {
		data = append(data, line{what, coins, words, at})
		c.Rows = append(c.Rows, []string{t.stamp(at), what, coins.Decimal(money.Coin), words})
	}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		gifts, err := t.flows.Coins.GiftsOf(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, g := range gifts {
			what := i18n.T(ctx, "送给邻居的")
			switch {
			case g.To == b.Member.ID:
				what = i18n.T(ctx, "邻居送您的")
			case g.To.IsZero():
				what = i18n.T(ctx, "放进时间罐的")
			}
			add(what, g.Coins, g.Words, g.At)
		}
		grants, err := t.flows.Coins.GrantsOf(ctx, r, b.Community.ID, b.Member.ID)
		for _, g := range grants {
			what := i18n.T(ctx, "给了")
			switch {
			case g.End == nil:
				what = i18n.T(ctx, "等人同意的")
			case g.End.What == coin.Refused:
				what = i18n.T(ctx, "没给")
			}
			add(what, g.Coins, g.Reason, g.At)
		}
		if err != nil {
			return err
		}
		orders, err := t.flows.Coins.OrdersBy(ctx, r, b.Community.ID, t.person)
		for _, o := range orders {
			add(i18n.T(ctx, "您替单位认购的"), o.Coins, o.Name+" · "+o.Purpose, o.At)
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
