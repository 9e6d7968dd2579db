// Package blob keeps files that people hand in: papers and pictures. They lie beside
// the database, a folder a community, under names that we make; the database says what
// each is and its hash. What a file is, its content says, never its name.
package blob

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

// Refusals, in the order in which they are checked.
var (
	ErrEmpty   = fault.New(fault.Invalid, "blob.empty")
	ErrTooLong = fault.New(fault.TooLarge, "blob.too_large")
	ErrBadKind = fault.New(fault.Invalid, "blob.bad_kind")
	ErrGone    = fault.New(fault.NotFound, "blob.gone")
	ErrChanged = fault.New(fault.Conflict, "blob.changed")
)

// Most is how many bytes a file may have.
const Most = 8 << 20

// File is one file in the store.
type File struct {
	Name   string // in its community's folder
	Mime   string
	Bytes  int64
	SHA256 [32]byte
}

// Store keeps files below a directory.
type Store struct{ Dir string }

// kinds are the kinds that are taken, by how their content begins. A picture that is a
// script too begins otherwise; none of them is ever shown as a page.
var kinds = []struct {
	magic []byte
	mime  string
	tail  []byte // must stand near the end; nil: anything
}{
	{[]byte("\xff\xd8\xff"), "image/jpeg", nil},
	{[]byte("\x89PNG\r\n\x1a\n"), "image/png", []byte("IEND")},
	{[]byte("%PDF-1."), "application/pdf", []byte("%%EOF")},
	{[]byte("%PDF-2."), "application/pdf", []byte("%%EOF")},
}

// active is what a PDF of a scan never holds: it would do something when opened.
var active = [][]byte{[]byte("/JavaScript"), []byte("/JS "), []byte("/Launch"), []byte("/EmbeddedFile"), []byte("/OpenAction")}

// Sniff is what kind of file a content is; what is not taken is refused.
func Sniff(content []byte) (mime string, err error) {
	for _, k := range kinds {
		if !bytes.HasPrefix(content, k.magic) {
			continue
		}
		if k.tail != nil && !bytes.Contains(content[max(0, len(content)-2048):], k.tail) {
			break
		}
		if k.mime == "application/pdf" {
			for _, a := range active {
				if bytes.Contains(content, a) {
					return "", ErrBadKind.On("file")
				}
			}
		}
		return k.mime, nil
	}
	return "", ErrBadKind.On("file")
}

// Put keeps what is read as a file of a community, under a name that nobody can guess.
func (s *Store) Put(community id.ID, src io.Reader) (f File, err error) {
	content, err := io.ReadAll(io.LimitReader(src, Most+1))
	switch {
	case err != nil:
		return f, err
	case len(content) == 0:
		return f, ErrEmpty.On("file")
	case len(content) > Most:
		return f, ErrTooLong.On("file").With("megabytes", Most>>20)
	}
	mime, err := Sniff(content)
	if err != nil {
		return f, err
	}
	name := rand.Text()
	dir := filepath.Join(s.Dir, community.String())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return f, err
	}
	path := filepath.Join(dir, name)
	if err := write(path+".part", content); err != nil {
		return f, errors.Join(err, os.Remove(path+".part"))
	}
	return File{name, mime, int64(len(content)), sha256.Sum256(content)}, os.Rename(path+".part", path)
}

func write(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// Get reads a file of a community; one that is not what its hash says is refused.
func (s *Store) Get(community id.ID, name string, sum [32]byte) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(s.Dir, community.String(), filepath.Base(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrGone
	}
	if err == nil && sha256.Sum256(content) != sum {
		err = ErrChanged
	}
	return content, err
}

// Remove takes a file away; one that is gone already stays gone.
func (s *Store) Remove(community id.ID, name string) error {
	err := os.Remove(filepath.Join(s.Dir, community.String(), filepath.Base(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
