package flow

import (
	"context"
	"errors"
	"sync"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Known is who stands behind a request.
type Known struct {
	Viewer  authz.Viewer
	Session *signin.Session
	Person  *person.Person // shared by requests: not to be changed
}

// Recognise finds who holds a session's token, with the roles that are in force; nil
// if nobody does. It reads nothing that it read within moments.
func (f *Flows) Recognise(ctx context.Context, token string) (*Known, error) {
	now := f.DB.Clock().Now()
	s, err := f.SignIn.Find(ctx, token, now)
	if err != nil || s == nil {
		return nil, err
	}
	if s.Stale(now) {
		late := context.WithoutCancel(ctx) // the page does not wait for it
		_, err := f.DB.Submit(late, id.Tilde, db.System, func(tx *db.Tx) error { return f.SignIn.Use(late, tx, s.ID) })
		if errors.Is(err, db.ErrElsewhere) {
			return nil, err // the instance that can note it answers this one
		}
	}
	p, err := f.faces.of(ctx, f, s.Person, now)
	if err != nil {
		return nil, err
	}
	k := &Known{Viewer: authz.Viewer{Person: s.Person, Session: s.ID, Strong: s.Way.Strong()}, Session: s, Person: p}
	if k.Viewer.Grants, err = f.Access.Held(ctx, s.Person, now); err != nil {
		return nil, err
	}
	k.Viewer, err = f.Assisting(ctx, k.Viewer)
	return k, err
}

// Prefer keeps the language and the theme that a person chose; "" leaves one as it
// is. It writes only what changes.
func (f *Flows) Prefer(ctx context.Context, p *person.Person, lang, theme string) error {
	if (lang == "" || lang == p.Lang) && (theme == "" || theme == p.Theme) {
		return nil
	}
	err := f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "person", ID: p.ID}, func(tx *db.Tx) error {
		return f.People.Change(ctx, tx, p.ID, func(p *person.Person) error {
			if lang != "" {
				p.Lang = lang
			}
			if theme != "" {
				p.Theme = theme
			}
			return nil
		})
	})
	f.faces.forget(p.ID)
	return err
}

// Here refuses with db.ErrElsewhere where another instance writes people, before
// anything is done that could not be done twice.
func (f *Flows) Here(ctx context.Context) error {
	_, err := f.DB.Submit(ctx, id.Tilde, db.System, func(*db.Tx) error { return nil })
	return err
}

// Forget makes the next request of a person read again how she is called and how
// she likes her pages; whoever changes that calls it after the commit.
func (f *Flows) Forget(who id.ID) { f.faces.forget(who) }

// faces remembers people for a moment, so that a page costs no read.
type faces struct {
	mu    sync.RWMutex
	known map[id.ID]face
	turn  int64 // counts what was forgotten: an older look must not be remembered
}

type face struct {
	person *person.Person
	until  time.Time
}

const (
	faceMemory = 5 * time.Second
	facesKept  = 100_000
)

func (m *faces) of(ctx context.Context, f *Flows, who id.ID, now time.Time) (*person.Person, error) {
	m.mu.RLock()
	got, ok := m.known[who]
	turn := m.turn
	m.mu.RUnlock()
	if ok && now.Before(got.until) {
		return got.person, nil
	}
	var p *person.Person
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		p, err = f.People.ByID(ctx, r, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.turn == turn {
		if m.known == nil || len(m.known) >= facesKept {
			m.known = make(map[id.ID]face)
		}
		m.known[who] = face{p, now.Add(faceMemory)}
	}
	return p, nil
}

func (m *faces) forget(who id.ID) {
	m.mu.Lock()
	delete(m.known, who)
	m.turn++
	m.mu.Unlock()
}
