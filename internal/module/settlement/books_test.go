package settlement

import (
	"fmt"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
)

// books are the smallest books that a settlement can be posted to. They check
// what the ledger checks, and the rule on short accounts.
type books map[ledger.Account]money.Amount

func (b books) Balance(a ledger.Account) money.Amount { return b[a] }

func (b books) post(legs []ledger.Leg) error {
	for _, l := range legs {
		if l.Amount <= 0 || l.From == l.To || l.From.Asset != l.To.Asset {
			return fmt.Errorf("a leg of %d from %s to %s cannot be posted", l.Amount, l.From, l.To)
		}
		b[l.From] -= l.Amount
		b[l.To] += l.Amount
	}
	for _, l := range legs {
		for _, a := range []ledger.Account{l.From, l.To} {
			if err := b.check(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// check looks at one account after an entry that touched it.
func (b books) check(a ledger.Account) error {
	line := a.Pattern()
	switch {
	case line == nil:
		return fmt.Errorf("%s is in no line of the chart", a)
	case line.Floor == ledger.FloorZero && b[a] < 0:
		return fmt.Errorf("%s passes its floor: %d", a, b[a])
	case a.Purpose == ledger.Owed && b[a] > 0:
		return fmt.Errorf("%s passes its ceiling: %d", a, b[a])
	}
	if other, has := standIn(a); has && other.Purpose == ledger.Owed && b[a] > 0 && b[other] < 0 {
		return fmt.Errorf("%s holds %d while its owner owes %d", a, b[a], -b[other])
	}
	return nil
}
