package reconciliation

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// Service is the door to reconciliation. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// maxWords bounds what somebody writes, in bytes.
const maxWords = 1000

// Take notes that a bill was read. The same bill again, line by line, is the one that was
// read before.
func (s *Service) Take(ctx context.Context, tx *db.Tx, b Bill) (_ Bill, again bool, err error) {
	defer fault.Wrap(&err, "reconciliation: take a bill")
	last, err := s.Latest(ctx, tx, tx.Community, b.Provider, b.Day)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return b, false, err
	}
	if err == nil && last.Digest == b.Digest && last.Matched == b.Matched {
		return *last, true, nil
	}
	b.ID, b.ReadBy, b.ReadAt = tx.NewID(), tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO reconciliation_bill (community_id, id, provider, day, source, digest, payments, refunds, matched, paid, back, kept, returned, read_by, read_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], b.ID[:], string(b.Provider), int64(b.Day), string(b.Source), b.Digest[:], b.Payments, b.Refunds, b.Matched,
		int64(b.Paid), int64(b.Back), int64(b.Kept), int64(b.Returned), b.ReadBy, b.ReadAt.UnixMicro())
	return b, false, err
}

// Find notes a difference, to be settled by an instant. One that was found before stays
// as it is.
func (s *Service) Find(ctx context.Context, tx *db.Tx, d Difference, due time.Time) (found bool, err error) {
	defer fault.Wrap(&err, "reconciliation: find a difference")
	d.ID = tx.NewID()
	done, err := tx.Exec(ctx, `INSERT INTO reconciliation_difference
		(community_id, id, bill_id, provider, day, kind, thing, payment, refund, number, account, ours, theirs, line, moved_at, found_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		tx.Community[:], d.ID[:], d.Bill[:], string(d.Provider), int64(d.Day), string(d.Kind), string(d.Thing), d.Payment, d.Refund, d.Number, d.Account,
		int64(d.Ours), int64(d.Theirs), d.Line, d.At.UnixMicro(), tx.Now.UnixMicro(), due.UnixMicro())
	if err != nil || done == 0 {
		return false, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO reconciliation_open (community_id, difference_id, due_at) VALUES (?, ?, ?)", tx.Community[:], d.ID[:], due.UnixMicro())
	return true, err
}

// step adds one to a difference.
func (s *Service) step(ctx context.Context, tx *db.Tx, d *Difference, x Step) error {
	x.By, x.At = tx.Actor.String(), tx.Now
	_, err := tx.Exec(ctx, `INSERT INTO reconciliation_step (community_id, difference_id, n, kind, way, person, words, reference, seq, stepped_by, stepped_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], d.ID[:], len(d.Steps), string(x.Kind), string(x.Way), x.Person, x.Words, x.Reference, x.Seq, x.By, x.At.UnixMicro())
	if err != nil {
		return err
	}
	d.Steps = append(d.Steps, x)
	if x.Kind == Settled {
		_, err = tx.Exec(ctx, "DELETE FROM reconciliation_open WHERE community_id = ? AND difference_id = ?", tx.Community[:], d.ID[:])
	}
	return err
}

// said checks what somebody wrote.
func said(words string) (string, error) {
	if words = strings.TrimSpace(words); words == "" || len(words) > maxWords {
		return words, ErrNoWords.On("words")
	}
	return words, nil
}

// Own makes a person the one who looks after it.
func (s *Service) Own(ctx context.Context, tx *db.Tx, d *Difference, person id.ID) (err error) {
	defer fault.Wrap(&err, "reconciliation: own %s", d.ID)
	if d.Settlement() != nil {
		return ErrSettled
	}
	if d.Owner() == person {
		return nil
	}
	return s.step(ctx, tx, d, Step{Kind: Taken, Person: person, Seq: -1})
}

// Note keeps what somebody found out, also when it is settled.
func (s *Service) Note(ctx context.Context, tx *db.Tx, d *Difference, words string) (err error) {
	defer fault.Wrap(&err, "reconciliation: note on %s", d.ID)
	if words, err = said(words); err != nil {
		return err
	}
	return s.step(ctx, tx, d, Step{Kind: Noted, Words: words, Seq: -1})
}

// AskBack notes that the provider is asked to give the money back.
func (s *Service) AskBack(ctx context.Context, tx *db.Tx, d *Difference) (err error) {
	defer fault.Wrap(&err, "reconciliation: ask %s back", d.ID)
	switch {
	case d.Settlement() != nil:
		return ErrSettled
	case d.Kind != MissingHere || d.Thing != Payment:
		return ErrBadWay.On("way")
	case d.Asking() != nil:
		return nil
	}
	return s.step(ctx, tx, d, Step{Kind: Asked, Seq: -1})
}

// Settle ends it by a way that one person may take. By hand both words and the number of
// a slip are wanted; found says that the flow has seen for itself.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, d *Difference, way Way, found bool, words, reference string) (err error) {
	defer fault.Wrap(&err, "reconciliation: settle %s", d.ID)
	words, reference = strings.TrimSpace(words), strings.TrimSpace(reference)
	switch {
	case d.Settlement() != nil:
		return ErrSettled
	case d.Proposal() != nil && !found:
		return ErrProposed
	case way == WrittenOff || !may(d, way):
		return ErrBadWay.On("way")
	case way == FoundLate && !found:
		return ErrMissing
	case !found && (words == "" || len(words) > maxWords):
		return ErrNoWords.On("words")
	case !found && way != Accepted && (reference == "" || len(reference) > 64):
		return ErrNoSlip.On("reference")
	}
	return s.step(ctx, tx, d, Step{Kind: Settled, Way: way, Words: words, Reference: reference, Seq: -1})
}

func may(d *Difference, way Way) bool {
	for _, w := range d.Ways() {
		if w == way {
			return true
		}
	}
	return false
}

// Propose asks a second person to write it off.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, d *Difference, words string) (err error) {
	defer fault.Wrap(&err, "reconciliation: propose to write %s off", d.ID)
	switch {
	case d.Settlement() != nil:
		return ErrSettled
	case d.Proposal() != nil:
		return ErrProposed
	case !may(d, WrittenOff):
		return ErrBadWay.On("way")
	}
	if words, err = said(words); err != nil {
		return err
	}
	return s.step(ctx, tx, d, Step{Kind: Proposed, Words: words, Seq: -1})
}

// Decide answers a proposal: nobody decides on his own. seq is the entry that bore it,
// −1 if it is declined or no books are kept where it lies.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, d *Difference, agreed bool, words string, seq int64) (err error) {
	defer fault.Wrap(&err, "reconciliation: decide on %s", d.ID)
	if err := s.MayDecide(tx, d); err != nil {
		return err
	}
	if agreed {
		return s.step(ctx, tx, d, Step{Kind: Settled, Way: WrittenOff, Words: strings.TrimSpace(words), Seq: seq})
	}
	if words, err = said(words); err != nil {
		return err
	}
	return s.step(ctx, tx, d, Step{Kind: Declined, Words: words, Seq: -1})
}

// MayDecide refuses who proposed it, and what nobody proposed.
func (s *Service) MayDecide(tx *db.Tx, d *Difference) error {
	switch p := d.Proposal(); {
	case d.Settlement() != nil:
		return ErrSettled
	case p == nil:
		return ErrNoProposal
	case p.By == tx.Actor.String():
		return ErrSameHand
	}
	return nil
}

// Recover notes that what was written off was found after all; seq is the entry.
func (s *Service) Recover(ctx context.Context, tx *db.Tx, d *Difference, words string, seq int64) (err error) {
	defer fault.Wrap(&err, "reconciliation: recover %s", d.ID)
	if x := d.last(Settled, Recovered); x == nil || x.Way != WrittenOff {
		return ErrBadWay
	}
	return s.step(ctx, tx, d, Step{Kind: Recovered, Words: words, Seq: seq})
}

// See notes that a payment or a refund stands in the bill of a day on which the books do
// not know it.
func (s *Service) See(ctx context.Context, tx *db.Tx, provider pay.Kind, thing id.ID, day period.Day) error {
	_, err := tx.Exec(ctx, "INSERT INTO reconciliation_seen (community_id, provider, thing_id, day) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tx.Community[:], string(provider), thing[:], int64(day))
	return err
}

// Book notes what was booked of a day's fees.
func (s *Service) Book(ctx context.Context, tx *db.Tx, f Fee) error {
	_, err := tx.Exec(ctx, "INSERT INTO reconciliation_fee (community_id, provider, day, n, bill_id, kept, returned, kept_seq, returned_seq, booked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], string(f.Provider), int64(f.Day), f.N, f.Bill[:], int64(f.Kept), int64(f.Returned), f.KeptSeq, f.ReturnedSeq, tx.Now.UnixMicro())
	return err
}

// failedAgain is how soon the same failure is no news.
const failedAgain = 50 * time.Minute

// Fail notes that a bill could not be read, if that is news.
func (s *Service) Fail(ctx context.Context, tx *db.Tx, a Attempt) (err error) {
	defer fault.Wrap(&err, "reconciliation: a bill that was not read")
	var last struct {
		Outcome string `db:"outcome"`
		At      int64  `db:"tried_at"`
	}
	err = db.One(ctx, tx, &last, "SELECT outcome, tried_at FROM reconciliation_attempt WHERE community_id = ? AND provider = ? AND day = ? ORDER BY tried_at DESC LIMIT 1",
		tx.Community[:], string(a.Provider), int64(a.Day))
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case err == nil && last.Outcome == string(a.Outcome) && tx.Now.Sub(micros(last.At)) < failedAgain:
		return nil
	}
	_, err = tx.Exec(ctx, "INSERT INTO reconciliation_attempt (community_id, provider, day, tried_at, outcome, note, tried_by) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tx.Community[:], string(a.Provider), int64(a.Day), tx.Now.UnixMicro(), string(a.Outcome), a.Note, tx.Actor.String())
	return err
}
