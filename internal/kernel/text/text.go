// Package text says what people may type into a field: a line, or some lines, of
// legible characters and no more of them than there is room for.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line reports whether s is a line of 1 to most characters, without spaces around
// it and without characters that nobody sees.
func Line(s string, most int) bool { return s != "" && ShortLine(s, most) }

// ShortLine is Line for what may be left empty.
func ShortLine(s string, most int) bool {
	return fits(s, most) && !strings.ContainsFunc(s, hidden)
}

// Prose reports whether s is 1 to most characters in one or more lines.
func Prose(s string, most int) bool { return s != "" && ShortProse(s, most) }

// ShortProse is Prose for what may be left empty.
func ShortProse(s string, most int) bool {
	return fits(s, most) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && hidden(r) })
}

// Clean makes of what a browser sends what Prose takes: lines end with \n alone, and
// nothing but words stands at either end.
func Clean(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func fits(s string, most int) bool {
	return utf8.ValidString(s) && s == strings.TrimSpace(s) && utf8.RuneCountInString(s) <= most
}

func hidden(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
