package promotion

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Revoke takes back the vouchers that a purchase brought, which refund seq has undone
// wholly: those that are not used and have not ended give their room back. It tells
// which of them were used, for their issuers.
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, source, seq int64) (kept []*Voucher, err error) {
	defer fault.Wrap(&err, "promotion: revoke what purchase %d brought", source)
	all, err := s.Brought(ctx, tx, tx.Community, source)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.Used {
			kept = append(kept, v)
		}
		if v.Used || v.Gone || v.Lapsed {
			continue
		}
		if err := event(ctx, tx, v.ID, seq, revoked, time.Time{}, 0, 0); err != nil {
			return nil, err
		}
		if err := s.giveRoom(ctx, tx, v, true); err != nil {
			return nil, err
		}
		if err := s.dropOpen(ctx, tx, v.Member, v.ID); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// Brought are the vouchers that a purchase brought.
func (s *Service) Brought(ctx context.Context, r db.Reader, community id.ID, source int64) ([]*Voucher, error) {
	return vouchers(ctx, r, community, seriesFrom(ctx, r, community), " AND v.source_seq = ? ORDER BY v.id", source)
}

// Due lists vouchers that are to be looked at, because their time is over.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) (due []id.ID, err error) {
	err = db.All(ctx, r, &due, "SELECT voucher_id FROM promotion_voucher_due WHERE community_id = ? AND due_at <= ? ORDER BY due_at, voucher_id LIMIT ?", community[:], now.UnixMicro(), limit)
	return due, err
}

// Lapse looks at a voucher whose time is over: what was not used gives its money back
// to the series and to the platform's month. Looked at again, nothing changes.
func (s *Service) Lapse(ctx context.Context, tx *db.Tx, voucher id.ID) (err error) {
	defer fault.Wrap(&err, "promotion: lapse of %s", voucher)
	n, err := tx.Exec(ctx, "DELETE FROM promotion_voucher_due WHERE community_id = ? AND voucher_id = ? AND due_at <= ?", tx.Community[:], voucher[:], tx.Now.UnixMicro())
	if err != nil || n == 0 {
		return err
	}
	v, err := one(ctx, tx, tx.Community, " AND v.id = ?", voucher[:])
	if err != nil || v.Used || v.Gone || v.Lapsed {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_voucher_lapse (community_id, voucher_id, lapsed_at) VALUES (?, ?, ?)", tx.Community[:], voucher[:], tx.Now.UnixMicro()); err != nil {
		return err
	}
	if err := s.giveRoom(ctx, tx, v, false); err != nil {
		return err
	}
	return s.dropOpen(ctx, tx, v.Member, voucher)
}

// lapseAfter is how long past its end a voucher still counts: a till that was without
// a network brings its purchases late (policy: late_scan_hours, at most 72).
const lapseAfter = 72 * time.Hour

// setDue says when a voucher that ends at a moment is to be looked at.
func setDue(ctx context.Context, tx *db.Tx, voucher id.ID, at time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO promotion_voucher_due (community_id, voucher_id, due_at) VALUES (?, ?, ?) ON CONFLICT (community_id, voucher_id) DO UPDATE SET due_at = excluded.due_at",
		tx.Community[:], voucher[:], at.Add(lapseAfter).UnixMicro())
	return err
}
