package importing

import (
	"bytes"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/sheet"
)

// Refusals of one cell, in the order in which a cell is checked.
var (
	ErrFormula     = fault.New(fault.Invalid, "importing.formula")
	ErrBlank       = fault.New(fault.Invalid, "importing.blank")
	ErrLongNumber  = fault.New(fault.Invalid, "importing.long_number")
	ErrTooLong     = fault.New(fault.Invalid, "importing.too_long")
	ErrInvisible   = fault.New(fault.Invalid, "importing.invisible")
	ErrTime        = fault.New(fault.Invalid, "importing.time")
	ErrAmount      = fault.New(fault.Invalid, "importing.amount")
	ErrNegative    = fault.New(fault.Invalid, "importing.negative")
	ErrNotPositive = fault.New(fault.Invalid, "importing.not_positive")
	ErrCount       = fault.New(fault.Invalid, "importing.count")
)

const (
	maxRef    = 64                // characters of a reference
	maxItems  = 6                 // digits of a count
	exactly   = 15                // digits that a workbook's number keeps
	maxShared = 100_000           // references that are kept to be shared between rows
	maxAmount = 1_000_000_000_000 // fen: a slip of the keys, long before sums run over
)

// cells reads the cells of one row. The first refusal stands; what is read
// behind it does not matter any more.
type cells struct {
	table   *Table
	row     sheet.Row
	refused *Rejection
}

func (c *cells) refuse(column int, why *fault.Fault) {
	if c.refused == nil {
		c.refused = c.reject(column, why)
	}
}

// get is the trimmed text of a column; blank if the file lacks the column.
func (c *cells) get(column int) []byte {
	at := c.table.at[column]
	if c.row.Kind(at) == sheet.Broken {
		c.refuse(column, ErrFormula)
		return nil
	}
	return bytes.TrimSpace(c.row.Cell(at))
}

// ref is a reference to somebody or something that occurs in many rows, so its
// text is shared between them.
func (c *cells) ref(column int) string {
	b := c.refBytes(column)
	if s, ok := c.table.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(c.table.names) < maxShared {
		c.table.names[s] = s
	}
	return s
}

// freshRef is a reference that occurs once.
func (c *cells) freshRef(column int) string { return string(c.refBytes(column)) }

func (c *cells) refBytes(column int) []byte {
	b := c.get(column)
	if len(b) == 0 {
		c.refuse(column, ErrBlank)
		return nil
	}
	// A workbook keeps fifteen digits of a number; two long references could
	// have become one. Only as text they are what was written.
	if c.row.Kind(c.table.at[column]) == sheet.Number && len(b) > exactly {
		c.refuse(column, ErrLongNumber.With("digits", exactly))
		return nil
	}
	c.checkText(column, b)
	return b
}

// note is a text that may be blank.
func (c *cells) note(column int) string {
	b := c.get(column)
	c.checkText(column, b)
	return string(b)
}

// checkText refuses what is too long, and letters that nobody sees: with them
// two references could look the same and be different.
func (c *cells) checkText(column int, b []byte) {
	if len(b) > maxRef && utf8.RuneCount(b) > maxRef {
		c.refuse(column, ErrTooLong.With("limit", maxRef))
		return
	}
	for i := 0; i < len(b); {
		if b[i] >= ' ' && b[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			c.refuse(column, ErrInvisible.With("code", "U+"+strconv.FormatInt(int64(r), 16)))
			return
		}
		i += size
	}
}

// localTimes are the forms without an offset; they mean the community's clock.
var localTimes = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04"}

func (c *cells) time(column int) time.Time {
	b := c.get(column)
	if len(b) == 0 {
		c.refuse(column, ErrBlank)
		return time.Time{}
	}
	var at time.Time
	if at.UnmarshalText(b) == nil && sane(at) {
		return at.UTC()
	}
	if c.row.Kind(c.table.at[column]) == sheet.Number {
		if at, ok := c.table.sheet.Serial(b, c.table.zone); ok {
			return at.UTC()
		}
	}
	for _, layout := range localTimes {
		if at, err := time.ParseInLocation(layout, string(b), c.table.zone); err == nil && sane(at) {
			return at.UTC()
		}
	}
	c.refuse(column, ErrTime)
	return time.Time{}
}

// sane keeps years that every part of the books can write.
func sane(at time.Time) bool { return at.Year() >= 1900 && at.Year() < 10_000 }

// sign is which amounts a column may hold.
type sign uint8

const (
	atLeastZero sign = iota // blank counts as zero
	positive
)

func (c *cells) amount(column int, s sign) money.Amount {
	b := c.get(column)
	if len(b) == 0 {
		if s == positive {
			c.refuse(column, ErrBlank)
		}
		return 0
	}
	v, err := money.Parse(string(b), money.CNY)
	switch {
	case err != nil || v > maxAmount:
		c.refuse(column, ErrAmount)
	case v < 0:
		c.refuse(column, ErrNegative)
	case v == 0 && s == positive:
		c.refuse(column, ErrNotPositive)
	}
	return v
}

func (c *cells) count(column int) int {
	b := c.get(column)
	n := 0
	for _, d := range b {
		if d < '0' || d > '9' || len(b) > maxItems {
			c.refuse(column, ErrCount.With("digits", maxItems))
			return 0
		}
		n = n*10 + int(d-'0')
	}
	return n
}
