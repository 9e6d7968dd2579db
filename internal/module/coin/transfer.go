package coin

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of hours that are taken along.
var (
	ErrNotAbroad  = fault.New(fault.Conflict, "coin.not_abroad")  // she is at home here
	ErrNotHome    = fault.New(fault.Conflict, "coin.not_home")    // she is only a visitor here
	ErrOtherSent  = fault.New(fault.Conflict, "coin.other_sent")  // the same number took something else along
	ErrClearing   = fault.New(fault.Conflict, "coin.clearing")    // details: left, between the two communities
	ErrCrossMonth = fault.New(fault.Conflict, "coin.cross_month") // details: left, of her month
)

// Transfer is hours of a member on their way to, or from, another community.
type Transfer struct {
	ID     id.ID
	Member id.ID // zero: whose they were was forgotten before they arrived
	Other  id.ID // the community
	Coins  money.Amount
	Seq    int64
	At     time.Time    // as it was noted; in Transfers and EachTransfer alone, as Came
	Month  period.Month // against whose limit what leaves counts
	Came   bool         // it arrived here; else it left
}

// Sent finds what left under a number, nil if nothing did.
func (s *Service) Sent(ctx context.Context, r db.Reader, community, transfer id.ID) (*Transfer, error) {
	return findTransfer(ctx, r, "coin_sent", community, transfer)
}

// Arrived finds what arrived under a number, nil if nothing did.
func (s *Service) Arrived(ctx context.Context, r db.Reader, community, transfer id.ID) (*Transfer, error) {
	return findTransfer(ctx, r, "coin_arrived", community, transfer)
}

func findTransfer(ctx context.Context, r db.Reader, table string, community, transfer id.ID) (t *Transfer, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		t = &Transfer{ID: transfer}
		return rows.Scan(&t.Member, &t.Other, &t.Coins, &t.Seq)
	}, "SELECT member_id, other_id, coins, seq FROM "+table+" WHERE community_id = ? AND id = ?", community[:], transfer[:])
	return t, err
}

// Send notes what left, in the sum with the other community and in the member's month.
func (s *Service) Send(ctx context.Context, tx *db.Tx, t Transfer) (err error) {
	defer fault.Wrap(&err, "coin: send")
	if _, err = tx.Exec(ctx, "INSERT INTO coin_sent (community_id, id, member_id, other_id, coins, seq, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Member[:], t.Other[:], int64(t.Coins), t.Seq, tx.Now.UnixMicro()); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO coin_crossed (community_id, member_id, month, coins) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, member_id, month) DO UPDATE SET coins = coin_crossed.coins + excluded.coins`,
		tx.Community[:], t.Member[:], int64(t.Month), int64(t.Coins)); err != nil {
		return err
	}
	return cleared(ctx, tx, t.Other, t.Coins, 0)
}

// Arrive notes what arrived, and when it was got where it came from; of which nobody knows it
// is as old as its arrival.
func (s *Service) Arrive(ctx context.Context, tx *db.Tx, t Transfer, got []Got) (err error) {
	defer fault.Wrap(&err, "coin: arrive")
	if _, err = tx.Exec(ctx, "INSERT INTO coin_arrived (community_id, id, member_id, other_id, coins, seq, arrived_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], t.ID[:], t.Member[:], t.Other[:], int64(t.Coins), t.Seq, tx.Now.UnixMicro()); err != nil {
		return err
	}
	if err := keepAge(ctx, tx, t.ID, got); err != nil {
		return err
	}
	return cleared(ctx, tx, t.Other, 0, t.Coins)
}

func cleared(ctx context.Context, tx *db.Tx, other id.ID, sent, arrived money.Amount) error {
	_, err := tx.Exec(ctx, `INSERT INTO coin_clearing (community_id, other_id, sent, arrived) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, other_id) DO UPDATE SET sent = coin_clearing.sent + excluded.sent, arrived = coin_clearing.arrived + excluded.arrived`,
		tx.Community[:], other[:], int64(sent), int64(arrived))
	return err
}

// Cleared is what crossed between a community and another, in hundredths, as the first of
// them has booked it. What is on its way counts as sent by the one and not yet as arrived
// by the other.
type Cleared struct {
	Other         id.ID
	Sent, Arrived money.Amount
}

// Net is what went out more than came in: how much the community has been served, through
// the other, more than it served.
func (c Cleared) Net() money.Amount { return c.Sent - c.Arrived }

// Clearings are a community's sums with each other community that something crossed with.
func (s *Service) Clearings(ctx context.Context, r db.Reader, community id.ID) (all map[id.ID]Cleared, err error) {
	all = make(map[id.ID]Cleared)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Cleared
		if err := rows.Scan(&c.Other, &c.Sent, &c.Arrived); err != nil {
			return err
		}
		all[c.Other] = c
		return nil
	}, "SELECT other_id, sent, arrived FROM coin_clearing WHERE community_id = ?", community[:])
	return all, err
}

// Crossings counts all that crossed between a community and others, and sums it.
func (s *Service) Crossings(ctx context.Context, r db.Reader, community id.ID) (n int64, sent, arrived money.Amount, err error) {
	all, err := s.Clearings(ctx, r, community)
	for _, c := range all {
		sent, arrived = sent+c.Sent, arrived+c.Arrived
	}
	if err != nil {
		return 0, 0, 0, err
	}
	err = db.One(ctx, r, &n, "SELECT (SELECT COUNT(*) FROM coin_sent WHERE community_id = ?) + (SELECT COUNT(*) FROM coin_arrived WHERE community_id = ?)", community[:], community[:])
	return n, sent, arrived, err
}

// ClearedWith is the sum with one other community.
func (s *Service) ClearedWith(ctx context.Context, r db.Reader, community, other id.ID) (c Cleared, err error) {
	c.Other = other
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&c.Sent, &c.Arrived) },
		"SELECT sent, arrived FROM coin_clearing WHERE community_id = ? AND other_id = ?", community[:], other[:])
	return c, err
}

// CrossedIn is what a member took to other communities in a civil month.
func (s *Service) CrossedIn(ctx context.Context, r db.Reader, community, member id.ID, month period.Month) (v money.Amount, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&v) },
		"SELECT coins FROM coin_crossed WHERE community_id = ? AND member_id = ? AND month = ?", community[:], member[:], int64(month))
	return v, err
}

// Brought is what a member brought from another community and has not taken back there:
// what she takes there is first what she brought.
func (s *Service) Brought(ctx context.Context, r db.Reader, community, member, other id.ID) (v money.Amount, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var coins money.Amount // below zero of what left
		var at int64
		err := rows.Scan(&coins, &at)
		v = max(0, v+coins)
		return err
	}, `SELECT -coins, sent_at FROM coin_sent WHERE community_id = ? AND other_id = ? AND member_id = ?
		UNION ALL SELECT coins, arrived_at FROM coin_arrived WHERE community_id = ? AND other_id = ? AND member_id = ? ORDER BY 2`,
		community[:], other[:], member[:], community[:], other[:], member[:])
	return v, err
}

// Transfers are what crossed between a community and another, the latest first: so many
// behind the first so many.
func (s *Service) Transfers(ctx context.Context, r db.Reader, community, other id.ID, behind, most int) (all []*Transfer, err error) {
	err = transfers(ctx, r, community, other, func(t *Transfer) { all = append(all, t) }, " LIMIT ? OFFSET ?", most, behind)
	return all, err
}

// EachTransfer hands over every one of them, in the same order, to be taken along.
func (s *Service) EachTransfer(ctx context.Context, r db.Reader, community, other id.ID, fn func(t *Transfer)) error {
	return transfers(ctx, r, community, other, fn, "")
}

// CountTransfers is how many there are.
func (s *Service) CountTransfers(ctx context.Context, r db.Reader, community, other id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, `SELECT (SELECT COUNT(*) FROM coin_sent WHERE community_id = ? AND other_id = ?) + (SELECT COUNT(*) FROM coin_arrived WHERE community_id = ? AND other_id = ?)`,
		community[:], other[:], community[:], other[:])
	return n, err
}

func transfers(ctx context.Context, r db.Reader, community, other id.ID, fn func(t *Transfer), part string, args ...any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		t := &Transfer{Other: other}
		var at, came int64
		if err := rows.Scan(&t.ID, &t.Member, &t.Coins, &t.Seq, &at, &came); err != nil {
			return err
		}
		t.At, t.Came = time.UnixMicro(at).UTC(), came == 1
		fn(t)
		return nil
	}, `SELECT id, member_id, coins, seq, sent_at AS at, 0 AS came FROM coin_sent WHERE community_id = ? AND other_id = ?
		UNION ALL SELECT id, member_id, coins, seq, arrived_at, 1 FROM coin_arrived WHERE community_id = ? AND other_id = ? ORDER BY 5 DESC, 1`+part,
		append([]any{community[:], other[:], community[:], other[:]}, args...)...)
}

// AllTransfers are every transfer of a community by its number: what left, what arrived.
func (s *Service) AllTransfers(ctx context.Context, r db.Reader, community id.ID) (sent, arrived map[id.ID]*Transfer, err error) {
	sent, arrived = make(map[id.ID]*Transfer), make(map[id.ID]*Transfer)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		t := &Transfer{}
		var came int64
		if err := rows.Scan(&t.ID, &t.Member, &t.Other, &t.Coins, &t.Seq, &came); err != nil {
			return err
		}
		if t.Came = came == 1; t.Came {
			arrived[t.ID] = t
		} else {
			sent[t.ID] = t
		}
		return nil
	}, `SELECT id, member_id, other_id, coins, seq, 0 AS came FROM coin_sent WHERE community_id = ?
		UNION ALL SELECT id, member_id, other_id, coins, seq, 1 FROM coin_arrived WHERE community_id = ?`, community[:], community[:])
	return sent, arrived, err
}
