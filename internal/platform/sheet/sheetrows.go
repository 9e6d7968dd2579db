package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// sheetRows reads the rows of one sheet of a workbook.
type sheetRows struct {
	tape   *tape
	texts  *texts
	limits Limits
	line   int
	arena  []byte // the letters of the row's cells, one after the other
	marks  []mark
	cells  [][]byte
	kinds  []Kind
}

// mark is one written cell of a row: where its letters are in the arena.
type mark struct {
	column, from, to int
	kind             Kind
}

func newSheetRows(part io.Reader, t *texts, limits Limits) *sheetRows {
	return &sheetRows{tape: newTape(part, limits), texts: t, limits: limits}
}

func (s *sheetRows) short() bool { return true }

func (s *sheetRows) next() (Row, error) {
	for {
		token, err := s.tape.token()
		if err != nil {
			return Row{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local == "row" {
				return s.row(t)
			}
		case xml.EndElement:
			if t.Name.Local == "sheetData" {
				return Row{}, io.EOF
			}
		}
	}
}

func (s *sheetRows) row(start xml.StartElement) (Row, error) {
	line := s.line + 1
	if v := attr(start, "r"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < line {
			return Row{}, broken(fmt.Errorf("row %q behind row %d", v, s.line))
		}
		line = n
	}
	s.line = line
	row := Row{Line: line, Last: line}
	s.arena, s.marks = s.arena[:0], s.marks[:0]
	column := -1
	for {
		token, err := s.tape.token()
		if err != nil {
			return Row{}, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			if column, err = columnOf(attr(t, "r"), column+1); err != nil {
				return Row{}, err
			}
			if err := s.cell(&row, attr(t, "t"), column); err != nil {
				return Row{}, err
			}
		case xml.EndElement:
			if t.Name.Local == "row" {
				s.lay(&row)
				return row, nil
			}
		}
	}
}

// cell reads one cell up to its end.
func (s *sheetRows) cell(row *Row, kind string, column int) error {
	m := mark{column: column, from: len(s.arena)}
	var in string // the element whose letters count
	var phonetic bool
	for {
		token, err := s.tape.token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			in = t.Name.Local
			phonetic = phonetic || in == "rPh"
		case xml.CharData:
			if !phonetic && (in == "v" || in == "t") && len(s.arena)-m.from <= s.limits.Field {
				s.arena = append(s.arena, t...)
			}
		case xml.EndElement:
			if t.Name.Local == "rPh" {
				phonetic = false
			}
			in = ""
			if t.Name.Local != "c" {
				continue
			}
			return s.store(row, m, kind)
		}
	}
}

// store turns what a cell holds into its text.
func (s *sheetRows) store(row *Row, m mark, kind string) error {
	raw := s.arena[m.from:]
	switch kind {
	case "s":
		n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
		if err != nil || n < 0 || n >= s.texts.len() {
			return broken(fmt.Errorf("row %d: no shared text %q", row.Line, raw))
		}
		s.arena = append(s.arena[:m.from], s.texts.at(n)...)
	case "", "n":
		if len(raw) > 0 {
			m.kind = Number
			s.arena = appendPlain(s.arena[:m.from], string(raw))
		}
	case "b":
		s.arena = append(s.arena[:m.from], map[bool]string{true: "TRUE", false: "FALSE"}[string(raw) == "1"]...)
	case "e":
		m.kind = Broken
	default: // str, inlineStr, d
		s.arena = append(s.arena[:m.from], unescape(raw)...)
	}
	m.to = len(s.arena)
	switch {
	case m.column >= s.limits.Columns:
		row.Err = ErrTooManyColumns.With("limit", s.limits.Columns)
	case m.to-m.from > s.limits.Field:
		row.Err = ErrFieldTooLong.With("limit", s.limits.Field).With("column", m.column+1)
	case m.to > s.limits.Row:
		row.Err = ErrRowTooLong.With("limit", s.limits.Row)
	}
	if row.Err != nil {
		s.arena = s.arena[:m.from]
		return nil
	}
	s.marks = append(s.marks, m)
	return nil
}

// lay puts the cells in their columns. The arena does not move any more.
func (s *sheetRows) lay(row *Row) {
	s.cells, s.kinds = s.cells[:0], s.kinds[:0]
	for _, m := range s.marks {
		for len(s.cells) <= m.column {
			s.cells, s.kinds = append(s.cells, nil), append(s.kinds, Text)
		}
		s.cells[m.column], s.kinds[m.column] = s.arena[m.from:m.to:m.to], m.kind
	}
	row.Cells, row.Kinds = s.cells, s.kinds
	for _, c := range s.cells {
		if row.Err == nil && bytes.Contains(c, []byte("\uFFFD")) {
			row.Err = ErrEncoding
		}
		if row.Err == nil && bytes.IndexByte(c, 0) >= 0 {
			row.Err = ErrNul
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// columnOf is the column, from 0, of a cell named like "AB12"; a cell without a
// name stands in the next column.
func columnOf(name string, next int) (int, error) {
	if name == "" {
		return next, nil
	}
	n := 0
	for _, c := range []byte(name) {
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<15 {
			break
		}
	}
	if n == 0 || n > 1<<15 || n-1 < next {
		return 0, broken(fmt.Errorf("cell %q out of place", name))
	}
	return n - 1, nil
}

// tape gives out the tokens of a part. A token may take only so many bytes, so
// that one endless text does not fill the memory.
type tape struct {
	in     *byteBudget
	tokens *xml.Decoder
}

func newTape(part io.Reader, limits Limits) *tape {
	// A letter takes up to ten bytes when it is written as &#x10FFFF;.
	in := &byteBudget{r: newByteReader(part), each: 10*limits.Field + 1<<16}
	return &tape{in: in, tokens: xml.NewDecoder(in)}
}

func (t *tape) token() (xml.Token, error) {
	t.in.left = t.in.each
	token, err := t.tokens.RawToken()
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, errBudget):
		return nil, ErrFieldTooLong.With("limit", t.in.each)
	case errors.Is(err, io.EOF):
		return nil, broken(io.ErrUnexpectedEOF)
	}
	return nil, broken(err)
}
