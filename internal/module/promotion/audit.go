package promotion

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Uses are what a community's purchases and refunds did to vouchers and claims,
// for an audit.
type Uses struct {
	Vouchers map[id.ID]*Voucher
	Claims   map[id.ID]Claim
	Events   map[id.ID][]Event    // of a voucher, the first first
	Used     map[id.ID]int64      // claim → the purchase that used it up
	Brought  map[int64][]*Voucher // by the purchase that brought them
}

// Event is one thing that happened to a voucher.
type Event struct {
	Seq  int64
	What string       // "used", "returned" or "revoked"
	Paid money.Amount // what it paid, if that was less than it is for
}

// String is the event as findings show it.
func (e Event) String() string {
	if e == (Event{}) {
		return "—"
	}
	said := e.What + " by entry " + strconv.FormatInt(e.Seq, 10)
	if e.Paid > 0 {
		said += ", paying " + e.Paid.Decimal(money.CNY)
	}
	return said
}

// Uses reads them all.
func (s *Service) Uses(ctx context.Context, r db.Reader, community id.ID) (u Uses, err error) {
	u = Uses{make(map[id.ID]*Voucher), make(map[id.ID]Claim), make(map[id.ID][]Event), make(map[id.ID]int64), make(map[int64][]*Voucher)}
	if err := u.vouchers(ctx, r, community); err != nil {
		return u, err
	}
	if err := u.claims(ctx, r, community); err != nil {
		return u, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var voucher id.ID
		var e Event
		var paid *int64
		err := rows.Scan(&voucher, &e.Seq, &e.What, &paid)
		if paid != nil {
			e.Paid = money.Amount(*paid)
		}
		u.Events[voucher] = append(u.Events[voucher], e)
		return err
	}, "SELECT voucher_id, seq, what, paid FROM promotion_voucher_event WHERE community_id = ? ORDER BY voucher_id, seq", community[:])
	if err != nil {
		return u, err
	}
	return u, db.Each(ctx, r, func(rows *sql.Rows) error {
		var claim id.ID
		var seq int64
		err := rows.Scan(&claim, &seq)
		u.Used[claim] = seq
		return err
	}, "SELECT claim_id, seq FROM promotion_claim_use WHERE community_id = ?", community[:])
}

func (u *Uses) vouchers(ctx context.Context, r db.Reader, community id.ID) error {
	all, err := vouchers(ctx, r, community, seriesFrom(ctx, r, community), "")
	for _, v := range all {
		u.Vouchers[v.ID] = v
		if v.Source != 0 {
			u.Brought[v.Source] = append(u.Brought[v.Source], v)
		}
	}
	return err
}

func (u *Uses) claims(ctx context.Context, r db.Reader, community id.ID) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Claim
		var made int64
		err := rows.Scan(&c.ID, &c.Recommender, &c.Member, &c.Target, &made)
		c.MadeAt = time.UnixMicro(made).UTC()
		u.Claims[c.ID] = c
		return err
	}, "SELECT id, recommender_id, member_id, target_id, made_at FROM promotion_claim WHERE community_id = ?", community[:])
}

// Counted is what the tables say of how far vouchers are given.
type Counted struct {
	Series  map[id.ID]Count
	Persons map[PersonCount]int64
	Months  map[period.Month]money.Amount // promised by the platform
}

// Count is how far a series is given.
type Count struct{ Granted, Revoked, Lapsed int64 }

// PersonCount is a member's part of a series, ever (day 0) or on a day.
type PersonCount struct {
	Series, Member id.ID
	Day            period.Day
}

// Counted reads it.
func (s *Service) Counted(ctx context.Context, r db.Reader, community id.ID) (c Counted, err error) {
	c = Counted{Persons: make(map[PersonCount]int64)}
	if c.Series, err = s.Counts(ctx, r, community); err != nil {
		return c, err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var k PersonCount
		var n int64
		err := rows.Scan(&k.Series, &k.Member, &k.Day, &n)
		c.Persons[k] = n
		return err
	}, "SELECT series_id, member_id, day, granted FROM promotion_series_person WHERE community_id = ?", community[:]); err != nil {
		return c, err
	}
	c.Months, err = s.Months(ctx, r, community)
	return c, err
}

// Counts are how far the series of a community are given.
func (s *Service) Counts(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Count, error) {
	all := make(map[id.ID]Count)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var series id.ID
		var n Count
		err := rows.Scan(&series, &n.Granted, &n.Revoked, &n.Lapsed)
		all[series] = n
		return err
	}, "SELECT series_id, granted, revoked, lapsed FROM promotion_series_count WHERE community_id = ?", community[:])
}
