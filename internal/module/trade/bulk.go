package trade

import (
	"context"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// staged is what the running batch will write, one statement a table: after the
// closures, so that no closure is long.
type staged struct{ bulks []*db.Bulk }

type stagedKey struct{}

// Mark implements db.Overlay.
func (s *staged) Mark() int { return len(s.bulks) }

// Revert implements db.Overlay.
func (s *staged) Revert(mark int) { s.bulks = s.bulks[:mark] }

// Committed implements db.Overlay.
func (s *staged) Committed() {
	clear(s.bulks)
	s.bulks = s.bulks[:0]
}

// Flush implements db.Overlay.
func (s *staged) Flush(_ context.Context, f *db.Flush) error {
	for _, b := range s.bulks {
		f.Insert(b)
	}
	return nil
}

// growing says how a row of a table takes more of each column.
func growing(table string, columns []string) string {
	sets := make([]string, len(columns))
	for i, c := range columns {
		sets[i] = c + " = " + table + "." + c + " + excluded." + c
	}
	return " DO UPDATE SET " + strings.Join(sets, ", ")
}

var (
	sumNames  = strings.Split(columns, ", ")
	shopNames = strings.Split(shopColumns, ", ")

	growVisit = "ON CONFLICT (community_id, month, shop_id, buyer_id)" + growing("trade_visit", sumNames) + ", days = trade_visit.days | excluded.days"
	growShop  = "ON CONFLICT (community_id, month, shop_id)" + growing("trade_shop", shopNames)
)

const shopColumns = columns + ", guests, borne, rebate_got"

// bulks are the rows that a batch adds, each table's in the order of its key.
func (b *Batch) bulks() []*db.Bulk {
	visits, shops, ties, gains := b.rows()
	return []*db.Bulk{visitRows(b.Community, visits), shopRows(b.Community, shops), tieRows(b.Community, ties), gainRows(b.Community, gains)}
}

// table collects the columns of a bulk.
type table struct {
	n       int
	columns []db.Column
}

func begin(community id.ID, n int) *table {
	t := &table{n: n}
	t.bytes("community_id", func(int) []byte { return community[:] })
	return t
}

func (t *table) bytes(name string, value func(i int) []byte) {
	c := db.Column{Name: name, Bytes: make([][]byte, t.n)}
	for i := range c.Bytes {
		c.Bytes[i] = value(i)
	}
	t.columns = append(t.columns, c)
}

func (t *table) ints(name string, value func(i int) int64) {
	c := db.Column{Name: name, Ints: make([]int64, t.n)}
	for i := range c.Ints {
		c.Ints[i] = value(i)
	}
	t.columns = append(t.columns, c)
}

// sums adds the columns of Sums.
func (t *table) sums(of func(i int) *Sums) {
	for n, name := range sumNames {
		t.ints(name, func(i int) int64 { return *of(i).amounts()[n] })
	}
}

func visitRows(community id.ID, all []*Visit) *db.Bulk {
	t := begin(community, len(all))
	t.ints("month", func(i int) int64 { return int64(all[i].Month) })
	t.bytes("shop_id", func(i int) []byte { return all[i].Shop[:] })
	t.bytes("buyer_id", func(i int) []byte { return all[i].Buyer[:] })
	t.ints("days", func(i int) int64 { return int64(all[i].Days) })
	t.sums(func(i int) *Sums { return &all[i].Sums })
	return &db.Bulk{Table: "trade_visit", Conflict: growVisit, Columns: t.columns}
}

func shopRows(community id.ID, all []*Shop) *db.Bulk {
	t := begin(community, len(all))
	t.ints("month", func(i int) int64 { return int64(all[i].From) })
	t.bytes("shop_id", func(i int) []byte { return all[i].Shop[:] })
	t.sums(func(i int) *Sums { return &all[i].Sums })
	t.ints("guests", func(i int) int64 { return all[i].Guests })
	t.ints("borne", func(i int) int64 { return int64(all[i].Borne) })
	t.ints("rebate_got", func(i int) int64 { return int64(all[i].RebateGot) })
	return &db.Bulk{Table: "trade_shop", Conflict: growShop, Columns: t.columns}
}

func tieRows(community id.ID, all []tie) *db.Bulk {
	t := begin(community, len(all))
	t.bytes("shop_id", func(i int) []byte { return all[i].shop[:] })
	t.bytes("buyer_id", func(i int) []byte { return all[i].buyer[:] })
	t.ints("first_day", func(i int) int64 { return int64(all[i].day) })
	return &db.Bulk{Table: "trade_tie", Columns: t.columns,
		Conflict: "ON CONFLICT (community_id, shop_id, buyer_id) DO UPDATE SET first_day = excluded.first_day WHERE excluded.first_day < trade_tie.first_day"}
}

func gainRows(community id.ID, all []Gain) *db.Bulk {
	t := begin(community, len(all))
	t.bytes("member_id", func(i int) []byte { return all[i].Member[:] })
	t.ints("month", func(i int) int64 { return int64(all[i].Month) })
	rules := db.Column{Name: "rule", Texts: make([]string, len(all))}
	for i := range all {
		rules.Texts[i] = all[i].Rule
	}
	t.columns = append(t.columns, rules)
	t.ints("asset", func(i int) int64 { return int64(all[i].Asset) })
	t.ints("amount", func(i int) int64 { return int64(all[i].Amount) })
	return &db.Bulk{Table: "trade_gain", Columns: t.columns,
		Conflict: "ON CONFLICT (community_id, member_id, month, rule, asset) DO UPDATE SET amount = trade_gain.amount + excluded.amount"}
}
