package payout

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Batches lists the heads of a community's batches, the latest first.
func (s *Service) Batches(ctx context.Context, r db.Reader, community id.ID, limit, offset int) ([]*Batch, error) {
	return readBatches(ctx, r, community, "1 = 1 ORDER BY b.number DESC LIMIT ? OFFSET ?", limit, offset)
}

// CountBatches is how many batches there are.
func (s *Service) CountBatches(ctx context.Context, r db.Reader, community id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM payout_batch WHERE community_id = ?", community[:])
	return n, err
}

// Totals are how many items a batch has, what they come to, and how many of them are
// booked and nobody knows what became of them.
type Totals struct {
	Items int
	Sum   money.Amount
	Open  int
}

// Totals counts the items of a batch.
func (s *Service) Totals(ctx context.Context, r db.Reader, community, batch id.ID) (t Totals, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&t.Items, &t.Sum) },
		"SELECT count(*), CAST(coalesce(sum(amount), 0) AS BIGINT) FROM payout_item WHERE community_id = ? AND batch_id = ?", community[:], batch[:])
	if err != nil {
		return t, err
	}
	err = db.One(ctx, r, &t.Open, `SELECT count(*) FROM payout_item i JOIN payout_booked k ON k.community_id = i.community_id AND k.item_id = i.id
		LEFT JOIN payout_outcome o ON o.community_id = i.community_id AND o.item_id = i.id WHERE i.community_id = ? AND i.batch_id = ? AND o.item_id IS NULL`, community[:], batch[:])
	return t, err
}

// Batch finds one with all that belongs to it.
func (s *Service) Batch(ctx context.Context, r db.Reader, community, batch id.ID) (*Batch, error) {
	all, err := readBatches(ctx, r, community, "b.id = ?", batch[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], fill(ctx, r, community, all[0])
}

// Waiting are the batches that people have not decided on yet, whole.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID) ([]*Batch, error) {
	all, err := readBatches(ctx, r, community, "e.batch_id IS NULL ORDER BY b.number")
	for _, b := range all {
		if err == nil {
			err = fill(ctx, r, community, b)
		}
	}
	return all, err
}

// LapsedBy are the batches that nobody agreed to in time.
func (s *Service) LapsedBy(ctx context.Context, r db.Reader, community id.ID, now time.Time) ([]*Batch, error) {
	return readBatches(ctx, r, community, "e.batch_id IS NULL AND b.due_at <= ? ORDER BY b.number", now.UnixMicro())
}

// Item finds an item, with the head of its batch.
func (s *Service) Item(ctx context.Context, r db.Reader, community, item id.ID) (*Item, *Batch, error) {
	all, err := readItems(ctx, r, community, "i.id = ?", item[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	batches, err := readBatches(ctx, r, community, "b.id = ?", all[0].Batch[:])
	if err == nil && len(batches) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	return &all[0], batches[0], nil
}

// Paid is an item with the head of its batch.
type Paid struct {
	Item
	Head Batch
}

// State is where the item stands.
func (p *Paid) State() State { return p.Item.State(&p.Head) }

// Of lists the items of a payee, the latest first.
func (s *Service) Of(ctx context.Context, r db.Reader, community id.ID, kind Kind, payee id.ID, limit, offset int) (all []Paid, err error) {
	items, err := readItems(ctx, r, community, `i.payee_id = ? AND EXISTS (SELECT 1 FROM payout_batch b WHERE b.community_id = i.community_id AND b.id = i.batch_id AND b.kind = ?)
		ORDER BY i.batch_id DESC LIMIT ? OFFSET ?`, payee[:], string(kind), limit, offset)
	if err != nil {
		return nil, err
	}
	by := make(map[id.ID]*Batch)
	if err := db.EachSomeOf(items, func(i Item) any { return i.Batch[:] }, func(in string, args []any) error {
		heads, err := readBatches(ctx, r, community, "b.id IN "+in, args...)
		for _, b := range heads {
			by[b.ID] = b
		}
		return err
	}); err != nil {
		return nil, err
	}
	for _, i := range items {
		all = append(all, Paid{i, *by[i.Batch]})
	}
	return all, nil
}

// CountOf is how many items of a payee there are.
func (s *Service) CountOf(ctx context.Context, r db.Reader, community id.ID, kind Kind, payee id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, `SELECT count(*) FROM payout_item i JOIN payout_batch b ON b.community_id = i.community_id AND b.id = i.batch_id
		WHERE i.community_id = ? AND i.payee_id = ? AND b.kind = ?`, community[:], payee[:], string(kind))
	return n, err
}

// Bounced lists the items that came back since an instant, the latest first.
func (s *Service) Bounced(ctx context.Context, r db.Reader, community id.ID, since time.Time) (all []Paid, err error) {
	var found []id.ID
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var item id.ID
		err := rows.Scan(&item)
		found = append(found, item)
		return err
	}, "SELECT item_id FROM payout_outcome WHERE community_id = ? AND kind IN ('failed', 'returned') AND noted_at >= ? GROUP BY item_id ORDER BY max(noted_at) DESC", community[:], since.UnixMicro()); err != nil {
		return nil, err
	}
	for _, at := range found {
		i, b, err := s.Item(ctx, r, community, at)
		if err != nil {
			return nil, err
		}
		all = append(all, Paid{*i, *b})
	}
	return all, nil
}

// Unsettled counts the booked items of which nobody knows yet whether they arrived.
func (s *Service) Unsettled(ctx context.Context, r db.Reader, community id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, `SELECT count(*) FROM payout_booked k LEFT JOIN payout_outcome o ON o.community_id = k.community_id AND o.item_id = k.item_id
		WHERE k.community_id = ? AND o.item_id IS NULL`, community[:])
	return n, err
}

// DecisionFor is the latest decision on a shop that no booked item has used up, nil if
// there is none.
func (s *Service) DecisionFor(ctx context.Context, r db.Reader, community, merchant id.ID) (*Decision, error) {
	return decision(ctx, r, `d.community_id = ? AND d.merchant_id = ? AND NOT EXISTS (SELECT 1 FROM payout_item i
		JOIN payout_booked k ON k.community_id = i.community_id AND k.item_id = i.id
		WHERE i.community_id = d.community_id AND i.payee_id = d.merchant_id AND i.decision_id = d.id) ORDER BY d.id DESC LIMIT 1`, community[:], merchant[:])
}

// DecisionByID finds one, nil if there is none.
func (s *Service) DecisionByID(ctx context.Context, r db.Reader, community, at id.ID) (*Decision, error) {
	return decision(ctx, r, "d.community_id = ? AND d.id = ?", community[:], at[:])
}

func decision(ctx context.Context, r db.Reader, where string, args ...any) (*Decision, error) {
	var d Decision
	var at int64
	found := false
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&d.ID, &d.Merchant, &d.Words, &d.By, &at)
	}, "SELECT d.id, d.merchant_id, d.words, d.decided_by, d.decided_at FROM payout_decision d WHERE "+where, args...)
	if err != nil || !found {
		return nil, err
	}
	d.At = micros(at)
	return &d, nil
}
