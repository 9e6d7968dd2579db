package trade

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Position tells how far a community's entries were read.
func (s *Service) Position(ctx context.Context, r db.Reader, community id.ID) (Position, error) {
	var row struct {
		Next   int64 `db:"next_seq"`
		Closed int64 `db:"closed_day"`
		At     int64 `db:"closed_at"`
	}
	err := db.One(ctx, r, &row, "SELECT next_seq, closed_day, closed_at FROM trade_position WHERE community_id = ?", community[:])
	if errors.Is(err, sql.ErrNoRows) {
		return Position{Closed: NeverClosed}, nil
	}
	return Position{row.Next, period.Day(row.Closed), time.UnixMicro(row.At).UTC()}, err
}

func setPosition(ctx context.Context, tx *db.Tx, p Position) error {
	_, err := tx.Exec(ctx, `INSERT INTO trade_position (community_id, next_seq, closed_day, closed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id) DO UPDATE SET next_seq = excluded.next_seq, closed_day = excluded.closed_day, closed_at = excluded.closed_at`,
		tx.Community[:], p.Next, int64(p.Closed), p.ClosedAt.UnixMicro())
	return err
}

// Add adds a batch to the tables and moves the position behind it, or refuses it with
// ErrMoved. closed is the last day that is closed and whose entries are all read now.
func (s *Service) Add(ctx context.Context, tx *db.Tx, b *Batch, closed period.Day, closedAt time.Time) (err error) {
	defer fault.Wrap(&err, "trade: add entries %d to %d", b.From, b.Next)
	at, err := s.Position(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if at.Next != b.From {
		return fmt.Errorf("%w: at entry %d", ErrMoved, at.Next)
	}
	o, err := db.OverlayOf(ctx, tx, stagedKey{}, func(context.Context, *db.Tx) (*staged, error) { return &staged{}, nil })
	if err != nil {
		return err
	}
	o.bulks = append(o.bulks, b.bulks()...)
	at.Next = b.Next
	if closed > at.Closed {
		at.Closed, at.ClosedAt = closed, closedAt
	}
	return setPosition(ctx, tx, at)
}

// Reset begins to clear the tables; Clear goes on until they are empty.
func (s *Service) Reset(ctx context.Context, tx *db.Tx) error {
	return setPosition(ctx, tx, Position{Next: Clearing, Closed: NeverClosed})
}

// clearings remove up to so many rows each.
var clearings = []string{
	`DELETE FROM trade_visit WHERE community_id = ? AND (month, shop_id, buyer_id) IN
		(SELECT month, shop_id, buyer_id FROM trade_visit WHERE community_id = ? LIMIT ?)`,
	`DELETE FROM trade_shop WHERE community_id = ? AND (month, shop_id) IN (SELECT month, shop_id FROM trade_shop WHERE community_id = ? LIMIT ?)`,
	`DELETE FROM trade_tie WHERE community_id = ? AND (shop_id, buyer_id) IN (SELECT shop_id, buyer_id FROM trade_tie WHERE community_id = ? LIMIT ?)`,
	`DELETE FROM trade_gain WHERE community_id = ? AND (member_id, month, rule, asset) IN
		(SELECT member_id, month, rule, asset FROM trade_gain WHERE community_id = ? LIMIT ?)`,
}

// Clear removes up to so many rows. When nothing is left the tables begin at the
// first entry.
func (s *Service) Clear(ctx context.Context, tx *db.Tx, rows int) (done bool, err error) {
	defer fault.Wrap(&err, "trade: clear")
	for _, clear := range clearings {
		if n, err := tx.Exec(ctx, clear, tx.Community[:], tx.Community[:], rows); err != nil || n > 0 {
			return false, err
		}
	}
	return true, setPosition(ctx, tx, Position{Closed: NeverClosed})
}
