package access

import (
	"context"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Service is the door to grants. It remembers a person's grants for a moment, so
// that a page costs no read; an end that another instance wrote takes effect
// within it.
type Service struct {
	db   *db.DB
	mu   sync.RWMutex
	held map[id.ID]remembered
	news uint64 // counts what was forgotten: a look that began before it is not kept
}

type remembered struct {
	grants []*Grant
	until  time.Time
}

// memory is how long grants are believed without looking; kept bounds how many
// people are remembered.
const (
	memory = 5 * time.Second
	kept   = 100_000
)

// New makes the service.
func New(d *db.DB) *Service { return &Service{db: d, held: make(map[id.ID]remembered)} }

// Held are the grants of a person that are in force, for the policies.
func (s *Service) Held(ctx context.Context, person id.ID, now time.Time) (held []authz.Grant, err error) {
	s.mu.RLock()
	m, ok := s.held[person]
	news := s.news
	s.mu.RUnlock()
	if !ok || !now.Before(m.until) {
		m.until = now.Add(memory)
		err = s.db.View(ctx, id.Tilde, func(r db.Reader) error {
			m.grants, err = s.Of(ctx, r, person)
			return err
		})
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		if len(s.held) >= kept {
			clear(s.held)
		}
		if s.news == news {
			s.held[person] = m
		}
		s.mu.Unlock()
	}
	for _, g := range m.grants {
		if g.Holds(now) {
			held = append(held, authz.Grant{ID: g.ID, Role: g.Role, Place: g.Place, Subject: g.Subject, Until: g.Until})
		}
	}
	return held, nil
}

// Of lists every grant a person was ever given, the oldest first.
func (s *Service) Of(ctx context.Context, r db.Reader, person id.ID) ([]*Grant, error) {
	return read(ctx, r, "g.person_id = ? ORDER BY g.id", person[:])
}

// In lists every grant that was ever given for a place itself, the oldest first.
func (s *Service) In(ctx context.Context, r db.Reader, place id.ID) ([]*Grant, error) {
	return read(ctx, r, "g.place_id = ? ORDER BY g.id", place)
}

// ByID finds a grant.
func (s *Service) ByID(ctx context.Context, r db.Reader, grant id.ID) (*Grant, error) {
	found, err := read(ctx, r, "g.id = ?", grant[:])
	if err == nil && len(found) == 0 {
		err = ErrNoSuchGrant
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Give grants a role. From is now if it is zero. What she holds already is not
// given a second time: a role that is to hold longer is given from the day on which
// it would lapse. tx belongs to "~".
func (s *Service) Give(ctx context.Context, tx *db.Tx, g Grant) (_ *Grant, err error) {
	defer fault.Wrap(&err, "access: grant %s", g.Role)
	if g.From.IsZero() {
		g.From = tx.Now
	}
	if err := g.Validate(); err != nil {
		return nil, err
	}
	had, err := s.Of(ctx, tx, g.Person)
	if err != nil {
		return nil, err
	}
	for _, h := range had {
		if h.Ended == nil && h.overlaps(&g) {
			return nil, ErrAlreadyHeld.On("role")
		}
	}
	g.ID, g.GrantedAt = tx.NewID(), tx.Now
	until := int64(0)
	if !g.Until.IsZero() {
		until = g.Until.UnixMicro()
	}
	_, err = tx.Exec(ctx, `INSERT INTO access_grant (community_id, id, person_id, role, place_id, subject_id, held_from, held_until, grantor, reason, granted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.Tilde[:], g.ID[:], g.Person[:], string(g.Role), g.Place, g.Subject, g.From.UnixMicro(), until, g.Grantor, g.Reason, tx.Now.UnixMicro())
	if err == nil {
		err = s.changed(ctx, tx, g.Person)
	}
	return &g, err
}

// End ends a grant before its term. The last operator of the whole installation
// stays: nobody could appoint another. tx belongs to "~".
func (s *Service) End(ctx context.Context, tx *db.Tx, grant id.ID, by, reason string) (err error) {
	defer fault.Wrap(&err, "access: end %s", grant)
	g, err := s.ByID(ctx, tx, grant)
	switch {
	case err != nil:
		return err
	case g.Ended != nil:
		return ErrEnded
	case !g.Until.IsZero() && !tx.Now.Before(g.Until):
		return ErrOver
	case reason == "" || len(reason) > 500:
		return ErrNoReason.On("reason")
	}
	if g.Role == Operator && g.Place.IsZero() && g.Holds(tx.Now) {
		_, holders, err := s.List(ctx, tx, Ask{Role: Operator, Places: []id.ID{{}}, State: Now, Limit: 1}, tx.Now)
		if err != nil {
			return err
		}
		if holders < 2 {
			return ErrLast
		}
	}
	n, err := tx.Exec(ctx, "INSERT INTO access_grant_end (community_id, grant_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, grant_id) DO NOTHING",
		id.Tilde[:], grant[:], tx.Now.UnixMicro(), by, reason)
	if err == nil && n == 0 {
		err = ErrEnded
	}
	if err != nil {
		return err
	}
	return s.changed(ctx, tx, g.Person)
}

// changed makes the next look at a person's grants read again, once tx is durable.
func (s *Service) changed(ctx context.Context, tx *db.Tx, person id.ID) error {
	return tx.After(ctx, func() {
		s.mu.Lock()
		delete(s.held, person)
		s.news++
		s.mu.Unlock()
	})
}

// Erase ends every grant of a person who is forgotten; the grants themselves stay
// as a record without a name. The last operator appoints another one first. tx
// belongs to "~".
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) error {
	all, err := s.Of(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.Ended != nil || !g.Until.IsZero() && !tx.Now.Before(g.Until) {
			continue
		}
		if err := s.End(ctx, tx, g.ID, "system", "资料已删除"); err != nil {
			return err
		}
	}
	return nil
}
