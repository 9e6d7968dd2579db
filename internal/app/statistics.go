package app

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/portal/officerweb"
)

// Statistics are the sums that officers see. They are those of the open books, group
// by group: a figure that counted other days than the public one would show, by the
// difference, the few who wait for their group.
func (b *Books) Statistics(ctx context.Context, places []community.Place, month period.Month) (rows []officerweb.Row, err error) {
	for _, p := range places {
		row := officerweb.Row{Place: p}
		m, _, err := b.month(ctx, p.ID, month)
		switch {
		case fault.KindOf(err) == fault.Busy:
			row.Behind = true
		case err != nil:
			return nil, err
		default:
			f := m.flow
			row.Shops, row.Purchases, row.Buyers = f.Shops, f.Purchases, f.Buyers
			row.Given, row.Net, row.Referrers, row.Platform, row.Welfare, row.Leaders, row.Care = f.Given(), f.Net, f.Referrers, f.Platform, f.Welfare, f.Leaders, f.Care
			row.Coins, row.Points = f.CoinsGiven, f.PointsGiven
			for _, fund := range m.funds {
				row.Fund += fund.Closing
			}
			if m.sealed {
				row.Through = min(m.through, month.Last())
			}
		}
		if err := b.app.DB.View(ctx, p.ID, func(r db.Reader) (err error) {
			row.Members, err = b.app.Flows.Members.Count(ctx, r, p.ID)
			return err
		}); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Months are the months in which any of some communities has books, newest first.
func (b *Books) Months(ctx context.Context, places []community.Place) (months []period.Month, err error) {
	for _, p := range places {
		err := b.app.DB.View(ctx, p.ID, func(r db.Reader) error {
			c, err := b.counted(ctx, r, p.ID)
			if fault.KindOf(err) == fault.Busy {
				return nil
			}
			if err != nil {
				return err
			}
			own, err := b.list(ctx, r, p.ID, c)
			months = append(months, own...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(months)
	months = slices.Compact(months)
	slices.Reverse(months)
	if len(months) == 0 {
		months = []period.Month{period.DayOf(b.app.DB.Clock().Now(), time.UTC).Month()}
	}
	return months, nil
}
