package authz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"gongyi/internal/kernel/id"
)

// Tree tells what lies below what.
type Tree interface {
	// Covers reports whether inner is outer or lies below it.
	Covers(ctx context.Context, outer, inner id.ID) (bool, error)
}

// Engine decides by the policies. They are split by action, since Cedar looks at
// every policy of a set for every question, and an answer is remembered: it
// depends on nothing but the question.
type Engine struct {
	// Passkeys says that staff who change things must have signed in with a passkey
	// (the policies say who). Set before the first question.
	Passkeys bool

	tree     Tree
	policies []*Policy
	sets     map[Action]*articles

	mu       sync.RWMutex
	answered map[Question]*Decision
}

// articles are the policies of one action.
type articles struct {
	permits, forbids *cedar.PolicySet
	byID             map[cedar.PolicyID]*Policy
}

// remembered bounds the answers that are kept.
const remembered = 20_000

// New reads every *.cedar file of a folder. A policy that permits must name its
// actions; one that forbids and names none holds for all. "noun.*" stands for every
// action of a noun that is named anywhere.
func New(files fs.FS, tree Tree) (*Engine, error) {
	all, err := load(files)
	if err != nil {
		return nil, err
	}
	e := &Engine{tree: tree, policies: all, sets: make(map[Action]*articles), answered: make(map[Question]*Decision)}
	every := known(all)
	for _, p := range all {
		actions := p.Actions
		if p.whole {
			actions = every
		}
		for _, a := range actions {
			e.article(a, p)
		}
	}
	return e, nil
}

// article adds a policy to an action's.
func (e *Engine) article(a Action, p *Policy) {
	s := e.sets[a]
	if s == nil {
		s = &articles{permits: cedar.NewPolicySet(), forbids: cedar.NewPolicySet(), byID: make(map[cedar.PolicyID]*Policy)}
		e.sets[a] = s
	}
	into := s.permits
	if p.Forbids {
		into = s.forbids
	}
	into.Add(cedar.PolicyID(p.ID()), p.cedar)
	s.byID[cedar.PolicyID(p.ID())] = p
}

// Actions lists every action that some policy names, in order.
func (e *Engine) Actions() []Action { return slices.Sorted(maps.Keys(e.sets)) }

// Policies lists every policy, in the order of the files.
func (e *Engine) Policies() []*Policy { return e.policies }

// Question is all that an answer depends on; a policy sees nothing else.
type Question struct {
	Action    Action
	Key       bool   // a program asks, with a key
	SignedIn  bool   // a person asks
	Strong    bool   // who signed in with a passkey
	Assisting bool   // and helps somebody
	Own       bool   // the thing is hers, or that of whom she helps
	Roles     string // what she holds where the thing is, in order, by spaces
	Scopes    string // what whom she helps agreed to, in order, by spaces
}

// Decision is the answer to a question, and why.
type Decision struct {
	Allowed  bool
	Permits  []*Policy // those that permit it
	Forbids  []*Policy // those that forbid it, if any permits it
	Question Question
}

// Decide answers a question. What no policy names is refused.
func (e *Engine) Decide(q Question) (*Decision, error) {
	e.mu.RLock()
	d := e.answered[q]
	e.mu.RUnlock()
	if d != nil {
		return d, nil
	}
	d, err := e.decide(q)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	if len(e.answered) >= remembered {
		clear(e.answered)
	}
	e.answered[q] = d
	e.mu.Unlock()
	return d, nil
}

// decide asks Cedar: first what permits, then, if anything does, what forbids. A
// policy that cannot be evaluated is a mistake of ours and never a yes.
func (e *Engine) decide(q Question) (*Decision, error) {
	d := &Decision{Question: q}
	set := e.sets[q.Action]
	if set == nil {
		return d, nil
	}
	request := e.request(q)
	asked := q.Action.entity()
	noun := types.EntityMap{asked: types.Entity{UID: asked, Parents: types.NewEntityUIDSet(q.Action.group().entity())}}
	_, seen := cedar.Authorize(set.permits, noun, request)
	d.Permits = set.named(seen)
	if err := failed(seen); err != nil || len(d.Permits) == 0 {
		return d, err
	}
	_, seen = cedar.Authorize(set.forbids, noun, request)
	d.Forbids = set.named(seen)
	d.Allowed = len(d.Forbids) == 0
	return d, failed(seen)
}

// entity is the action as Cedar names it.
func (a Action) entity() types.EntityUID { return types.NewEntityUID("Action", types.String(a)) }

// request is a question as Cedar reads it. Who exactly asks, and about what, no
// policy may depend on.
func (e *Engine) request(q Question) cedar.Request {
	principal := types.EntityType("Person")
	if q.Key {
		principal = "Key"
	}
	return cedar.Request{
		Principal: types.NewEntityUID(principal, "asks"),
		Action:    q.Action.entity(),
		Resource:  types.NewEntityUID("Thing", "asked"),
		Context: types.NewRecord(types.RecordMap{
			"signed_in": types.Boolean(q.SignedIn),
			"own":       types.Boolean(q.Own),
			"roles":     words(q.Roles),
			"scopes":    words(q.Scopes),
			"strong":    types.Boolean(q.Strong),
			"passkeys":  types.Boolean(e.Passkeys),
			"assisting": types.Boolean(q.Assisting),
			"changes":   types.Boolean(q.Action.Changes()),
		}),
	}
}

// words is a set of the words of a text.
func words(text string) types.Set {
	var all []types.Value
	for w := range strings.FieldsSeq(text) {
		all = append(all, types.String(w))
	}
	return types.NewSet(all...)
}

func (s *articles) named(d cedar.Diagnostic) []*Policy {
	var all []*Policy
	for _, r := range d.Reasons {
		all = append(all, s.byID[r.PolicyID])
	}
	slices.SortFunc(all, func(a, b *Policy) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
	return all
}

func failed(d cedar.Diagnostic) error {
	var errs []error
	for _, e := range d.Errors {
		errs = append(errs, fmt.Errorf("authz: %s", e))
	}
	return errors.Join(errs...)
}

// May refuses what no policy permits, or what one forbids: ErrSignIn if signing in
// could help, else the refusal of the policy that forbids it, else ErrDenied.
func (e *Engine) May(ctx context.Context, v Viewer, a Action, on Resource) error {
	d, err := e.Explain(ctx, v, a, on)
	if err != nil {
		return err
	}
	return d.Refusal()
}

// Can is May for pages that show only what may be done; what cannot be found out
// is not shown.
func (e *Engine) Can(ctx context.Context, v Viewer, a Action, on Resource) bool {
	return e.May(ctx, v, a, on) == nil
}

// Explain answers as May does, with the policies that decided.
func (e *Engine) Explain(ctx context.Context, v Viewer, a Action, on Resource) (*Decision, error) {
	roles, err := e.roles(ctx, v, on)
	if err != nil {
		return nil, err
	}
	return e.Decide(Question{
		Action: a, Key: !v.Key.IsZero(), SignedIn: v.SignedIn(), Strong: v.Strong, Assisting: !v.For.IsZero(),
		Own: v.SignedIn() && !on.Owner.IsZero() && on.Owner == v.Acting(), Roles: roles,
		Scopes: strings.Join(slices.Sorted(slices.Values(v.Scopes)), " "),
	})
}

// Refusal is nil if it is allowed.
func (d *Decision) Refusal() error {
	q := d.Question
	switch {
	case d.Allowed:
		return nil
	case !q.SignedIn && !q.Key:
		return ErrSignIn
	}
	for _, p := range d.Forbids {
		if p.Refusal != nil {
			return p.Refusal.With("action", string(q.Action))
		}
	}
	return ErrDenied.With("action", string(q.Action))
}

// roles are the roles she holds where the resource is, in order.
func (e *Engine) roles(ctx context.Context, v Viewer, on Resource) (string, error) {
	held, err := e.held(ctx, v, on)
	slices.Sort(held)
	return strings.Join(held, " "), err
}

// held are the roles she holds where the resource is, in the order of her grants. A
// role for one shop or household counts for what belongs to that one only.
func (e *Engine) held(ctx context.Context, v Viewer, on Resource) ([]string, error) {
	held := make([]string, 0, 8)
	for _, g := range v.Grants {
		if !g.Subject.IsZero() && g.Subject != on.Subject || slices.Contains(held, string(g.Role)) {
			continue
		}
		covers := g.Place.IsZero()
		if !covers && !on.Place.IsZero() {
			var err error
			if covers, err = e.tree.Covers(ctx, g.Place, on.Place); err != nil {
				return nil, err
			}
		}
		if covers {
			held = append(held, string(g.Role))
		}
	}
	return held, nil
}
