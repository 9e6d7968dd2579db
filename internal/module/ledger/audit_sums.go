package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// The derived tables are compared without holding them: every row that should be
// there adds its numbers, each times a number made from the row's key, to one sum
// of its day and table; every row that is there takes the same away. Whatever does
// not come to zero differs, and only such a day is made again in full.

// fingerprints are the running sums of each day.
type fingerprints struct {
	to   int64 // entries in the tables
	days map[period.Day]*fingerprint
}

// fingerprint has a place for each column that is summed.
type fingerprint [12]uint64

func (f *fingerprints) upTo() int64 {
	if f == nil {
		return 0
	}
	return f.to
}

func (a *auditor) loadFollowers(ctx context.Context) error {
	for _, name := range Followers {
		at, err := position(ctx, a.r, a.community, name)
		if err != nil {
			return err
		}
		if at > a.size {
			a.flaw(0, "derived_ahead", -1, name, a.size, at)
			at = a.size
		}
		switch {
		case at == clearing: // being made again
		case name == FollowLegs:
			a.legsAt = at
		case name == FollowParties:
			a.partiesAt = at
		default:
			a.sums = &fingerprints{to: at, days: make(map[period.Day]*fingerprint)}
		}
	}
	return nil
}

func (f *fingerprints) day(d period.Day) *fingerprint {
	p := f.days[d]
	if p == nil {
		p = new(fingerprint)
		f.days[d] = p
	}
	return p
}

// keyOf makes a number from a row's key.
func keyOf(table uint64, parts ...uint64) uint64 {
	h := table
	for _, p := range parts {
		h = stir(h*0x9e3779b97f4a7c15 + p)
	}
	return h
}

// add adds an entry to the sums of its day.
func (f *fingerprints) add(a *auditor, e *auditEntry) {
	p := f.day(e.BookedOn)
	var met [maxTouches * 2]uint64
	n := 0
	for i := range e.Legs {
		l, raw := &e.Legs[i], &e.raw.legs[i]
		key := flowHash(l.Rule, kindOfAccount{l.From.Owner.Kind, l.From.Purpose}, kindOfAccount{l.To.Owner.Kind, l.To.Purpose}, uint64(l.From.Asset))
		p[0] += key * uint64(l.Amount)
		if !slices.Contains(met[:n], key) {
			p[1] += key
			if n < len(met) {
				met[n] = key
				n++
			}
		}
		p[2] += keyOf(2, uint64(e.raw.touches[raw.to].no)) * uint64(l.Amount)
		p[3] += keyOf(2, uint64(e.raw.touches[raw.from].no)) * uint64(l.Amount)
	}
	if e.Kind != Purchase && e.Kind != Refund {
		return
	}
	spent, err := a.Reading(&e.Entry)
	if err != nil {
		return // said by the replay
	}
	p[4] += uint64(spent.Direct)
	if e.Kind == Refund {
		p[5]++
		p[6] -= uint64(spent.Price)
		return
	}
	p[7]++
	p[8] += uint64(spent.Price)
	if !e.Subject.IsZero() {
		p[9] += subjectHash(e.Subject)
	}
}

func flowHash(rule Rule, from, to kindOfAccount, asset uint64) uint64 {
	r := uint64(rule.Family)<<8 | uint64(rule.Number)
	if rule.Undone {
		r |= 1 << 16
	}
	return keyOf(1, r, uint64(from.owner)<<8|uint64(from.purpose), uint64(to.owner)<<8|uint64(to.purpose), asset)
}

func subjectHash(v [16]byte) uint64 {
	h := uint64(3)
	for _, b := range v {
		h = stir(h<<8 ^ h>>56 + uint64(b))
	}
	return h
}

// compareSums takes away what the tables say.
func compareSums(ctx context.Context, a *auditor) error {
	f := a.sums
	if f == nil || len(a.books.lost) > 0 { // without every entry they cannot be made
		return nil
	}
	counted := make(map[period.Day]int64)
	for _, step := range []func() error{
		func() error { return f.takeFlows(ctx, a) },
		func() error { return f.takeTurnovers(ctx, a) },
		func() error { return f.takeBuyers(ctx, a, counted) },
		func() error { return f.takeDays(ctx, a, counted) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(f.days)) {
		if *f.days[day] != (fingerprint{}) {
			if err := a.compareDay(ctx, day); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fingerprints) takeFlows(ctx context.Context, a *auditor) error {
	kinds := make(map[string]kindOfAccount)
	for i := range Chart {
		k := kindOfAccount{Chart[i].Owner, Chart[i].Purpose}
		kinds[k.String()] = k
	}
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var d DayFlow
		var rule string
		if err := rows.Scan(&d.Day, &rule, &d.From, &d.To, &d.Asset, &d.Amount, &d.Entries); err != nil {
			return err
		}
		r, _ := ParseRule(rule)
		key := flowHash(r, kinds[d.From], kinds[d.To], uint64(d.Asset))
		p := f.day(d.Day)
		p[0] -= key * uint64(d.Amount)
		p[1] -= key * uint64(d.Entries)
		return nil
	}, "SELECT day, rule, from_name, to_name, asset, amount, entries FROM ledger_flow WHERE community_id = ?", a.community[:])
}

func (f *fingerprints) takeTurnovers(ctx context.Context, a *auditor) error {
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var day period.Day
		var no, in, out int64
		err := rows.Scan(&day, &no, &in, &out)
		p, key := f.day(day), keyOf(2, uint64(no))
		p[2] -= key * uint64(in)
		p[3] -= key * uint64(out)
		return err
	}, "SELECT day, no, came_in, went_out FROM ledger_turnover WHERE community_id = ?", a.community[:])
}

func (f *fingerprints) takeBuyers(ctx context.Context, a *auditor, counted map[period.Day]int64) error {
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var b DayBuyer
		err := rows.Scan(&b.Day, &b.Subject, &b.Purchases)
		f.day(b.Day)[9] -= subjectHash(b.Subject) * uint64(b.Purchases)
		counted[b.Day]++
		return err
	}, "SELECT day, subject_id, purchases FROM ledger_buyer WHERE community_id = ?", a.community[:])
}

func (f *fingerprints) takeDays(ctx context.Context, a *auditor, counted map[period.Day]int64) error {
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var d DayTotal
		err := rows.Scan(&d.Day, &d.Purchases, &d.Refunds, &d.Buyers, &d.Amount, &d.Refunded, &d.Direct)
		p := f.day(d.Day)
		p[4] -= uint64(d.Direct)
		p[5] -= uint64(d.Refunds)
		p[6] -= uint64(d.Refunded)
		p[7] -= uint64(d.Purchases)
		p[8] -= uint64(d.Amount)
		p[10] = uint64(counted[d.Day] - d.Buyers)
		return err
	}, "SELECT day, purchases, refunds, buyers, amount, refunded, direct FROM ledger_day WHERE community_id = ?", a.community[:])
}

// compareLegs compares the rows of ledger_leg with an entry's legs; it returns
// the rows that are left.
func (a *auditor) compareLegs(e *auditEntry, rows []legRow) []legRow {
	for len(rows) > 0 && rows[0].seq < e.Seq {
		a.flaw(0, "derived_leg_extra", rows[0].seq, "", nil, rows[0].String())
		rows = rows[1:]
	}
	for i, l := range e.raw.legs {
		want := legRow{e.Seq, int64(i), l.rule.String(), e.raw.touches[l.from].no, e.raw.touches[l.to].no, int64(l.amount)}
		switch {
		case len(rows) == 0 || rows[0].seq != e.Seq:
			a.flaw(0, "derived_leg_missing", e.Seq, "", want.String(), nil)
			return rows
		case rows[0] != want:
			a.flaw(0, "derived_leg_differs", e.Seq, "", want.String(), rows[0].String())
			for len(rows) > 0 && rows[0].seq == e.Seq {
				rows = rows[1:]
			}
			return rows
		}
		rows = rows[1:]
	}
	return rows
}

// String is the row as findings show it.
func (l legRow) String() string {
	return fmt.Sprintf("%d/%d %s %d→%d %d", l.seq, l.leg, l.rule, l.from, l.to, l.amount)
}
