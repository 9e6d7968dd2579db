package demoweb

import (
	"context"
	"slices"
	"sync"
	"time"

	"gongyi/internal/platform/clock"
)

// Letter is a code that would have gone to a phone.
type Letter struct {
	Phone string
	Code  string
	At    time.Time
}

// Inbox is the demo's way to send codes: it keeps the latest ones to be read on a
// page. It is signin.Sender.
type Inbox struct {
	Clock clock.Clock

	mu      sync.Mutex
	letters []Letter // the oldest first
}

// lettersKept is how many codes are to be read.
const lettersKept = 30

// SendCode implements signin.Sender.
func (b *Inbox) SendCode(_ context.Context, phone, code, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.letters) == lettersKept {
		b.letters = b.letters[1:]
	}
	b.letters = append(b.letters, Letter{phone, code, b.Clock.Now()})
	return nil
}

// Latest are the codes, the latest first.
func (b *Inbox) Latest() []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := slices.Clone(b.letters)
	slices.Reverse(all)
	return all
}
