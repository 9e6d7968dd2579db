package timebank

import (
	"time"

	"gongyi/internal/kernel/id"
)

// Offer is one neighbour being asked, with why it was she.
type Offer struct {
	ID      id.ID
	Request id.ID
	Helper  id.ID  // member
	Shop    id.ID  // whose staff she is, zero for a neighbour
	Ring    int    // how far out she was found: 0 building, 1 grid, 2 community, 3 around
	Metres  int    // on foot to the door
	Reasons string // codes and figures, as dispatch wrote them (JSON)
	At      time.Time
	Until   time.Time
	By      id.ID     // person who sent it by hand, zero for the dispatcher
	Ready   time.Time // when she said yes and waited to hear whether it is she who goes; zero if she did not
	Answer  *Answer   // nil while it stands
}

// Says is what became of an offer.
type Says string

// The answers. Silent and Gone are given by the house.
const (
	Yes    Says = "yes"
	No     Says = "no"
	Silent Says = "silent" // nobody answered in time
	Gone   Says = "gone"   // others filled the places, or the request ended
)

// Willing reports whether she said yes and has not heard yet whether it is she who goes.
func (o *Offer) Willing() bool { return o.Answer == nil && !o.Ready.IsZero() }

// Answer is what became of an offer, and when.
type Answer struct {
	Says  Says
	Words string
	At    time.Time
}

// Stands reports whether an offer waits for an answer at an instant.
func (o *Offer) Stands(now time.Time) bool {
	return o.Answer == nil && o.Ready.IsZero() && now.Before(o.Until)
}
