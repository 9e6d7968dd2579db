package trade

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ShopMonth is what a shop sold in a month; a month without any sale is zero.
func (s *Service) ShopMonth(ctx context.Context, r db.Reader, community, shop id.ID, month period.Month) (Shop, error) {
	all, err := s.MonthsOf(ctx, r, community, shop, month, month)
	if err != nil || len(all) == 0 {
		return Shop{Shop: shop, From: month, To: month}, err
	}
	return all[0], nil
}

// MonthsOf is what a shop sold in each month from ≤ month ≤ to in which it sold, or
// took back, anything; the earliest first.
func (s *Service) MonthsOf(ctx context.Context, r db.Reader, community, shop id.ID, from, to period.Month) (all []Shop, err error) {
	defer fault.Wrap(&err, "trade: months of %s", shop)
	return read(ctx, r, community, from, to, &shop, false)
}

// ShopMonths is what every shop of a community sold in each month from ≤ month ≤ to,
// by month and shop. A shop that sold nothing in a month is not listed for it.
func (s *Service) ShopMonths(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (all []Shop, err error) {
	defer fault.Wrap(&err, "trade: months of all shops")
	return read(ctx, r, community, from, to, nil, false)
}

// ShopSpans is what every shop sold in the months from ≤ month ≤ to together, by shop:
// a buyer of several months counts once.
func (s *Service) ShopSpans(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (all []Shop, err error) {
	defer fault.Wrap(&err, "trade: spans of all shops")
	return read(ctx, r, community, from, to, nil, true)
}

// SpanOf is the same of one shop.
func (s *Service) SpanOf(ctx context.Context, r db.Reader, community, shop id.ID, from, to period.Month) (Shop, error) {
	all, err := read(ctx, r, community, from, to, &shop, true)
	if err != nil || len(all) == 0 {
		return Shop{Shop: shop, From: from, To: to}, err
	}
	return all[0], nil
}

// MemberMonths is what a member bought by month and shop in the months from ≤ month ≤
// to, the earliest first.
func (s *Service) MemberMonths(ctx context.Context, r db.Reader, community, member id.ID, from, to period.Month) (all []Visit, err error) {
	defer fault.Wrap(&err, "trade: months of a member")
	known, err := between(ctx, r, community, from, to)
	if err != nil {
		return nil, err
	}
	for _, m := range known {
		err := visits(ctx, r, func(v *Visit) { all = append(all, *v) }, "community_id = ? AND month = ? AND buyer_id = ?", community[:], int64(m), member[:])
		if err != nil {
			return nil, err
		}
	}
	// Not sorted by the database: it would rather walk through the month than use the index.
	slices.SortFunc(all, func(a, b Visit) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), bytes.Compare(a.Shop[:], b.Shop[:]))
	})
	return all, nil
}

// between are the months from ≤ month ≤ to in which a community traded. The keys begin
// with the month, so each is a question of its own.
func between(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (months []period.Month, err error) {
	var ends [2]period.Month
	for i, order := range []string{"ASC", "DESC"} {
		err := db.One(ctx, r, &ends[i], "SELECT month FROM trade_shop WHERE community_id = ? ORDER BY month "+order+" LIMIT 1", community[:])
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	for m := max(from, ends[0]); m <= min(to, ends[1]); m++ {
		months = append(months, m)
	}
	return months, nil
}

// Gains is what came to a member outside of her own purchases in the months from ≤
// month ≤ to, by month and rule.
func (s *Service) Gains(ctx context.Context, r db.Reader, community, member id.ID, from, to period.Month) (all []Gain, err error) {
	defer fault.Wrap(&err, "trade: gains of a member")
	err = gains(ctx, r, func(g Gain) { all = append(all, g) },
		"community_id = ? AND member_id = ? AND month >= ? AND month <= ? ORDER BY month, rule, asset", community[:], member[:], int64(from), int64(to))
	return all, err
}

// visits reads rows of trade_visit.
func visits(ctx context.Context, r db.Reader, fn func(v *Visit), where string, args ...any) error {
	var v Visit
	var shop, buyer sql.RawBytes
	into := []any{&v.Month, &shop, &buyer, &v.Days}
	for _, x := range v.amounts() {
		into = append(into, x)
	}
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		copy(v.Shop[:], shop)
		copy(v.Buyer[:], buyer)
		fn(&v)
		return nil
	}, "SELECT month, shop_id, buyer_id, days, "+columns+" FROM trade_visit WHERE "+where, args...)
}

// shops reads rows of trade_shop.
func shops(ctx context.Context, r db.Reader, fn func(s *Shop), where string, args ...any) error {
	var s Shop
	into := []any{&s.From, &s.Shop}
	for _, x := range s.amounts() {
		into = append(into, x)
	}
	into = append(into, &s.Guests, &s.Borne, &s.RebateGot)
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		s.To = s.From
		fn(&s)
		return nil
	}, "SELECT month, shop_id, "+shopColumns+" FROM trade_shop WHERE "+where, args...)
}

// gains reads rows of trade_gain.
func gains(ctx context.Context, r db.Reader, fn func(g Gain), where string, args ...any) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Gain
		if err := rows.Scan(&g.Member, &g.Month, &g.Rule, &g.Asset, &g.Amount); err != nil {
			return err
		}
		fn(g)
		return nil
	}, "SELECT member_id, month, rule, asset, amount FROM trade_gain WHERE "+where, args...)
}

// Knows reports whether a member has bought in a shop, as far as the entries are read.
func (s *Service) Knows(ctx context.Context, r db.Reader, community, shop, member id.ID) (bool, error) {
	var n int64
	err := db.One(ctx, r, &n, "SELECT count(*) FROM trade_tie WHERE community_id = ? AND shop_id = ? AND buyer_id = ?", community[:], shop[:], member[:])
	return n > 0, err
}
