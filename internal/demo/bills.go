package demo

import (
	"context"
	"errors"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// billsRead is how many days of bills lie behind the demo; later ones are read by the
// sweeper, as everywhere.
const billsRead = 7

// readBills reads the provider's bills of the last week, up to the day before yesterday:
// yesterday's may not be there yet.
func (d *Demo) readBills(ctx context.Context) error {
	places := []id.ID{flow.Nobody}
	for _, at := range d.places {
		places = append(places, at)
	}
	today := period.DayOf(d.DB.Clock().Now(), flow.DefaultZone)
	for day := today - billsRead - 1; day < today-1; day++ {
		err := d.Flows.ReadBill(ctx, db.Actor{Kind: "job"}, pay.WeChat, day, places)
		if errors.Is(err, reconciliation.ErrNoProvider) {
			return nil // it is played without one
		}
		if err != nil {
			return err
		}
	}
	return nil
}
