package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"gongyi/internal/platform/db"
)

// FileName is the job store beside an embedded database.
const FileName = "jobs.db"

const (
	schema   = "gongyi_jobs" // the job store inside a PostgreSQL database
	queue    = "notes"
	workers  = 16              // handlers at once, on one instance
	patience = time.Minute     // how long one handler may take
	rescue   = 2 * time.Minute // after which a job that an instance died with is taken up
	keep     = 5 * time.Minute // completed jobs, so that the owner sees what others did
)

// client is what is used of River, which has one type for each driver.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	InsertMany(ctx context.Context, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
	JobDelete(ctx context.Context, job int64) (*rivertype.JobRow, error)
	JobRetry(ctx context.Context, job int64) (*rivertype.JobRow, error)
	SubscribeConfig(config *river.SubscribeConfig) (<-chan *river.Event, func())
}

// store is the open job store.
type store struct {
	client
	close func()
}

// openStore opens and migrates River's tables. A file that cannot be opened is
// thrown away: the outbox has everything.
func (j *Jobs) openStore(ctx context.Context) (*store, error) {
	if j.opt.DB.Engine() == db.Postgres {
		return j.openSchema(ctx)
	}
	if err := os.MkdirAll(j.opt.Dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(j.opt.Dir, FileName)
	s, err := j.openFile(ctx, path)
	if err == nil || ctx.Err() != nil {
		return s, err
	}
	j.opt.Log.Warn("jobs: the job store is begun anew", "file", path, "err", err)
	for _, tail := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return j.openFile(ctx, path)
}

func (j *Jobs) openFile(ctx context.Context, path string) (_ *store, err error) {
	file, err := db.OpenBeside(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	driver := riversqlite.New(file)
	if err = migrate(ctx, driver, ""); err != nil {
		return nil, err
	}
	if err = takeOver(ctx, file); err != nil {
		return nil, err
	}
	c, err := river.NewClient(driver, j.config(""))
	return &store{c, func() { file.Close() }}, err
}

// takeOver ends what a process that died had begun. The lock on the data directory
// makes sure that nobody else is at work here; River would wait for a sign of life.
func takeOver(ctx context.Context, file *sql.DB) error {
	for _, statement := range []string{
		"UPDATE river_job SET state = 'available' WHERE state = 'running'",
		"DELETE FROM river_leader",
	} {
		if _, err := file.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// migration is the key under which instances that start together wait for one
// another while River's tables are made.
const migration = 0x676f6e677969

func (j *Jobs) openSchema(ctx context.Context) (_ *store, err error) {
	pool, err := j.opt.DB.PoolBeside(ctx, "gongyi jobs", 8)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			pool.Close()
		}
	}()
	turn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer turn.Release()
	if _, err = turn.Exec(ctx, "SELECT pg_advisory_lock($1)", migration); err != nil {
		return nil, err
	}
	defer func() {
		_, e := turn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migration)
		err = errors.Join(err, e)
	}()
	if _, err = turn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
		return nil, err
	}
	driver := riverpgxv5.New(pool)
	if err = migrate(ctx, driver, schema); err != nil {
		return nil, err
	}
	c, err := river.NewClient(driver, j.config(schema))
	return &store{c, pool.Close}, err
}

func migrate[T any](ctx context.Context, driver riverdriver.Driver[T], schema string) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Schema: schema, Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	return err
}

// config is River's. Idle, it asks for work once a second: what is new is told to
// it, so that this finds retries only.
func (j *Jobs) config(schema string) *river.Config {
	all := river.NewWorkers()
	for kind, fn := range j.handlers {
		river.AddWorkerArgs(all, noteArgs{kind: kind}, &worker{jobs: j, fn: fn, most: j.long[kind]})
	}
	return &river.Config{
		ID:                          "gongyi-" + rand.Text(),
		Schema:                      schema,
		Workers:                     all,
		Queues:                      map[string]river.QueueConfig{queue: {MaxWorkers: workers}},
		FetchCooldown:               5 * time.Millisecond,
		FetchPollInterval:           j.opt.pace.poll,
		JobTimeout:                  patience,
		RescueStuckJobsAfter:        rescue,
		CompletedJobRetentionPeriod: keep,
		RetryPolicy:                 j.opt.pace.retry,
		Logger:                      slog.New(quiet{j.opt.Log.Handler()}),
	}
}

// quiet lets warnings through: River tells of every start and of every count.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
