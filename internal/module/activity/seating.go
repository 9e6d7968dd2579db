package activity

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Join signs a member up with those she brings along. Where there is no room, or somebody
// waits whom there is room for, she waits.
func (s *Service) Join(ctx context.Context, tx *db.Tx, a *Activity, member id.ID, people int, way Way) (*Seat, error) {
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
	x := &Seat{ID: tx.NewID(), Activity: a.ID, Member: member, People: people, Way: way, At: tx.Now, By: tx.Actor.ID}
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

// sit takes chairs for a seat. Which are free is read once; one that somebody took in that
// moment is passed over.
func (s *Service) sit(ctx context.Context, tx *db.Tx, a *Activity, x *Seat) error {
	if a.Most == 0 {
		return nil
	}
	taken, err := chairs(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	left := x.People
	for n := 1; n <= a.Most && left > 0; n++ {
		if taken[n] {
			continue
		}
		first, err := occupy(ctx, tx, a.ID, n, x.ID)
		if err != nil {
			return err
		}
		if first {
			left--
		}
	}
	if left > 0 {
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
