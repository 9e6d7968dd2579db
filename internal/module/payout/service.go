package payout

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Service is the door to payouts. It remembers where payments for shops land.
type Service struct {
	landing *db.Memo[id.ID, *Account] // by shop, nil of one without an account
}

// New makes the service.
func New() *Service {
	s := new(Service)
	s.landing = db.NewMemo(20_000, func(ctx context.Context, tx *db.Tx, shop id.ID) (*Account, error) {
		return s.AccountOf(ctx, tx, tx.Community, OfShop, shop)
	})
	return s
}

// Prepare notes a batch that waits for people to agree to it. The caller fills kind,
// days, words, items and who is left; one batch of a kind waits at a time.
func (s *Service) Prepare(ctx context.Context, tx *db.Tx, b Batch) (_ *Batch, err error) {
	defer fault.Wrap(&err, "payout: prepare")
	switch {
	case !b.Kind.Known():
		return nil, ErrBadKind.On("kind")
	case b.Through >= b.Cutoff || !tx.Now.Before(b.DueAt):
		return nil, ErrBadDay.On("cutoff")
	case utf8.RuneCountInString(b.Words) > maxWords:
		return nil, ErrNoReason.On("words")
	}
	waiting, err := s.Waiting(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(waiting, func(w *Batch) bool { return w.Kind == b.Kind }) {
		return nil, ErrBatchWaits
	}
	if len(b.Items) == 0 {
		return nil, ErrNothing
	}
	if b.Number, err = nextNumber(ctx, tx); err != nil {
		return nil, err
	}
	b.ID, b.By, b.At, b.Consents, b.End = tx.NewID(), tx.Actor.ID, tx.Now, nil, nil
	for i := range b.Items {
		x := &b.Items[i]
		x.ID, x.Batch, x.Seq, x.Sent, x.Outcomes = tx.NewID(), b.ID, -1, nil, nil
		if x.Amount <= 0 || x.Amount > x.Held {
			return nil, ErrNothing
		}
	}
	return &b, insertBatch(ctx, tx, &b)
}

// Agree notes that a person agrees to a batch, and tells whether she is the last of
// as many as it takes. The caller has made sure that it does not pay her, and books the
// items of a batch that passes in the same transaction.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, b *Batch, need int) (passed bool, err error) {
	defer fault.Wrap(&err, "payout: agree to batch %d", b.Number)
	switch _, before := b.ConsentOf(tx.Actor.ID); {
	case !b.Waits():
		return false, ErrEnded.With("kind", string(b.End.Kind))
	case !tx.Now.Before(b.DueAt):
		return false, ErrPastDue
	case tx.Actor.ID == b.By || tx.Actor.ID.IsZero():
		return false, ErrSamePerson
	case before:
		return false, ErrAgreed
	}
	if _, err := tx.Exec(ctx, "INSERT INTO payout_consent (community_id, batch_id, person_id, agreed_at) VALUES (?, ?, ?, ?)",
		tx.Community[:], b.ID[:], tx.Actor.ID[:], tx.Now.UnixMicro()); err != nil {
		return false, err
	}
	b.Consents = append(b.Consents, Consent{tx.Actor.ID, tx.Now})
	if len(b.Consents) < need {
		return false, nil
	}
	return true, s.end(ctx, tx, b, Agreed, "")
}

// Drop ends a batch that is not agreed to: refused by another person, withdrawn by who
// prepared it, or lapsed by the clock.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, b *Batch, kind EndKind, words string) (err error) {
	defer fault.Wrap(&err, "payout: drop batch %d", b.Number)
	words = strings.TrimSpace(words)
	switch {
	case !b.Waits():
		return ErrEnded.With("kind", string(b.End.Kind))
	case kind != Lapsed && (words == "" || utf8.RuneCountInString(words) > maxWords):
		return ErrNoReason.On("reason")
	}
	return s.end(ctx, tx, b, kind, words)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, b *Batch, kind EndKind, words string) error {
	e := End{Kind: kind, Words: words, By: tx.Actor.ID, At: tx.Now}
	_, err := tx.Exec(ctx, "INSERT INTO payout_batch_end (community_id, batch_id, kind, words, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], string(e.Kind), e.Words, e.By[:], e.At.UnixMicro())
	if err == nil {
		b.End = &e
	}
	return err
}

// Booking is what became of an item when its batch was agreed to: an entry booked it,
// or it was left out.
type Booking struct {
	Item  *Item
	Seq   int64     // −1: left out
	Why   Reason    // of one left out
	DueAt time.Time // when the provider is told; zero: it is paid by hand
}

// Book notes all bookings of a batch that passed, a statement a table.
func (s *Service) Book(ctx context.Context, tx *db.Tx, b *Batch, all []Booking) (err error) {
	defer fault.Wrap(&err, "payout: book batch %d", b.Number)
	if !b.Passed() {
		return ErrNotBooked
	}
	var booked, due, left [][]any
	for _, x := range all {
		if x.Seq < 0 {
			left = append(left, []any{tx.Community[:], x.Item.ID[:], 0, string(LeftOut), int64(0), "", string(x.Why), int64(-1), id.ID{}, tx.Now.UnixMicro()})
			x.Item.Outcomes = append(x.Item.Outcomes, Outcome{Kind: LeftOut, Reason: string(x.Why), Seq: -1, At: tx.Now})
			continue
		}
		booked = append(booked, []any{tx.Community[:], x.Item.ID[:], x.Seq, int64(x.Item.Amount)})
		if !x.DueAt.IsZero() {
			due = append(due, []any{tx.Community[:], x.Item.ID[:], x.DueAt.UnixMicro(), 0})
		}
		x.Item.Seq = x.Seq
	}
	return errors.Join(
		insert(ctx, tx, "INSERT INTO payout_booked (community_id, item_id, seq, amount) VALUES ", booked),
		insert(ctx, tx, "INSERT INTO payout_due (community_id, item_id, due_at, tries) VALUES ", due),
		insert(ctx, tx, "INSERT INTO payout_outcome (community_id, item_id, no, kind, amount, reference, reason, seq, noted_by, noted_at) VALUES ", left))
}

// Send notes that the provider took an item's instruction. To be told again changes nothing.
func (s *Service) Send(ctx context.Context, tx *db.Tx, i *Item, number string) error {
	switch {
	case i.Seq < 0:
		return ErrNotBooked
	case i.Sent != nil:
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO payout_sent (community_id, item_id, number, sent_at) VALUES (?, ?, ?, ?)", tx.Community[:], i.ID[:], number, tx.Now.UnixMicro())
	if err == nil {
		i.Sent = &Sent{number, tx.Now}
	}
	return err
}

// Note notes what became of an item. It arrives once; together never more comes back
// than was paid; what came back whole does not arrive afterwards.
func (s *Service) Note(ctx context.Context, tx *db.Tx, i *Item, o Outcome) (err error) {
	defer fault.Wrap(&err, "payout: outcome of %s", i.ID)
	switch {
	case i.Seq < 0:
		return ErrNotBooked
	case i.Back() == i.Amount, o.Kind == Confirmed && !i.ArrivedAt().IsZero(), o.Kind == Failed && !i.ArrivedAt().IsZero():
		return ErrSettled
	case o.Kind != Confirmed && (o.Amount <= 0 || o.Amount > i.Amount-i.Back()):
		return ErrSettled
	}
	o.By, o.At = tx.Actor.ID, tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO payout_outcome (community_id, item_id, no, kind, amount, reference, reason, seq, noted_by, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], i.ID[:], len(i.Outcomes), string(o.Kind), int64(o.Amount), o.Reference, o.Reason, o.Seq, o.By[:], o.At.UnixMicro())
	if err == nil {
		i.Outcomes = append(i.Outcomes, o)
	}
	return err
}

// maxSlip bounds the number of a bank's slip.
const maxSlip = 64

// Slip refuses a slip that cannot be the bank's for this item: it pays one item.
func (s *Service) Slip(ctx context.Context, tx *db.Tx, i *Item, number string) error {
	if number == "" || utf8.RuneCountInString(number) > maxSlip {
		return ErrBadSlip.On("reference")
	}
	var other id.ID
	err := db.One(ctx, tx, &other, "SELECT item_id FROM payout_outcome WHERE community_id = ? AND reference = ? AND kind = 'confirmed'", tx.Community[:], number)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case other == i.ID:
		return nil
	}
	return ErrSlipUsed.On("reference")
}

// Ask puts off when the provider is asked about an item; the zero time: never again.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, item id.ID, at time.Time) error {
	if at.IsZero() {
		_, err := tx.Exec(ctx, "DELETE FROM payout_due WHERE community_id = ? AND item_id = ?", tx.Community[:], item[:])
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE payout_due SET due_at = ?, tries = tries + 1 WHERE community_id = ? AND item_id = ?", at.UnixMicro(), tx.Community[:], item[:])
	return err
}

// Decide notes that somebody answers for paying a suspended shop once.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, merchant id.ID, words string) (d Decision, err error) {
	words = strings.TrimSpace(words)
	if words == "" || utf8.RuneCountInString(words) > maxWords {
		return d, ErrNoReason.On("words")
	}
	d = Decision{ID: tx.NewID(), Merchant: merchant, Words: words, By: tx.Actor.ID, At: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO payout_decision (community_id, id, merchant_id, words, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], d.Merchant[:], d.Words, d.By[:], d.At.UnixMicro())
	return d, err
}

// BackOff is how long to wait before a provider is asked again.
func BackOff(tries int) time.Duration {
	return min(time.Minute<<min(tries, 8), 2*time.Hour)
}

// Sum adds items up.
func Sum(items []Item) (sum money.Amount) {
	for i := range items {
		sum += items[i].Amount
	}
	return sum
}
