package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/assist"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// ErrNotServing refuses a grid worker in whose care a household is not.
var ErrNotServing = fault.New(fault.Forbidden, "assist.not_serving")

// Assisted says what both sides are told of (A4).
type Assisted string

// The matters of which both sides are told.
const (
	ConsentGiven   Assisted = "consent.given"
	ConsentRevoked Assisted = "consent.revoked"
	SessionBegun   Assisted = "assist.opened"
	SessionEnded   Assisted = "assist.ended"
	HelpAsked      Assisted = "help.asked"
	HelpAnswered   Assisted = "help.answered"
)

// Told is one matter for one person.
type Told struct {
	Matter Assisted
	To     id.ID
	About  id.ID // the other one
	Cause  id.ID // the consent, session or request
	Until  time.Time
	Words  string
	Home   id.ID // the community, zero if none is known
}

// tellAssist leaves notices with the transaction, if anybody delivers them.
func (f *Flows) tellAssist(ctx context.Context, tx *db.Tx, t Told, to ...id.ID) error {
	if f.Tell == nil {
		return nil
	}
	for _, t.To = range to {
		if err := f.Tell(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// GiveConsent notes that a person agrees to a helper, after the proof that the
// helper is who she is said to be: a grid worker must serve the household.
func (f *Flows) GiveConsent(ctx context.Context, actor db.Actor, c assist.Consent) (given *assist.Consent, err error) {
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if _, err := f.People.ByID(ctx, tx, c.Subject); err != nil {
			return err
		}
		if _, err := f.People.ByID(ctx, tx, c.Helper); err != nil {
			return err
		}
		if err := f.mayHelp(ctx, tx, c.Basis, c.Helper, c.Subject, tx.Now); err != nil {
			return err
		}
		if given, err = f.Helpers.Consent(ctx, tx, c); err != nil {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: ConsentGiven, About: c.Helper, Cause: given.ID, Until: c.Until}, c.Subject, c.Helper)
	})
	return given, err
}

// mayHelp refuses a grid worker of another grid.
func (f *Flows) mayHelp(ctx context.Context, r db.Reader, basis assist.Basis, helper, subject id.ID, now time.Time) error {
	if basis != assist.Worker {
		return nil
	}
	h, found, err := f.Households.HomeOf(ctx, r, subject)
	if err != nil {
		return err
	}
	if !found {
		return ErrNoHousehold
	}
	serves, err := f.Serves(ctx, r, helper, h, now)
	if err == nil && !serves {
		err = ErrNotServing
	}
	return err
}

// RevokeConsent takes a consent back, at once and everywhere within seconds. The
// subject and the helper may; others need leave, which is the caller's question.
func (f *Flows) RevokeConsent(ctx context.Context, actor db.Actor, consent id.ID, reason string, leave bool) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		c, err := f.Helpers.ConsentByID(ctx, tx, consent)
		if err != nil {
			return err
		}
		if !leave && actor.ID != c.Subject && actor.ID != c.Helper {
			return assist.ErrNoConsent // of others it is not even said that it is there
		}
		if _, err := f.Helpers.Revoke(ctx, tx, consent, reason); err != nil {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: ConsentRevoked, About: c.Helper, Cause: c.ID}, c.Subject, c.Helper)
	})
}

// BeginAssist opens a half-hour session on the helper's device.
func (f *Flows) BeginAssist(ctx context.Context, v authz.Viewer, consent id.ID, reason string) (s *assist.Session, err error) {
	if !v.SignedIn() {
		return nil, authz.ErrSignIn
	}
	var subject id.ID
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		c, err := f.Helpers.ConsentByID(ctx, r, consent)
		if err == nil {
			subject = c.Subject
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := f.mayAssist(ctx, subject, community.AssistedSessions); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error {
		c, err := f.Helpers.ConsentByID(ctx, tx, consent)
		if err != nil {
			return err
		}
		if c.Helper != v.Person {
			return assist.ErrNoConsent
		}
		if err := c.Holds(tx.Now); err != nil {
			return err
		}
		if err := f.mayHelp(ctx, tx, c.Basis, c.Helper, c.Subject, tx.Now); err != nil {
			return err
		}
		var begun bool
		if s, begun, err = f.Helpers.Begin(ctx, tx, consent, v.Person, v.Session, reason); err != nil || !begun {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: SessionBegun, About: c.Helper, Cause: s.ID, Until: s.Until}, c.Subject)
	})
	return s, err
}

// LeaveAssist ends a session by the button. The helper and the subject may; others
// need leave.
func (f *Flows) LeaveAssist(ctx context.Context, actor db.Actor, session id.ID, leave bool) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		s, err := f.Helpers.SessionByID(ctx, tx, session)
		if err != nil {
			return err
		}
		if !leave && actor.ID != s.Subject && actor.ID != s.Helper {
			return assist.ErrNoSession
		}
		if _, err := f.Helpers.Leave(ctx, tx, session); err != nil {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: SessionEnded, About: s.Helper, Cause: s.ID}, s.Subject)
	})
}

// Assisting makes a viewer act for whom her device's session says, while it runs. A
// grid worker who is none any more acts for nobody.
func (f *Flows) Assisting(ctx context.Context, v authz.Viewer) (authz.Viewer, error) {
	s, err := f.Helpers.Running(ctx, f.DB, v.Session, f.DB.Clock().Now())
	if err != nil || s == nil || s.Helper != v.Person || s.Basis == assist.Worker && !v.Holds(access.GridWorker) {
		return v, err
	}
	v.For, v.Assist = s.Subject, s.ID
	for _, scope := range s.Scopes {
		v.Scopes = append(v.Scopes, string(scope))
	}
	return v, nil
}

// NoteAct writes into the log of the session in which a viewer acts what she is
// about to see or do; without that nothing is shown.
func (f *Flows) NoteAct(ctx context.Context, v authz.Viewer, a assist.Act) error {
	a.Session = v.Assist
	return f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error { return f.Helpers.Note(ctx, tx, a) })
}

// HelpWanted is what a person asks her grid worker for.
type HelpWanted struct {
	Subject    id.ID
	Page, Wish string // where she was, and what is to be done
	Token      string // of a form that may have waited for the network, "" if it did not
}

// AskForHelp asks the grid workers of a person's household (A5). A form that arrives
// again under its token asks for nothing; its request is nil.
func (f *Flows) AskForHelp(ctx context.Context, actor db.Actor, w HelpWanted) (q *assist.Request, err error) {
	if err := f.mayAssist(ctx, w.Subject, community.HelpRequests); err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if w.Token != "" {
			if first, err := once.First(ctx, tx, w.Subject, w.Token); err != nil || !first {
				return err
			}
		}
		subject := w.Subject
		h, found, err := f.Households.HomeOf(ctx, tx, subject)
		if err != nil {
			return err
		}
		if !found {
			return ErrNoHousehold
		}
		var added bool
		q, added, err = f.Helpers.Ask(ctx, tx, assist.Request{Subject: subject, Household: h.ID, Home: h.Home, Place: h.Place, Page: w.Page, Wish: w.Wish})
		if err != nil || !added {
			return err
		}
		workers, err := f.WorkersOf(ctx, tx, h, tx.Now)
		if err != nil {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: HelpAsked, About: subject, Cause: q.ID, Until: q.Due, Words: q.Wish, Home: h.Home}, workers...)
	})
	return q, err
}

// ErrNoHousehold refuses help to somebody whose household is not known.
var ErrNoHousehold = fault.New(fault.Conflict, "assist.no_household")

// AnswerHelp takes a request a step further: a grid worker of its household takes
// it, and tells how it ended; the subject withdraws it.
func (f *Flows) AnswerHelp(ctx context.Context, actor db.Actor, request id.ID, step assist.Step, words string) (q *assist.Request, err error) {
	err = f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if q, err = f.Helpers.RequestByID(ctx, tx, request); err != nil {
			return err
		}
		if actor.ID != q.Subject {
			h, err := f.Households.ByID(ctx, tx, q.Household)
			if err != nil {
				return err
			}
			serves, err := f.Serves(ctx, tx, actor.ID, h, tx.Now)
			if err != nil {
				return err
			}
			if !serves {
				return assist.ErrNoRequest
			}
		}
		if q, err = f.Helpers.Advance(ctx, tx, request, step, words); err != nil || step == assist.Withdrawn {
			return err
		}
		return f.tellAssist(ctx, tx, Told{Matter: HelpAnswered, About: actor.ID, Cause: q.ID, Words: words, Home: q.Home}, q.Subject)
	})
	return q, err
}

// HelpFor lists the requests that wait for a grid worker, or that she took since an
// instant: the most urgent first.
func (f *Flows) HelpFor(ctx context.Context, r db.Reader, worker id.ID, since time.Time) (all []*assist.Request, err error) {
	now := f.DB.Clock().Now()
	served, err := f.ServedBy(ctx, r, worker, now)
	if err != nil {
		return nil, err
	}
	mine := make(map[id.ID]bool, len(served))
	var homes []id.ID
	for _, h := range served {
		mine[h.ID] = true
		if !slices.Contains(homes, h.Home) {
			homes = append(homes, h.Home)
		}
	}
	for _, home := range homes {
		asked, err := f.Helpers.RequestsIn(ctx, r, home, since)
		if err != nil {
			return nil, err
		}
		for _, q := range asked {
			if mine[q.Household] && (q.State() == assist.Open || q.Taker() == worker) {
				all = append(all, q)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *assist.Request) int { return a.Due.Compare(b.Due) })
	return all, nil
}

// mayAssist refuses where helping is not switched on (A10). A person whose household
// is not known is served by the default.
func (f *Flows) mayAssist(ctx context.Context, subject id.ID, c community.Capability) error {
	now := f.DB.Clock().Now()
	var home id.ID
	err := f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		h, found, err := f.Households.HomeOf(ctx, r, subject)
		if found {
			home = h.Home
		}
		return err
	})
	if err != nil || home.IsZero() {
		return err
	}
	return f.DB.View(ctx, home, func(r db.Reader) error { return f.Communities.Require(ctx, r, home, c, now) })
}
