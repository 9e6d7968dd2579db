package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// DifferenceBorne is money that the books say the provider holds and that it does not:
// nobody could explain it, and two people wrote it off (P-05, D5).
type DifferenceBorne struct {
	Provider   string       `json:"provider"` // "wechat"
	Difference id.ID        `json:"difference"`
	Day        period.Day   `json:"day"` // of the bill
	Amount     money.Amount `json:"amount"`
}

// Kind implements Move.
func (DifferenceBorne) Kind() string { return "difference_borne" }

// Subject implements Move.
func (DifferenceBorne) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (d DifferenceBorne) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(5, ledger.PlatformProviderFees, ledger.GatewayClearing, d.Amount))
}

// DifferenceRecovered is such money that was found after all (P-05R).
type DifferenceRecovered struct {
	Provider   string       `json:"provider"`
	Difference id.ID        `json:"difference"`
	Day        period.Day   `json:"day"`
	Amount     money.Amount `json:"amount"`
}

// Kind implements Move.
func (DifferenceRecovered) Kind() string { return "difference_recovered" }

// Subject implements Move.
func (DifferenceRecovered) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (d DifferenceRecovered) Legs(*policy.Params) []ledger.Leg {
	return undo(outgoing(5, ledger.GatewayClearing, ledger.PlatformProviderFees, d.Amount))
}

// differenceRules is what family P says of differences with a provider's bill.
var differenceRules = []Rule{
	{
		ID: ledger.R(Outgoing, 5), Req: "D5 D6", Source: "+", Title: "核销的对账差异",
		When:   "two people write off a difference with the provider's bill that nobody could explain: the provider holds less than the books say",
		Moves:  []string{"platform/provider-fees → gateway/clearing"},
		Amount: "what is missing; money that the provider has and the books do not know is never written off: it is settled late or given back",
		Back:   "what is found after all (P-05R)",
	},
}
