package flow

import (
	"context"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
)

// Consent notes that a person allows a purpose; how says where she did. She is told, so
// that nobody else can have done it unseen (A7).
func (f *Flows) Consent(ctx context.Context, actor db.Actor, person id.ID, purpose, how string) error {
	return f.changeConsent(ctx, actor, person, purpose, notice.ConsentGiven, func(tx *db.Tx) error {
		return f.Privacy.Give(ctx, tx, person, purpose, how)
	})
}

// Withdraw takes such a consent back. Who does not want her words used to find her for
// those who ask for help is no volunteer any more, and what she said goes first.
func (f *Flows) Withdraw(ctx context.Context, actor db.Actor, person id.ID, purpose string) error {
	if purpose == privacy.Volunteering {
		if err := f.forgetVolunteering(ctx, actor, person); err != nil {
			return err
		}
	}
	return f.changeConsent(ctx, actor, person, purpose, notice.ConsentRevoked, func(tx *db.Tx) error {
		if err := f.Privacy.Withdraw(ctx, tx, person, purpose); err != nil || purpose != privacy.Birthday {
			return err
		}
		return f.Memberships.ForgetBirthday(ctx, tx, person)
	})
}

// TellBirthday notes the month and day of somebody's birth with her consent to what
// they are for (B6).
func (f *Flows) TellBirthday(ctx context.Context, actor db.Actor, person id.ID, month time.Month, day int, how string) error {
	return f.changeConsent(ctx, actor, person, privacy.Birthday, notice.ConsentGiven, func(tx *db.Tx) error {
		if err := f.Memberships.TellBirthday(ctx, tx, person, month, day); err != nil {
			return err
		}
		return f.Privacy.Give(ctx, tx, person, privacy.Birthday, how)
	})
}

// changeConsent tells of what is a change: one that holds already stays as it is.
func (f *Flows) changeConsent(ctx context.Context, actor db.Actor, person id.ID, purpose, kind string, do func(tx *db.Tx) error) (err error) {
	defer fault.Wrap(&err, "%s to %s", kind, purpose)
	p, err := privacy.PurposeOf(purpose)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		before, err := f.Privacy.Allowed(ctx, tx, person, purpose)
		if err != nil {
			return err
		}
		if err := do(tx); err != nil || before == (kind == notice.ConsentGiven) {
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: kind, Person: person, Cause: "purpose/" + purpose + "/" + strconv.FormatInt(tx.Now.UnixMicro(), 10), Link: "/me/data",
			Args: []notice.Arg{notice.Say(p.Title.Key)},
		})
	})
}
