package growth

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// The steps of a case (L-11).
const (
	Heard    = "heard"    // she said her side
	Dropped  = "dropped"  // nothing came of it
	Sentence = "removed"  // she is to lose the level
	Appealed = "appealed" // she asks another person to decide
	Upheld   = "upheld"   // she loses it
	Lifted   = "lifted"   // she keeps it
	Elapsed  = "elapsed"  // the time to appeal went by: she loses it
)

// Case is what is held against a leader or director, and what became of it.
type Case struct {
	ID          id.ID
	Appointment id.ID
	Allegation  string
	HearUntil   time.Time
	By          id.ID
	At          time.Time
	Steps       []Stepped // in order of time
}

// State is the latest step, "" while she is being heard.
func (c *Case) State() string {
	if len(c.Steps) == 0 {
		return ""
	}
	return c.Steps[len(c.Steps)-1].Step
}

// Settled reports whether the case has ended.
func (c *Case) Settled() bool {
	switch c.State() {
	case Dropped, Upheld, Lifted, Elapsed:
		return true
	}
	return false
}

// Decidable reports whether somebody may decide now: she was heard, or had her time.
func (c *Case) Decidable(now time.Time) bool {
	state := c.State()
	return state == Appealed || state == Heard || state == "" && !now.Before(c.HearUntil)
}

// AppealUntil is the end of the time to appeal, zero if there is nothing to appeal.
func (c *Case) AppealUntil() time.Time {
	if c.State() != Sentence {
		return time.Time{}
	}
	return c.Steps[len(c.Steps)-1].Due
}

// Cases lists the cases of a community, the oldest first; with an appointment, of it
// alone.
func (s *Service) Cases(ctx context.Context, r db.Reader, community, appointment id.ID) ([]*Case, error) {
	if appointment.IsZero() {
		return readCases(ctx, r, "", community[:])
	}
	return readCases(ctx, r, " AND c.appointment_id = ?", community[:], appointment[:])
}

// Case finds one.
func (s *Service) Case(ctx context.Context, r db.Reader, community, at id.ID) (*Case, error) {
	all, err := readCases(ctx, r, " AND c.id = ?", community[:], at[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func readCases(ctx context.Context, r db.Reader, where string, args ...any) (all []*Case, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Case
		var until, at int64
		var step, words sql.NullString
		var by []byte
		var due, stepped sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Appointment, &c.Allegation, &until, &c.By, &at, &step, &words, &due, &by, &stepped); err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1].ID != c.ID {
			c.HearUntil, c.At = micros(until), micros(at)
			all = append(all, &c)
		}
		if last := all[len(all)-1]; step.Valid {
			last.Steps = append(last.Steps, Stepped{Step: step.String, Words: words.String, By: idOf(by), At: micros(stepped.Int64), Due: micros(due.Int64)})
		}
		return nil
	}, `SELECT c.id, c.appointment_id, c.allegation, c.hear_until, c.opened_by, c.opened_at, s.step, s.words, s.due_at, s.stepped_by, s.stepped_at
		FROM growth_case c LEFT JOIN growth_case_step s ON s.community_id = c.community_id AND s.case_id = c.id
		WHERE c.community_id = ?`+where+" ORDER BY c.id, s.no", args...)
	return all, err
}

// Accuse opens a case; she is heard until an instant. One case at a time.
func (s *Service) Accuse(ctx context.Context, tx *db.Tx, a *Appointment, allegation string, until time.Time) (_ *Case, err error) {
	defer fault.Wrap(&err, "growth: case of %s", a.ID)
	if !a.Holds() {
		return nil, ErrAsSilver
	}
	if err := reasoned(allegation); err != nil {
		return nil, err
	}
	all, err := s.Cases(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if !c.Settled() {
			return nil, ErrSettled
		}
	}
	c := &Case{ID: tx.NewID(), Appointment: a.ID, Allegation: allegation, HearUntil: until, By: tx.Actor.ID, At: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO growth_case (community_id, id, appointment_id, allegation, hear_until, opened_by, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], a.ID[:], allegation, until.UnixMicro(), c.By[:], tx.Now.UnixMicro())
	return c, err
}

// Say notes her side, once, as long as nobody has decided; or her appeal, in its time.
func (s *Service) Say(ctx context.Context, tx *db.Tx, c *Case, words string) error {
	step := Heard
	switch c.State() {
	case "":
	case Sentence:
		if !tx.Now.Before(c.AppealUntil()) {
			return ErrAppealOver
		}
		step = Appealed
	default:
		return ErrSettled
	}
	if err := reasoned(words); err != nil {
		return err
	}
	return s.stepCase(ctx, tx, c, step, words, time.Time{})
}

// Decide ends a case or sentences her. Whoever decided first does not decide the
// appeal, and whoever opened the case decides neither (L-11). until is the end of the
// time to appeal a removal.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, c *Case, removed bool, reason string, until time.Time) error {
	switch {
	case c.Settled(), c.State() == Sentence:
		return ErrSettled
	case !c.Decidable(tx.Now):
		return ErrTooSoon.With("until", c.HearUntil)
	case tx.Actor.ID == c.By:
		return ErrSamePerson
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	if c.State() != Appealed {
		if !removed {
			return s.stepCase(ctx, tx, c, Dropped, reason, time.Time{})
		}
		return s.stepCase(ctx, tx, c, Sentence, reason, until)
	}
	if find(c.Steps, Sentence).By == tx.Actor.ID {
		return ErrSamePerson
	}
	if removed {
		return s.stepCase(ctx, tx, c, Upheld, reason, time.Time{})
	}
	return s.stepCase(ctx, tx, c, Lifted, reason, time.Time{})
}

// Elapse notes that the time to appeal a removal has gone by; it has if over is true.
func (s *Service) Elapse(ctx context.Context, tx *db.Tx, c *Case) (over bool, err error) {
	if until := c.AppealUntil(); until.IsZero() || tx.Now.Before(until) {
		return false, nil
	}
	return true, s.stepCase(ctx, tx, c, Elapsed, "", time.Time{})
}

func (s *Service) stepCase(ctx context.Context, tx *db.Tx, c *Case, step, words string, due time.Time) error {
	until := int64(0)
	if !due.IsZero() {
		until = due.UnixMicro()
	}
	_, err := tx.Exec(ctx, "INSERT INTO growth_case_step (community_id, case_id, no, step, words, due_at, stepped_by, stepped_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], len(c.Steps), step, words, until, tx.Actor.ID[:], tx.Now.UnixMicro())
	c.Steps = append(c.Steps, Stepped{Step: step, Words: words, By: tx.Actor.ID, At: tx.Now, Due: due})
	return err
}
