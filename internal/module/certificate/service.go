package certificate

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to certificates. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Draw gives a certificate its number, which no other gets, forgotten or not, and its random id; it is not kept before Issue.
func (s *Service) Draw(ctx context.Context, tx *db.Tx, c Certificate) (*Certificate, error) {
	if len(c.Lines) == 0 {
		return nil, ErrNothing
	}
	if _, err := tx.Exec(ctx, `INSERT INTO certificate_counter (community_id, last_number) VALUES (?, 1)
		ON CONFLICT (community_id) DO UPDATE SET last_number = certificate_counter.last_number + 1`, tx.Community[:]); err != nil {
		return nil, err
	}
	var number int64
	if err := db.One(ctx, tx, &number, "SELECT last_number FROM certificate_counter WHERE community_id = ?", tx.Community[:]); err != nil {
		return nil, err
	}
	c.Community, c.ID, c.Number, c.At, c.By = tx.Community, tx.NewPseudonym(), int(number), tx.Now, tx.Actor.ID
	return &c, nil
}

// Issue keeps a certificate whose digest stands in the log at c.Seq.
func (s *Service) Issue(ctx context.Context, tx *db.Tx, c *Certificate) (err error) {
	defer fault.Wrap(&err, "certificate %d", c.Number)
	_, err = tx.Exec(ctx, "INSERT INTO certificate (community_id, id, number, member_id, issuer, name, first_day, last_day, seq, issued_at, issued_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], c.Number, c.Member[:], c.Issuer, c.Name, int64(c.First), int64(c.Last), c.Seq, c.At.UnixMicro(), c.By[:])
	if err != nil {
		return err
	}
	for n, l := range c.Lines {
		if _, err := tx.Exec(ctx, "INSERT INTO certificate_line (community_id, certificate_id, n, assignment_id, day, name, minutes, credited) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], c.ID[:], n, l.Assignment[:], int64(l.Day), l.Name, l.Minutes, l.Credited); err != nil {
			return err
		}
	}
	return nil
}

// Revoke says that a certificate counts no more; the paper that is about says so when it
// is checked.
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, at id.ID, words string) (err error) {
	defer fault.Wrap(&err, "revoke certificate %s", at)
	if words = text.Clean(words); !text.Prose(words, reasonMost) {
		return ErrNoReason.On("words").With("most", reasonMost)
	}
	if _, err := s.ByID(ctx, tx, tx.Community, at); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO certificate_revocation (community_id, certificate_id, words, revoked_at, revoked_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, certificate_id) DO NOTHING`, tx.Community[:], at[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	if err == nil && n == 0 {
		err = ErrRevoked
	}
	return err
}

// Forget takes a member's certificates away: what they said of her is checked by nobody any
// more, and its digest in the log leads nowhere (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, who id.ID) error {
	for _, statement := range []string{
		"DELETE FROM certificate_line WHERE community_id = ? AND certificate_id IN (SELECT id FROM certificate WHERE community_id = ? AND member_id = ?)",
		"DELETE FROM certificate_revocation WHERE community_id = ? AND certificate_id IN (SELECT id FROM certificate WHERE community_id = ? AND member_id = ?)",
		"DELETE FROM certificate WHERE community_id = ? AND id IN (SELECT id FROM certificate WHERE community_id = ? AND member_id = ?)",
	} {
		if _, err := tx.Exec(ctx, statement, tx.Community[:], tx.Community[:], who[:]); err != nil {
			return err
		}
	}
	return nil
}

// GivenSince is how many certificates a member got since an instant.
func (s *Service) GivenSince(ctx context.Context, r db.Reader, community, member id.ID, since time.Time) (n int, err error) {
	err = db.One(ctx, r, &n, "SELECT count(*) FROM certificate WHERE community_id = ? AND member_id = ? AND issued_at >= ?", community[:], member[:], since.UnixMicro())
	return n, err
}

// ByID finds a certificate with its lines.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, at id.ID) (*Certificate, error) {
	all, err := find(ctx, r, community, " AND c.id = ?", at[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], addLines(ctx, r, community, all, " AND certificate_id = ?", at[:])
}

// Of are a member's certificates, the newest first.
func (s *Service) Of(ctx context.Context, r db.Reader, community, member id.ID) ([]*Certificate, error) {
	all, err := find(ctx, r, community, " AND c.member_id = ? ORDER BY c.issued_at DESC, c.number DESC", member[:])
	if err != nil {
		return nil, err
	}
	return all, addLines(ctx, r, community, all, " AND certificate_id IN (SELECT id FROM certificate WHERE community_id = ? AND member_id = ?)", community[:], member[:])
}

// All are a community's certificates by number, for who checks the books.
func (s *Service) All(ctx context.Context, r db.Reader, community id.ID) ([]*Certificate, error) {
	all, err := find(ctx, r, community, " ORDER BY c.number")
	if err != nil {
		return nil, err
	}
	return all, addLines(ctx, r, community, all, "")
}

// Latest are the newest certificates of a community, without their lines.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Certificate, error) {
	return find(ctx, r, community, " ORDER BY c.number DESC LIMIT ?", limit)
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

func find(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Certificate, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		c := &Certificate{Community: community}
		var at int64
		var words *string
		var revoked *int64
		var by []byte
		if err := rows.Scan(&c.ID, &c.Number, &c.Member, &c.Issuer, &c.Name, &c.First, &c.Last, &c.Seq, &at, &c.By, &words, &revoked, &by); err != nil {
			return err
		}
		c.At = micros(at)
		if words != nil {
			c.Revoked = &Revocation{Words: *words, At: micros(*revoked)}
			copy(c.Revoked.By[:], by)
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.number, c.member_id, c.issuer, c.name, c.first_day, c.last_day, c.seq, c.issued_at, c.issued_by, v.words, v.revoked_at, v.revoked_by
		FROM certificate c LEFT JOIN certificate_revocation v ON v.community_id = c.community_id AND v.certificate_id = c.id WHERE c.community_id = ?`+where,
		append([]any{community[:]}, args...)...)
	return all, err
}

// addLines reads the lines of certificates that were found.
func addLines(ctx context.Context, r db.Reader, community id.ID, all []*Certificate, where string, args ...any) error {
	if len(all) == 0 {
		return nil
	}
	of := make(map[id.ID]*Certificate, len(all))
	for _, c := range all {
		of[c.ID] = c
	}
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var l Line
		if err := rows.Scan(&at, &l.Assignment, &l.Day, &l.Name, &l.Minutes, &l.Credited); err != nil {
			return err
		}
		if c := of[at]; c != nil {
			c.Lines = append(c.Lines, l)
		}
		return nil
	}, "SELECT certificate_id, assignment_id, day, name, minutes, credited FROM certificate_line WHERE community_id = ?"+where+" ORDER BY certificate_id, n", append([]any{community[:]}, args...)...)
}
