package importing

import (
	"context"
	"errors"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// tree takes over a table of places, households or residents, chunk by chunk. What
// is there already with the same content counts as known.
func tree[T any](ctx context.Context, r *Run, t *Table, o *Outcome, next func() (T, *Rejection, error), line func(T) int, take func(ctx context.Context, rows []T) ([]flow.Result, error)) error {
	for done := false; !done; {
		rows, last, err := read(r, t, o, next)
		if err != nil {
			return err
		}
		done = last
		results, err := take(ctx, rows)
		if err != nil {
			return err
		}
		for i, res := range results {
			if err := r.verdict(t, o, line(rows[i]), res.Added, res.Err); err != nil {
				return err
			}
		}
		if err := r.step(t, o, t.Line()); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) tree(ctx context.Context, t *Table, o *Outcome) error {
	switch t.Kind {
	case Places:
		return tree(ctx, r, t, o, t.NextPlace, func(x PlaceRow) int { return x.Line }, r.takePlaces)
	case Households:
		return tree(ctx, r, t, o, t.NextHousehold, func(x HouseholdRow) int { return x.Line }, r.takeHouseholds)
	}
	return tree(ctx, r, t, o, t.NextResident, func(x ResidentRow) int { return x.Line }, r.takeResidents)
}

// takePlaces adds grids first, so that a building may stand in one of the same chunk.
func (r *Run) takePlaces(ctx context.Context, rows []PlaceRow) ([]flow.Result, error) {
	results := make([]flow.Result, len(rows))
	for _, kind := range []community.Kind{community.Grid, community.Building} {
		var places []community.Place
		var at []int
		for i, row := range rows {
			if row.Kind != kind {
				continue
			}
			p, known, err := r.placeOf(ctx, row, nil)
			switch {
			case fault.Of(err) == nil && err != nil:
				return nil, err
			case err != nil:
				results[i].Err = err
			case !known:
				places, at = append(places, p), append(at, i)
			}
		}
		for j, res := range r.Flows.AddPlaces(ctx, r.Actor, places) {
			results[at[j]] = res
		}
	}
	return results, nil
}

// placeOf is a row as a place under its parent; known says that it is there already.
// before are places of the same file that are not in the tree yet.
func (r *Run) placeOf(ctx context.Context, row PlaceRow, before map[string]community.Place) (p community.Place, known bool, err error) {
	find := func(ref string) (community.Place, error) {
		if q, ok := before[ref]; ok {
			return q, nil
		}
		return r.Flows.Communities.ByRef(ctx, r.Flows.DB, ref)
	}
	parent, err := find(row.Parent)
	if errors.Is(err, community.ErrNotFound) {
		return p, false, community.ErrBadParent.On("parent_ref")
	}
	if err != nil {
		return p, false, err
	}
	if _, ahead := before[row.Parent]; !ahead { // one that is came past here itself
		if err := r.mayUnder(ctx, parent.ID); err != nil {
			return p, false, err
		}
	}
	p = community.Place{Parent: parent.ID, Kind: row.Kind, Ref: row.Ref, Name: row.Name}
	switch old, err := find(row.Ref); {
	case err == nil && (old.Kind != p.Kind || old.Name != p.Name || old.Parent != p.Parent):
		return p, false, community.ErrExists.On("place_ref").With("ref", row.Ref)
	case err == nil:
		return old, true, nil
	case !errors.Is(err, community.ErrNotFound):
		return p, false, err
	}
	return p, false, p.Validate(&parent)
}

// mayUnder refuses a place of a community whose rows may not be taken.
func (r *Run) mayUnder(ctx context.Context, place id.ID) error {
	if r.May == nil {
		return nil
	}
	path, err := r.Flows.Communities.Path(ctx, r.Flows.DB, place)
	if err != nil {
		return err
	}
	if home, _ := community.HomeOn(path); !r.may(home.ID) {
		return ErrNotYours.On("parent_ref")
	}
	return nil
}

func (r *Run) takeHouseholds(ctx context.Context, rows []HouseholdRow) ([]flow.Result, error) {
	results := make([]flow.Result, len(rows))
	var houses []household.Household
	var at []int
	for i, row := range rows {
		h, err := r.houseOf(ctx, row)
		switch {
		case fault.Of(err) == nil && err != nil:
			return nil, err
		case err != nil:
			results[i].Err = err
		default:
			houses, at = append(houses, h), append(at, i)
		}
	}
	for j, res := range r.Flows.AddHouseholds(ctx, r.Actor, houses) {
		results[at[j]] = res
	}
	return results, nil
}

// houseOf is a row as a household in its place, which lies in its community.
func (r *Run) houseOf(ctx context.Context, row HouseholdRow) (h household.Household, err error) {
	h = household.Household{Ref: row.Ref, Door: row.Door}
	place, err := r.Flows.Communities.ByRef(ctx, r.Flows.DB, row.Place)
	if errors.Is(err, community.ErrNotFound) || err == nil && (place.Closed() || !place.Kind.Within()) {
		return h, household.ErrBadPlace.On("place_ref")
	}
	if err != nil {
		return h, err
	}
	path, err := r.Flows.Communities.Path(ctx, r.Flows.DB, place.ID)
	if err != nil {
		return h, err
	}
	if home, found := community.HomeOn(path); found && home.Ref == row.Community {
		if !r.may(home.ID) {
			return h, ErrNotYours.On("community_ref")
		}
		h.Place, h.Home = place.ID, home.ID
		return h, nil
	}
	return h, household.ErrBadPlace.On("community_ref")
}

func (r *Run) takeResidents(ctx context.Context, rows []ResidentRow) ([]flow.Result, error) {
	results := make([]flow.Result, len(rows))
	var settlers []flow.Settler
	var at []int
	for i, row := range rows {
		h, err := r.householdOf(ctx, row)
		switch {
		case fault.Of(err) == nil && err != nil:
			return nil, err
		case err != nil:
			results[i].Err = err
		default:
			settlers, at = append(settlers, flow.Settler{Person: row.Person, Household: h.ID, Relation: row.Relation, Since: row.Since}), append(at, i)
		}
	}
	for j, res := range r.Flows.SettleMany(ctx, r.Actor, settlers) {
		results[at[j]] = res
	}
	return results, nil
}

func (r *Run) householdOf(ctx context.Context, row ResidentRow) (h household.Household, err error) {
	home, err := r.Flows.Communities.ByRef(ctx, r.Flows.DB, row.Community)
	if err != nil {
		return h, fieldOf(err, "community_ref")
	}
	if !r.may(home.ID) {
		return h, ErrNotYours.On("community_ref")
	}
	err = r.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		h, err = r.Flows.Households.ByRef(ctx, rd, home.ID, row.Household)
		return err
	})
	return h, fieldOf(err, "household_ref")
}

// fieldOf says which column a refusal is about.
func fieldOf(err error, column string) error {
	if f := fault.Of(err); f != nil {
		return f.On(column)
	}
	return err
}

// tryTree reads one row of such a table and asks what the books would say, without
// writing. Places that stand earlier in the file count as there.
func (r *Run) tryTree(ctx context.Context, t *Table) (line int, known bool, rejected *Rejection, err error) {
	var why error
	switch t.Kind {
	case Places:
		var row PlaceRow
		if row, rejected, err = t.NextPlace(); rejected == nil && err == nil {
			var p community.Place
			if p, known, why = r.placeOf(ctx, row, r.ahead); why == nil && !known {
				p.ID = id.ID{0xff, byte(len(r.ahead) >> 16), byte(len(r.ahead) >> 8), byte(len(r.ahead))} // stands for the one to come
				r.ahead[row.Ref] = p
			}
		}
	case Households:
		var row HouseholdRow
		if row, rejected, err = t.NextHousehold(); rejected == nil && err == nil {
			known, why = r.tryHousehold(ctx, row)
		}
	case Residents:
		var row ResidentRow
		if row, rejected, err = t.NextResident(); rejected == nil && err == nil {
			known, why = r.tryResident(ctx, row)
		}
	}
	line = t.Line()
	if f := fault.Of(why); f != nil {
		j := t.Reject(line, f)
		rejected = &j
	} else if why != nil {
		err = why
	}
	return line, known, rejected, err
}

func (r *Run) tryHousehold(ctx context.Context, row HouseholdRow) (known bool, err error) {
	h, err := r.houseOf(ctx, row)
	if err != nil {
		return false, err
	}
	return known, r.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		old, err := r.Flows.Households.ByRef(ctx, rd, h.Home, h.Ref)
		switch {
		case errors.Is(err, household.ErrNotFound):
			return nil
		case err == nil && (old.Place != h.Place || old.Door != h.Door):
			return household.ErrExists.On("household_ref").With("ref", h.Ref).With("door", old.Door)
		}
		known = err == nil
		return err
	})
}

func (r *Run) tryResident(ctx context.Context, row ResidentRow) (known bool, err error) {
	h, err := r.householdOf(ctx, row)
	if err != nil || row.Person.Phone == "" {
		return false, err
	}
	return known, r.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		p, err := r.Flows.People.ByPhone(ctx, rd, row.Person.Phone)
		switch {
		case errors.Is(err, person.ErrNotFound):
			return nil
		case err != nil:
			return err
		case p.Name != row.Person.Name:
			return person.ErrTaken.On("phone")
		}
		at, lives, err := r.Flows.Households.HomeOf(ctx, rd, p.ID)
		if err == nil && lives && at.ID != h.ID {
			err = household.ErrElsewhere.On("household_ref")
		}
		known = lives
		return err
	})
}
