package notice

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// ErrMoved refuses notices of entries that do not begin where the books were told
// last: somebody else has told them already.
var ErrMoved = errors.New("notice: the books were told elsewhere")

// Told is the number of the first entry of some books that was not told yet.
func (s *Service) Told(ctx context.Context, r db.Reader, books id.ID) (next int64, err error) {
	err = db.One(ctx, r, &next, "SELECT next_seq FROM notice_position WHERE community_id = ? AND books_id = ?", id.Tilde[:], books[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return next, err
}

// Tell puts what the entries [from, to) of some books say into the inboxes, and
// notes that they are told, in one transaction. Whoever wishes such a kind by
// another way too gets it. tx belongs to "~".
func (s *Service) Tell(ctx context.Context, tx *db.Tx, books id.ID, from, to int64, notices []Notice, reach map[id.ID]Reach) (err error) {
	defer fault.Wrap(&err, "notice: tell entries %d to %d", from, to)
	at, err := s.Told(ctx, tx, books)
	if err != nil {
		return err
	}
	if at != from {
		return fmt.Errorf("%w: at entry %d", ErrMoved, at)
	}
	choices, err := s.Chosen(ctx, tx, notices)
	if err != nil {
		return err
	}
	ids := inOrder(tx, len(notices))
	var plain []Item
	for i, n := range notices {
		k, ok := KindOf(n.Kind)
		if !ok {
			return ErrNoKind.With("kind", n.Kind)
		}
		if !s.Leaves(k, choices[n.Person]) {
			plain = append(plain, Item{ID: ids[i], Person: n.Person, Kind: k, Cause: n.Cause, Place: n.Place, Args: n.Args, Link: n.Link, At: n.At})
			s.forget(n.Person)
			continue
		}
		to, known := reach[n.Person]
		if !known {
			continue // she was forgotten meanwhile
		}
		if err := s.Deliver(ctx, tx, n, to); err != nil {
			return err
		}
	}
	if err := insertMany(ctx, tx, plain); err != nil {
		return err
	}
	return toldUpTo(ctx, tx, books, to)
}

// TellPast puts notices of a past into the inboxes in their order, and nowhere else,
// and notes up to where each book is told. tx belongs to "~".
func (s *Service) TellPast(ctx context.Context, tx *db.Tx, notices []Notice, ends map[id.ID]int64) (err error) {
	defer fault.Wrap(&err, "notice: tell of the past")
	ids := inOrder(tx, len(notices))
	items := make([]Item, len(notices))
	for i, n := range notices {
		k, ok := KindOf(n.Kind)
		if !ok {
			return ErrNoKind.With("kind", n.Kind)
		}
		items[i] = Item{ID: ids[i], Person: n.Person, Kind: k, Cause: n.Cause, Place: n.Place, Args: n.Args, Link: n.Link, At: n.At}
		s.forget(n.Person)
	}
	if err := insertMany(ctx, tx, items); err != nil {
		return err
	}
	for books, to := range ends {
		if err := toldUpTo(ctx, tx, books, to); err != nil {
			return err
		}
	}
	return nil
}

// toldUpTo notes that the entries before a number are told.
func toldUpTo(ctx context.Context, tx *db.Tx, books id.ID, to int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO notice_position (community_id, books_id, next_seq) VALUES (?, ?, ?) ON CONFLICT (community_id, books_id) DO UPDATE SET next_seq = excluded.next_seq",
		id.Tilde[:], books[:], to)
	return err
}

// inOrder makes ids of one instant whose order is that of the entries: an inbox is
// sorted by them.
func inOrder(tx *db.Tx, n int) []id.ID {
	ids := make([]id.ID, n)
	for i := range ids {
		ids[i] = tx.NewID()
	}
	slices.SortFunc(ids, func(a, b id.ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

// Leaves reports whether a kind leaves the house by any way that she wants.
func (s *Service) Leaves(k *Kind, c Choices) bool {
	for w := range s.open {
		if c.Wants(k, w) {
			return true
		}
	}
	return false
}

// Chosen are the choices of those who chose anything; nearly nobody did, and for
// them a whole batch is asked at once.
func (s *Service) Chosen(ctx context.Context, r db.Reader, notices []Notice) (map[id.ID]Choices, error) {
	seen, choices := make(map[id.ID]bool), make(map[id.ID]Choices)
	var people []id.ID
	for _, n := range notices {
		if !seen[n.Person] {
			seen[n.Person] = true
			people = append(people, n.Person)
		}
	}
	return choices, db.EachSome(people, func(in string, args []any) error {
		var some []id.ID
		err := db.All(ctx, r, &some, "SELECT DISTINCT person_id FROM notice_wish WHERE community_id = ? AND person_id IN "+in, args...)
		if err != nil {
			return err
		}
		for _, p := range some {
			if choices[p], err = s.Choices(ctx, r, p); err != nil {
				return err
			}
		}
		return nil
	}, id.Tilde[:])
}
