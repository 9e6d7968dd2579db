package promotion

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// hold says that a checkout wants to use a voucher and nobody else may.
type hold struct {
	by                 id.ID
	at, until, freedAt int64 // microseconds; freedAt 0: it was not freed
}

// Hold keeps a voucher for a checkout until a moment, and refuses one that another
// checkout holds. To hold it again moves the moment.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, voucher, by id.ID, until time.Time) (err error) {
	defer fault.Wrap(&err, "promotion: hold %s", voucher)
	holds, err := s.holds.Get(ctx, tx, voucher)
	if err != nil {
		return err
	}
	if heldBy(holds, by, tx.Now) {
		return ErrVoucherHeld.On("vouchers")
	}
	mine := hold{by: by, at: tx.Now.UnixMicro(), until: until.UnixMicro()}
	holds = slices.DeleteFunc(slices.Clone(holds), func(h hold) bool { return h.by == by })
	if err := s.holds.Put(ctx, tx, voucher, append(holds, mine)); err != nil {
		return err
	}
	of, err := s.heldOf.Get(ctx, tx, by)
	if err != nil || slices.Contains(of, voucher) {
		return err
	}
	return s.heldOf.Put(ctx, tx, by, append(slices.Clip(of), voucher))
}

// Free lets go of every voucher that a checkout holds.
func (s *Service) Free(ctx context.Context, tx *db.Tx, by id.ID) (err error) {
	defer fault.Wrap(&err, "promotion: free of %s", by)
	of, err := s.heldOf.Get(ctx, tx, by)
	if err != nil || len(of) == 0 {
		return err
	}
	for _, voucher := range of {
		holds, err := s.holds.Get(ctx, tx, voucher)
		if err != nil {
			return err
		}
		holds = slices.Clone(holds)
		for i := range holds {
			if holds[i].by == by {
				holds[i].freedAt = tx.Now.UnixMicro()
			}
		}
		if err := s.holds.Put(ctx, tx, voucher, holds); err != nil {
			return err
		}
	}
	return s.heldOf.Put(ctx, tx, by, nil)
}

// HeldBy reports whether a voucher is held now by another checkout than by.
func (s *Service) HeldBy(ctx context.Context, tx *db.Tx, voucher, by id.ID) (bool, error) {
	holds, err := s.holds.Get(ctx, tx, voucher)
	return heldBy(holds, by, tx.Now), err
}

// heldBy reports whether somebody else than by holds it.
func heldBy(holds []hold, by id.ID, now time.Time) bool {
	return slices.ContainsFunc(holds, func(h hold) bool { return h.by != by && h.freedAt == 0 && now.UnixMicro() < h.until })
}

// loadHolds reads the holds of a voucher that were not freed.
func loadHolds(ctx context.Context, tx *db.Tx, voucher id.ID) (holds []hold, err error) {
	err = db.Each(ctx, tx, func(rows *sql.Rows) error {
		var h hold
		err := rows.Scan(&h.by, &h.at, &h.until)
		holds = append(holds, h)
		return err
	}, "SELECT by_id, held_at, until FROM promotion_voucher_hold WHERE community_id = ? AND voucher_id = ? AND freed_at = 0", tx.Community[:], voucher[:])
	return holds, err
}

// loadHeldOf reads which vouchers a checkout holds.
func loadHeldOf(ctx context.Context, tx *db.Tx, by id.ID) (vouchers []id.ID, err error) {
	err = db.All(ctx, tx, &vouchers, "SELECT voucher_id FROM promotion_voucher_hold WHERE community_id = ? AND by_id = ? AND freed_at = 0", tx.Community[:], by[:])
	return vouchers, err
}

// writeHolds writes the holds of the vouchers that a batch has changed.
func writeHolds(community id.ID, keys []id.ID, values [][]hold) *db.Bulk {
	var communities, vouchers, by [][]byte
	var at, until, freed []int64
	for i := range keys {
		for _, h := range values[i] {
			communities, vouchers, by = append(communities, community[:]), append(vouchers, keys[i][:]), append(by, h.by[:])
			at, until, freed = append(at, h.at), append(until, h.until), append(freed, h.freedAt)
		}
	}
	return &db.Bulk{
		Table: "promotion_voucher_hold", Conflict: "ON CONFLICT (community_id, voucher_id, by_id) DO UPDATE SET held_at = excluded.held_at, until = excluded.until, freed_at = excluded.freed_at",
		Columns: []db.Column{{Name: "community_id", Bytes: communities}, {Name: "voucher_id", Bytes: vouchers}, {Name: "by_id", Bytes: by}, {Name: "held_at", Ints: at}, {Name: "until", Ints: until}, {Name: "freed_at", Ints: freed}},
	}
}
