package db

import "context"

// Freeze stops the renewal of leases, as a process that hangs would.
func (d *DB) Freeze(frozen bool) { d.leases.frozen.Store(frozen) }

// Classify names what an error means.
func Classify(err error) string {
	return [...]string{"fatal", "retryable", "unknown", "disk full", "duplicate"}[classify(err)]
}

// BreakWriter makes the one writer's connection doubtful, so that it is replaced.
func (d *DB) BreakWriter() {
	if s, err := d.backend.writer(context.Background()); err == nil {
		s.broken = true
		d.backend.release(s, nil)
	}
}
