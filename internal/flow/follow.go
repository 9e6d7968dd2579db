package flow

import (
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/settlement"
)

// Follower derives the tables of the open books; it knows settlement's facts.
func (f *Flows) Follower() *ledger.Follower { return f.Ledger.Follower(spending) }

// spending is what a buyer gave for a purchase, or got back.
func spending(e *ledger.Entry) (s ledger.Spending, err error) {
	if e.Kind == ledger.Refund {
		return returned(e)
	}
	var facts settlement.Facts
	err = settlement.DecodeFacts(e.Facts, &facts)
	return ledger.Spending{Price: facts.Price, Direct: facts.Direct, Shop: facts.Merchant.ID}, err
}

// returned is less than nothing: what a refund gave back. Its facts say how much
// in all; what its legs do not show, the shop handed over itself. S-01R to S-03R
// are what went back by the other ways, S-07R in money what was withheld for
// coins that the buyer had spent.
func returned(e *ledger.Entry) (ledger.Spending, error) {
	facts, err := settlement.DecodeRefund(e.Facts)
	if err != nil {
		return ledger.Spending{}, err
	}
	direct := facts.Amount
	for i := range e.Legs {
		switch l := &e.Legs[i]; {
		case l.Rule.Number <= 3, l.Rule.Number == 7 && l.From.Asset == money.CNY:
			direct -= l.Amount
		}
	}
	return ledger.Spending{Price: -facts.Amount, Direct: -direct}, nil
}
