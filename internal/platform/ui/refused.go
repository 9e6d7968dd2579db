package ui

import (
	"context"
	"net/url"
	"strings"
)

// Refused is a form that was sent and refused, as the page that answers it knows: where it
// was sent, what was typed, what is to mend. A Confirm that was sent there stands open again
// and its fields show both by themselves.
type Refused struct {
	Path  string // of the POST
	Wrong []Wrong
	Typed url.Values
}

type refusedKey struct{}

type withinKey struct{}

// WithRefused tells a page which form it answers.
func WithRefused(ctx context.Context, no Refused) context.Context {
	return context.WithValue(ctx, refusedKey{}, &no)
}

// Reopened is WithRefused for a page that says itself, above its forms, what is to mend: where
// nothing was told before, a form that was sent there stands open with what was typed.
func Reopened(ctx context.Context, path string, typed url.Values) context.Context {
	if ctx.Value(refusedKey{}) != nil {
		return ctx
	}
	return WithRefused(ctx, Refused{Path: path, Typed: typed})
}

// askedName is the field in which a Confirm says which one it is: several may ask about
// the same thing, and what was typed into the no is no word of the yes.
const askedName = "_asked"

// IsRefused reports whether the page answers a form that was sent to an action and refused:
// what hides that form, a fold, stands open then.
func IsRefused(ctx context.Context, action string) bool { return refusedAt(ctx, action) != nil }

func refusedAt(ctx context.Context, action string) *Refused {
	no, _ := ctx.Value(refusedKey{}).(*Refused)
	if path, _, _ := strings.Cut(action, "?"); no == nil || no.Path != path {
		return nil
	}
	return no
}

// refused is what came of this question, nil if it was not sent or not refused.
func (c Confirm) refused(ctx context.Context) *Refused {
	if no := refusedAt(ctx, c.Action); no != nil && no.Typed.Get(askedName) == c.ID {
		return no
	}
	return nil
}

// within is the inside of the form that was refused.
func within(ctx context.Context, no *Refused) context.Context {
	return context.WithValue(ctx, withinKey{}, no)
}

// token keeps that of the form as it was sent.
func (r *Refused) token(first string) string {
	if sent := r.Typed.Get(TokenName); sent != "" {
		return sent
	}
	return first
}

// here is a field as it stands in a form that was refused: with what was typed into it and
// what is to mend. The first such field is the one to go on with.
func (f Field) here(ctx context.Context) Field {
	no, _ := ctx.Value(withinKey{}).(*Refused)
	if no == nil {
		return f
	}
	f.Value, f.Values = no.Typed.Get(f.Name), no.Typed[f.Name]
	for n, w := range no.Wrong {
		if w.Field == f.Name && f.Error == "" {
			f.Error, f.Focus = w.Text, n == 0
		}
	}
	return f
}
