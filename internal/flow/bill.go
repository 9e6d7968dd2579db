package flow

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// Bill is what a person's shopping came to in a span of months (B7), in every
// community that knows her. Its sums are the books': a refund is taken off in the
// month in which it is booked.
type Bill struct {
	From, To period.Month
	Months   []BillMonth // each of the span, the earliest first
	Shops    []BillShop  // the one where she spent most first
	Total    BillMonth   // of the span
	Complete bool        // false while the newest purchases are still on their way into the tables
}

// BillMonth is one month, or all of the span.
type BillMonth struct {
	Month period.Month
	trade.Sums
	Gains
}

// Gains are what came to her by other ways than her own purchases.
type Gains struct {
	GainedCoins  money.Amount // hours served, gifts
	GainedPoints money.Amount
	Rewards      money.Amount // fen: a leader's share and other rewards
}

// BillShop is what she bought in one shop.
type BillShop struct {
	Community id.ID
	Place     string
	Shop      id.ID
	Name      string
	Days      int // on which she came
	trade.Sums
}

// BillOf reads a person's bill for the months from ≤ month ≤ to.
func (f *Flows) BillOf(ctx context.Context, all []Belonging, from, to period.Month) (b Bill, err error) {
	defer fault.Wrap(&err, "bill of a person")
	b = Bill{From: from, To: to, Complete: true, Months: make([]BillMonth, to-from+1)}
	for i := range b.Months {
		b.Months[i].Month = from + period.Month(i)
	}
	for i := range all {
		if err := f.DB.View(ctx, all[i].Community.ID, func(r db.Reader) error { return f.addBill(ctx, r, &b, &all[i]) }); err != nil {
			return b, err
		}
	}
	for i := range b.Months {
		m := &b.Months[i]
		b.Total.Sums.Add(&m.Sums)
		b.Total.GainedCoins += m.GainedCoins
		b.Total.GainedPoints += m.GainedPoints
		b.Total.Rewards += m.Rewards
	}
	slices.SortStableFunc(b.Shops, func(x, y BillShop) int { return cmp.Or(cmp.Compare(y.Price, x.Price), strings.Compare(x.Name, y.Name)) })
	return b, nil
}

// addBill adds what one community knows.
func (f *Flows) addBill(ctx context.Context, r db.Reader, b *Bill, at *Belonging) error {
	community, member := at.Community.ID, at.Member.ID
	read, err := f.Trade.Position(ctx, r, community)
	if err != nil {
		return err
	}
	size, err := f.Ledger.Size(ctx, r, community)
	if err != nil {
		return err
	}
	b.Complete = b.Complete && read.Next == size
	visits, err := f.Trade.MemberMonths(ctx, r, community, member, b.From, b.To)
	if err != nil {
		return err
	}
	shops := make(map[id.ID]int)
	for i := range visits {
		v := &visits[i]
		b.Months[v.Month-b.From].Sums.Add(&v.Sums)
		n, known := shops[v.Shop]
		if !known {
			n = len(b.Shops)
			shops[v.Shop] = n
			b.Shops = append(b.Shops, BillShop{Community: community, Place: at.Community.Name, Shop: v.Shop})
		}
		b.Shops[n].Sums.Add(&v.Sums)
		b.Shops[n].Days += v.Days.Count()
	}
	names, err := f.Merchants.Names(ctx, r, community, slices.Collect(maps.Keys(shops)))
	if err != nil {
		return err
	}
	for shop, n := range shops {
		b.Shops[n].Name = names[shop]
	}
	gains, err := f.Trade.Gains(ctx, r, community, member, b.From, b.To)
	for _, g := range gains {
		m := &b.Months[g.Month-b.From]
		switch g.Asset {
		case money.Coin:
			m.GainedCoins += g.Amount
		case money.Point:
			m.GainedPoints += g.Amount
		case money.CNY:
			m.Rewards += g.Amount
		}
	}
	return err
}
