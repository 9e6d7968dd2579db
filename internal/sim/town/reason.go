package town

import (
	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/ledger"
	"gongyi/internal/sim"
)

// reasons are the classes of the program's refusals, by their code.
var reasons = map[string]sim.Reason{
	"community.not_found":  sim.Unknown,
	"merchant.not_found":   sim.Unknown,
	"member.not_found":     sim.Unknown,
	"promotion.no_voucher": sim.Unknown,
	"ledger.no_entry":      sim.Unknown,

	"ledger.key_reused": sim.OtherContent,

	"settlement.clock_ahead": sim.Ahead,
	"settlement.backdated":   sim.Backdated,

	"settlement.price_not_positive":    sim.BadAmounts,
	"settlement.negative_amount":       sim.BadAmounts,
	"settlement.parts_do_not_add_up":   sim.BadAmounts,
	"settlement.voucher_twice":         sim.BadAmounts,
	"settlement.refund_not_positive":   sim.BadAmounts,
	"settlement.refund_too_large":      sim.TooMuch,
	"settlement.coins_over_share":      sim.CoinShare,
	"settlement.coins_short":           sim.CoinsShort,
	"settlement.coins_need_membership": sim.NotMember,

	"promotion.voucher_of_another":       sim.NotYours,
	"promotion.voucher_for_another_shop": sim.OtherShop,
	"promotion.voucher_used":             sim.Used,
	"promotion.voucher_expired":          sim.Expired,
	"promotion.same_shop":                sim.SelfDealing,
	"promotion.voucher_needs_more":       sim.TooLittle,
	"promotion.month_spent":              sim.PromoSpent,
	"voucher.issuer_owes_too_much":       sim.OwedLimit,

	"member.own_leader":      sim.SelfDealing,
	"member.leader_not_gold": sim.NoLeader,

	"policy.net_below_floor":       sim.Greedy,
	"policy.commission_below_zero": sim.Greedy,
}

// reason classifies a refusal; false if the error is none.
func reason(s sim.Step, err error) (sim.Reason, bool) {
	f := fault.Of(err)
	if f == nil {
		return "", false
	}
	switch f.Code {
	case ledger.ErrInsufficient.Code:
		if f.Details["account"] == ledger.GatewayClearing.String() {
			return sim.NoMoney, true
		}
		return sim.TooMuch, true
	case ledger.ErrBadLeg.Code: // a payment of nothing
		if _, spends := s.(sim.Spend); spends {
			return sim.BadAmounts, true
		}
		return sim.Nothing, true
	}
	why, known := reasons[f.Code]
	return why, known
}
