package privacy

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// pending reads erasures that have not ended.
const pending = `SELECT e.id, e.person_id, e.asked_at, e.due_at FROM privacy_erasure e
	LEFT JOIN privacy_erasure_end x ON x.community_id = e.community_id AND x.erasure_id = e.id
	WHERE e.community_id = ? AND x.erasure_id IS NULL AND `

// Asked is the erasure a person waits for; ErrNotAsked without one.
func (s *Service) Asked(ctx context.Context, r db.Reader, person id.ID) (Erasure, error) {
	all, err := erasures(ctx, r, pending+"e.person_id = ? ORDER BY e.id", person[:])
	if err == nil && len(all) == 0 {
		err = ErrNotAsked
	}
	if err != nil {
		return Erasure{}, err
	}
	return all[0], nil
}

// Due are the erasures whose time has come, the oldest first.
func (s *Service) Due(ctx context.Context, r db.Reader, now time.Time) ([]Erasure, error) {
	return erasures(ctx, r, pending+"e.due_at <= ? ORDER BY e.due_at", now.UnixMicro())
}

// Ask notes that a person wants to be forgotten, after the time for reflection or
// at once. tx belongs to "~".
func (s *Service) Ask(ctx context.Context, tx *db.Tx, person id.ID, atOnce bool) (e Erasure, err error) {
	if _, err := s.Asked(ctx, tx, person); err == nil && !atOnce {
		return Erasure{}, ErrAsked
	} else if err != nil && !errors.Is(err, ErrNotAsked) {
		return Erasure{}, err
	} else if err == nil { // she does not want to wait any longer
		if err := s.end(ctx, tx, person, TakenBack); err != nil {
			return Erasure{}, err
		}
	}
	e = Erasure{ID: tx.NewID(), Person: person, AskedAt: tx.Now, DueAt: tx.Now}
	if !atOnce {
		e.DueAt = tx.Now.Add(Reflection)
	}
	_, err = tx.Exec(ctx, "INSERT INTO privacy_erasure (community_id, id, person_id, asked_at, due_at) VALUES (?, ?, ?, ?, ?)",
		id.Tilde[:], e.ID[:], person[:], e.AskedAt.UnixMicro(), e.DueAt.UnixMicro())
	return e, err
}

// TakeBack ends the wish before it is done. tx belongs to "~".
func (s *Service) TakeBack(ctx context.Context, tx *db.Tx, person id.ID) error {
	return s.end(ctx, tx, person, TakenBack)
}

// Finish notes that a person was forgotten, and forgets her consents and who looked
// at her. The erasure's own row stays: it says that somebody was, not who. tx
// belongs to "~".
func (s *Service) Finish(ctx context.Context, tx *db.Tx, person id.ID) error {
	if err := s.end(ctx, tx, person, Done); err != nil && !errors.Is(err, ErrNotAsked) {
		return err
	}
	for _, q := range []string{
		"DELETE FROM privacy_withdrawal WHERE community_id = ? AND consent_id IN (SELECT id FROM privacy_consent WHERE community_id = ? AND person_id = ?)",
		"DELETE FROM privacy_consent WHERE community_id = ? AND community_id = ? AND person_id = ?",
		"DELETE FROM privacy_read WHERE community_id = ? AND community_id = ? AND subject_id = ?",
	} {
		if _, err := tx.Exec(ctx, q, id.Tilde[:], id.Tilde[:], person[:]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) end(ctx context.Context, tx *db.Tx, person id.ID, how string) error {
	e, err := s.Asked(ctx, tx, person)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO privacy_erasure_end (community_id, erasure_id, how, ended_at) VALUES (?, ?, ?, ?)", id.Tilde[:], e.ID[:], how, tx.Now.UnixMicro())
	return err
}

func erasures(ctx context.Context, r db.Reader, query string, arg any) (all []Erasure, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var e Erasure
		var asked, due int64
		err := rows.Scan(&e.ID, &e.Person, &asked, &due)
		e.AskedAt, e.DueAt = time.UnixMicro(asked).UTC(), time.UnixMicro(due).UTC()
		all = append(all, e)
		return err
	}, query, id.Tilde[:], arg)
	return all, err
}
