package marketday

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// listMost bounds a list.
const listMost = 10_000

// DayByID finds a day.
func (s *Service) DayByID(ctx context.Context, r db.Reader, community, day id.ID) (*Day, error) {
	all, err := findDays(ctx, r, community, "d.id = ? ORDER BY s.taken_at", day[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Days are the days that end after an instant, the earliest first.
func (s *Service) Days(ctx context.Context, r db.Reader, community id.ID, after time.Time) ([]*Day, error) {
	return findDays(ctx, r, community, "d.ends_at > ? ORDER BY d.begins_at, d.id, s.taken_at", after.UnixMicro())
}

// over is true of a day d that was closed or called off.
const over = "EXISTS (SELECT 1 FROM marketday_step o WHERE o.community_id = d.community_id AND o.day_id = d.id AND o.state IN ('closed', 'off'))"

// Left are the days that ended before an instant, however long ago, and that nobody closed,
// the earliest first.
func (s *Service) Left(ctx context.Context, r db.Reader, community id.ID, before time.Time) ([]*Day, error) {
	return findDays(ctx, r, community, "d.ends_at < ? AND NOT "+over+" ORDER BY d.begins_at, d.id, s.taken_at", before.UnixMicro())
}

// Past are days that ended before an instant, the latest first, at most so many.
func (s *Service) Past(ctx context.Context, r db.Reader, community id.ID, before time.Time, limit int) ([]*Day, error) {
	all, err := findDays(ctx, r, community, "d.ends_at <= ? ORDER BY d.begins_at DESC, d.id DESC, s.taken_at LIMIT ?", before.UnixMicro(), 2*limit)
	return all[:min(len(all), limit)], err
}

// Ended are days that were closed or called off, the latest first, at most so many.
func (s *Service) Ended(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Day, error) {
	all, err := findDays(ctx, r, community, over+" ORDER BY d.begins_at DESC, d.id DESC, s.taken_at LIMIT ?", 2*limit)
	return all[:min(len(all), limit)], err
}

func findDays(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Day, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		d := &Day{}
		var begins, ends, at int64
		var state, words *string
		var taken *int64
		var by []byte
		if err := rows.Scan(&d.ID, &d.Title, &d.About, &d.Place, &begins, &ends, &d.Tables, &at, &d.By, &state, &words, &taken, &by); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].ID == d.ID {
			d = all[n-1]
		} else {
			d.Begins, d.Ends, d.At = micros(begins), micros(ends), micros(at)
			all = append(all, d)
		}
		if state != nil {
			x := Step{State: State(*state), Words: *words, At: micros(*taken)}
			copy(x.By[:], by)
			d.Steps = append(d.Steps, x)
		}
		return nil
	}, `SELECT d.id, d.title, d.about, d.place, d.begins_at, d.ends_at, d.tables, d.called_at, d.called_by, s.state, s.words, s.taken_at, s.taken_by
		FROM marketday_day d LEFT JOIN marketday_step s ON s.community_id = d.community_id AND s.day_id = d.id WHERE d.community_id = ? AND `+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

func insertDay(ctx context.Context, tx *db.Tx, d *Day) error {
	_, err := tx.Exec(ctx, "INSERT INTO marketday_day (community_id, id, title, about, place, begins_at, ends_at, tables, called_at, called_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], d.Title, d.About, d.Place, d.Begins.UnixMicro(), d.Ends.UnixMicro(), d.Tables, d.At.UnixMicro(), d.By[:])
	return err
}

func insertStep(ctx context.Context, tx *db.Tx, day id.ID, x Step) error {
	_, err := tx.Exec(ctx, "INSERT INTO marketday_step (community_id, day_id, state, words, taken_at, taken_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], day[:], string(x.State), x.Words, x.At.UnixMicro(), x.By[:])
	return err
}

// Stalls are all stalls of a day by table, also those that were given up.
func (s *Service) Stalls(ctx context.Context, r db.Reader, community, day id.ID) ([]*Stall, error) {
	return findStalls(ctx, r, community, "s.day_id = ? ORDER BY s.number, s.id", day[:])
}

// StallsOf are a member's stalls, the latest first.
func (s *Service) StallsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Stall, error) {
	return findStalls(ctx, r, community, "s.member_id = ? ORDER BY s.taken_at DESC, s.id LIMIT ?", member[:], listMost)
}

// StallByID finds a stall.
func (s *Service) StallByID(ctx context.Context, r db.Reader, community, stall id.ID) (*Stall, error) {
	all, err := findStalls(ctx, r, community, "s.id = ?", stall[:])
	if err == nil && len(all) == 0 {
		err = ErrNoStall
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func findStalls(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Stall, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Stall{}
		var at int64
		var words *string
		var ended *int64
		var by []byte
		if err := rows.Scan(&x.ID, &x.Day, &x.Number, &x.Member, &x.Shop, &x.Sort, &x.Title, &x.About, &x.Minutes, &at, &x.By, &words, &ended, &by); err != nil {
			return err
		}
		x.At = micros(at)
		if words != nil {
			x.End = &End{Words: *words, At: micros(*ended)}
			copy(x.End.By[:], by)
		}
		all = append(all, x)
		return nil
	}, `SELECT s.id, s.day_id, s.number, s.member_id, s.shop_id, s.sort, s.title, s.about, s.minutes, s.taken_at, s.taken_by, e.words, e.ended_at, e.ended_by
		FROM marketday_stall s LEFT JOIN marketday_stall_end e ON e.community_id = s.community_id AND e.stall_id = s.id WHERE s.community_id = ? AND `+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

func insertStall(ctx context.Context, tx *db.Tx, x *Stall) error {
	_, err := tx.Exec(ctx, `INSERT INTO marketday_stall (community_id, id, day_id, number, member_id, shop_id, sort, title, about, minutes, taken_at, taken_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], x.ID[:], x.Day[:], x.Number, x.Member[:], x.Shop[:], string(x.Sort), x.Title, x.About, x.Minutes,
		x.At.UnixMicro(), x.By[:])
	return err
}

// occupy reports whether a table was free for a stall.
func occupy(ctx context.Context, tx *db.Tx, day id.ID, number int, stall id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO marketday_table (community_id, day_id, number, stall_id) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, day_id, number) DO NOTHING",
		tx.Community[:], day[:], number, stall[:])
	return n == 1, err
}

func endStall(ctx context.Context, tx *db.Tx, x *Stall) error {
	if _, err := tx.Exec(ctx, "DELETE FROM marketday_table WHERE community_id = ? AND day_id = ? AND number = ?", tx.Community[:], x.Day[:], x.Number); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO marketday_stall_end (community_id, stall_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], x.End.Words, x.End.At.UnixMicro(), x.End.By[:])
	return err
}

// PiecesIn are the goods of a day's stalls, as was said last of each.
func (s *Service) PiecesIn(ctx context.Context, r db.Reader, community, day id.ID) (map[id.ID]Pieces, error) {
	all := make(map[id.ID]Pieces)
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var stall id.ID
		var p Pieces
		err := rows.Scan(&stall, &p.Given, &p.Swapped, &p.Sold)
		all[stall] = p // the latest comes last
		return err
	}, `SELECT g.stall_id, g.given, g.swapped, g.sold FROM marketday_goods g JOIN marketday_stall s ON s.community_id = g.community_id AND s.id = g.stall_id
		WHERE g.community_id = ? AND s.day_id = ? ORDER BY g.stall_id, g.said_at`, community[:], day[:])
}

func insertGoods(ctx context.Context, tx *db.Tx, stall id.ID, p Pieces) error {
	_, err := tx.Exec(ctx, `INSERT INTO marketday_goods (community_id, stall_id, said_at, given, swapped, sold, said_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, stall_id, said_at) DO UPDATE SET given = excluded.given, swapped = excluded.swapped, sold = excluded.sold`,
		tx.Community[:], stall[:], tx.Now.UnixMicro(), p.Given, p.Swapped, p.Sold, tx.Actor.ID[:])
	return err
}

// PaymentByID finds a payment.
func (s *Service) PaymentByID(ctx context.Context, r db.Reader, community, payment id.ID) (*Payment, error) {
	return one(findPayments(ctx, r, community, "p.id = ? ORDER BY w.said_at", payment[:]))
}

// PaymentByToken finds what a form paid.
func (s *Service) PaymentByToken(ctx context.Context, r db.Reader, community id.ID, token string) (*Payment, error) {
	return one(findPayments(ctx, r, community, "p.token = ? ORDER BY w.said_at", token))
}

func one(all []*Payment, err error) (*Payment, error) {
	if err == nil && len(all) == 0 {
		err = ErrNoPayment
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Payments are those of a day, the latest first.
func (s *Service) Payments(ctx context.Context, r db.Reader, community, day id.ID) ([]*Payment, error) {
	return findPayments(ctx, r, community, "p.day_id = ? ORDER BY p.paid_at DESC, p.id DESC, w.said_at", day[:])
}

// PaymentsAt are those of a stall, the latest first.
func (s *Service) PaymentsAt(ctx context.Context, r db.Reader, community, stall id.ID) ([]*Payment, error) {
	return findPayments(ctx, r, community, "p.stall_id = ? ORDER BY p.paid_at DESC, p.id DESC, w.said_at", stall[:])
}

// PaymentsOf are what a member paid, the latest first.
func (s *Service) PaymentsOf(ctx context.Context, r db.Reader, community, payer id.ID) ([]*Payment, error) {
	return findPayments(ctx, r, community, "p.payer_id = ? ORDER BY p.paid_at DESC, p.id DESC, w.said_at", payer[:])
}

// ByCodeOn is what was paid by a member's codes on a day.
func (s *Service) ByCodeOn(ctx context.Context, r db.Reader, community, day, payer id.ID) (v money.Amount, err error) {
	all, err := findPayments(ctx, r, community, "p.day_id = ? AND p.payer_id = ? ORDER BY p.id, w.said_at", day[:], payer[:])
	for _, p := range all {
		if p.How == ByCode && p.Undone == nil {
			v += p.Coins
		}
	}
	return v, err
}

func findPayments(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Payment, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		p := &Payment{}
		var shown, at int64
		var undoSeq, undoAt, saidAt *int64
		var undoBy, saidBy []byte
		var side, words *string
		if err := rows.Scan(&p.ID, &p.Day, &p.Stall, &p.Payer, &p.How, &p.Minutes, &p.Coins, &shown, &at, &p.By, &p.Token, &p.Seq, &undoSeq, &undoAt, &undoBy,
			&side, &words, &saidAt, &saidBy); err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].ID == p.ID {
			p = all[n-1]
		} else {
			p.Shown, p.At = micros(shown), micros(at)
			if undoSeq != nil {
				p.Undone = &Undone{Seq: *undoSeq, At: micros(*undoAt)}
				copy(p.Undone.By[:], undoBy)
			}
			all = append(all, p)
		}
		if side != nil {
			w := Want{Side: Side(*side), Words: *words, At: micros(*saidAt)}
			copy(w.By[:], saidBy)
			p.Wants = append(p.Wants, w)
		}
		return nil
	}, `SELECT p.id, p.day_id, p.stall_id, p.payer_id, p.how, p.minutes, p.coins, p.shown_at, p.paid_at, p.paid_by, p.token, p.seq, u.seq, u.undone_at, u.undone_by,
		w.side, w.words, w.said_at, w.said_by FROM marketday_payment p
		LEFT JOIN marketday_undo u ON u.community_id = p.community_id AND u.payment_id = p.id
		LEFT JOIN marketday_undo_word w ON w.community_id = p.community_id AND w.payment_id = p.id WHERE p.community_id = ? AND `+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

func insertPayment(ctx context.Context, tx *db.Tx, p *Payment) error {
	_, err := tx.Exec(ctx, `INSERT INTO marketday_payment (community_id, id, day_id, stall_id, payer_id, how, minutes, coins, shown_at, paid_at, paid_by, token, seq)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], p.ID[:], p.Day[:], p.Stall[:], p.Payer[:], string(p.How), p.Minutes, int64(p.Coins),
		p.Shown.UnixMicro(), p.At.UnixMicro(), p.By[:], p.Token, p.Seq)
	return err
}

func insertWant(ctx context.Context, tx *db.Tx, payment id.ID, w Want) error {
	_, err := tx.Exec(ctx, "INSERT INTO marketday_undo_word (community_id, payment_id, side, words, said_at, said_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], payment[:], string(w.Side), w.Words, w.At.UnixMicro(), w.By[:])
	return err
}

func insertUndo(ctx context.Context, tx *db.Tx, p *Payment) error {
	_, err := tx.Exec(ctx, "INSERT INTO marketday_undo (community_id, payment_id, seq, undone_at, undone_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], p.Undone.Seq, p.Undone.At.UnixMicro(), p.Undone.By[:])
	return err
}

// forgottenStall stands where a stall's title was.
const forgottenStall = "-"

func forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	for _, q := range []string{
		"UPDATE marketday_stall SET title = '" + forgottenStall + "', about = '' WHERE community_id = ? AND member_id = ?",
		`UPDATE marketday_undo_word SET words = '' WHERE community_id = ? AND side = 'payer' AND payment_id IN
			(SELECT p.id FROM marketday_payment p WHERE p.community_id = marketday_undo_word.community_id AND p.payer_id = ?)`,
		`UPDATE marketday_undo_word SET words = '' WHERE community_id = ? AND side = 'holder' AND payment_id IN
			(SELECT p.id FROM marketday_payment p JOIN marketday_stall s ON s.community_id = p.community_id AND s.id = p.stall_id
			WHERE p.community_id = marketday_undo_word.community_id AND s.member_id = ?)`,
	} {
		if _, err := tx.Exec(ctx, q, tx.Community[:], member[:]); err != nil {
			return err
		}
	}
	return nil
}
