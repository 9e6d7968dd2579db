// Package attachment keeps the files that belong to something else: the picture of
// an advertisement, the material of a training, the charter of an operating body. A
// file is taken as what its content says it is, never as what its name says; a
// picture is drawn anew, so that it carries nothing but its pixels (no place, no
// camera, no second file behind it). Files lie in the database, in the transaction
// and in the backup of what they belong to; nobody changes one.
package attachment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"path"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema is the table of files.
var Schema = db.Schema{Owner: "module/attachment", Tables: []db.Table{{Name: "attachment", Placement: db.Distributed}}, FS: schemaFS}

// Limits of a file: bytes of a document, bytes and pixels of a picture as it comes,
// and the longer side of the picture that is kept.
const (
	DocumentMost = 4 << 20
	PictureMost  = 4 << 20
	pixelsMost   = 24_000_000
	sideMost     = 1_600
	nameMost     = 120
)

// Refusals of a file, in the order in which they are checked.
var (
	ErrNoFile    = fault.New(fault.Invalid, "attachment.no_file")
	ErrTooLarge  = fault.New(fault.TooLarge, "attachment.too_large")
	ErrNoPicture = fault.New(fault.Invalid, "attachment.no_picture")
	ErrNoPaper   = fault.New(fault.Invalid, "attachment.no_paper")
	ErrNotFound  = fault.New(fault.NotFound, "attachment.not_found")
)

// Kind is what a file is, as a content type.
type Kind string

// The kinds that are taken.
const (
	JPEG Kind = "image/jpeg"
	PNG  Kind = "image/png"
	PDF  Kind = "application/pdf"
)

// File is one file.
type File struct {
	ID      id.ID
	Kind    Kind
	Name    string
	Size    int64 // bytes
	Hash    [sha256.Size]byte
	Content []byte // nil where only the facts were asked for
	At      time.Time
	By      id.ID
}

// Sum is the hash as people compare it.
func (f *File) Sum() string { return hex.EncodeToString(f.Hash[:]) }

// Picture makes a file of what somebody sent as a picture.
func Picture(name string, content []byte) (*File, error) {
	switch {
	case len(content) == 0:
		return nil, ErrNoFile
	case len(content) > PictureMost:
		return nil, ErrTooLarge.With("most_mb", PictureMost>>20)
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || kind != "jpeg" && kind != "png" || c.Width*c.Height > pixelsMost {
		return nil, ErrNoPicture
	}
	drawn, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, ErrNoPicture
	}
	var b bytes.Buffer
	f := &File{Kind: JPEG}
	if kind == "png" {
		f.Kind = PNG
		err = png.Encode(&b, shrink(drawn))
	} else {
		err = jpeg.Encode(&b, shrink(drawn), &jpeg.Options{Quality: 85})
	}
	if err != nil {
		return nil, err
	}
	return f.holding(name, b.Bytes()), nil
}

// Document makes a file of what somebody sent as a PDF.
func Document(name string, content []byte) (*File, error) {
	switch {
	case len(content) == 0:
		return nil, ErrNoFile
	case len(content) > DocumentMost:
		return nil, ErrTooLarge.With("most_mb", DocumentMost>>20)
	case !bytes.HasPrefix(content, []byte("%PDF-")):
		return nil, ErrNoPaper
	}
	return (&File{Kind: PDF}).holding(name, content), nil
}

func (f *File) holding(name string, content []byte) *File {
	f.Name, f.Content, f.Size, f.Hash = tidy(name), content, int64(len(content)), sha256.Sum256(content)
	return f
}

// tidy leaves of a file's name what can be shown.
func tidy(name string) string {
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if name == "." || name == "/" || !text.Line(name, nameMost) {
		return "file"
	}
	return name
}

// shrink makes a picture no larger than is shown anywhere, by the nearest pixels.
func shrink(src image.Image) image.Image {
	b := src.Bounds()
	side := max(b.Dx(), b.Dy())
	w, h := b.Dx(), b.Dy()
	if side > sideMost {
		w, h = max(1, w*sideMost/side), max(1, h*sideMost/side)
	}
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			dst.Set(x, y, src.At(b.Min.X+x*b.Dx()/w, b.Min.Y+y*b.Dy()/h))
		}
	}
	return dst
}

// Service is the door to files.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Add keeps a file in tx's community.
func (s *Service) Add(ctx context.Context, tx *db.Tx, f *File) (kept id.ID, err error) {
	defer fault.Wrap(&err, "attachment: add %s", f.Name)
	kept = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO attachment (community_id, id, kind, name, size, hash, content, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], kept[:], string(f.Kind), f.Name, f.Size, f.Hash[:], f.Content, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return kept, err
}

// ByID finds a file with its content.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, file id.ID) (*File, error) {
	all, err := read(ctx, r, "content", "community_id = ? AND id = ?", community[:], file[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Facts finds a file without its content.
func (s *Service) Facts(ctx context.Context, r db.Reader, community, file id.ID) (*File, error) {
	all, err := read(ctx, r, "NULL", "community_id = ? AND id = ?", community[:], file[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// Drop takes a file away: what it belonged to was forgotten.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, file id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM attachment WHERE community_id = ? AND id = ?", tx.Community[:], file[:])
	return err
}

func read(ctx context.Context, r db.Reader, content, where string, args ...any) (all []*File, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		f := &File{}
		var hash []byte
		var at int64
		if err := rows.Scan(&f.ID, &f.Kind, &f.Name, &f.Size, &hash, &f.Content, &at, &f.By); err != nil {
			return err
		}
		if copy(f.Hash[:], hash) != len(f.Hash) {
			return errors.New("attachment: a hash of another length")
		}
		f.At = time.UnixMicro(at).UTC()
		all = append(all, f)
		return nil
	}, "SELECT id, kind, name, size, hash, "+content+", added_at, added_by FROM attachment WHERE "+where, args...)
	return all, err
}
