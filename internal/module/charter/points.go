package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// PointsGiven gives points outside of a purchase: a birthday, taking part, an honour,
// volunteering outside of the time bank (M-06, B5, B6).
type PointsGiven struct {
	Member id.ID        `json:"member"`
	Why    string       `json:"why"`   // "birthday", "event", "honour", …
	Cause  id.ID        `json:"cause"` // the record that says more
	Points money.Amount `json:"points"`
}

// Kind implements Move.
func (PointsGiven) Kind() string { return "points_given" }

// Subject implements Move.
func (g PointsGiven) Subject() id.ID { return g.Member }

// Legs implements Move.
func (g PointsGiven) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(6, ledger.PointsIssue, points(g.Member), g.Points))
}

// PointsTaken takes points back that were given by mistake (M-06R).
type PointsTaken struct {
	Member id.ID        `json:"member"`
	Cause  id.ID        `json:"cause"` // that of PointsGiven
	Points money.Amount `json:"points"`
}

// Kind implements Move.
func (PointsTaken) Kind() string { return "points_taken" }

// Subject implements Move.
func (t PointsTaken) Subject() id.ID { return t.Member }

// Legs implements Move. What she has spent meanwhile she owes.
func (t PointsTaken) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(6, points(t.Member), ledger.PointsIssue, t.Points))
}

// PointsRedeemed exchanges points for goods or a service of the catalogue (M-07, B5).
type PointsRedeemed struct {
	Member     id.ID        `json:"member"`
	Redemption id.ID        `json:"redemption"`
	Points     money.Amount `json:"points"`
}

// Kind implements Move.
func (PointsRedeemed) Kind() string { return "points_redeemed" }

// Subject implements Move.
func (r PointsRedeemed) Subject() id.ID { return r.Member }

// Legs implements Move.
func (r PointsRedeemed) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(7, points(r.Member), ledger.PointsIssue, r.Points))
}

// PointsReturned gives the points of a redemption back that came to nothing (M-07R).
type PointsReturned struct {
	Member     id.ID        `json:"member"`
	Redemption id.ID        `json:"redemption"`
	Points     money.Amount `json:"points"`
}

// Kind implements Move.
func (PointsReturned) Kind() string { return "points_returned" }

// Subject implements Move.
func (r PointsReturned) Subject() id.ID { return r.Member }

// Legs implements Move.
func (r PointsReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(7, ledger.PointsIssue, points(r.Member), r.Points))
}

// PropertyOffset pays a part of a property fee with points (M-08, B5): the platform
// will pay the property manager what the points stand for.
type PropertyOffset struct {
	Member   id.ID        `json:"member"`
	Manager  id.ID        `json:"manager"` // the property manager, as an organisation
	Offset   id.ID        `json:"offset"`
	Points   money.Amount `json:"points"`
	PerYuan  money.Amount `json:"per_yuan"` // points that stand for 1.00
	Returned bool         `json:"returned,omitempty"`
}

// Kind implements Move.
func (PropertyOffset) Kind() string { return "property_offset" }

// Subject implements Move.
func (o PropertyOffset) Subject() id.ID { return o.Member }

// Amount is what the points stand for in fen, rounded down.
func (o PropertyOffset) Amount() money.Amount {
	if o.PerYuan <= 0 {
		return 0
	}
	return money.MulDiv(o.Points, yuan, o.PerYuan)
}

// Legs implements Move.
func (o PropertyOffset) Legs(*policy.Params) []ledger.Leg {
	if o.Returned {
		return undo(leg(8, ledger.PointsIssue, points(o.Member), o.Points), leg(8, owedTo(o.Manager), ledger.PlatformPromotion, o.Amount()))
	}
	return legs(leg(8, points(o.Member), ledger.PointsIssue, o.Points), leg(8, ledger.PlatformPromotion, owedTo(o.Manager), o.Amount()))
}

// PropertyPaid pays the property manager a batch of offsets (M-10, B5).
type PropertyPaid struct {
	Manager id.ID        `json:"manager"`
	Batch   id.ID        `json:"batch"`
	Amount  money.Amount `json:"amount"`
	Means   Means        `json:"means"`
}

// Kind implements Move.
func (PropertyPaid) Kind() string { return "property_paid" }

// Subject implements Move.
func (PropertyPaid) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (b PropertyPaid) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(10, owedTo(b.Manager), b.Means.account(), b.Amount))
}

// GoodsHanded owes a shop what the goods cost that it handed over for points, a perk
// pack, a badge coin or an honour (M-09, B5, B6, B9).
type GoodsHanded struct {
	Merchant id.ID        `json:"merchant"`
	Why      string       `json:"why"` // "points", "perk", "badge", "honour"
	Cause    id.ID        `json:"cause"`
	Cost     money.Amount `json:"cost"`
}

// Kind implements Move.
func (GoodsHanded) Kind() string { return "goods_handed" }

// Subject implements Move.
func (GoodsHanded) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (g GoodsHanded) Legs(*policy.Params) []ledger.Leg {
	return legs(leg(9, ledger.PlatformPromotion, payable(g.Merchant), g.Cost))
}

// GoodsReversed takes the cost of goods back from a shop that were not good (M-09R).
type GoodsReversed struct {
	Merchant id.ID        `json:"merchant"`
	Why      string       `json:"why"`
	Cause    id.ID        `json:"cause"` // that of GoodsHanded
	Cost     money.Amount `json:"cost"`
}

// Kind implements Move.
func (GoodsReversed) Kind() string { return "goods_reversed" }

// Subject implements Move.
func (GoodsReversed) Subject() id.ID { return id.ID{} }

// Legs implements Move. What the shop was paid out meanwhile it owes.
func (g GoodsReversed) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(9, payable(g.Merchant), ledger.PlatformPromotion, g.Cost))
}

// yuan is 1.00 CNY in fen.
const yuan money.Amount = 100

func points(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.PointsHeld)
}
func rewards(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.Rewards)
}
func payable(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Merchant, ID: m}, ledger.Payable)
}
func deposit(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Merchant, ID: m}, ledger.Deposit)
}
func coins(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Merchant, ID: m}, ledger.Coins)
}
func owedTo(o id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Org, ID: o}, ledger.Payable)
}
