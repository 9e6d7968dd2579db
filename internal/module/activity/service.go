package activity

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"slices"
	"time"

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
		return &a, s.step(ctx, tx, &a, Open, "")
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
	return s.step(ctx, tx, a, Open, "")
}

// Refuse refuses a class with a reason.
func (s *Service) Refuse(ctx context.Context, tx *db.Tx, a *Activity, words string) error {
	return s.stepWith(ctx, tx, a, Refused, words)
}

// Withdraw takes a class back that the desk has not answered.
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, a *Activity) error {
	return s.step(ctx, tx, a, Withdrawn, "")
}

// CallOff calls the whole off, with a reason. Dates that were held stay.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, a *Activity, words string) error {
	if a.Next(tx.Now) == nil && a.State() == Open {
		return ErrOver
	}
	return s.stepWith(ctx, tx, a, Off, words)
}

func (s *Service) stepWith(ctx context.Context, tx *db.Tx, a *Activity, to State, words string) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrNoReason.On("words")
	}
	return s.step(ctx, tx, a, to, words)
}

func (s *Service) step(ctx context.Context, tx *db.Tx, a *Activity, to State, words string) error {
	if err := a.may(to); err != nil {
		return err
	}
	x := Step{State: to, Words: words, At: tx.Now, By: tx.Actor.ID}
	a.Steps = append(a.Steps, x)
	return insertStep(ctx, tx, a.ID, x)
}

// Join signs a member up with those she brings along. Where there is no room, or somebody
// waits whom there is room for, she waits.
func (s *Service) Join(ctx context.Context, tx *db.Tx, a *Activity, member id.ID, people int) (*Seat, error) {
	if err := a.TakesPart(tx.Now); err != nil {
		return nil, err
	}
	most := PeopleMost
	if a.Kind == Class && !a.Children {
		most = 1
	}
	switch {
	case people < 1 || people > most:
		return nil, ErrBadPeople.On("people").With("most", most)
	case a.Most > 0 && people > a.Most:
		return nil, ErrFull
	case member == a.Teacher || member == a.Second:
		return nil, ErrOwn
	}
	seats, err := s.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return nil, err
	}
	free, state := a.Free(seats), Seated
	for _, o := range seats {
		if o.Member == member && o.Stands() {
			return nil, ErrSignedUp
		}
		if free >= 0 && o.State == Waiting && o.People <= free {
			state = Waiting
		}
	}
	if free >= 0 && people > free {
		state = Waiting
	}
	x := &Seat{ID: tx.NewID(), Activity: a.ID, Member: member, People: people, At: tx.Now, By: tx.Actor.ID}
	if err := insertSeat(ctx, tx, x); err != nil {
		return nil, err
	}
	if state == Seated {
		if err := s.sit(ctx, tx, a, x); err != nil {
			return nil, err
		}
	}
	return x, s.seatStep(ctx, tx, x, state, time.Time{})
}

// sit takes chairs for a seat.
func (s *Service) sit(ctx context.Context, tx *db.Tx, a *Activity, x *Seat) error {
	left := x.People
	for n := 1; n <= a.Most && left > 0; n++ {
		first, err := occupy(ctx, tx, a.ID, n, x.ID)
		if err != nil {
			return err
		}
		if first {
			left--
		}
	}
	if a.Most > 0 && left > 0 {
		return ErrFull
	}
	return nil
}

func (s *Service) seatStep(ctx context.Context, tx *db.Tx, x *Seat, to SeatState, until time.Time) error {
	if x.State != "" && !slices.Contains(seatWays[x.State], to) {
		return ErrNotThere
	}
	held := x.Held()
	x.State, x.Since, x.Until = to, tx.Now, until
	x.steps++
	if held && !x.Held() {
		if err := standUp(ctx, tx, x); err != nil {
			return err
		}
	}
	return insertSeatStep(ctx, tx, x)
}

// MoveUp offers chairs that became free to who waits, in the order in which they signed up:
// each to the first whom there is room for. They say yes until an instant.
func (s *Service) MoveUp(ctx context.Context, tx *db.Tx, a *Activity, until time.Time) (offered []*Seat, err error) {
	if a.TakesPart(tx.Now) != nil || a.Most == 0 {
		return nil, nil
	}
	seats, err := s.Seats(ctx, tx, tx.Community, a.ID)
	if err != nil {
		return nil, err
	}
	free := a.Free(seats)
	for _, x := range seats {
		if x.State != Waiting || x.People > free {
			continue
		}
		free -= x.People
		if err := s.sit(ctx, tx, a, x); err != nil {
			return nil, err
		}
		if err := s.seatStep(ctx, tx, x, Offered, until); err != nil {
			return nil, err
		}
		offered = append(offered, x)
	}
	return offered, nil
}

// Accept takes the seat that was offered.
func (s *Service) Accept(ctx context.Context, tx *db.Tx, a *Activity, x *Seat) error {
	switch {
	case x.State == Lapsed || x.State == Offered && tx.Now.After(x.Until):
		return ErrLapsed
	case x.State != Offered:
		return ErrNotThere
	}
	if err := a.TakesPart(tx.Now); err != nil {
		return err
	}
	return s.seatStep(ctx, tx, x, Seated, time.Time{})
}

// Leave gives a seat free, or a place in the queue.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, x *Seat) error {
	return s.seatStep(ctx, tx, x, Left, time.Time{})
}

// Lapse takes an offer back that nobody answered in time.
func (s *Service) Lapse(ctx context.Context, tx *db.Tx, x *Seat) error {
	if x.State != Offered || !tx.Now.After(x.Until) {
		return ErrNotThere
	}
	return s.seatStep(ctx, tx, x, Lapsed, time.Time{})
}

// End ends a seat because the whole was called off.
func (s *Service) End(ctx context.Context, tx *db.Tx, x *Seat) error {
	return s.seatStep(ctx, tx, x, Gone, time.Time{})
}

// Excuse notes that somebody cannot come on a date. Said twice it is said once.
func (s *Service) Excuse(ctx context.Context, tx *db.Tx, x *Seat, on *Session) error {
	switch {
	case x.State != Seated:
		return ErrNotThere
	case on.End != nil:
		return ErrSessionOver
	case !on.Begins.After(tx.Now):
		return ErrBegun
	}
	return insertExcuse(ctx, tx, on.ID, x.ID)
}

// CheckIn notes that somebody is there by the digits at the door, from early before it
// begins until it ends. Twice is once.
func (s *Service) CheckIn(ctx context.Context, tx *db.Tx, x *Seat, on *Session, code string, early time.Duration) error {
	if err := s.mayCome(x, on, tx.Now, early); err != nil {
		return err
	}
	if tx.Now.After(on.Ends) {
		return ErrSessionOver
	}
	if subtle.ConstantTimeCompare([]byte(code), []byte(on.Code)) != 1 {
		return ErrBadCode.On("code")
	}
	return insertCame(ctx, tx, Came{Session: on.ID, Seat: x.ID, How: ByCode, At: tx.Now, By: tx.Actor.ID})
}

// Mark notes by a list that somebody was there, or takes the mark back before the date is
// settled.
func (s *Service) Mark(ctx context.Context, tx *db.Tx, x *Seat, on *Session, there bool, early time.Duration) error {
	if err := s.mayCome(x, on, tx.Now, early); err != nil {
		return err
	}
	if !there {
		return deleteCame(ctx, tx, on.ID, x.ID)
	}
	return insertCame(ctx, tx, Came{Session: on.ID, Seat: x.ID, How: ByList, At: tx.Now, By: tx.Actor.ID})
}

func (s *Service) mayCome(x *Seat, on *Session, now time.Time, early time.Duration) error {
	switch {
	case x.State != Seated:
		return ErrNotThere
	case on.End != nil:
		return ErrSessionOver
	case now.Before(on.Begins.Add(-early)):
		return ErrTooEarly.With("minutes", int(early/time.Minute))
	}
	return nil
}

// EndSession ends a date: it was held, or it is called off with a reason.
func (s *Service) EndSession(ctx context.Context, tx *db.Tx, on *Session, held bool, words string) error {
	words = text.Clean(words)
	switch {
	case on.End != nil:
		return ErrSessionOver
	case held && tx.Now.Before(on.Begins):
		return ErrTooEarly.With("minutes", 0)
	case !held && !text.Prose(words, wordsMost):
		return ErrNoReason.On("words")
	}
	on.End = &SessionEnd{Held: held, Words: words, At: tx.Now, By: tx.Actor.ID}
	return insertSessionEnd(ctx, tx, on)
}

// Settle notes what a date came to for a seat.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, x Settlement) error {
	x.At = tx.Now
	return insertSettlement(ctx, tx, x)
}

// Undo notes the entry that gave a settlement back, with a reason.
func (s *Service) Undo(ctx context.Context, tx *db.Tx, x *Settlement, words string, seq int64) error {
	if words = text.Clean(words); !text.Prose(words, wordsMost) {
		return ErrNoReason.On("words")
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
