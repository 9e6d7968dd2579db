package policy

import "gongyi/internal/kernel/money"

// Alliance are the numbers of the merchant alliance: seats, admission, duties, score
// and what shops may know (C1–C14; rules A-01 …).
type Alliance struct {
	// Seats and admission (C1, C2, C5).
	SeatRadius        int          `json:"seat_radius"`              // metres of catchment beyond the community's border or around its centre
	SeatTermMonths    int          `json:"seat_term_months"`         // then the seat is open to bids again
	ContestDays       int          `json:"contest_days"`             // an opening takes applications so long before anybody is admitted
	SeatOfferDays     int          `json:"seat_offer_days"`          // in which the next on the waiting list answers
	AdmissionDays     int          `json:"admission_days"`           // in which an elected shop pays and signs
	MerchantDeposit   money.Amount `json:"merchant_deposit"`         // fen, into custody
	MerchantFee       money.Amount `json:"merchant_fee"`             // fen a term, into alliance/marketing (M-11)
	BallotDays        int          `json:"ballot_days"`              // a committee ballot is open
	BallotQuorum      money.Rate   `json:"ballot_quorum"`            // of those who may vote
	CommitteeMonths   int          `json:"committee_term_months"`    // term of a member
	ChairMonths       int          `json:"chair_term_months"`        // term of the rotating chair
	ApplicantKeptDays int          `json:"applicant_retention_days"` // papers of a refused applicant are kept so long

	// Duties and breaches (C3, C4, C5).
	OfferMin           money.Rate   `json:"offer_min"`             // of a month's sales, the least that a shop's offers are worth
	OfferMax           money.Rate   `json:"offer_max"`             // beyond which nothing more is asked
	RecommendedMembers int          `json:"recommended_members"`   // new members a month
	MissedMonths       int          `json:"missed_months"`         // running, before a missed duty is a breach
	StatementDays      int          `json:"breach_statement_days"` // in which the shop is heard
	AppealDays         int          `json:"appeal_days"`
	PenaltyCoins       money.Amount `json:"penalty_coins"`           // M-13: the usual penalty, hundredths of a coin
	PenaltyCoinsMax    money.Amount `json:"penalty_coins_max"`       // the most for one breach
	ProfitShare        money.Rate   `json:"profit_share"`            // C4: of declared profit, to the welfare fund
	DisclosureMonths   int          `json:"disclosure_months"`       // after which a disclosure must be made anew
	TrainingPerQuarter int          `json:"training_per_quarter"`    // sessions that count as full attendance (C9)
	ReminderDay        int          `json:"duty_reminder_day"`       // of the month, on which a shop that is behind is told
	LastReminderDay    int          `json:"duty_last_call_day"`      // and told again
	PaperDays          int          `json:"duty_paper_days"`         // after a month, in which free services are still confirmed; then it is judged
	ProfitDays         int          `json:"profit_declaration_days"` // after a quarter, in which its profit is declared
	DecisionDays       int          `json:"breach_decision_days"`    // in which a breach, and an appeal, is decided; then it is dropped

	// The quarterly score (C6). Weights are points of a thousand and add up to it.
	WeightOffer      int        `json:"weight_offer"`
	WeightRecommend  int        `json:"weight_recommend"`
	WeightRepurchase int        `json:"weight_repurchase"`
	WeightReach      int        `json:"weight_reach"`
	WeightDisclosure int        `json:"weight_disclosure"`
	WeightTraining   int        `json:"weight_training"`
	BreachPoints     int        `json:"breach_points"`        // taken off for each breach that was found
	BottomShare      money.Rate `json:"bottom_share"`         // of the scored shops lose the seat, rounded down
	ScoreMonths      int        `json:"score_months"`         // a shop must have held the seat so long to be ranked
	ObjectionDays    int        `json:"score_objection_days"` // between the published score and the loss of a seat
	RankedLeast      int        `json:"score_ranked_least"`   // with fewer ranked shops nobody loses a seat

	// What shops may know and say (C7, C10, C11, C14).
	PortraitK              int          `json:"portrait_k"`
	ExportK                int          `json:"export_k"`
	AdPriceMin             money.Amount `json:"ad_price_min"` // fen a slot and month
	AdPriceMax             money.Amount `json:"ad_price_max"`
	SelectionPriorityHours int          `json:"selection_priority_hours"` // leaders sign up first (B3)
	CampaignsPerMonth      int          `json:"campaigns_per_month"`      // messages of one shop
	CampaignsPerMember     int          `json:"campaigns_per_member"`     // that one member gets in a month
	BundleDiscountMin      money.Rate   `json:"bundle_discount_min"`      // E2, C12: a joint set is at least so much under the sum of its parts
}

// TrialAlliance is the default policy's alliance (S3 §2.2, §3.1, §6).
func TrialAlliance() Alliance {
	return Alliance{
		SeatRadius: 1_000, SeatTermMonths: 12, ContestDays: 7, SeatOfferDays: 7, AdmissionDays: 14, MerchantDeposit: 50_000, MerchantFee: 200_000,
		BallotDays: 5, BallotQuorum: 500_000, CommitteeMonths: 12, ChairMonths: 3, ApplicantKeptDays: 180,
		OfferMin: 10_000, OfferMax: 30_000, RecommendedMembers: 2, MissedMonths: 2, StatementDays: 5, AppealDays: 7,
		PenaltyCoins: 10_000, PenaltyCoinsMax: 50_000, ProfitShare: 10_000, DisclosureMonths: 6, TrainingPerQuarter: 6,
		ReminderDay: 15, LastReminderDay: 25, PaperDays: 3, ProfitDays: 30, DecisionDays: 30,
		WeightOffer: 250, WeightRecommend: 200, WeightRepurchase: 200, WeightReach: 150, WeightDisclosure: 100, WeightTraining: 100,
		BreachPoints: 150, BottomShare: 200_000, ScoreMonths: 3, ObjectionDays: 7, RankedLeast: 5,
		PortraitK: 5, ExportK: 10, AdPriceMin: 30_000, AdPriceMax: 50_000, SelectionPriorityHours: 48,
		CampaignsPerMonth: 2, CampaignsPerMember: 2, BundleDiscountMin: 200_000,
	}
}

// The floors of k that no vote can lower (PIPL art. 6; requirements O2, P3).
const (
	PortraitFloor = 5
	ExportFloor   = 10
)

// ScorePoints is what the weights of the score add up to.
const ScorePoints = 1_000

// weights is their sum.
func (a *Alliance) weights() int {
	return a.WeightOffer + a.WeightRecommend + a.WeightRepurchase + a.WeightReach + a.WeightDisclosure + a.WeightTraining
}

func (a *Alliance) bounds() []bound {
	const one = int64(money.One)
	return []bound{
		{"seat_radius", int64(a.SeatRadius), 0, 20_000},
		{"seat_term_months", int64(a.SeatTermMonths), 1, 36}, // a fixed term (E-commerce Law art. 35)
		{"contest_days", int64(a.ContestDays), 1, 90},
		{"seat_offer_days", int64(a.SeatOfferDays), 1, 90},
		{"admission_days", int64(a.AdmissionDays), 1, 90},
		{"merchant_deposit", int64(a.MerchantDeposit), 0, 10_000_00},
		{"merchant_fee", int64(a.MerchantFee), 0, 20_000_00},
		{"ballot_days", int64(a.BallotDays), 1, 90},
		{"ballot_quorum", int64(a.BallotQuorum), one / 3, one},
		{"committee_term_months", int64(a.CommitteeMonths), 1, 60},
		{"chair_term_months", int64(a.ChairMonths), 1, 24},
		{"applicant_retention_days", int64(a.ApplicantKeptDays), 1, 1_096},
		{"offer_min", int64(a.OfferMin), 0, one},
		{"offer_max", int64(a.OfferMax), int64(a.OfferMin), one},
		{"recommended_members", int64(a.RecommendedMembers), 0, 100},
		{"missed_months", int64(a.MissedMonths), 2, 12}, // one missed month is a reminder
		{"breach_statement_days", int64(a.StatementDays), 3, 90},
		{"appeal_days", int64(a.AppealDays), 3, 90},
		{"penalty_coins", int64(a.PenaltyCoins), 0, int64(a.PenaltyCoinsMax)},
		{"penalty_coins_max", int64(a.PenaltyCoinsMax), 0, 1_000_000},
		{"profit_share", int64(a.ProfitShare), 0, one / 10},
		{"disclosure_months", int64(a.DisclosureMonths), 1, 36},
		{"training_per_quarter", int64(a.TrainingPerQuarter), 1, 100},
		{"duty_reminder_day", int64(a.ReminderDay), 1, int64(a.LastReminderDay)},
		{"duty_last_call_day", int64(a.LastReminderDay), 1, 28}, // every month has it
		{"duty_paper_days", int64(a.PaperDays), 1, 15},
		{"profit_declaration_days", int64(a.ProfitDays), 7, 90},
		{"breach_decision_days", int64(a.DecisionDays), 7, 90},
		{"weight_offer", int64(a.WeightOffer), 0, ScorePoints},
		{"weight_recommend", int64(a.WeightRecommend), 0, ScorePoints},
		{"weight_repurchase", int64(a.WeightRepurchase), 0, ScorePoints},
		{"weight_reach", int64(a.WeightReach), 0, ScorePoints},
		{"weight_disclosure", int64(a.WeightDisclosure), 0, ScorePoints},
		{"weight_training", int64(a.WeightTraining), 0, ScorePoints},
		{"breach_points", int64(a.BreachPoints), 0, ScorePoints},
		{"bottom_share", int64(a.BottomShare), 0, one / 2},
		{"score_months", int64(a.ScoreMonths), 1, 12},
		{"score_objection_days", int64(a.ObjectionDays), 3, 90},
		{"score_ranked_least", int64(a.RankedLeast), 2, 1_000},
		{"portrait_k", int64(a.PortraitK), PortraitFloor, 1_000},
		{"export_k", int64(a.ExportK), ExportFloor, 1_000},
		{"ad_price_min", int64(a.AdPriceMin), 0, int64(a.AdPriceMax)},
		{"ad_price_max", int64(a.AdPriceMax), 0, 10_000_00},
		{"selection_priority_hours", int64(a.SelectionPriorityHours), 0, 24 * 31},
		{"campaigns_per_month", int64(a.CampaignsPerMonth), 0, 31},
		{"campaigns_per_member", int64(a.CampaignsPerMember), 0, 31},
		{"bundle_discount_min", int64(a.BundleDiscountMin), 0, one},
	}
}
