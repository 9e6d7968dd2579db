// Package clock is where time enters the program. Everything else receives a
// Clock, or the instant of its transaction; internal/arch forbids time.Now
// elsewhere, so that tests and the simulator can hold and move time.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the machine's time in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Shifted runs at the machine's pace but stands elsewhere in time; the demo
// uses it to continue on the day after its last purchase.
type Shifted struct{ By time.Duration }

// StartingAt is a clock that shows at now and runs on from there.
func StartingAt(at time.Time) Shifted { return Shifted{By: time.Until(at)} }

// Now is the shifted time.
func (s Shifted) Now() time.Time { return time.Now().UTC().Add(s.By) }

// Manual stands still until it is moved.
type Manual struct {
	mu sync.Mutex
	at time.Time
}

// NewManual is a clock that stands at an instant.
func NewManual(at time.Time) *Manual { return &Manual{at: at.UTC()} }

// Now is where the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

// Advance moves the clock forward.
func (m *Manual) Advance(d time.Duration) { m.Set(m.Now().Add(d)) }

// Set moves the clock anywhere, also backwards, as a broken server's would.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = at.UTC()
}

// Staged stands where it is put until it is let go; then it is the machine's clock
// in another zone. The demo lives its past on it.
type Staged struct {
	mu   sync.Mutex
	at   time.Time
	gone bool
	by   time.Duration
}

// NewStaged is a clock that stands at an instant.
func NewStaged(at time.Time) *Staged { return &Staged{at: at.UTC()} }

// Now is where the clock stands, or the machine's time.
func (s *Staged) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return Shifted{By: s.by}.Now()
	}
	return s.at
}

// Put moves the clock forward; it never goes back.
func (s *Staged) Put(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.at) {
		s.at = at.UTC()
	}
}

// Go lets the clock go: from now on it runs at the machine's pace, by a duration
// away from its time.
func (s *Staged) Go(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone, s.by = true, by
}

// SameWall is how far a clock must be shifted to show in a zone what the machine's
// clock shows on the wall: half past three here is half past three there.
func SameWall(zone *time.Location) time.Duration {
	now := time.Now()
	y, m, d := now.Date()
	return time.Date(y, m, d, now.Hour(), now.Minute(), now.Second(), now.Nanosecond(), zone).Sub(now)
}

// Ahead is how far a clock is ahead of the machine's, to the second: a phone that shows
// codes by its own clock must know it where a demo lives at another hour.
func Ahead(c Clock) time.Duration { return c.Now().Sub(System{}.Now()).Round(time.Second) }
