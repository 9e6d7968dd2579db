package trade

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// QuarterOf is the first month of the calendar quarter in which a month lies.
func QuarterOf(m period.Month) period.Month { return m - m%3 }

// Finished is the first month of the last quarter that is over when a day is closed.
func Finished(closed period.Day) period.Month {
	if q := QuarterOf(closed.Month()); (q + 2).Last() <= closed {
		return q
	}
	return QuarterOf(closed.Month()) - 3
}

// Unportrayed are some of the shops that sold anything in the quarter that begins with
// a month and were told nothing of it yet.
func (s *Service) Unportrayed(ctx context.Context, r db.Reader, community id.ID, from period.Month, limit int) (shops []id.ID, err error) {
	err = db.All(ctx, r, &shops, `SELECT DISTINCT s.shop_id FROM trade_shop s
		LEFT JOIN trade_portrait p ON p.community_id = s.community_id AND p.shop_id = s.shop_id AND p.month = ?
		WHERE s.community_id = ? AND s.month >= ? AND s.month <= ? AND s.purchases > 0 AND p.shop_id IS NULL LIMIT ?`,
		int64(from), community[:], int64(from), int64(from+2), limit)
	return shops, err
}

// Told is what a shop was told of the quarter that begins with a month, nil if
// nothing was yet.
func (s *Service) Told(ctx context.Context, r db.Reader, community, shop id.ID, from period.Month) (*Portrait, error) {
	var body string
	err := db.One(ctx, r, &body, "SELECT body FROM trade_portrait WHERE community_id = ? AND shop_id = ? AND month = ?", community[:], shop[:], int64(from))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := new(Portrait)
	return p, json.Unmarshal([]byte(body), p)
}

// Keep keeps what a shop is told, and returns what it was told first: a portrait is
// made once.
func (s *Service) Keep(ctx context.Context, tx *db.Tx, p *Portrait) (_ *Portrait, err error) {
	defer fault.Wrap(&err, "trade: keep the portrait of %s", p.Shop)
	first, err := s.Told(ctx, tx, tx.Community, p.Shop, p.From)
	if err != nil || first != nil {
		return first, err
	}
	kept := *p
	kept.MadeAt = tx.Now
	body, err := json.Marshal(&kept)
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO trade_portrait (community_id, shop_id, month, made_at, body) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], p.Shop[:], int64(p.From), tx.Now.UnixMicro(), string(body))
	return &kept, err
}

// Sold lists the months in which a shop sold or took back anything, the latest first.
func (s *Service) Sold(ctx context.Context, r db.Reader, community, shop id.ID) (months []period.Month, err error) {
	err = shopByMonth(ctx, r, community, shop, -forEver, forEver, func(s *Shop) {
		if s.Purchases+s.Refunds > 0 {
			months = append(months, s.From)
		}
	})
	slices.Reverse(months)
	return months, err
}

// forEver bounds a span of all months.
const forEver = 1 << 30

// Regular is one buyer of a shop in a span of months, for counting.
type Regular struct {
	Buyer     id.ID
	Kind      string // KeyNew, KeyReturn or KeyBack, at her first purchase in the span
	Days      int    // on which she bought
	In, Again []bool // by month: she bought; she was a returning buyer
}

// Regulars are the buyers of a shop who kept a purchase of the months from ≤ month ≤
// to, in the order of their pseudonyms.
func (s *Service) Regulars(ctx context.Context, r db.Reader, community, shop id.ID, from, to period.Month) (all []Regular, err error) {
	defer fault.Wrap(&err, "trade: regulars of %s", shop)
	of := make(map[id.ID]*Regular)
	count := func(together bool, note func(x *Regular, m period.Month, kind buyerKind, days Days)) error {
		c := counter{from: from, to: to, together: together, last: make(map[tieKey]period.Day), counted: make(map[tieKey]bool)}
		c.count = func(period.Month, id.ID) *Buyers { return new(Buyers) }
		c.note = func(m period.Month, k tieKey, kind buyerKind, days Days) {
			x := of[k.buyer]
			if x == nil {
				n := int(to - from + 1)
				x = &Regular{Buyer: k.buyer, In: make([]bool, n), Again: make([]bool, n)}
				of[k.buyer] = x
			}
			note(x, m, kind, days)
		}
		if c.first, err = firsts(ctx, r, community, from, to, &shop); err != nil {
			return err
		}
		return c.run(ctx, r, community, &shop)
	}
	if err := count(true, func(x *Regular, _ period.Month, kind buyerKind, _ Days) {
		x.Kind = [...]string{isNew: KeyNew, isReturning: KeyReturn, isBack: KeyBack}[kind]
	}); err != nil {
		return nil, err
	}
	if err := count(false, func(x *Regular, m period.Month, kind buyerKind, days Days) {
		x.Days += days.Count()
		x.In[m-from], x.Again[m-from] = true, kind == isReturning
	}); err != nil {
		return nil, err
	}
	for _, x := range of {
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b Regular) int { return bytes.Compare(a.Buyer[:], b.Buyer[:]) })
	return all, nil
}

// fewBuyers is up to how many buyers are looked up one by one.
const fewBuyers = 500

// Elsewhere gives each shop in which one of the buyers bought in the months from ≤
// month ≤ to, once or more.
func (s *Service) Elsewhere(ctx context.Context, r db.Reader, community id.ID, buyers map[id.ID]bool, from, to period.Month, fn func(buyer, shop id.ID)) (err error) {
	defer fault.Wrap(&err, "trade: where else they buy")
	pairs := func(where string, args ...any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var buyer, shop id.ID
			if err := rows.Scan(&buyer, &shop); err != nil {
				return err
			}
			if buyers[buyer] {
				fn(buyer, shop)
			}
			return nil
		}, "SELECT buyer_id, shop_id FROM trade_visit WHERE community_id = ? AND month >= ? AND month <= ? AND purchases > undone"+where,
			append([]any{community[:], int64(from), int64(to)}, args...)...)
	}
	if len(buyers) > fewBuyers {
		return pairs("")
	}
	return db.EachSome(slices.Collect(maps.Keys(buyers)), func(in string, args []any) error { return pairs(" AND buyer_id IN "+in, args...) })
}
