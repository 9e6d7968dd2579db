package trade

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	visits, shops, ties, gains := b.rows()
	if err := insertVisits(ctx, tx, visits); err != nil {
		return err
	}
	if err := insertShops(ctx, tx, shops); err != nil {
		return err
	}
	if err := insertTies(ctx, tx, ties); err != nil {
		return err
	}
	if err := insertGains(ctx, tx, gains); err != nil {
		return err
	}
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

// growing says how a row of a table takes more of each column.
func growing(table, columns string) string {
	var sets []string
	for c := range strings.SplitSeq(columns, ", ") {
		sets = append(sets, c+" = "+table+"."+c+" + excluded."+c)
	}
	return " DO UPDATE SET " + strings.Join(sets, ", ")
}

const shopColumns = columns + ", guests, borne, rebate_got"

var (
	growVisit = " ON CONFLICT (community_id, month, shop_id, buyer_id)" + growing("trade_visit", columns) + ", days = trade_visit.days | excluded.days"
	growShop  = " ON CONFLICT (community_id, month, shop_id)" + growing("trade_shop", shopColumns)
)

func insertVisits(ctx context.Context, tx *db.Tx, visits []*Visit) error {
	return insert(ctx, tx, "INSERT INTO trade_visit (community_id, month, shop_id, buyer_id, days, "+columns+") VALUES ", growVisit, visits, func(args []any, v **Visit) []any {
		return (*v).append(append(args, tx.Community[:], int64((*v).Month), (*v).Shop[:], (*v).Buyer[:], int64((*v).Days)))
	})
}

func (s *Sums) append(args []any) []any {
	for _, v := range s.amounts() {
		args = append(args, *v)
	}
	return args
}

func insertShops(ctx context.Context, tx *db.Tx, shops []*Shop) error {
	return insert(ctx, tx, "INSERT INTO trade_shop (community_id, month, shop_id, "+shopColumns+") VALUES ", growShop, shops, func(args []any, s **Shop) []any {
		args = (*s).append(append(args, tx.Community[:], int64((*s).From), (*s).Shop[:]))
		return append(args, (*s).Guests, int64((*s).Borne), int64((*s).RebateGot))
	})
}

func insertTies(ctx context.Context, tx *db.Tx, ties []tie) error {
	return insert(ctx, tx, "INSERT INTO trade_tie (community_id, shop_id, buyer_id, first_day) VALUES ",
		" ON CONFLICT (community_id, shop_id, buyer_id) DO UPDATE SET first_day = excluded.first_day WHERE excluded.first_day < trade_tie.first_day",
		ties, func(args []any, t *tie) []any {
			return append(args, tx.Community[:], t.shop[:], t.buyer[:], int64(t.day))
		})
}

func insertGains(ctx context.Context, tx *db.Tx, gains []Gain) error {
	return insert(ctx, tx, "INSERT INTO trade_gain (community_id, member_id, month, rule, asset, amount) VALUES ",
		" ON CONFLICT (community_id, member_id, month, rule, asset) DO UPDATE SET amount = trade_gain.amount + excluded.amount",
		gains, func(args []any, g *Gain) []any {
			return append(args, tx.Community[:], g.Member[:], int64(g.Month), g.Rule, int64(g.Asset), int64(g.Amount))
		})
}

// rowsAtOnce is how many rows one statement takes; what is left goes one by one, so
// that there are two texts to compile.
const rowsAtOnce = 16

func insert[T any](ctx context.Context, tx *db.Tx, head, conflict string, rows []T, fill func(args []any, row *T) []any) error {
	for len(rows) > 0 {
		n := 1
		if len(rows) >= rowsAtOnce {
			n = rowsAtOnce
		}
		var args []any
		for i := range n {
			args = fill(args, &rows[i])
		}
		places := "(" + strings.Repeat("?, ", len(args)/n-1) + "?)"
		if _, err := tx.Exec(ctx, head+places+strings.Repeat(", "+places, n-1)+conflict, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
