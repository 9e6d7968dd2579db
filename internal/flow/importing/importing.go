// Package importing takes over what a community wrote down before it had these
// books: its members, its shops and their purchases (D8).
//
// Each file is one table; its header tells which. Every row becomes either a
// typed row, whose amounts, times and references are already what the books
// need, or a rejection that names file, line, column, value and reason. Rows are
// never dropped silently and never repaired by guessing. What a purchase then
// does to the books is decided by the same flow as at the till.
//
// This package only reads; it knows no database.
package importing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/sheet"
)

// ErrUnknownTable refuses a file whose header belongs to no table we know.
var ErrUnknownTable = fault.New(fault.Invalid, "importing.unknown_table")

// Kind is the kind of table that a file holds, in the order in which tables have
// to be taken over: a purchase names its member and its shop.
type Kind uint8

// The kinds of table.
const (
	Members Kind = iota + 1
	Merchants
	Purchases
	Places
	Households
	Residents
)

// String is the kind as people name it on the command line.
func (k Kind) String() string {
	switch k {
	case Members:
		return "members"
	case Merchants:
		return "merchants"
	case Purchases:
		return "purchases"
	case Places:
		return "places"
	case Households:
		return "households"
	case Residents:
		return "residents"
	}
	return "unknown"
}

// Table is one open file. Read it with the Next method of its kind.
type Table struct {
	File  string
	Kind  Kind
	sheet *sheet.Reader
	at    []int // where the columns of the kind stand
	other []string
	zone  *time.Location
	names map[string]string
	cells cells
}

// Open looks at a file and finds out what it holds. Times without an offset are
// read on the clock of zone. The file's name is only for rejections.
func Open(file string, src sheet.Source, limits sheet.Limits, zone *time.Location) (t *Table, err error) {
	defer fault.Wrap(&err, "importing: open %s", file)
	s, err := sheet.Open(src, limits)
	if err != nil {
		return nil, err
	}
	kind := kindOf(s.Header())
	if kind == 0 {
		return nil, ErrUnknownTable.With("columns", shorten(strings.Join(s.Header(), ", ")))
	}
	layout, err := sheet.Fit(s.Header(), columns[kind])
	if err != nil {
		return nil, err
	}
	t = &Table{File: file, Kind: kind, sheet: s, at: layout.At, other: layout.Unknown, zone: zone, names: make(map[string]string)}
	t.cells.table = t
	return t, nil
}

// Unknown lists the headings of columns that are not used, as written.
func (t *Table) Unknown() []string { return t.other }

// OtherSheets lists the sheets of a workbook that are not read.
func (t *Table) OtherSheets() []string { return t.sheet.OtherSheets() }

// Format names what the file turned out to be, such as "csv gb18030".
func (t *Table) Format() string { return t.sheet.Format() }

// Blanks is how many blank lines were skipped so far.
func (t *Table) Blanks() int { return t.sheet.Blanks() }

// Line is the last line of the row that was read last.
func (t *Table) Line() int { return t.cells.row.Last }

// Progress is how many bytes were read, of how many.
func (t *Table) Progress() (read, total int64) { return t.sheet.Progress() }

// InOrder sorts tables so that members come first, then merchants, then
// purchases; files of one kind keep the order in which they were named.
func InOrder(tables []*Table) {
	slices.SortStableFunc(tables, func(a, b *Table) int { return cmp.Compare(a.Kind, b.Kind) })
}
