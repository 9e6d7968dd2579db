package flow

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Propose adds a policy version to a community, after the proof that no purchase
// leaves a shop with less than it was promised (L8). The version enters the
// evidence log as an entry without legs. The same proposal again gets the same
// version.
func (f *Flows) Propose(ctx context.Context, community id.ID, actor db.Actor, p policy.Proposal) (v policy.Version, err error) {
	if err := p.Params.Admit(); err != nil { // the search takes a moment: not inside the transaction
		return policy.Version{}, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		var added bool
		if v, added, err = f.Policies.Propose(ctx, tx, p); err != nil || !added {
			return err
		}
		return f.record(ctx, tx, v)
	})
	return v, err
}

// NoticeDays is how long a version is announced before it takes effect (L8).
const NoticeDays = 7

// Refusals of ProposeAfter, in the order in which it checks them.
var (
	ErrTooSoon     = fault.New(fault.Invalid, "policy.effective_too_soon")
	ErrPolicyMoved = fault.New(fault.Conflict, "policy.changed_meanwhile")
)

// ProposeAfter is Propose by a person who has seen the versions up to a number:
// one that came in between is refused rather than overtaken unseen, and the new
// one is announced for NoticeDays.
func (f *Flows) ProposeAfter(ctx context.Context, community id.ID, actor db.Actor, seen int, p policy.Proposal) (v policy.Version, err error) {
	if err := p.Params.Admit(); err != nil {
		return policy.Version{}, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		versions, err := f.Policies.Versions(ctx, tx)
		if err != nil {
			return err
		}
		if len(versions) != seen {
			return ErrPolicyMoved
		}
		if p.EffectiveFrom.Before(tx.Now.AddDate(0, 0, NoticeDays)) {
			return ErrTooSoon.On("effective_from").With("days", NoticeDays)
		}
		var added bool
		if v, added, err = f.Policies.Propose(ctx, tx, p); err != nil || !added {
			return err
		}
		return f.record(ctx, tx, v)
	})
	return v, err
}

// record writes a policy version into the evidence.
func (f *Flows) record(ctx context.Context, tx *db.Tx, v policy.Version) error {
	facts, err := json.Marshal(v)
	if err != nil {
		return err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return err
	}
	if day, err = f.Ledger.BookedOn(ctx, tx, day); err != nil {
		return err
	}
	_, err = f.Ledger.Post(ctx, tx, ledger.Posting{
		Key: fmt.Sprintf("~policy:%d", v.Number), Content: sha256.Sum256(facts), Kind: ledger.Record, BookedOn: day, Facts: facts,
	})
	return err
}
