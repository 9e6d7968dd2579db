package privacy

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// NoteRead notes that somebody looked at people's data. It is noted before they are
// shown. tx belongs to "~".
func (s *Service) NoteRead(ctx context.Context, tx *db.Tx, subjects []id.ID, look Read) error {
	for _, subject := range subjects {
		if subject == look.Reader || subject.IsZero() {
			continue // one's own are one's own
		}
		n := tx.NewID()
		if _, err := tx.Exec(ctx, "INSERT INTO privacy_read (community_id, id, subject_id, reader_id, role, what, why, read_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			id.Tilde[:], n[:], subject[:], look.Reader, look.Role, look.What, look.Why, tx.Now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// Reads are the looks at a person's data, the newest first, from before a look on
// (zero: from the newest), at most limit of them.
func (s *Service) Reads(ctx context.Context, r db.Reader, subject, before id.ID, limit int) (all []Read, err error) {
	where, args := "subject_id = ?", []any{id.Tilde[:], subject[:]}
	if !before.IsZero() {
		where += " AND id < ?"
		args = append(args, before[:])
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var look Read
		var at int64
		err := rows.Scan(&look.ID, &look.Subject, &look.Reader, &look.Role, &look.What, &look.Why, &at)
		look.At = time.UnixMicro(at).UTC()
		all = append(all, look)
		return err
	}, "SELECT id, subject_id, reader_id, role, what, why, read_at FROM privacy_read WHERE community_id = ? AND "+where+" ORDER BY id DESC LIMIT ?", append(args, limit)...)
	return all, err
}

// Tally is how often data of a kind were looked at in a role, without persons: what
// a data supervisor sees (P2).
type Tally struct {
	Role  string `db:"role"`
	What  string `db:"what"`
	Reads int64  `db:"reads"`
}

// Tallies counts the looks since an instant by role and kind.
func (s *Service) Tallies(ctx context.Context, r db.Reader, since time.Time) (all []Tally, err error) {
	err = db.All(ctx, r, &all, "SELECT role, what, COUNT(*) AS reads FROM privacy_read WHERE community_id = ? AND read_at >= ? GROUP BY role, what ORDER BY role, what",
		id.Tilde[:], since.UnixMicro())
	return all, err
}
