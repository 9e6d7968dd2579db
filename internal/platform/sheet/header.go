package sheet

import (
	"strings"

	"golang.org/x/text/width"

	"gongyi/internal/kernel/fault"
)

// Refusals of a header, in the order Fit checks them.
var (
	ErrColumnTwice    = fault.New(fault.Invalid, "sheet.column_twice")
	ErrColumnsMissing = fault.New(fault.Invalid, "sheet.columns_missing")
)

// Column is one column that a reader of tables looks for.
type Column struct {
	Name     string
	Also     []string // other headings for the same, such as 会员编号
	Optional bool
}

// Layout tells where the wanted columns stand in a file.
type Layout struct {
	At      []int    // for each wanted column its place from 0, −1 if it is absent
	Unknown []string // headings, as written, that nobody asked for
}

// Normal is a heading as it is compared: without a byte order mark, space,
// letter case, full-width forms, or the difference between "Member Ref" and
// member_ref.
func Normal(heading string) string {
	heading = strings.ToLower(width.Narrow.String(heading))
	return strings.Map(func(r rune) rune {
		switch r {
		case '\uFEFF', '\u200B', '\u00A0', '\u3000', ' ', '\t', '\r', '\n', '_', '-', '*':
			return -1
		}
		return r
	}, heading)
}

// Fit finds the wanted columns in a header. Two columns of one meaning are
// refused, for nobody can say which counts; so is a header that lacks columns,
// all of them named at once.
func Fit(header []string, want []Column) (Layout, error) {
	place := make(map[string]int)
	for i, c := range want {
		place[Normal(c.Name)] = i
		for _, also := range c.Also {
			place[Normal(also)] = i
		}
	}
	l := Layout{At: make([]int, len(want))}
	for i := range l.At {
		l.At[i] = -1
	}
	for at, heading := range header {
		i, known := place[Normal(heading)]
		switch {
		case !known:
			l.Unknown = append(l.Unknown, heading)
		case l.At[i] >= 0:
			return Layout{}, ErrColumnTwice.On(want[i].Name).
				With("first", header[l.At[i]]).With("second", heading)
		default:
			l.At[i] = at
		}
	}
	var missing []string
	for i, c := range want {
		if l.At[i] < 0 && !c.Optional {
			missing = append(missing, c.Name)
		}
	}
	if missing != nil {
		return Layout{}, ErrColumnsMissing.With("columns", strings.Join(missing, ", "))
	}
	return l, nil
}

// Has reports whether any heading means the column.
func (c Column) Has(header []string) bool {
	for _, heading := range header {
		n := Normal(heading)
		if n == Normal(c.Name) {
			return true
		}
		for _, also := range c.Also {
			if n == Normal(also) {
				return true
			}
		}
	}
	return false
}
