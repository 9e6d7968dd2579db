package promotion

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Effect is what came of a series: how far it is given, what was used of it, what that
// costs whom, and the purchases in which it was used. What was refunded in part counts
// as used; what came back by a full refund does not.
type Effect struct {
	Count
	Used     int64
	Paid     money.Amount
	Platform money.Amount   // of what was paid
	Shops    []money.Amount // of the sharers, in their order
	Sales    money.Amount   // prices of those purchases
}

// Standing is how many vouchers are out and can still be used.
func (e *Effect) Standing() int64 { return e.Granted - e.Revoked - e.Lapsed - e.Used }

// Told reports whether what a series brought may be told: after k uses at least (portrait_k);
// of fewer, a buyer could be recognised (C7).
func (e *Effect) Told(k int) bool { return e.Used >= int64(k) }

// Effects are those of some series.
func (s *Service) Effects(ctx context.Context, r db.Reader, community id.ID, series []*Series) (map[id.ID]*Effect, error) {
	counts, err := s.Counts(ctx, r, community)
	if err != nil {
		return nil, err
	}
	all, terms := make(map[id.ID]*Effect, len(series)), make(map[id.ID]*Series, len(series))
	for _, x := range series {
		all[x.ID], terms[x.ID] = &Effect{Count: counts[x.ID], Shops: make([]money.Amount, len(x.Sharers))}, x
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var paid, price *int64
		var n int64
		if err := rows.Scan(&at, &paid, &price, &n); err != nil || all[at] == nil {
			return err
		}
		all[at].add(terms[at], paid, price, n)
		return nil
	}, `SELECT v.series_id, e.paid, CAST(sum(e.price) AS BIGINT), count(*) FROM promotion_voucher v JOIN promotion_voucher_event e ON e.community_id = v.community_id AND e.voucher_id = v.id
		AND e.seq = (SELECT max(l.seq) FROM promotion_voucher_event l WHERE l.community_id = v.community_id AND l.voucher_id = v.id)
		WHERE v.community_id = ? AND v.series_id IS NOT NULL AND e.what = 'used' GROUP BY v.series_id, e.paid`, community[:])
}

// add counts n vouchers that paid the same.
func (e *Effect) add(t *Series, paid, price *int64, n int64) {
	each := t.Face
	if paid != nil && *paid > 0 {
		each = money.Amount(*paid)
	}
	e.Used += n
	e.Paid += each * money.Amount(n)
	if price != nil {
		e.Sales += money.Amount(*price)
	}
	platform, shops := t.CostOf(each)
	e.Platform += platform * money.Amount(n)
	for i, v := range shops {
		e.Shops[i] += v * money.Amount(n)
	}
}

// GrantedTo is how many vouchers of each series a member has got.
func (s *Service) GrantedTo(ctx context.Context, r db.Reader, community, member id.ID) (map[id.ID]int64, error) {
	all := make(map[id.ID]int64)
	if member.IsZero() {
		return all, nil
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var n int64
		err := rows.Scan(&at, &n)
		all[at] = n
		return err
	}, "SELECT series_id, count(*) FROM promotion_voucher WHERE member_id = ? AND community_id = ? AND series_id IS NOT NULL GROUP BY series_id", member[:], community[:])
}

// Months is what the platform has promised with vouchers, by civil month.
func (s *Service) Months(ctx context.Context, r db.Reader, community id.ID) (map[period.Month]money.Amount, error) {
	all := make(map[period.Month]money.Amount)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var m period.Month
		var v money.Amount
		err := rows.Scan(&m, &v)
		all[m] = v
		return err
	}, "SELECT month, promised FROM promotion_month WHERE community_id = ?", community[:])
}
