package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// AddPlaces puts many places into the tree, parents before what stands under them.
// One whose reference is there already counts as not added.
func (f *Flows) AddPlaces(ctx context.Context, actor db.Actor, places []community.Place) []Result {
	results := make([]Result, len(places))
	f.each(ctx, actor, len(places), func(int) id.ID { return id.Tilde }, results, func(tx *db.Tx, i int) (bool, error) {
		_, err := f.Communities.Add(ctx, tx, places[i])
		if errors.Is(err, community.ErrExists) {
			return false, nil
		}
		return err == nil, err
	})
	return results
}

// ClosePlace closes a place in which nobody lives any more.
func (f *Flows) ClosePlace(ctx context.Context, actor db.Actor, place id.ID, reason string) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		n, err := f.Households.Standing(ctx, tx, place)
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrHasHouseholds.With("households", n)
		}
		return f.Communities.Close(ctx, tx, place, reason)
	})
}

// ErrHasHouseholds refuses to close a place where households stand.
var ErrHasHouseholds = fault.New(fault.Conflict, "community.has_households")

// FoundFrom makes a community from a template: the place, its first policy version,
// its grids and what is switched on (T1). Run again after a failure, it goes on.
func (f *Flows) FoundFrom(ctx context.Context, actor db.Actor, t community.Template, p community.Place) (_ community.Place, err error) {
	if err := t.Validate(); err != nil {
		return p, err
	}
	if old, err := f.Communities.ByRef(ctx, f.DB, p.Ref); err == nil && (old.Kind != community.Community || old.Parent != p.Parent || old.Name != p.Name) {
		return p, community.ErrExists.On("ref").With("ref", p.Ref)
	}
	p.Kind = community.Community
	first := Trial()
	if len(t.Params) > 0 {
		first = policy.Proposal{Code: t.Policy, Author: "gongyi", Reason: t.Name}
		if err := json.Unmarshal(t.Params, &first.Params); err != nil {
			return p, fmt.Errorf("flow: template %s: %w", t.Ref, err)
		}
	}
	if p, _, err = f.Found(ctx, actor, p, first); err != nil {
		return p, err
	}
	for _, res := range f.AddPlaces(ctx, actor, t.Lay(p)) {
		if res.Err != nil {
			return p, res.Err
		}
	}
	err = f.DB.Update(ctx, p.ID, actor, func(tx *db.Tx) error {
		for _, c := range slices.Sorted(maps.Keys(t.Capabilities)) {
			_, err := f.Communities.Decide(ctx, tx, community.Switch{Capability: c, On: t.Capabilities[c], Reason: t.Name})
			if err != nil && !errors.Is(err, community.ErrSwitched) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	return p, f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		return f.Communities.Note(ctx, tx, community.Change{Place: p.ID, Kind: community.Filled, New: t.Name, Reason: fmt.Sprintf("%s/%d", t.Ref, t.Edition)})
	})
}

// TemplateOf takes a template from a community as it is: its rules, its number of
// grids, who holds which role, what is switched on.
func (f *Flows) TemplateOf(ctx context.Context, at community.Place) (t community.Template, err error) {
	s, err := f.Measure(ctx, at)
	if err != nil {
		return t, err
	}
	t = community.Template{Ref: at.Ref, Name: at.Name, Grids: int(s.Places[community.Grid]), GridName: "第%d网格", Capabilities: s.On, From: at.Ref}
	if t.Grids > 0 {
		t.Households = int(s.Households) / t.Grids
	}
	if s.Policy != nil {
		t.Policy = s.Policy.Code
		if t.Params, err = json.Marshal(s.Policy.Params); err != nil {
			return t, err
		}
	}
	for _, role := range access.Roles {
		if n := s.Roles[role]; n > 0 && role != access.Resident && role != access.Owner && role != access.Staff {
			each := role == access.GridWorker && t.Grids > 0 && n >= t.Grids
			if each {
				n /= t.Grids
			}
			t.Roles = append(t.Roles, community.Post{Role: role, Count: n, Each: each})
		}
	}
	return t, nil
}

// Measured is what a community has, for a comparison (T1) and for a pilot (A10).
type Measured struct {
	Place      community.Place
	Places     map[community.Kind]int64
	Households int64
	Empty      int // grids without any
	People     int64
	Members    int64
	Shops      int
	Policy     *policy.Version
	Roles      map[authz.Role]int
	On         map[community.Capability]bool
	Switches   []community.Switch
}

// Measure counts what a community has now.
func (f *Flows) Measure(ctx context.Context, at community.Place) (m Measured, err error) {
	m = Measured{Place: at, Places: make(map[community.Kind]int64), Roles: make(map[authz.Role]int)}
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error { return f.measureTree(ctx, r, &m) })
	if err != nil {
		return m, err
	}
	err = f.DB.View(ctx, at.ID, func(r db.Reader) error {
		if m.Members, err = f.Members.Count(ctx, r, at.ID); err != nil {
			return err
		}
		shops, err := f.Merchants.List(ctx, r, at.ID)
		if err != nil {
			return err
		}
		m.Shops = len(shops)
		versions, err := f.Policies.List(ctx, r, at.ID)
		if err != nil {
			return err
		}
		m.Policy = policy.InForce(versions, now)
		m.Switches, err = f.Communities.Switches(ctx, r, at.ID)
		m.On = community.Switched(m.Switches, now)
		return err
	})
	return m, err
}

// measureTree counts what lies below a community, and who has a part in it.
func (f *Flows) measureTree(ctx context.Context, r db.Reader, m *Measured) error {
	now := f.DB.Clock().Now()
	below, err := f.Communities.Below(ctx, r, m.Place.ID)
	if err != nil {
		return err
	}
	counts, err := f.Households.CountByPlace(ctx, r, m.Place.ID)
	if err != nil {
		return err
	}
	full := make(map[id.ID]int64, len(counts)) // with what their buildings have
	for _, p := range slices.Backward(below) {
		full[p.ID] += counts[p.ID]
		full[p.Parent] += full[p.ID]
		if p.ID == m.Place.ID || p.Closed() {
			continue
		}
		m.Places[p.Kind]++
		if p.Kind == community.Grid && full[p.ID] == 0 {
			m.Empty++
		}
	}
	m.Households = full[m.Place.ID]
	if m.People, err = f.Households.People(ctx, r, m.Place.ID); err != nil {
		return err
	}
	for _, p := range below {
		if p.Kind == community.Building { // nobody is granted a role in a single house
			continue
		}
		grants, err := f.Access.In(ctx, r, p.ID)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.Holds(now) {
				m.Roles[g.Role]++
			}
		}
	}
	return nil
}

// Rollout switches a capability in many communities, and says how it went in each.
func (f *Flows) Rollout(ctx context.Context, actor db.Actor, communities []id.ID, w community.Switch) []Result {
	results := make([]Result, len(communities))
	f.each(ctx, actor, len(communities), func(i int) id.ID { return communities[i] }, results, func(tx *db.Tx, _ int) (bool, error) {
		_, err := f.Communities.Decide(ctx, tx, w)
		if errors.Is(err, community.ErrSwitched) {
			return false, nil
		}
		return err == nil, err
	})
	return results
}

// openHome is the community of a place in which a household may stand.
func (f *Flows) openHome(ctx context.Context, r db.Reader, place id.ID) (home id.ID, err error) {
	path, err := f.Communities.Up(ctx, r, place)
	if errors.Is(err, community.ErrNotFound) {
		return home, household.ErrBadPlace.On("place_ref")
	}
	if err != nil {
		return home, err
	}
	at, found := community.HomeOn(path)
	if last := path[len(path)-1]; !found || last.Closed() || !last.Kind.Within() {
		return home, household.ErrBadPlace.On("place_ref")
	}
	return at.ID, nil
}
