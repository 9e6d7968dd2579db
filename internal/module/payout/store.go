package payout

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// atOnce is how many rows one statement inserts: engines bound what is bound to it.
const atOnce = 200

// insert writes rows of equal length, some at once.
func insert(ctx context.Context, tx *db.Tx, into string, rows [][]any) error {
	for len(rows) > 0 {
		some := rows[:min(atOnce, len(rows))]
		rows = rows[len(some):]
		one := "(?" + strings.Repeat(", ?", len(some[0])-1) + ")"
		var args []any
		for _, r := range some {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, into+one+strings.Repeat(", "+one, len(some)-1), args...); err != nil {
			return err
		}
	}
	return nil
}

func nextNumber(ctx context.Context, tx *db.Tx) (int64, error) {
	var last *int64
	err := db.One(ctx, tx, &last, "SELECT max(number) FROM payout_batch WHERE community_id = ?", tx.Community[:])
	if err != nil || last == nil {
		return 1, err
	}
	return *last + 1, nil
}

func insertBatch(ctx context.Context, tx *db.Tx, b *Batch) error {
	if _, err := tx.Exec(ctx, "INSERT INTO payout_batch (community_id, id, number, kind, cutoff, through, words, prepared_by, prepared_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], b.Number, string(b.Kind), int64(b.Cutoff), int64(b.Through), b.Words, b.By[:], b.At.UnixMicro(), b.DueAt.UnixMicro()); err != nil {
		return err
	}
	var items, left [][]any
	for n := range b.Items {
		x := &b.Items[n]
		items = append(items, []any{tx.Community[:], b.ID[:], n, x.ID[:], x.Payee[:], int64(x.Held), int64(x.Amount), int64(x.Since), x.Account[:], x.Decision[:]})
	}
	for n := range b.Left {
		x := &b.Left[n]
		left = append(left, []any{tx.Community[:], b.ID[:], n, x.Payee[:], int64(x.Held), string(x.Why)})
	}
	return errors.Join(
		insert(ctx, tx, "INSERT INTO payout_item (community_id, batch_id, place, id, payee_id, held, amount, since, account_id, decision_id) VALUES ", items),
		insert(ctx, tx, "INSERT INTO payout_left (community_id, batch_id, place, payee_id, held, why) VALUES ", left))
}

// readBatches reads the heads of batches.
func readBatches(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Batch, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Batch
		var at, due int64
		var kind, words sql.NullString
		var by []byte
		var ended sql.NullInt64
		if err := rows.Scan(&b.ID, &b.Number, &b.Kind, &b.Cutoff, &b.Through, &b.Words, &b.By, &at, &due, &kind, &words, &by, &ended); err != nil {
			return err
		}
		b.At, b.DueAt, b.End = micros(at), micros(due), endOf(kind, words, by, ended)
		all = append(all, &b)
		return nil
	}, `SELECT b.id, b.number, b.kind, b.cutoff, b.through, b.words, b.prepared_by, b.prepared_at, b.due_at, e.kind, e.words, e.ended_by, e.ended_at
		FROM payout_batch b LEFT JOIN payout_batch_end e ON e.community_id = b.community_id AND e.batch_id = b.id
		WHERE b.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

func endOf(kind, words sql.NullString, by []byte, at sql.NullInt64) *End {
	if !kind.Valid {
		return nil
	}
	return &End{Kind: EndKind(kind.String), Words: words.String, By: idOf(by), At: micros(at.Int64)}
}

// fill reads what belongs to a batch.
func fill(ctx context.Context, r db.Reader, community id.ID, b *Batch) (err error) {
	if b.Items, err = readItems(ctx, r, community, "i.batch_id = ? ORDER BY i.place", b.ID[:]); err != nil {
		return err
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Left
		err := rows.Scan(&x.Payee, &x.Held, &x.Why)
		b.Left = append(b.Left, x)
		return err
	}, "SELECT payee_id, held, why FROM payout_left WHERE community_id = ? AND batch_id = ? ORDER BY place", community[:], b.ID[:]); err != nil {
		return err
	}
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Consent
		var at int64
		err := rows.Scan(&x.Person, &at)
		x.At = micros(at)
		b.Consents = append(b.Consents, x)
		return err
	}, "SELECT person_id, agreed_at FROM payout_consent WHERE community_id = ? AND batch_id = ? ORDER BY agreed_at, person_id", community[:], b.ID[:])
}

// readItems reads items with what became of them.
func readItems(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Item, err error) {
	at := make(map[id.ID]int)
	args = append([]any{community[:]}, args...)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		i := Item{Seq: -1}
		var seq, sent sql.NullInt64
		var number sql.NullString
		if err := rows.Scan(&i.Batch, &i.ID, &i.Payee, &i.Held, &i.Amount, &i.Since, &i.Account, &i.Decision, &seq, &number, &sent); err != nil {
			return err
		}
		if seq.Valid {
			i.Seq = seq.Int64
		}
		if sent.Valid {
			i.Sent = &Sent{number.String, micros(sent.Int64)}
		}
		at[i.ID], all = len(all), append(all, i)
		return nil
	}, `SELECT i.batch_id, i.id, i.payee_id, i.held, i.amount, i.since, i.account_id, i.decision_id, k.seq, t.number, t.sent_at FROM payout_item i
		LEFT JOIN payout_booked k ON k.community_id = i.community_id AND k.item_id = i.id
		LEFT JOIN payout_sent t ON t.community_id = i.community_id AND t.item_id = i.id
		WHERE i.community_id = ? AND `+where, args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.EachSomeOf(all, func(i Item) any { return i.ID[:] }, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var of id.ID
			var o Outcome
			var noted int64
			err := rows.Scan(&of, &o.Kind, &o.Amount, &o.Reference, &o.Reason, &o.Seq, &o.By, &noted)
			o.At = micros(noted)
			all[at[of]].Outcomes = append(all[at[of]].Outcomes, o)
			return err
		}, "SELECT item_id, kind, amount, reference, reason, seq, noted_by, noted_at FROM payout_outcome WHERE community_id = ? AND item_id IN "+in+" ORDER BY item_id, no", args...)
	}, community[:])
}

func accounts(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Account, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Account
		var at int64
		var kind, words sql.NullString
		var by []byte
		var ended sql.NullInt64
		if err := rows.Scan(&a.ID, &a.Kind, &a.Owner, &a.Provider, &a.Number, &a.Name, &a.Why, &a.By, &at, &kind, &words, &by, &ended); err != nil {
			return err
		}
		a.At, a.End = micros(at), endOf(kind, words, by, ended)
		all = append(all, a)
		return nil
	}, `SELECT a.id, a.owner_kind, a.owner_id, a.provider, a.number, a.name, a.why, a.asked_by, a.asked_at, e.kind, e.words, e.ended_by, e.ended_at
		FROM payout_account a LEFT JOIN payout_account_end e ON e.community_id = a.community_id AND e.account_id = a.id
		WHERE a.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

func idOf(b []byte) (v id.ID) {
	if len(b) == len(v) {
		copy(v[:], b)
	}
	return v
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// Booked is what the tables say an entry booked, for those who verify.
type Booked struct {
	Item   id.ID
	Payee  id.ID
	Batch  id.ID
	Amount money.Amount // of the entry
	Back   bool         // it came back
}

// AllBooked is every entry that an item names, and those that two records name.
func (s *Service) AllBooked(ctx context.Context, r db.Reader, community id.ID) (all map[int64]Booked, twice []int64, err error) {
	all = make(map[int64]Booked)
	take := func(back bool) func(rows *sql.Rows) error {
		return func(rows *sql.Rows) error {
			var seq int64
			b := Booked{Back: back}
			if err := rows.Scan(&seq, &b.Item, &b.Payee, &b.Batch, &b.Amount); err != nil {
				return err
			}
			if _, known := all[seq]; known {
				twice = append(twice, seq)
			}
			all[seq] = b
			return nil
		}
	}
	if err := db.Each(ctx, r, take(false), `SELECT k.seq, i.id, i.payee_id, i.batch_id, k.amount FROM payout_booked k
		JOIN payout_item i ON i.community_id = k.community_id AND i.id = k.item_id WHERE k.community_id = ?`, community[:]); err != nil {
		return nil, nil, err
	}
	return all, twice, db.Each(ctx, r, take(true), `SELECT o.seq, i.id, i.payee_id, i.batch_id, o.amount FROM payout_outcome o
		JOIN payout_item i ON i.community_id = o.community_id AND i.id = o.item_id WHERE o.community_id = ? AND o.seq >= 0`, community[:])
}

// Due is an item of which a provider is to be told, or asked.
type Due struct {
	Item  id.ID
	Tries int
}

// DueItems are those whose time has come, the longest due first. Those without a
// provider here are not asked for: providers are the kinds that are wired.
func (s *Service) DueItems(ctx context.Context, r db.Reader, community id.ID, now time.Time, providers []pay.Kind, limit int) (all []Due, err error) {
	if len(providers) == 0 {
		return nil, nil
	}
	args := []any{community[:], now.UnixMicro()}
	for _, p := range providers {
		args = append(args, string(p))
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Due
		err := rows.Scan(&d.Item, &d.Tries)
		all = append(all, d)
		return err
	}, `SELECT d.item_id, d.tries FROM payout_due d JOIN payout_item i ON i.community_id = d.community_id AND i.id = d.item_id
		JOIN payout_account a ON a.community_id = i.community_id AND a.id = i.account_id
		WHERE d.community_id = ? AND d.due_at <= ? AND a.provider IN (?`+strings.Repeat(", ?", len(providers)-1)+") ORDER BY d.due_at, d.item_id LIMIT ?", append(args, limit)...)
	return all, err
}

// LastThrough is the last day that an item of a payee was booked for, false if none was.
func (s *Service) LastThrough(ctx context.Context, r db.Reader, community id.ID, kind Kind, payee id.ID) (period.Day, bool, error) {
	var last *int64
	err := db.One(ctx, r, &last, `SELECT max(b.through) FROM payout_item i JOIN payout_batch b ON b.community_id = i.community_id AND b.id = i.batch_id
		JOIN payout_booked k ON k.community_id = i.community_id AND k.item_id = i.id
		WHERE i.community_id = ? AND i.payee_id = ? AND b.kind = ?`, community[:], payee[:], string(kind))
	if err != nil || last == nil {
		return 0, false, err
	}
	return period.Day(*last), true, nil
}
