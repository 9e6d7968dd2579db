package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Door is what a browser brings to sign-in.
type Door struct {
	From    signin.Device
	Visit   string // the token of its visit, "" if it has begun none
	Session id.ID  // in which it is signed in already, zero if in none
}

// Entry is how far somebody has come.
type Entry struct {
	Visit  string         // the next step's token; then Person is nil
	Token  string         // the session's
	Person *person.Person // who is signed in
}

// AskCode sends a code to a number and gives the token of the visit.
func (f *Flows) AskCode(ctx context.Context, phone string, door Door) (visit string, err error) {
	defer fault.Wrap(&err, "ask for a code")
	if f.Codes == nil {
		return "", signin.ErrNoSender
	}
	if phone, err = person.ParsePhone(phone); err != nil {
		return "", err
	}
	var sent signin.Sent
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		sent, err = f.SignIn.Ask(ctx, tx, phone, door.From, door.Visit)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := f.Codes.SendCode(ctx, phone, sent.Code, i18n.Of(ctx).String()); err != nil {
		return "", errors.Join(signin.ErrNotSent.After(signin.DefaultLimits.Resend), err)
	}
	return sent.Visit, nil
}

// AskAgain sends another code to the number of a visit.
func (f *Flows) AskAgain(ctx context.Context, door Door) (visit string, err error) {
	v, err := f.VisitOf(ctx, door.Visit)
	if err != nil {
		return "", err
	}
	return f.AskCode(ctx, v.Phone, door)
}

// VisitOf is how far a browser has come on its way in, or ErrNoVisit.
func (f *Flows) VisitOf(ctx context.Context, token string) (v signin.Visit, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		v, err = f.SignIn.VisitOf(ctx, r, token)
		return err
	})
	return v, err
}

// TryCode signs in who shows the code that was sent. Somebody whom the house does
// not know, or who has not agreed to the present rules, goes on to be welcomed.
func (f *Flows) TryCode(ctx context.Context, digits string, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "try a code")
	var refusal error
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		var v signin.Visit
		e = Entry{}
		if e.Visit, v, refusal, err = f.SignIn.Try(ctx, tx, door.Visit, digits, door.From); err != nil || refusal != nil {
			return err
		}
		p, err := f.People.ByPhone(ctx, tx, v.Phone)
		if errors.Is(err, person.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if agreed, err := f.SignIn.Agreed(ctx, tx, p.ID); err != nil || !agreed {
			return err
		}
		return f.admit(ctx, tx, &e, p, signin.ByCode, door)
	})
	if err == nil {
		err = refusal
	}
	return e, err
}

// admit opens the session of a person who has shown who she is: always under a new
// token, in place of whatever the browser had.
func (f *Flows) admit(ctx context.Context, tx *db.Tx, e *Entry, p *person.Person, way signin.Way, door Door) (err error) {
	if e.Visit != "" {
		if err := f.SignIn.Close(ctx, tx, e.Visit, p.ID); err != nil {
			return err
		}
	}
	if !door.Session.IsZero() {
		if err := f.SignIn.Supersede(ctx, tx, door.Session); err != nil {
			return err
		}
	}
	before, err := f.SignIn.Devices(ctx, tx, p.ID, tx.Now)
	if err != nil {
		return err
	}
	s, token, err := f.SignIn.Start(ctx, tx, p.ID, way, door.From)
	if err != nil {
		return err
	}
	e.Visit, e.Person, e.Token = "", p, token
	return f.tellNewDevice(ctx, tx, s, before)
}

// Welcome is what somebody says of herself when she comes for the first time.
type Welcome struct {
	Name        string
	Lang, Theme string // of the pages she is reading
	Agreed      bool   // to the rules and the privacy notice of signin.Edition
}

// Guest is the person whom a visit has shown, nil if the house does not know her
// yet; ErrNoVisit if it has shown nobody.
func (f *Flows) Guest(ctx context.Context, visit string) (p *person.Person, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		v, err := f.shown(ctx, r, visit)
		if err == nil {
			p, err = f.People.ByPhone(ctx, r, v.Phone)
		}
		if errors.Is(err, person.ErrNotFound) {
			p, err = nil, nil
		}
		return err
	})
	return p, err
}

func (f *Flows) shown(ctx context.Context, r db.Reader, visit string) (signin.Visit, error) {
	v, err := f.SignIn.VisitOf(ctx, r, visit)
	if err == nil && !v.Shown {
		err = signin.ErrNoVisit
	}
	return v, err
}

// Arrive registers who has shown a number that nobody had, notes that she agreed,
// and signs her in.
func (f *Flows) Arrive(ctx context.Context, w Welcome, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "arrive")
	if !w.Agreed {
		return Entry{}, signin.ErrNotAgreed.On("agreed")
	}
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		v, err := f.shown(ctx, tx, door.Visit)
		if err != nil {
			return err
		}
		p, err := f.People.ByPhone(ctx, tx, v.Phone)
		if errors.Is(err, person.ErrNotFound) {
			p, err = f.People.Register(ctx, tx, person.Person{Name: w.Name, Phone: v.Phone, Lang: w.Lang, Theme: w.Theme})
		}
		if err != nil {
			return err
		}
		if err := f.SignIn.Agree(ctx, tx, p.ID); err != nil {
			return err
		}
		e = Entry{Visit: door.Visit}
		return f.admit(ctx, tx, &e, p, signin.ByCode, door)
	})
	return e, err
}

// SignOut ends the session of a browser.
func (f *Flows) SignOut(ctx context.Context, actor db.Actor, session id.ID) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if err := f.Notices.EndSession(ctx, tx, session); err != nil {
			return err
		}
		return f.SignIn.SignOut(ctx, tx, session)
	})
}

// Devices are the sessions in which a person is signed in.
func (f *Flows) Devices(ctx context.Context, who id.ID) (all []*signin.Session, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err = f.SignIn.Devices(ctx, r, who, f.DB.Clock().Now())
		return err
	})
	return all, err
}

// EndDevice signs a person out on one of her devices.
func (f *Flows) EndDevice(ctx context.Context, actor db.Actor, who, session id.ID) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.SignIn.Revoke(ctx, tx, who, session) })
}

// EndOtherDevices signs a person out everywhere but here.
func (f *Flows) EndOtherDevices(ctx context.Context, actor db.Actor, who, here id.ID) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		_, err := f.SignIn.RevokeOthers(ctx, tx, who, here)
		return err
	})
}
