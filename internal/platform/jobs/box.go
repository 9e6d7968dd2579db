package jobs

import (
	"bytes"
	"slices"
	"time"

	"github.com/riverqueue/river/rivertype"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// box is what the relay knows of one community's outbox. It knows nothing that the
// outbox and the job store do not know: it may be thrown away.
type box struct {
	handed  map[id.ID]*handed
	last    id.ID          // the last note that was looked at
	strange map[string]int // notes of kinds that nobody handles here
	told    map[string]bool
}

// handed is a note whose job is under way.
type handed struct {
	kind     string
	left     int64 // when the note was left
	known    bool  // River has the job
	done     bool
	failures int
	trouble  string    // the latest failure
	next     time.Time // when it is tried again
	givenUp  bool
	ask      time.Time // when River is asked whether it still has the job
	pause    time.Duration
}

func newBox() *box {
	return &box{handed: make(map[id.ID]*handed), strange: make(map[string]int), told: make(map[string]bool)}
}

// scan is one look at the outbox.
type scan struct {
	after   id.ID // notes behind it are read
	again   bool
	full    bool
	asked   int
	now     time.Time
	seen    map[id.ID]bool
	strange map[string]int
}

func (b *box) begin(again bool) *scan {
	s := &scan{again: again, now: time.Now(), strange: b.strange}
	if again {
		s.seen, s.strange = make(map[id.ID]bool), make(map[string]int)
	} else {
		s.after = moment(b.last)
	}
	return s
}

// moment is an id before all those of the same millisecond: they have no order
// among them, so that a later note may stand before an earlier one.
func moment(v id.ID) id.ID {
	clear(v[6:])
	return v
}

// sort goes through notes in their order and returns those that River is to have, or
// to be asked about. It stops where enough are under way.
func (b *box) sort(s *scan, notes []db.Note, handlers map[string]Handler, p *pace) (due []db.Note) {
	room := p.bound - b.healthy()
	for _, n := range notes {
		h := b.handed[n.ID]
		switch {
		case handlers[n.Kind] == nil:
			if s.again || bytes.Compare(n.ID[:], b.last[:]) > 0 {
				s.strange[n.Kind]++
			}
		case h == nil && room <= 0:
			s.full = true
			return due
		case h == nil:
			room--
			// Known before the job is: its end may be heard at once.
			b.handed[n.ID] = &handed{kind: n.Kind, left: n.At, ask: s.now.Add(p.trust), pause: p.trust}
			due = append(due, n)
		case s.again && !h.done && s.now.After(h.ask) && s.asked < asks:
			s.asked++
			h.pause = min(2*h.pause, 5*time.Minute)
			h.ask = s.now.Add(h.pause)
			due = append(due, n)
		}
		s.after = n.ID
		if s.again {
			s.seen[n.ID] = true
		}
	}
	return due
}

// end keeps what the scan learnt. A note that is gone was delivered by another
// owner in between.
func (b *box) end(s *scan) {
	b.strange, b.last = s.strange, s.after
	if s.full || !s.again {
		return
	}
	for n := range b.handed {
		if !s.seen[n] {
			delete(b.handed, n)
		}
	}
}

// healthy counts the jobs under way that have not failed: those that fail block
// nobody.
func (b *box) healthy() (n int) {
	for _, h := range b.handed {
		if h.failures == 0 {
			n++
		}
	}
	return n
}

func (b *box) done() (done []id.ID) {
	for n, h := range b.handed {
		if h.done {
			done = append(done, n)
		}
	}
	slices.SortFunc(done, func(x, y id.ID) int { return bytes.Compare(x[:], y[:]) })
	return done
}

// forget takes back what sort noted of jobs that River did not take.
func (b *box) forget(notes []db.Note) {
	for _, n := range notes {
		if h := b.handed[n.ID]; h != nil && !h.known {
			delete(b.handed, n.ID)
		}
	}
}

// unknown are the kinds that nobody handles and that nobody was told of.
func (b *box) unknown() (kinds []string) {
	for kind := range b.strange {
		if !b.told[kind] {
			b.told[kind] = true
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// learn keeps how a note's job is.
func (b *box) learn(note id.ID, job *rivertype.JobRow) {
	h := b.handed[note]
	if h == nil {
		return
	}
	h.known = true
	h.done = h.done || job.State == rivertype.JobStateCompleted
	h.failures = len(job.Errors)
	if h.failures > 0 {
		h.trouble = job.Errors[h.failures-1].Error
	}
	h.next = job.ScheduledAt
	h.givenUp = job.State == rivertype.JobStateDiscarded || job.State == rivertype.JobStateCancelled
}
