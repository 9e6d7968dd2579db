package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// HoursGiven is a gift to a neighbour (T-08, F5). Nobody gives what she has not got.
type HoursGiven struct {
	Gift  id.ID        `json:"gift"`
	From  id.ID        `json:"from"`
	To    id.ID        `json:"to"`
	Coins money.Amount `json:"coins"`
	Held  money.Amount `json:"held"` // before
}

// Kind implements Move.
func (HoursGiven) Kind() string { return "hours_given" }

// Subject implements Move.
func (g HoursGiven) Subject() id.ID { return g.From }

// Legs implements Move.
func (g HoursGiven) Legs(*policy.Params) []ledger.Leg {
	return legs(served(8, hours(g.From), hours(g.To), min(g.Coins, g.Held)))
}

// HoursShared puts surplus hours into the common pot (T-09, F4).
type HoursShared struct {
	Gift  id.ID        `json:"gift"`
	From  id.ID        `json:"from"`
	Coins money.Amount `json:"coins"`
	Held  money.Amount `json:"held"`
}

// Kind implements Move.
func (HoursShared) Kind() string { return "hours_shared" }

// Subject implements Move.
func (s HoursShared) Subject() id.ID { return s.From }

// Legs implements Move.
func (s HoursShared) Legs(*policy.Params) []ledger.Leg {
	return legs(served(9, hours(s.From), ledger.PoolCommon, min(s.Coins, s.Held)))
}

// HoursGranted gives hours of the common pot to somebody who cannot earn them (T-10, F4).
type HoursGranted struct {
	Grant  id.ID        `json:"grant"`
	Member id.ID        `json:"member"`
	Coins  money.Amount `json:"coins"`
	Pot    money.Amount `json:"pot"` // what it held
}

// Kind implements Move.
func (HoursGranted) Kind() string { return "hours_granted" }

// Subject implements Move.
func (g HoursGranted) Subject() id.ID { return g.Member }

// Legs implements Move.
func (g HoursGranted) Legs(*policy.Params) []ledger.Leg {
	return legs(served(10, ledger.PoolCommon, hours(g.Member), min(g.Coins, g.Pot)))
}

// HoursDonated is what a shop gives the pool of the entitlements it took (T-11, F4).
type HoursDonated struct {
	Donation id.ID        `json:"donation"`
	Merchant id.ID        `json:"merchant"`
	Coins    money.Amount `json:"coins"`
	Held     money.Amount `json:"held"`
}

// Kind implements Move.
func (HoursDonated) Kind() string { return "hours_donated" }

// Subject implements Move.
func (HoursDonated) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (d HoursDonated) Legs(*policy.Params) []ledger.Leg {
	return legs(served(11, coins(d.Merchant), ledger.PoolCoins, min(d.Coins, d.Held)))
}

// HoursOrdered is an organisation's order of hours for the public good that was paid
// (T-12, F7): their face stands behind them from then on, the premium is the platform's,
// and the hours go where the order says (T-13).
type HoursOrdered struct {
	Org     id.ID        `json:"org"`
	Order   id.ID        `json:"order"`
	Charge  id.ID        `json:"charge"`
	Coins   money.Amount `json:"coins"`
	Premium money.Rate   `json:"premium"` // as agreed when it was ordered; 0 of a public body
	Common  bool         `json:"common"`  // into the common pot, else into the pool
	Means   Means        `json:"means"`
}

// Kind implements Move.
func (HoursOrdered) Kind() string { return "hours_ordered" }

// Subject implements Move.
func (HoursOrdered) Subject() id.ID { return id.ID{} }

// Face is what stands behind the hours, in fen: 1.00 for one.
func (o HoursOrdered) Face() money.Amount { return max(0, o.Coins) }

// Extra is the premium in fen, half up.
func (o HoursOrdered) Extra() money.Amount { return o.Premium.Of(o.Face()) }

// Price is what the organisation pays.
func (o HoursOrdered) Price() money.Amount { return o.Face() + o.Extra() }

// Legs implements Move.
func (o HoursOrdered) Legs(*policy.Params) []ledger.Leg {
	org, to := ledger.Of(party.Owner{Kind: party.Org, ID: o.Org}, ledger.Coins), ledger.PoolCoins
	if o.Common {
		to = ledger.PoolCommon
	}
	return legs(served(12, o.Means.account(), ledger.CoinBacking, o.Face()), served(12, o.Means.account(), ledger.PlatformPremium, o.Extra()),
		served(12, ledger.CoinIssue, org, o.Coins), served(13, org, to, o.Coins))
}

// HoursLapsed is what goes to the pool at the end of a month because it was not used for
// long, or because a balance shrinks (T-14). Both are off unless a policy turns them on;
// nothing is ever destroyed.
type HoursLapsed struct {
	Member  id.ID        `json:"member"`
	Month   period.Month `json:"month"` // that has ended
	Held    money.Amount `json:"held"`
	Expired money.Amount `json:"expired"` // of it, older than coin_expiry_months
}

// Kind implements Move.
func (HoursLapsed) Kind() string { return "hours_lapsed" }

// Subject implements Move.
func (l HoursLapsed) Subject() id.ID { return l.Member }

// Amount is what is too old, and the share of the rest, rounded down.
func (l HoursLapsed) Amount(p *policy.Params) money.Amount {
	var old money.Amount
	if p.ExpiryMonths > 0 {
		old = max(0, min(l.Expired, l.Held))
	}
	return old + p.Demurrage.FloorOf(max(0, l.Held-old))
}

// Legs implements Move.
func (l HoursLapsed) Legs(p *policy.Params) []ledger.Leg {
	return legs(served(14, hours(l.Member), ledger.PoolCoins, l.Amount(p)))
}

// HoursSent takes hours along to another community (T-15, F5).
type HoursSent struct {
	Transfer id.ID        `json:"transfer"`
	Member   id.ID        `json:"member"`
	To       id.ID        `json:"to"` // the community
	Coins    money.Amount `json:"coins"`
	Held     money.Amount `json:"held"`
}

// Kind implements Move.
func (HoursSent) Kind() string { return "hours_sent" }

// Subject implements Move.
func (s HoursSent) Subject() id.ID { return s.Member }

// Amount is what leaves.
func (s HoursSent) Amount() money.Amount { return max(0, min(s.Coins, s.Held)) }

// Legs implements Move.
func (s HoursSent) Legs(*policy.Params) []ledger.Leg {
	return legs(served(15, hours(s.Member), clearing(s.To), s.Amount()))
}

// HoursArrived gives hours that were taken along to the same person here (T-16, F5).
type HoursArrived struct {
	Transfer id.ID        `json:"transfer"`
	Member   id.ID        `json:"member"` // as she is known here
	From     id.ID        `json:"from"`   // the community
	Coins    money.Amount `json:"coins"`
}

// Kind implements Move.
func (HoursArrived) Kind() string { return "hours_arrived" }

// Subject implements Move.
func (a HoursArrived) Subject() id.ID { return a.Member }

// Legs implements Move.
func (a HoursArrived) Legs(*policy.Params) []ledger.Leg {
	return legs(served(16, clearing(a.From), hours(a.Member), a.Coins))
}

// HoursUnclaimed are hours that were taken along and whose owner was forgotten before they
// arrived: the pool of the community to which they went gets them (T-17, F5).
type HoursUnclaimed struct {
	Transfer id.ID        `json:"transfer"`
	From     id.ID        `json:"from"` // the community
	Coins    money.Amount `json:"coins"`
}

// Kind implements Move.
func (HoursUnclaimed) Kind() string { return "hours_unclaimed" }

// Subject implements Move.
func (HoursUnclaimed) Subject() id.ID { return id.ID{} }

// Legs implements Move.
func (u HoursUnclaimed) Legs(*policy.Params) []ledger.Leg {
	return legs(served(17, clearing(u.From), ledger.PoolCoins, u.Coins))
}

func clearing(community id.ID) ledger.Account {
	return ledger.In(party.Owner{Kind: party.Clearing, ID: community}, ledger.Value, money.Coin)
}
