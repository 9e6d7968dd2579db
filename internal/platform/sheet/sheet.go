// Package sheet reads tables that people bring from their own till, from
// Excel or from an export: a stream of rows with the line each row stands on.
//
// What a file is, is told by its content and not by its name: a workbook
// (XLSX), or text with commas, semicolons or tabs between the cells, in UTF-8,
// UTF-16 or GB18030. The whole file is looked at once before the first row is
// given out, so that a damaged or oversized file is refused as a whole instead
// of breaking off half way; memory stays bounded whatever the file claims.
//
// A row that cannot be read is still given out, with the refusal in Row.Err,
// and reading goes on behind it: nothing is dropped silently (D8).
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gongyi/internal/kernel/fault"
)

// Refusals of a whole file, in the order Open checks them.
var (
	ErrTooLarge   = fault.New(fault.TooLarge, "sheet.too_large")
	ErrEmpty      = fault.New(fault.Invalid, "sheet.empty")
	ErrOldExcel   = fault.New(fault.Invalid, "sheet.old_excel")
	ErrCompressed = fault.New(fault.Invalid, "sheet.compressed")
	ErrNotTable   = fault.New(fault.Invalid, "sheet.not_a_table")
	ErrUnpacks    = fault.New(fault.TooLarge, "sheet.unpacks_too_large")
	ErrBroken     = fault.New(fault.Invalid, "sheet.broken")
)

// Refusals of one row, in Row.Err; reading goes on behind the row.
var (
	ErrRowTooLong     = fault.New(fault.Invalid, "sheet.row_too_long")
	ErrQuote          = fault.New(fault.Invalid, "sheet.quote")
	ErrTooManyColumns = fault.New(fault.Invalid, "sheet.too_many_columns")
	ErrFieldTooLong   = fault.New(fault.Invalid, "sheet.field_too_long")
	ErrNul            = fault.New(fault.Invalid, "sheet.nul")
	ErrEncoding       = fault.New(fault.Invalid, "sheet.encoding")
	ErrRagged         = fault.New(fault.Invalid, "sheet.ragged")
)

// Limits keep one file from taking the machine down.
type Limits struct {
	File    int64 // bytes of the file
	Unpack  int64 // bytes of all parts of a workbook, unpacked
	Strings int64 // bytes of a workbook's shared texts, which are kept in memory
	Row     int   // bytes of one row
	Field   int   // bytes of one cell; Excel's own limit is 32,767 letters
	Columns int
}

// DefaultLimits let a million rows pass and stop what no till ever writes.
var DefaultLimits = Limits{
	File: 1 << 30, Unpack: 2 << 30, Strings: 256 << 20, Row: 1 << 20, Field: 128 << 10, Columns: 1024,
}

// Source is a file: an *os.File, an upload, or a bytes.Reader.
type Source interface {
	io.ReadSeeker
	io.ReaderAt
}

// Kind is what a cell holds.
type Kind uint8

// The kinds of cell. Text files hold only Text.
const (
	Text   Kind = iota
	Number      // its text is a plain decimal; dates are numbers too
	Broken      // a formula's error such as #REF!
)

// Row is one row. Its cells are valid until the next call of Next.
type Row struct {
	Line  int          // where it begins in the file, from 1
	Last  int          // where it ends: a quoted cell may run over several lines
	Cells [][]byte     // as written: not trimmed
	Kinds []Kind       // nil: all Text
	Err   *fault.Fault // why the row cannot be used, nil if it can
}

// Cell is the cell in a column counted from 0; rows may end early.
func (r *Row) Cell(column int) []byte {
	if column < 0 || column >= len(r.Cells) {
		return nil
	}
	return r.Cells[column]
}

// Kind is what Cell holds.
func (r *Row) Kind(column int) Kind {
	if column < 0 || column >= len(r.Kinds) {
		return Text
	}
	return r.Kinds[column]
}

// blank reports whether there is nothing but white space in the row.
func (r *Row) blank() bool {
	if r.Err != nil {
		return false
	}
	for _, c := range r.Cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// rows is a stream of rows of either format; it ends with io.EOF.
type rows interface {
	next() (Row, error)
	// short reports whether a row may be shorter than the header: a workbook
	// leaves out empty cells, a text file does not.
	short() bool
}

// Reader gives out the rows of one file.
type Reader struct {
	rows       rows
	header     []string
	headerLine int
	blanks     int
	read       *counter
	total      int64
	epoch1904  bool
	others     []string
	format     string
}

// Open looks at the whole of src and reads its header, the first row that is
// not blank. A refusal of the file comes from here.
func Open(src Source, limits Limits) (*Reader, error) {
	size, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("sheet: size: %w", err)
	}
	if size > limits.File {
		return nil, ErrTooLarge.With("bytes", size).With("limit", limits.File)
	}
	r, err := open(src, size, limits)
	if err != nil {
		return nil, err
	}
	if err := r.readHeader(); err != nil {
		return nil, err
	}
	return r, nil
}

func open(src Source, size int64, limits Limits) (*Reader, error) {
	magic := make([]byte, 8)
	n, err := src.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("sheet: first bytes: %w", err)
	}
	switch magic = magic[:n]; {
	case len(magic) == 0:
		return nil, ErrEmpty
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")), bytes.HasPrefix(magic, []byte("PK\x05\x06")):
		return openWorkbook(src, size, limits)
	case bytes.HasPrefix(magic, []byte("\xd0\xcf\x11\xe0")):
		// The container of old .xls files and of workbooks with a password.
		return nil, ErrOldExcel
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")), bytes.HasPrefix(magic, []byte("Rar!")), bytes.HasPrefix(magic, []byte("7z\xbc\xaf")):
		return nil, ErrCompressed
	case bytes.HasPrefix(magic, []byte("%PDF")):
		return nil, ErrNotTable
	}
	return openText(src, size, limits)
}

func (r *Reader) readHeader() error {
	for {
		row, err := r.rows.next()
		if errors.Is(err, io.EOF) {
			return ErrEmpty
		}
		if err != nil {
			return err
		}
		if row.Err != nil {
			return row.Err.With("line", row.Line)
		}
		if row.blank() {
			continue
		}
		r.headerLine = row.Line
		for _, c := range row.Cells {
			r.header = append(r.header, string(c))
		}
		// Excel pads: columns without a name at the right end hold nothing.
		for len(r.header) > 0 && Normal(r.header[len(r.header)-1]) == "" {
			r.header = r.header[:len(r.header)-1]
		}
		return nil
	}
}

// Next is the next row that is not blank, or io.EOF. Any other error means that
// the rest of the file cannot be read.
func (r *Reader) Next() (Row, error) {
	for {
		row, err := r.rows.next()
		if err != nil {
			return row, err
		}
		if row.blank() {
			r.blanks++
			continue
		}
		if row.Err == nil && !r.fits(&row) {
			row.Err = ErrRagged.With("cells", len(row.Cells)).With("columns", len(r.header))
		}
		return row, nil
	}
}

// fits reports whether the row has a cell for every column and none beyond
// them. A row that is shifted by one stray comma must not pass as a shorter one.
func (r *Reader) fits(row *Row) bool {
	if len(row.Cells) < len(r.header) {
		return r.rows.short()
	}
	for _, c := range row.Cells[len(r.header):] {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// Header is the header as written, without nameless columns at its right end.
func (r *Reader) Header() []string { return r.header }

// HeaderLine is the line on which the header stands.
func (r *Reader) HeaderLine() int { return r.headerLine }

// Blanks is how many blank lines were skipped behind the header so far.
func (r *Reader) Blanks() int { return r.blanks }

// Progress is how many bytes of the table were read, of how many. In a workbook
// they are the bytes of its first sheet.
func (r *Reader) Progress() (read, total int64) { return r.read.n, r.total }

// Format names what the file turned out to be, such as "csv utf-8" or "xlsx".
func (r *Reader) Format() string { return r.format }

// OtherSheets names the sheets of a workbook that are not read: only the first is.
func (r *Reader) OtherSheets() []string { return r.others }

// counter counts the bytes that pass.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}
