package db

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Placement says where a table lives on a distributed engine.
type Placement uint8

// The placements of docs/adr/0003, rule 4.
const (
	Distributed Placement = iota + 1 // spread by community_id, which leads its key
	Reference                        // small and shared, on every machine
	Local                            // on the coordinator only
)

// Table is one line of a module's manifest.
type Table struct {
	Name      string
	Placement Placement
}

// Schema is what one module or platform part adds to the database.
type Schema struct {
	Owner  string // the package that alone may name these tables in SQL
	Tables []Table
	FS     fs.FS // files NNNNN_name.sql, NNNNN_name.sqlite.sql, NNNNN_name.postgres.sql
}

// Own is the schema of this package: the writers' leases and the outbox.
var Own = Schema{
	Owner:  "platform/db",
	Tables: []Table{{"writer", Distributed}, {"outbox", Distributed}},
	FS:     ownFS,
}

// Distribute spreads the tables over a Citus cluster; it may run again.
func (d *DB) Distribute(ctx context.Context, schemas []Schema) error {
	if d.engine != Postgres {
		return fmt.Errorf("db: only a PostgreSQL database with Citus can be distributed")
	}
	s, err := d.backend.writer(ctx)
	if err != nil {
		return err
	}
	defer func() { d.backend.release(s, err) }()
	for _, t := range tables(schemas) {
		query := distributeSQL(t)
		if query == "" {
			continue
		}
		if _, err = s.exec(ctx, query); err != nil && !strings.Contains(err.Error(), "already distributed") {
			return fmt.Errorf("db: distribute %s: %w", t.Name, err)
		}
	}
	return nil
}

func distributeSQL(t Table) string {
	switch t.Placement {
	case Distributed:
		colocate := "writer"
		if t.Name == colocate {
			colocate = "none"
		}
		return "SELECT create_distributed_table('" + t.Name + "', 'community_id', colocate_with => '" + colocate + "')"
	case Reference:
		return "SELECT create_reference_table('" + t.Name + "')"
	}
	return ""
}

// tables lists all tables, the one that others are placed beside first.
func tables(schemas []Schema) []Table {
	var all []Table
	for _, s := range schemas {
		all = append(all, s.Tables...)
	}
	slices.SortStableFunc(all, func(a, b Table) int {
		return boolInt(b.Name == "writer") - boolInt(a.Name == "writer")
	})
	return all
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
