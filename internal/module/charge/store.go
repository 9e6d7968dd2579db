package charge

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
)

func one(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Charge, error) {
	all, err := read(ctx, r, community, where, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

// read reads charges with their ends and refunds.
func read(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Charge, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Charge
		var opened, due int64
		var kind, means, reference, reason, by sql.NullString
		var seq, ended sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Code, &c.Purpose, &c.Subject, &c.Kind, &c.Payer, &c.Amount, &c.Title, &c.OpenedBy, &opened, &due,
			&kind, &means, &reference, &seq, &reason, &by, &ended); err != nil {
			return err
		}
		c.OpenedAt, c.DueAt = micros(opened), micros(due)
		if kind.Valid {
			c.End = &End{Charge: c.ID, Kind: EndKind(kind.String), Means: charter.Means(means.String), Reference: reference.String, Seq: seq.Int64,
				Reason: reason.String, By: by.String, At: micros(ended.Int64)}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.code, c.purpose, c.subject_id, c.payer_kind, c.payer_id, c.amount, c.title, c.opened_by, c.opened_at, c.due_at,
		e.kind, e.means, e.reference, e.seq, e.reason, e.ended_by, e.ended_at
		FROM charge c LEFT JOIN charge_end e ON e.community_id = c.community_id AND e.charge_id = c.id
		WHERE c.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Paid() {
			if all[i].Refunds, err = refunds(ctx, r, community, all[i].ID); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func refunds(ctx context.Context, r db.Reader, community, charge id.ID) (all []Refund, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := Refund{Charge: charge}
		var at int64
		var reference, by sql.NullString
		var handed sql.NullInt64
		if err := rows.Scan(&v.Seq, &v.Amount, &v.Reason, &v.By, &at, &reference, &by, &handed); err != nil {
			return err
		}
		v.At = micros(at)
		if handed.Valid {
			v.Handed = &Handed{Charge: charge, Seq: v.Seq, Reference: reference.String, By: by.String, At: micros(handed.Int64)}
		}
		all = append(all, v)
		return nil
	}, `SELECT x.seq, x.amount, x.reason, x.refunded_by, x.refunded_at, h.reference, h.handed_by, h.handed_at
		FROM charge_refund x LEFT JOIN charge_handed h ON h.community_id = x.community_id AND h.charge_id = x.charge_id AND h.seq = x.seq
		WHERE x.community_id = ? AND x.charge_id = ? ORDER BY x.seq`, community[:], charge[:])
	return all, err
}

// Booked is what the table says an entry booked, for those who verify.
type Booked struct {
	Charge id.ID
	Amount int64 // fen, below zero for a refund
}

// AllBooked is every entry that a payment or a refund of a charge names.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (map[int64]Booked, error) {
	all := make(map[int64]Booked)
	take := func(rows *sql.Rows) error {
		var b Booked
		var seq int64
		if err := rows.Scan(&seq, &b.Charge, &b.Amount); err != nil {
			return err
		}
		all[seq] = b
		return nil
	}
	if err := db.Each(ctx, r, take, `SELECT e.seq, e.charge_id, c.amount FROM charge_end e JOIN charge c ON c.community_id = e.community_id AND c.id = e.charge_id
		WHERE e.community_id = ? AND e.kind = 'paid'`, community[:]); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, take, "SELECT seq, charge_id, 0 - amount FROM charge_refund WHERE community_id = ?", community[:])
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
