// Package community keeps the tree of places: city, street, community, grid and
// building (A1). A place of kind community or street keeps its own books; every
// business record belongs to exactly one of them.
package community

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"sync"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of places and where they stand.
var Schema = db.Schema{
	Owner:  "module/community",
	Tables: []db.Table{{Name: "community_place", Placement: db.Distributed}, {Name: "community_position", Placement: db.Distributed}},
	FS:     schemaFS,
}

// Kind is the level of a place in the tree.
type Kind string

// The levels, from the root down.
const (
	City      Kind = "city"
	Street    Kind = "street"
	Community Kind = "community"
	Grid      Kind = "grid"
	Building  Kind = "building"
)

var level = map[Kind]int{City: 0, Street: 1, Community: 2, Grid: 3, Building: 4}

// Refusals, in the order in which Add checks them.
var (
	ErrBadKind   = fault.New(fault.Invalid, "community.bad_kind")
	ErrBadRef    = fault.New(fault.Invalid, "community.bad_ref")
	ErrBadParent = fault.New(fault.Invalid, "community.bad_parent")
	ErrExists    = fault.New(fault.Conflict, "community.exists")
	ErrNotFound  = fault.New(fault.NotFound, "community.not_found")
)

// Place is one node of the tree.
type Place struct {
	ID     id.ID  `db:"id"`
	Parent id.ID  `db:"parent_id"`
	Kind   Kind   `db:"kind"`
	Ref    string `db:"ref"` // what people and files call it, unique: "C1"
	Name   string `db:"name"`
}

// Validate refuses a place that cannot stand under its parent.
func (p Place) Validate(parent *Place) error {
	below, ok := level[p.Kind]
	switch {
	case !ok:
		return ErrBadKind.On("kind")
	case p.Ref == "" || len(p.Ref) > 64 || p.Ref == "~":
		return ErrBadRef.On("ref")
	case parent == nil && !p.Parent.IsZero(), parent != nil && level[parent.Kind] >= below:
		return ErrBadParent.On("parent")
	}
	return nil
}

// Service is the door to the tree. It remembers places by reference; they are
// few, and never renamed or removed while the program runs elsewhere.
type Service struct {
	mu    sync.RWMutex
	byRef map[string]Place
	byID  map[id.ID]Place
}

// New makes the service.
func New() *Service {
	return &Service{byRef: make(map[string]Place), byID: make(map[id.ID]Place)}
}

// Add puts a place into the tree. tx belongs to the pseudo-community "~".
func (s *Service) Add(ctx context.Context, tx *db.Tx, p Place) (Place, error) {
	var parent *Place
	if !p.Parent.IsZero() {
		found, err := s.find(ctx, tx, "id = ?", p.Parent[:])
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Place{}, err
		}
		if err == nil {
			parent = &found
		}
	}
	if err := p.Validate(parent); err != nil {
		return Place{}, err
	}
	p.ID = tx.NewID()
	n, err := tx.Exec(ctx, "INSERT INTO community_place (community_id, id, parent_id, kind, ref, name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ref, community_id) DO NOTHING",
		id.Tilde[:], p.ID[:], p.Parent, string(p.Kind), p.Ref, p.Name, tx.Now.UnixMicro())
	if err == nil && n == 0 {
		err = ErrExists.On("ref").With("ref", p.Ref)
	}
	return p, err
}

// ByRef finds a place by its reference.
func (s *Service) ByRef(ctx context.Context, d *db.DB, ref string) (Place, error) {
	s.mu.RLock()
	p, ok := s.byRef[ref]
	s.mu.RUnlock()
	if ok {
		return p, nil
	}
	return s.read(ctx, d, "ref = ?", ref)
}

// ByID finds a place by its id.
func (s *Service) ByID(ctx context.Context, d *db.DB, community id.ID) (Place, error) {
	s.mu.RLock()
	p, ok := s.byID[community]
	s.mu.RUnlock()
	if ok {
		return p, nil
	}
	return s.read(ctx, d, "id = ?", community[:])
}

func (s *Service) read(ctx context.Context, d *db.DB, where string, arg any) (p Place, err error) {
	err = d.View(ctx, id.Tilde, func(r db.Reader) error {
		p, err = s.find(ctx, r, where, arg)
		return err
	})
	if err == nil {
		s.mu.Lock()
		s.byRef[p.Ref], s.byID[p.ID] = p, p
		s.mu.Unlock()
	}
	return p, err
}

const columns = "id, parent_id, kind, ref, name"

func (s *Service) find(ctx context.Context, r db.Reader, where string, arg any) (p Place, err error) {
	err = db.One(ctx, r, &p, "SELECT "+columns+" FROM community_place WHERE community_id = ? AND "+where, id.Tilde[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return p, err
}

// List is every place of a kind, by reference.
func (s *Service) List(ctx context.Context, d *db.DB, kind Kind) (places []Place, err error) {
	err = d.View(ctx, id.Tilde, func(r db.Reader) error {
		return db.All(ctx, r, &places, "SELECT "+columns+" FROM community_place WHERE community_id = ? AND kind = ? ORDER BY ref", id.Tilde[:], string(kind))
	})
	return places, err
}

// Tree tells what lies below what; it is what the policies ask (authz.Tree).
type Tree struct {
	Places *Service
	DB     *db.DB
}

// Covers reports whether inner is outer or lies below it.
func (t Tree) Covers(ctx context.Context, outer, inner id.ID) (bool, error) {
	for at := inner; ; {
		if at == outer {
			return true, nil
		}
		p, err := t.Places.ByID(ctx, t.DB, at)
		if errors.Is(err, ErrNotFound) || err == nil && p.Parent.IsZero() {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		at = p.Parent
	}
}
