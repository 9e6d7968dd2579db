package flow

import (
	"context"
	"crypto/sha256"

	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// Move posts what a rule of the charter moves outside of a purchase, on the day that
// is open. The key is ours and begins with "~": the same move under the same key is
// posted once. A move that moves nothing is posted all the same, as evidence of why.
func (f *Flows) Move(ctx context.Context, tx *db.Tx, key string, m charter.Move) (ledger.Posted, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return ledger.Posted{}, err
	}
	facts, err := charter.Encode(v.Number, m)
	if err != nil {
		return ledger.Posted{}, err
	}
	day, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return ledger.Posted{}, err
	}
	if day, err = f.Ledger.BookedOn(ctx, tx, day); err != nil {
		return ledger.Posted{}, err
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return ledger.Posted{}, err
	}
	return f.Ledger.Post(ctx, tx, ledger.Posting{
		Key: key, Content: sha256.Sum256(facts), Kind: ledger.Transfer, BookedOn: day, Subject: m.Subject(),
		Legs: charter.Settle(&v.Params, m, balances), Facts: facts,
	})
}
