package relay

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// ByID finds a set.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, relay id.ID) (*Relay, error) {
	all, err := find(ctx, r, community, "", " AND c.id = ?", relay[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Latest lists sets, the latest first.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Relay, error) {
	return find(ctx, r, community, "", " ORDER BY c.made_at DESC, c.id DESC LIMIT ?", limit)
}

// Waiting lists the sets that wait for shops, late ones too, the nearest end first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID) ([]*Relay, error) {
	return find(ctx, r, community, " LEFT JOIN relay_step s ON s.community_id = c.community_id AND s.relay_id = c.id", " AND s.step IS NULL ORDER BY c.until_at, c.id")
}

// Sold lists the sets that residents can buy on a day, the latest first.
func (s *Service) Sold(ctx context.Context, r db.Reader, community id.ID, today period.Day) ([]*Relay, error) {
	return find(ctx, r, community, ` JOIN relay_step s ON s.community_id = c.community_id AND s.relay_id = c.id AND s.step = 'complete'
		LEFT JOIN relay_step x ON x.community_id = c.community_id AND x.relay_id = c.id AND x.step = 'stopped'`,
		" AND x.step IS NULL AND c.last_day >= ? ORDER BY s.stepped_at DESC, c.id", int64(today))
}

func find(ctx context.Context, r db.Reader, community id.ID, join, where string, args ...any) (all []*Relay, err error) {
	byID := make(map[id.ID]*Relay)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Relay{}
		var discount, until, last, at int64
		if err := rows.Scan(&c.ID, &c.Title, &c.About, &c.Starter, &discount, &until, &last, &at, &c.By); err != nil {
			return err
		}
		c.Discount, c.Until, c.Last, c.At = money.Rate(discount), micros(until), period.Day(last), micros(at)
		all, byID[c.ID] = append(all, c), c
		return nil
	}, "SELECT c.id, c.title, c.about, c.starter_id, c.discount, c.until_at, c.last_day, c.made_at, c.made_by FROM relay c"+join+" WHERE c.community_id = ?"+where,
		append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	return all, db.EachSomeOf(all, func(c *Relay) any { return c.ID[:] }, func(in string, args []any) error {
		if err := parts(ctx, r, byID, in, args); err != nil {
			return err
		}
		return steps(ctx, r, byID, in, args)
	}, community[:])
}

// parts reads the parts of some sets, and who holds each.
func parts(ctx context.Context, r db.Reader, byID map[id.ID]*Relay, in string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var relay id.ID
		var p Part
		var join, shop, by []byte
		var shelf, share, at *int64
		if err := rows.Scan(&relay, &p.N, &p.Trade, &p.What, &p.Pieces, &join, &shop, &shelf, &share, &at, &by); err != nil {
			return err
		}
		if join != nil {
			p.Join = &Join{Shelf: money.Amount(*shelf), Share: money.Amount(*share), At: micros(*at)}
			copy(p.Join.ID[:], join)
			copy(p.Join.Shop[:], shop)
			copy(p.Join.By[:], by)
		}
		byID[relay].Parts = append(byID[relay].Parts, p)
		return nil
	}, `SELECT p.relay_id, p.n, p.trade, p.what, p.pieces, j.id, j.shop_id, j.shelf, j.share, j.joined_at, j.joined_by FROM relay_part p
		LEFT JOIN relay_held h ON h.community_id = p.community_id AND h.relay_id = p.relay_id AND h.n = p.n
		LEFT JOIN relay_join j ON j.community_id = h.community_id AND j.id = h.join_id
		WHERE p.community_id = ? AND p.relay_id IN `+in+" ORDER BY p.relay_id, p.n", args...)
}

func steps(ctx context.Context, r db.Reader, byID map[id.ID]*Relay, in string, args []any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var relay id.ID
		var s Stepped
		var at int64
		if err := rows.Scan(&relay, &s.Step, &s.Words, &at, &s.By); err != nil {
			return err
		}
		s.At = micros(at)
		byID[relay].Steps = append(byID[relay].Steps, s)
		return nil
	}, "SELECT relay_id, step, words, stepped_at, stepped_by FROM relay_step WHERE community_id = ? AND relay_id IN "+in+" ORDER BY stepped_at", args...)
}
