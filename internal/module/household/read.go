package household

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

const (
	columns = "h.id, h.home_id, h.place_id, h.ref, h.door, COALESCE(e.ended_at, 0) AS ended_at"
	tables  = "FROM household h LEFT JOIN household_end e ON e.community_id = h.community_id AND e.household_id = h.id WHERE h.community_id = ?"
)

// ByID finds a household.
func (s *Service) ByID(ctx context.Context, r db.Reader, household id.ID) (Household, error) {
	return one(ctx, r, " AND h.id = ?", household[:])
}

// ByRef finds a household of a community by its reference.
func (s *Service) ByRef(ctx context.Context, r db.Reader, home id.ID, ref string) (Household, error) {
	return one(ctx, r, " AND h.home_id = ? AND h.ref = ?", home[:], ref)
}

func one(ctx context.Context, r db.Reader, where string, args ...any) (h Household, err error) {
	err = db.One(ctx, r, &h, "SELECT "+columns+" "+tables+where, append([]any{id.Tilde[:]}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return h, err
}

// Query asks for households that stand, by reference.
type Query struct {
	Home   id.ID   // zero: any community
	Places []id.ID // the buildings or grids themselves; none: everywhere
	Text   string  // part of the door, or the beginning of the reference
	After  string  // reference behind which the page begins
	Limit  int     // 0: 50, at most 5,000
}

// Find is a page of households; more says that there are others behind it. Without
// Home the page's order is only right inside of one community.
func (s *Service) Find(ctx context.Context, r db.Reader, q Query) (found []Household, more bool, err error) {
	if q.Limit <= 0 || q.Limit > 5000 {
		q.Limit = 50
	}
	text, args := "SELECT "+columns+" "+tables+" AND e.ended_at IS NULL", []any{id.Tilde[:]}
	add := func(clause string, more ...any) { text += clause; args = append(args, more...) }
	if !q.Home.IsZero() {
		add(" AND h.home_id = ?", q.Home[:])
	}
	if len(q.Places) > 0 {
		in, places := list(q.Places)
		add(" AND h.place_id IN "+in, places...)
	}
	if t := strings.TrimSpace(q.Text); t != "" {
		t = strings.ToLower(strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(t))
		add(` AND (LOWER(h.door) LIKE ? ESCAPE '\' OR LOWER(h.ref) LIKE ? ESCAPE '\')`, "%"+t+"%", t+"%")
	}
	if q.After != "" {
		add(" AND h.ref > ?", q.After)
	}
	add(" ORDER BY h.ref LIMIT ?", q.Limit+1)
	if err := db.All(ctx, r, &found, text, args...); err != nil {
		return nil, false, err
	}
	if len(found) > q.Limit {
		return found[:q.Limit], true, nil
	}
	return found, false, nil
}

// ByIDs finds several households, ended ones too.
func (s *Service) ByIDs(ctx context.Context, r db.Reader, households []id.ID) (map[id.ID]Household, error) {
	found := make(map[id.ID]Household, len(households))
	return found, db.EachSome(households, func(in string, args []any) error {
		var some []Household
		err := db.All(ctx, r, &some, "SELECT "+columns+" "+tables+" AND h.id IN "+in, args...)
		for _, h := range some {
			found[h.ID] = h
		}
		return err
	}, id.Tilde[:])
}

// CountByPlace is how many standing households each building or grid of a community
// has.
func (s *Service) CountByPlace(ctx context.Context, r db.Reader, home id.ID) (map[id.ID]int64, error) {
	counts := make(map[id.ID]int64)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var place id.ID
		var n int64
		err := rows.Scan(&place, &n)
		counts[place] = n
		return err
	}, "SELECT h.place_id, COUNT(*) "+tables+" AND e.ended_at IS NULL AND h.home_id = ? GROUP BY h.place_id", id.Tilde[:], home[:])
	return counts, err
}

// Standing is how many households stand in a building or grid itself.
func (s *Service) Standing(ctx context.Context, r db.Reader, place id.ID) (n int64, err error) {
	err = db.One(ctx, r, &n, "SELECT COUNT(*) "+tables+" AND e.ended_at IS NULL AND h.place_id = ?", id.Tilde[:], place[:])
	return n, err
}

// People is how many persons live in a community.
func (s *Service) People(ctx context.Context, r db.Reader, home id.ID) (n int64, err error) {
	err = db.One(ctx, r, &n, `SELECT COUNT(*) FROM household h
		JOIN household_move_in i ON i.community_id = h.community_id AND i.household_id = h.id
		LEFT JOIN household_move_out o ON o.community_id = i.community_id AND o.residence_id = i.id
		WHERE h.community_id = ? AND h.home_id = ? AND o.moved_at IS NULL`, id.Tilde[:], home[:])
	return n, err
}

const residences = `SELECT i.id, i.household_id, i.person_id, i.relation, i.moved_at, COALESCE(o.moved_at, 0), COALESCE(o.reason, '')
	FROM household_move_in i LEFT JOIN household_move_out o ON o.community_id = i.community_id AND o.residence_id = i.id WHERE i.community_id = ?`

// Of lists the residences of a person, the oldest first.
func (s *Service) Of(ctx context.Context, r db.Reader, person id.ID) ([]Residence, error) {
	return lived(ctx, r, " AND i.person_id = ?", person[:])
}

// HomeOf is the household in which a person lives; found is false if none is known.
func (s *Service) HomeOf(ctx context.Context, r db.Reader, person id.ID) (h Household, found bool, err error) {
	all, err := s.Of(ctx, r, person)
	for _, at := range all {
		if at.Current() {
			h, err = s.ByID(ctx, r, at.Household)
			return h, err == nil, err
		}
	}
	return h, false, err
}

// Residence finds one.
func (s *Service) Residence(ctx context.Context, r db.Reader, residence id.ID) (Residence, error) {
	all, err := lived(ctx, r, " AND i.id = ?", residence[:])
	if err == nil && len(all) == 0 {
		err = ErrNoResidence
	}
	if err != nil {
		return Residence{}, err
	}
	return all[0], nil
}

// Members lists who lives or lived in each household, the oldest first.
func (s *Service) Members(ctx context.Context, r db.Reader, households []id.ID) (map[id.ID][]Residence, error) {
	of := make(map[id.ID][]Residence)
	return of, db.EachSome(households, func(in string, args []any) error {
		all, err := lived(ctx, r, " AND i.household_id IN "+in, args...)
		for _, x := range all {
			of[x.Household] = append(of[x.Household], x)
		}
		return err
	})
}

func lived(ctx context.Context, r db.Reader, where string, args ...any) (all []Residence, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Residence
		var from, until int64
		if err := rows.Scan(&x.ID, &x.Household, &x.Person, &x.Relation, &from, &until, &x.Why); err != nil {
			return err
		}
		x.From, x.Until = micros(from), micros(until)
		all = append(all, x)
		return nil
	}, residences+where+" ORDER BY i.moved_at, i.id", append([]any{id.Tilde[:]}, args...)...)
	return all, err
}

// list is an IN clause of ids with its arguments.
func list(ids []id.ID) (string, []any) {
	args := make([]any, len(ids))
	for i := range ids {
		args[i] = ids[i][:]
	}
	return "(?" + strings.Repeat(", ?", len(ids)-1) + ")", args
}

// Homes are the households in which people live, by person; who lives in none that is
// known is missing.
func (s *Service) Homes(ctx context.Context, r db.Reader, people []id.ID) (map[id.ID]id.ID, error) {
	homes := make(map[id.ID]id.ID, len(people))
	return homes, db.EachSome(people, func(in string, args []any) error {
		all, err := lived(ctx, r, " AND i.person_id IN "+in, args...)
		for _, at := range all {
			if at.Current() {
				homes[at.Person] = at.Household
			}
		}
		return err
	})
}
