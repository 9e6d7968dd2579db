package openbooks

import (
	"context"
	"slices"
	"strings"
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

// Add adds a batch to the tables and moves the position behind it, or refuses it
// with derived.ErrMoved. closed is the last day that is closed and whose entries are all
// read now.
func (s *Service) Add(ctx context.Context, tx *db.Tx, b *Batch, closed period.Day, closedAt time.Time) (err error) {
	defer fault.Wrap(&err, "openbooks: add entries %d to %d", b.From, b.Next)
	return positions.Add(ctx, tx, b.From, b.Next, closed, closedAt, func() error { return insertBatch(ctx, tx, b) })
}

func insertBatch(ctx context.Context, tx *db.Tx, b *Batch) error {
	stored, err := begun(ctx, tx, b)
	if err != nil {
		return err
	}
	days, visits, movements := b.rows(stored)
	if err := insertDays(ctx, tx, days); err != nil {
		return err
	}
	if err := insertVisits(ctx, tx, visits); err != nil {
		return err
	}
	return insertMovements(ctx, tx, movements)
}

// begun reads what is stored of the stretch in which the batch begins.
func begun(ctx context.Context, tx *db.Tx, b *Batch) ([]Visit, error) {
	part := b.From / stretch
	first, last := period.Day(1<<31-1), derived.NeverClosed
	for k := range b.visits {
		if k.part == part {
			first, last = min(first, k.day), max(last, k.day)
		}
	}
	if b.From%stretch == 0 || first > last {
		return nil, nil
	}
	return readVisits(ctx, tx, "community_id = ? AND day >= ? AND day <= ? AND part = ?", tx.Community[:], int64(first), int64(last), part)
}

// Reset begins to clear the tables; Clear goes on until they are empty.
func (s *Service) Reset(ctx context.Context, tx *db.Tx) error {
	return positions.Reset(ctx, tx)
}

// Clear removes the rows of up to so many days. When nothing is left the tables
// begin at the first entry.
func (s *Service) Clear(ctx context.Context, tx *db.Tx, days int) (done bool, err error) {
	defer fault.Wrap(&err, "openbooks: clear")
	var some []int64
	if err := db.All(ctx, tx, &some, "SELECT day FROM openbooks_day WHERE community_id = ? ORDER BY day LIMIT ?", tx.Community[:], days); err != nil {
		return false, err
	}
	if len(some) == 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM openbooks_movement WHERE community_id = ?", tx.Community[:]); err != nil {
			return false, err
		}
		return true, positions.Restart(ctx, tx)
	}
	for _, table := range []string{"DELETE FROM openbooks_day", "DELETE FROM openbooks_visit"} {
		if _, err := tx.Exec(ctx, table+" WHERE community_id = ? AND day <= ?", tx.Community[:], slices.Max(some)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// dayColumns are the columns of a day after community_id and day.
const dayColumns = "purchases, refunds, first_seq, last_seq, buyers_least, held, direct, coins, vouchers_shops, vouchers_platform, " +
	"net, referrers, platform, welfare, leaders, care, coins_given, points_given, welfare_fund, care_fund"

// grow says how a day's row takes a later stretch of the day.
var grow = growSQL()

func growSQL() string {
	sets := make([]string, 0, 20)
	for c := range strings.SplitSeq(dayColumns, ", ") {
		set := "openbooks_day." + c + " + excluded." + c
		switch c {
		case "first_seq":
			set = "CASE WHEN openbooks_day.first_seq < 0 THEN excluded.first_seq ELSE openbooks_day.first_seq END"
		case "last_seq":
			set = "CASE WHEN excluded.last_seq < 0 THEN openbooks_day.last_seq ELSE excluded.last_seq END"
		case "buyers_least":
			set = "CASE WHEN excluded.buyers_least > openbooks_day.buyers_least THEN excluded.buyers_least ELSE openbooks_day.buyers_least END"
		}
		sets = append(sets, c+" = "+set)
	}
	return " ON CONFLICT (community_id, day) DO UPDATE SET " + strings.Join(sets, ", ")
}

func insertDays(ctx context.Context, tx *db.Tx, days []Day) error {
	return insert(ctx, tx, "INSERT INTO openbooks_day (community_id, day, "+dayColumns+") VALUES ", grow, days, func(args []any, d *Day) []any {
		args = append(args, tx.Community[:], int64(d.Day), d.Purchases, d.Refunds, d.First, d.Last, d.BuyersLeast)
		for _, v := range d.amounts() {
			args = append(args, int64(*v))
		}
		return append(args, int64(d.WelfareFund), int64(d.CareFund))
	})
}

func insertVisits(ctx context.Context, tx *db.Tx, visits []Visit) error {
	return insert(ctx, tx, "INSERT INTO openbooks_visit (community_id, day, part, buyers, shops) VALUES ",
		" ON CONFLICT (community_id, day, part) DO UPDATE SET buyers = excluded.buyers, shops = excluded.shops", visits, func(args []any, v *Visit) []any {
			return append(args, tx.Community[:], int64(v.Day), v.Part, pack(v.Buyers), pack(v.Shops))
		})
}

func insertMovements(ctx context.Context, tx *db.Tx, movements []Movement) error {
	return insert(ctx, tx, "INSERT INTO openbooks_movement (community_id, day, seq, fund, kind, rule, amount) VALUES ",
		" ON CONFLICT (community_id, day, seq, fund) DO NOTHING", movements, func(args []any, m *Movement) []any {
			return append(args, tx.Community[:], int64(m.Day), m.Seq, m.Fund, m.Kind, m.Rule, int64(m.Amount))
		})
}

// rowsAtOnce is how many rows one statement takes; what is left goes one by one,
// so that there are two texts to compile.
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

// pack writes ids one after another, unpack reads them.
func pack(ids []id.ID) []byte {
	b := make([]byte, 0, len(ids)*len(id.ID{}))
	for _, v := range ids {
		b = append(b, v[:]...)
	}
	return b
}

func unpack(b []byte) ([]id.ID, bool) {
	const size = len(id.ID{})
	if len(b)%size != 0 {
		return nil, false
	}
	ids := make([]id.ID, len(b)/size)
	for i := range ids {
		copy(ids[i][:], b[i*size:])
	}
	return ids, true
}
