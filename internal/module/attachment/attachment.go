// Package attachment keeps the files that people hand in, and those that the house
// makes for them: the papers of an application, the invoice of a spending, the picture
// of what points are exchanged for. A file is taken as what its content says it is,
// never as what its name says; a picture is drawn anew (platform/picture), so that it
// carries nothing but its points, and a document with anything in it that would run is
// refused. Files lie in the database, in the transaction and in the backup of what they
// belong to; nobody changes one, and with what it belonged to it is forgotten.
package attachment

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema is the table of files.
var Schema = db.Schema{Owner: "module/attachment", Tables: []db.Table{{Name: "attachment", Placement: db.Distributed}}, FS: schemaFS}

// Kind is what a file is, as a content type.
type Kind string

// The kinds that are taken.
const (
	JPEG Kind = "image/jpeg"
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

// ByID finds a file with its content; one that is not what its hash says is refused.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, file id.ID) (*File, error) {
	f, err := one(ctx, r, "content", community, file)
	if err == nil && sha256.Sum256(f.Content) != f.Hash {
		return nil, ErrChanged
	}
	return f, err
}

// Facts finds a file without its content.
func (s *Service) Facts(ctx context.Context, r db.Reader, community, file id.ID) (*File, error) {
	return one(ctx, r, "NULL", community, file)
}

// Drop takes files away, since what they belonged to was forgotten; one that is gone
// stays gone.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, files ...id.ID) (err error) {
	defer fault.Wrap(&err, "attachment: drop")
	for _, f := range files {
		if _, err := tx.Exec(ctx, "DELETE FROM attachment WHERE community_id = ? AND id = ?", tx.Community[:], f[:]); err != nil {
			return err
		}
	}
	return nil
}

func one(ctx context.Context, r db.Reader, content string, community, file id.ID) (f *File, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		f = &File{}
		var hash []byte
		var at int64
		if err := rows.Scan(&f.ID, &f.Kind, &f.Name, &f.Size, &hash, &f.Content, &at, &f.By); err != nil {
			return err
		}
		if copy(f.Hash[:], hash) != len(f.Hash) {
			return errors.New("attachment: a hash of another length")
		}
		f.At = time.UnixMicro(at).UTC()
		return nil
	}, "SELECT id, kind, name, size, hash, "+content+", added_at, added_by FROM attachment WHERE community_id = ? AND id = ?", community[:], file[:])
	if err == nil && f == nil {
		err = ErrNotFound
	}
	return f, err
}
