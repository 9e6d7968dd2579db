package charter

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// ReferralRevoked takes back what is left of a reward that, as came out later, a
// guard should have stopped (M-03R, B4).
type ReferralRevoked struct {
	Recommender id.ID        `json:"recommender"`
	Recommended id.ID        `json:"recommended"`
	Term        id.ID        `json:"term"`
	Reward      money.Amount `json:"reward"` // that was given
	Taken       money.Amount `json:"taken"`  // of it, before
	Guard       string       `json:"guard"`  // "G-03": the rule that was passed
	Month       period.Month `json:"month"`  // whose cap gets room back
}

// Kind implements Move.
func (ReferralRevoked) Kind() string { return "referral_revoked" }

// Subject implements Move.
func (r ReferralRevoked) Subject() id.ID { return r.Recommender }

// Amount is what is left of the reward.
func (r ReferralRevoked) Amount() money.Amount { return max(0, r.Reward-r.Taken) }

// Legs implements Move.
func (r ReferralRevoked) Legs(*policy.Params) []ledger.Leg {
	return undo(leg(3, rewards(r.Recommender), ledger.PlatformFees, r.Amount()))
}
