package trade

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

// Position tells how far a community's entries were read.
func (s *Service) Position(ctx context.Context, r db.Reader, community id.ID) (derived.Position, error) {
	return positions.Position(ctx, r, community)
}

// Add adds a batch to the tables and moves the position behind it, or refuses it with
// derived.ErrMoved. closed is the last day that is closed and whose entries are all read now.
func (s *Service) Add(ctx context.Context, tx *db.Tx, b *Batch, closed period.Day, closedAt time.Time) (err error) {
	defer fault.Wrap(&err, "trade: add entries %d to %d", b.From, b.Next)
	return positions.Add(ctx, tx, b.From, b.Next, closed, closedAt, func() error { return insertBatch(ctx, tx, b) })
}

func insertBatch(ctx context.Context, tx *db.Tx, b *Batch) error {
	o, err := db.OverlayOf(ctx, tx, stagedKey{}, func(context.Context, *db.Tx) (*staged, error) { return &staged{}, nil })
	if err != nil {
		return err
	}
	o.bulks = append(o.bulks, b.bulks()...)
	return nil
}

// Reset begins to clear the tables; Clear goes on until they are empty.
func (s *Service) Reset(ctx context.Context, tx *db.Tx) error {
	return positions.Reset(ctx, tx)
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
	return true, positions.Restart(ctx, tx)
}
