// Package derived keeps how far tables have come that are made of the entries of the books,
// and can be thrown away and made again.
package derived

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ErrMoved refuses a batch that does not begin where the tables end: somebody else has added
// it already.
var ErrMoved = errors.New("derived: the tables end elsewhere")

// Position is how far the entries were read.
type Position struct {
	Next     int64      // number of the next entry; Clearing while the tables are cleared
	Closed   period.Day // the last closed day whose entries are all read, NeverClosed
	ClosedAt time.Time
}

// Clearing is the position of tables that are being cleared.
const Clearing = -1

// NeverClosed is before every day on which anything is booked.
const NeverClosed = period.Day(-1 << 31)

// Tables is the name of the table that holds the positions of some tables: community_id,
// next_seq, closed_day, closed_at.
type Tables string

// Position tells how far a community's entries were read.
func (t Tables) Position(ctx context.Context, r db.Reader, community id.ID) (Position, error) {
	var row struct {
		Next   int64 `db:"next_seq"`
		Closed int64 `db:"closed_day"`
		At     int64 `db:"closed_at"`
	}
	err := db.One(ctx, r, &row, "SELECT next_seq, closed_day, closed_at FROM "+string(t)+" WHERE community_id = ?", community[:])
	if errors.Is(err, sql.ErrNoRows) {
		return Position{Closed: NeverClosed}, nil
	}
	return Position{row.Next, period.Day(row.Closed), time.UnixMicro(row.At).UTC()}, err
}

// Set puts the tables somewhere.
func (t Tables) Set(ctx context.Context, tx *db.Tx, p Position) error {
	_, err := tx.Exec(ctx, "INSERT INTO "+string(t)+` (community_id, next_seq, closed_day, closed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id) DO UPDATE SET next_seq = excluded.next_seq, closed_day = excluded.closed_day, closed_at = excluded.closed_at`,
		tx.Community[:], p.Next, int64(p.Closed), p.ClosedAt.UnixMicro())
	return err
}

// Add has a batch of entries added that begins where the tables end, and moves their position
// behind it; else it refuses with ErrMoved. closed is the last day that is closed and whose
// entries are all read now.
func (t Tables) Add(ctx context.Context, tx *db.Tx, from, next int64, closed period.Day, closedAt time.Time, add func() error) error {
	at, err := t.Position(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if at.Next != from {
		return fmt.Errorf("%w: at entry %d", ErrMoved, at.Next)
	}
	if err := add(); err != nil {
		return err
	}
	at.Next = next
	if closed > at.Closed {
		at.Closed, at.ClosedAt = closed, closedAt
	}
	return t.Set(ctx, tx, at)
}

// Reset begins to clear the tables.
func (t Tables) Reset(ctx context.Context, tx *db.Tx) error {
	return t.Set(ctx, tx, Position{Next: Clearing, Closed: NeverClosed})
}

// Restart says that nothing is left of the tables: they begin at the first entry.
func (t Tables) Restart(ctx context.Context, tx *db.Tx) error {
	return t.Set(ctx, tx, Position{Closed: NeverClosed})
}
