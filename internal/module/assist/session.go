package assist

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals of a session, in the order in which they are checked.
var (
	ErrBadReason = fault.New(fault.Invalid, "assist.bad_reason")
	ErrRunning   = fault.New(fault.Conflict, "assist.running")
	ErrNoSession = fault.New(fault.NotFound, "assist.no_session")
	ErrOver      = fault.New(fault.Conflict, "assist.over")
)

// Session is half an hour in which a helper acts for a person.
type Session struct {
	ID      id.ID
	Consent id.ID
	Subject id.ID
	Helper  id.ID
	Web     id.ID // the signed-in session of her device
	Basis   Basis
	Scopes  []Scope
	Reason  string
	Began   time.Time
	Until   time.Time // when it ends by itself, with its consent at the latest
	Ended   time.Time // zero: nobody ended it
	EndedBy id.ID
	Revoked time.Time // zero: its consent stands
}

// Runs reports whether the helper may act at an instant.
func (s *Session) Runs(at time.Time) bool {
	return s.Ended.IsZero() && s.Revoked.IsZero() && !at.Before(s.Began) && at.Before(s.Until)
}

// Over is when a session was over: by the button, by the consent, or by the clock.
func (s *Session) Over() time.Time {
	over := s.Until
	for _, t := range []time.Time{s.Ended, s.Revoked} {
		if !t.IsZero() && t.Before(over) {
			over = t
		}
	}
	return over
}

// Service is the door to consents and sessions. It remembers for a moment which
// device acts for whom, since every page asks; an end that another instance wrote
// takes effect within memory.
type Service struct {
	mu     sync.RWMutex
	change int
	acting map[id.ID]remembered
}

type remembered struct {
	session *Session // nil: nobody
	read    time.Time
}

// memory is how long this is believed without looking; kept bounds how much.
const (
	memory = 5 * time.Second
	kept   = 100_000
)

// New makes the service.
func New() *Service { return &Service{acting: make(map[id.ID]remembered)} }

// Begin opens a session on a helper's device. Asked again while it runs, it answers
// with the same session. tx belongs to "~".
func (s *Service) Begin(ctx context.Context, tx *db.Tx, consent, helper, web id.ID, reason string) (_ *Session, begun bool, err error) {
	defer fault.Wrap(&err, "assist: begin under %s", consent)
	c, err := s.ConsentByID(ctx, tx, consent)
	switch {
	case err != nil:
		return nil, false, err
	case c.Helper != helper || web.IsZero(): // somebody else's consent is none of hers
		return nil, false, ErrNoConsent
	}
	if err := c.Holds(tx.Now); err != nil {
		return nil, false, err
	}
	if reason == "" || !short(reason, 200) {
		return nil, false, ErrBadReason.On("reason")
	}
	mine, err := s.SessionsBy(ctx, tx, helper)
	if err != nil {
		return nil, false, err
	}
	for _, old := range mine {
		switch {
		case !old.Runs(tx.Now):
		case old.Consent == consent && old.Web == web:
			return old, false, nil
		default:
			return nil, false, ErrRunning
		}
	}
	until := tx.Now.Add(SessionTime)
	if c.Until.Before(until) {
		until = c.Until
	}
	n := &Session{ID: tx.NewID(), Consent: consent, Subject: c.Subject, Helper: helper, Web: web, Basis: c.Basis, Scopes: c.Scopes, Reason: reason, Began: tx.Now, Until: until}
	if _, err := tx.Exec(ctx, "INSERT INTO assist_session (community_id, id, consent_id, subject_id, helper_id, web_session_id, reason, began_at, runs_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], n.ID[:], n.Consent[:], n.Subject[:], n.Helper[:], n.Web[:], n.Reason, n.Began.UnixMicro(), n.Until.UnixMicro()); err != nil {
		return nil, false, err
	}
	return n, true, s.forget(ctx, tx)
}

// Leave ends a session by the button. tx belongs to "~".
func (s *Service) Leave(ctx context.Context, tx *db.Tx, session id.ID) (_ *Session, err error) {
	defer fault.Wrap(&err, "assist: leave %s", session)
	n, err := s.SessionByID(ctx, tx, session)
	switch {
	case err != nil:
		return nil, err
	case !n.Runs(tx.Now):
		return n, ErrOver
	}
	if _, err := tx.Exec(ctx, "INSERT INTO assist_session_end (community_id, session_id, ended_at, ended_by) VALUES (?, ?, ?, ?)",
		id.Tilde[:], session[:], tx.Now.UnixMicro(), tx.Actor.ID); err != nil {
		return nil, err
	}
	n.Ended, n.EndedBy = tx.Now, tx.Actor.ID
	return n, s.forget(ctx, tx)
}

// Running is the session in which a device acts for somebody now, nil if none.
func (s *Service) Running(ctx context.Context, d *db.DB, web id.ID, now time.Time) (*Session, error) {
	s.mu.RLock()
	m, ok := s.acting[web]
	before := s.change
	s.mu.RUnlock()
	if !ok || now.Before(m.read) || !now.Before(m.read.Add(memory)) {
		m = remembered{read: now}
		err := d.View(ctx, id.Tilde, func(r db.Reader) error {
			all, err := sessions(ctx, r, "s.web_session_id = ? ORDER BY s.began_at DESC LIMIT 1", web[:])
			if err == nil && len(all) > 0 {
				m.session = all[0]
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		s.remember(web, m, before)
	}
	if m.session == nil || !m.session.Runs(now) {
		return nil, nil
	}
	return m.session, nil
}

// remember keeps an answer, unless something changed while it was read.
func (s *Service) remember(web id.ID, m remembered, before int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.change != before {
		return
	}
	if len(s.acting) >= kept {
		clear(s.acting)
	}
	s.acting[web] = m
}

// forget makes the next look read again, once the closure is durable. Changes are
// few, so everything is forgotten.
func (s *Service) forget(ctx context.Context, tx *db.Tx) error {
	return tx.After(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.change++
		clear(s.acting)
	})
}

// SessionByID finds a session.
func (s *Service) SessionByID(ctx context.Context, r db.Reader, session id.ID) (*Session, error) {
	all, err := sessions(ctx, r, "s.id = ? ORDER BY s.id", session[:])
	if err == nil && len(all) == 0 {
		err = ErrNoSession
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// recent is how many sessions a page shows.
const recent = "ORDER BY s.id DESC LIMIT 100"

// SessionsFor lists the latest sessions in which anybody acted for a person, the
// latest first.
func (s *Service) SessionsFor(ctx context.Context, r db.Reader, subject id.ID) ([]*Session, error) {
	return sessions(ctx, r, "s.subject_id = ? "+recent, subject[:])
}

// EverySessionFor lists every session in which anybody acted for a person, the oldest
// first.
func (s *Service) EverySessionFor(ctx context.Context, r db.Reader, subject id.ID) ([]*Session, error) {
	return sessions(ctx, r, "s.subject_id = ? ORDER BY s.id", subject[:])
}

// SessionsBy lists the latest sessions of a helper, the latest first.
func (s *Service) SessionsBy(ctx context.Context, r db.Reader, helper id.ID) ([]*Session, error) {
	return sessions(ctx, r, "s.helper_id = ? "+recent, helper[:])
}

func sessions(ctx context.Context, r db.Reader, where string, arg any) (all []*Session, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		x := &Session{}
		var began, until, ended, revoked int64
		var scopes string
		if err := rows.Scan(&x.ID, &x.Consent, &x.Subject, &x.Helper, &x.Web, &x.Basis, &scopes, &x.Reason, &began, &until, &ended, &x.EndedBy, &revoked); err != nil {
			return err
		}
		x.Began, x.Until, x.Scopes = micros(began), micros(until), split(scopes)
		if ended != 0 {
			x.Ended = micros(ended)
		}
		if revoked != 0 {
			x.Revoked = micros(revoked)
		}
		all = append(all, x)
		return nil
	}, `SELECT s.id, s.consent_id, s.subject_id, s.helper_id, s.web_session_id, c.basis, c.scopes, s.reason, s.began_at, s.runs_until, COALESCE(e.ended_at, 0), e.ended_by, COALESCE(x.ended_at, 0)
		FROM assist_session s
		JOIN assist_consent c ON c.community_id = s.community_id AND c.id = s.consent_id
		LEFT JOIN assist_session_end e ON e.community_id = s.community_id AND e.session_id = s.id
		LEFT JOIN assist_consent_end x ON x.community_id = s.community_id AND x.consent_id = s.consent_id
		WHERE s.community_id = ? AND `+where, id.Tilde[:], arg)
	return all, err
}

// Act is one page or change of a session.
type Act struct {
	ID      id.ID  `db:"id"`
	Session id.ID  `db:"session_id"`
	Action  string `db:"action"` // as the policies name it
	Method  string `db:"method"` // "GET": she looked; anything else changed something
	Path    string `db:"path"`
	At      int64  `db:"acted_at"` // microseconds
}

// Changes reports whether it was more than a look.
func (a *Act) Changes() bool { return a.Method != "GET" }

// When is the instant of an act.
func (a *Act) When() time.Time { return micros(a.At) }

// Note writes an act into the log of a session that runs; ErrOver stops what is not
// to be done any more. tx belongs to "~".
func (s *Service) Note(ctx context.Context, tx *db.Tx, a Act) error {
	n, err := s.SessionByID(ctx, tx, a.Session)
	if err == nil && !n.Runs(tx.Now) {
		err = ErrOver
	}
	if err != nil {
		return err
	}
	act := tx.NewID()
	if len(a.Path) > 200 {
		a.Path = a.Path[:200]
	}
	_, err = tx.Exec(ctx, "INSERT INTO assist_act (community_id, session_id, id, action, method, path, acted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], a.Session[:], act[:], a.Action, a.Method, a.Path, tx.Now.UnixMicro())
	return err
}

// Acts lists what was done in a session, in order.
func (s *Service) Acts(ctx context.Context, r db.Reader, session id.ID) (all []Act, err error) {
	err = db.All(ctx, r, &all, "SELECT id, session_id, action, method, path, acted_at FROM assist_act WHERE community_id = ? AND session_id = ? ORDER BY id LIMIT 1000", id.Tilde[:], session[:])
	return all, err
}
