package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/checkout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// payCodes tells on how many phones she shows payment codes. What the codes are made from
// only her phones and the house may know: it is not told.
func (t *teller) payCodes(ctx context.Context, r db.Reader) error {
	keys, err := t.flows.PayCodes.Of(ctx, r, t.person)
	if err != nil {
		return err
	}
	type phone struct {
		Handle string    `json:"begins_with"`
		MadeAt time.Time `json:"since"`
	}
	c := Chapter{File: "payment-codes.json", Title: i18n.T(ctx, "能出示付款码的手机"), Columns: []string{i18n.T(ctx, "码的前八位"), i18n.T(ctx, "开通时间")}}
	data := make([]phone, 0, len(keys))
	for _, k := range keys {
		data = append(data, phone{k.Handle, k.MadeAt})
		c.Rows = append(c.Rows, []string{k.Handle, t.stamp(k.MadeAt)})
	}
	c.Data = data
	t.add(c)
	return nil
}

// checkouts tells what shops asked her for, also what came to nothing; what was settled
// stands among her purchases.
func (t *teller) checkouts(ctx context.Context) error {
	type asked struct {
		Shop   string           `json:"shop"`
		At     time.Time        `json:"asked_at"`
		List   money.Amount     `json:"shelf_price"`
		Tender checkout.Tender  `json:"tender,omitempty"`
		End    checkout.EndKind `json:"end,omitempty"`
		Paid   string           `json:"paid_for,omitempty"` // the request for help that it paid for
	}
	c := Chapter{File: "checkouts.json", Title: i18n.T(ctx, "店家向我收款的每一单"), Num: []int{2},
		Columns: []string{i18n.T(ctx, "时间"), i18n.T(ctx, "店"), i18n.T(ctx, "标价合计"), i18n.T(ctx, "结果")}}
	data := []asked{}
	err := t.everywhere(ctx, func(r db.Reader, b *Belonging) error {
		all, err := t.flows.Checkouts.OfMember(ctx, r, b.Community.ID, b.Member.ID)
		for i := range all {
			k := &all[i]
			shop, err := t.flows.Merchants.ByID(ctx, r, b.Community.ID, k.Merchant)
			if err != nil {
				return err
			}
			one := asked{Shop: ShopName(shop), At: k.OpenedAt, List: k.List}
			word := i18n.T(ctx, "还没付")
			if k.Terms != nil {
				one.Tender = k.Terms.Tender
			}
			if k.End != nil {
				one.End = k.End.Kind
				word = i18n.T(ctx, "没有付，取消或过时")
				if k.Settled() {
					word = i18n.T(ctx, "付好了")
					paid, err := t.flows.Checkouts.ForOf(ctx, r, b.Community.ID, k.ID)
					if err != nil {
						return err
					}
					if !paid.Request.IsZero() {
						one.Paid = paid.Request.String()
					}
				}
			}
			data = append(data, one)
			c.Rows = append(c.Rows, []string{t.stamp(k.OpenedAt), one.Shop, k.List.Decimal(money.CNY), word})
		}
		return err
	})
	if err != nil {
		return err
	}
	c.Data = data
	t.add(c)
	return nil
}
