package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"gongyi/internal/kernel/fault"
)

//go:embed schema/*.sql
var ownFiles embed.FS

var ownFS, _ = fs.Sub(ownFiles, "schema")

// ErrNewer refuses a database that a newer program has migrated.
var ErrNewer = fault.New(fault.Conflict, "db.schema_newer")

// Versions tells the database's schema version and the program's latest.
func (d *DB) Versions(ctx context.Context, schemas []Schema) (have, want int64, err error) {
	err = d.withProvider(schemas, func(p *goose.Provider) error {
		if have, err = p.GetDBVersion(ctx); err != nil {
			return err
		}
		sources := p.ListSources()
		want = sources[len(sources)-1].Version
		return nil
	})
	return have, want, err
}

// Migrate brings the schema up to date and tells how many steps it took. It
// refuses a database of a newer program. Nobody else may write meanwhile.
func (d *DB) Migrate(ctx context.Context, schemas []Schema) (steps int, err error) {
	defer fault.Wrap(&err, "db: migrate")
	have, want, err := d.Versions(ctx, schemas)
	if err != nil {
		return 0, err
	}
	if have > want {
		return 0, ErrNewer.With("have", have).With("want", want)
	}
	if have == want {
		return 0, nil
	}
	err = d.withProvider(schemas, func(p *goose.Provider) error {
		done, err := p.Up(ctx)
		steps = len(done)
		return err
	})
	return steps, err
}

func (d *DB) withProvider(schemas []Schema, fn func(p *goose.Provider) error) error {
	files, err := merge(schemas, d.engine)
	if err != nil {
		return err
	}
	dialect, pool := goose.DialectPostgres, d.backend.plain()
	if d.engine == SQLite {
		dialect = goose.DialectSQLite3
	}
	p, err := goose.NewProvider(dialect, pool, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return fn(p)
}

// merge lays the modules' files side by side. Numbers are unique over all
// modules; where an engine has a variant, that one is taken.
func merge(schemas []Schema, engine Engine) (fs.FS, error) {
	merged := mergedFS{}
	seen := make(map[string]string)
	for _, s := range schemas {
		names, err := fs.Glob(s.FS, "*.sql")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "."+otherEngine[engine]+".sql") {
				continue
			}
			number, _, ok := strings.Cut(name, "_")
			if owner, taken := seen[number]; !ok || taken {
				return nil, fmt.Errorf("db: migration %s of %s has the number of one of %s", name, s.Owner, owner)
			}
			seen[number] = s.Owner
			merged[name] = s.FS
		}
	}
	if len(merged) == 0 {
		return nil, errors.New("db: no migrations")
	}
	return merged, nil
}

var otherEngine = map[Engine]string{SQLite: "postgres", Postgres: "sqlite"}

// mergedFS is one folder whose files come from several file systems.
type mergedFS map[string]fs.FS

// Open implements fs.FS.
func (m mergedFS) Open(name string) (fs.File, error) {
	if from := m[name]; from != nil {
		return from.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Glob implements fs.GlobFS, which is how goose finds its files.
func (m mergedFS) Glob(pattern string) ([]string, error) {
	var names []string
	for name := range m {
		if ok, err := path.Match(pattern, name); err != nil {
			return nil, err
		} else if ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
