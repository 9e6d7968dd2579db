// Package settlement says what one purchase does to the books: who is paid, what
// is shared with everybody, what the buyer gets back, and by which rule. The
// rules stand in Rulebook, like a charter; the numbers come from the policy
// version in force; what the rules read about the world stands in Facts.
//
// Everything here is a pure function of facts, numbers and balances. The same
// code settles at the till, refunds, replays history when books are verified,
// and explains a receipt to the person who holds it (D2, D3, D7).
package settlement

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Balances are the books as they stand before the entry, in posting order. Only
// the rules on short accounts read them. An account that was never used has zero.
type Balances interface {
	Balance(ledger.Account) money.Amount
}

// Scratch is the memory of one settlement at a time, so that the till's hot path
// allocates nothing. The zero Scratch is ready. What Settle, Refund and Replay
// return lives in it until its next use; one goroutine may use it at a time.
type Scratch struct {
	c       Case
	posted  []ledger.Leg     // the nominal legs after what short accounts change
	floored []ledger.Account // accounts of the entry that have a floor
	facts   Facts            // what Replay decoded
}

// Result is a settled purchase.
type Result struct {
	Legs      []ledger.Leg        // to post, in the order of the rules
	Moved     [Rules]money.Amount // what each rule moved, by rule number, in the rule's asset
	ClaimUsed bool                // the claim in the facts is used up
}

// Settle applies the rulebook to a purchase, or refuses it. It only decides; the
// caller posts the legs together with the encoded facts.
func Settle(p *policy.Params, f *Facts, b Balances, s *Scratch) (Result, error) {
	if err := check(p, f); err != nil {
		return Result{}, err
	}
	s.c.run(p, f)
	if f.Coins > 0 && b.Balance(coinsOf(f.Buyer.ID))+s.c.sums[7].amount < f.Coins {
		return Result{}, ErrCoinsShort
	}
	s.posted = append(s.posted[:0], s.c.legs...)
	res := Result{Legs: s.cover(b), ClaimUsed: s.c.applies(claimRule)}
	for n := range res.Moved {
		res.Moved[n] = s.c.sums[n].amount
	}
	return res, nil
}
