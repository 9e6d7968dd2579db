package signin

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// remembered is a session as it was read, believed for a moment.
type remembered struct {
	session *Session
	until   time.Time
}

// memory is how long a session is believed without looking: that long an end that
// another instance wrote may go unseen. kept bounds how many are remembered.
const (
	memory = 5 * time.Second
	kept   = 100_000
)

// Find is the session behind a cookie's token, nil if none holds. It costs no read
// when the session was looked at within moments.
func (s *Service) Find(ctx context.Context, token string, now time.Time) (*Session, error) {
	hash, ok := hashOf(token)
	if !ok {
		return nil, nil
	}
	s.mu.RLock()
	m, ok := s.known[hash]
	turn := s.turn
	s.mu.RUnlock()
	if !ok || !now.Before(m.until) {
		var found []*Session
		err := s.db.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			found, err = sessions(ctx, r, "s.token_hash = ?", hash[:])
			return err
		})
		if err != nil || len(found) == 0 { // a made-up token must not fill the memory
			return nil, err
		}
		m = remembered{found[0], now.Add(memory)}
		s.remember(hash, m, turn)
	}
	if !m.session.Holds(now) {
		return nil, nil
	}
	return m.session, nil
}

// remember keeps what was read, unless something was forgotten meanwhile: then it
// may be what was true before.
func (s *Service) remember(hash tokenHash, m remembered, turn int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turn != turn {
		return
	}
	if len(s.known) >= kept {
		clear(s.known)
		clear(s.hashes)
	}
	s.known[hash], s.hashes[m.session.ID] = m, hash
}

// forgetWith makes the next look at a session read again, once tx is durable.
func (s *Service) forgetWith(ctx context.Context, tx *db.Tx, session id.ID) error {
	f, err := db.OverlayOf(ctx, tx, s, func(context.Context, *db.Tx) (*forgetting, error) { return &forgetting{service: s}, nil })
	if err == nil {
		f.sessions = append(f.sessions, session)
	}
	return err
}

// forgetting are the sessions that a batch changed.
type forgetting struct {
	service  *Service
	sessions []id.ID
}

// Mark implements db.Overlay.
func (f *forgetting) Mark() int { return len(f.sessions) }

// Revert implements db.Overlay.
func (f *forgetting) Revert(mark int) { f.sessions = f.sessions[:mark] }

// Flush implements db.Overlay: what changed is written already.
func (f *forgetting) Flush(context.Context, *db.Flush) error { return nil }

// Committed implements db.Overlay.
func (f *forgetting) Committed() {
	if len(f.sessions) == 0 {
		return
	}
	s := f.service
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn++
	for _, gone := range f.sessions {
		delete(s.known, s.hashes[gone])
		delete(s.hashes, gone)
	}
	f.sessions = f.sessions[:0]
}
