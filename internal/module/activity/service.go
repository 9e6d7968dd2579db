package activity

import (
	"context"
	"encoding/binary"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to classes and activities. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Propose notes a class, which then waits for the desk, or an activity, which the desk calls
// and which is open at once. perSession is what the time of a session is worth at most.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, a Activity, perSession money.Amount) (*Activity, error) {
	a.About = text.Clean(a.About)
	if err := a.Validate(tx.Now, perSession); err != nil {
		return nil, err
	}
	a.ID, a.At, a.By, a.Steps = tx.NewID(), tx.Now, tx.Actor.ID, nil
	a.Sessions = slices.Clone(a.Sessions)
	for i := range a.Sessions {
		x := &a.Sessions[i]
		x.ID, x.Activity, x.Code, x.End = tx.NewID(), a.ID, digits(tx.NewSecret()), nil
	}
	if err := insertActivity(ctx, tx, &a); err != nil {
		return nil, err
	}
	if a.Kind == Event {
		return &a, s.step(ctx, tx, &a, Open)
	}
	return &a, nil
}

// digits are six digits out of a secret.
func digits(secret [16]byte) string {
	n := binary.BigEndian.Uint64(secret[:])
	code := make([]byte, 6)
	for i := range code {
		code[i] = byte('0' + n%10)
		n /= 10
	}
	return string(code)
}

// Agree shows a class to everybody.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, a *Activity) error {
	if a.State() == Proposed && !a.Sessions[0].Begins.After(tx.Now) {
		return ErrOver // nobody can come any more: refuse it, so that its teacher hears why
	}
	return s.step(ctx, tx, a, Open)
}

// Refuse refuses a class with a reason.
func (s *Service) Refuse(ctx context.Context, tx *db.Tx, a *Activity, words string) error {
	return s.stepWith(ctx, tx, a, Refused, words, ByWords)
}

// Withdraw takes a class back that the desk has not answered.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, a *Activity) error {
	return s.step(ctx, tx, a, Withdrawn)
}

// CallOff calls the whole off with all dates that have not ended, with a reason or a cause.
// Dates that were held stay. Its seats are ended one by one (End).
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, a *Activity, words string, cause Cause) error {
	if a.Next(tx.Now) == nil && a.State() == Open {
		return ErrOver
	}
	if err := s.stepWith(ctx, tx, a, Off, words, cause); err != nil {
		return err
	}
	for i := range a.Sessions {
		if x := &a.Sessions[i]; x.End == nil {
			if err := s.EndSession(ctx, tx, x, SessionEnd{Words: words, Cause: cause}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) stepWith(ctx context.Context, tx *db.Tx, a *Activity, to State, words string, cause Cause) error {
	words, err := reason(words, cause)
	if err != nil {
		return err
	}
	return s.take(ctx, tx, a, Step{State: to, Words: words, Cause: cause})
}

// reason is what somebody wrote; without a cause she has to.
func reason(words string, cause Cause) (string, error) {
	if words = text.Clean(words); cause == ByWords && !text.Prose(words, wordsMost) {
		return "", ErrNoReason.On("words")
	}
	return words, nil
}

func (s *Service) step(ctx context.Context, tx *db.Tx, a *Activity, to State) error {
	return s.take(ctx, tx, a, Step{State: to})
}

func (s *Service) take(ctx context.Context, tx *db.Tx, a *Activity, x Step) error {
	if err := a.may(x.State); err != nil {
		return err
	}
	x.At, x.By = tx.Now, tx.Actor.ID
	a.Steps = append(a.Steps, x)
	return insertStep(ctx, tx, a.ID, x)
}

// EndSession ends a date: it was held, or it is called off with a reason or a cause. What
// follows of it for those who have a seat is noted with Close, and Finish when that is all.
func (s *Service) EndSession(ctx context.Context, tx *db.Tx, on *Session, end SessionEnd) (err error) {
	switch {
	case on.End != nil:
		return ErrSessionOver
	case end.Held && tx.Now.Before(on.Begins):
		return ErrTooEarly.With("minutes", 0)
	case !end.Held:
		if end.Words, err = reason(end.Words, end.Cause); err != nil {
			return err
		}
	}
	end.At, end.By = tx.Now, tx.Actor.ID
	on.End = &end
	return insertSessionEnd(ctx, tx, on)
}

// Close notes that a date that has ended is carried out for a seat.
func (s *Service) Close(ctx context.Context, tx *db.Tx, session, seat id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO activity_closing (community_id, session_id, seat_id, closed_at) VALUES (?, ?, ?, ?)", tx.Community[:], session[:], seat[:], tx.Now.UnixMicro())
	return err
}

// Finish notes that a date that has ended is carried out for everybody.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, on *Session) error {
	on.End.Done = tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO activity_session_done (community_id, session_id, done_at) VALUES (?, ?, ?)", tx.Community[:], on.ID[:], tx.Now.UnixMicro())
	return err
}

// Settle notes what a date came to for a seat.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, x Settlement) error {
	x.At = tx.Now
	return insertSettlement(ctx, tx, x)
}

// Undo notes the entry that gave a settlement back, with a reason; with a cause where the
// date it was for did not take place.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, x *Settlement, words string, cause Cause, seq int64) error {
	words, err := reason(words, cause)
	if err != nil {
		return err
	}
	if x.UndoSeq != 0 {
		return ErrUndone
	}
	x.UndoSeq = seq
	return insertUndo(ctx, tx, x, words)
}

// Thank notes a line of thanks of somebody who was there. She may write it anew.
func (s *Service) Thank(ctx context.Context, tx *db.Tx, x *Seat, words string) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrBadThanks.On("words")
	}
	came, err := s.Attendance(ctx, tx, tx.Community, x.Activity)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(came, func(c Came) bool { return c.Seat == x.ID }) {
		return ErrNotCame
	}
	return putWord(ctx, tx, x.ID, words)
}

// Choose says by which rule those who came on a date are given points, and returns the list
// on which they stand. Chosen once, it is the same for whoever asks again.
//
// Refusals: ErrThanked if another rule was chosen before.
func (s *Service) Choose(ctx context.Context, tx *db.Tx, session, rule id.ID) (list id.ID, err error) {
	fresh := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO activity_choice (community_id, session_id, rule_id, list_id, chosen_at, chosen_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, session_id) DO NOTHING`, tx.Community[:], session[:], rule[:], fresh[:], tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return list, err
	}
	chosen, err := s.chosen(ctx, tx, tx.Community, "x.session_id = ?", session[:])
	if err == nil && chosen[session].Rule != rule {
		err = ErrThanked
	}
	return chosen[session].List, err
}

// Reward notes that those who came on a date were given points by a list.
func (s *Service) Reward(ctx context.Context, tx *db.Tx, session, list id.ID) error {
	return insertList(ctx, tx, session, list)
}

// Remind reports whether it is the first time that people are reminded of a date.
func (s *Service) Remind(ctx context.Context, tx *db.Tx, session id.ID) (first bool, err error) {
	n, err := tx.Exec(ctx, "INSERT INTO activity_reminder (community_id, session_id, reminded_at) VALUES (?, ?, ?) ON CONFLICT (community_id, session_id) DO NOTHING",
		tx.Community[:], session[:], tx.Now.UnixMicro())
	return n == 1, err
}

// Forget takes out what a member wrote: her words of thanks, the words of what she taught.
// What was held stays under a pseudonym.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "activity: forget")
	return forget(ctx, tx, member)
}
