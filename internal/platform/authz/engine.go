package authz

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

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
// every policy of a set for every question.
type Engine struct {
	tree Tree
	sets map[Action]*cedar.PolicySet
}

// New reads every *.cedar file of a folder. A policy must name its actions.
func New(files fs.FS, tree Tree) (*Engine, error) {
	names, err := fs.Glob(files, "*.cedar")
	if err != nil {
		return nil, err
	}
	e := &Engine{tree: tree, sets: make(map[Action]*cedar.PolicySet)}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			return nil, fmt.Errorf("authz: %s: %w", name, err)
		}
		for i, p := range list {
			actions, err := actionsOf(p)
			if err != nil {
				return nil, fmt.Errorf("authz: %s, policy %d: %w", name, i+1, err)
			}
			for _, a := range actions {
				if e.sets[a] == nil {
					e.sets[a] = cedar.NewPolicySet()
				}
				e.sets[a].Add(cedar.PolicyID(fmt.Sprintf("%s#%d", name, i+1)), p)
			}
		}
	}
	return e, nil
}

// actionsOf are the actions that a policy's head names.
func actionsOf(p *cedar.Policy) ([]Action, error) {
	text, err := p.MarshalJSON()
	if err != nil {
		return nil, err
	}
	type entity struct{ Type, ID string }
	var head struct {
		Action struct {
			Op       string
			Entity   entity
			Entities []entity
		}
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	named := head.Action.Entities
	if head.Action.Entity.ID != "" {
		named = append(named, head.Action.Entity)
	}
	if len(named) == 0 {
		return nil, fmt.Errorf("it names no action")
	}
	actions := make([]Action, len(named))
	for i, n := range named {
		actions[i] = Action(n.ID)
	}
	return actions, nil
}

// Actions lists every action that some policy names, in order.
func (e *Engine) Actions() []Action { return slices.Sorted(maps.Keys(e.sets)) }

// May refuses what no policy permits, or what one forbids: ErrSignIn if signing in
// could help, else ErrDenied.
func (e *Engine) May(ctx context.Context, v Viewer, a Action, on Resource) error {
	roles, err := e.roles(ctx, v, on)
	if err != nil {
		return err
	}
	principal := types.NewEntityUID("Person", types.String(v.Person.String()))
	request := cedar.Request{
		Principal: principal,
		Action:    types.NewEntityUID("Action", types.String(a)),
		Resource:  types.NewEntityUID("Resource", types.String(on.Kind)),
		Context: types.NewRecord(types.RecordMap{
			"signed_in": types.Boolean(v.SignedIn()),
			"strong":    types.Boolean(v.Strong),
			"assisting": types.Boolean(!v.For.IsZero()),
			"own":       types.Boolean(v.SignedIn() && !on.Owner.IsZero() && on.Owner == v.Acting()),
			"roles":     roles,
		}),
	}
	set, known := e.sets[a]
	if !known {
		return ErrDenied.With("action", string(a))
	}
	if decision, _ := cedar.Authorize(set, types.EntityMap{}, request); decision == types.Allow {
		return nil
	}
	if !v.SignedIn() {
		return ErrSignIn
	}
	return ErrDenied.With("action", string(a))
}

// roles are the roles she holds where the resource is. A role for one shop or
// household counts for what belongs to that one only.
func (e *Engine) roles(ctx context.Context, v Viewer, on Resource) (types.Set, error) {
	var held []types.Value
	for _, g := range v.Grants {
		if !g.Subject.IsZero() && g.Subject != on.Subject {
			continue
		}
		covers := g.Place.IsZero()
		if !covers && !on.Place.IsZero() {
			var err error
			if covers, err = e.tree.Covers(ctx, g.Place, on.Place); err != nil {
				return types.Set{}, err
			}
		}
		if covers {
			held = append(held, types.String(g.Role))
		}
	}
	return types.NewSet(held...), nil
}
