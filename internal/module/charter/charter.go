// Package charter keeps the rules by which value moves outside of a purchase: fees
// and what comes back of them, rewards, points, penalties, the alliance's money
// (family M, docs/rules-charter.md).
//
// A Move is one such event. Its fields are facts: they are stored with the entry,
// and its legs are a pure function of them and of the numbers in force, so that
// `gongyi verify` makes every entry again (settlement.md, invariant 7).
package charter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
)

// Move is one thing that moves value outside of a purchase.
type Move interface {
	// Kind is the stored name of the move.
	Kind() string
	// Subject is the person, by pseudonym, whom the entry is about; zero if it is
	// about none.
	Subject() id.ID
	// Legs are what the rules make of the facts, as if no account were short.
	Legs(p *policy.Params) []ledger.Leg
}

// errForeign says that stored facts are none of this package.
var errForeign = errors.New("charter: the facts of an entry are no move")

// moves knows every move by its stored name.
var moves = known(
	MembershipFee{}, FeeRefund{}, ReferralReward{}, ReferralTaken{}, ReferralRevoked{}, Award{}, Dividend{},
	PointsGiven{}, PointsTaken{}, PointsRedeemed{}, PointsReturned{}, PropertyOffset{}, GoodsHanded{}, GoodsReversed{},
	MerchantFee{}, MerchantFeeRefund{}, DepositPaid{}, DepositReturned{}, Penalty{}, PenaltyLifted{}, ProfitShared{},
	AdFee{}, AdFeeRefund{}, MarketingSpent{}, PropertyPaid{},
	DifferenceBorne{}, DifferenceRecovered{}, RefundBorne{},
	BundleBought{}, BundleUsed{}, BundleBack{},
	Payout{}, PayoutReturned{}, ProviderFee{}, ProviderFeeReturned{}, RewardPaid{}, RewardPaidBack{}, IncomeWithdrawn{}, IncomeReturned{},
	ServiceHeld{}, ServicePaid{}, ServiceReversed{}, ServiceReleased{}, BasicPaid{}, BasicReversed{}, ServiceCancelled{}, CancelledReversed{}, GapShared{}, GapReturned{}, OpeningCredit{},
	HoursGiven{}, HoursShared{}, HoursGranted{}, HoursDonated{}, HoursOrdered{}, HoursLapsed{}, HoursSent{}, HoursArrived{}, HoursUnclaimed{},
)

func known(all ...Move) map[string]reflect.Type {
	m := make(map[string]reflect.Type, len(all))
	for _, move := range all {
		if _, twice := m[move.Kind()]; twice {
			panic("charter: two moves are called " + move.Kind())
		}
		m[move.Kind()] = reflect.TypeOf(move)
	}
	return m
}

// stored is how a move stands in its entry. The member names are in the order in
// which they are written, so that the same facts are the same bytes.
type stored struct {
	Move   string          `json:"move"`
	Policy int             `json:"policy"` // the version in force
	Facts  json.RawMessage `json:"facts"`
}

// prefix is how the stored facts of a move begin.
var prefix = []byte(`{"move":"`)

// Encode writes a move as it is stored.
func Encode(version int, m Move) ([]byte, error) {
	facts, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(stored{m.Kind(), version, facts})
}

// Is reports whether stored facts are those of a move.
func Is(facts []byte) bool { return bytes.HasPrefix(facts, prefix) }

// Decode reads what Encode wrote: the move, and the number of the policy version
// that ruled it.
func Decode(b []byte) (version int, m Move, err error) {
	var s stored
	if !Is(b) {
		return 0, nil, errForeign
	}
	if err := strict(b, &s); err != nil {
		return 0, nil, err
	}
	kind, ok := moves[s.Move]
	if !ok {
		return 0, nil, fmt.Errorf("%w: %q", errForeign, s.Move)
	}
	v := reflect.New(kind)
	if err := strict(s.Facts, v.Interface()); err != nil {
		return 0, nil, err
	}
	return s.Policy, v.Elem().Interface().(Move), nil
}

// strict reads JSON and refuses what the writer did not write.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errForeign
	}
	return nil
}

// Settle is what a move does to the books: its legs, with other accounts standing in
// where one is short (settlement.md, "Short accounts").
func Settle(p *policy.Params, m Move, b settlement.Balances) []ledger.Leg {
	return settlement.Cover(m.Legs(p), b)
}
