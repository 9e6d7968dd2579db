package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// BillRow is one entry of a person's bill: a purchase, or a refund with sums below
// zero. The rows of a month add up to its sums.
type BillRow struct {
	Bought
	Refund bool
	trade.Sums
}

// BillRows lists the entries behind a person's bill of the months from ≤ month ≤ to,
// the newest first. shop, if not zero, leaves that shop's.
func (f *Flows) BillRows(ctx context.Context, all []Belonging, from, to period.Month, shop id.ID) (rows []BillRow, err error) {
	defer fault.Wrap(&err, "rows of a bill")
	for i := range all {
		b := &all[i]
		err := f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			t, err := f.trading(ctx, r, b.Community.ID, 0)
			if err != nil {
				return err
			}
			names, err := f.shopNames(ctx, r, b.Community.ID)
			if err != nil {
				return err
			}
			_, err = f.Ledger.Concerning(ctx, r, b.Community.ID, b.Member.ID, from.First(), to.Last(), spending, func(e *ledger.Entry) (bool, error) {
				if e.Subject != b.Member.ID || e.Kind != ledger.Purchase && e.Kind != ledger.Refund {
					return true, nil
				}
				t.chunk = append(t.chunk[:0], e)
				if err := t.take(ctx, r, e); err != nil {
					return false, err
				}
				if s := &t.sale; shop.IsZero() || s.Shop == shop {
					source := e
					if e.Kind == ledger.Refund { // the receipt is the purchase's
						of, err := settlement.DecodeRefund(e.Facts)
						if err != nil {
							return false, err
						}
						if source, err = f.Ledger.Entry(ctx, r, b.Community.ID, of.Entry); err != nil {
							return false, err
						}
					}
					row := BillRow{Refund: e.Kind == ledger.Refund, Sums: s.Sums, Bought: Bought{Community: b.Community.ID, Place: b.Community.Name,
						Seq: e.Seq, At: t.facts.PurchasedAt.In(b.Zone), Day: e.BookedOn, Shop: s.Shop, ShopName: names[s.Shop], entry: source}}
					if row.Refund {
						row.Bought.At = e.PostedAt.In(b.Zone)
					}
					rows = append(rows, row)
				}
				return true, nil
			})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(rows, func(x, y BillRow) int { return y.Bought.At.Compare(x.Bought.At) })
	return rows, nil
}
