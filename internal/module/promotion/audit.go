package promotion

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Uses are what a community's purchases and refunds did to vouchers and claims,
// for an audit.
type Uses struct {
	Vouchers map[id.ID]*Voucher
	Claims   map[id.ID]Claim
	Events   map[id.ID][]Event // of a voucher, the first first
	Used     map[id.ID]int64   // claim → the purchase that used it up
}

// Event is one thing that happened to a voucher.
type Event struct {
	Seq  int64
	What string // "used" or "returned"
}

// String is the event as findings show it.
func (e Event) String() string {
	if e == (Event{}) {
		return "—"
	}
	return e.What + " by entry " + strconv.FormatInt(e.Seq, 10)
}

// Uses reads them all.
func (s *Service) Uses(ctx context.Context, r db.Reader, community id.ID) (u Uses, err error) {
	u = Uses{make(map[id.ID]*Voucher), make(map[id.ID]Claim), make(map[id.ID][]Event), make(map[id.ID]int64)}
	if err := u.vouchers(ctx, r, community); err != nil {
		return u, err
	}
	if err := u.claims(ctx, r, community); err != nil {
		return u, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var voucher id.ID
		var e Event
		err := rows.Scan(&voucher, &e.Seq, &e.What)
		u.Events[voucher] = append(u.Events[voucher], e)
		return err
	}, "SELECT voucher_id, seq, what FROM promotion_voucher_event WHERE community_id = ? ORDER BY voucher_id, seq", community[:])
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
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Voucher{}
		var sharers []byte
		var issued, expires int64
		if err := rows.Scan(&v.ID, &v.Ref, &v.Issuer, &v.Target, &v.Member, &v.Amount, &sharers, &v.Claim, &issued, &expires); err != nil {
			return err
		}
		v.IssuedAt, v.ExpiresAt = time.UnixMicro(issued).UTC(), time.UnixMicro(expires).UTC()
		u.Vouchers[v.ID] = v
		return json.Unmarshal(sharers, &v.Sharers)
	}, "SELECT id, ref, issuer_id, target_id, member_id, amount, sharers, claim_id, issued_at, expires_at FROM promotion_voucher WHERE community_id = ?", community[:])
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
