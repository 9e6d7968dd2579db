package community

import (
	"context"
	"errors"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Tree tells what lies below what; it is what the policies ask (authz.Tree).
type Tree struct {
	Places *Service
	DB     *db.DB
}

// Covers reports whether inner is outer or lies below it.
func (t Tree) Covers(ctx context.Context, outer, inner id.ID) (bool, error) {
	path, err := t.Places.Path(ctx, t.DB, inner)
	if errors.Is(err, ErrNotFound) {
		return outer == inner, nil
	}
	return outer == inner || slices.ContainsFunc(path, func(p Place) bool { return p.ID == outer }), err
}

// Path is where a place stands, from the root down to itself.
func (s *Service) Path(ctx context.Context, d *db.DB, place id.ID) ([]Place, error) {
	return climb(place, func(at id.ID) (Place, error) { return s.ByID(ctx, d, at) })
}

// Up is the path of a place as r sees it.
func (s *Service) Up(ctx context.Context, r db.Reader, place id.ID) ([]Place, error) {
	return climb(place, func(at id.ID) (Place, error) { return s.Get(ctx, r, at) })
}

func climb(at id.ID, get func(at id.ID) (Place, error)) (path []Place, err error) {
	for !at.IsZero() && len(path) < len(Kinds) { // levels fall at each step, so no path is longer
		p, err := get(at)
		if err != nil {
			return nil, err
		}
		path = append(path, p)
		at = p.Parent
	}
	slices.Reverse(path)
	return path, nil
}

// HomeOn is the community on a path, which keeps the books of all that lies below.
func HomeOn(path []Place) (Place, bool) {
	i := slices.IndexFunc(path, func(p Place) bool { return p.Kind == Community })
	if i < 0 {
		return Place{}, false
	}
	return path[i], true
}

// Below lists a place and everything under it, closed places too, level by level.
func (s *Service) Below(ctx context.Context, r db.Reader, place id.ID) (all []Place, err error) {
	top, err := s.Get(ctx, r, place)
	if err != nil {
		return nil, err
	}
	all = []Place{top}
	for level := all; len(level) > 0; {
		var found []Place
		err := db.EachSomeOf(level, placeID, func(in string, args []any) error {
			var some []Place
			err := db.All(ctx, r, &some, "SELECT "+columns+" "+places+" AND p.parent_id IN "+in+" ORDER BY p.ref", args...)
			found = append(found, some...)
			return err
		}, id.Tilde[:])
		if err != nil {
			return nil, err
		}
		all, level = append(all, found...), found
	}
	return all, nil
}

// placeID is what a statement asks for of a place.
func placeID(p Place) any { return p.ID[:] }

// Query asks for places, by reference.
type Query struct {
	Parent id.ID  // zero: anywhere, or the roots if Roots is set
	Roots  bool   // only places without a parent
	Kind   Kind   // "": all
	Text   string // part of the name, or the beginning of the reference
	Closed bool   // closed places too
	After  string // reference behind which the page begins
	Limit  int    // 0: 50
}

// Find is a page of places; more says that there are others behind it.
func (s *Service) Find(ctx context.Context, r db.Reader, q Query) (found []Place, more bool, err error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = 50
	}
	text, args := "SELECT "+columns+" "+places, []any{id.Tilde[:]}
	add := func(clause string, more ...any) { text += clause; args = append(args, more...) }
	if !q.Parent.IsZero() || q.Roots {
		add(" AND p.parent_id = ?", q.Parent)
	}
	if q.Kind != "" {
		add(" AND p.kind = ?", string(q.Kind))
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		t = strings.ToLower(strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t))
		add(` AND (LOWER(p.name) LIKE ? ESCAPE '\' OR LOWER(p.ref) LIKE ? ESCAPE '\')`, "%"+t+"%", t+"%")
	}
	if !q.Closed {
		add(" AND c.closed_at IS NULL")
	}
	if q.After != "" {
		add(" AND p.ref > ?", q.After)
	}
	add(" ORDER BY p.ref LIMIT ?", q.Limit+1)
	if err := db.All(ctx, r, &found, text, args...); err != nil {
		return nil, false, err
	}
	if len(found) > q.Limit {
		return found[:q.Limit], true, nil
	}
	return found, false, nil
}

// Counts are how many open places of each kind stand right under each parent.
func (s *Service) Counts(ctx context.Context, r db.Reader, parents []Place) (map[id.ID]map[Kind]int64, error) {
	counts := make(map[id.ID]map[Kind]int64)
	return counts, db.EachSomeOf(parents, placeID, func(in string, args []any) error {
		var rows []struct {
			Parent id.ID `db:"parent_id"`
			Kind   Kind  `db:"kind"`
			N      int64 `db:"n"`
		}
		if err := db.All(ctx, r, &rows, `SELECT p.parent_id, p.kind, COUNT(*) AS n `+places+` AND c.closed_at IS NULL
			AND p.parent_id IN `+in+" GROUP BY p.parent_id, p.kind", args...); err != nil {
			return err
		}
		for _, row := range rows {
			if counts[row.Parent] == nil {
				counts[row.Parent] = make(map[Kind]int64)
			}
			counts[row.Parent][row.Kind] = row.N
		}
		return nil
	}, id.Tilde[:])
}
