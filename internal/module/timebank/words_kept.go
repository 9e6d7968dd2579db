package timebank

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Thanks are warm words to a helper.
type Thanks struct {
	Assignment id.ID
	Words      string
	At         time.Time
}

// Thank thanks a helper for what she did, once.
func (s *Service) Thank(ctx context.Context, tx *db.Tx, a *Assignment, words string) error {
	words = text.Clean(words)
	switch {
	case !a.State().Served():
		return ErrNotOver
	case !text.Prose(words, wordsMost):
		return ErrBadWords.On("thanks").With("most", wordsMost)
	}
	n, err := tx.Exec(ctx, `INSERT INTO timebank_thanks (community_id, assignment_id, words, given_at, given_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, assignment_id) DO NOTHING`, tx.Community[:], a.ID[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	if err == nil && n == 0 {
		err = ErrThanked
	}
	return err
}

// ThanksTo are the thanks that a helper got, the latest first.
func (s *Service) ThanksTo(ctx context.Context, r db.Reader, community, helper id.ID, limit int) (all []Thanks, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var t Thanks
		var at int64
		err := rows.Scan(&t.Assignment, &t.Words, &at)
		t.At = micros(at)
		all = append(all, t)
		return err
	}, `SELECT t.assignment_id, t.words, t.given_at FROM timebank_thanks t JOIN timebank_assignment a ON a.community_id = t.community_id AND a.id = t.assignment_id
		WHERE t.community_id = ? AND a.helper_id = ? ORDER BY t.given_at DESC, t.assignment_id LIMIT ?`, community[:], helper[:], limit)
	return all, err
}

// Thanked is what was said of one assignment, "" for nothing.
func (s *Service) Thanked(ctx context.Context, r db.Reader, community, assignment id.ID) (words string, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error { return rows.Scan(&words) },
		"SELECT words FROM timebank_thanks WHERE community_id = ? AND assignment_id = ?", community[:], assignment[:])
	return words, err
}

// Side says whose words feedback is.
type Side string

// The sides.
const (
	OfAsker  Side = "asker"
	OfHelper Side = "helper"
)

// Feedback is what the desk alone reads.
type Feedback struct {
	Assignment id.ID
	Side       Side
	Words      string
	At         time.Time
}

// Remark leaves feedback for the desk; said again, the later words count.
func (s *Service) Remark(ctx context.Context, tx *db.Tx, assignment id.ID, side Side, words string) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrBadWords.On("remark").With("most", wordsMost)
	}
	_, err := tx.Exec(ctx, `INSERT INTO timebank_feedback (community_id, assignment_id, side, words, given_at, given_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, assignment_id, side) DO UPDATE SET words = excluded.words, given_at = excluded.given_at, given_by = excluded.given_by`,
		tx.Community[:], assignment[:], string(side), words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Remarks is what was said of an assignment.
func (s *Service) Remarks(ctx context.Context, r db.Reader, community, assignment id.ID) (all []Feedback, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		f := Feedback{Assignment: assignment}
		var at int64
		err := rows.Scan(&f.Side, &f.Words, &at)
		f.At = micros(at)
		all = append(all, f)
		return err
	}, "SELECT side, words, given_at FROM timebank_feedback WHERE community_id = ? AND assignment_id = ? ORDER BY side", community[:], assignment[:])
	return all, err
}

// Accident is a kind of incident.
type Accident string

// The kinds of incident.
const (
	Hurt    Accident = "hurt"    // somebody was hurt or fell ill
	Damage  Accident = "damage"  // something was broken or lost
	Conduct Accident = "conduct" // somebody behaved badly
	Concern Accident = "concern" // a person seems to need more help
)

// Accidents lists them, the gravest first.
var Accidents = []Accident{Hurt, Damage, Conduct, Concern}

// Incident is something that went wrong while somebody helped (F8).
type Incident struct {
	ID         id.ID
	Assignment id.ID
	Kind       Accident
	Words      string
	At         time.Time
	By         id.ID  // person
	Ended      string // what became of it, "" while it is open
}

// Report notes an incident.
func (s *Service) Report(ctx context.Context, tx *db.Tx, i Incident) (*Incident, error) {
	i.Words = text.Clean(i.Words)
	switch {
	case i.Kind != Hurt && i.Kind != Damage && i.Kind != Conduct && i.Kind != Concern:
		return nil, ErrBadWords.On("accident").With("most", wordsMost)
	case !text.Prose(i.Words, 500):
		return nil, ErrBadWords.On("incident").With("most", 500)
	}
	i.ID, i.At, i.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err := tx.Exec(ctx, "INSERT INTO timebank_incident (community_id, id, assignment_id, kind, words, told_at, told_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], i.ID[:], i.Assignment[:], string(i.Kind), i.Words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return &i, err
}

// Incidents are those of a community since an instant, open ones always, the latest first.
func (s *Service) Incidents(ctx context.Context, r db.Reader, community id.ID, since time.Time) (all []*Incident, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		i := &Incident{}
		var at int64
		var ended *string
		if err := rows.Scan(&i.ID, &i.Assignment, &i.Kind, &i.Words, &at, &i.By, &ended); err != nil {
			return err
		}
		i.At = micros(at)
		if ended != nil {
			i.Ended = *ended
		}
		all = append(all, i)
		return nil
	}, `SELECT i.id, i.assignment_id, i.kind, i.words, i.told_at, i.told_by, e.words FROM timebank_incident i
		LEFT JOIN timebank_incident_end e ON e.community_id = i.community_id AND e.incident_id = i.id
		WHERE i.community_id = ? AND (i.told_at >= ? OR e.words IS NULL) ORDER BY i.told_at DESC, i.id`, community[:], since.UnixMicro())
	return all, err
}

// EndIncident says what became of an incident.
func (s *Service) EndIncident(ctx context.Context, tx *db.Tx, incident id.ID, words string) error {
	if words = text.Clean(words); !text.Prose(words, 500) {
		return ErrBadWords.On("words").With("most", 500)
	}
	var found []id.ID
	if err := db.All(ctx, tx, &found, "SELECT id FROM timebank_incident WHERE community_id = ? AND id = ?", tx.Community[:], incident[:]); err != nil {
		return err
	}
	if len(found) == 0 {
		return ErrNotFound
	}
	n, err := tx.Exec(ctx, `INSERT INTO timebank_incident_end (community_id, incident_id, words, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, incident_id) DO NOTHING`, tx.Community[:], incident[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	if err == nil && n == 0 {
		err = ErrEnded
	}
	return err
}

// Forget takes away what a member wrote and where she lives: her requests, promises and
// hours stay under a pseudonym that leads to nobody (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, who id.ID) error {
	for _, statement := range []string{
		"DELETE FROM timebank_door WHERE community_id = ? AND request_id IN (SELECT id FROM timebank_request WHERE community_id = ? AND asker_id = ?)",
		"UPDATE timebank_request SET words = '' WHERE community_id = ? AND id IN (SELECT id FROM timebank_request WHERE community_id = ? AND asker_id = ?)",
		"UPDATE timebank_plan SET words = '', door = '', contact = '', phone = '', hints = '' WHERE community_id = ? AND id IN (SELECT id FROM timebank_plan WHERE community_id = ? AND asker_id = ?)",
		"DELETE FROM timebank_thanks WHERE community_id = ? AND assignment_id IN (SELECT id FROM timebank_assignment WHERE community_id = ? AND helper_id = ?)",
		"DELETE FROM timebank_feedback WHERE community_id = ? AND side = 'helper' AND assignment_id IN (SELECT id FROM timebank_assignment WHERE community_id = ? AND helper_id = ?)",
	} {
		if _, err := tx.Exec(ctx, statement, tx.Community[:], tx.Community[:], who[:]); err != nil {
			return err
		}
	}
	return nil
}
