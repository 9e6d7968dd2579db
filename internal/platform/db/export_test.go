package db

// Freeze stops the renewal of leases, as a process that hangs would.
func (d *DB) Freeze(frozen bool) { d.leases.frozen.Store(frozen) }

// Classify names what an error means.
func Classify(err error) string {
	return [...]string{"fatal", "retryable", "unknown", "disk full", "duplicate"}[classify(err)]
}
