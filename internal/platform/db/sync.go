package db

import (
	"context"

	"gongyi/internal/kernel/fault"
)

// SyncEach says whether every commit waits for the disk, as all do until something else is
// said. Where they do not, a machine that loses its power may lose the last commits, whole ones
// and none before them; a process that is killed loses nothing. It is for what can be made
// again, as a demo's past. On PostgreSQL nothing changes.
func (d *DB) SyncEach(ctx context.Context, each bool) (err error) {
	defer fault.Wrap(&err, "db: sync")
	b, embedded := d.backend.(*sqliteBackend)
	if !embedded || d.opt.NoSync || d.opt.ReadOnly {
		return nil
	}
	b.lax.Store(!each)
	s, err := b.writer(ctx)
	if err != nil {
		return err
	}
	defer b.release(s, nil)
	return b.sync(ctx, s)
}

// sync tells a writer's connection how long a commit waits.
func (b *sqliteBackend) sync(ctx context.Context, s *session) error {
	how := "FULL"
	if b.lax.Load() {
		how = "NORMAL" // in WAL mode the log is synced before it is carried over, and only then
	}
	_, err := s.conn.ExecContext(ctx, "PRAGMA synchronous = "+how)
	return err
}
