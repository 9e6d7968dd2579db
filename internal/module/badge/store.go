package badge

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Batches lists the batches of a community, the latest first.
func (s *Service) Batches(ctx context.Context, r db.Reader, community id.ID) ([]Batch, error) {
	return batches(ctx, r, community, "1 = 1 ORDER BY number DESC")
}

// Batch finds a batch by its number.
func (s *Service) Batch(ctx context.Context, r db.Reader, community id.ID, number int64) (b Batch, err error) {
	all, err := batches(ctx, r, community, "number = ?", number)
	if err == nil && len(all) == 0 {
		err = ErrNoBatch
	}
	if err != nil {
		return b, err
	}
	return all[0], nil
}

func batches(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Batch, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Batch
		var at int64
		err := rows.Scan(&b.Number, &b.Design, &b.Goods, &b.Count, &b.Cost, &b.Workshop, &b.Shop, &b.Until, &b.Key, &b.MintedOn, &b.By, &at)
		b.At = micros(at)
		all = append(all, b)
		return err
	}, "SELECT number, design, goods, count, cost, workshop, shop_id, until_day, key_number, minted_on, minted_by, minted_at FROM badge_batch WHERE community_id = ? AND "+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

// Record is a coin with what happened to it.
func (s *Service) Record(ctx context.Context, r db.Reader, community id.ID, c Coin) (Record, error) {
	known, err := s.Records(ctx, r, community, c.Batch, c.Number, c.Number)
	if rec := known[c.Number]; rec != nil {
		return *rec, err
	}
	return Record{Coin: c}, err
}

// Records are the coins of a range to which something happened, by number.
func (s *Service) Records(ctx context.Context, r db.Reader, community id.ID, batch, first, last int64) (map[int64]*Record, error) {
	known := make(map[int64]*Record)
	all, err := events(ctx, r, community, "batch = ? AND coin >= ? AND coin <= ? ORDER BY coin, n", batch, first, last)
	for _, e := range all {
		rec := known[e.Coin.Number]
		if rec == nil {
			rec = &Record{Coin: e.Coin}
			known[e.Coin.Number] = rec
		}
		rec.Events = append(rec.Events, e)
	}
	return known, err
}

// HeldBy lists the coins that were given to a member, with all that happened to them.
func (s *Service) HeldBy(ctx context.Context, r db.Reader, community, member id.ID) (all []Record, err error) {
	given, err := events(ctx, r, community, "holder_id = ? ORDER BY batch, coin, n", member[:])
	if err != nil {
		return nil, err
	}
	for _, e := range given {
		rec, err := s.Record(ctx, r, community, e.Coin)
		if err != nil {
			return nil, err
		}
		all = append(all, rec)
	}
	return all, nil
}

// TakenBy lists the coins that a shop took from an instant on, the latest first.
func (s *Service) TakenBy(ctx context.Context, r db.Reader, community, shop id.ID, from time.Time) ([]Event, error) {
	return events(ctx, r, community, "shop_id = ? AND done_at >= ? ORDER BY done_at DESC, batch, coin", shop[:], from.UnixMicro())
}

// Latest lists the last things that happened to coins of a batch.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, batch int64, kinds State, limit int) ([]Event, error) {
	return events(ctx, r, community, "batch = ? AND kind = ? ORDER BY done_at DESC, coin DESC LIMIT ?", batch, string(kinds), limit)
}

// Everything is every event of a community, in the order of its coins: for an audit.
func (s *Service) Everything(ctx context.Context, r db.Reader, community id.ID) ([]Event, error) {
	return events(ctx, r, community, "1 = 1 ORDER BY batch, coin, n")
}

func events(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Event, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var e Event
		var at int64
		err := rows.Scan(&e.Coin.Batch, &e.Coin.Number, &e.N, &e.Kind, &e.Words, &e.Holder, &e.Shop, &e.Seq, &e.Other.Batch, &e.Other.Number, &e.By, &at)
		e.At = micros(at)
		all = append(all, e)
		return err
	}, "SELECT batch, coin, n, kind, words, holder_id, shop_id, seq, other_batch, other_coin, done_by, done_at FROM badge_event WHERE community_id = ? AND "+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

// Reconcile counts the coins of every batch by where they stand: by the last thing
// that happened to each.
func (s *Service) Reconcile(ctx context.Context, r db.Reader, community id.ID) (all []Count, err error) {
	minted, err := batches(ctx, r, community, "1 = 1 ORDER BY number")
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int)
	for i, b := range minted {
		at[b.Number] = i
		all = append(all, Count{Batch: b.Number, Minted: b.Count, By: map[State]int64{Stock: b.Count}})
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var batch, n int64
		var kind State
		if err := rows.Scan(&batch, &kind, &n); err != nil {
			return err
		}
		if i, known := at[batch]; known {
			all[i].By[kind] += n
			all[i].By[Stock] -= n
		}
		return nil
	}, `SELECT e.batch, e.kind, COUNT(*) FROM badge_event e WHERE e.community_id = ?
		AND e.n = (SELECT MAX(l.n) FROM badge_event l WHERE l.community_id = e.community_id AND l.batch = e.batch AND l.coin = e.coin)
		GROUP BY e.batch, e.kind`, community[:])
}
