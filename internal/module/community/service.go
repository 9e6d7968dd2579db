package community

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to the tree. It remembers places for a moment: a change that
// this instance writes shows at once, one of another instance within memory.
type Service struct {
	mu       sync.RWMutex
	change   int // grows with every change, so that no old row is remembered behind it
	byRef    map[string]remembered
	byID     map[id.ID]remembered
	switches map[id.ID]switched
}

type remembered struct {
	place Place
	until time.Time
}

// memory is how long a place is believed without looking; kept bounds how many are
// remembered.
const (
	memory = 5 * time.Second
	kept   = 100_000
)

// New makes the service.
func New() *Service {
	return &Service{byRef: make(map[string]remembered), byID: make(map[id.ID]remembered), switches: make(map[id.ID]switched)}
}

// Add puts a place into the tree; without a name it is called by its reference. tx
// belongs to the pseudo-community "~".
func (s *Service) Add(ctx context.Context, tx *db.Tx, p Place) (Place, error) {
	var parent *Place
	if !p.Parent.IsZero() {
		found, err := s.Get(ctx, tx, p.Parent)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Place{}, err
		}
		if err == nil {
			parent = &found
		}
	}
	if p.Name == "" {
		p.Name = p.Ref
	}
	if err := p.Validate(parent); err != nil {
		return Place{}, err
	}
	p.ID, p.ClosedAt = tx.NewID(), 0
	n, err := tx.Exec(ctx, "INSERT INTO community_place (community_id, id, parent_id, kind, ref, name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ref, community_id) DO NOTHING",
		id.Tilde[:], p.ID[:], p.Parent, string(p.Kind), p.Ref, p.Name, tx.Now.UnixMicro())
	if err == nil && n == 0 {
		err = ErrExists.On("ref").With("ref", p.Ref)
	}
	if err != nil {
		return p, err
	}
	return p, s.note(ctx, tx, Change{Place: p.ID, Kind: Added, New: p.Name})
}

// ByRef finds a place by its reference.
func (s *Service) ByRef(ctx context.Context, d *db.DB, ref string) (Place, error) {
	s.mu.RLock()
	m, ok := s.byRef[ref]
	s.mu.RUnlock()
	if ok && d.Clock().Now().Before(m.until) {
		return m.place, nil
	}
	return s.read(ctx, d, func(r db.Reader) (Place, error) { return s.GetRef(ctx, r, ref) })
}

// ByID finds a place by its id.
func (s *Service) ByID(ctx context.Context, d *db.DB, community id.ID) (Place, error) {
	s.mu.RLock()
	m, ok := s.byID[community]
	s.mu.RUnlock()
	if ok && d.Clock().Now().Before(m.until) {
		return m.place, nil
	}
	return s.read(ctx, d, func(r db.Reader) (Place, error) { return s.Get(ctx, r, community) })
}

// read reads a place and remembers it, unless the tree changed meanwhile.
func (s *Service) read(ctx context.Context, d *db.DB, get func(r db.Reader) (Place, error)) (p Place, err error) {
	s.mu.RLock()
	before := s.change
	s.mu.RUnlock()
	until := d.Clock().Now().Add(memory)
	err = d.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err = get(r)
		return err
	})
	if err != nil {
		return p, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change != before {
		return p, nil
	}
	if len(s.byID) >= kept {
		clear(s.byID)
		clear(s.byRef)
	}
	s.byRef[p.Ref], s.byID[p.ID] = remembered{p, until}, remembered{p, until}
	return p, nil
}

// forget makes the next look read again, once the closure is durable.
func (s *Service) forget(ctx context.Context, tx *db.Tx) error {
	return tx.After(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.change++
		clear(s.byRef)
		clear(s.byID)
	})
}

const (
	columns = "p.id, p.parent_id, p.kind, p.ref, p.name, COALESCE(c.closed_at, 0) AS closed_at"
	places  = "FROM community_place p LEFT JOIN community_close c ON c.community_id = p.community_id AND c.place_id = p.id WHERE p.community_id = ?"
)

// Get reads a place by its id, as r sees it.
func (s *Service) Get(ctx context.Context, r db.Reader, place id.ID) (Place, error) {
	return find(ctx, r, " AND p.id = ?", place[:])
}

// GetRef reads a place by its reference, as r sees it.
func (s *Service) GetRef(ctx context.Context, r db.Reader, ref string) (Place, error) {
	return find(ctx, r, " AND p.ref = ?", ref)
}

func find(ctx context.Context, r db.Reader, where string, arg any) (p Place, err error) {
	err = db.One(ctx, r, &p, "SELECT "+columns+" "+places+where, id.Tilde[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return p, err
}

// List is every place of a kind, closed ones too, by reference.
func (s *Service) List(ctx context.Context, d *db.DB, kind Kind) (all []Place, err error) {
	err = d.View(ctx, id.Tilde, func(r db.Reader) error {
		return db.All(ctx, r, &all, "SELECT "+columns+" "+places+" AND p.kind = ? ORDER BY p.ref", id.Tilde[:], string(kind))
	})
	return all, err
}
