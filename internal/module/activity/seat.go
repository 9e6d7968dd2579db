package activity

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// SeatState is where a sign-up stands.
type SeatState string

// The states.
const (
	Seated  SeatState = "in"
	Waiting SeatState = "waiting"
	Offered SeatState = "offered" // a seat became free; hers if she says yes in time
	Left    SeatState = "left"
	Lapsed  SeatState = "lapsed" // she did not answer in time
	Gone    SeatState = "off"    // it was called off
)

// seatWays are the states that may follow each state.
var seatWays = map[SeatState][]SeatState{
	Waiting: {Offered, Seated, Left, Gone}, Offered: {Seated, Left, Lapsed, Gone}, Seated: {Left, Gone},
}

// Way says who signed somebody up.
type Way string

// The ways.
const (
	Own    Way = "own"  // herself, or who acts for her
	ByDesk Way = "desk" // the desk, on the telephone or at the counter
)

// Seat is one sign-up: a member, with those she brings along.
type Seat struct {
	ID       id.ID
	Activity id.ID
	Member   id.ID
	People   int // herself and whom she brings
	Way      Way
	At       time.Time
	By       id.ID
	State    SeatState
	Since    time.Time
	Until    time.Time // of an offer
	steps    int
}

// Held reports whether chairs are kept for it.
func (s *Seat) Held() bool { return s.State == Seated || s.State == Offered }

// Attends reports whether it counts for a date: it is hers, and was when the date began.
func (s *Seat) Attends(on *Session) bool { return s.State == Seated && !s.Since.After(on.Begins) }

// Stands reports whether it is not over.
func (s *Seat) Stands() bool { return s.Held() || s.State == Waiting }

// How says by what somebody's coming is known.
type How string

// The ways.
const (
	ByCode How = "code" // the digits at the door
	ByList How = "list" // noted by who teaches, or by the desk
)

// Came is somebody who was there.
type Came struct {
	Session id.ID
	Seat    id.ID
	How     How
	At      time.Time
	By      id.ID
}

// SettlementKind says what a date came to.
type SettlementKind string

// The kinds.
const (
	Paid     SettlementKind = "paid" // who came (T-02)
	Late     SettlementKind = "late" // who did not come and had not said so in time (T-05)
	PoolPaid SettlementKind = "pool" // the pool for the date (T-04)
)

// Settlement is what a date came to for a seat; of PoolPaid the seat is zero. Its id is that
// of the service in the books of hours.
type Settlement struct {
	Session id.ID
	Seat    id.ID
	ID      id.ID
	Kind    SettlementKind
	Coins   money.Amount
	Seq     int64 // of the entry
	At      time.Time
	UndoSeq int64 // of the entry that gave it back; 0 = it stands
}

// Word is a line of thanks for who taught.
type Word struct {
	Seat  id.ID
	Words string
	At    time.Time
}

// People are those who have a chair.
func People(seats []*Seat) (n int) {
	for _, s := range seats {
		if s.Held() {
			n += s.People
		}
	}
	return n
}

// Free is for how many people there is room; -1 where nobody counts.
func (a *Activity) Free(seats []*Seat) int { return a.Room(People(seats)) }

// Room is for how many people there is room where so many have a chair; -1 where nobody
// counts.
func (a *Activity) Room(taken int) int {
	if a.Most == 0 {
		return -1
	}
	return a.Most - taken
}
