package db

import "context"

// After calls fn once the closure is durable, in the writer's goroutine: it must
// not wait for anything, and it is lost if the program ends first. It is for what
// this instance remembers of rows that the closure changed; others learn in time.
func (tx *Tx) After(ctx context.Context, fn func()) error {
	a, err := OverlayOf(ctx, tx, afterKey{}, func(context.Context, *Tx) (*afterwards, error) { return &afterwards{}, nil })
	if err == nil {
		a.calls = append(a.calls, fn)
	}
	return err
}

// afterwards stages the calls of a batch.
type afterwards struct{ calls []func() }

type afterKey struct{}

// Mark implements Overlay.
func (a *afterwards) Mark() int { return len(a.calls) }

// Revert implements Overlay.
func (a *afterwards) Revert(mark int) { a.calls = a.calls[:mark] }

// Flush implements Overlay; nothing is written.
func (a *afterwards) Flush(context.Context, *Flush) error { return nil }

// Committed implements Overlay.
func (a *afterwards) Committed() {
	for _, fn := range a.calls {
		fn()
	}
	a.calls = a.calls[:0]
}
