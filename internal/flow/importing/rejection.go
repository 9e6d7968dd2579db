package importing

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/i18n"
)

// Rejection is one row that was not taken over, and why. Flows make more of
// them, from what the books refuse.
type Rejection struct {
	File   string
	Line   int    // from 1
	Last   int    // where the row ends, if it runs over several lines
	Column string // "" if it is about the whole row
	Value  string // what stands there, shortened
	Why    *fault.Fault
}

// Code is the refusal's code; it never changes.
func (r Rejection) Code() string { return r.Why.Code }

// Reason says in the language of ctx why the row was rejected.
func (r Rejection) Reason(ctx context.Context) string {
	s, ok := i18n.Refusal(ctx, r.Why)
	if !ok {
		s = r.Why.Error()
	}
	if r.Last > r.Line {
		s += i18n.T(ctx, "（这一行一直延续到第 %d 行，请检查引号。）", r.Last)
	}
	return s
}

// Reject makes a rejection of a row that was read but that the books refuse.
func (t *Table) Reject(line int, why *fault.Fault) Rejection {
	return Rejection{File: t.File, Line: line, Last: line, Column: why.Field, Why: why}
}

func (c *cells) reject(column int, why *fault.Fault) *Rejection {
	name := columns[c.table.Kind][column].Name
	return &Rejection{
		File: c.table.File, Line: c.row.Line, Last: c.row.Last, Column: name,
		Value: shorten(string(c.row.Cell(c.table.at[column]))), Why: why.On(name),
	}
}

// rejectRow rejects a row that could not even be cut into cells properly; its
// beginning helps to find it.
func (c *cells) rejectRow(why *fault.Fault) *Rejection {
	return &Rejection{
		File: c.table.File, Line: c.row.Line, Last: c.row.Last,
		Value: shorten(string(bytes.Join(c.row.Cells, []byte(",")))), Why: why,
	}
}

// shortened is how many characters of a value a rejection shows.
const shortened = 40

// shorten makes a value fit for a report: its beginning, with a sign for every
// letter that cannot be seen.
func shorten(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == shortened {
			b.WriteRune('…')
			break
		}
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// again makes a rejection anew of what a chore keeps of it.
func again(f chore.Finding) Rejection {
	why := &fault.Fault{Kind: fault.Invalid, Code: f.Code, Field: f.Field}
	d := json.NewDecoder(strings.NewReader(f.Detail))
	d.UseNumber()
	_ = d.Decode(&why.Details) // written by work.reject alone
	return Rejection{Line: int(f.Place), Last: int(f.Place), Column: f.Field, Why: why}
}
