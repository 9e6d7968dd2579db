package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// IndexShops brings the index of who stands where up to date: the active shops of a
// community with their trade, and those without a position at its centre.
func (f *Flows) IndexShops(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "index shops")
	stands, err := f.centres(ctx)
	if err != nil {
		return err
	}
	err = f.inAlliance(ctx, community, byClock, func(tx *db.Tx, a *allied) error {
		shops, err := f.Merchants.List(ctx, tx, community)
		if err != nil {
			return err
		}
		where, err := f.Merchants.Positions(ctx, tx, community)
		if err != nil {
			return err
		}
		assigned, err := f.Alliance.Assigned(ctx, tx, community)
		if err != nil {
			return err
		}
		radii, err := f.radii(ctx, tx)
		if err != nil {
			return err
		}
		var spots []alliance.Spot
		for _, m := range shops {
			t := tradeOf(a.tree, assigned, m)
			at, placed := where[m.ID]
			centre, known := stands[community]
			if t == nil || m.Status != merchant.Active || !placed && !known {
				continue
			}
			s := alliance.Spot{Merchant: m.ID, Trade: t.Code, At: centre, Radius: a.SeatRadius, Placed: placed}
			if placed {
				s.At = at.At
			}
			if r, ok := radii[m.ID]; ok {
				s.Radius = r
			}
			spots = append(spots, s)
		}
		return f.Alliance.PlaceSpots(ctx, tx, spots)
	})
	if errors.Is(err, policy.ErrNone) { // a street has books and no shops
		return nil
	}
	return err
}

// radii are the catchments of the shops that hold a seat.
func (f *Flows) radii(ctx context.Context, tx *db.Tx) (map[id.ID]int, error) {
	seats, err := f.Alliance.Seats(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	running, err := f.Alliance.Running(ctx, tx, tx.Community)
	of := make(map[id.ID]int, len(running))
	for _, t := range running {
		for _, s := range seats {
			if s.ID == t.Seat {
				of[t.Merchant] = s.Radius
			}
		}
	}
	return of, err
}
