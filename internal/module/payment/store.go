package payment

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

func one(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Payment, error) {
	all, err := read(ctx, r, community, where, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

// read reads payments with their ends, and the refunds of those for which money came.
func read(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Payment, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Payment
		var opened, due int64
		var kind, number, note, lateNumber sql.NullString
		var paid, seq, ended, latePaid, noted sql.NullInt64
		if err := rows.Scan(&p.ID, &p.Purpose, &p.Subject, &p.Provider, &p.Account, &p.Scene, &p.Payer, &p.Amount, &p.Title, &p.OpenedBy, &opened, &due,
			&kind, &number, &paid, &seq, &note, &ended, &lateNumber, &latePaid, &noted); err != nil {
			return err
		}
		p.OpenedAt, p.DueAt = at(opened), at(due)
		if kind.Valid {
			p.End = &End{Payment: p.ID, Kind: EndKind(kind.String), Number: number.String, PaidAt: at(paid.Int64), Seq: seq.Int64, Note: note.String, At: at(ended.Int64)}
		}
		if lateNumber.Valid {
			p.Late = &Late{Payment: p.ID, Number: lateNumber.String, PaidAt: at(latePaid.Int64), At: at(noted.Int64)}
		}
		all = append(all, p)
		return nil
	}, `SELECT p.id, p.purpose, p.subject_id, p.provider, p.account, p.scene, p.payer_id, p.amount, p.title, p.opened_by, p.opened_at, p.due_at,
		e.kind, e.number, e.paid_at, e.seq, e.note, e.ended_at, l.number, l.paid_at, l.noted_at
		FROM payment p LEFT JOIN payment_end e ON e.community_id = p.community_id AND e.payment_id = p.id
		LEFT JOIN payment_late l ON l.community_id = p.community_id AND l.payment_id = p.id
		WHERE p.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Came() {
			if all[i].Refunds, err = refunds(ctx, r, community, all[i].ID); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func refunds(ctx context.Context, r db.Reader, community, payment id.ID) (all []Refund, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := Refund{Payment: payment}
		var asked int64
		var kind, number, note, by sql.NullString
		var ended sql.NullInt64
		if err := rows.Scan(&x.ID, &x.Amount, &x.Reason, &x.Seq, &x.Again, &x.AskedBy, &asked, &kind, &number, &note, &by, &ended); err != nil {
			return err
		}
		x.AskedAt = at(asked)
		if kind.Valid {
			x.End = &RefundEnd{Refund: x.ID, Kind: RefundEndKind(kind.String), Number: number.String, Note: note.String, By: by.String, At: at(ended.Int64)}
		}
		all = append(all, x)
		return nil
	}, `SELECT x.id, x.amount, x.reason, x.seq, x.again_of, x.asked_by, x.asked_at, y.kind, y.number, y.note, y.ended_by, y.ended_at
		FROM payment_refund x LEFT JOIN payment_refund_end y ON y.community_id = x.community_id AND y.refund_id = x.id
		WHERE x.community_id = ? AND x.payment_id = ? ORDER BY x.id`, community[:], payment[:])
	return all, err
}

// micros is a time as it is stored, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func at(v int64) time.Time {
	if v == 0 {
		return time.Time{}
	}
	return time.UnixMicro(v).UTC()
}

// Booked is what the tables say an entry booked of a payment, for those who verify.
type Booked struct {
	Payment id.ID
	In      money.Amount // fen that came
	Back    money.Amount // fen that went back, of refunds that did not fail
}

// AllBooked is every entry that a payment or a refund names, and the payments of which
// more went back than came.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (booked map[int64]Booked, over []id.ID, err error) {
	booked = make(map[int64]Booked)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Booked
		var seq int64
		err := rows.Scan(&seq, &b.Payment, &b.In)
		booked[seq] = b
		return err
	}, `SELECT e.seq, e.payment_id, p.amount FROM payment_end e JOIN payment p ON p.community_id = e.community_id AND p.id = e.payment_id
		WHERE e.community_id = ? AND e.seq >= 0`, community[:])
	if err != nil {
		return nil, nil, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Booked
		var seq int64
		err := rows.Scan(&seq, &b.Payment, &b.Back)
		booked[seq] = b
		return err
	}, `SELECT x.seq, x.payment_id, x.amount FROM payment_refund x LEFT JOIN payment_refund_end y ON y.community_id = x.community_id AND y.refund_id = x.id
		WHERE x.community_id = ? AND x.seq >= 0 AND (y.kind IS NULL OR y.kind <> 'failed')`, community[:])
	if err != nil {
		return nil, nil, err
	}
	err = db.All(ctx, r, &over, `SELECT x.payment_id FROM payment_refund x LEFT JOIN payment_refund_end y ON y.community_id = x.community_id AND y.refund_id = x.id
		JOIN payment p ON p.community_id = x.community_id AND p.id = x.payment_id
		WHERE x.community_id = ? AND (y.kind IS NULL OR y.kind <> 'failed') GROUP BY x.payment_id, p.amount HAVING sum(x.amount) > p.amount`, community[:])
	return booked, over, err
}
