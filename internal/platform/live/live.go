// Package live wakes pages that wait for something to happen: the other side of a till
// has agreed, a payment has come. It carries no news, only the word that there are some;
// whoever is woken looks for herself. It knows this instance alone, so who waits looks
// now and then all the same.
package live

import (
	"context"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
)

// Hub knows who waits for what.
type Hub struct {
	mu      sync.Mutex
	waiting map[id.ID]map[chan struct{}]bool

	once   sync.Once
	closed chan struct{}
}

// New makes a hub.
func New() *Hub {
	return &Hub{waiting: make(map[id.ID]map[chan struct{}]bool), closed: make(chan struct{})}
}

// Close lets everybody go who waits: the program is about to end.
func (h *Hub) Close() { h.once.Do(func() { close(h.closed) }) }

// Wake wakes everybody who waits for a thing. It never waits itself.
func (h *Hub) Wake(thing id.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for woken := range h.waiting[thing] {
		select {
		case woken <- struct{}{}:
		default: // she is being woken already
		}
	}
}

func (h *Hub) watch(thing id.ID) (woken chan struct{}, leave func()) {
	woken = make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[thing] == nil {
		h.waiting[thing] = make(map[chan struct{}]bool)
	}
	h.waiting[thing][woken] = true
	return woken, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiting[thing], woken)
		if len(h.waiting[thing]) == 0 {
			delete(h.waiting, thing)
		}
	}
}

// Waiting is how many wait, for metrics.
func (h *Hub) Waiting() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.waiting {
		n += len(w)
	}
	return n
}

// Until looks until it sees something new, or most has passed: at once, whenever the
// thing is woken, and every so often for what other instances did. It tells whether it
// saw something new; an error of look ends it.
func (h *Hub) Until(ctx context.Context, thing id.ID, most, often time.Duration, look func(ctx context.Context) (bool, error)) (bool, error) {
	woken, leave := h.watch(thing)
	defer leave()
	end := time.NewTimer(most)
	defer end.Stop()
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		if is, err := look(ctx); is || err != nil {
			return is, err
		}
		select {
		case <-woken:
		case <-tick.C:
		case <-end.C:
			return false, nil
		case <-h.closed:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
