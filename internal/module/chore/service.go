package chore

import (
	"context"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// MostFindings bounds what is kept of one part of a chore; further findings are
// for the counts only.
const MostFindings = 20_000

// Service is the door to chores. It remembers nothing. Every tx belongs to "~".
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Ask records a chore that somebody wants done.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, c Chore) (_ *Chore, err error) {
	defer fault.Wrap(&err, "chore: ask for %s", c.Kind)
	c.ID, c.AskedBy, c.AskedAt = tx.NewID(), tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO chore (community_id, id, kind, subject_id, title, detail, asked_by, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], c.ID[:], string(c.Kind), c.Subject, c.Title, c.Detail, c.AskedBy, tx.Now.UnixMicro())
	return &c, err
}

// Reach notes that a chore has reached a stage. A chore that has ended reaches no
// more, and none reaches a stage twice: of two who confirm, one is refused.
func (s *Service) Reach(ctx context.Context, tx *db.Tx, chore id.ID, stage Stage, detail string) (c *Chore, err error) {
	defer fault.Wrap(&err, "chore: %s is %s", chore, stage)
	if c, err = s.ByID(ctx, tx, chore); err != nil {
		return nil, err
	}
	switch {
	case c.At(stage) != nil:
		return nil, ErrReached.With("stage", string(stage))
	case stage == Attended && c.Ended() == nil:
		return nil, ErrNotEnded
	case stage != Attended && c.Ended() != nil:
		return nil, ErrEnded.With("stage", string(c.Ended().Stage))
	}
	_, err = tx.Exec(ctx, "INSERT INTO chore_stage (community_id, chore_id, stage, detail, reached_by, reached_at) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], chore[:], string(stage), detail, tx.Actor.String(), tx.Now.UnixMicro())
	c.Stages = append(c.Stages, Reached{stage, detail, tx.Actor.String(), tx.Now})
	return c, err
}

// Take takes a chore up, from where the last one left it. Whoever had it before
// can save no more. A chore that has ended is refused.
func (s *Service) Take(ctx context.Context, tx *db.Tx, chore id.ID) (c *Chore, err error) {
	defer fault.Wrap(&err, "chore: take up %s", chore)
	if c, err = s.ByID(ctx, tx, chore); err != nil {
		return nil, err
	}
	if c.Ended() != nil {
		return c, ErrEnded.With("stage", string(c.Ended().Stage))
	}
	if c.Progress.Turn == 0 {
		c.Progress = Progress{Counts: "{}", BegunAt: tx.Now}
		_, err = tx.Exec(ctx, "INSERT INTO chore_progress (community_id, chore_id, turn, position, total, counts, begun_at, saved_at) VALUES (?, ?, 1, 0, 0, '{}', ?, ?)",
			id.Tilde[:], chore[:], tx.Now.UnixMicro(), tx.Now.UnixMicro())
	} else {
		_, err = tx.Exec(ctx, "UPDATE chore_progress SET turn = turn + 1, saved_at = ? WHERE community_id = ? AND chore_id = ?", tx.Now.UnixMicro(), id.Tilde[:], chore[:])
	}
	c.Progress.Turn, c.Progress.SavedAt = c.Progress.Turn+1, tx.Now
	return c, err
}

// Begin sets the work back to its beginning, for a new part of the chore.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, chore id.ID) error {
	_, err := tx.Exec(ctx, "UPDATE chore_progress SET turn = turn + 1, position = 0, total = 0, counts = '{}', begun_at = ?, saved_at = ? WHERE community_id = ? AND chore_id = ?",
		tx.Now.UnixMicro(), tx.Now.UnixMicro(), id.Tilde[:], chore[:])
	return err
}

// Save writes down how far the work of a turn is. A chore that ended meanwhile is
// refused with ErrEnded, one that somebody else took up with ErrTaken: then stop.
func (s *Service) Save(ctx context.Context, tx *db.Tx, chore id.ID, p Progress) (err error) {
	defer fault.Wrap(&err, "chore: save %s", chore)
	c, err := s.ByID(ctx, tx, chore)
	switch {
	case err != nil:
		return err
	case c.Ended() != nil:
		return ErrEnded.With("stage", string(c.Ended().Stage))
	case c.Progress.Turn != p.Turn:
		return ErrTaken
	}
	_, err = tx.Exec(ctx, "UPDATE chore_progress SET position = ?, total = ?, counts = ?, saved_at = ? WHERE community_id = ? AND chore_id = ?",
		p.Position, p.Total, p.Counts, tx.Now.UnixMicro(), id.Tilde[:], chore[:])
	return err
}

// NoteMost is how many findings one Note takes: a few milliseconds of work.
const NoteMost = 200

// Note writes down what the work has found, at most NoteMost at once; what was
// noted before stays as it is.
func (s *Service) Note(ctx context.Context, tx *db.Tx, chore id.ID, found []Finding) (err error) {
	defer fault.Wrap(&err, "chore: findings of %s", chore)
	for some := range slices.Chunk(found, 50) { // few lengths, so few statements
		var args []any
		for _, f := range some {
			args = append(args, id.Tilde[:], chore[:], f.Part, f.Place, f.Field, f.Code, f.Detail)
		}
		marks := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", len(some)), ", ")
		if _, err := tx.Exec(ctx, "INSERT INTO chore_finding (community_id, chore_id, part, place, field, code, detail) VALUES "+marks+
			" ON CONFLICT (community_id, chore_id, part, place, code, field) DO NOTHING", args...); err != nil {
			return err
		}
	}
	return nil
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }
