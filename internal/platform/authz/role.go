package authz

import "context"

// Asked is what a request was let in for: the action that the policies permitted, and
// on what.
type Asked struct {
	Action Action
	On     Resource
}

type askedKey struct{}

// LetIn notes in the context of a request what it was let in for.
func LetIn(ctx context.Context, a Asked) context.Context {
	return context.WithValue(ctx, askedKey{}, a)
}

// InRole is the role in which the viewer of a request does what she was let in for: the
// first of those she holds where the thing is, in the order of her grants, that would
// have let her in by itself; where none would, the first that she holds there, "" for
// none. It is what people are told of who looked at their data (A7).
func (e *Engine) InRole(ctx context.Context) (Role, error) {
	asked, _ := ctx.Value(askedKey{}).(Asked)
	v := Of(ctx)
	held, err := e.held(ctx, v, asked.On)
	if err != nil || len(held) == 0 {
		return "", err
	}
	for _, role := range held {
		alone := v
		alone.Grants = []Grant{{Role: Role(role)}}
		d, err := e.Explain(ctx, alone, asked.Action, asked.On)
		if err != nil {
			return "", err
		}
		if d.Allowed {
			return Role(role), nil
		}
	}
	return Role(held[0]), nil
}
