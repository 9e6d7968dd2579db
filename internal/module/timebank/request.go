package timebank

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/text"
)

// Entered says by whose hand a request came in.
type Entered string

// The ways in (F8): herself, a guardian who acts for her, her grid worker, the desk for
// who telephoned or wrote, and a plan that asks again each week.
const (
	BySelf     Entered = "self"
	ByGuardian Entered = "guardian"
	ByField    Entered = "field"
	ByDesk     Entered = "desk"
	ByPlan     Entered = "plan"
)

// Pay says who bears a request's hours, as it was when it was asked.
type Pay string

// The ways of paying: the asker's hours; the pool's, for basic services to elders (F4);
// nobody's, the hours stand on record alone (basic services to others, F12); or money, at
// the shop's own till.
const (
	ByAsker  Pay = "asker"
	ByPool   Pay = "pool"
	OnRecord Pay = "record"
	AtTill   Pay = "till"
)

// Request is what somebody asked for, with the terms of its kind as they were then.
type Request struct {
	ID       id.ID
	Kind     string
	Edition  int
	Name     string
	Standard string
	Skill    string
	Level    int
	Identity int
	Minutes  int
	People   int
	Lifts    bool
	Pets     bool
	Proof    bool
	Pay      Pay
	Coins    money.Amount // hundredths a place
	Fen      money.Amount // at a shop's till, for AtTill

	Asker    id.ID // the member who is served
	Entered  Entered
	By       id.ID     // person who entered it
	From     time.Time // the earliest beginning
	Until    time.Time // the latest
	Urgent   bool
	Words    string // what helpers read before they answer; no door, no number
	Langs    string // what is spoken, as module volunteer writes languages, "" for any
	Building id.ID  // zero where it is not known
	Grid     id.ID
	Plan     id.ID // zero for none
	At       time.Time
	End      *End // nil while it goes on
}

// Ending is how a request ended.
type Ending string

// The endings.
const (
	Done      Ending = "done"      // every place has come to its end
	Withdrawn Ending = "withdrawn" // by who asked, or for her
	Expired   Ending = "expired"   // nobody was found in time
)

// End is how and when a request ended.
type End struct {
	How   Ending
	Words string
	At    time.Time
	By    id.ID
}

// Ends is the latest instant at which the service can be over.
func (q *Request) Ends() time.Time { return q.Until.Add(time.Duration(q.Minutes) * time.Minute) }

// wordsMost is how many characters people may write in one field.
const wordsMost = 200

// Validate refuses a request that cannot be asked for at an instant, so many days ahead
// at most.
func (q *Request) Validate(now time.Time, aheadDays int) error {
	switch {
	case q.From.Before(now.Add(-time.Minute)) || q.Until.Before(q.From) || q.Until.Sub(q.From) > 24*time.Hour:
		return ErrBadTime.On("from")
	case q.From.After(now.AddDate(0, 0, aheadDays)):
		return ErrTooFar.On("from").With("days", aheadDays)
	case !text.ShortProse(q.Words, wordsMost):
		return ErrBadWords.On("words").With("most", wordsMost)
	case Telling(q.Words):
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	return nil
}

// Telling reports whether words that many read hold what looks like a telephone number:
// seven digits or more in a row.
func Telling(words string) bool {
	run := 0
	for _, r := range words {
		switch {
		case r >= '0' && r <= '9':
			if run++; run >= 7 {
				return true
			}
		case r == ' ' || r == '-':
		default:
			run = 0
		}
	}
	return false
}

// Door is where to ring and whom to ask for: seen by the assigned alone, from the
// moment they promised until the service has ended, and taken away then (F8, A7).
type Door struct {
	Door    string // 3 号楼 2 单元 301
	Contact string // who opens
	Phone   string
	Hints   string // 门铃坏了，请敲门
}

// Validate refuses a door that nobody would find.
func (d *Door) Validate() error {
	switch {
	case !text.Line(d.Door, 60):
		return ErrBadDoor.On("door")
	case !text.ShortLine(d.Contact, 20):
		return ErrBadDoor.On("contact")
	case !text.ShortLine(d.Phone, 20):
		return ErrBadDoor.On("phone")
	case !text.ShortProse(d.Hints, 100):
		return ErrBadDoor.On("hints")
	}
	return nil
}

// Alert is something that was told of a request, once.
type Alert string

// The alerts, in the order in which they come: the shops' reserve is asked, the desk is
// told, the operator is told, and the alarm that something begins within a day and has
// nobody (F8).
const (
	AskedReserve  Alert = "reserve"
	ToldDesk      Alert = "desk"
	ToldOperator  Alert = "operator"
	AlarmedDay    Alert = "alarm"
	RemindedStart Alert = "start"
)
