package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const (
	bomUTF8    = "\xef\xbb\xbf"
	bomUTF16LE = "\xff\xfe"
	bomUTF16BE = "\xfe\xff"
)

// survey is what one look at the bytes of a text file finds.
type survey struct {
	bytes   int64
	nuls    int64
	letters int64 // well-formed characters of more than one byte
	damage  int64 // bytes that are no UTF-8
	newline bool
	returns bool
}

// look reads the file once. It runs at memory speed where bytes are ASCII, and
// spares the reader a guess from the first page that the last page disproves.
func look(src io.Reader) (survey, error) {
	var s survey
	buf := make([]byte, 256<<10)
	held := 0 // the beginning of a character that the last read cut in two
	for {
		n, err := io.ReadFull(src, buf[held:])
		block := buf[:held+n]
		s.bytes += int64(n)
		s.nuls += int64(bytes.Count(block[held:], []byte{0}))
		s.newline = s.newline || bytes.IndexByte(block, '\n') >= 0
		s.returns = s.returns || bytes.IndexByte(block, '\r') >= 0
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		rest := s.count(block, last)
		held = copy(buf, rest)
		if last {
			return s, nil
		}
		if err != nil {
			return s, fmt.Errorf("sheet: read: %w", err)
		}
	}
}

// count goes over the characters of a block and returns what it must be joined
// with the next block to understand.
func (s *survey) count(block []byte, last bool) []byte {
	for i := 0; i < len(block); {
		if ascii := asciiRun(block[i:]); ascii > 0 {
			i += ascii
			continue
		}
		if !last && !utf8.FullRune(block[i:]) {
			return block[i:]
		}
		_, size := utf8.DecodeRune(block[i:])
		if size == 1 {
			s.damage++
		} else {
			s.letters++
		}
		i += size
	}
	return nil
}

// asciiRun is how many ASCII bytes b begins with.
func asciiRun(b []byte) int {
	n := 0
	for ; n+8 <= len(b); n += 8 {
		if (b[n]|b[n+1]|b[n+2]|b[n+3]|b[n+4]|b[n+5]|b[n+6]|b[n+7])&0x80 != 0 {
			break
		}
	}
	for n < len(b) && b[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// charset is how a text file's bytes become UTF-8.
type charset struct {
	name   string
	skip   int64 // bytes of the byte order mark
	decode transform.Transformer
	// checked says that every byte is known to be good UTF-8, so that rows need
	// no check of their own.
	checked bool
}

func (s *survey) charset(head []byte) (charset, error) {
	switch {
	case bytes.HasPrefix(head, []byte(bomUTF8)):
		return charset{name: "utf-8", skip: 3, checked: s.damage == 0}, nil
	case bytes.HasPrefix(head, []byte(bomUTF16LE)), bytes.HasPrefix(head, []byte(bomUTF16BE)):
		return charset{name: "utf-16", decode: unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()}, nil
	case s.nuls*4 > s.bytes:
		// One stray NUL spoils its row; many mean that this is no text at all.
		return charset{}, ErrNotTable
	case s.damage == 0:
		return charset{name: "utf-8", checked: true}, nil
	case s.letters > 4*s.damage:
		// UTF-8 with a few broken characters: their rows are refused. In text of
		// another encoding hardly any character is well formed.
		return charset{name: "utf-8"}, nil
	}
	return charset{name: "gb18030", decode: simplifiedchinese.GB18030.NewDecoder()}, nil
}

func openText(src Source, size int64, limits Limits) (*Reader, error) {
	s, err := look(io.NewSectionReader(src, 0, size))
	if err != nil {
		return nil, err
	}
	head := make([]byte, 3)
	n, _ := src.ReadAt(head, 0)
	set, err := s.charset(head[:n])
	if err != nil {
		return nil, err
	}
	read := &counter{r: io.NewSectionReader(src, set.skip, size-set.skip), n: set.skip}
	var text io.Reader = read
	if set.decode != nil {
		text = transform.NewReader(read, set.decode)
	}
	scan := newScanner(text, limits)
	scan.checked = set.checked
	if s.returns && !s.newline && set.name != "utf-16" {
		scan.eol = '\r' // an old Macintosh file
	}
	if err := scan.findComma(); err != nil {
		return nil, err
	}
	return &Reader{rows: scan, read: read, total: size, format: "csv " + set.name}, nil
}
