package payment

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Service is the door to payments. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Open notes that a provider will be asked for a payment. The caller fills all but id
// and who and when. Nothing is asked before the transaction is durable.
func (s *Service) Open(ctx context.Context, tx *db.Tx, p Payment) (_ Payment, err error) {
	defer fault.Wrap(&err, "payment: open")
	if p.Amount <= 0 || p.Purpose == "" || p.Subject.IsZero() || p.Provider == "" || p.Scene == "" || !tx.Now.Before(p.DueAt) {
		return p, ErrBadPayment
	}
	p.ID, p.OpenedBy, p.OpenedAt = tx.NewID(), tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO payment (community_id, id, purpose, subject_id, provider, account, scene, payer_id, amount, title, opened_by, opened_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], p.ID[:], string(p.Purpose), p.Subject[:], string(p.Provider), p.Account, string(p.Scene), p.Payer,
		int64(p.Amount), p.Title, p.OpenedBy, p.OpenedAt.UnixMicro(), p.DueAt.UnixMicro())
	if err != nil {
		return p, err
	}
	return p, begin(ctx, tx, p.ID, id.ID{})
}

// Pay ends an open payment: the provider has the money. seq is the entry that booked
// it, −1 if none could; note then says why, and the caller asks for a refund.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, p *Payment, told pay.Payment, seq int64, note string) (err error) {
	defer fault.Wrap(&err, "payment: pay %s", p.ID)
	if err := p.Match(told); err != nil {
		return err
	}
	return end(ctx, tx, p, End{Payment: p.ID, Kind: Paid, Number: told.ID, PaidAt: told.PaidAt, Seq: seq, Note: note})
}

// Close ends an open payment that will not be paid. The provider has agreed before.
func (s *Service) Close(ctx context.Context, tx *db.Tx, p *Payment, note string) (err error) {
	defer fault.Wrap(&err, "payment: close %s", p.ID)
	return end(ctx, tx, p, End{Payment: p.ID, Kind: Closed, Seq: -1, Note: note})
}

func end(ctx context.Context, tx *db.Tx, p *Payment, e End) error {
	if !p.Open() {
		return ErrEnded.With("kind", string(p.End.Kind))
	}
	e.At = tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO payment_end (community_id, payment_id, kind, number, paid_at, seq, note, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], e.Payment[:], string(e.Kind), e.Number, micros(e.PaidAt), e.Seq, e.Note, e.At.UnixMicro())
	if err != nil {
		return err
	}
	p.End = &e
	return finish(ctx, tx, p.ID, id.ID{})
}

// begin and finish keep the list of what has not ended; the refund is zero of a payment.
func begin(ctx context.Context, tx *db.Tx, payment, refund id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_open (community_id, payment_id, refund_id, since) VALUES (?, ?, ?, ?)", tx.Community[:], payment[:], refund[:], tx.Now.UnixMicro())
	return err
}

func finish(ctx context.Context, tx *db.Tx, payment, refund id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM payment_open WHERE community_id = ? AND payment_id = ? AND refund_id = ?", tx.Community[:], payment[:], refund[:])
	return err
}

// NoteLate notes money that came for a closed payment.
func (s *Service) NoteLate(ctx context.Context, tx *db.Tx, p *Payment, told pay.Payment) (err error) {
	defer fault.Wrap(&err, "payment: late %s", p.ID)
	switch {
	case p.End == nil || p.End.Kind != Closed || p.Late != nil:
		return ErrEnded
	case p.Match(told) != nil:
		return p.Match(told)
	}
	l := Late{Payment: p.ID, Number: told.ID, PaidAt: told.PaidAt, At: tx.Now}
	if _, err = tx.Exec(ctx, "INSERT INTO payment_late (community_id, payment_id, number, paid_at, noted_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], l.Number, micros(l.PaidAt), l.At.UnixMicro()); err == nil {
		p.Late = &l
	}
	return err
}

// Refund notes that the provider will be asked to give a part back. seq is the entry
// that booked it, −1 for money that was never booked.
func (s *Service) Refund(ctx context.Context, tx *db.Tx, p *Payment, amount money.Amount, seq int64, reason string) (r Refund, err error) {
	defer fault.Wrap(&err, "payment: refund %s", p.ID)
	switch {
	case !p.Came():
		return r, ErrNotPaid
	case amount <= 0 || amount > p.Amount-p.Refunded():
		return r, ErrTooMuch.With("left", p.Amount-p.Refunded())
	}
	return s.ask(ctx, tx, p, Refund{Payment: p.ID, Amount: amount, Seq: seq, Reason: reason})
}

// Again asks anew for a refund that failed.
func (s *Service) Again(ctx context.Context, tx *db.Tx, p *Payment, failed id.ID) (_ Refund, err error) {
	defer fault.Wrap(&err, "payment: refund %s again", p.ID)
	for _, r := range p.Refunds {
		if r.Again == failed {
			return r, nil // asked before
		}
	}
	for _, r := range p.Refunds {
		if r.ID == failed {
			if r.End == nil || r.End.Kind != Failed {
				return r, ErrNotFailed
			}
			return s.ask(ctx, tx, p, Refund{Payment: p.ID, Amount: r.Amount, Seq: r.Seq, Reason: r.Reason, Again: failed})
		}
	}
	return Refund{}, ErrNotFound
}

func (s *Service) ask(ctx context.Context, tx *db.Tx, p *Payment, r Refund) (Refund, error) {
	r.ID, r.AskedBy, r.AskedAt = tx.NewID(), tx.Actor.String(), tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO payment_refund (community_id, id, payment_id, amount, reason, seq, again_of, asked_by, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], r.ID[:], p.ID[:], int64(r.Amount), r.Reason, r.Seq, r.Again, r.AskedBy, r.AskedAt.UnixMicro())
	if err != nil {
		return r, err
	}
	p.Refunds = append(p.Refunds, r)
	return r, begin(ctx, tx, p.ID, r.ID)
}

// EndRefund notes how a refund ended. One that was given back by hand names its slip
// and what happened; only what failed at the provider is.
func (s *Service) EndRefund(ctx context.Context, tx *db.Tx, p *Payment, refund id.ID, kind RefundEndKind, number, note string) (err error) {
	defer fault.Wrap(&err, "payment: end refund %s", refund)
	for i := range p.Refunds {
		r := &p.Refunds[i]
		if r.ID != refund {
			continue
		}
		if r.End != nil {
			return ErrEnded.With("kind", string(r.End.Kind))
		}
		if kind == Handed && (strings.TrimSpace(note) == "" || len(note) > 1000) {
			return ErrNoNote.On("note")
		}
		e := RefundEnd{Refund: refund, Kind: kind, Number: number, Note: note, By: tx.Actor.String(), At: tx.Now}
		if _, err = tx.Exec(ctx, "INSERT INTO payment_refund_end (community_id, refund_id, kind, number, note, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], refund[:], string(kind), number, note, e.By, e.At.UnixMicro()); err != nil {
			return err
		}
		r.End = &e
		return finish(ctx, tx, p.ID, refund)
	}
	return ErrNotFound
}

// ByID finds a payment.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, payment id.ID) (*Payment, error) {
	return one(ctx, r, community, "p.id = ?", payment[:])
}

// Of lists the payments for something, the first first.
func (s *Service) Of(ctx context.Context, r db.Reader, community, subject id.ID) ([]Payment, error) {
	return read(ctx, r, community, "p.subject_id = ? ORDER BY p.id", subject[:])
}

// ByEntry finds the payment that an entry booked.
func (s *Service) ByEntry(ctx context.Context, r db.Reader, community id.ID, seq int64) (*Payment, error) {
	return one(ctx, r, community, "e.seq = ? AND e.seq >= 0", seq)
}

// OfRefund finds the payment of a refund.
func (s *Service) OfRefund(ctx context.Context, r db.Reader, community, refund id.ID) (*Payment, error) {
	return one(ctx, r, community, "p.id IN (SELECT x.payment_id FROM payment_refund x WHERE x.community_id = ? AND x.id = ?)", community[:], refund[:])
}

// Waiting lists payments that are open since before a time, and payments of which a
// refund is under way since then, the oldest first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID, before time.Time, limit int) ([]Payment, error) {
	return read(ctx, r, community, `p.id IN (SELECT o.payment_id FROM payment_open o WHERE o.community_id = ? AND o.since < ?)
		ORDER BY p.id LIMIT ?`, community[:], before.UnixMicro(), limit)
}

// Came is money that came, or that went back, as a provider's bill tells it.
type Came struct {
	Payment id.ID
	Refund  id.ID // zero for a payment
	Number  string
	Amount  money.Amount
	At      time.Time // the provider's for a payment, ours for a refund
}

// EachCame tells of all money that came in from ≤ time < to, late or not, and that went
// back by then; there may be millions.
func (s *Service) EachCame(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, from, to time.Time, fn func(Came) error) (err error) {
	defer fault.Wrap(&err, "payment: what came")
	payment := func(rows *sql.Rows) error { return came(rows, fn) }
	refund := func(rows *sql.Rows) error {
		var c Came
		var when int64
		if err := rows.Scan(&c.Payment, &c.Number, &c.Amount, &when, &c.Refund); err != nil {
			return err
		}
		c.At = at(when)
		return fn(c)
	}
	for _, q := range []struct {
		take  func(*sql.Rows) error
		query string
	}{
		{payment, `SELECT p.id, e.number, p.amount, e.paid_at FROM payment_end e JOIN payment p ON p.community_id = e.community_id AND p.id = e.payment_id
			WHERE e.community_id = ? AND e.paid_at >= ? AND e.paid_at < ? AND e.kind = 'paid' AND p.provider = ?`},
		{payment, `SELECT p.id, l.number, p.amount, l.paid_at FROM payment_late l JOIN payment p ON p.community_id = l.community_id AND p.id = l.payment_id
			WHERE l.community_id = ? AND l.paid_at >= ? AND l.paid_at < ? AND p.provider = ?`},
		{refund, `SELECT x.payment_id, y.number, x.amount, y.ended_at, x.id FROM payment_refund_end y JOIN payment_refund x ON x.community_id = y.community_id AND x.id = y.refund_id
			JOIN payment p ON p.community_id = x.community_id AND p.id = x.payment_id
			WHERE y.community_id = ? AND y.ended_at >= ? AND y.ended_at < ? AND y.kind = 'done' AND p.provider = ?`},
	} {
		if err := db.Each(ctx, r, q.take, q.query, community[:], from.UnixMicro(), to.UnixMicro(), string(provider)); err != nil {
			return err
		}
	}
	return nil
}

func came(rows *sql.Rows, fn func(Came) error) error {
	var c Came
	var when int64
	if err := rows.Scan(&c.Payment, &c.Number, &c.Amount, &when); err != nil {
		return err
	}
	c.At = at(when)
	return fn(c)
}

// FailedRefunds lists payments of which a refund failed and was not asked for anew, the
// oldest first.
func (s *Service) FailedRefunds(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Payment, error) {
	return read(ctx, r, community, `p.id IN (SELECT x.payment_id FROM payment_refund x
			JOIN payment_refund_end y ON y.community_id = x.community_id AND y.refund_id = x.id
			LEFT JOIN payment_refund z ON z.community_id = x.community_id AND z.again_of = x.id
			WHERE x.community_id = ? AND y.kind = 'failed' AND z.id IS NULL)
		ORDER BY p.id LIMIT ?`, community[:], limit)
}
