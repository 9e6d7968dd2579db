package sandbox

import (
	"container/heap"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// Fate is what becomes of one request and its answer.
type Fate int

// The fates.
const (
	Normal      Fate = iota
	Lost             // carried out, and the connection breaks before the answer
	Failed           // not carried out: HTTP 500
	FailedAfter      // carried out: HTTP 500
	TooOften         // not carried out: HTTP 429
	Garbled          // carried out: an answer that is no JSON, signed
	Unsigned         // carried out: an answer without a signature
	WrongSerial      // carried out: signed under a number that nobody knows
	WrongKey         // carried out: signed by somebody else
	Huge             // carried out: an answer of two megabytes
	Foreign          // carried out: an answer in dollars
)

// Telling is what becomes of one message.
type Telling string

// The ways to tell.
const (
	Once  Telling = ""
	Late  Telling = "late"  // after a while: LateBy
	Twice Telling = "twice" // and again after a while
	Never Telling = "never"
)

// LateBy is how late a late message is.
const LateBy = 45 * time.Second

// Outage is how what is under way ends: it is part of the bank's story.
type Outage struct {
	Refunds   time.Duration     // until a refund ends; 0 is at once
	Shares    time.Duration     // until a share ends
	Transfers time.Duration     // until a transfer ends
	Stuck     bool              // refunds end at a receiver who cannot be paid
	Refuses   map[string]string // account → why it takes nothing
	Told      Telling           // how refunds are told
}

// Faults are what goes wrong between the provider and the house.
type Faults struct {
	Delay    time.Duration     // before each answer
	Clock    time.Duration     // by which the provider's clock is off when it signs
	Refuse   map[string]string // kind of request ("order", "refund", "share", …) → code
	Backward bool              // messages that are due leave the latest first
	Bill     BillFaults
}

// BillFaults are what is not right in a bill.
type BillFaults struct {
	Omit   []string                // keys of payments and refunds
	Change map[string]money.Amount // key → another amount
	Add    []pay.BillLine          // each on the day of its time
}

// Set sets the faults; the zero value mends all.
func (s *Server) Set(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Outage sets how what is under way ends from now on.
func (s *Server) Outage(o Outage) error {
	_, err := s.do(act{Outage: &o})
	return err
}

// Next sets the fates of the next requests, in order; afterwards all is normal.
func (s *Server) Next(fates ...Fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fates = append(s.fates, fates...)
}

// fate is the next request's, and the faults that hold for it.
func (s *Server) fate() (f Fate, all Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fates) > 0 {
		f, s.fates = s.fates[0], s.fates[1:]
	}
	return f, s.faults
}

// dueList is what will end, the soonest first.
type dueList []dueItem

type dueItem struct {
	at  time.Time
	n   int64 // in order of making, where the times are equal
	end func(at time.Time)
}

func (d dueList) Len() int { return len(d) }
func (d dueList) Less(i, j int) bool {
	return d[i].at.Before(d[j].at) || d[i].at.Equal(d[j].at) && d[i].n < d[j].n
}
func (d dueList) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dueList) Push(x any)   { *d = append(*d, x.(dueItem)) }
func (d *dueList) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}

// later ends something after a while; at once if that is nothing.
func (b *bank) later(at time.Time, after time.Duration, end func(at time.Time)) {
	if after <= 0 {
		end(at)
		return
	}
	b.serial++
	heap.Push(&b.due, dueItem{at.Add(after), b.serial, end})
}

// advance ends what is due at an instant.
func (b *bank) advance(at time.Time) {
	for len(b.due) > 0 && !b.due[0].at.After(at) {
		x := heap.Pop(&b.due).(dueItem)
		x.end(x.at)
	}
}
