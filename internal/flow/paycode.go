package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/paycode"
	"gongyi/internal/platform/db"
)

// MakePayCode gives the phone of a sign-in a key to show codes with. How often they turn
// is for the community where she is at home to say.
func (f *Flows) MakePayCode(ctx context.Context, actor db.Actor, person, session id.ID) (err error) {
	defer fault.Wrap(&err, "make a payment code")
	home, err := f.homeOf(ctx, person)
	if err != nil {
		return err
	}
	here, err := f.StandingIn(ctx, home)
	if err != nil {
		return err
	}
	turn := time.Duration(here.Rules.PayCodeSeconds) * time.Second
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		_, err := f.PayCodes.Make(ctx, tx, person, session, turn)
		return err
	})
}

// homeOf is the first community of which a person is a member.
func (f *Flows) homeOf(ctx context.Context, person id.ID) (home id.ID, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err := f.People.Memberships(ctx, r, person)
		if err == nil && len(all) == 0 {
			err = member.ErrNotFound
		}
		if err == nil {
			home = all[0].Home
		}
		return err
	})
	return home, err
}

// EndPayCode ends the codes of a phone; a phone that shows none is left as it is.
func (f *Flows) EndPayCode(ctx context.Context, actor db.Actor, session id.ID) (err error) {
	defer fault.Wrap(&err, "end a payment code")
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		k, err := f.PayCodes.OfSession(ctx, tx, session)
		if errors.Is(err, paycode.ErrNoKey) {
			return nil
		}
		if err != nil {
			return err
		}
		return f.PayCodes.End(ctx, tx, k.ID)
	})
}

// codesKept is how long used codes are remembered: no scan waits so long.
const codesKept = 8 * 24 * time.Hour

// TidyPayCodes forgets what can matter no more. It is a sweeper's work.
func (f *Flows) TidyPayCodes(ctx context.Context) error {
	return f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		return f.PayCodes.Tidy(ctx, tx, tx.Now.Add(-codesKept))
	})
}
