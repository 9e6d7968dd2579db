package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// markets tells at which stalls she stood on market days, and what she paid there. Who the
// other was is not told.
func (t *teller) markets(ctx context.Context) error {
	type stall struct {
		Title string    `json:"title"`
		About string    `json:"about,omitempty"`
		Table int       `json:"table"`
		At    time.Time `json:"taken_at"`
		Ended time.Time `json:"given_up_at,omitzero"`
	}
	type paid struct {
		Minutes int           `json:"minutes"`
		Coins   money.Amount  `json:"coins_hundredths"`
		How     marketday.How `json:"how"`
		At      time.Time     `json:"at"`
		Undone  time.Time     `json:"undone_at,omitzero"`
		Words   []string      `json:"reasons,omitempty"`
	}
	data := struct {
		Stalls []stall `json:"stalls"`
		Paid   []paid  `json:"paid"`
	}{[]stall{}, []paid{}}
	c := Chapter{File: "markets.json", Title: i18n.T(ctx, "开市"), Num: []int{2}, Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "名称"), i18n.T(ctx, "抵扣权益"), i18n.T(ctx, "结果")}}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		stalls, err := t.flows.Markets.StallsOf(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil {
			return err
		}
		for _, x := range stalls {
			one := stall{Title: x.Title, About: x.About, Table: x.Number, At: x.At}
			if x.End != nil {
				one.Ended = x.End.At
			}
			data.Stalls = append(data.Stalls, one)
			c.Rows = append(c.Rows, []string{t.stamp(x.At), i18n.T(ctx, "摊位：%s", x.Title), "", ""})
		}
		payments, err := t.flows.Markets.PaymentsOf(ctx, r, b.Community.ID, b.Member.ID)
		for _, p := range payments {
			one, end := paid{Minutes: p.Minutes, Coins: p.Coins, How: p.How, At: p.At}, ""
			if p.Undone != nil {
				one.Undone, end = p.Undone.At, i18n.T(ctx, "退回了")
			}
			for _, w := range p.Wants {
				if w.Side == marketday.Payer {
					one.Words = append(one.Words, w.Words)
				}
			}
			data.Paid = append(data.Paid, one)
			c.Rows = append(c.Rows, []string{t.stamp(p.At), i18n.T(ctx, "给了 %d 分钟的服务", p.Minutes), p.Coins.Decimal(money.Coin), end})
		}
		return err
	})
	c.Data = data
	t.add(c)
	return err
}
