package flow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// Refusals of the work with households.
var (
	ErrNoPerson  = fault.New(fault.NotFound, "household.no_person")
	ErrNotServed = fault.New(fault.Forbidden, "household.not_served")
)

// AddHouseholds notes many households, hundreds in a second. Home may be left to the
// place. One that is there already counts as not added.
func (f *Flows) AddHouseholds(ctx context.Context, actor db.Actor, households []household.Household) []Result {
	results := make([]Result, len(households))
	f.each(ctx, actor, len(households), func(int) id.ID { return id.Tilde }, results, func(tx *db.Tx, i int) (bool, error) {
		h := households[i]
		home, err := f.openHome(ctx, tx, h.Place)
		if err != nil {
			return false, err
		}
		if h.Home.IsZero() {
			h.Home = home
		}
		if h.Home != home {
			return false, household.ErrBadPlace.On("place_ref")
		}
		_, added, err := f.Households.Add(ctx, tx, h)
		return added, err
	})
	return results
}

// Settler is somebody who moves into a household. Without an id she is found by her
// phone, or among who lives there by her name; else she is registered.
type Settler struct {
	Person    person.Person
	Household id.ID
	Relation  household.Relation
	Since     time.Time // zero: now
}

// SettleMany moves many people into households.
func (f *Flows) SettleMany(ctx context.Context, actor db.Actor, settlers []Settler) []Result {
	results := make([]Result, len(settlers))
	f.each(ctx, actor, len(settlers), func(int) id.ID { return id.Tilde }, results, func(tx *db.Tx, i int) (bool, error) {
		_, added, err := f.settleOne(ctx, tx, settlers[i])
		return added, err
	})
	return results
}

// MoveIn moves one person into a household.
func (f *Flows) MoveIn(ctx context.Context, actor db.Actor, s Settler) (r household.Residence, err error) {
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		var added bool
		if r, added, err = f.settleOne(ctx, tx, s); err == nil && !added {
			err = household.ErrElsewhere.On("person")
		}
		return err
	})
	return r, err
}

// settleOne refuses before it writes anything.
func (f *Flows) settleOne(ctx context.Context, tx *db.Tx, s Settler) (r household.Residence, added bool, err error) {
	who := s.Person.ID
	if who.IsZero() && s.Person.Phone != "" {
		switch known, err := f.People.ByPhone(ctx, tx, s.Person.Phone); {
		case err == nil && known.Name != s.Person.Name:
			return r, false, person.ErrTaken.On("phone")
		case err == nil:
			who = known.ID
		case !errors.Is(err, person.ErrNotFound):
			return r, false, err
		}
	}
	if who.IsZero() {
		if who, err = f.namesake(ctx, tx, s); err != nil {
			return r, false, err
		}
	}
	residence := household.Residence{Household: s.Household, Person: who, Relation: s.Relation, From: s.Since}
	if !who.IsZero() {
		return f.Households.MoveIn(ctx, tx, residence)
	}
	if err := f.Households.MayMoveIn(ctx, tx, residence); err != nil {
		return r, false, err
	}
	p, err := f.People.Register(ctx, tx, s.Person)
	if err != nil {
		return r, false, err
	}
	residence.Person = p.ID
	return f.Households.MoveIn(ctx, tx, residence)
}

// namesake is who lives in the household under the same name, the zero id if nobody
// does.
func (f *Flows) namesake(ctx context.Context, tx *db.Tx, s Settler) (id.ID, error) {
	living, err := f.Households.Members(ctx, tx, []id.ID{s.Household})
	if err != nil {
		return id.ID{}, err
	}
	var who []id.ID
	for _, r := range living[s.Household] {
		if r.Current() {
			who = append(who, r.Person)
		}
	}
	known, err := f.People.ByIDs(ctx, tx, who)
	for _, p := range known {
		if p.Name == s.Person.Name && (s.Person.Phone == "" || p.Phone == "" || p.Phone == s.Person.Phone) {
			return p.ID, nil
		}
	}
	return id.ID{}, err
}

// WorkersOf are the grid workers of a household: who was named for it, else whoever
// is one in its building, grid or community; the nearest ones only.
func (f *Flows) WorkersOf(ctx context.Context, r db.Reader, h household.Household, now time.Time) (who []id.ID, err error) {
	links, err := f.Households.Links(ctx, r, []id.ID{h.ID})
	if err != nil {
		return nil, err
	}
	for _, l := range links[h.ID] {
		if l.Current() && l.Kind == household.Worker {
			who = append(who, l.Person)
		}
	}
	if len(who) > 0 {
		return who, nil
	}
	path, err := f.Communities.Up(ctx, r, h.Place)
	if err != nil {
		return nil, err
	}
	for _, p := range slices.Backward(path) {
		grants, err := f.Access.In(ctx, r, p.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			if g.Role == access.GridWorker && g.Holds(now) && (g.Subject.IsZero() || g.Subject == h.ID) && !slices.Contains(who, g.Person) {
				who = append(who, g.Person)
			}
		}
		if len(who) > 0 || p.Kind == community.Community {
			break
		}
	}
	return who, nil
}

// Serves reports whether a person is a grid worker of a household: by name, or by a
// grant that covers it. One who is no grid worker any more serves nobody.
func (f *Flows) Serves(ctx context.Context, r db.Reader, worker id.ID, h household.Household, now time.Time) (bool, error) {
	grants, err := f.Access.Of(ctx, r, worker)
	if err != nil {
		return false, err
	}
	path, err := f.Communities.Up(ctx, r, h.Place)
	if err != nil {
		return false, err
	}
	isWorker := false
	for _, g := range grants {
		if g.Role != access.GridWorker || !g.Holds(now) {
			continue
		}
		isWorker = true
		covers := g.Place.IsZero() || slices.ContainsFunc(path, func(p community.Place) bool { return p.ID == g.Place })
		if covers && (g.Subject.IsZero() || g.Subject == h.ID) {
			return true, nil
		}
	}
	if !isWorker {
		return false, nil
	}
	links, err := f.Households.Links(ctx, r, []id.ID{h.ID})
	return slices.ContainsFunc(links[h.ID], func(l household.Link) bool {
		return l.Current() && l.Kind == household.Worker && l.Person == worker
	}), err
}

// ServedBy lists the households that a grid worker serves, by reference, at most
// 5,000 of each place.
func (f *Flows) ServedBy(ctx context.Context, r db.Reader, worker id.ID, now time.Time) (all []household.Household, err error) {
	grants, err := f.Access.Of(ctx, r, worker)
	if err != nil {
		return nil, err
	}
	var places, named []id.ID
	isWorker := false
	for _, g := range grants {
		if g.Role != access.GridWorker || !g.Holds(now) {
			continue
		}
		isWorker = true
		switch {
		case !g.Subject.IsZero():
			named = append(named, g.Subject)
		case !g.Place.IsZero():
			below, err := f.Communities.Below(ctx, r, g.Place)
			if err != nil {
				return nil, err
			}
			for _, p := range below {
				places = append(places, p.ID)
			}
		}
	}
	if !isWorker {
		return nil, nil
	}
	duties, err := f.Households.Duties(ctx, r, worker)
	if err != nil {
		return nil, err
	}
	for _, l := range duties {
		if l.Current() && l.Kind == household.Worker {
			named = append(named, l.Household)
		}
	}
	return f.houses(ctx, r, places, named)
}

// houses finds households by place and by name, each once, by reference.
func (f *Flows) houses(ctx context.Context, r db.Reader, places, named []id.ID) (all []household.Household, err error) {
	byName, err := f.Households.ByIDs(ctx, r, named)
	if err != nil {
		return nil, err
	}
	for _, h := range byName {
		if !h.Ended() {
			all = append(all, h)
		}
	}
	for chunk := range slices.Chunk(places, 400) {
		some, _, err := f.Households.Find(ctx, r, household.Query{Places: chunk, Limit: 5000})
		if err != nil {
			return nil, err
		}
		for _, h := range some {
			if _, twice := byName[h.ID]; !twice {
				all = append(all, h)
			}
		}
	}
	slices.SortFunc(all, func(a, b household.Household) int { return cmp.Compare(a.Ref, b.Ref) })
	return all, nil
}
