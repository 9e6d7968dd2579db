package policy

import "gongyi/internal/kernel/money"

// Membership are the numbers of membership, levels and points (B1–B9; rules M-01 …).
type Membership struct {
	Fee            money.Amount `json:"membership_fee"`           // M-01: fen for a term
	TermMonths     int          `json:"membership_term_months"`   // how long a fee lasts
	CoolingOffDays int          `json:"cooling_off_days"`         // the whole fee comes back within; by law never fewer than seven
	GraceDays      int          `json:"membership_grace_days"`    // after the term, in which renewing leaves no gap
	ReminderDays   int          `json:"membership_reminder_days"` // before the end of a term
	LastReminder   int          `json:"membership_last_reminder"` // days before the end, when she is reminded once more
	OrderDays      int          `json:"membership_order_days"`    // in which an ordered term can be paid
	FreeServices   int          `json:"free_services"`            // community services in a term that cost nothing (B1)
	AlliancePrice  money.Rate   `json:"alliance_price"`           // B1: of the shelf price, the most that a member pays at an offer shop

	// Recommending (B2, B3, B4).
	WaiverCount        int          `json:"waiver_recommendations"`   // counted ones that waive the next term's fee; 0 = never
	ReferralReward     money.Amount `json:"referral_reward"`          // M-03: fen for a counted one
	ReferralMonthlyCap money.Amount `json:"referral_monthly_cap"`     // M-03: fen a person and civil month
	UsedSpend          money.Amount `json:"membership_used_spend"`    // fen of settled purchases from which a membership counts as used
	PerkDays           int          `json:"perk_pack_collect_days"`   // in which a perk pack waits at its shop (B6)
	BirthdayPoints     money.Amount `json:"birthday_points"`          // M-06: a gift in the month of birth
	RedemptionDays     int          `json:"redemption_collect_days"`  // in which redeemed goods wait at the counter (B5)
	RedemptionReminder int          `json:"redemption_reminder_days"` // before redeemed goods lapse, she is told
	ClaimDays          int          `json:"redemption_claim_days"`    // in which what was collected can be called not good
	ClaimDecisionDays  int          `json:"redemption_decision_days"` // in which the operator decides on that, or the points come back
	OperationsFactor   int          `json:"operations_points_factor"` // M-06: taking part in operations counts so many times
	PropertyFeePoints  money.Amount `json:"property_fee_points"`      // M-08: points that offset 1.00 of a property fee

	// Levels (B3).
	GoldTeam          int          `json:"gold_team"`           // members recommended by her, in good standing, to become a leader
	GoldTeamKept      int          `json:"gold_team_kept"`      // fewer than so many at two reviews running end it
	DiamondTeams      int          `json:"diamond_teams"`       // former members of her team who lead teams now
	LevelReviewMonths int          `json:"level_review_months"` // between two reviews
	DividendRate      money.Rate   `json:"dividend_rate"`       // M-05: of what the platform kept in a month
	DividendCap       money.Amount `json:"dividend_cap"`        // M-05: fen a person and month
}

// TrialMembership is the default policy's membership (S3 §2.1, §3.2).
func TrialMembership() Membership {
	return Membership{
		Fee: 9_900, TermMonths: 12, CoolingOffDays: 7, GraceDays: 15, ReminderDays: 30, LastReminder: 7, OrderDays: 7, FreeServices: 10, AlliancePrice: 950_000,
		WaiverCount: 3, ReferralReward: 1_000, ReferralMonthlyCap: 20_000, UsedSpend: 1_000,
		PerkDays: 30, BirthdayPoints: 100, RedemptionDays: 14, PropertyFeePoints: 100,
		RedemptionReminder: 3, ClaimDays: 7, ClaimDecisionDays: 7, OperationsFactor: 2,
		GoldTeam: 30, GoldTeamKept: 24, DiamondTeams: 2, LevelReviewMonths: 3, DividendRate: 100_000, DividendCap: 200_000,
	}
}

// LawfulCoolingOff is how long a prepaid fee comes back whole (单用途商业预付卡, and
// the judicial rules on prepaid contracts of 2025).
const LawfulCoolingOff = 7

func (m *Membership) bounds() []bound {
	return []bound{
		{"membership_fee", int64(m.Fee), 0, 1_000_00},
		{"membership_term_months", int64(m.TermMonths), 1, 36},
		{"cooling_off_days", int64(m.CoolingOffDays), LawfulCoolingOff, 90},
		{"membership_grace_days", int64(m.GraceDays), 0, 90},
		{"membership_reminder_days", int64(m.ReminderDays), 1, 90},
		{"membership_last_reminder", int64(m.LastReminder), 0, int64(m.ReminderDays)},
		{"membership_order_days", int64(m.OrderDays), 1, 90},
		{"free_services", int64(m.FreeServices), 0, 1_000},
		{"alliance_price", int64(m.AlliancePrice), 0, int64(money.One)},
		{"waiver_recommendations", int64(m.WaiverCount), 0, 1_000},
		{"referral_reward", int64(m.ReferralReward), 0, int64(m.Fee)}, // a reward is paid out of the fee (B4)
		{"referral_monthly_cap", int64(m.ReferralMonthlyCap), 0, LeaderCapMax},
		{"membership_used_spend", int64(m.UsedSpend), 1, 1_000_00},
		{"perk_pack_collect_days", int64(m.PerkDays), 1, 366},
		{"birthday_points", int64(m.BirthdayPoints), 0, 100_000},
		{"redemption_collect_days", int64(m.RedemptionDays), 1, 366},
		{"redemption_reminder_days", int64(m.RedemptionReminder), 1, 90},
		{"redemption_claim_days", int64(m.ClaimDays), 1, 90},
		{"redemption_decision_days", int64(m.ClaimDecisionDays), 1, 90},
		{"operations_points_factor", int64(m.OperationsFactor), 1, 10},
		{"property_fee_points", int64(m.PropertyFeePoints), 1, 100_000},
		{"gold_team", int64(m.GoldTeam), 1, 10_000},
		{"gold_team_kept", int64(m.GoldTeamKept), 0, int64(m.GoldTeam)},
		{"diamond_teams", int64(m.DiamondTeams), 1, 1_000},
		{"level_review_months", int64(m.LevelReviewMonths), 1, 24},
		{"dividend_rate", int64(m.DividendRate), 0, int64(money.One)},
		{"dividend_cap", int64(m.DividendCap), 0, LeaderCapMax},
	}
}
