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

// HoldOf is what was last set aside for a request, nil if nothing ever was.
func (s *Service) HoldOf(ctx context.Context, r db.Reader, community, request id.ID) (*Hold, error) {
	all, err := readHolds(ctx, r, community, "h.request_id = ? ORDER BY h.part DESC LIMIT 1", request[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// openMost bounds a list.
const openMost = 10_000

// OpenHolds lists what is set aside in a community and has not ended, the oldest first.
// Whoever keeps the requests compares it with those that are open.
func (s *Service) OpenHolds(ctx context.Context, r db.Reader, community id.ID) ([]*Hold, error) {
	return readHolds(ctx, r, community, "e.request_id IS NULL ORDER BY h.held_at, h.request_id")
}

// OpenHoldsOf lists what a member has set aside, the oldest first.
func (s *Service) OpenHoldsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Hold, error) {
	return readHolds(ctx, r, community, "h.member_id = ? AND e.request_id IS NULL ORDER BY h.held_at, h.request_id LIMIT ?", member[:], openMost)
}

func readHolds(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Hold, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var h Hold
		var at, pool, back, paid, ended int64
		if err := rows.Scan(&h.Request, &h.Part, &h.Member, &h.Coins, &h.Seq, &at, &pool, &back, &h.Shared, &h.Shares, &paid, &ended); err != nil {
			return err
		}
		h.Pool, h.Back, h.Paid, h.Ended, h.HeldAt = money.Amount(pool), money.Amount(back), money.Amount(paid), ended != 0, micros(at)
		all = append(all, &h)
		return nil
	}, `SELECT h.request_id, h.part, h.member_id, h.coins, h.seq, h.held_at, COALESCE(s.pool, 0), COALESCE(s.back, 0), COALESCE(s.month, 0),
		(SELECT COALESCE(MAX(n.share) + 1, 0) FROM coin_share n WHERE n.community_id = h.community_id AND n.request_id = h.request_id),
		(SELECT CAST(COALESCE(sum(p.coins), 0) AS BIGINT) FROM coin_service p
			WHERE p.community_id = h.community_id AND p.request_id = h.request_id AND p.part = h.part AND p.kind <> 'basic'),
		CASE WHEN e.request_id IS NULL THEN 0 ELSE 1 END
		FROM coin_hold h
		LEFT JOIN coin_share s ON s.community_id = h.community_id AND s.request_id = h.request_id AND s.part = h.part AND NOT EXISTS
			(SELECT 1 FROM coin_share_end x WHERE x.community_id = s.community_id AND x.request_id = s.request_id AND x.share = s.share)
		LEFT JOIN coin_hold_end e ON e.community_id = h.community_id AND e.request_id = h.request_id AND e.part = h.part
		WHERE h.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// SetAside notes a hold and the entry that made it.
func (s *Service) SetAside(ctx context.Context, tx *db.Tx, h Hold) (err error) {
	defer fault.Wrap(&err, "coin: set aside for %s", h.Request)
	_, err = tx.Exec(ctx, "INSERT INTO coin_hold (community_id, request_id, part, member_id, coins, seq, held_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.Request[:], h.Part, h.Member[:], int64(h.Coins), h.Seq, tx.Now.UnixMicro())
	return err
}

// Share notes the pool's share of a hold, what of it came back to the asker, and the month
// whose budget pays it.
func (s *Service) Share(ctx context.Context, tx *db.Tx, h *Hold, pool, back money.Amount, m period.Month, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: share in %s", h.Request)
	_, err = tx.Exec(ctx, "INSERT INTO coin_share (community_id, request_id, share, part, pool, back, month, seq, shared_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.Request[:], h.Shares, h.Part, int64(pool), int64(back), int64(m), seq, tx.Now.UnixMicro())
	return err
}

// EndShare notes that the share that stands in a hold went back to the pool (T-06R).
func (s *Service) EndShare(ctx context.Context, tx *db.Tx, h *Hold, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: take the share back of %s", h.Request)
	_, err = tx.Exec(ctx, "INSERT INTO coin_share_end (community_id, request_id, share, coins, pool, seq, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.Request[:], h.Shares-1, int64(h.Back), int64(h.Pool), seq, tx.Now.UnixMicro())
	return err
}

// End notes that a hold has ended and what went back to the asker and to the pool.
func (s *Service) End(ctx context.Context, tx *db.Tx, h *Hold, coins, pool money.Amount, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: let go for %s", h.Request)
	_, err = tx.Exec(ctx, "INSERT INTO coin_hold_end (community_id, request_id, part, coins, pool, seq, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.Request[:], h.Part, int64(coins), int64(pool), seq, tx.Now.UnixMicro())
	return err
}

// Opened reports whether a member was given the opening credit.
func (s *Service) Opened(ctx context.Context, r db.Reader, community, member id.ID) (bool, error) {
	return exists(ctx, r, "SELECT count(*) FROM coin_opening WHERE community_id = ? AND member_id = ?", community[:], member[:])
}

// Open notes that she was.
func (s *Service) Open(ctx context.Context, tx *db.Tx, member id.ID, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: opening credit")
	_, err = tx.Exec(ctx, "INSERT INTO coin_opening (community_id, member_id, seq, given_at) VALUES (?, ?, ?, ?)", tx.Community[:], member[:], seq, tx.Now.UnixMicro())
	return err
}

func exists(ctx context.Context, r db.Reader, query string, args ...any) (bool, error) {
	n, err := number(ctx, r, query, args...)
	return n > 0, err
}

// number reads one whole number.
func number(ctx context.Context, r db.Reader, query string, args ...any) (n int64, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&n) }, query, args...)
	return n, err
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }
