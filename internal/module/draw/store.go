package draw

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// atOnce is how many rows one statement inserts.
const atOnce = 200

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

// Draws lists a community's draws, the latest first, without their entries and wins.
func (s *Service) Draws(ctx context.Context, r db.Reader, community id.ID, limit, offset int) ([]*Draw, error) {
	return read(ctx, r, community, "1 = 1 ORDER BY d.id DESC LIMIT ? OFFSET ?", limit, offset)
}

// Count is how many draws there are.
func (s *Service) Count(ctx context.Context, r db.Reader, community id.ID) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM draw WHERE community_id = ?", community[:])
	return n, err
}

// At lists the draws whose goods are collected at a shop, the latest first.
func (s *Service) At(ctx context.Context, r db.Reader, community, shop id.ID, limit int) ([]*Draw, error) {
	return read(ctx, r, community, "d.shop_id = ? ORDER BY d.id DESC LIMIT ?", shop[:], limit)
}

// ByID finds a draw with its wins.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, at id.ID) (*Draw, error) {
	all, err := read(ctx, r, community, "d.id = ?", at[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if o := all[0].Outcome; o != nil {
		o.Wins, err = readWins(ctx, r, community, "w.draw_id = ? ORDER BY w.place", at[:])
	}
	return all[0], err
}

// ToClose are the draws whose time is over and whose entries have not ended.
func (s *Service) ToClose(ctx context.Context, r db.Reader, community id.ID, now time.Time) ([]*Draw, error) {
	return read(ctx, r, community, "e.draw_id IS NULL AND d.closes_at <= ? ORDER BY d.closes_at, d.id LIMIT 20", now.UnixMicro())
}

// ToDraw are the closed draws that were not drawn.
func (s *Service) ToDraw(ctx context.Context, r db.Reader, community id.ID) ([]*Draw, error) {
	return read(ctx, r, community, "e.kind = 'closed' AND o.draw_id IS NULL ORDER BY e.ended_at, d.id LIMIT 20")
}

func read(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Draw, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Draw
		var closes, at int64
		var seedHash, list, by, root, seed []byte
		var kind, words sql.NullString
		var entries, endSeq, ended, size, seq, drawn sql.NullInt64
		if err := rows.Scan(&d.ID, &d.Title, &d.Words, &d.Shop, &d.Least, &closes, &d.CollectDays, &seedHash, &d.Seq, &d.By, &at,
			&kind, &entries, &list, &words, &endSeq, &by, &ended, &size, &root, &seq, &drawn, &seed); err != nil {
			return err
		}
		d.ClosesAt, d.At = micros(closes), micros(at)
		copy(d.SeedHash[:], seedHash)
		if kind.Valid {
			d.End = &End{Kind: EndKind(kind.String), Entries: int(entries.Int64), Words: words.String, Seq: endSeq.Int64, By: idOf(by), At: micros(ended.Int64)}
			copy(d.End.List[:], list)
		}
		if drawn.Valid { // the seed is told with the outcome, and never before
			d.Outcome = &Outcome{Size: size.Int64, Seq: seq.Int64, At: micros(drawn.Int64)}
			copy(d.Outcome.Root[:], root)
			copy(d.Outcome.Seed[:], seed)
		}
		all = append(all, &d)
		return nil
	}, `SELECT d.id, d.title, d.words, d.shop_id, d.least, d.closes_at, d.collect_days, d.seed_hash, d.seq, d.opened_by, d.opened_at,
		e.kind, e.entries, e.list_hash, e.words, e.seq, e.ended_by, e.ended_at, o.size, o.root, o.seq, o.drawn_at, CASE WHEN o.draw_id IS NULL THEN NULL ELSE k.seed END
		FROM draw d LEFT JOIN draw_end e ON e.community_id = d.community_id AND e.draw_id = d.id
		LEFT JOIN draw_outcome o ON o.community_id = d.community_id AND o.draw_id = d.id
		LEFT JOIN draw_seed k ON k.community_id = d.community_id AND k.draw_id = d.id
		WHERE d.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	for _, d := range all {
		if err == nil {
			err = fill(ctx, r, community, d)
		}
	}
	return all, err
}

// fill reads the bags of a draw, and how many entered.
func fill(ctx context.Context, r db.Reader, community id.ID, d *Draw) error {
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Bag
		err := rows.Scan(&b.Kind, &b.Name, &b.Count, &b.Worth, &b.Points, &b.Cost)
		d.Bags = append(d.Bags, b)
		return err
	}, "SELECT kind, name, count, worth, points, cost FROM draw_bag WHERE community_id = ? AND draw_id = ? ORDER BY place", community[:], d.ID[:]); err != nil {
		return err
	}
	return db.One(ctx, r, &d.Entries, "SELECT count(*) FROM draw_entry WHERE community_id = ? AND draw_id = ?", community[:], d.ID[:])
}

func readWins(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Win, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var w Win
		var kind sql.NullString
		var seq, at sql.NullInt64
		var by []byte
		if err := rows.Scan(&w.Draw, &w.Place, &w.Ticket, &w.Bag, &w.Code, &kind, &seq, &by, &at); err != nil {
			return err
		}
		if kind.Valid {
			w.Given = &Given{Kind: GivenKind(kind.String), Seq: seq.Int64, By: idOf(by), At: micros(at.Int64)}
		}
		all = append(all, w)
		return nil
	}, `SELECT w.draw_id, w.place, w.ticket, w.bag, w.code, g.kind, g.seq, g.given_by, g.given_at FROM draw_win w
		LEFT JOIN draw_given g ON g.community_id = w.community_id AND g.draw_id = w.draw_id AND g.place = w.place
		WHERE w.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Entries are all of a draw, by ticket.
func (s *Service) Entries(ctx context.Context, r db.Reader, community, draw id.ID) ([]Entry, error) {
	return readEntries(ctx, r, "community_id = ? AND draw_id = ? ORDER BY ticket", community[:], draw[:])
}

// EntryOf is a member's entry, nil if she has none.
func (s *Service) EntryOf(ctx context.Context, r db.Reader, community, draw, member id.ID) (*Entry, error) {
	all, err := readEntries(ctx, r, "community_id = ? AND draw_id = ? AND member_id = ?", community[:], draw[:], member[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Holder is the entry with a ticket.
func (s *Service) Holder(ctx context.Context, r db.Reader, community, draw id.ID, ticket string) (*Entry, error) {
	all, err := readEntries(ctx, r, "community_id = ? AND draw_id = ? AND ticket = ?", community[:], draw[:], ticket)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// OfMember are a member's entries, the latest first.
func (s *Service) OfMember(ctx context.Context, r db.Reader, community, member id.ID) ([]Entry, error) {
	return readEntries(ctx, r, "community_id = ? AND member_id = ? ORDER BY draw_id DESC", community[:], member[:])
}

func readEntries(ctx context.Context, r db.Reader, where string, args ...any) (all []Entry, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var e Entry
		var hash []byte
		var at int64
		err := rows.Scan(&e.Draw, &e.Member, &e.Ticket, &e.Nonce, &hash, &at)
		copy(e.Hash[:], hash)
		e.At = micros(at)
		all = append(all, e)
		return err
	}, "SELECT draw_id, member_id, ticket, nonce, nonce_hash, entered_at FROM draw_entry WHERE "+where, args...)
	return all, err
}

// WinOf is what a ticket drew, nil if nothing.
func (s *Service) WinOf(ctx context.Context, r db.Reader, community, draw id.ID, ticket string) (*Win, error) {
	all, err := readWins(ctx, r, community, "w.draw_id = ? AND w.ticket = ?", draw[:], ticket)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// ByCode finds a bag by the digits that somebody says at a counter.
func (s *Service) ByCode(ctx context.Context, r db.Reader, community id.ID, code string) (*Win, error) {
	all, err := readWins(ctx, r, community, "w.code = ?", code)
	if err == nil && len(all) == 0 {
		err = ErrNoBag
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// Ungiven are bags of some kinds that wait, in order.
func (s *Service) Ungiven(ctx context.Context, r db.Reader, community id.ID, kinds []BagKind, limit int) ([]Win, error) {
	var args []any
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return readWins(ctx, r, community, `g.place IS NULL AND EXISTS (SELECT 1 FROM draw_bag b WHERE b.community_id = w.community_id AND b.draw_id = w.draw_id AND b.place = w.bag
		AND b.kind IN (?`+strings.Repeat(", ?", len(kinds)-1)+")) ORDER BY w.draw_id, w.place LIMIT ?", append(args, limit)...)
}

// Overdue are bags that nobody collected in time, in order.
func (s *Service) Overdue(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]Win, error) {
	return readWins(ctx, r, community, `g.place IS NULL AND EXISTS (SELECT 1 FROM draw_outcome o JOIN draw d ON d.community_id = o.community_id AND d.id = o.draw_id
		WHERE o.community_id = w.community_id AND o.draw_id = w.draw_id AND o.drawn_at + d.collect_days * ? <= ?) ORDER BY w.draw_id, w.place LIMIT ?`, (24 * time.Hour).Microseconds(), now.UnixMicro(), limit)
}

// ToTell is a draw of which not all winners were told, nil if there is none, and how many
// were.
func (s *Service) ToTell(ctx context.Context, r db.Reader, community id.ID) (d *Draw, upto int, err error) {
	var at id.ID
	found := false
	if err := db.Each(ctx, r, func(rows *sql.Rows) error { found = true; return rows.Scan(&at, &upto) },
		`SELECT o.draw_id, coalesce(t.upto, 0) FROM draw_outcome o LEFT JOIN draw_told t ON t.community_id = o.community_id AND t.draw_id = o.draw_id
			WHERE o.community_id = ? AND EXISTS (SELECT 1 FROM draw_win w WHERE w.community_id = o.community_id AND w.draw_id = o.draw_id AND w.place >= coalesce(t.upto, 0)) ORDER BY o.draw_id LIMIT 1`, community[:]); err != nil || !found {
		return nil, 0, err
	}
	d, err = s.ByID(ctx, r, community, at)
	return d, upto, err
}

// Told notes how many of a draw's winners were told.
func (s *Service) Told(ctx context.Context, tx *db.Tx, d *Draw, upto int) error {
	_, err := tx.Exec(ctx, "INSERT INTO draw_told (community_id, draw_id, upto) VALUES (?, ?, ?) ON CONFLICT (community_id, draw_id) DO UPDATE SET upto = excluded.upto", tx.Community[:], d.ID[:], upto)
	return err
}

// SeedOf is the seed of a draw whose entries have ended: for the drawing, and for those
// who verify it.
func (s *Service) SeedOf(ctx context.Context, r db.Reader, community, draw id.ID) (seed Hash, err error) {
	var b []byte
	err = db.One(ctx, r, &b, `SELECT k.seed FROM draw_seed k JOIN draw_end e ON e.community_id = k.community_id AND e.draw_id = k.draw_id
		WHERE k.community_id = ? AND k.draw_id = ? AND e.kind = 'closed'`, community[:], draw[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	copy(seed[:], b)
	return seed, err
}

func idOf(b []byte) (v id.ID) {
	if len(b) == len(v) {
		copy(v[:], b)
	}
	return v
}
