package charter

import (
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
)

// Means is how money reached us, or left.
type Means string

// The means. Provider and Bank pass the licensed provider or a custody account in its
// care; Cash and Transfer are the platform's own till and account.
const (
	Provider Means = "provider"
	Bank     Means = "bank"
	Cash     Means = "cash"
	Transfer Means = "transfer"
)

// Held reports whether the money is in custody, not in the platform's hands.
func (m Means) Held() bool { return m == Provider || m == Bank }

// Known reports whether there is such a means.
func (m Means) Known() bool { return slices.Contains(AllMeans, m) }

// AllMeans lists them in the order of a form.
var AllMeans = []Means{Provider, Bank, Cash, Transfer}

// account is where the money stands for us, as a negative number.
func (m Means) account() ledger.Account {
	if m.Held() {
		return ledger.GatewayClearing
	}
	return ledger.PlatformTill
}

func leg(rule uint8, from, to ledger.Account, v money.Amount) ledger.Leg {
	return ledger.Leg{Rule: ledger.R(Family, rule), From: from, To: to, Amount: v}
}

// legs leaves out what moves nothing.
func legs(all ...ledger.Leg) []ledger.Leg {
	return slices.DeleteFunc(all, func(l ledger.Leg) bool { return l.Amount <= 0 || l.From == l.To })
}

// undo is legs under the rules' ids for what is taken back.
func undo(all ...ledger.Leg) []ledger.Leg {
	for i := range all {
		all[i].Rule = all[i].Rule.Reversed()
	}
	return legs(all...)
}
