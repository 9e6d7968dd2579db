package authz

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
)

// drawn is a made-up world: a tree, policies and a viewer with grants in it.
type drawn struct {
	*Engine
	tree   tree
	places []id.ID
	rules  []rule
	v      Viewer
}

// rule is a policy as the test understands it.
type rule struct {
	forbids bool
	action  Action
	role    Role
}

var (
	someRoles   = []Role{"a", "b", "c"}
	someActions = []Action{"x.read", "x.make", "y.make"}
)

func draw(t *rapid.T) drawn {
	d := drawn{tree: tree{}}
	for i := range rapid.IntRange(1, 12).Draw(t, "places") {
		at := n(byte(i + 1))
		if i > 0 {
			d.tree[at] = rapid.SampledFrom(d.places).Draw(t, "parent")
		}
		d.places = append(d.places, at)
	}
	var text strings.Builder
	for range rapid.IntRange(0, 8).Draw(t, "rules") {
		r := rule{rapid.Bool().Draw(t, "forbids"), rapid.SampledFrom(someActions).Draw(t, "action"), rapid.SampledFrom(someRoles).Draw(t, "role")}
		d.rules = append(d.rules, r)
		effect := "permit"
		if r.forbids {
			effect = "forbid"
		}
		fmt.Fprintf(&text, "%s (principal, action == Action::%q, resource) when { context.roles.contains(%q) };\n", effect, r.action, r.role)
	}
	e, err := New(fstest.MapFS{"drawn.cedar": {Data: []byte(text.String())}}, d.tree)
	if err != nil {
		t.Fatal(err)
	}
	d.Engine = e
	d.v = Viewer{Person: n(200), Grants: rapid.SliceOfN(rapid.Custom(d.grant), 0, 5).Draw(t, "grants")}
	return d
}

func (d drawn) grant(t *rapid.T) Grant {
	g := Grant{Role: rapid.SampledFrom(someRoles).Draw(t, "role")}
	if rapid.Bool().Draw(t, "somewhere") {
		g.Place = rapid.SampledFrom(d.places).Draw(t, "place")
	}
	if rapid.Bool().Draw(t, "one thing") {
		g.Subject = n(byte(rapid.IntRange(100, 103).Draw(t, "subject")))
	}
	return g
}

func (d drawn) resource(t *rapid.T) (on Resource) {
	if rapid.Bool().Draw(t, "at a place") {
		on.Place = rapid.SampledFrom(d.places).Draw(t, "at")
	}
	if rapid.Bool().Draw(t, "of a thing") {
		on.Subject = n(byte(rapid.IntRange(100, 103).Draw(t, "of")))
	}
	return on
}

// above lists a place and what it lies in, computed from the tree alone.
func (d drawn) above(at id.ID) (all []id.ID) {
	for ; !at.IsZero(); at = d.tree[at] {
		all = append(all, at)
	}
	return all
}

// counts is the whole meaning of a grant, written a second time.
func (d drawn) counts(g Grant, on Resource) bool {
	place := g.Place.IsZero() || slices.Contains(d.above(on.Place), g.Place)
	return place && (g.Subject.IsZero() || g.Subject == on.Subject)
}

// The engine says yes exactly if a role that counts here is permitted and none is
// forbidden: default deny, forbid wins, above covers below and never beside, and a
// role for one thing never leaks to another.
func TestTheEngineAgreesWithItsMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		for range 10 {
			a, on := rapid.SampledFrom(someActions).Draw(t, "ask"), d.resource(t)
			permitted, forbidden := false, false
			for _, r := range d.rules {
				holds := slices.ContainsFunc(d.v.Grants, func(g Grant) bool { return g.Role == r.role && d.counts(g, on) })
				if holds && r.action == a {
					permitted, forbidden = permitted || !r.forbids, forbidden || r.forbids
				}
			}
			if got := d.May(t.Context(), d.v, a, on) == nil; got != (permitted && !forbidden) {
				t.Fatalf("%s on %+v: %v, permitted %v, forbidden %v", a, on, got, permitted, forbidden)
			}
		}
	})
}

// One more grant never takes anything away where no policy forbids.
func TestMoreRolesNeverDoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		if slices.ContainsFunc(d.rules, func(r rule) bool { return r.forbids }) {
			t.Skip("forbids")
		}
		more := d.v
		more.Grants = append(slices.Clone(d.v.Grants), rapid.Custom(d.grant).Draw(t, "more"))
		a, on := rapid.SampledFrom(someActions).Draw(t, "ask"), d.resource(t)
		if d.May(t.Context(), d.v, a, on) == nil && d.May(t.Context(), more, a, on) != nil {
			t.Fatalf("%s on %+v: lost by %+v", a, on, more.Grants)
		}
	})
}
