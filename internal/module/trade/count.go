package trade

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// read reads what shops sold, of one shop or all, month by month or together, and
// counts their buyers.
func read(ctx context.Context, r db.Reader, community id.ID, from, to period.Month, only *id.ID, together bool) (all []Shop, err error) {
	if to < from {
		return nil, nil
	}
	at := make(map[shopKey]int)
	c := counter{from: from, to: to, together: together, last: make(map[tieKey]period.Day), counted: make(map[tieKey]bool)}
	add := func(s *Shop) {
		key := shopKey{c.at(s.From), s.Shop}
		i, known := at[key]
		if !known {
			i = len(all)
			at[key], all = i, append(all, Shop{Shop: s.Shop, From: c.at(s.From), To: s.To})
			if together {
				all[i].To = to
			}
		}
		all[i].add(s)
	}
	if only == nil {
		err = shops(ctx, r, add, "community_id = ? AND month >= ? AND month <= ? ORDER BY month, shop_id", community[:], int64(from), int64(to))
	} else {
		err = shopByMonth(ctx, r, community, *only, from, to, add)
	}
	if err != nil || len(all) == 0 {
		return nil, err
	}
	c.count = func(m period.Month, shop id.ID) *Buyers {
		if i, known := at[shopKey{c.at(m), shop}]; known {
			return &all[i].Buyers
		}
		return new(Buyers)
	}
	if c.first, err = firsts(ctx, r, community, from, to, only); err != nil {
		return nil, err
	}
	return all, c.run(ctx, r, community, only)
}

// shopByMonth gives the rows of one shop.
func shopByMonth(ctx context.Context, r db.Reader, community, shop id.ID, from, to period.Month, fn func(*Shop)) error {
	known, err := between(ctx, r, community, from, to)
	if err != nil {
		return err
	}
	for _, m := range known {
		if err := shops(ctx, r, fn, "community_id = ? AND month = ? AND shop_id = ?", community[:], int64(m), shop[:]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Shop) add(other *Shop) {
	s.Sums.Add(&other.Sums)
	s.Guests += other.Guests
	s.Borne += other.Borne
	s.RebateGot += other.RebateGot
}

// firsts are the ties that began in the months from ≤ month ≤ to.
func firsts(ctx context.Context, r db.Reader, community id.ID, from, to period.Month, only *id.ID) (map[tieKey]period.Day, error) {
	first := make(map[tieKey]period.Day)
	add := func(t tie) { first[t.tieKey] = t.day }
	if only == nil {
		return first, ties(ctx, r, add, "community_id = ? AND first_day >= ? AND first_day <= ?", community[:], int64(from.First()), int64(to.Last()))
	}
	return first, ties(ctx, r, func(t tie) { // by the key, which begins with the shop
		if t.day >= from.First() && t.day <= to.Last() {
			add(t)
		}
	}, "community_id = ? AND shop_id = ?", community[:], only[:])
}

// ties reads rows of trade_tie.
func ties(ctx context.Context, r db.Reader, fn func(tie), where string, args ...any) error {
	var shop, buyer sql.RawBytes
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var t tie
		if err := rows.Scan(&shop, &buyer, &t.day); err != nil {
			return err
		}
		copy(t.shop[:], shop)
		copy(t.buyer[:], buyer)
		fn(t)
		return nil
	}, "SELECT shop_id, buyer_id, first_day FROM trade_tie WHERE "+where, args...)
}

// counter counts buyers: rows come by month, so what was before is known.
type counter struct {
	from, to period.Month
	together bool
	count    func(period.Month, id.ID) *Buyers
	note     func(m period.Month, k tieKey, kind buyerKind, days Days) // of each that is counted; nil
	first    map[tieKey]period.Day
	last     map[tieKey]period.Day // of the months before the row's
	counted  map[tieKey]bool       // those of together
}

// at is the month under which a row is counted.
func (c *counter) at(m period.Month) period.Month {
	if c.together {
		return c.from
	}
	return m
}

// begin is the month in which a returning buyer of the span may have bought before.
func (c *counter) begin() period.Month { return (c.from.First() - ReturnDays).Month() }

func (c *counter) run(ctx context.Context, r db.Reader, community id.ID, only *id.ID) error {
	for m := c.begin(); m <= c.to; m++ {
		where, args := "community_id = ? AND month = ?", []any{community[:], int64(m)}
		if only != nil {
			where, args = where+" AND shop_id = ?", append(args, only[:])
		}
		var shop, buyer sql.RawBytes
		err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var k tieKey
			var days Days
			var kept int64
			if err := rows.Scan(&shop, &buyer, &days, &kept); err != nil {
				return err
			}
			copy(k.shop[:], shop)
			copy(k.buyer[:], buyer)
			c.row(m, k, days, kept)
			return nil
		}, "SELECT shop_id, buyer_id, days, purchases - undone FROM trade_visit WHERE "+where, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) row(m period.Month, k tieKey, days Days, kept int64) {
	if days == 0 { // only refunds
		return
	}
	if m >= c.from && kept > 0 && !(c.together && c.counted[k]) {
		n := c.count(m, k.shop)
		n.All++
		kind := kindOf(days.First(m), c.at(m).First(), c.first, c.last, k)
		if c.note != nil {
			c.note(m, k, kind, days)
		}
		switch kind {
		case isNew:
			n.New++
		case isReturning:
			n.Returning++
		default:
			n.Back++
		}
		if c.together {
			c.counted[k] = true
		}
	}
	c.last[k] = days.Last(m)
}

// What a buyer is at a purchase.
type buyerKind int

const (
	isNew buyerKind = iota
	isReturning
	isBack
)

// kindOf says what a buyer is whose first purchase in a span was on a day. A purchase
// that was undone since counts as a time she had been there.
func kindOf(day, begin period.Day, first, last map[tieKey]period.Day, k tieKey) buyerKind {
	if before, bought := last[k]; bought && day-before <= ReturnDays {
		return isReturning
	}
	if since, here := first[k]; here && since >= begin {
		return isNew
	}
	return isBack
}
