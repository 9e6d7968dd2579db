package charge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Service is the door to charges. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Open asks for a payment. The caller fills purpose, subject, payer, amount, title
// and DueAt; a charge of nothing is refused, what is free needs no slip.
func (s *Service) Open(ctx context.Context, tx *db.Tx, c Charge) (opened Charge, err error) {
	defer fault.Wrap(&err, "charge: open")
	if c.Amount <= 0 || c.Purpose == "" || c.Kind == "" || c.Payer.IsZero() || c.Subject.IsZero() || !tx.Now.Before(c.DueAt) {
		return c, ErrBadCharge
	}
	c.ID, c.OpenedBy, c.OpenedAt = tx.NewID(), tx.Actor.String(), tx.Now
	if c.Code, err = freeCode(ctx, tx); err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO charge (community_id, id, code, purpose, subject_id, payer_kind, payer_id, amount, title, opened_by, opened_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], c.ID[:], c.Code, string(c.Purpose), c.Subject[:], string(c.Kind), c.Payer[:], int64(c.Amount), c.Title,
		c.OpenedBy, c.OpenedAt.UnixMicro(), c.DueAt.UnixMicro())
	return c, err
}

// codes is how many codes there are: eight digits, the first not zero.
const codes = 90_000_000

// freeCode is a code that no charge of the community has.
func freeCode(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		b := tx.NewSecret()
		n := uint64(0)
		for _, x := range b[:8] {
			n = n<<8 | uint64(x)
		}
		code := fmt.Sprint(codes/9 + n%codes)
		var taken int
		switch err := db.One(ctx, tx, &taken, "SELECT 1 FROM charge WHERE community_id = ? AND code = ?", tx.Community[:], code); {
		case errors.Is(err, sql.ErrNoRows):
			return code, nil
		case err != nil:
			return "", err
		}
	}
	return "", errors.New("no code is free")
}

// Pay ends a charge by a payment that entry seq booked. The charge is one that
// Validate accepted in the same transaction. A slip pays one charge.
func (s *Service) Pay(ctx context.Context, tx *db.Tx, c *Charge, p Payment, seq int64) (err error) {
	defer fault.Wrap(&err, "charge: pay %s", c.Code)
	if err := c.Validate(p, tx.Now); err != nil {
		return err
	}
	var other string
	err = db.One(ctx, tx, &other, `SELECT c.code FROM charge_end e JOIN charge c ON c.community_id = e.community_id AND c.id = e.charge_id
		WHERE e.community_id = ? AND e.means = ? AND e.reference = ? AND e.kind = 'paid'`, tx.Community[:], string(p.Means), p.Reference)
	if err == nil {
		return ErrSlipUsed.On("reference").With("charge", other)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return end(ctx, tx, c, End{Charge: c.ID, Kind: Paid, Means: p.Means, Reference: p.Reference, Seq: seq})
}

// Drop ends an open charge that will not be paid.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, c *Charge, kind EndKind, reason string) (err error) {
	defer fault.Wrap(&err, "charge: drop %s", c.Code)
	switch {
	case !c.Open():
		return ErrEnded.With("kind", string(c.End.Kind))
	case strings.TrimSpace(reason) == "":
		return ErrNoReason.On("reason")
	}
	return end(ctx, tx, c, End{Charge: c.ID, Kind: kind, Reason: reason, Seq: -1})
}

func end(ctx context.Context, tx *db.Tx, c *Charge, e End) error {
	e.By, e.At = tx.Actor.String(), tx.Now
	_, err := tx.Exec(ctx, `INSERT INTO charge_end (community_id, charge_id, kind, means, reference, seq, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], e.Charge[:], string(e.Kind), string(e.Means), e.Reference, e.Seq, e.Reason, e.By, e.At.UnixMicro())
	if err == nil {
		c.End = &e
	}
	return err
}

// Refund notes that entry seq gave a part of a paid charge back.
func (s *Service) Refund(ctx context.Context, tx *db.Tx, c *Charge, amount money.Amount, seq int64, reason string) (err error) {
	defer fault.Wrap(&err, "charge: refund %s", c.Code)
	switch {
	case !c.Paid():
		return ErrNotPaid
	case amount <= 0 || amount > c.Amount-c.Refunded():
		return ErrTooMuch.With("left", c.Amount-c.Refunded())
	case strings.TrimSpace(reason) == "":
		return ErrNoReason.On("reason")
	}
	r := Refund{Charge: c.ID, Seq: seq, Amount: amount, Reason: reason, By: tx.Actor.String(), At: tx.Now}
	if _, err = tx.Exec(ctx, `INSERT INTO charge_refund (community_id, charge_id, seq, amount, reason, refunded_by, refunded_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], c.ID[:], seq, int64(amount), reason, r.By, r.At.UnixMicro()); err != nil {
		return err
	}
	c.Refunds = append(c.Refunds, r)
	return nil
}

// Hand notes that a refund reached who paid.
func (s *Service) Hand(ctx context.Context, tx *db.Tx, c *Charge, seq int64, reference string) (err error) {
	defer fault.Wrap(&err, "charge: hand %s", c.Code)
	if reference == "" || len(reference) > maxReference {
		return ErrBadReference.On("reference")
	}
	for i := range c.Refunds {
		switch r := &c.Refunds[i]; {
		case r.Seq != seq:
		case r.Handed != nil:
			return ErrHanded
		default:
			r.Handed = &Handed{Charge: c.ID, Seq: seq, Reference: reference, By: tx.Actor.String(), At: tx.Now}
			_, err = tx.Exec(ctx, `INSERT INTO charge_handed (community_id, charge_id, seq, reference, handed_by, handed_at) VALUES (?, ?, ?, ?, ?, ?)`,
				tx.Community[:], c.ID[:], seq, reference, r.Handed.By, tx.Now.UnixMicro())
			return err
		}
	}
	return ErrNotFound
}

// ByID finds a charge.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, charge id.ID) (*Charge, error) {
	return one(ctx, r, community, "c.id = ?", charge[:])
}

// ByCode finds a charge by the digits that people say.
func (s *Service) ByCode(ctx context.Context, r db.Reader, community id.ID, code string) (*Charge, error) {
	return one(ctx, r, community, "c.code = ?", code)
}

// Of lists the charges for something, the first first.
func (s *Service) Of(ctx context.Context, r db.Reader, community, subject id.ID) ([]Charge, error) {
	return read(ctx, r, community, "c.subject_id = ? ORDER BY c.id", subject[:])
}

// OfPayer lists what a payer was asked to pay, the latest first.
func (s *Service) OfPayer(ctx context.Context, r db.Reader, community, payer id.ID) ([]Charge, error) {
	return read(ctx, r, community, "c.payer_id = ? ORDER BY c.id DESC", payer[:])
}

// Waiting lists what is to be paid, by the time it is due.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Charge, error) {
	return read(ctx, r, community, "e.charge_id IS NULL ORDER BY c.due_at, c.id LIMIT ?", limit)
}

// Due lists the open charges whose time is over.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]Charge, error) {
	return read(ctx, r, community, "e.charge_id IS NULL AND c.due_at <= ? ORDER BY c.due_at, c.id LIMIT ?", now.UnixMicro(), limit)
}

// Ended lists the charges that ended from ≤ at < to, the latest first.
func (s *Service) Ended(ctx context.Context, r db.Reader, community id.ID, from, to time.Time, limit int) ([]Charge, error) {
	return read(ctx, r, community, "e.ended_at >= ? AND e.ended_at < ? ORDER BY e.ended_at DESC, c.id LIMIT ?", from.UnixMicro(), to.UnixMicro(), limit)
}

// ToHand lists the paid charges with a refund that waits at the till.
func (s *Service) ToHand(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Charge, error) {
	return read(ctx, r, community, `EXISTS (SELECT 1 FROM charge_refund x LEFT JOIN charge_handed h ON h.community_id = x.community_id AND h.charge_id = x.charge_id AND h.seq = x.seq
		WHERE x.community_id = c.community_id AND x.charge_id = c.id AND h.charge_id IS NULL) ORDER BY c.id LIMIT ?`, limit)
}
