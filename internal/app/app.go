// Package app wires the program: one database, the services and flows over it,
// the evidence that it signs and publishes, and the web in front. Nothing here
// registers itself; what the program has is what New lists.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/platform/notify"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
	"gongyi/internal/platform/wechat"
	"gongyi/internal/portal"
)

// Config says where the program keeps its things and how it runs.
type Config struct {
	Data         string // data directory of the embedded database
	DatabaseURL  string // or a PostgreSQL database
	State        string // keys and tiles; default: Data, or a folder of the user's with PostgreSQL
	Installation string // names the evidence logs of this installation
	ReadOnly     bool   // a command that only looks: it works beside a running server
	Clock        clock.Clock
	Log          *slog.Logger
	Address      string        // where other instances reach this one
	NoSync       bool          // soaks only
	Budget       time.Duration // time a closure has; tests on a crowded machine give more
	Create       bool          // an empty directory is filled rather than refused
	Passkeys     bool          // staff change things only when signed in with a passkey
	SMS          notify.SMS    // nil: no text messages, so no codes to sign in with
	Outside      Outside       // other ways out of the house for notices
	WeChat       *wechat.Client
	Practice     bool           // payments go through the sandbox: no money moves
	Pay          []pay.Provider // licensed payment providers; none: money is taken by hand
}

// App is the running program without its web.
type App struct {
	Config
	DB    *db.DB
	Flows *flow.Flows
	Proof *Proof
	Desk  *importing.Desk // files that come in by a browser

	metrics      *metrics
	derive       *deriving
	jobs         *jobs.Jobs
	docs         http.Handler    // what the API offers
	routes       *httpkit.Router // what people may open
	portal       *portal.Portal  // the frames around it
	calls        huma.API        // what programs may call
	url          atomic.Pointer[string]
	demo         *masquerade                  // of a demo, else nil
	forward      *forwarder                   // to other instances, nil while there can be none
	web          atomic.Pointer[http.Handler] // what the sandbox tells its messages to
	stopPractice func()                       // nil until somebody serves
	sandbox      *sandbox.Server              // where payments are practised, else nil
}

// leaseTime is how long a lost owner stays one.
func (a *App) leaseTime() time.Duration { return 4 * time.Second }

// Schemas are the tables of the whole program.
var Schemas = flow.Schemas

// Refusals of Open.
var (
	ErrNoData      = fault.New(fault.Invalid, "app.no_data_directory")
	ErrNotADataDir = fault.New(fault.NotFound, "app.not_a_data_directory")
	ErrNotMigrated = fault.New(fault.Conflict, "app.not_migrated")
)

// Open opens the database and brings its schema up to date, after a backup if it
// held anything. A read-only app refuses a schema that is not current.
func Open(ctx context.Context, c Config) (_ *App, err error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	a := &App{Config: c}
	a.DB, err = db.Open(ctx, db.Options{
		Dir: c.Data, URL: c.DatabaseURL, ReadOnly: c.ReadOnly, Clock: c.Clock, Log: c.Log, Address: c.Address, NoSync: c.NoSync, Budget: c.Budget,
		Lost: func(community id.ID) {
			if a.Proof != nil {
				a.Proof.leave(community)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.migrate(ctx); err != nil {
		return a, err
	}
	a.Flows = flow.New(a.DB)
	if err := a.openProviders(); err != nil {
		return a, err
	}
	if c.SMS != nil {
		a.Flows.Codes = textCodes{c.SMS}
	}
	if a.Desk, err = newDesk(a); err != nil {
		return a, err
	}
	a.Flows.Erasing = (&erasures{file: a.ErasureFile()}).add
	a.Proof, err = openProof(ctx, a)
	return a, err
}

// complete fills in defaults.
func (c *Config) complete() error {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Installation == "" {
		c.Installation = "localhost"
	}
	if c.Data == "" && c.DatabaseURL == "" {
		return ErrNoData
	}
	state, err := c.stateDir()
	if err != nil {
		return err
	}
	c.State = state
	if c.DatabaseURL == "" && !c.Create {
		if _, err := os.Stat(filepath.Join(c.Data, db.FileName)); err != nil {
			return ErrNotADataDir.With("directory", c.Data)
		}
	}
	return nil
}

// stateDir is where keys, tiles and the base map lie: State, or Data, or a folder of
// the user's.
func (c *Config) stateDir() (string, error) {
	if dir := cmp.Or(c.State, c.Data); dir != "" {
		return dir, nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("app: no place for keys and tiles, name one with --state: %w", err)
	}
	return filepath.Join(base, "gongyi"), nil
}

// migrate brings the schema up to date. What is there already is backed up first.
func (a *App) migrate(ctx context.Context) error {
	have, want, err := a.DB.Versions(ctx, Schemas)
	if err != nil {
		return err
	}
	switch {
	case have == want:
		return nil
	case have > want:
		return db.ErrNewer.With("have", have).With("want", want)
	case a.ReadOnly:
		return ErrNotMigrated.With("have", have).With("want", want)
	}
	if have > 0 {
		file := filepath.Join(a.State, fmt.Sprintf("before-v%d-%s.backup", want, time.Now().UTC().Format("20060102T150405Z")))
		if err := a.DB.Backup(ctx, Schemas, file); err != nil {
			return fmt.Errorf("app: backup before migrating: %w", err)
		}
		a.Log.InfoContext(ctx, "backed up before migrating", "file", file, "from", have, "to", want)
	}
	_, err = a.DB.Migrate(ctx, Schemas)
	return err
}

// Close stops signing, answers who waits and closes the database.
func (a *App) Close() error {
	var errs []error
	if a.Proof != nil {
		errs = append(errs, a.Proof.stop())
	}
	if a.stopPractice != nil {
		a.stopPractice()
	}
	if a.sandbox != nil {
		errs = append(errs, a.sandbox.Close())
	}
	errs = append(errs, a.DB.Close())
	if a.Proof != nil {
		errs = append(errs, a.Proof.close())
	}
	return errors.Join(errs...)
}
