package ledger

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals, in the order in which CloseDay checks them.
var (
	ErrAlreadyClosed = fault.New(fault.Conflict, "ledger.day_already_closed")
	ErrDayNotOver    = fault.New(fault.Conflict, "ledger.day_not_over")
)

// Closing is the close of a day: nothing is booked on it or before it any more.
type Closing struct {
	Day      period.Day
	Size     int64 // entries in the books when it was closed
	ClosedAt time.Time
	ClosedBy string
}

// BookedOn is the day on which something of a civil day is booked: that day if
// it is open, else the first open day (settlement.md, "Two dates").
func (s *Service) BookedOn(ctx context.Context, tx *db.Tx, day period.Day) (period.Day, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return 0, err
	}
	return max(day, b.open), nil
}

// CloseDay closes a day and all days before it. today is the civil day of
// tx.Now; only days that are over can be closed.
func (s *Service) CloseDay(ctx context.Context, tx *db.Tx, day, today period.Day) (err error) {
	defer fault.Wrap(&err, "ledger: close %s", day)
	b, err := s.book(ctx, tx)
	if err != nil {
		return err
	}
	if day < b.open {
		return ErrAlreadyClosed.With("day", day.String())
	}
	if day >= today {
		return ErrDayNotOver.With("day", day.String())
	}
	if _, err := tx.Exec(ctx, "INSERT INTO ledger_close (community_id, day, size, closed_at, closed_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], int64(day), b.next, tx.Now.UnixMicro(), tx.Actor.Kind); err != nil {
		return err
	}
	b.journal = append(b.journal, change{what: closed, open: b.open})
	b.open = day + 1
	return nil
}

// neverClosed is before every day on which anything is booked.
const neverClosed = period.Day(-1 << 31)

func firstOpenDay(ctx context.Context, r db.Reader, community id.ID) (period.Day, error) {
	var day *int64
	err := db.One(ctx, r, &day, "SELECT max(day) FROM ledger_close WHERE community_id = ?", community[:])
	if err != nil || day == nil {
		return neverClosed, err
	}
	return period.Day(*day) + 1, nil
}

// LastClosing is the latest close of a community, false if no day is closed.
func (s *Service) LastClosing(ctx context.Context, r db.Reader, community id.ID) (c Closing, ok bool, err error) {
	var row struct {
		Day  int64  `db:"day"`
		Size int64  `db:"size"`
		At   int64  `db:"closed_at"`
		By   string `db:"closed_by"`
	}
	err = db.One(ctx, r, &row, "SELECT day, size, closed_at, closed_by FROM ledger_close WHERE community_id = ? ORDER BY day DESC LIMIT 1", community[:])
	if err == sql.ErrNoRows {
		return Closing{}, false, nil
	}
	return Closing{Day: period.Day(row.Day), Size: row.Size, ClosedAt: time.UnixMicro(row.At).UTC(), ClosedBy: row.By}, err == nil, err
}

// Closings are the closes made in from ≤ time < to, the newest first.
func (s *Service) Closings(ctx context.Context, r db.Reader, community id.ID, from, to time.Time) (all []Closing, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Closing
		var at int64
		err := rows.Scan(&c.Day, &c.Size, &at, &c.ClosedBy)
		c.ClosedAt = time.UnixMicro(at).UTC()
		all = append(all, c)
		return err
	}, "SELECT day, size, closed_at, closed_by FROM ledger_close WHERE community_id = ? AND closed_at >= ? AND closed_at < ? ORDER BY day DESC",
		community[:], from.UnixMicro(), to.UnixMicro())
	return all, err
}
