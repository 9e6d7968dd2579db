package adslot

import (
	"fmt"
	"hash/maphash"
	"strings"
	"sync"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

// LooksADay is how often one person is shown the same advertisement in a day; then its
// place stays empty for her.
const LooksADay = 5

// remembered bounds what a tally holds in memory.
const remembered = 200_000

// Tally counts looks in memory until they are written, some at a time. To count a
// person once a day and to show her nothing too often it remembers a digest of who
// looked, for that day, in memory alone and under a seed of this run: nothing of it is
// ever written.
type Tally struct {
	mu      sync.Mutex
	seed    maphash.Seed
	day     period.Day
	looks   map[uint64]int
	counts  map[id.ID]map[key]*Count // community → booking and day
	writing map[id.ID]*Batch         // community → what was taken and is not known to be written
	batches int
}

type key struct {
	booking id.ID
	day     period.Day
}

// Batch is some counts that are written together, once.
type Batch struct {
	Name   string
	Counts []Count
}

// NewTally makes a tally.
func NewTally() *Tally {
	return &Tally{seed: maphash.MakeSeed(), looks: make(map[uint64]int), counts: make(map[id.ID]map[key]*Count), writing: make(map[id.ID]*Batch)}
}

// See asks whether an advertisement is shown to somebody once more today, and counts
// her first look. Nobody in particular (a zero who) is shown it always and never
// counted: robots look like that.
func (t *Tally) See(community, booking, who id.ID, day period.Day) (shown bool) {
	if who.IsZero() {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.look("see", booking, who, day)
	switch {
	case !ok:
		return true
	case n == 1:
		t.count(community, booking, day).Views++
	}
	return n <= LooksADay
}

// Open counts that somebody opened an advertisement, once a day.
func (t *Tally) Open(community, booking, who id.ID, day period.Day) {
	if who.IsZero() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.look("open", booking, who, day); ok && n == 1 {
		t.count(community, booking, day).Clicks++
	}
}

// look notes one more look and tells how many there were today; ok is false where
// memory is full, and then nothing is counted rather than too much.
func (t *Tally) look(what string, booking, who id.ID, day period.Day) (n int, ok bool) {
	if day != t.day {
		t.day = day
		clear(t.looks)
	}
	k := maphash.Bytes(t.seed, append(append([]byte(what), booking[:]...), who[:]...))
	n, known := t.looks[k]
	if !known && len(t.looks) >= remembered {
		return 0, false
	}
	t.looks[k] = n + 1
	return n + 1, true
}

func (t *Tally) count(community, booking id.ID, day period.Day) *Count {
	of := t.counts[community]
	if of == nil {
		of = make(map[key]*Count)
		t.counts[community] = of
	}
	c := of[key{booking, day}]
	if c == nil {
		c = &Count{Booking: booking, Day: day}
		of[key{booking, day}] = c
	}
	return c
}

// Take takes what was counted in a community; nil if nothing was. Until it is Written,
// it is the same batch that is taken again, so that an answer which got lost does not
// count twice.
func (t *Tally) Take(community id.ID) *Batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b := t.writing[community]; b != nil {
		return b
	}
	if len(t.counts[community]) == 0 {
		return nil
	}
	t.batches++
	b := &Batch{Name: fmt.Sprintf("%016x-%d", maphash.String(t.seed, "batch"), t.batches)}
	for _, c := range t.counts[community] {
		b.Counts = append(b.Counts, *c)
	}
	delete(t.counts, community)
	t.writing[community] = b
	return b
}

// Written says that the batch that was taken is in the database.
func (t *Tally) Written(community id.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.writing, community)
}

// Robot reports whether a browser's name is that of a program that reads pages by
// itself.
func Robot(agent string) bool {
	agent = strings.ToLower(agent)
	if agent == "" {
		return true
	}
	for _, s := range []string{"bot", "spider", "crawl", "slurp", "headless", "preview", "curl", "wget", "python", "go-http", "java/", "okhttp", "monitor", "lighthouse"} {
		if strings.Contains(agent, s) {
			return true
		}
	}
	return false
}
