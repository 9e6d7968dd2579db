package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// DeliverNotice handles the outbox note of a notice, in whatever community its cause
// lies. It may run twice; the cause makes that harmless.
func (f *Flows) DeliverNotice(ctx context.Context, _ id.ID, payload string) error {
	n, err := notice.Decode(payload)
	if err != nil {
		return err
	}
	err = f.Notify(ctx, n)
	if f.Peer == nil || !errors.Is(err, db.ErrElsewhere) {
		return err
	}
	address, _ := fault.Of(err).Details["address"].(string)
	return f.Peer.Notify(ctx, address, n)
}

// Notify delivers a notice where people are written. One for a member whose person
// nobody knows is nobody's.
func (f *Flows) Notify(ctx context.Context, n notice.Notice) (err error) {
	defer fault.Wrap(&err, "notify of %s", n.Kind)
	var reach notice.Reach
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if n.Person.IsZero() {
			m, err := f.People.BehindRef(ctx, r, n.Member)
			if err != nil {
				return err
			}
			n.Person = m.Person
		}
		reach, err = f.reach(ctx, r, n.Person)
		return err
	})
	if errors.Is(err, person.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return f.Notices.Deliver(ctx, tx, n, reach) })
}

// DefaultZone is where people live who belong to no community yet.
var DefaultZone = time.FixedZone("Asia/Shanghai", 8*3600)

// reach is what is known of the ways to a person: her hours are those of the
// community in which she is at home.
func (f *Flows) reach(ctx context.Context, r db.Reader, who id.ID) (reach notice.Reach, err error) {
	p, err := f.People.ByID(ctx, r, who)
	if err == nil && p.Name == "" { // she was forgotten
		err = person.ErrNotFound
	}
	if err != nil {
		return reach, err
	}
	reach = notice.Reach{Zone: DefaultZone, Phone: p.Phone != ""}
	if reach.WeChat, err = f.hasWeChat(ctx, r, who); err != nil {
		return reach, err
	}
	homes, err := f.People.Memberships(ctx, r, who)
	if err != nil || len(homes) == 0 {
		return reach, err
	}
	zone, err := f.Zone(ctx, r, homes[0].Home, f.DB.Clock().Now())
	if err == nil {
		reach.Zone = zone
	}
	if errors.Is(err, policy.ErrNone) {
		err = nil
	}
	return reach, err
}

// hasWeChat reports whether a person can be written to under our app.
func (f *Flows) hasWeChat(ctx context.Context, r db.Reader, who id.ID) (bool, error) {
	if f.Carriers.WeChat == nil {
		return false, nil
	}
	open, err := f.SignIn.OpenIDOf(ctx, r, who, f.Carriers.WeChatApp)
	return open != "", err
}

// TellWords tells a broadcast to some more people, and leaves a note that it goes on
// until everybody of the place is told. It may run twice.
func (f *Flows) TellWords(ctx context.Context, _ id.ID, payload string) error {
	words, err := id.Parse(payload)
	if err != nil {
		return err
	}
	for {
		done, err := f.tellSome(ctx, words)
		if errors.Is(err, notice.ErrMoved) {
			return nil // another hand goes on
		}
		if err != nil || done {
			return err
		}
	}
}

// toldAtOnce are the people whom one transaction tells of something.
const toldAtOnce = 100

func (f *Flows) tellSome(ctx context.Context, words id.ID) (done bool, err error) {
	var after id.ID
	var people []id.ID
	reaches := make(map[id.ID]notice.Reach)
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		w, at, err := f.Notices.AnnouncedByID(ctx, r, words)
		if err != nil || !w.EndedAt.IsZero() {
			done = true
			return err
		}
		after = at
		if people, err = f.People.AtHome(ctx, r, w.Place, after, toldAtOnce); err != nil {
			return err
		}
		for _, p := range people {
			switch reaches[p], err = f.reach(ctx, r, p); {
			case errors.Is(err, person.ErrNotFound): // forgotten a moment ago
				delete(reaches, p)
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil || done {
		return done, err
	}
	done = len(people) < toldAtOnce
	return done, f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		return f.Notices.TellWords(ctx, tx, words, after, people, reaches, done)
	})
}

// tellNewDevice tells a person that she is signed in on a device that she has not
// used before; the first one she ever uses is no news. tx belongs to "~".
func (f *Flows) tellNewDevice(ctx context.Context, tx *db.Tx, s *signin.Session, before []*signin.Session) error {
	if err := f.Notices.Begin(ctx, tx, s.Person); err != nil || len(before) == 0 {
		return err
	}
	for _, b := range before {
		if b.Browser == s.Browser && b.System == s.System {
			return nil
		}
	}
	return f.Notices.Send(ctx, tx, notice.Notice{
		Kind: notice.SignInNewDevice, Person: s.Person, Cause: "session/" + s.ID.String(), Link: "/me/devices",
		Args: []notice.Arg{notice.Text(deviceName(s), ""), notice.Moment(tx.Now)},
	})
}

// deviceName is what a device calls itself: names that need no translation.
func deviceName(s *signin.Session) string {
	name := s.Browser
	if s.System != "" {
		name += " · " + s.System
	}
	if name == "" {
		name = "?"
	}
	return name
}
