package draw

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to draws. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Begin makes the seed of a draw that Validate accepted. The caller publishes the hash
// that it comes back with, and then opens the draw with the entry's number.
func (s *Service) Begin(tx *db.Tx, d *Draw) (seed Hash) {
	first, second := tx.NewSecret(), tx.NewSecret()
	copy(seed[:], append(first[:], second[:]...))
	d.ID, d.By, d.At, d.SeedHash, d.End, d.Outcome = tx.NewID(), tx.Actor.ID, tx.Now, Commit(seed), nil, nil
	return seed
}

// Open opens a draw whose promise entry d.Seq published.
func (s *Service) Open(ctx context.Context, tx *db.Tx, d *Draw, seed Hash) (err error) {
	defer fault.Wrap(&err, "draw: open")
	if Commit(seed) != d.SeedHash {
		return errors.New("another seed than was promised")
	}
	if _, err := tx.Exec(ctx, "INSERT INTO draw (community_id, id, title, words, shop_id, least, closes_at, collect_days, seed_hash, seq, opened_by, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], d.Title, d.Words, d.Shop[:], int64(d.Least), d.ClosesAt.UnixMicro(), d.CollectDays, d.SeedHash[:], d.Seq, d.By[:], d.At.UnixMicro()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO draw_seed (community_id, draw_id, seed) VALUES (?, ?, ?)", tx.Community[:], d.ID[:], seed[:]); err != nil {
		return err
	}
	for i, b := range d.Bags {
		if _, err := tx.Exec(ctx, "INSERT INTO draw_bag (community_id, draw_id, place, kind, name, count, worth, points, cost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], d.ID[:], i, string(b.Kind), b.Name, b.Count, int64(b.Worth), int64(b.Points), int64(b.Cost)); err != nil {
			return err
		}
	}
	return nil
}

// Enter notes that a member enters, with what she throws in. Once each.
func (s *Service) Enter(ctx context.Context, tx *db.Tx, d *Draw, member id.ID, nonce string) (e Entry, err error) {
	defer fault.Wrap(&err, "draw: enter")
	nonce = strings.TrimSpace(nonce)
	switch before, err := s.EntryOf(ctx, tx, tx.Community, d.ID, member); {
	case err != nil:
		return e, err
	case before != nil:
		return *before, ErrEntered
	case !d.Open(tx.Now):
		return e, ErrOver
	case utf8.RuneCountInString(nonce) > maxNonce:
		return e, ErrBadNonce.On("nonce")
	}
	e = Entry{Draw: d.ID, Member: member, Nonce: nonce, Hash: sha256.Sum256([]byte(nonce)), At: tx.Now}
	if e.Ticket, err = s.freeTicket(ctx, tx, d.ID); err != nil {
		return e, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO draw_entry (community_id, draw_id, member_id, ticket, nonce, nonce_hash, entered_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], member[:], e.Ticket, e.Nonce, e.Hash[:], e.At.UnixMicro())
	return e, err
}

// digits makes a number of eight digits, the first not zero.
func digits(tx *db.Tx) string {
	b := tx.NewSecret()
	n := uint64(0)
	for _, x := range b[:8] {
		n = n<<8 | uint64(x)
	}
	return fmt.Sprint(10_000_000 + n%90_000_000)
}

// freeTicket is a number that nobody of a draw has.
func (s *Service) freeTicket(ctx context.Context, tx *db.Tx, draw id.ID) (string, error) {
	for range 20 {
		text, n := digits(tx), 0
		if err := db.One(ctx, tx, &n, "SELECT count(*) FROM draw_entry WHERE community_id = ? AND draw_id = ? AND ticket = ?", tx.Community[:], draw[:], text); err != nil || n == 0 {
			return text, err
		}
	}
	return "", errors.New("no number is free")
}

// codes are so many different codes that no bag of the community has.
func codes(ctx context.Context, tx *db.Tx, n int) (all []string, err error) {
	taken := make(map[string]bool)
	for len(all) < n {
		var some []string
		for len(some) < min(atOnce, n-len(all)) {
			if text := digits(tx); !taken[text] {
				taken[text] = true
				some = append(some, text)
			}
		}
		known := make(map[string]bool)
		if err := db.EachSomeOf(some, func(text string) any { return text }, func(in string, args []any) error {
			return db.Each(ctx, tx, func(rows *sql.Rows) error {
				var text string
				err := rows.Scan(&text)
				known[text] = true
				return err
			}, "SELECT code FROM draw_win WHERE community_id = ? AND code IN "+in, args...)
		}, tx.Community[:]); err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(some, func(text string) bool { return known[text] })...)
	}
	return all, nil
}

// Cancel calls a draw off that is open.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, d *Draw, words string, seq int64) error {
	words = strings.TrimSpace(words)
	switch {
	case d.End != nil:
		return ErrOver
	case words == "" || utf8.RuneCountInString(words) > maxWords:
		return ErrNoReason.On("reason")
	}
	return s.end(ctx, tx, d, End{Kind: Cancelled, Words: words, Seq: seq})
}

// Close ends the entries of a draw whose time is over; entry seq published the list's
// hash.
func (s *Service) Close(ctx context.Context, tx *db.Tx, d *Draw, entries int, list Hash, seq int64) error {
	if d.End != nil || tx.Now.Before(d.ClosesAt) {
		return ErrOver
	}
	return s.end(ctx, tx, d, End{Kind: Closed, Entries: entries, List: list, Seq: seq})
}

func (s *Service) end(ctx context.Context, tx *db.Tx, d *Draw, e End) error {
	e.By, e.At = tx.Actor.ID, tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO draw_end (community_id, draw_id, kind, entries, list_hash, words, seq, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], string(e.Kind), e.Entries, e.List[:], e.Words, e.Seq, e.By[:], e.At.UnixMicro())
	if err == nil {
		d.End = &e
	}
	return err
}

// Draw notes the winners of a closed draw; entry o.Seq published them with the seed.
func (s *Service) Draw(ctx context.Context, tx *db.Tx, d *Draw, o Outcome, winners []string) (err error) {
	defer fault.Wrap(&err, "draw: %s", d.ID)
	if d.End == nil || d.End.Kind != Closed || d.Outcome != nil {
		return ErrOver
	}
	o.At = tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO draw_outcome (community_id, draw_id, size, root, seq, drawn_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], o.Size, o.Root[:], o.Seq, o.At.UnixMicro()); err != nil {
		return err
	}
	said, err := codes(ctx, tx, len(winners))
	if err != nil {
		return err
	}
	var rows [][]any
	for i, ticket := range winners {
		w := Win{Draw: d.ID, Place: i, Ticket: ticket, Bag: d.BagOf(i), Code: said[i]}
		rows = append(rows, []any{tx.Community[:], d.ID[:], w.Place, w.Ticket, w.Bag, w.Code})
		o.Wins = append(o.Wins, w)
	}
	d.Outcome = &o
	return insert(ctx, tx, "INSERT INTO draw_win (community_id, draw_id, place, ticket, bag, code) VALUES ", rows)
}

// Give notes what became of a bag. It is somebody's once.
func (s *Service) Give(ctx context.Context, tx *db.Tx, w *Win, kind GivenKind, seq int64) error {
	if w.Given != nil {
		if w.Given.Kind == Lapsed {
			return ErrLapsed
		}
		return ErrTaken
	}
	g := Given{Kind: kind, Seq: seq, By: tx.Actor.ID, At: tx.Now}
	_, err := tx.Exec(ctx, "INSERT INTO draw_given (community_id, draw_id, place, kind, seq, given_by, given_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], w.Draw[:], w.Place, string(kind), seq, g.By[:], g.At.UnixMicro())
	if err == nil {
		w.Given = &g
	}
	return err
}

// Forget takes out what a member wrote who is forgotten; her ticket stays in a list that
// was published.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE draw_entry SET nonce = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}

// Lines are entries as the published list has them.
func Lines(entries []Entry) []Line {
	lines := make([]Line, len(entries))
	for i, e := range entries {
		lines[i] = Line{e.Ticket, e.Hash}
	}
	return lines
}

// Tickets are the tickets of entries, in order.
func Tickets(entries []Entry) []string {
	tickets := make([]string, len(entries))
	for i, e := range entries {
		tickets[i] = e.Ticket
	}
	slices.Sort(tickets)
	return tickets
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
