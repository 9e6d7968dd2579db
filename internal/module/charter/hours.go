package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Server is who serves: a neighbour, or a shop with its staff, who then gets what the
// service earns (F3, F6).
type Server struct {
	Member id.ID `json:"helper,omitzero"`
	Shop   id.ID `json:"shop,omitzero"` // set if a shop serves
}

func (s Server) coins() ledger.Account {
	if !s.Shop.IsZero() {
		return coins(s.Shop)
	}
	return hours(s.Member)
}

// Serving is a move of hours that is about one service: a request, a seat in a class, or
// what was done at a stall.
type Serving interface {
	Move
	// ServedBy is the id of what was set aside for it.
	ServedBy() id.ID
}

// ServiceHeld sets aside what a service will cost when it is booked (T-01, F2). What
// the asker has not got she owes, within the soft limit (F8).
type ServiceHeld struct {
	Request id.ID        `json:"request"`
	Part    int          `json:"part"` // how often something was set aside for the request before
	Member  id.ID        `json:"member"`
	Coins   money.Amount `json:"coins"`
}

// Kind implements Move.
func (ServiceHeld) Kind() string { return "service_held" }

// Subject implements Move.
func (h ServiceHeld) Subject() id.ID { return h.Member }

// Legs implements Move.
func (h ServiceHeld) Legs(*policy.Params) []ledger.Leg {
	return legs(served(1, hours(h.Member), heldFor(h.Request), h.Coins))
}

// ServicePaid pays who served once the service was accepted (T-02, F2), out of what was
// set aside and never more than is left of it.
type ServicePaid struct {
	Request    id.ID        `json:"request"`
	Assignment id.ID        `json:"assignment"`
	Member     id.ID        `json:"member"` // who asked
	Server     Server       `json:"server"`
	Minutes    int          `json:"minutes"`
	Coins      money.Amount `json:"coins"`
	Held       money.Amount `json:"held"` // before
}

// Kind implements Move.
func (ServicePaid) Kind() string { return "service_paid" }

// Subject implements Move.
func (s ServicePaid) Subject() id.ID { return s.Member }

// Amount is what is paid.
func (s ServicePaid) Amount() money.Amount { return max(0, min(s.Coins, s.Held)) }

// Legs implements Move.
func (s ServicePaid) Legs(*policy.Params) []ledger.Leg {
	return legs(served(2, heldFor(s.Request), s.Server.coins(), s.Amount()))
}

// ServiceReversed takes back what a service earned, or a part of it, after a dispute that
// was upheld (T-02R, F8): to the asker, and to the pool what the pool had added.
type ServiceReversed struct {
	Assignment id.ID        `json:"assignment"`
	Member     id.ID        `json:"member"`
	Server     Server       `json:"server"`
	Coins      money.Amount `json:"coins"` // to the asker
	Pool       money.Amount `json:"pool"`
}

// Kind implements Move.
func (ServiceReversed) Kind() string { return "service_reversed" }

// Subject implements Move.
func (r ServiceReversed) Subject() id.ID { return r.Member }

// Legs implements Move. What was spent meanwhile is owed and paid by the next service.
func (r ServiceReversed) Legs(*policy.Params) []ledger.Leg {
	return undo(served(2, r.Server.coins(), hours(r.Member), r.Coins), served(2, r.Server.coins(), ledger.PoolCoins, r.Pool))
}

// ServiceReleased gives back what is left of what was set aside (T-03, F2): to the asker,
// and to the pool its share.
type ServiceReleased struct {
	Request id.ID        `json:"request"`
	Part    int          `json:"part"`
	Member  id.ID        `json:"member"`
	Coins   money.Amount `json:"coins"` // to the asker
	Pool    money.Amount `json:"pool"`
}

// Kind implements Move.
func (ServiceReleased) Kind() string { return "service_released" }

// Subject implements Move.
func (r ServiceReleased) Subject() id.ID { return r.Member }

// Legs implements Move.
func (r ServiceReleased) Legs(*policy.Params) []ledger.Leg {
	return legs(served(3, heldFor(r.Request), hours(r.Member), r.Coins), served(3, heldFor(r.Request), ledger.PoolCoins, r.Pool))
}

// BasicPaid pays who served somebody for whom the service is free, out of the pool
// (T-04, F2, F4). Nothing is issued for it: what the pool or the month's budget has not
// got is noted as due and paid later, in the order in which it fell due.
type BasicPaid struct {
	Request    id.ID        `json:"request"`
	Assignment id.ID        `json:"assignment"`
	Server     Server       `json:"server"`
	Minutes    int          `json:"minutes"`
	Coins      money.Amount `json:"coins"` // that are due
	Pool       money.Amount `json:"pool"`  // what the pool held
	Budget     money.Amount `json:"budget"`
	Later      int          `json:"later,omitempty"` // 0 at acceptance, then counted
}

// Kind implements Move.
func (BasicPaid) Kind() string { return "basic_paid" }

// Subject implements Move.
func (b BasicPaid) Subject() id.ID { return b.Server.Member }

// Amount is what is paid now.
func (b BasicPaid) Amount() money.Amount { return max(0, min(b.Coins, b.Pool, b.Budget)) }

// Legs implements Move.
func (b BasicPaid) Legs(*policy.Params) []ledger.Leg {
	return legs(served(4, ledger.PoolCoins, b.Server.coins(), b.Amount()))
}

// BasicReversed gives the pool back what a basic service was paid (T-04R, F8).
type BasicReversed struct {
	Assignment id.ID        `json:"assignment"`
	Server     Server       `json:"server"`
	Coins      money.Amount `json:"coins"`
}

// Kind implements Move.
func (BasicReversed) Kind() string { return "basic_reversed" }

// Subject implements Move.
func (b BasicReversed) Subject() id.ID { return b.Server.Member }

// Legs implements Move.
func (b BasicReversed) Legs(*policy.Params) []ledger.Leg {
	return undo(served(4, b.Server.coins(), ledger.PoolCoins, b.Coins))
}

// ServiceCancelled pays who had kept the time free when the asker calls it off late
// (T-05, F8).
type ServiceCancelled struct {
	Request    id.ID        `json:"request"`
	Assignment id.ID        `json:"assignment"`
	Member     id.ID        `json:"member"`
	Server     Server       `json:"server"`
	Coins      money.Amount `json:"coins"` // what the service would have cost
	Held       money.Amount `json:"held"`  // before
}

// Kind implements Move.
func (ServiceCancelled) Kind() string { return "service_cancelled" }

// Subject implements Move.
func (c ServiceCancelled) Subject() id.ID { return c.Member }

// Amount is the policy's share of the price, half up, never more than is left.
func (c ServiceCancelled) Amount(p *policy.Params) money.Amount {
	return max(0, min(p.CancelFee.Of(max(0, c.Coins)), c.Held))
}

// Legs implements Move.
func (c ServiceCancelled) Legs(p *policy.Params) []ledger.Leg {
	return legs(served(5, heldFor(c.Request), c.Server.coins(), c.Amount(p)))
}

// GapShared adds the pool's share of a price to what is set aside, while more is booked
// of a kind than neighbours can do (T-06, F6). What the asker had set aside beyond the
// rest comes back to her.
type GapShared struct {
	Request id.ID        `json:"request"`
	Part    int          `json:"part"` // how often the pool had given a share of it before
	Member  id.ID        `json:"member"`
	Price   money.Amount `json:"price"`
	Held    money.Amount `json:"held"` // before
	Pool    money.Amount `json:"pool"` // what the pool held
	Budget  money.Amount `json:"budget"`
}

// Kind implements Move.
func (GapShared) Kind() string { return "gap_shared" }

// Subject implements Move.
func (g GapShared) Subject() id.ID { return g.Member }

// Amount is the pool's share, half up, as far as the pool and the month's budget reach.
func (g GapShared) Amount(p *policy.Params) money.Amount {
	return max(0, min(p.GapShare.Of(max(0, g.Price)), g.Pool, g.Budget))
}

// Back is what the asker need not set aside any more.
func (g GapShared) Back(p *policy.Params) money.Amount {
	return max(0, min(g.Held, g.Held+g.Amount(p)-g.Price))
}

// Legs implements Move.
func (g GapShared) Legs(p *policy.Params) []ledger.Leg {
	return legs(served(6, ledger.PoolCoins, heldFor(g.Request), g.Amount(p)), served(6, heldFor(g.Request), hours(g.Member), g.Back(p)))
}

// GapReturned gives the pool back its share of a price whose place the shop's staff does
// not fill (T-06R, F6): given back, missed or called off. The asker sets aside again what
// had come back to her, since a neighbour who comes instead is paid the price as it was
// agreed to; what she has spent of it meanwhile she owes.
type GapReturned struct {
	Request id.ID        `json:"request"`
	Share   int          `json:"share"` // which of the request's shares
	Member  id.ID        `json:"member"`
	Coins   money.Amount `json:"coins"` // that had come back to the asker
	Pool    money.Amount `json:"pool"`  // the share
	Month   period.Month `json:"month"` // whose budget has room for it again
}

// Kind implements Move.
func (GapReturned) Kind() string { return "gap_returned" }

// Subject implements Move.
func (g GapReturned) Subject() id.ID { return g.Member }

// Legs implements Move.
func (g GapReturned) Legs(*policy.Params) []ledger.Leg {
	return undo(served(6, hours(g.Member), heldFor(g.Request), g.Coins), served(6, heldFor(g.Request), ledger.PoolCoins, g.Pool))
}

// OpeningCredit is given once to whoever asks for the first time, so that the first
// exchange never fails for want of hours (T-07, F8). It is issued and nothing stands
// behind it: the solvency counts it so.
type OpeningCredit struct {
	Member id.ID `json:"member"`
}

// Kind implements Move.
func (OpeningCredit) Kind() string { return "opening_credit" }

// Subject implements Move.
func (o OpeningCredit) Subject() id.ID { return o.Member }

// Legs implements Move.
func (o OpeningCredit) Legs(p *policy.Params) []ledger.Leg {
	return legs(served(7, ledger.CoinIssue, hours(o.Member), p.OpeningCredit))
}

func served(rule uint8, from, to ledger.Account, v money.Amount) ledger.Leg {
	return ledger.Leg{Rule: ledger.R(Hours, rule), From: from, To: to, Amount: v}
}

func hours(m id.ID) ledger.Account {
	return ledger.Of(party.Owner{Kind: party.Member, ID: m}, ledger.Coins)
}

// heldFor is where the hours of a request are set aside.
func heldFor(request id.ID) ledger.Account {
	return ledger.In(party.Owner{Kind: party.Hold, ID: request}, ledger.Escrow, money.Coin)
}
