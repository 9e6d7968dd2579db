package ledger

import (
	"slices"

	"gongyi/internal/kernel/fault"
)

// ErrNotIssuer refuses to issue coins, or to take issued ones back, by a rule that may
// not: nothing mints coins outside of named rules (F7).
var ErrNotIssuer = fault.New(fault.Invalid, "ledger.not_issuer")

// Issuers are the rules that may touch coin/issue, each with its reversal.
var Issuers = []Rule{
	R('S', 7),  // what a purchase gives back
	R('M', 13), // a penalty that an appeal lifts, where the pool has paid it out meanwhile
	R('T', 7),  // the opening credit
	R('T', 12), // hours that an organisation ordered, backed by its money
}

// mayIssue reports whether a leg leaves coin/issue alone, or is made by a rule that may
// touch it.
func mayIssue(l *Leg) bool {
	if l.From != CoinIssue && l.To != CoinIssue {
		return true
	}
	rule := l.Rule
	rule.Undone = false
	return slices.Contains(Issuers, rule)
}
