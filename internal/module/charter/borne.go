package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// RefundBorne is what a shop's own account with the provider paid of a refund, because the
// money of the order had been released to it or shared (P-06, D3): the provider still has
// for the books what the books had let go.
type RefundBorne struct {
	Merchant id.ID        `json:"merchant"`
	Payment  id.ID        `json:"payment"`
	Refund   id.ID        `json:"refund"`
	Amount   money.Amount `json:"amount"`
}

// Kind implements Move.
func (RefundBorne) Kind() string { return "refund_borne" }

// Subject implements Move.
func (RefundBorne) Subject() id.ID { return id.ID{} }

// Legs implements Move. What the shop owes by the refund is paid first.
func (r RefundBorne) Legs(*policy.Params) []ledger.Leg {
	return legs(outgoing(6, ledger.GatewayClearing, payable(r.Merchant), r.Amount))
}

// borneRules is what family P says of refunds after the money of an order was shared.
var borneRules = []Rule{
	{
		ID: ledger.R(Outgoing, 6), Req: "D3 D6", Source: "+", Title: "店家账户垫付的退款",
		When:   "a refund of an order whose money had been released to its shop, or shared, has reached the payer",
		Moves:  []string{"gateway/clearing → merchant/payable"},
		Amount: "what the provider took from the shop's own account for it, less what receivers of shares gave back to that account; it pays what the shop owes by the refund first",
	},
}
