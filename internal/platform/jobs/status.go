package jobs

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
)

// Status is how the work of this instance stands, from memory: reading it costs
// nothing.
type Status struct {
	Waiting int            // notes that are handed over and not yet done
	Oldest  time.Time      // when the oldest of them was left; zero if there is none
	Failing []Failure      // those that failed at least once
	Strange map[string]int // notes in the outbox that nobody handles, by kind
	Trouble map[id.ID]string
	Handled int64 // jobs that ended well since the start
	Failed  int64 // attempts that did not
	Sweeps  []Swept
}

// Failure is a note whose handler fails. It stays in the outbox.
type Failure struct {
	Community id.ID
	Note      id.ID
	Kind      string
	Times     int       // how often
	Last      string    // the latest error
	Next      time.Time // when it is tried again
	GivenUp   bool      // not before some days have passed
}

// Swept is how the latest sweep went.
type Swept struct {
	Name   string
	At     time.Time // when it ended; zero if none has
	Took   time.Duration
	Places int              // communities it went through
	People bool             // it is for people: it goes through the one place that is everybody's
	Failed map[id.ID]string // and those in which it failed
	Err    error            // why it went through none
}

// Status tells how the work stands.
func (j *Jobs) Status() Status {
	s := Status{Strange: make(map[string]int), Trouble: make(map[id.ID]string), Handled: j.handled.Load(), Failed: j.failed.Load()}
	j.mu.Lock()
	defer j.mu.Unlock()
	for community, b := range j.boxes {
		for kind, n := range b.strange {
			s.Strange[kind] += n
		}
		for note, h := range b.handed {
			s.count(community, note, h)
		}
	}
	for community, err := range j.trouble {
		s.Trouble[community] = err.Error()
	}
	for _, w := range j.sweeps {
		swept := Swept{Name: w.name, At: w.at, Took: w.took, Places: w.places, People: w.people, Failed: make(map[id.ID]string), Err: w.err}
		for c, text := range w.last {
			swept.Failed[c] = text
		}
		s.Sweeps = append(s.Sweeps, swept)
	}
	slices.SortFunc(s.Failing, func(a, b Failure) int {
		return cmp.Or(bytes.Compare(a.Note[:], b.Note[:]), bytes.Compare(a.Community[:], b.Community[:]))
	})
	return s
}

func (s *Status) count(community, note id.ID, h *handed) {
	if h.done {
		return
	}
	s.Waiting++
	if left := time.UnixMicro(h.left).UTC(); s.Oldest.IsZero() || left.Before(s.Oldest) {
		s.Oldest = left
	}
	if h.failures > 0 {
		s.Failing = append(s.Failing, Failure{
			Community: community, Note: note, Kind: h.kind, Times: h.failures, Last: h.trouble, Next: h.next, GivenUp: h.givenUp,
		})
	}
}
