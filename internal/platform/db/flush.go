package db

import (
	"context"
	"strings"
)

// Bulk is one statement's worth of rows, column by column: every engine writes
// it in the fastest way it has.
type Bulk struct {
	Table    string
	Columns  []Column
	Conflict string // the ON CONFLICT clause, required (it keeps errors plain on Citus)

	// OnShort, if set, makes it an error that fewer rows were written than given
	// (ON CONFLICT DO NOTHING met existing keys). It is called after the rollback
	// to learn which rows exist; then the batch runs again.
	OnShort func(ctx context.Context, r Reader) error
}

// Column is one column of a Bulk; exactly one of the slices is set.
type Column struct {
	Name  string
	Ints  []int64
	Texts []string
	Bytes [][]byte
}

func (c *Column) len() int { return max(len(c.Ints), len(c.Texts), len(c.Bytes)) }

func (c *Column) value(i int) any {
	switch {
	case c.Ints != nil:
		return c.Ints[i]
	case c.Texts != nil:
		return c.Texts[i]
	}
	return c.Bytes[i]
}

func (c *Column) pgType() string {
	switch {
	case c.Ints != nil:
		return "bigint[]"
	case c.Texts != nil:
		return "text[]"
	}
	return "bytea[]"
}

func (c *Column) array() any {
	switch {
	case c.Ints != nil:
		return c.Ints
	case c.Texts != nil:
		return c.Texts
	}
	return c.Bytes
}

// Len is the number of rows.
func (b *Bulk) Len() int { return b.Columns[0].len() }

func (b *Bulk) columnNames() string {
	names := make([]string, len(b.Columns))
	for i, c := range b.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// Flush collects the statements with which overlays write what they staged.
type Flush struct {
	batch *batch
	bulks []*Bulk
}

// Insert adds a statement. Its rows must stay untouched until the batch is over.
func (f *Flush) Insert(b *Bulk) {
	if b.Len() > 0 {
		f.bulks = append(f.bulks, b)
	}
}

// send runs the statements: SQLite one by one, PostgreSQL in one round trip.
func (f *Flush) send(ctx context.Context) error {
	if len(f.bulks) == 0 {
		return nil
	}
	return f.batch.lane.db.backend.flush(ctx, f.batch, f.bulks)
}

// checkShort compares the rows written with those given.
func checkShort(b *Bulk, written int64) error {
	if b.OnShort == nil || written == int64(b.Len()) {
		return nil
	}
	return &shortError{bulk: b, found: b.OnShort}
}
