package adslot

import (
	"crypto/sha256"
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
// looked, for that day, in memory alone: nothing of it is ever written.
type Tally struct {
	mu     sync.Mutex
	day    period.Day
	looks  map[[16]byte]int
	counts map[id.ID]map[key]*Count // community → booking and day
	salt   id.ID
}

type key struct {
	booking id.ID
	day     period.Day
}

// NewTally makes a tally; salt is random, so that a digest tells nothing elsewhere.
func NewTally(salt id.ID) *Tally {
	return &Tally{salt: salt, looks: make(map[[16]byte]int), counts: make(map[id.ID]map[key]*Count)}
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
	sum := sha256.Sum256(append(append(append([]byte(what), t.salt[:]...), booking[:]...), who[:]...))
	k := [16]byte(sum[:16])
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

// Take takes what was counted in a community since it was asked last. Who cannot
// write it hands it back with Return.
func (t *Tally) Take(community id.ID) (counts []Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.counts[community] {
		counts = append(counts, *c)
	}
	delete(t.counts, community)
	return counts
}

// Return puts counts back that could not be written.
func (t *Tally) Return(community id.ID, counts []Count) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range counts {
		into := t.count(community, c.Booking, c.Day)
		into.Views, into.Clicks = into.Views+c.Views, into.Clicks+c.Clicks
	}
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
