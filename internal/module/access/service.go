package access

import (
	"context"
	"database/sql"
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
		s.held[person] = m
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
	return read(ctx, r, "g.person_id = ?", person[:])
}

// In lists every grant that was ever given for a place itself, the oldest first.
func (s *Service) In(ctx context.Context, r db.Reader, place id.ID) ([]*Grant, error) {
	return read(ctx, r, "g.place_id = ?", place)
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

// Give grants a role. From is now if it is zero. tx belongs to "~".
func (s *Service) Give(ctx context.Context, tx *db.Tx, g Grant) (_ *Grant, err error) {
	defer fault.Wrap(&err, "access: grant %s", g.Role)
	if g.From.IsZero() {
		g.From = tx.Now
	}
	if err := g.Validate(); err != nil {
		return nil, err
	}
	g.ID, g.GrantedAt = tx.NewID(), tx.Now
	until := int64(0)
	if !g.Until.IsZero() {
		until = g.Until.UnixMicro()
	}
	_, err = tx.Exec(ctx, `INSERT INTO access_grant (community_id, id, person_id, role, place_id, subject_id, held_from, held_until, grantor, reason, granted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id.Tilde[:], g.ID[:], g.Person[:], string(g.Role), g.Place, g.Subject, g.From.UnixMicro(), until, g.Grantor, g.Reason, tx.Now.UnixMicro())
	s.forget(g.Person)
	return &g, err
}

// End ends a grant before its term. tx belongs to "~".
func (s *Service) End(ctx context.Context, tx *db.Tx, grant id.ID, by, reason string) (err error) {
	defer fault.Wrap(&err, "access: end %s", grant)
	g, err := s.ByID(ctx, tx, grant)
	switch {
	case err != nil:
		return err
	case g.Ended != nil:
		return ErrEnded
	case reason == "" || len(reason) > 500:
		return ErrNoReason.On("reason")
	}
	_, err = tx.Exec(ctx, "INSERT INTO access_grant_end (community_id, grant_id, ended_at, ended_by, reason) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], grant[:], tx.Now.UnixMicro(), by, reason)
	s.forget(g.Person)
	return err
}

// forget makes the next look read again.
func (s *Service) forget(person id.ID) {
	s.mu.Lock()
	delete(s.held, person)
	s.mu.Unlock()
}

func read(ctx context.Context, r db.Reader, where string, args ...any) (all []*Grant, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		g := &Grant{}
		var from, until, given int64
		var ended *int64
		var by, reason *string
		if err := rows.Scan(&g.ID, &g.Person, &g.Role, &g.Place, &g.Subject, &from, &until, &g.Grantor, &g.Reason, &given, &ended, &by, &reason); err != nil {
			return err
		}
		g.From, g.GrantedAt = time.UnixMicro(from).UTC(), time.UnixMicro(given).UTC()
		if until != 0 {
			g.Until = time.UnixMicro(until).UTC()
		}
		if ended != nil {
			g.Ended = &Ending{At: time.UnixMicro(*ended).UTC(), By: *by, Reason: *reason}
		}
		all = append(all, g)
		return nil
	}, `SELECT g.id, g.person_id, g.role, g.place_id, g.subject_id, g.held_from, g.held_until, g.grantor, g.reason, g.granted_at, e.ended_at, e.ended_by, e.reason
		FROM access_grant g LEFT JOIN access_grant_end e ON e.community_id = g.community_id AND e.grant_id = g.id
		WHERE g.community_id = ? AND `+where+" ORDER BY g.id", append([]any{id.Tilde[:]}, args...)...)
	return all, err
}

// Forget ends every grant of a person who is forgotten; the grants themselves stay
// as a record without a name. tx belongs to "~".
func (s *Service) Forget(ctx context.Context, tx *db.Tx, person id.ID) error {
	all, err := s.Of(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.Ended != nil {
			continue
		}
		if err := s.End(ctx, tx, g.ID, "", "资料已删除"); err != nil {
			return err
		}
	}
	return nil
}
