package household

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to households. Every tx belongs to "~".
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Add notes a household; one whose reference is there already is left as it is, and
// added is false. With another door or place under the same reference it is refused.
func (s *Service) Add(ctx context.Context, tx *db.Tx, h Household) (_ Household, added bool, err error) {
	defer fault.Wrap(&err, "household: add %s", h.Ref)
	if err := h.validate(); err != nil {
		return h, false, err
	}
	found, err := s.ByRef(ctx, tx, h.Home, h.Ref)
	switch {
	case err == nil && (found.Place != h.Place || found.Door != h.Door):
		return found, false, ErrExists.On("household_ref").With("ref", h.Ref).With("door", found.Door)
	case err == nil || !errors.Is(err, ErrNotFound):
		return found, false, err
	}
	h.ID, h.EndedAt = tx.NewID(), 0
	_, err = tx.Exec(ctx, "INSERT INTO household (community_id, id, home_id, place_id, ref, door, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], h.ID[:], h.Home[:], h.Place[:], h.Ref, h.Door, tx.Now.UnixMicro(), tx.Actor.ID)
	return h, true, err
}

// End closes a household that nobody lives in any more.
func (s *Service) End(ctx context.Context, tx *db.Tx, household id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "household: end %s", household)
	h, err := s.ByID(ctx, tx, household)
	switch {
	case err != nil:
		return err
	case h.Ended():
		return ErrEnded
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	living, err := s.Members(ctx, tx, []id.ID{household})
	if err != nil {
		return err
	}
	for _, r := range living[household] {
		if r.Current() {
			return ErrLivedIn.With("door", h.Door)
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO household_end (community_id, household_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], household[:], tx.Now.UnixMicro(), tx.Actor.ID, reason)
	return err
}

// MoveIn notes that a person lives in a household; nobody lives in two. The same
// again changes nothing, and added is false. From is now if it is zero.
func (s *Service) MoveIn(ctx context.Context, tx *db.Tx, r Residence) (_ Residence, added bool, err error) {
	defer fault.Wrap(&err, "household: move in")
	if r.From.IsZero() {
		r.From = tx.Now
	}
	if err := s.MayMoveIn(ctx, tx, r); err != nil {
		return r, false, err
	}
	at, err := s.Of(ctx, tx, r.Person)
	if err != nil {
		return r, false, err
	}
	for _, old := range at {
		if old.Current() && old.Household == r.Household {
			return old, false, nil
		}
		if old.Current() {
			return r, false, ErrElsewhere.On("person")
		}
	}
	r.ID, r.Until = tx.NewID(), time.Time{}
	_, err = tx.Exec(ctx, "INSERT INTO household_move_in (community_id, id, household_id, person_id, relation, moved_at, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], r.ID[:], r.Household[:], r.Person[:], string(r.Relation), r.From.UnixMicro(), tx.Now.UnixMicro(), tx.Actor.ID)
	return r, true, err
}

// MayMoveIn refuses a residence that nobody could begin.
func (s *Service) MayMoveIn(ctx context.Context, tx *db.Tx, r Residence) error {
	if r.From.IsZero() {
		r.From = tx.Now
	}
	if err := r.validate(tx.Now); err != nil {
		return err
	}
	h, err := s.ByID(ctx, tx, r.Household)
	if err == nil && h.Ended() {
		err = ErrEnded
	}
	return err
}

// MoveOut notes that a person left a household, now if no day is given.
func (s *Service) MoveOut(ctx context.Context, tx *db.Tx, residence id.ID, at time.Time, reason string) (err error) {
	defer fault.Wrap(&err, "household: move out")
	r, err := s.Residence(ctx, tx, residence)
	if at.IsZero() {
		at = tx.Now
	}
	switch {
	case err != nil:
		return err
	case !r.Current():
		return ErrMovedOut
	case at.Before(r.From) || at.After(tx.Now):
		return ErrBadDay.On("until")
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO household_move_out (community_id, residence_id, moved_at, reason, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], residence[:], at.UnixMicro(), reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return err
}

// Join gives a person a duty for a household; who has it already is refused. A
// household has one representative: a new one takes the place of the old.
func (s *Service) Join(ctx context.Context, tx *db.Tx, l Link) (_ Link, err error) {
	defer fault.Wrap(&err, "household: link")
	if l.Kind != Representative && l.Kind != Worker {
		return l, ErrBadLink.On("kind")
	}
	if err := reasoned(l.Reason); err != nil {
		return l, err
	}
	h, err := s.ByID(ctx, tx, l.Household)
	switch {
	case err != nil:
		return l, err
	case h.Ended():
		return l, ErrEnded
	}
	links, err := s.Links(ctx, tx, []id.ID{l.Household})
	if err != nil {
		return l, err
	}
	for _, old := range links[l.Household] {
		if !old.Current() || old.Kind != l.Kind {
			continue
		}
		if old.Person == l.Person {
			return old, ErrLinked
		}
		if l.Kind == Representative {
			if err := s.Part(ctx, tx, old.ID, l.Reason); err != nil {
				return l, err
			}
		}
	}
	l.ID, l.At, l.By, l.Until = tx.NewID(), tx.Now, tx.Actor.ID, time.Time{}
	_, err = tx.Exec(ctx, "INSERT INTO household_link (community_id, id, household_id, person_id, kind, reason, linked_at, linked_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], l.ID[:], l.Household[:], l.Person[:], string(l.Kind), l.Reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return l, err
}

// Part ends a duty.
func (s *Service) Part(ctx context.Context, tx *db.Tx, link id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "household: unlink")
	if err := reasoned(reason); err != nil {
		return err
	}
	l, err := s.LinkByID(ctx, tx, link)
	switch {
	case err != nil:
		return err
	case !l.Current():
		return ErrNoLink
	}
	_, err = tx.Exec(ctx, "INSERT INTO household_link_end (community_id, link_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], link[:], tx.Now.UnixMicro(), tx.Actor.ID, reason)
	return err
}
