package ledger

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// bulks are the sums as rows to be added, one statement a table. Rows stand in
// the order of their keys, so that they are written as they will lie.
func (s *sums) bulks(community id.ID) []*db.Bulk {
	return []*db.Bulk{s.flowRows(community), s.turnoverRows(community), s.dayRows(community), s.buyerRows(community)}
}

func (s *sums) flowRows(community id.ID) *db.Bulk {
	keys := slices.SortedFunc(maps.Keys(s.flows), func(a, b flowKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.rule.String(), b.rule.String()), cmp.Compare(a.from.String(), b.from.String()),
			cmp.Compare(a.to.String(), b.to.String()), cmp.Compare(a.asset, b.asset))
	})
	n := len(keys)
	day, asset, amount, entries := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	rule, from, to := make([]string, n), make([]string, n), make([]string, n)
	for i, k := range keys {
		v := s.flows[k]
		day[i], asset[i], amount[i], entries[i] = int64(k.day), int64(k.asset), int64(v.amount), v.entries
		rule[i], from[i], to[i] = k.rule.String(), k.from.String(), k.to.String()
	}
	return &db.Bulk{Table: "ledger_flow",
		Conflict: "ON CONFLICT (community_id, day, rule, from_name, to_name, asset) DO UPDATE SET amount = ledger_flow.amount + excluded.amount, entries = ledger_flow.entries + excluded.entries",
		Columns: []db.Column{repeated(community, n), {Name: "day", Ints: day}, {Name: "rule", Texts: rule}, {Name: "from_name", Texts: from},
			{Name: "to_name", Texts: to}, {Name: "asset", Ints: asset}, {Name: "amount", Ints: amount}, {Name: "entries", Ints: entries}}}
}

func (s *sums) turnoverRows(community id.ID) *db.Bulk {
	keys := slices.SortedFunc(maps.Keys(s.turnovers), func(a, b turnoverKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.no, b.no))
	})
	n := len(keys)
	day, no, in, out := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range keys {
		v := s.turnovers[k]
		day[i], no[i], in[i], out[i] = int64(k.day), k.no, int64(v.in), int64(v.out)
	}
	return &db.Bulk{Table: "ledger_turnover",
		Conflict: "ON CONFLICT (community_id, day, no) DO UPDATE SET came_in = ledger_turnover.came_in + excluded.came_in, went_out = ledger_turnover.went_out + excluded.went_out",
		Columns:  []db.Column{repeated(community, n), {Name: "day", Ints: day}, {Name: "no", Ints: no}, {Name: "came_in", Ints: in}, {Name: "went_out", Ints: out}}}
}

func (s *sums) dayRows(community id.ID) *db.Bulk {
	days := slices.Sorted(maps.Keys(s.days))
	n := len(days)
	columns := make([][]int64, 9)
	for _, d := range days {
		v := s.days[d]
		for i, x := range []int64{int64(d), v.purchases, v.refunds, v.buyers, int64(v.amount), int64(v.refunded), int64(v.direct), v.first, v.last} {
			columns[i] = append(columns[i], x)
		}
	}
	return &db.Bulk{Table: "ledger_day",
		Conflict: `ON CONFLICT (community_id, day) DO UPDATE SET purchases = ledger_day.purchases + excluded.purchases, refunds = ledger_day.refunds + excluded.refunds,
			buyers = ledger_day.buyers + excluded.buyers, amount = ledger_day.amount + excluded.amount, refunded = ledger_day.refunded + excluded.refunded,
			direct = ledger_day.direct + excluded.direct,
			first_seq = CASE WHEN ledger_day.purchases = 0 THEN excluded.first_seq ELSE ledger_day.first_seq END,
			last_seq = CASE WHEN excluded.purchases = 0 THEN ledger_day.last_seq ELSE excluded.last_seq END`,
		Columns: []db.Column{repeated(community, n), {Name: "day", Ints: columns[0]}, {Name: "purchases", Ints: columns[1]}, {Name: "refunds", Ints: columns[2]},
			{Name: "buyers", Ints: columns[3]}, {Name: "amount", Ints: columns[4]}, {Name: "refunded", Ints: columns[5]}, {Name: "direct", Ints: columns[6]},
			{Name: "first_seq", Ints: columns[7]}, {Name: "last_seq", Ints: columns[8]}}}
}

func (s *sums) buyerRows(community id.ID) *db.Bulk {
	keys := slices.SortedFunc(maps.Keys(s.buyers), func(a, b buyerKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), bytes.Compare(a.subject[:], b.subject[:]))
	})
	n := len(keys)
	day, purchases, subject := make([]int64, n), make([]int64, n), make([][]byte, n)
	for i := range keys {
		day[i], purchases[i], subject[i] = int64(keys[i].day), s.buyers[keys[i]], keys[i].subject[:]
	}
	return &db.Bulk{Table: "ledger_buyer",
		Conflict: "ON CONFLICT (community_id, day, subject_id) DO UPDATE SET purchases = ledger_buyer.purchases + excluded.purchases",
		Columns:  []db.Column{repeated(community, n), {Name: "day", Ints: day}, {Name: "subject_id", Bytes: subject}, {Name: "purchases", Ints: purchases}}}
}

// deriveLegs makes a row of every leg.
func (f *Follower) deriveLegs(ctx context.Context, r db.Reader, community id.ID, from, to int64) (*derivation, error) {
	var seq, leg, fromNo, toNo, amount []int64
	var rule []string
	names := make(map[Rule]string)
	at, err := eachBody(ctx, r, f.ledger.accountNames(community), from, to, func(e *Entry, raw *rawBody) error {
		for i, l := range raw.legs {
			if names[l.rule] == "" {
				names[l.rule] = l.rule.String()
			}
			seq, leg, rule = append(seq, e.Seq), append(leg, int64(i)), append(rule, names[l.rule])
			fromNo, toNo, amount = append(fromNo, raw.touches[l.from].no), append(toNo, raw.touches[l.to].no), append(amount, int64(l.amount))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// DO UPDATE, not NOTHING: what stands there already is what is being made again.
	return &derivation{to: at, bulks: []*db.Bulk{{Table: "ledger_leg",
		Conflict: "ON CONFLICT (community_id, seq, leg) DO UPDATE SET rule = excluded.rule, from_no = excluded.from_no, to_no = excluded.to_no, amount = excluded.amount",
		Columns: []db.Column{repeated(community, len(seq)), {Name: "seq", Ints: seq}, {Name: "leg", Ints: leg}, {Name: "rule", Texts: rule},
			{Name: "from_no", Ints: fromNo}, {Name: "to_no", Ints: toNo}, {Name: "amount", Ints: amount}}}}}, nil
}
