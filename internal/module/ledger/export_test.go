package ledger

import (
	"context"

	"gongyi/internal/platform/db"
)

// SetMaxKnown changes how many keys a writer remembers; call what it returns.
func SetMaxKnown(n int) (restore func()) {
	before := maxKnown
	maxKnown = n
	return func() { maxKnown = before }
}

// Known is how many keys the writer remembers.
func Known(s *Service, update func(func(tx *db.Tx) error) error) (n int) {
	_ = update(func(tx *db.Tx) error {
		b, err := s.book(context.Background(), tx)
		if err == nil {
			n = len(b.known)
		}
		return err
	})
	return n
}
