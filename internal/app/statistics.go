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

// Statistics are the sums that officers see: a list of months, each a row a place.
// They are those of the open books, group by group: a figure that counted other days
// than the public one would show, by the difference, the few who wait for their
// group.
func (b *Books) Statistics(ctx context.Context, places []community.Place, months []period.Month) (all [][]officerweb.Row, err error) {
	all = make([][]officerweb.Row, len(months))
	for i := range all {
		all[i] = make([]officerweb.Row, len(places))
	}
	for j, p := range places {
		err := b.app.DB.View(ctx, p.ID, func(r db.Reader) error {
			c, err := b.counted(ctx, r, p.ID)
			behind := fault.KindOf(err) == fault.Busy
			if err != nil && !behind {
				return err
			}
			members, err := b.app.Flows.Members.Count(ctx, r, p.ID)
			if err != nil {
				return err
			}
			for i, month := range months {
				row := officerweb.Row{Place: p, Members: members, Behind: behind}
				if !behind {
					m, err := b.monthIn(ctx, r, p.ID, month, c)
					if err != nil {
						return err
					}
					fill(&row, m, month)
				}
				all[i][j] = row
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func fill(row *officerweb.Row, m *monthBooks, month period.Month) {
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
