package reconciliation

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// Latest is the bill of a day that was read last.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, day period.Day) (*Bill, error) {
	all, err := bills(ctx, r, community, "provider = ? AND day = ? ORDER BY read_at DESC, id DESC LIMIT 1", string(provider), int64(day))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

// FirstDay is the earliest day of which a bill was read; ok is false if none ever was.
func (s *Service) FirstDay(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind) (day period.Day, ok bool, err error) {
	var first sql.NullInt64
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&first) },
		"SELECT min(day) FROM reconciliation_bill WHERE community_id = ? AND provider = ?", community[:], string(provider))
	return period.Day(first.Int64), first.Valid, err
}

// Bills lists every bill of the days from ≤ day ≤ to as it was read, the latest day and
// reading first.
func (s *Service) Bills(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]Bill, error) {
	return bills(ctx, r, community, "day >= ? AND day <= ? ORDER BY day DESC, provider, read_at DESC, id DESC", int64(from), int64(to))
}

func bills(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Bill, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Bill
		var digest []byte
		var at int64
		if err := rows.Scan(&b.ID, &b.Provider, &b.Day, &b.Source, &digest, &b.Payments, &b.Refunds, &b.Matched, &b.Paid, &b.Back, &b.Kept, &b.Returned, &b.ReadBy, &at); err != nil {
			return err
		}
		copy(b.Digest[:], digest)
		b.ReadAt = micros(at)
		all = append(all, b)
		return nil
	}, `SELECT id, provider, day, source, digest, payments, refunds, matched, paid, back, kept, returned, read_by, read_at FROM reconciliation_bill
		WHERE community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// ByID finds a difference.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, difference id.ID) (*Difference, error) {
	all, err := differences(ctx, r, community, "d.id = ?", difference[:])
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	return &all[0], nil
}

// Waiting lists the open differences, the most urgent first.
func (s *Service) Waiting(ctx context.Context, r db.Reader, community id.ID, limit int) ([]Difference, error) {
	return differences(ctx, r, community, `d.id IN (SELECT o.difference_id FROM reconciliation_open o WHERE o.community_id = ?) ORDER BY d.due_at, d.id LIMIT ?`, community[:], limit)
}

// Open lists the open differences with a provider; a bill that is read may settle them.
func (s *Service) Open(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind) ([]Difference, error) {
	return differences(ctx, r, community, `d.id IN (SELECT o.difference_id FROM reconciliation_open o WHERE o.community_id = ?) AND d.provider = ? ORDER BY d.id`, community[:], string(provider))
}

// Borne lists the differences with a provider that were written off and not found since.
func (s *Service) Borne(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind) ([]Difference, error) {
	return differences(ctx, r, community, `d.provider = ?
		AND d.id IN (SELECT x.difference_id FROM reconciliation_step x WHERE x.community_id = ? AND x.kind = 'settled' AND x.way = 'written_off')
		AND d.id NOT IN (SELECT y.difference_id FROM reconciliation_step y WHERE y.community_id = ? AND y.kind = 'recovered') ORDER BY d.id`, string(provider), community[:], community[:])
}

// Of lists the differences of the days from ≤ day ≤ to, the latest day first.
func (s *Service) Of(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]Difference, error) {
	return differences(ctx, r, community, "d.day >= ? AND d.day <= ? ORDER BY d.day DESC, d.id", int64(from), int64(to))
}

// Count is how many differences are open, and whether the time of one is over.
func (s *Service) Count(ctx context.Context, r db.Reader, community id.ID, now time.Time) (n int, late bool, err error) {
	var first sql.NullInt64
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&n, &first) },
		"SELECT count(*), min(due_at) FROM reconciliation_open WHERE community_id = ?", community[:])
	return n, first.Valid && first.Int64 <= now.UnixMicro(), err
}

func differences(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Difference, err error) {
	at := make(map[id.ID]int)
	args = append([]any{community[:]}, args...)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Difference
		var moved, found, due int64
		if err := rows.Scan(&d.ID, &d.Bill, &d.Provider, &d.Day, &d.Kind, &d.Thing, &d.Payment, &d.Refund, &d.Number, &d.Account, &d.Ours, &d.Theirs, &d.Line, &moved, &found, &due); err != nil {
			return err
		}
		d.At, d.FoundAt, d.DueAt = micros(moved), micros(found), micros(due)
		at[d.ID] = len(all)
		all = append(all, d)
		return nil
	}, `SELECT d.id, d.bill_id, d.provider, d.day, d.kind, d.thing, d.payment, d.refund, d.number, d.account, d.ours, d.theirs, d.line, d.moved_at, d.found_at, d.due_at
		FROM reconciliation_difference d WHERE d.community_id = ? AND `+where, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	for i := range all {
		if all[i].Steps, err = steps(ctx, r, community, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func steps(ctx context.Context, r db.Reader, community, difference id.ID) (all []Step, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Step
		var at int64
		if err := rows.Scan(&x.Kind, &x.Way, &x.Person, &x.Words, &x.Reference, &x.Seq, &x.By, &at); err != nil {
			return err
		}
		x.At = micros(at)
		all = append(all, x)
		return nil
	}, `SELECT kind, way, person, words, reference, seq, stepped_by, stepped_at FROM reconciliation_step
		WHERE community_id = ? AND difference_id = ? ORDER BY n`, community[:], difference[:])
	return all, err
}

// Seen reports whether a payment or a refund stood in the bill of another day.
func (s *Service) Seen(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, thing id.ID) (seen bool, err error) {
	err = db.Each(ctx, r, func(*sql.Rows) error { seen = true; return nil },
		"SELECT 1 FROM reconciliation_seen WHERE community_id = ? AND provider = ? AND thing_id = ?", community[:], string(provider), thing[:])
	return seen, err
}

// FeesOf lists what was booked of the fees of a day, the first first.
func (s *Service) FeesOf(ctx context.Context, r db.Reader, community id.ID, provider pay.Kind, day period.Day) ([]Fee, error) {
	return fees(ctx, r, community, "provider = ? AND day = ? ORDER BY n", string(provider), int64(day))
}

// Fees lists what was booked of the fees of the days from ≤ day ≤ to.
func (s *Service) Fees(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) ([]Fee, error) {
	return fees(ctx, r, community, "day >= ? AND day <= ? ORDER BY day, provider, n", int64(from), int64(to))
}

func fees(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Fee, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var f Fee
		var at int64
		if err := rows.Scan(&f.Provider, &f.Day, &f.N, &f.Bill, &f.Kept, &f.Returned, &f.KeptSeq, &f.ReturnedSeq, &at); err != nil {
			return err
		}
		f.At = micros(at)
		all = append(all, f)
		return nil
	}, `SELECT provider, day, n, bill_id, kept, returned, kept_seq, returned_seq, booked_at FROM reconciliation_fee WHERE community_id = ? AND `+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

// Attempts lists the bills of the days from ≤ day ≤ to that could not be read, the latest
// first.
func (s *Service) Attempts(ctx context.Context, r db.Reader, community id.ID, from, to period.Day) (all []Attempt, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Attempt
		var at int64
		if err := rows.Scan(&a.Provider, &a.Day, &at, &a.Outcome, &a.Note, &a.By); err != nil {
			return err
		}
		a.At = micros(at)
		all = append(all, a)
		return nil
	}, `SELECT provider, day, tried_at, outcome, note, tried_by FROM reconciliation_attempt
		WHERE community_id = ? AND day >= ? AND day <= ? ORDER BY tried_at DESC`, community[:], int64(from), int64(to))
	return all, err
}

// Booked is what the records of reconciliation say that an entry moved, for those who
// verify: by its number, in fen, below zero where the provider gave.
func (s *Service) Booked(ctx context.Context, r db.Reader, community id.ID) (map[int64]int64, error) {
	all := make(map[int64]int64)
	take := func(rows *sql.Rows) error {
		var seq, amount int64
		err := rows.Scan(&seq, &amount)
		all[seq] = amount
		return err
	}
	for _, q := range []string{
		"SELECT kept_seq, kept FROM reconciliation_fee WHERE community_id = ? AND kept_seq >= 0",
		"SELECT returned_seq, returned FROM reconciliation_fee WHERE community_id = ? AND returned_seq >= 0",
		`SELECT x.seq, CASE WHEN d.thing = 'refund' THEN d.theirs - d.ours ELSE d.ours - d.theirs END FROM reconciliation_step x
			JOIN reconciliation_difference d ON d.community_id = x.community_id AND d.id = x.difference_id WHERE x.community_id = ? AND x.seq >= 0`,
	} {
		if err := db.Each(ctx, r, take, q, community[:]); err != nil {
			return nil, err
		}
	}
	return all, nil
}
