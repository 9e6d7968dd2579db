package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// PreparePayout notes what a batch would be now and asks people to agree to it. Nothing
// moves. The same form again changes nothing.
func (f *Flows) PreparePayout(ctx context.Context, community id.ID, actor db.Actor, kind payout.Kind, cutoff period.Day, words, token string) (b *payout.Batch, err error) {
	defer fault.Wrap(&err, "prepare a payout")
	plan, err := f.PlanPayout(ctx, community, actor.ID, kind, cutoff)
	if err != nil {
		return nil, err
	}
	officers, err := f.officers(ctx, community, access.Finance, access.Operator)
	if err != nil {
		return nil, err
	}
	plan.Words = words
	_, err = f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		next := plan
		next.Items = slices.Clone(plan.Items)
		next.DueAt = tx.Now.AddDate(0, 0, v.Params.ApprovalDays)
		if b, err = f.Payouts.Prepare(ctx, tx, next); err != nil {
			return err
		}
		return f.tellOfficers(ctx, tx, officers, actor.ID, notice.Notice{Kind: notice.PayoutWaits, Cause: "payout/" + b.ID.String(), Link: "/desk/payouts",
			Args: []notice.Arg{notice.Yuan(b.Sum()), notice.Count(int64(len(b.Items))), lastMinute(b.DueAt)}})
	})
	return b, err
}

// tellOfficers leaves a notice for people of the office, but for one, with the
// transaction.
func (f *Flows) tellOfficers(ctx context.Context, tx *db.Tx, officers []id.ID, but id.ID, n notice.Notice) error {
	n.Place = tx.Community
	for _, n.Person = range officers {
		if n.Person == but {
			continue
		}
		if err := f.Notices.Send(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// AgreePayout notes that a person agrees to a batch. When she is the last of as many
// as the policy asks, every item is booked in the same transaction (P-01, P-03, P-04),
// before anybody outside is told, so that nothing can be paid twice; an item for which
// something has changed is left out. Nobody agrees to money for herself, her household
// or a shop of theirs.
func (f *Flows) AgreePayout(ctx context.Context, community id.ID, actor db.Actor, batch id.ID) (b *payout.Batch, err error) {
	defer fault.Wrap(&err, "agree to a payout")
	for { // as often as somebody else agrees meanwhile; so many people there are not
		if b, err = f.agreePayout(ctx, community, actor, batch); !errors.Is(err, errOthersAgreed) {
			return b, err
		}
	}
}

// errOthersAgreed says that somebody agreed of whom it is not known whom she lives with.
var errOthersAgreed = errors.New("somebody agreed meanwhile")

func (f *Flows) agreePayout(ctx context.Context, community id.ID, actor db.Actor, batch id.ID) (b *payout.Batch, err error) {
	fit, err := f.fitness(ctx, community, batch, actor.ID)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if b, err = f.Payouts.Batch(ctx, tx, community, batch); err != nil {
			return err
		}
		for _, c := range append(slices.Clone(b.Consents), payout.Consent{Person: actor.ID}) {
			switch own, read := fit.own[c.Person]; {
			case !read && b.Waits():
				return errOthersAgreed
			case own.in(b): // she, or one who came to be paid after she agreed
				return payout.ErrInterested
			}
		}
		passed, err := f.Payouts.Agree(ctx, tx, b, v.Params.PayoutApprovals)
		if err != nil || !passed {
			return err
		}
		return f.bookPayout(ctx, tx, b, &v.Params, fit)
	})
	return b, err
}

// DropPayout ends a batch that nobody will pay: another person refuses it, or who
// prepared it takes it back. Nothing has moved.
func (f *Flows) DropPayout(ctx context.Context, community id.ID, actor db.Actor, batch id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "drop a payout")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		b, err := f.Payouts.Batch(ctx, tx, community, batch)
		if err != nil {
			return err
		}
		kind := payout.Refused
		if b.By == actor.ID {
			kind = payout.Withdrawn
		}
		return f.Payouts.Drop(ctx, tx, b, kind, reason)
	})
}

// LapsePayouts drops what was not agreed to in time. It is a sweeper's work.
func (f *Flows) LapsePayouts(ctx context.Context, community id.ID) error {
	var lapsed []*payout.Batch
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		lapsed, err = f.Payouts.LapsedBy(ctx, r, community, f.DB.Clock().Now())
		return err
	})
	for _, b := range lapsed {
		if err == nil {
			err = f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
				now, err := f.Payouts.Batch(ctx, tx, community, b.ID)
				if err != nil || !now.Waits() || tx.Now.Before(now.DueAt) {
					return err
				}
				return f.Payouts.Drop(ctx, tx, now, payout.Lapsed, "")
			})
		}
	}
	return err
}

// DecidePayout notes that a person answers for paying a suspended shop what it has
// earned: the next batch may have it.
func (f *Flows) DecidePayout(ctx context.Context, community id.ID, actor db.Actor, shop id.ID, words string) (err error) {
	defer fault.Wrap(&err, "decide on a payout")
	own, err := f.interests(ctx, community, actor.ID)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Merchants.ByID(ctx, tx, community, shop)
		switch {
		case err != nil:
			return err
		case m.Status == merchant.Active:
			return payout.ErrNoDecision
		case own[shop]:
			return payout.ErrInterested
		}
		_, err = f.Payouts.Decide(ctx, tx, shop, words)
		return err
	})
}

// paidByHand reports whether somebody pays into an account with a slip, because no
// provider of its kind is wired.
func (f *Flows) paidByHand(provider pay.Kind) bool { return f.Providers[provider] == nil }

// payers are the kinds of provider that pay out here, in order.
func (f *Flows) payers() (kinds []pay.Kind) {
	for k, p := range f.Providers {
		if p != nil {
			kinds = append(kinds, k)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// watchPaid is how long after a payout arrived its bank may still give it back.
const watchPaid = 7 * 24 * time.Hour
