package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/pay"
)

// paidOut tells where she is paid her rewards, and what she was paid.
func (t *teller) paidOut(ctx context.Context) error {
	type account struct {
		Provider pay.Kind       `json:"provider"`
		Number   string         `json:"number"`
		Name     string         `json:"name"`
		Why      string         `json:"why"`
		AskedAt  time.Time      `json:"asked_at"`
		End      payout.EndKind `json:"end,omitempty"`
		EndedAt  time.Time      `json:"ended_at,omitzero"`
	}
	type paid struct {
		Amount  money.Amount `json:"amount_fen"`
		Back    money.Amount `json:"came_back_fen,omitempty"`
		State   payout.State `json:"state"`
		Through string       `json:"through"`
		At      time.Time    `json:"agreed_at,omitzero"`
	}
	c := Chapter{File: "payouts.json", Title: i18n.T(ctx, "我的收款账户和付给我的奖励"), Num: []int{2}, Shares: []int{16, 24, 10, 20},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "内容"), i18n.T(ctx, "金额，元"), i18n.T(ctx, "结果")}}
	data := struct {
		Accounts []account `json:"accounts"`
		Payouts  []paid    `json:"payouts"`
	}{[]account{}, []paid{}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		accounts, err := t.flows.Payouts.AccountsOf(ctx, r, b.Community.ID, payout.OfPerson, b.Member.ID)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			one := account{Provider: a.Provider, Number: a.Number, Name: a.Name, Why: a.Why, AskedAt: a.At}
			word := i18n.T(ctx, "等核对")
			if a.End != nil {
				one.End, one.EndedAt = a.End.Kind, a.End.At
				word = payout.EndName(a.End.Kind).In(ctx)
			}
			data.Accounts = append(data.Accounts, one)
			c.Rows = append(c.Rows, []string{t.stamp(a.At), i18n.T(ctx, "收款账户 %s %s", payout.ProviderName(a.Provider).In(ctx), a.Number), "", word})
		}
		all, err := t.flows.Payouts.Of(ctx, r, b.Community.ID, payout.People, b.Member.ID, toldPayouts, 0)
		for i := range all {
			x := &all[i]
			one := paid{Amount: x.Amount, Back: x.Back(), State: x.State(), Through: x.Head.Through.String()}
			if x.Head.End != nil {
				one.At = x.Head.End.At
			}
			data.Payouts = append(data.Payouts, one)
			c.Rows = append(c.Rows, []string{t.stamp(x.Head.At), i18n.T(ctx, "奖励，到 %s 为止", x.Head.Through.String()), x.Amount.Decimal(money.CNY), payout.StateName(x.State()).In(ctx)})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}

// toldPayouts bounds what an export tells: a batch a day for ten years.
const toldPayouts = 4000
