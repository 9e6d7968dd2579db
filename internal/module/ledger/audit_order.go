package ledger

import (
	"context"
	"database/sql"
	"slices"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// auditOrder checks what entries are to each other: numbers without gaps, times
// that never go back, days that were open, keys that are there once (invariants 4
// and 5).
type auditOrder struct {
	seen   int64 // entries that were there
	next   int64
	lastAt int64 // µs
	closes []Closing
	open   period.Day
	keys   []uint64 // a hash of each key
}

func (o *auditOrder) load(ctx context.Context, a *auditor) error {
	o.open = neverClosed
	o.keys = make([]uint64, 0, a.size)
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var c Closing
		var at int64
		err := rows.Scan(&c.Day, &c.Size, &at)
		c.ClosedAt = time.UnixMicro(at).UTC()
		if n := len(o.closes); n > 0 && (o.closes[n-1].Size > c.Size || o.closes[n-1].ClosedAt.After(c.ClosedAt)) {
			a.flaw(0, "closes_out_of_order", -1, "", o.closes[n-1].Day, c.Day)
		}
		if c.Size < 0 || c.Size > a.size {
			a.flaw(0, "close_of_no_entries", -1, "", a.size, c.Size)
			return err
		}
		o.closes = append(o.closes, c)
		return err
	}, "SELECT day, size, closed_at FROM ledger_close WHERE community_id = ? ORDER BY day", a.community[:])
}

func (o *auditOrder) add(a *auditor, e *auditEntry) {
	for ; o.next < e.Seq; o.next++ {
		a.flaw(5, "entry_missing", o.next, "", nil, nil)
		a.books.lost[o.next] = true
	}
	o.next = e.Seq + 1
	o.seen++
	at := e.PostedAt.UnixMicro()
	if at < o.lastAt {
		a.flaw(5, "posted_before_its_predecessor", e.Seq, "", time.UnixMicro(o.lastAt), e.PostedAt)
	}
	o.lastAt = max(at, o.lastAt)
	for len(o.closes) > 0 && o.closes[0].Size <= e.Seq {
		o.open = max(o.open, o.closes[0].Day+1)
		o.closes = o.closes[1:]
	}
	if e.BookedOn < o.open {
		a.flaw(0, "booked_on_a_closed_day", e.Seq, "", o.open, e.BookedOn)
	}
	if e.Key == "" || len(e.Key) > maxKey || !utf8.ValidString(e.Key) {
		a.flaw(4, "key_malformed", e.Seq, "", nil, e.Key)
	}
	if int(e.Kind) >= len(kindNames) || kindNames[e.Kind] == "" {
		a.flaw(5, "kind_unknown", e.Seq, "", nil, int(e.Kind))
	}
	o.keys = append(o.keys, hashKey(e.Key))
}

// hashKey is FNV-1a with a last stir; equal hashes are looked at again.
func hashKey(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return stir(h)
}

// stir spreads the bits of a number (splitmix64).
func stir(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// compare looks for keys that are there twice: equal hashes first, then the keys.
func (o *auditOrder) compare(ctx context.Context, a *auditor) error {
	slices.Sort(o.keys)
	twice := make(map[uint64]bool)
	for i := 1; i < len(o.keys); i++ {
		if o.keys[i] == o.keys[i-1] {
			twice[o.keys[i]] = true
		}
	}
	o.keys = nil
	if len(twice) == 0 {
		return nil
	}
	first := make(map[string]int64)
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var seq int64
		var key string
		if err := rows.Scan(&seq, &key); err != nil || !twice[hashKey(key)] {
			return err
		}
		if earlier, again := first[key]; again {
			a.flaw(4, "key_twice", seq, "", earlier, key)
			return nil
		}
		first[key] = seq
		return nil
	}, "SELECT seq, idem_key FROM ledger_entry WHERE community_id = ? ORDER BY seq", a.community[:])
}
