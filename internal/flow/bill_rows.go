package flow

import (
	"context"
	"maps"
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
			x := listing{trading: t, at: b, shop: shop}
			_, err = f.Ledger.Concerning(ctx, r, b.Community.ID, b.Member.ID, from.First(), to.Last(), spending, func(e *ledger.Entry) (bool, error) {
				return true, x.add(ctx, r, e)
			})
			if err != nil {
				return err
			}
			rows = append(rows, x.rows...)
			return nameShops(ctx, f, r, b.Community.ID, rows[len(rows)-len(x.rows):], func(row *BillRow) *Bought { return &row.Bought })
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(rows, func(x, y BillRow) int { return y.Bought.At.Compare(x.Bought.At) })
	return rows, nil
}

// nameShops writes the names of the shops into purchases.
func nameShops[T any](ctx context.Context, f *Flows, r db.Reader, community id.ID, rows []T, of func(*T) *Bought) error {
	shops := make(map[id.ID]bool)
	for i := range rows {
		shops[of(&rows[i]).Shop] = true
	}
	names, err := f.Merchants.Names(ctx, r, community, slices.Collect(maps.Keys(shops)))
	for i := range rows {
		b := of(&rows[i])
		b.ShopName = names[b.Shop]
	}
	return err
}

// listing lists the rows of one community.
type listing struct {
	*trading
	at   *Belonging
	shop id.ID
	rows []BillRow
}

// add adds an entry, if it is a purchase of hers, or its refund.
func (x *listing) add(ctx context.Context, r db.Reader, e *ledger.Entry) error {
	if e.Subject != x.at.Member.ID || e.Kind != ledger.Purchase && e.Kind != ledger.Refund {
		return nil
	}
	x.chunk = append(x.chunk[:0], e)
	if err := x.take(ctx, r, e); err != nil {
		return err
	}
	s := &x.sale
	if !x.shop.IsZero() && s.Shop != x.shop {
		return nil
	}
	row := BillRow{Refund: e.Kind == ledger.Refund, Sums: s.Sums, Bought: Bought{Community: x.community, Place: x.at.Community.Name,
		Seq: e.Seq, At: x.facts.PurchasedAt.In(x.at.Zone), Day: e.BookedOn, Shop: s.Shop, entry: e}}
	if row.Refund {
		of, err := settlement.DecodeRefund(e.Facts)
		if err != nil {
			return err
		}
		if row.entry, err = x.flows.Ledger.Entry(ctx, r, x.community, of.Entry); err != nil { // the receipt is the purchase's
			return err
		}
		row.Bought.At = e.PostedAt.In(x.at.Zone)
	}
	x.rows = append(x.rows, row)
	return nil
}
