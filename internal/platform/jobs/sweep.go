package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// sweep finds what is due in every community, again and again. Its fields below the
// function belong to Jobs.mu.
type sweep struct {
	name   string
	every  time.Duration
	fn     func(ctx context.Context, community id.ID) error
	people bool // of "~" alone

	at     time.Time // when the latest sweep ended
	took   time.Duration
	places int
	last   map[id.ID]string // what went wrong in which community
	err    error            // why there was no sweep at all
}

func (j *Jobs) keepSweeping(ctx context.Context, s *sweep) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		j.sweepOnce(ctx, s)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweepOnce goes through the communities that this instance writes. Their order is
// drawn, so that instances which start together share the places that nobody writes.
func (j *Jobs) sweepOnce(ctx context.Context, s *sweep) {
	began, places := time.Now(), 0
	communities, err := []id.ID{id.Tilde}, error(nil)
	if !s.people {
		communities, err = j.opt.Communities(ctx)
	}
	rand.Shuffle(len(communities), func(a, b int) { communities[a], communities[b] = communities[b], communities[a] })
	for _, c := range communities {
		ours, err := j.ours(ctx, c)
		if err == nil && !ours {
			continue
		}
		if err == nil {
			err = protect(ctx, s, c)
		}
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, db.ErrElsewhere) {
			continue
		}
		places++
		j.swept(s, c, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	s.at, s.took, s.places, s.err = j.opt.DB.Clock().Now(), time.Since(began), places, err
}

// swept remembers how it went in a community; the log hears of what is new.
func (j *Jobs) swept(s *sweep, community id.ID, err error) {
	j.mu.Lock()
	before := s.last[community]
	if err == nil {
		delete(s.last, community)
	} else {
		s.last[community] = err.Error()
	}
	j.mu.Unlock()
	if err != nil && err.Error() != before {
		j.opt.Log.Error("jobs: sweep", "sweep", s.name, "community", community, "err", err)
	}
}

// protect makes a panic an error of one community.
func protect(ctx context.Context, s *sweep, community id.ID) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.fn(ctx, community)
}
