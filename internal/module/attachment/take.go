package attachment

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"slices"
	"strings"
	"unicode"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/picture"
)

// Most is how many bytes a file may have as it comes.
const Most = 8 << 20

// Refusals of a file, in the order in which they are checked.
var (
	ErrNoFile     = fault.New(fault.Invalid, "attachment.no_file")
	ErrTooLarge   = fault.New(fault.TooLarge, "attachment.too_large")
	ErrNoPaper    = fault.New(fault.Invalid, "attachment.no_paper")
	ErrNoPicture  = fault.New(fault.Invalid, "attachment.no_picture")
	ErrManyPoints = fault.New(fault.Invalid, "attachment.many_points")
	ErrNoDocument = fault.New(fault.Invalid, "attachment.no_document")
	ErrActive     = fault.New(fault.Invalid, "attachment.active")
	ErrNotFound   = fault.New(fault.NotFound, "attachment.not_found")
	ErrChanged    = fault.New(fault.Conflict, "attachment.changed")
)

// Picture makes a file of what somebody sent as a picture: JPEG, PNG or WebP.
func Picture(name string, content []byte) (*File, error) {
	if err := sized(content); err != nil {
		return nil, err
	}
	drawn, err := picture.Anew(content)
	switch {
	case errors.Is(err, picture.ErrUnknown):
		return nil, ErrNoPicture
	case errors.Is(err, picture.ErrTooLarge):
		return nil, ErrManyPoints
	case err != nil:
		return nil, err
	}
	return holding(JPEG, name, drawn), nil
}

// Document makes a file of what somebody sent as a PDF: a whole one, in which nothing
// runs when it is opened.
func Document(name string, content []byte) (*File, error) {
	if err := sized(content); err != nil {
		return nil, err
	}
	if !isPDF(content) || !bytes.Contains(content[max(0, len(content)-2048):], []byte("%%EOF")) {
		return nil, ErrNoDocument
	}
	plain := unescaped(content)
	if slices.ContainsFunc(active, func(name []byte) bool { return bytes.Contains(plain, name) }) {
		return nil, ErrActive
	}
	return holding(PDF, name, content), nil
}

// Paper makes a file of what somebody sent as a paper, photographed or as a PDF.
func Paper(name string, content []byte) (*File, error) {
	if isPDF(content) {
		return Document(name, content)
	}
	f, err := Picture(name, content)
	if errors.Is(err, ErrNoPicture) {
		err = ErrNoPaper
	}
	return f, err
}

func sized(content []byte) error {
	switch {
	case len(content) == 0:
		return ErrNoFile
	case len(content) > Most:
		return ErrTooLarge.With("most_mb", Most>>20)
	}
	return nil
}

func isPDF(content []byte) bool {
	return bytes.HasPrefix(content, []byte("%PDF-1.")) || bytes.HasPrefix(content, []byte("%PDF-2."))
}

// active is what a scan or a printed PDF never holds: it would do something when opened.
var active = [][]byte{[]byte("/JavaScript"), []byte("/JS "), []byte("/JS("), []byte("/Launch"), []byte("/EmbeddedFile"), []byte("/OpenAction")}

// unescaped is a PDF with the letters of its names as they are meant: "/J#53" is "/JS".
func unescaped(content []byte) []byte {
	if !bytes.ContainsRune(content, '#') {
		return content
	}
	plain := make([]byte, 0, len(content))
	for i := 0; i < len(content); i++ {
		c := content[i]
		if c == '#' && i+2 < len(content) {
			if b, err := hex.DecodeString(string(content[i+1 : i+3])); err == nil {
				c, i = b[0], i+2
			}
		}
		plain = append(plain, c)
	}
	return plain
}

func holding(kind Kind, name string, content []byte) *File {
	return &File{Kind: kind, Name: tidy(name), Content: content, Size: int64(len(content)), Hash: sha256.Sum256(content)}
}

const nameMost = 120 // letters

// tidy leaves of a file's name what can be shown: its end, without folders and without
// letters that nobody sees.
func tidy(name string) string {
	name = strings.Map(func(c rune) rune {
		if c != ' ' && !unicode.IsGraphic(c) {
			return -1
		}
		return c
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	if letters := []rune(name); len(letters) > nameMost {
		name = string(letters[len(letters)-nameMost:])
	}
	if name = strings.TrimSpace(name); strings.Trim(name, "./") == "" || !text.Line(name, nameMost) {
		return "file"
	}
	return name
}
