package notice

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// enqueue makes a delivery; one that is due now is announced to the workers at once.
func enqueue(ctx context.Context, tx *db.Tx, notice, person id.ID, kind string, s step) (id.ID, error) {
	d := tx.NewID()
	n, err := tx.Exec(ctx, "INSERT INTO notice_delivery (community_id, id, notice_id, person_id, kind, way, made_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (notice_id, way, kind, community_id) DO NOTHING",
		id.Tilde[:], d[:], notice[:], person[:], kind, string(s.way), tx.Now.UnixMicro())
	if err != nil || n == 0 {
		return d, err
	}
	return d, schedule(ctx, tx, d, s.due)
}

func schedule(ctx context.Context, tx *db.Tx, delivery id.ID, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO notice_due (community_id, delivery_id, due_at, claimed_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, delivery_id) DO UPDATE SET due_at = excluded.due_at, claimed_until = excluded.claimed_until`,
		id.Tilde[:], delivery[:], at.UnixMicro(), 0)
	if err == nil && !at.After(tx.Now) {
		err = tx.Emit(ctx, Due, delivery.String())
	}
	return err
}

// hold keeps a notice back for the person's next digest by a way.
func hold(ctx context.Context, tx *db.Tx, it Item, s step) error {
	var open []id.ID
	err := db.All(ctx, tx, &open, `SELECT d.id FROM notice_delivery d JOIN notice_due q ON q.community_id = d.community_id AND q.delivery_id = d.id
		WHERE d.community_id = ? AND d.person_id = ? AND d.kind = ? AND d.way = ? AND q.due_at > ? AND q.claimed_until = 0 LIMIT 1`,
		id.Tilde[:], it.Person[:], digest, string(s.way), tx.Now.UnixMicro())
	if err != nil {
		return err
	}
	if len(open) == 0 {
		d, err := enqueue(ctx, tx, it.ID, it.Person, digest, s)
		if err != nil {
			return err
		}
		open = []id.ID{d}
	}
	_, err = tx.Exec(ctx, "INSERT INTO notice_held (community_id, digest_id, notice_id) VALUES (?, ?, ?) ON CONFLICT (community_id, digest_id, notice_id) DO NOTHING", id.Tilde[:], open[0][:], it.ID[:])
	return err
}

// sentSince counts the deliveries of a kind that a person was given by a way.
func sentSince(ctx context.Context, tx *db.Tx, person id.ID, kind string, w Way, since time.Time) (n int, err error) {
	err = db.One(ctx, tx, &n, "SELECT count(*) FROM notice_delivery WHERE community_id = ? AND person_id = ? AND kind = ? AND way = ? AND made_at > ?",
		id.Tilde[:], person[:], kind, string(w), since.UnixMicro())
	return n, err
}

// Delivery is one notice on its way by one way, with what it says.
type Delivery struct {
	ID       id.ID
	Item     Item
	Way      Way
	Attempts int // so far
	MadeAt   time.Time
	Waiting  int // of a digest: how many notices it stands for
}

// claimFor is how long a delivery belongs to who carries it out; should she vanish,
// it is due again afterwards.
const claimFor = 2 * time.Minute

// Claim takes a delivery that is due, or nil if somebody else has it, it is not due,
// or needs no carrying out any more. tx belongs to "~".
func (s *Service) Claim(ctx context.Context, tx *db.Tx, delivery id.ID) (*Delivery, error) {
	n, err := tx.Exec(ctx, "UPDATE notice_due SET claimed_until = ? WHERE community_id = ? AND delivery_id = ? AND due_at <= ? AND claimed_until <= ?",
		tx.Now.Add(claimFor).UnixMicro(), id.Tilde[:], delivery[:], tx.Now.UnixMicro(), tx.Now.UnixMicro())
	if err != nil || n == 0 {
		return nil, err
	}
	d, err := s.Delivery(ctx, tx, delivery)
	if err != nil {
		return nil, err
	}
	needless := d.Item.Read
	if d.Item.Kind.ID == digest {
		d.Waiting, err = waiting(ctx, tx, d)
		needless = d.Waiting == 0
	}
	if err == nil && needless {
		return nil, s.record(ctx, tx, d, Needless, "", id.ID{})
	}
	return d, err
}

// Delivery finds a delivery with its notice.
func (s *Service) Delivery(ctx context.Context, r db.Reader, delivery id.ID) (*Delivery, error) {
	all, err := deliveries(ctx, r, "d.id = ?", "d.id", 1, delivery[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &all[0].Delivery, nil
}

// waiting counts the notices of a digest that are still unread.
func waiting(ctx context.Context, tx *db.Tx, d *Delivery) (n int, err error) {
	upto, err := readUpto(ctx, tx, d.Item.Person)
	if err != nil {
		return 0, err
	}
	err = db.One(ctx, tx, &n, `SELECT count(*) FROM notice_held h LEFT JOIN notice_read r ON r.community_id = h.community_id AND r.person_id = ? AND r.notice_id = h.notice_id
		WHERE h.community_id = ? AND h.digest_id = ? AND h.notice_id > ? AND r.read_at IS NULL`, d.Item.Person[:], id.Tilde[:], d.ID[:], upto)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return n, err
}

// backoff is how long after each attempt that failed the next one comes. After the
// last the delivery is dead.
var backoff = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour}

// Outcome is what came of an attempt.
type Outcome string

// The outcomes.
const (
	Sent     Outcome = "sent"
	Later    Outcome = "later"    // failed; it will be tried again
	Dead     Outcome = "dead"     // failed for good, or too often
	Needless Outcome = "needless" // she has read it meanwhile
	Asked    Outcome = "asked"    // the operator asks for it again
)

// Settle records what came of an attempt: err nil means that the provider took it,
// final that another try cannot help. tx belongs to "~".
func (s *Service) Settle(ctx context.Context, tx *db.Tx, delivery id.ID, final bool, failure error) error {
	d, err := s.Delivery(ctx, tx, delivery)
	if err != nil {
		return err
	}
	switch {
	case failure == nil:
		return s.record(ctx, tx, d, Sent, "", id.ID{})
	case final || d.Attempts >= len(backoff):
		return s.record(ctx, tx, d, Dead, failure.Error(), id.ID{})
	}
	if err := s.record(ctx, tx, d, Later, failure.Error(), id.ID{}); err != nil {
		return err
	}
	return schedule(ctx, tx, delivery, tx.Now.Add(backoff[d.Attempts]))
}

// Retry asks for a dead delivery again. tx belongs to "~".
func (s *Service) Retry(ctx context.Context, tx *db.Tx, delivery, by id.ID) error {
	all, err := deliveries(ctx, tx, "d.id = ?", "d.id", 1, delivery[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return err
	}
	if all[0].Last != Dead {
		return ErrNotDead
	}
	if err := s.record(ctx, tx, &all[0].Delivery, Asked, "", by); err != nil {
		return err
	}
	return schedule(ctx, tx, delivery, tx.Now)
}

// record writes an attempt down and takes the delivery out of the queue.
func (s *Service) record(ctx context.Context, tx *db.Tx, d *Delivery, o Outcome, detail string, by id.ID) error {
	var no int64
	if err := db.One(ctx, tx, &no, "SELECT count(*) FROM notice_attempt WHERE community_id = ? AND delivery_id = ?", id.Tilde[:], d.ID[:]); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO notice_attempt (community_id, delivery_id, no, at, outcome, detail, by_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], d.ID[:], no+1, tx.Now.UnixMicro(), string(o), cut(detail, 300), by); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM notice_due WHERE community_id = ? AND delivery_id = ?", id.Tilde[:], d.ID[:])
	return err
}

// DueNow lists deliveries whose time has come and which nobody carries out.
func (s *Service) DueNow(ctx context.Context, r db.Reader, now time.Time, limit int) (due []id.ID, err error) {
	err = db.All(ctx, r, &due, "SELECT delivery_id FROM notice_due WHERE community_id = ? AND due_at <= ? AND claimed_until <= ? ORDER BY due_at LIMIT ?",
		id.Tilde[:], now.UnixMicro(), now.UnixMicro(), limit)
	return due, err
}

func cut(s string, n int) string {
	for i := range s {
		if i > n {
			return s[:i]
		}
	}
	return s
}
