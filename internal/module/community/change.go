package community

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Event is what may happen to a place.
type Event string

// The events of a place's history.
const (
	Added   Event = "added"
	Renamed Event = "renamed"
	Moved   Event = "moved"
	Ended   Event = "closed"
	Filled  Event = "filled" // from a file or a template
)

// Change is one line of a place's history.
type Change struct {
	ID     id.ID  `db:"id"`
	Place  id.ID  `db:"place_id"`
	Kind   Event  `db:"kind"`
	Old    string `db:"old_text"` // the former name or parent, "" if none
	New    string `db:"new_text"`
	Reason string `db:"reason"`
	At     int64  `db:"changed_at"` // microseconds
	By     id.ID  `db:"changed_by"` // zero: the house itself
}

// When is the instant of a change.
func (c Change) When() time.Time { return micros(c.At) }

// Rename gives a place another name; its reference stays. tx belongs to "~".
func (s *Service) Rename(ctx context.Context, tx *db.Tx, place id.ID, name, reason string) (err error) {
	defer fault.Wrap(&err, "community: rename %s", place)
	p, err := s.open(ctx, tx, place, reason)
	if err != nil {
		return err
	}
	if name == "" || !named(name) {
		return ErrBadName.On("name")
	}
	if _, err := tx.Exec(ctx, "UPDATE community_place SET name = ? WHERE community_id = ? AND id = ?", name, id.Tilde[:], place[:]); err != nil {
		return err
	}
	return s.note(ctx, tx, Change{Place: place, Kind: Renamed, Old: p.Name, New: name, Reason: reason})
}

// Move puts a place with all below it under another parent. What lies inside of a
// community stays in it, since its records do. tx belongs to "~".
func (s *Service) Move(ctx context.Context, tx *db.Tx, place, parent id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "community: move %s", place)
	p, err := s.open(ctx, tx, place, reason)
	if err != nil {
		return err
	}
	to, err := s.Get(ctx, tx, parent)
	if err != nil {
		return err
	}
	from := p.Parent
	p.Parent = parent
	if err := p.Validate(&to); err != nil {
		return err
	}
	if p.Kind.Within() {
		before, err := s.Up(ctx, tx, from)
		if err != nil {
			return err
		}
		after, err := s.Up(ctx, tx, parent)
		if err != nil {
			return err
		}
		old, _ := HomeOn(before)
		if home, found := HomeOn(after); !found || home.ID != old.ID {
			return ErrOtherCommunity.On("parent").With("name", old.Name)
		}
	}
	was := ""
	if !from.IsZero() {
		old, err := s.Get(ctx, tx, from)
		if err != nil {
			return err
		}
		was = old.Name
	}
	if _, err := tx.Exec(ctx, "UPDATE community_place SET parent_id = ? WHERE community_id = ? AND id = ?", parent[:], id.Tilde[:], place[:]); err != nil {
		return err
	}
	return s.note(ctx, tx, Change{Place: place, Kind: Moved, Old: was, New: to.Name, Reason: reason})
}

// Close ends a place: nothing new may begin in it. What stands below it has to be
// moved or closed before; who lives there is asked by the flow. tx belongs to "~".
func (s *Service) Close(ctx context.Context, tx *db.Tx, place id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "community: close %s", place)
	p, err := s.open(ctx, tx, place, reason)
	if err != nil {
		return err
	}
	below, more, err := s.Find(ctx, tx, Query{Parent: place, Limit: 1})
	if err != nil {
		return err
	}
	if len(below) > 0 || more {
		return ErrHasPlaces.With("name", below[0].Name)
	}
	if _, err := tx.Exec(ctx, "INSERT INTO community_close (community_id, place_id, closed_at, closed_by, reason) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], place[:], tx.Now.UnixMicro(), tx.Actor.ID, reason); err != nil {
		return err
	}
	return s.note(ctx, tx, Change{Place: place, Kind: Ended, Old: p.Name, Reason: reason})
}

// open is a place that may still be changed, for a reason.
func (s *Service) open(ctx context.Context, tx *db.Tx, place id.ID, reason string) (Place, error) {
	p, err := s.Get(ctx, tx, place)
	switch {
	case err != nil:
		return p, err
	case p.Closed():
		return p, ErrClosed.With("name", p.Name)
	}
	return p, reasoned(reason)
}

// Note adds a line to a place's history: that it was filled from a file, say. tx
// belongs to "~".
func (s *Service) Note(ctx context.Context, tx *db.Tx, c Change) error { return s.note(ctx, tx, c) }

func (s *Service) note(ctx context.Context, tx *db.Tx, c Change) error {
	change := tx.NewID()
	if _, err := tx.Exec(ctx, "INSERT INTO community_change (community_id, id, place_id, kind, old_text, new_text, reason, changed_at, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], change[:], c.Place[:], string(c.Kind), c.Old, c.New, c.Reason, tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return err
	}
	return s.forget(ctx, tx)
}

// History is what happened to a place, the latest first, up to limit lines.
func (s *Service) History(ctx context.Context, r db.Reader, place id.ID, limit int) (all []Change, err error) {
	err = db.All(ctx, r, &all, "SELECT id, place_id, kind, old_text, new_text, reason, changed_at, changed_by FROM community_change WHERE community_id = ? AND place_id = ? ORDER BY id DESC LIMIT ?",
		id.Tilde[:], place[:], limit)
	return all, err
}
