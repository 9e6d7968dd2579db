package sheet

import "bytes"

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
