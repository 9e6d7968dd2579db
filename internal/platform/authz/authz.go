// Package authz answers one question: may she do this, here? Who asks is a
// Viewer with the roles that were granted to her, what is asked an Action on a
// Resource, and the answer comes from Cedar policies: text files that a committee
// can read. What no policy permits is refused (A2).
package authz

import (
	"context"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals of May. A policy that forbids may name one of its own.
var (
	ErrSignIn = fault.New(fault.Unauthorized, "authz.sign_in")
	ErrDenied = fault.New(fault.Forbidden, "authz.denied")
)

// Role is the name of a role, as the policies write it: "grid_worker".
type Role string

// Action is the name of what is asked, noun before verb: "statement.read".
type Action string

// looking are the verbs that change nothing; every other one does.
var looking = []string{"read", "open", "verify", "describe", "use", "export", "search"}

// Changes reports whether the action changes anything, which its verb says.
func (a Action) Changes() bool {
	return !slices.Contains(looking, string(a[strings.LastIndexByte(string(a), '.')+1:]))
}

// Grant is a role that somebody holds in a part of the tree of places.
type Grant struct {
	ID      id.ID
	Role    Role
	Place   id.ID     // the role holds there and below; zero: in the whole installation
	Subject id.ID     // one shop, household or point; zero: the whole place
	Until   time.Time // zero: until it is ended
}

// Viewer is who asks: a person, a program with a key, or nobody.
type Viewer struct {
	Person  id.ID // zero: nobody is signed in
	Session id.ID
	Strong  bool     // signed in with a passkey
	Grants  []Grant  // in force now
	For     id.ID    // whom she acts for in an assisted session (A4), zero if nobody
	Assist  id.ID    // that session
	Scopes  []string // what that person agreed to (A4)
	Key     id.ID    // the key of the program that asks; then there is no person
}

// SignedIn reports whether a person is.
func (v Viewer) SignedIn() bool { return !v.Person.IsZero() }

// Acting is the person whose things she sees and moves: herself, or whom she helps.
func (v Viewer) Acting() id.ID {
	if v.For.IsZero() {
		return v.Person
	}
	return v.For
}

// Actor is the viewer as who asks for a change.
func (v Viewer) Actor() db.Actor {
	if !v.Key.IsZero() {
		return db.Actor{Kind: "key", ID: v.Key}
	}
	return db.Actor{Kind: "person", ID: v.Person}
}

// Holds reports whether she holds one of the roles anywhere.
func (v Viewer) Holds(roles ...Role) bool {
	return slices.ContainsFunc(v.Grants, func(g Grant) bool { return slices.Contains(roles, g.Role) })
}

// Resource is what an action is done to.
type Resource struct {
	Kind    string // "shop"; for logs
	Place   id.ID  // the place it belongs to; zero: the whole installation
	Owner   id.ID  // the person whose it is, zero if nobody's
	Subject id.ID  // the shop, household or point it belongs to, zero if none
}

type viewerKey struct{}

// With puts the viewer into the context of a request.
func With(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// Of is the viewer of a request; without one, nobody.
func Of(ctx context.Context) Viewer {
	v, _ := ctx.Value(viewerKey{}).(Viewer)
	return v
}
