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
