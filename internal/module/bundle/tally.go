package bundle

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Tally is how far a bundle is sold and used.
type Tally struct {
	Taken int // of the stock: ordered and not dropped
	Sold  int // paid for
	Uses  int // that shops took
	Used  money.Amount
	Back  money.Amount // that went back to buyers
	Price money.Amount // that was paid
}

// Held is what is still the buyers'.
func (t *Tally) Held() money.Amount { return t.Price - t.Used - t.Back }

// Tallies are how far the bundles of a community are sold and used; none of one that
// nobody ordered.
func (s *Service) Tallies(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]*Tally, error) {
	all := make(map[id.ID]*Tally)
	of := func(b id.ID) *Tally {
		if all[b] == nil {
			all[b] = &Tally{}
		}
		return all[b]
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var b id.ID
		var n int
		err := rows.Scan(&b, &n)
		of(b).Taken = n
		return err
	}, "SELECT bundle_id, taken FROM bundle_count WHERE community_id = ?", community[:]); err != nil {
		return nil, err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var b id.ID
		var n int
		var price money.Amount
		err := rows.Scan(&b, &n, &price)
		of(b).Sold, of(b).Price = n, price
		return err
	}, `SELECT s.bundle_id, count(*), CAST(sum(s.price) AS BIGINT) FROM bundle_sale s JOIN bundle_begin b ON b.community_id = s.community_id AND b.sale_id = s.id
		WHERE s.community_id = ? GROUP BY s.bundle_id`, community[:]); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var b id.ID
		var what What
		var n int
		var sum money.Amount
		if err := rows.Scan(&b, &what, &n, &sum); err != nil {
			return err
		}
		if what == Used {
			of(b).Uses, of(b).Used = n, sum
		} else {
			of(b).Back = sum
		}
		return nil
	}, `SELECT s.bundle_id, g.what, count(*), CAST(sum(g.share) AS BIGINT) FROM bundle_gone g JOIN bundle_sale s ON s.community_id = g.community_id AND s.id = g.sale_id
		WHERE g.community_id = ? GROUP BY s.bundle_id, g.what`, community[:])
}
