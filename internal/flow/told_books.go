package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/page"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/i18n"
)

func (t *teller) memberships(ctx context.Context) {
	type membership struct {
		Community string    `json:"community"`
		Ref       string    `json:"ref"`
		Home      bool      `json:"home"`
		Standing  string    `json:"standing"`
		Level     int       `json:"level"`
		JoinedAt  time.Time `json:"joined_at"`
		AgeBand   string    `json:"age_band"`
		Household string    `json:"household_size"`
		Kids      string    `json:"kids"`
	}
	c := Chapter{File: "memberships.json", Title: i18n.T(ctx, "我在哪些社区是会员"), Columns: []string{i18n.T(ctx, "社区"), i18n.T(ctx, "编号"), i18n.T(ctx, "加入时间")}}
	data := make([]membership, 0, len(t.belongings))
	for i := range t.belongings {
		b := &t.belongings[i]
		m := b.Member
		data = append(data, membership{b.Community.Name, m.Ref, b.Home, string(m.Standing), int(m.Level), m.JoinedAt, m.Profile.AgeBand, m.Profile.HouseholdSize, m.Profile.Kids})
		c.Rows = append(c.Rows, []string{b.Community.Name, m.Ref, t.stamp(m.JoinedAt)})
	}
	c.Data = data
	t.add(c)
}

func (t *teller) purchases(ctx context.Context) error {
	s, err := t.flows.ShoppingOf(ctx, t.belongings, 0, 0)
	if err != nil {
		return err
	}
	type purchase struct {
		Community string       `json:"community"`
		Entry     int64        `json:"entry"`
		At        time.Time    `json:"at"`
		Shop      string       `json:"shop"`
		Price     money.Amount `json:"price_fen"`
		Coins     money.Amount `json:"entitlement_used"`
		Vouchers  money.Amount `json:"vouchers_fen"`
		Earned    money.Amount `json:"entitlement_earned"`
		Points    money.Amount `json:"points"`
		Refunded  money.Amount `json:"refunded_fen"`
	}
	c := Chapter{File: "purchases.json", Title: i18n.T(ctx, "我的消费"), Num: []int{3, 4, 5},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "店"), i18n.T(ctx, "价格（元）"), i18n.T(ctx, "退款（元）"), i18n.T(ctx, "得到的权益")}}
	data := make([]purchase, 0, len(s.Bought))
	for _, b := range s.Bought {
		data = append(data, purchase{b.Place, b.Seq, b.At, b.ShopName, b.Price, b.Coins, b.Vouchers, b.Earned, b.Points, b.Refunded})
		c.Rows = append(c.Rows, []string{t.stamp(b.At), b.Place, b.ShopName, b.Price.Grouped(money.CNY), b.Refunded.Grouped(money.CNY), b.Earned.Grouped(money.Coin)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// movements tells every entry on her accounts of entitlement, points and rewards.
func (t *teller) movements(ctx context.Context) error {
	type movement struct {
		Community string       `json:"community"`
		Account   string       `json:"account"`
		Entry     int64        `json:"entry"`
		At        time.Time    `json:"at"`
		Change    money.Amount `json:"change"`
		Balance   money.Amount `json:"balance"`
	}
	c := Chapter{File: "movements.json", Title: i18n.T(ctx, "权益、积分和奖励的每一笔"), Num: []int{3, 4},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "社区"), i18n.T(ctx, "账户"), i18n.T(ctx, "变动"), i18n.T(ctx, "之后")}}
	data := make([]movement, 0, 64)
	accounts := []struct {
		purpose ledger.Purpose
		asset   money.Asset
		title   string
		name    string
	}{
		{ledger.Coins, money.Coin, i18n.T(ctx, "抵扣权益"), "entitlement"},
		{ledger.PointsHeld, money.Point, i18n.T(ctx, "消费积分"), "points"},
		{ledger.Rewards, money.CNY, i18n.T(ctx, "奖励"), "rewards"},
		{ledger.Bundles, money.CNY, i18n.T(ctx, "套餐"), "bundles"},
	}
	for i := range t.belongings {
		b := &t.belongings[i]
		for _, a := range accounts {
			for after := ""; ; {
				all, next, err := t.flows.Movements(ctx, b, a.purpose, page.Request{Cursor: after, Limit: page.MaxLimit})
				if err != nil {
					return err
				}
				for _, m := range all {
					data = append(data, movement{b.Community.Name, a.name, m.Seq, m.At, m.Change, m.Balance})
					c.Rows = append(c.Rows, []string{t.stamp(m.At), b.Community.Name, a.title, m.Change.Grouped(a.asset), m.Balance.Grouped(a.asset)})
				}
				if after = next; next == "" {
					break
				}
			}
		}
	}
	c.Data = data
	t.add(c)
	return nil
}

func (t *teller) vouchers(ctx context.Context) error {
	type voucher struct {
		Community string       `json:"community"`
		Ref       string       `json:"ref"`
		From      string       `json:"from"`
		At        string       `json:"at"`
		Amount    money.Amount `json:"amount_fen"`
		IssuedAt  time.Time    `json:"issued_at"`
		ExpiresAt time.Time    `json:"expires_at"`
		Used      bool         `json:"used"`
	}
	c := Chapter{File: "vouchers.json", Title: i18n.T(ctx, "我的券"), Num: []int{3}, Columns: []string{i18n.T(ctx, "券号"), i18n.T(ctx, "发券的店"), i18n.T(ctx, "用在"), i18n.T(ctx, "金额（元）"), i18n.T(ctx, "到期")}}
	data := make([]voucher, 0, 8)
	for i := range t.belongings {
		b := &t.belongings[i]
		all, err := t.flows.VouchersOf(ctx, b)
		if err != nil {
			return err
		}
		for _, v := range all {
			data = append(data, voucher{b.Community.Name, v.Ref, v.From, v.At, v.Amount, v.IssuedAt, v.ExpiresAt, v.Used})
			c.Rows = append(c.Rows, []string{v.Ref, v.From, v.At, v.Amount.Grouped(money.CNY), t.stamp(v.ExpiresAt)})
		}
	}
	c.Data = data
	t.add(c)
	return nil
}
