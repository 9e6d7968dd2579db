package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
)

// scanner reads rows of delimited text. It is our own because encoding/csv
// reads without bound behind an unclosed quote, and stops at the first bad row.
//
// A quote opens a quoted cell only at the cell's beginning; elsewhere it is a
// letter. When a quoted cell is not closed as it must be, only the line where
// the row begins is refused, and the lines behind it are read on their own.
type scanner struct {
	src     io.Reader
	limits  Limits
	buf     []byte
	at, end int // buf[at:end] is read but not yet given out
	eof     bool
	comma   byte
	eol     byte
	checked bool
	line    int // of buf[at]
	cells   [][]byte
	scratch []byte
}

func newScanner(src io.Reader, limits Limits) *scanner {
	return &scanner{src: src, limits: limits, buf: make([]byte, 64<<10), comma: ',', eol: '\n', line: 1}
}

func (s *scanner) short() bool { return false }

// fill reads more. It makes room by moving and, up to the row limit, by growing;
// it returns false if nothing more can be had.
func (s *scanner) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.at > 0 {
		s.end = copy(s.buf, s.buf[s.at:s.end])
		s.at = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) > s.limits.Row {
			return false, nil
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	// Filled to the brim: a row is parsed again after each filling, so few large
	// fillings keep a long row linear.
	n, err := io.ReadFull(s.src, s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.eof = true
		return n > 0, nil
	}
	if err != nil {
		return false, fmt.Errorf("sheet: read: %w", err)
	}
	return true, nil
}

// lineEnd is the length of the line at s.at without its end, and the length of
// that end; ok is false if the line is longer than the row limit.
func (s *scanner) lineEnd() (length, end int, ok bool, err error) {
	for searched := 0; ; {
		if i := bytes.IndexByte(s.buf[s.at+searched:s.end], s.eol); i >= 0 {
			return searched + i, 1, searched+i <= s.limits.Row, nil
		}
		searched = s.end - s.at
		if searched > s.limits.Row {
			return searched, 0, false, nil
		}
		more, err := s.fill()
		if err != nil {
			return 0, 0, false, err
		}
		if !more {
			return searched, 0, searched <= s.limits.Row, nil
		}
	}
}

func (s *scanner) next() (Row, error) {
	length, end, ok, err := s.lineEnd()
	if err != nil {
		return Row{}, err
	}
	if length == 0 && end == 0 {
		return Row{}, io.EOF
	}
	row := Row{Line: s.line, Last: s.line}
	if !ok {
		row.Err = ErrRowTooLong.With("limit", s.limits.Row)
		return row, s.skipLine()
	}
	text := s.trimReturn(s.buf[s.at : s.at+length])
	if bytes.IndexByte(text, '"') >= 0 {
		return s.quoted(row)
	}
	s.split(text)
	s.at += length + end
	s.line++
	s.finish(&row, text)
	return row, nil
}

// trimReturn drops the CR of a CRLF line end.
func (s *scanner) trimReturn(text []byte) []byte {
	if n := len(text); s.eol == '\n' && n > 0 && text[n-1] == '\r' {
		return text[:n-1]
	}
	return text
}

// skipLine leaves out the rest of a line that is too long to be held.
func (s *scanner) skipLine() error {
	for {
		if i := bytes.IndexByte(s.buf[s.at:s.end], s.eol); i >= 0 {
			s.at += i + 1
			s.line++
			return nil
		}
		s.at = s.end
		more, err := s.fill()
		if err != nil {
			return err
		}
		if !more {
			s.line++
			return nil
		}
	}
}

// split cuts a line without quotes.
func (s *scanner) split(text []byte) {
	s.cells = s.cells[:0]
	for {
		i := bytes.IndexByte(text, s.comma)
		if i < 0 || len(s.cells) > s.limits.Columns {
			break
		}
		s.cells = append(s.cells, text[:i:i])
		text = text[i+1:]
	}
	s.cells = append(s.cells, text)
}

// quoted reads a row that has quotes, over as many lines as it takes.
func (s *scanner) quoted(row Row) (Row, error) {
	for {
		used, lines, state := s.parse(s.buf[s.at:s.end])
		switch state {
		case complete:
			raw := s.buf[s.at : s.at+used]
			s.at += used
			s.line += lines
			row.Last = row.Line + lines - 1
			s.finish(&row, raw)
			if used > s.limits.Row {
				row.Err = ErrRowTooLong.With("limit", s.limits.Row)
			}
			return row, nil
		case unfinished:
			more, err := s.fill()
			if err != nil {
				return row, err
			}
			if more {
				continue
			}
		}
		row.Err = ErrQuote
		if state == overfull {
			row.Err = ErrTooManyColumns.With("limit", s.limits.Columns)
		}
		return row, s.skipLine()
	}
}

// What parse found.
type parsed uint8

const (
	complete   parsed = iota
	unfinished        // the buffer ends before the row does
	misquoted         // something follows a closing quote
	overfull          // more columns than are allowed
)

// parse cuts the row that b begins with. It returns the bytes and lines used.
func (s *scanner) parse(b []byte) (used, lines int, state parsed) {
	s.cells = s.cells[:0]
	s.scratch = s.scratch[:0]
	for at := 0; ; {
		if len(s.cells) > s.limits.Columns {
			return 0, 0, overfull
		}
		var cell []byte
		if at < len(b) && b[at] == '"' {
			var n int
			if cell, n, state = s.unquote(b[at+1:]); state != complete {
				return 0, 0, state
			}
			lines += bytes.Count(b[at:at+1+n], []byte{s.eol})
			at += 1 + n
		} else {
			n := s.cellEnd(b[at:])
			cell = b[at : at+n]
			at += n
			if at == len(b) || b[at] == s.eol {
				cell = s.trimReturn(cell)
			}
		}
		if at == len(b) && !s.eof {
			return 0, 0, unfinished
		}
		if at < len(b) && b[at] == s.comma {
			s.cells = append(s.cells, cell)
			at++
			continue
		}
		// Here stands the end of the line, a CR before it, or the end of the file.
		if at < len(b) && b[at] == '\r' && s.eol == '\n' {
			switch {
			case at+1 == len(b) && !s.eof:
				return 0, 0, unfinished
			case at+1 == len(b) || b[at+1] == s.eol:
				at++
			}
		}
		if at < len(b) && b[at] != s.eol {
			return 0, 0, misquoted
		}
		s.cells = append(s.cells, cell)
		return min(at+1, len(b)), lines + 1, complete
	}
}

// cellEnd is the length of the unquoted cell that b begins with.
func (s *scanner) cellEnd(b []byte) int {
	for i, c := range b {
		if c == s.comma || c == s.eol {
			return i
		}
	}
	return len(b)
}

// unquote reads what stands behind an opening quote up to the closing one. The
// cell is the text itself where it has no doubled quotes, else a copy.
func (s *scanner) unquote(b []byte) (cell []byte, used int, state parsed) {
	start := len(s.scratch)
	copied := false
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 || at+i+1 == len(b) && !s.eof {
			return nil, 0, unfinished
		}
		end := at + i
		if end+1 < len(b) && b[end+1] == '"' {
			s.scratch = append(s.scratch, b[at:end+1]...)
			copied = true
			at = end + 2
			continue
		}
		if !copied {
			return b[:end], end + 1, complete
		}
		s.scratch = append(s.scratch, b[at:end]...)
		return s.scratch[start:len(s.scratch):len(s.scratch)], end + 1, complete
	}
}

// finish checks what every row must satisfy. raw is the row as it stands in the
// file.
func (s *scanner) finish(row *Row, raw []byte) {
	row.Cells = s.cells
	row.Err = s.refusal(raw)
}

func (s *scanner) refusal(raw []byte) *fault.Fault {
	if len(s.cells) > s.limits.Columns {
		return ErrTooManyColumns.With("limit", s.limits.Columns)
	}
	if len(raw) > s.limits.Field {
		for i, c := range s.cells {
			if len(c) > s.limits.Field {
				return ErrFieldTooLong.With("limit", s.limits.Field).With("column", i+1)
			}
		}
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return ErrNul
	}
	// A decoder writes U+FFFD for what it cannot read.
	if !s.checked && (!utf8.Valid(raw) || bytes.Contains(raw, []byte("\uFFFD"))) {
		return ErrEncoding
	}
	return nil
}

// findComma finds what stands between cells: the most frequent of comma,
// semicolon and tab outside the quotes of the first line that has any text.
// A line "sep=;" in front, as Excel writes it, says so itself.
func (s *scanner) findComma() error {
	for {
		length, end, ok, err := s.lineEnd()
		if err != nil {
			return err
		}
		text := s.trimReturn(s.buf[s.at : s.at+length])
		if len(text) == 5 && bytes.EqualFold(text[:4], []byte("sep=")) && bytes.IndexByte([]byte(",;\t"), text[4]) >= 0 {
			s.comma = text[4]
			s.at += length + end
			s.line++
			return nil
		}
		if ok && end > 0 && len(bytes.Trim(text, " ,;\t")) == 0 {
			s.at += length + end // a blank line above the header
			s.line++
			continue
		}
		s.comma = mostFrequent(text, ",;\t")
		return nil
	}
}

func mostFrequent(text []byte, candidates string) byte {
	var counts [256]int
	quoted := false
	for _, c := range text {
		if c == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[c]++
		}
	}
	best := candidates[0]
	for i := range len(candidates) {
		if counts[candidates[i]] > counts[best] {
			best = candidates[i]
		}
	}
	return best
}
