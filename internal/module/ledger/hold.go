package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals, in the order in which the methods of a hold check them.
var (
	ErrNoHold      = fault.New(fault.NotFound, "ledger.no_hold")
	ErrHoldEnded   = fault.New(fault.Conflict, "ledger.hold_ended")
	ErrHoldExpired = fault.New(fault.Conflict, "ledger.hold_expired")
	ErrHoldOpen    = fault.New(fault.Conflict, "ledger.hold_not_due")
	ErrHoldShort   = fault.New(fault.Conflict, "ledger.hold_short") // less is held than asked for
)

// The rules of holds (D4).
var (
	RuleHold    = R('H', 1) // value is set aside
	RuleSpend   = R('H', 2) // part of it goes where it was meant for
	RuleRelease = R('H', 3) // the rest goes back
)

// Hold is value set aside for two-phase work: an order that may fail, a service
// that is not yet done. It is spent in parts, released, or it expires.
type Hold struct {
	ID        id.ID
	Source    Account
	Amount    money.Amount // set aside at first
	ExpiresAt time.Time
	Ended     string // "", "spent", "released" or "expired"
}

// Escrow is the account in which the hold's value stands.
func (h Hold) Escrow() Account {
	return In(party.Owner{Kind: party.Hold, ID: h.ID}, Escrow, h.Source.Asset)
}

// PlaceHold sets amount aside from source until expiry. The posting's legs are
// made here; its key, content, day, subject and facts are the caller's.
func (s *Service) PlaceHold(ctx context.Context, tx *db.Tx, p Posting, source Account, amount money.Amount, expires time.Time) (h Hold, err error) {
	defer fault.Wrap(&err, "ledger: place hold")
	h = Hold{ID: tx.NewID(), Source: source, Amount: amount, ExpiresAt: expires.Truncate(time.Microsecond)}
	p.Kind, p.Legs = HoldPlaced, []Leg{{RuleHold, source, h.Escrow(), amount}}
	posted, err := s.Post(ctx, tx, p)
	if err != nil {
		return Hold{}, err
	}
	if posted.Replayed {
		return s.holdOfEntry(ctx, tx, posted.Seq)
	}
	b, err := s.book(ctx, tx)
	if err != nil {
		return Hold{}, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO ledger_hold (community_id, id, seq, source_no, asset, amount, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.ID[:], posted.Seq, b.accounts[source].no, int64(source.Asset), int64(amount), h.ExpiresAt.UnixMicro())
	return h, err
}

// SpendHold settles part of a hold: legs run from its escrow to where the value
// belongs. The part that uses it up ends the hold.
func (s *Service) SpendHold(ctx context.Context, tx *db.Tx, hold id.ID, p Posting, to Account, amount money.Amount) (err error) {
	defer fault.Wrap(&err, "ledger: spend hold %s", hold)
	if err = s.spendHold(ctx, tx, hold, p, to, amount); err != nil {
		_, err = s.Recall(ctx, tx, p.Key, p.Content, err)
	}
	return err
}

func (s *Service) spendHold(ctx context.Context, tx *db.Tx, hold id.ID, p Posting, to Account, amount money.Amount) error {
	h, err := s.Hold(ctx, tx, hold)
	if err != nil {
		return err
	}
	p.Kind, p.Legs = HoldSpent, []Leg{{RuleSpend, h.Escrow(), to, amount}}
	if _, ok, err := s.Find(ctx, tx, p.Key, p.Content); ok || err != nil {
		return err
	}
	switch {
	case h.Ended != "":
		return ErrHoldEnded
	case !tx.Now.Before(h.ExpiresAt):
		return ErrHoldExpired
	}
	left, err := s.Balance(ctx, tx, h.Escrow())
	if err != nil {
		return err
	}
	if amount > left {
		return ErrHoldShort.With("held", left.Decimal(h.Source.Asset))
	}
	posted, err := s.Post(ctx, tx, p)
	if err != nil || posted.Replayed || amount < left {
		return err
	}
	return s.endHold(ctx, tx, h, posted.Seq, "spent")
}

// ReleaseHold gives what is left of a hold back to its source.
func (s *Service) ReleaseHold(ctx context.Context, tx *db.Tx, hold id.ID, p Posting) error {
	return s.giveBack(ctx, tx, hold, p, "released")
}

// ExpireHold gives back what is left of a hold whose time is over; a sweeper
// calls it for the holds that Due lists.
func (s *Service) ExpireHold(ctx context.Context, tx *db.Tx, hold id.ID, day period.Day) error {
	h, err := s.Hold(ctx, tx, hold)
	if err != nil {
		return err
	}
	if tx.Now.Before(h.ExpiresAt) {
		return ErrHoldOpen
	}
	return s.giveBack(ctx, tx, hold, Posting{Key: "~expire:" + hold.String(), BookedOn: day}, "expired")
}

// giveBack is asked by several for the same end: by a person who asks again, by
// two sweepers. Whoever comes late is told that it is done, if it is done so.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, hold id.ID, p Posting, how string) (err error) {
	defer fault.Wrap(&err, "ledger: end hold %s", hold)
	h, err := s.Hold(ctx, tx, hold)
	if err != nil {
		return err
	}
	if h.Ended != "" {
		if _, err = s.Recall(ctx, tx, p.Key, p.Content, ErrHoldEnded); errors.Is(err, ErrHoldEnded) && h.Ended == how {
			err = nil
		}
		return err
	}
	left, err := s.Balance(ctx, tx, h.Escrow())
	if err != nil {
		return err
	}
	p.Kind, p.Legs = HoldEnded, []Leg{{RuleRelease, h.Escrow(), h.Source, left}}
	posted, err := s.Post(ctx, tx, p)
	if err != nil {
		return err
	}
	return s.endHold(ctx, tx, h, posted.Seq, how)
}

func (s *Service) endHold(ctx context.Context, tx *db.Tx, h Hold, seq int64, how string) error {
	_, err := tx.Exec(ctx, "INSERT INTO ledger_hold_end (community_id, hold_id, seq, how, ended_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], h.ID[:], seq, how, tx.Now.UnixMicro())
	return err
}

// Hold finds a hold.
func (s *Service) Hold(ctx context.Context, tx *db.Tx, hold id.ID) (Hold, error) {
	return s.findHold(ctx, tx, "h.id = ?", hold[:])
}

func (s *Service) holdOfEntry(ctx context.Context, tx *db.Tx, seq int64) (Hold, error) {
	return s.findHold(ctx, tx, "h.seq = ?", seq)
}

func (s *Service) findHold(ctx context.Context, tx *db.Tx, where string, arg any) (Hold, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return Hold{}, err
	}
	var row struct {
		ID      id.ID   `db:"id"`
		No      int64   `db:"source_no"`
		Amount  int64   `db:"amount"`
		Expires int64   `db:"expires_at"`
		How     *string `db:"how"`
	}
	err = db.One(ctx, tx, &row, `SELECT h.id, h.source_no, h.amount, h.expires_at, e.how FROM ledger_hold h
		LEFT JOIN ledger_hold_end e ON e.community_id = h.community_id AND e.hold_id = h.id WHERE h.community_id = ? AND `+where, tx.Community[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		return Hold{}, ErrNoHold
	}
	if err != nil {
		return Hold{}, err
	}
	h := Hold{ID: row.ID, Amount: money.Amount(row.Amount), ExpiresAt: time.UnixMicro(row.Expires).UTC()}
	if row.How != nil {
		h.Ended = *row.How
	}
	if row.No < 0 || row.No >= int64(len(b.numbered)) || b.numbered[row.No] == nil {
		return Hold{}, fmt.Errorf("%w: the source of hold %s", ErrCorrupt, h.ID)
	}
	h.Source = b.numbered[row.No].account
	return h, nil
}

// Due lists the holds of a community whose time is over and that are still open.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) (due []id.ID, err error) {
	err = db.All(ctx, r, &due, `SELECT h.id FROM ledger_hold h LEFT JOIN ledger_hold_end e ON e.community_id = h.community_id AND e.hold_id = h.id
		WHERE h.community_id = ? AND h.expires_at <= ? AND e.hold_id IS NULL ORDER BY h.expires_at LIMIT ?`, community[:], now.UnixMicro(), limit)
	return due, err
}
