package notice

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Logged is a line of the delivery log: a delivery and its latest attempt.
type Logged struct {
	Delivery
	Last   Outcome // "" before the first attempt
	Detail string
	At     time.Time // of the latest attempt, or when it was made
	DueAt  time.Time // when it is tried next; zero if it is not
}

// Log lists deliveries, the newest first, those before one of a page before.
func (s *Service) Log(ctx context.Context, r db.Reader, before id.ID, limit int) ([]Logged, error) {
	if before.IsZero() {
		return deliveries(ctx, r, "d.id > ?", "d.id DESC", limit, []byte{})
	}
	return deliveries(ctx, r, "d.id < ?", "d.id DESC", limit, before[:])
}

// DeadLetters lists deliveries that failed for good, the newest first.
func (s *Service) DeadLetters(ctx context.Context, r db.Reader, limit int) ([]Logged, error) {
	return deliveries(ctx, r, "a.outcome = ?", "a.at DESC", limit, string(Dead))
}

// Tally is how many deliveries stand how, for the operator's first glance.
type Tally struct {
	Waiting, Sent, Dead int64
}

// Count counts what waits, and what was sent or died since an instant.
func (s *Service) Count(ctx context.Context, r db.Reader, since time.Time) (t Tally, err error) {
	if err := db.One(ctx, r, &t.Waiting, "SELECT count(*) FROM notice_due WHERE community_id = ?", id.Tilde[:]); err != nil {
		return t, err
	}
	const q = "SELECT count(*) FROM notice_attempt WHERE community_id = ? AND outcome = ? AND at > ?"
	if err := db.One(ctx, r, &t.Sent, q, id.Tilde[:], string(Sent), since.UnixMicro()); err != nil {
		return t, err
	}
	dead, err := s.DeadLetters(ctx, r, 1000)
	t.Dead = int64(len(dead))
	return t, err
}

// deliveries reads deliveries with their notice and their latest attempt.
func deliveries(ctx context.Context, r db.Reader, where, order string, limit int, arg any) (all []Logged, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var l Logged
		var kind, itemKind, args string
		var at, made int64
		var read, tried, due *int64
		var outcome, detail *string
		var no *int
		if err := rows.Scan(&l.ID, &l.Item.Person, &kind, &l.Way, &made, &l.Item.ID, &itemKind, &l.Item.Cause, &l.Item.Place, &args, &l.Item.Link, &at, &read,
			&no, &outcome, &detail, &tried, &due); err != nil {
			return err
		}
		l.Item.fill(itemKind, args, at)
		if kind == digest {
			l.Item.Kind = &summary
		}
		l.Item.Read, l.MadeAt, l.At = read != nil, time.UnixMicro(made).UTC(), time.UnixMicro(made).UTC()
		if no != nil {
			l.Attempts, l.Last, l.Detail, l.At = *no, Outcome(*outcome), *detail, time.UnixMicro(*tried).UTC()
		}
		if due != nil {
			l.DueAt = time.UnixMicro(*due).UTC()
		}
		all = append(all, l)
		return nil
	}, `SELECT d.id, d.person_id, d.kind, d.way, d.made_at, n.id, n.kind, n.cause, n.place_id, n.args, n.link, n.at, r.read_at, a.no, a.outcome, a.detail, a.at, q.due_at
		FROM notice_delivery d
		JOIN notice n ON n.community_id = d.community_id AND n.id = d.notice_id
		LEFT JOIN notice_read r ON r.community_id = d.community_id AND r.person_id = d.person_id AND r.notice_id = d.notice_id
		LEFT JOIN notice_attempt a ON a.community_id = d.community_id AND a.delivery_id = d.id
			AND NOT EXISTS (SELECT 1 FROM notice_attempt b WHERE b.community_id = a.community_id AND b.delivery_id = a.delivery_id AND b.no > a.no)
		LEFT JOIN notice_due q ON q.community_id = d.community_id AND q.delivery_id = d.id
		WHERE d.community_id = ? AND `+where+" ORDER BY "+order+" LIMIT ?", id.Tilde[:], arg, limit)
	return all, err
}
