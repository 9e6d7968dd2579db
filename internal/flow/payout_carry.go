package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// carryAtOnce is how many items one step of the sweeper asks a provider about.
const carryAtOnce = 50

// CarryPayouts tells providers of the items that are booked, and asks what became of
// those that they were told of: first how the money on shops' accounts is shared, then
// what of an item is left to be transferred. It is a sweeper's work: whatever it was cut
// short at, it asks again under the same key.
func (f *Flows) CarryPayouts(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "carry payouts out")
	errs := []error{f.planShares(ctx, community), f.carryShares(ctx, community)}
	var due []payout.Due
	err = f.DB.View(ctx, community, func(r db.Reader) (err error) {
		due, err = f.Payouts.DueItems(ctx, r, community, f.DB.Clock().Now(), f.payers(), carryAtOnce)
		return err
	})
	errs = append(errs, err)
	for _, d := range due {
		if ctx.Err() == nil {
			errs = append(errs, f.carryPayout(ctx, community, d))
		}
	}
	return errors.Join(errs...)
}

// carryPayout asks outside of any transaction and notes the answer in one.
func (f *Flows) carryPayout(ctx context.Context, community id.ID, d payout.Due) error {
	var i *payout.Item
	var to *payout.Account
	var got payout.Delivery
	planned := true
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		item, b, err := f.Payouts.Item(ctx, r, community, d.Item)
		if err != nil {
			return err
		}
		if i = item; b.Kind == payout.Shops {
			if got, err = f.Payouts.Delivered(ctx, r, community, i); err != nil {
				return err
			}
			planned = got.Planned
		}
		to, err = f.Payouts.AccountByID(ctx, r, community, i.Account)
		return err
	})
	switch {
	case err != nil:
		return err
	case !planned || got.Open > 0: // it lets those behind it go first
		return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error { return f.Payouts.Wait(ctx, tx, i.ID, tx.Now.Add(time.Minute)) })
	case got.Amount >= i.Amount:
		return f.shareArrived(ctx, community, d.Item, got)
	}
	provider := f.Providers[to.Provider]
	if provider == nil {
		return nil
	}
	place, err := f.Communities.ByID(ctx, f.DB, community)
	if err != nil {
		return err
	}
	told, err := instruct(ctx, provider, i, i.Amount-got.Amount, to, place.Name, d.Tries)
	var refused *pay.Refused
	switch {
	case errors.As(err, &refused) && refused.Code != notEnough:
		told = pay.TransferResult{State: pay.Closed, Reason: refused.Code}
	case err != nil: // nobody knows, or the account has too little: ask again
		return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
			return f.Payouts.Ask(ctx, tx, i.ID, tx.Now.Add(payout.BackOff(d.Tries)))
		})
	}
	return f.notePayout(ctx, community, d, got, told)
}

// notEnough is a provider's word for an account that has too little: the same
// instruction may be given again.
const notEnough = "NOT_ENOUGH"

// instruct gives the instruction for what is left of an item, or asks for the state of
// one that was given.
func instruct(ctx context.Context, p pay.Provider, i *payout.Item, left money.Amount, to *payout.Account, why string, tries int) (pay.TransferResult, error) {
	if i.Sent != nil || tries > 0 {
		told, err := p.Transferred(ctx, i.Key())
		if i.Sent != nil || !errors.Is(err, pay.ErrNotFound) {
			return told, err
		}
	}
	kind := pay.ToMerchant
	if to.Kind == payout.OfPerson {
		kind = pay.ToPerson
	}
	return p.Transfer(ctx, pay.Transfer{Key: i.Key(), Kind: kind, Account: to.Number, Amount: left, Why: why})
}

// notePayout notes what a provider says of the transfer for an item, of which so much was
// delivered by shares.
func (f *Flows) notePayout(ctx context.Context, community id.ID, d payout.Due, got payout.Delivery, told pay.TransferResult) error {
	ears, err := f.payoutEars(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
		i, b, err := f.Payouts.Item(ctx, tx, community, d.Item)
		if err != nil {
			return err
		}
		left := i.Amount - got.Amount - i.Back()
		if left <= 0 { // known by now
			return f.Payouts.Ask(ctx, tx, i.ID, time.Time{})
		}
		next := tx.Now.Add(payout.BackOff(d.Tries))
		switch told.State {
		case pay.Done:
			if err := f.Payouts.Send(ctx, tx, i, told.ID); err != nil {
				return err
			}
			if i.ArrivedAt().IsZero() {
				if err := f.payoutArrived(ctx, tx, b, i, told.ID, ears); err != nil {
					return err
				}
			}
			if next = tx.Now.Add(24 * time.Hour); !i.ArrivedAt().Add(watchPaid).After(tx.Now) {
				next = time.Time{}
			}
		case pay.Closed, pay.Returned:
			kind := payout.Failed
			if told.State == pay.Returned || !i.ArrivedAt().IsZero() {
				kind = payout.Returned
			}
			if err := f.payoutBack(ctx, tx, b, i, payout.Outcome{Kind: kind, Amount: left, Reference: told.ID, Reason: told.Reason}, ears); err != nil {
				return err
			}
			if next = (time.Time{}); got.Amount > 0 && i.ArrivedAt().IsZero() {
				err = f.payoutArrived(ctx, tx, b, i, got.Reference, ears)
			}
			if err != nil {
				return err
			}
		default:
			if err := f.Payouts.Send(ctx, tx, i, told.ID); err != nil {
				return err
			}
		}
		return f.Payouts.Ask(ctx, tx, i.ID, next)
	})
}

// shareArrived notes that all of an item was delivered by shares. What its shop got more
// is set against its next items.
func (f *Flows) shareArrived(ctx context.Context, community, item id.ID, got payout.Delivery) error {
	ears, err := f.payoutEars(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
		i, b, err := f.Payouts.Item(ctx, tx, community, item)
		if err != nil {
			return err
		}
		if i.ArrivedAt().IsZero() {
			if err := f.payoutArrived(ctx, tx, b, i, got.Reference, ears); err != nil {
				return err
			}
			if err := f.Payouts.NoteOver(ctx, tx, payout.Over{Shop: i.Payee, Cause: payout.OverShare, Of: i.ID, Amount: got.Amount - i.Amount}); err != nil {
				return err
			}
		}
		return f.Payouts.Ask(ctx, tx, i.ID, time.Time{})
	})
}

// payoutEars are those who hear what becomes of a payout.
type payoutEars struct {
	owners   map[id.ID][]id.ID
	officers []id.ID
}

func (f *Flows) payoutEars(ctx context.Context, community id.ID) (e payoutEars, err error) {
	if e.owners, err = f.ownersIn(ctx, community); err != nil {
		return e, err
	}
	e.officers, err = f.officers(ctx, community, access.Finance)
	return e, err
}

// payoutArrived notes that an item reached its payee, and tells her.
func (f *Flows) payoutArrived(ctx context.Context, tx *db.Tx, b *payout.Batch, i *payout.Item, reference string, ears payoutEars) error {
	if err := f.Payouts.Note(ctx, tx, i, payout.Outcome{Kind: payout.Confirmed, Reference: reference, Seq: -1}); err != nil {
		return err
	}
	cause := "payout/" + i.ID.String()
	switch b.Kind {
	case payout.Shops:
		return f.tellOwners(ctx, tx, ears.owners, i.Payee, notice.Notice{Kind: notice.PayoutPaid, Cause: cause, Link: shopPayouts(i.Payee)}, notice.Yuan(i.Amount-i.Back()), notice.Day(b.Through))
	case payout.People:
		return f.tellMember(ctx, tx, i.Payee, notice.Notice{Kind: notice.RewardPaid, Cause: cause, Link: "/me/rewards", Args: []notice.Arg{notice.Yuan(i.Amount - i.Back()), notice.Day(b.Through)}})
	}
	return nil
}

// payoutBack books what did not arrive, and tells the payee and finance.
func (f *Flows) payoutBack(ctx context.Context, tx *db.Tx, b *payout.Batch, i *payout.Item, o payout.Outcome, ears payoutEars) error {
	if o.Amount <= 0 || o.Amount > i.Amount-i.Back() {
		return payout.ErrSettled
	}
	posted, err := f.Move(ctx, tx, payoutBackKey(i.ID, len(i.Outcomes)), comingBack(b, i, o.Amount))
	if err != nil {
		return err
	}
	o.Seq = posted.Seq
	if err := f.Payouts.Note(ctx, tx, i, o); err != nil {
		return err
	}
	cause := "payout/" + i.ID.String() + "/back"
	if err := f.tellOfficers(ctx, tx, ears.officers, tx.Actor.ID, notice.Notice{Kind: notice.PayoutBack, Cause: cause, Link: "/desk/payouts", Args: []notice.Arg{notice.Count(b.Number), notice.Yuan(o.Amount)}}); err != nil {
		return err
	}
	switch b.Kind {
	case payout.Shops:
		return f.tellOwners(ctx, tx, ears.owners, i.Payee, notice.Notice{Kind: notice.PayoutReturned, Cause: cause, Link: shopPayouts(i.Payee)}, notice.Yuan(o.Amount))
	case payout.People:
		return f.tellMember(ctx, tx, i.Payee, notice.Notice{Kind: notice.RewardReturned, Cause: cause, Link: "/me/rewards", Args: []notice.Arg{notice.Yuan(o.Amount)}})
	}
	return nil
}

func shopPayouts(shop id.ID) string { return "/shop/" + shop.String() + "/payouts" }
