package flow_test

import (
	"errors"
	"strings"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// lane is a community of two grids: Wang lives in the first with her daughter Min,
// Chen in the second. Li is the grid worker of the first, Zhao of the second; Sun
// works at the office and is nobody's helper.
type lane struct {
	*flow.Flows
	t      *testing.T
	env    dbtest.Env
	places map[string]id.ID
	people map[string]id.ID
	houses map[string]id.ID
}

func inLane(t *testing.T, fn func(l *lane)) {
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) { fn(openLane(t, env)) })
}

func openLane(t *testing.T, env dbtest.Env) *lane {
	l := &lane{Flows: flow.New(env.DB), t: t, env: env, places: make(map[string]id.ID), people: make(map[string]id.ID), houses: make(map[string]id.ID)}
	c, _, err := l.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: "C1", Name: "竹溪社区"}, flow.Trial())
	l.must(err)
	l.places["C1"] = c.ID
	l.place(community.Grid, "C1", "G1")
	l.place(community.Grid, "C1", "G2")
	l.place(community.Building, "G1", "B1")
	l.house("B1", "101")
	l.house("B1", "102")
	l.house("G2", "201")
	l.lives("wang", "101", household.Head)
	l.lives("min", "101", household.Child)
	l.lives("chen", "201", household.Head)
	for _, name := range []string{"li", "zhao", "sun"} {
		l.registered(name)
	}
	l.grant("li", access.GridWorker, "G1")
	l.grant("zhao", access.GridWorker, "G2")
	return l
}

func (l *lane) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lane) update(by id.ID, fn func(tx *db.Tx) error) error {
	return l.DB.Update(ctx, id.Tilde, db.Actor{Kind: "person", ID: by}, fn)
}

func (l *lane) place(kind community.Kind, under, ref string) {
	l.t.Helper()
	l.must(l.update(id.ID{}, func(tx *db.Tx) error {
		p, err := l.Communities.Add(ctx, tx, community.Place{Parent: l.places[under], Kind: kind, Ref: ref, Name: ref})
		l.places[ref] = p.ID
		return err
	}))
}

func (l *lane) house(at, ref string) {
	l.t.Helper()
	for _, res := range l.AddHouseholds(ctx, db.System, []household.Household{{Place: l.places[at], Ref: ref, Door: ref + " 室"}}) {
		l.must(res.Err)
	}
	l.must(l.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		h, err := l.Households.ByRef(ctx, r, l.places["C1"], ref)
		l.houses[ref] = h.ID
		return err
	}))
}

func (l *lane) registered(name string) {
	l.t.Helper()
	l.must(l.update(id.ID{}, func(tx *db.Tx) error {
		p, err := l.People.Register(ctx, tx, person.Person{Name: name})
		if err == nil {
			l.people[name] = p.ID
		}
		return err
	}))
}

func (l *lane) lives(name, ref string, as household.Relation) {
	l.t.Helper()
	r, err := l.MoveIn(ctx, db.System, flow.Settler{Person: person.Person{Name: name}, Household: l.houses[ref], Relation: as})
	l.must(err)
	l.people[name] = r.Person
}

func (l *lane) grant(name string, role authz.Role, at string) (grant id.ID) {
	l.t.Helper()
	l.must(l.update(id.ID{}, func(tx *db.Tx) error {
		g, err := l.Access.Give(ctx, tx, access.Grant{Person: l.people[name], Role: role, Place: l.places[at], Grantor: "test", Reason: "named"})
		if err == nil {
			grant = g.ID
		}
		return err
	}))
	return grant
}

func (l *lane) switched(c community.Capability, on bool) {
	l.t.Helper()
	l.must(l.DB.Update(ctx, l.places["C1"], db.System, func(tx *db.Tx) error {
		_, err := l.Communities.Decide(ctx, tx, community.Switch{Capability: c, On: on, Reason: "试点"})
		return err
	}))
}

func (l *lane) viewer(name string) authz.Viewer {
	l.t.Helper()
	v := authz.Viewer{Person: l.people[name], Session: id.ID{1: byte(len(name)), 2: name[0]}}
	var err error
	v.Grants, err = l.Access.Held(ctx, v.Person, l.env.Clock.Now())
	l.must(err)
	v, err = l.Assisting(ctx, v)
	l.must(err)
	return v
}

// consent is "who noted it: subject → helper, as basis, given how".
func (l *lane) consent(by, subject, helper string, basis assist.Basis, given assist.Given, edit ...func(c *assist.Consent)) (id.ID, error) {
	c := assist.Consent{Subject: l.people[subject], Helper: l.people[helper], Basis: basis, Scopes: []assist.Scope{assist.See, assist.Order}, Given: given, Until: l.env.Clock.Now().AddDate(0, 6, 0)}
	if given != assist.OwnPhone {
		c.Evidence, c.Witness = "表 2025-031", "孙大姐"
	}
	for _, fn := range edit {
		fn(&c)
	}
	got, err := l.GiveConsent(ctx, db.Actor{Kind: "person", ID: l.people[by]}, c)
	if err != nil {
		return id.ID{}, err
	}
	return got.ID, nil
}

func (l *lane) refused(what string, err error, want *fault.Fault) {
	l.t.Helper()
	if !errors.Is(err, want) {
		l.t.Errorf("%s: %v, want %s", what, err, want.Code)
	}
}

// acts checks whether Li acts for Wang, in what she agreed to.
func (l *lane) acts(want bool, when string) {
	l.t.Helper()
	v := l.viewer("li")
	if got := v.Acting() == l.people["wang"]; got != want {
		l.t.Errorf("%s: Li acts for Wang: %v", when, got)
	}
	if want && strings.Join(v.Scopes, " ") != "see order" {
		l.t.Errorf("%s: scopes %v", when, v.Scopes)
	}
}
