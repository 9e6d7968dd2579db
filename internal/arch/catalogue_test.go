package arch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// catalogue is what PostgreSQL says about the tables of a migrated database. The
// rules are those of docs/adr/0003: a table that keeps to them can be spread over
// machines by community.
type catalogue struct {
	conn   *pgx.Conn
	tables map[string]db.Placement
	found  []complaint
}

// goose keeps the number of the latest migration in a table of its own, which
// stays on the coordinator.
const gooseTable = "goose_db_version"

// inspect migrates an empty database and complains about what it finds in it.
func inspect(t *testing.T, all []db.Schema) []complaint {
	t.Helper()
	ctx := context.Background()
	url := dbtest.PostgresURL(t)
	d, err := db.Open(ctx, db.Options{URL: url, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, all); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	c := &catalogue{conn: conn, tables: make(map[string]db.Placement)}
	for _, s := range all {
		for _, table := range s.Tables {
			if c.tables[table.Name] != 0 {
				c.complain(table.Name, "is in the manifest twice")
			}
			c.tables[table.Name] = table.Placement
		}
	}
	for _, rule := range []func(context.Context) error{c.manifest, c.columns, c.keys, c.foreignKeys, c.machinery} {
		if err := rule(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return c.found
}

func (c *catalogue) complain(place, format string, args ...any) {
	c.found = append(c.found, complaint{place, fmt.Sprintf(format, args...)})
}

// rows runs a query whose columns are texts.
func (c *catalogue) rows(ctx context.Context, query string, fn func(f []string)) error {
	rows, err := c.conn.Query(ctx, query)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]string, error) {
		fields := make([]string, len(r.FieldDescriptions()))
		into := make([]any, len(fields))
		for i := range fields {
			into[i] = &fields[i]
		}
		return fields, r.Scan(into...)
	})
	for _, f := range all {
		if f[0] != gooseTable {
			fn(f)
		}
	}
	return err
}

// manifest: every table is in it, and only what is there (rule 4).
func (c *catalogue) manifest(ctx context.Context) error {
	there := make(map[string]bool)
	err := c.rows(ctx, "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace", func(f []string) {
		there[f[0]] = true
		if c.tables[f[0]] == 0 {
			c.complain(f[0], "is in no module's manifest (rule 4)")
		}
	})
	for name := range c.tables {
		if !there[name] {
			c.complain(name, "is in the manifest and in no migration (rule 4)")
		}
	}
	return err
}

// types that behave alike on both engines, docs/adr/0002.
var types = []string{"bytea", "bigint", "text", "boolean"}

// columns: community_id is sixteen bytes everywhere (rule 1); nothing is filled in
// by the database (rule 3); money is a whole number.
func (c *catalogue) columns(ctx context.Context) error {
	has := make(map[string]bool)
	err := c.rows(ctx, `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
			a.attidentity::text, coalesce(pg_get_expr(d.adbin, d.adrelid), '')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped`, func(f []string) {
		table, column, kind, notNull, identity, filled := f[0], f[1], f[2], f[3], f[4], f[5]
		if !slices.Contains(types, kind) {
			c.complain(table, "%s has type %s: use one of %v", column, kind, types)
		}
		if identity != "" || strings.Contains(filled, "(") {
			c.complain(table, "%s is filled in by the database (rule 3): %s%s", column, identity, filled)
		}
		if column == "community_id" {
			has[table] = true
			if kind != "bytea" || notNull != "true" {
				c.complain(table, "community_id must be BYTEA NOT NULL (rule 1)")
			}
		}
	})
	for name, placement := range c.tables {
		if placement == db.Distributed && !has[name] {
			c.complain(name, "has no community_id (rule 1)")
		}
	}
	return err
}

// keys: community_id leads the primary key and is in every unique index (rule 1)
// and every exclusion (rule 3).
func (c *catalogue) keys(ctx context.Context) error {
	primary := make(map[string]bool)
	err := c.rows(ctx, `SELECT c.relname::text, i.indisprimary::text, i.indisexclusion::text,
			(SELECT string_agg(coalesce(a.attname::text, '?'), ',' ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY k(attnum, n)
				LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n <= i.indnkeyatts)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'public'::regnamespace AND (i.indisunique OR i.indisexclusion)`, func(f []string) {
		table, columns := f[0], strings.Split(f[3], ",")
		if c.tables[table] != db.Distributed {
			return
		}
		switch {
		case f[1] == "true":
			primary[table] = true
			if columns[0] != "community_id" {
				c.complain(table, "community_id does not lead the primary key (rule 1): %v", columns)
			}
		case !slices.Contains(columns, "community_id"):
			c.complain(table, "a unique or exclusion constraint lacks community_id (rules 1 and 3): %v", columns)
		}
	})
	for name, placement := range c.tables {
		if placement == db.Distributed && !primary[name] {
			c.complain(name, "has no primary key (rule 1)")
		}
	}
	return err
}

// foreignKeys stay inside a community or point to a reference table (rule 2).
func (c *catalogue) foreignKeys(ctx context.Context) error {
	return c.rows(ctx, `SELECT c.relname::text, o.conname::text, r.relname::text, o.confdeltype::text,
			(SELECT string_agg(a.attname::text || '=' || b.attname::text, ',') FROM unnest(o.conkey, o.confkey) k(x, y)
				JOIN pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.x JOIN pg_attribute b ON b.attrelid = o.confrelid AND b.attnum = k.y)
		FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_class r ON r.oid = o.confrelid WHERE o.contype = 'f'`, func(f []string) {
		if f[3] == "n" {
			c.complain(f[0], "%s has ON DELETE SET NULL (rule 2)", f[1])
		}
		pairs := strings.Split(f[4], ",")
		if c.tables[f[2]] != db.Reference && !slices.Contains(pairs, "community_id=community_id") {
			c.complain(f[0], "%s leaves the community (rule 2): %s", f[1], f[4])
		}
	})
}

// machinery: no sequences, triggers, functions or views (rule 3).
func (c *catalogue) machinery(ctx context.Context) error {
	if err := c.rows(ctx, `SELECT coalesce(o.relname, s.relname)::text, s.relname::text
		FROM pg_class s LEFT JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass
		LEFT JOIN pg_class o ON o.oid = d.refobjid
		WHERE s.relkind = 'S' AND s.relnamespace = 'public'::regnamespace`, func(f []string) {
		c.complain(f[0], "has the sequence %s (rule 3)", f[1])
	}); err != nil {
		return err
	}
	if err := c.rows(ctx, "SELECT c.relname::text, t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal", func(f []string) {
		c.complain(f[0], "has the trigger %s (rule 3)", f[1])
	}); err != nil {
		return err
	}
	return c.rows(ctx, `SELECT relname::text FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
		UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace`, func(f []string) {
		c.complain(f[0], "is a view or a function: such things live in Go")
	})
}

func TestTablesCanBeSpread(t *testing.T) {
	report(t, inspect(t, schemas))
}

// made is a schema of one migration.
func made(sql string, tables ...db.Table) []db.Schema {
	return []db.Schema{db.Own, {Owner: "test", Tables: tables, FS: fstest.MapFS{"90001_bad.sql": {Data: []byte("-- +goose Up\n" + sql)}}}}
}

func TestTheCatalogueTestSeesEveryMistake(t *testing.T) {
	const id = "community_id BYTEA NOT NULL"
	table := func(name string) db.Table { return db.Table{Name: name, Placement: db.Distributed} }
	for name, c := range map[string]struct {
		sql    string
		tables []db.Table
		want   []string
	}{
		"nothing": {"CREATE TABLE a (" + id + ", k TEXT, PRIMARY KEY (community_id, k));", []db.Table{table("a")}, nil},
		"manifest": {"CREATE TABLE a (" + id + " PRIMARY KEY);", []db.Table{table("b")},
			[]string{"a: is in no module's manifest", "b: has no community_id", "b: has no primary key", "b: is in the manifest and in no migration"}},
		"order of the key":     {"CREATE TABLE a (k TEXT, " + id + ", PRIMARY KEY (k, community_id));", []db.Table{table("a")}, []string{"does not lead"}},
		"no key":               {"CREATE TABLE a (" + id + ");", []db.Table{table("a")}, []string{"has no primary key"}},
		"unique index":         {"CREATE TABLE a (" + id + " PRIMARY KEY, k TEXT UNIQUE);", []db.Table{table("a")}, []string{"lacks community_id"}},
		"unique expression":    {"CREATE TABLE a (" + id + " PRIMARY KEY, k TEXT); CREATE UNIQUE INDEX b ON a (lower(k));", []db.Table{table("a")}, []string{"lacks community_id"}},
		"another type":         {"CREATE TABLE a (community_id TEXT PRIMARY KEY);", []db.Table{table("a")}, []string{"must be BYTEA"}},
		"inexact money":        {"CREATE TABLE a (" + id + " PRIMARY KEY, price DOUBLE PRECISION);", []db.Table{table("a")}, []string{"has type double precision"}},
		"serial":               {"CREATE TABLE a (" + id + " PRIMARY KEY, n BIGSERIAL);", []db.Table{table("a")}, []string{"has the sequence a_n_seq", "n is filled in by the database"}},
		"identity":             {"CREATE TABLE a (" + id + " PRIMARY KEY, n BIGINT GENERATED ALWAYS AS IDENTITY);", []db.Table{table("a")}, []string{"has the sequence", "n is filled in"}},
		"clock of the server":  {"CREATE TABLE a (" + id + " PRIMARY KEY, at TEXT DEFAULT now()::text);", []db.Table{table("a")}, []string{"at is filled in"}},
		"key to elsewhere":     {"CREATE TABLE a (" + id + ", k TEXT UNIQUE, PRIMARY KEY (community_id, k)); CREATE TABLE b (" + id + " PRIMARY KEY, k TEXT REFERENCES a (k) ON DELETE SET NULL);", []db.Table{table("a"), table("b")}, []string{"a: a unique", "has ON DELETE SET NULL", "leaves the community"}},
		"key to a reference":   {"CREATE TABLE a (k TEXT PRIMARY KEY); CREATE TABLE b (" + id + " PRIMARY KEY, k TEXT REFERENCES a (k));", []db.Table{{Name: "a", Placement: db.Reference}, table("b")}, nil},
		"view":                 {"CREATE TABLE a (" + id + " PRIMARY KEY); CREATE VIEW v AS SELECT * FROM a;", []db.Table{table("a")}, []string{"v: is a view"}},
		"function and trigger": {"CREATE TABLE a (" + id + " PRIMARY KEY);\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n-- +goose StatementEnd\nCREATE TRIGGER g BEFORE INSERT ON a EXECUTE FUNCTION f();", []db.Table{table("a")}, []string{"a: has the trigger g", "f: is a view or a function"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, inspect(t, made(c.sql, c.tables...)), c.want...) })
	}
}
