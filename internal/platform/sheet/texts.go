package sheet

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// texts are a workbook's shared texts: most cells with letters only name one.
// They are the one thing that must be in memory, without a header of their own
// each.
type texts struct {
	letters []byte
	ends    []uint32
}

func (t *texts) len() int { return len(t.ends) }

func (t *texts) at(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.letters[from:t.ends[i]]
}

// texts reads the shared texts; a workbook of numbers has none.
func (w workbook) texts(name string) (*texts, error) {
	all := &texts{}
	if name == "" || w.parts[name] == nil {
		return all, nil
	}
	part, _, err := w.verified(name)
	if err != nil {
		return nil, err
	}
	var text []byte
	var in string
	var phonetic bool
	for tape := newTape(part, w.limits); ; {
		token, err := tape.token()
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			in = t.Name.Local
			switch in {
			case "si":
				text = text[:0]
			case "rPh":
				phonetic = true
			}
		case xml.CharData:
			// One letter over the limit is kept: it makes the cell's row refused.
			if in == "t" && !phonetic && len(text) <= w.limits.Field {
				text = append(text, t...)
			}
		case xml.EndElement:
			in = ""
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case "si":
				all.letters = append(all.letters, unescape(text)...)
				all.ends = append(all.ends, uint32(len(all.letters)))
				if used := int64(len(all.letters) + 4*len(all.ends)); used > min(w.limits.Strings, 1<<31) {
					return nil, ErrUnpacks.With("limit", w.limits.Strings)
				}
			case "sst":
				return all, nil
			}
		}
	}
}

// unescape resolves the form _x000D_ in which workbooks write control letters.
func unescape(b []byte) []byte {
	if !bytes.Contains(b, []byte("_x")) {
		return b
	}
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] == '_' && i+6 < len(b) && b[i+1] == 'x' && b[i+6] == '_' {
			if n, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16); err == nil {
				out = utf8.AppendRune(out, rune(n))
				i += 6
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

var errBudget = errors.New("sheet: token too long")

// byteBudget is a reader that stops when one token has taken its share.
type byteBudget struct {
	r          *bufio.Reader
	each, left int
}

func newByteReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 64<<10) }

// ReadByte is what the decoder calls.
func (b *byteBudget) ReadByte() (byte, error) {
	if b.left == 0 {
		return 0, errBudget
	}
	b.left--
	return b.r.ReadByte()
}

// Read is never called where there is ReadByte; it makes this an io.Reader.
func (b *byteBudget) Read(p []byte) (int, error) {
	c, err := b.ReadByte()
	if err != nil || len(p) == 0 {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
