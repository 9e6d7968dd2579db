// Package fault holds refusals: the errors that a person caused and can mend.
//
// A refusal has a kind (what sort of answer it is), a code that never changes
// (clients switch on it), and details that fill the sentence the person reads.
// Its words stand in the locale files. Every other error is internal: it is
// logged under a number and hidden.
package fault

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Kind is the sort of refusal; one table in httpkit maps it to an HTTP status.
type Kind uint8

// The kinds of refusal.
const (
	Internal     Kind = iota // not a refusal
	Invalid                  // the request itself is wrong
	Unauthorized             // nobody is signed in
	Forbidden                // somebody is, but may not
	NotFound                 // there is no such thing (or it is none of yours)
	Conflict                 // right in itself, but not in this state
	Busy                     // right, but not now: retry later
	TooLarge                 // more than the limit
	TooMany                  // too often
)

// Fault is one refusal. Compare with errors.Is: codes are compared, not details.
type Fault struct {
	Kind    Kind
	Code    string         // "ledger.insufficient"
	Field   string         // the input it is about, "" if none
	Details map[string]any // values for the sentence
	Retry   time.Duration  // with Busy and TooMany: when to try again
}

// New makes a refusal of a kind with a code.
func New(kind Kind, code string) *Fault { return &Fault{Kind: kind, Code: code} }

// With is a copy of f that also carries a detail.
func (f *Fault) With(name string, value any) *Fault {
	g := *f
	g.Details = maps.Clone(f.Details)
	if g.Details == nil {
		g.Details = make(map[string]any)
	}
	g.Details[name] = value
	return &g
}

// On is a copy of f that says which input it is about.
func (f *Fault) On(field string) *Fault {
	g := *f
	g.Field = field
	return &g
}

// After is a copy of f that says when a retry is worth it.
func (f *Fault) After(d time.Duration) *Fault {
	g := *f
	g.Retry = d
	return &g
}

// Error is the code and the details, for logs.
func (f *Fault) Error() string {
	s := f.Code
	if f.Field != "" {
		s += " on " + f.Field
	}
	for _, k := range slices.Sorted(maps.Keys(f.Details)) {
		s += fmt.Sprintf(" %s=%v", k, f.Details[k])
	}
	return s
}

// Is makes errors.Is compare codes.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// Of finds the refusal inside err, or nil if err is internal.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// KindOf is the kind of the refusal inside err, Internal if there is none.
func KindOf(err error) Kind {
	if f := Of(err); f != nil {
		return f.Kind
	}
	return Internal
}

// Wrap says where an error passed; use it deferred at the entry of an exported
// method: defer fault.Wrap(&err, "ledger: post %s", key).
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
