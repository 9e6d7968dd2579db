package policy

import (
	"slices"

	"gongyi/internal/kernel/money"
)

// Profile says what an hour that was served may become.
type Profile string

// The profiles (docs/compliance.md C-02: nothing may circulate in place of the renminbi).
const (
	Pilot     Profile = "pilot"      // an entitlement may also offset a part of a price at shops that accept it
	HoursOnly Profile = "hours-only" // service for service: nothing is offset at a shop, nothing is given for money spent
)

// Profiles lists them in the order of a form.
var Profiles = []Profile{Pilot, HoursOnly}

// Ring is how far from the asker neighbours are asked (F3).
type Ring int

// The rings, from near to far.
const (
	RingBuilding Ring = iota
	RingGrid
	RingCommunity
	RingBeyond // the communities next to hers
)

// TimeBank are the numbers of the time bank (F1–F9; rules T-01 …). Coins are in
// hundredths; CoinsPerHour stands among the numbers of a purchase.
type TimeBank struct {
	Profile Profile `json:"timebank_profile"`

	// What an hour moves.
	StepMinutes     int          `json:"service_step_minutes"` // a service is counted in steps, each begun one whole
	OpeningCredit   money.Amount `json:"opening_credit"`       // T-07: given once, with the first request (F8)
	SoftLimit       money.Amount `json:"soft_limit"`           // T-01: how much a person may owe in all, so that a request never fails for a few coins
	CancelFreeHours int          `json:"cancel_free_hours"`    // before the service begins, until when calling it off costs nothing
	CancelFee       money.Rate   `json:"cancel_fee"`           // T-05: of what is set aside, to the helper, when it is called off later
	ElderAge        int          `json:"elder_age"`            // from which basic services are free (F4)
	SubsidyBudget   money.Amount `json:"subsidy_budget"`       // T-04, T-06: what the pool pays for services in a civil month
	BasicPayHourly  money.Amount `json:"basic_pay_hourly"`     // T-04: of the pool to the helper for an hour of a basic service
	GapOver         money.Rate   `json:"gap_over"`             // F6: bookings of a kind beyond what helpers can do, from which it counts as a gap
	GapShare        money.Rate   `json:"gap_share"`            // T-06: of the price, what the pool pays while there is a gap
	GapLeast        int          `json:"gap_least_minutes"`    // booked in an hour, under which nothing counts as a gap
	GapDays         int          `json:"gap_days"`             // how far ahead bookings are held against helpers, today included; 0 = not at all
	GapWeeks        int          `json:"gap_history_weeks"`    // of the past that a forecast is made from; 0 = none is made
	GapShrink       int          `json:"gap_shrink_weeks"`     // for which the mean of all days counts in it beside a day's own
	CallsMonthMost  int          `json:"calls_month_most"`     // recruiting calls that one person is sent in a civil month
	CallPeopleMost  int          `json:"call_people_most"`     // to whom one recruiting call is sent
	AcceptHours     int          `json:"accept_hours"`         // after a service; then silence has accepted it
	DisputeDays     int          `json:"dispute_days"`         // after acceptance, in which something can still be said against it

	// Giving on.
	GiftMonthMax  money.Amount `json:"gift_month_max"`  // T-08: a giver and civil month
	GrantMonthMax money.Amount `json:"grant_month_max"` // T-10: a person and civil month
	GrantAloneMax money.Amount `json:"grant_alone_max"` // T-10: above it a second person agrees
	MarketCodeMax money.Amount `json:"market_code_max"` // T-01: a service on the spot that is paid by showing a code (F9): on the payer's own phone there is no such limit
	MarketDayMax  money.Amount `json:"market_day_max"`  // T-01: of one payer by codes on a market day
	CSRPremium    money.Rate   `json:"csr_premium"`     // T-12: on top of the face of what an organisation orders (F7)
	CSROrderDays  int          `json:"csr_order_days"`  // in which an order is paid
	ClearingLimit money.Amount `json:"clearing_limit"`  // T-15: how much more may have gone to another community than came from it; 0 = hours do not cross and nobody next door is asked (F5)
	ClearingMonth money.Amount `json:"clearing_month"`  // T-15: what one member takes across in a civil month
	BeyondFirst   int          `json:"beyond_first"`    // 1: the form of a request proposes to ask next door too, 0: it does not

	// Classes (F10).
	ClassFreeHours   int `json:"class_free_hours"`   // before a date, until when giving a seat free costs nothing; later cancel_fee (T-05)
	ClassAnswerHours int `json:"class_answer_hours"` // in which who moves up says yes; 0 = until the next date begins

	// Solvency.
	ExpiryMonths int        `json:"coin_expiry_months"` // T-14: after which what was not used goes to the pool; 0 = never
	Demurrage    money.Rate `json:"demurrage"`          // T-14: of a balance each month to the pool; 0 = never
	BackingWarn  money.Rate `json:"backing_warn"`       // backing ÷ outstanding under which the desk is warned; 0 = never

	// Asking and being asked (F3, F8).
	UrgentHours      int `json:"urgent_hours"`       // a request that begins sooner is urgent
	RequestAheadDays int `json:"request_ahead_days"` // how far ahead a request may be made
	OpenRequests     int `json:"open_requests"`      // of one person at a time
	HelpersMax       int `json:"helpers_max"`        // for one request

	UrgentBuilding    int `json:"offer_urgent_building"` // minutes that an offer stands, by urgency and ring
	UrgentGrid        int `json:"offer_urgent_grid"`
	UrgentCommunity   int `json:"offer_urgent_community"`
	UrgentBeyond      int `json:"offer_urgent_beyond"`
	OrdinaryBuilding  int `json:"offer_building"`
	OrdinaryGrid      int `json:"offer_grid"`
	OrdinaryCommunity int `json:"offer_community"`
	OrdinaryBeyond    int `json:"offer_beyond"`

	PromiseMinutes      int `json:"promise_minutes"`         // in which an asker is promised an answer
	RingMinutes         int `json:"ring_minutes"`            // after which the ring widens though not all have answered
	UrgentRing          int `json:"ring_urgent_minutes"`     // the same for what is urgent
	BeyondMinutes       int `json:"beyond_minutes"`          // after which the communities next to hers are asked
	UrgentBeyondMinutes int `json:"beyond_urgent_minutes"`   // the same for what is urgent
	EscalateMinutes     int `json:"escalate_minutes"`        // after which the staff of shops are asked
	UrgentEscalate      int `json:"escalate_urgent_minutes"` // the same for what is urgent
	DeskMinutes         int `json:"desk_minutes"`            // after that, when the desk takes over
	AlarmHours          int `json:"alarm_hours"`             // before the beginning: nobody signed up raises an alarm

	AskFromHour  int `json:"ask_from_hour"`  // of the day: before it nobody is asked for what is not urgent
	AskUntilHour int `json:"ask_until_hour"` // from it on neither

	// How many are asked at once, and who of those that say yes goes (docs/dispatch.md).
	AsksAtOnce     int        `json:"asks_at_once"` // for each person needed, at least
	UrgentAsks     int        `json:"asks_urgent_at_once"`
	AsksMost       int        `json:"asks_most"` // out at a time for each person needed, when it takes long
	UrgentAsksMost int        `json:"asks_urgent_most"`
	AskMore        int        `json:"ask_more_minutes"` // who has waited so long, for her a minute is worth twice as much; 0 = never more
	UrgentAskMore  int        `json:"ask_more_urgent_minutes"`
	Settle         int        `json:"settle_minutes"` // after the first yes, in which somebody nearer may say hers; 0 = the first yes counts
	UrgentSettle   int        `json:"settle_urgent_minutes"`
	WaitWorth      int        `json:"wait_worth"` // metres on foot that a minute less of waiting is worth, in the beginning
	UrgentWorth    int        `json:"wait_worth_urgent"`
	Reach          int        `json:"ask_reach"`        // metres on foot from home within which anybody is asked, at most; each says herself how far she goes
	ReachBeyond    int        `json:"ask_reach_beyond"` // the same in the communities next to hers, and of the staff of shops
	FewLeft        int        `json:"ask_all_below"`    // where no more than so many are left, all are asked at once
	LingerMinutes  int        `json:"linger_minutes"`   // between two services this close nobody walks home
	BundleMost     int        `json:"bundle_most"`      // requests in one question; 1 = each is asked for alone
	BundleSave     int        `json:"bundle_save"`      // metres that each must save
	AnswerMinutes  int        `json:"answer_minutes"`   // how long an answer takes on average, until the community's own offers say
	AnswerOffers   int        `json:"answer_offers"`    // how many answered offers weigh as much as these three numbers
	AnswerYes      money.Rate `json:"answer_yes"`       // of those who answer
	AnswerNever    money.Rate `json:"answer_never"`     // of all

	WalkMetresMinute int        `json:"walk_metres_minute"` // how fast a helper walks
	Detour           money.Rate `json:"walk_detour"`        // ways by foot against the straight line
	DayMinutesMost   int        `json:"day_minutes_most"`   // of one helper
	WeekMinutesMost  int        `json:"week_minutes_most"`

	// How much a reason weighs in choosing, in thousandths of a minute's walk for each
	// minute walked, minute served this week, minute more than others, service done for
	// the same asker, time not come, and gift that is kept for who needs it.
	MatchWalk     int `json:"match_walk"`
	MatchFatigue  int `json:"match_fatigue"`
	MatchFairness int `json:"match_fairness"`
	MatchHistory  int `json:"match_history"`
	MatchNoShow   int `json:"match_no_show"`
	MatchReserve  int `json:"match_reserve"` // for each thing that she can do and the request does not ask for

	CheckInEarly  int `json:"check_in_early"`  // minutes before the beginning
	CheckInLate   int `json:"check_in_late"`   // minutes after it; later is a no-show
	CheckInMetres int `json:"check_in_metres"` // from the place of the service
	NoShowStrikes int `json:"no_show_strikes"` // after which a helper is not asked for a while
	NoShowDays    int `json:"no_show_days"`    // in which they count, and how long she is not asked

	CertificateDayMost int `json:"certificate_day_most"` // certificates of hours of one member in a civil day
}

// TrialTimeBank is the default policy's time bank (S3 §2.3).
func TrialTimeBank() TimeBank {
	return TimeBank{
		Profile: Pilot, StepMinutes: 15, OpeningCredit: 2_000, SoftLimit: 2_000, CancelFreeHours: 2, CancelFee: 250_000, ElderAge: 60,
		SubsidyBudget: 500_000, BasicPayHourly: 1_000, GapOver: 300_000, GapShare: 500_000,
		GapLeast: 30, GapDays: 14, GapWeeks: 8, GapShrink: 2, CallsMonthMost: 2, CallPeopleMost: 200, AcceptHours: 48, DisputeDays: 7,
		GiftMonthMax: 20_000, GrantMonthMax: 20_000, GrantAloneMax: 5_000, MarketCodeMax: 2_000, MarketDayMax: 4_000, CSRPremium: 200_000, CSROrderDays: 30, ClearingLimit: 200_000, ClearingMonth: 40_000, BeyondFirst: 1, BackingWarn: 300_000,
		ClassFreeHours: 24, ClassAnswerHours: 12,
		UrgentHours: 2, RequestAheadDays: 30, OpenRequests: 10, HelpersMax: 10,
		UrgentBuilding: 12, UrgentGrid: 12, UrgentCommunity: 12, UrgentBeyond: 12,
		OrdinaryBuilding: 20, OrdinaryGrid: 20, OrdinaryCommunity: 20, OrdinaryBeyond: 20,
		PromiseMinutes: 30, RingMinutes: 2, UrgentRing: 1, BeyondMinutes: 20, UrgentBeyondMinutes: 6, EscalateMinutes: 60, UrgentEscalate: 12, DeskMinutes: 8, AlarmHours: 24,
		AskFromHour: 8, AskUntilHour: 21, AsksAtOnce: 1, UrgentAsks: 1, AsksMost: 6, UrgentAsksMost: 8, AskMore: 3, UrgentAskMore: 2, Settle: 15, UrgentSettle: 8, WaitWorth: 4, UrgentWorth: 24,
		Reach: 1_500, ReachBeyond: 2_000, FewLeft: 3, LingerMinutes: 30, BundleMost: 3, BundleSave: 100, AnswerMinutes: 6, AnswerYes: 600_000, AnswerNever: 100_000, AnswerOffers: 100,
		WalkMetresMinute: 70, Detour: 1_300_000, DayMinutesMost: 240, WeekMinutesMost: 1_200,
		MatchWalk: 1_000, MatchFatigue: 20, MatchFairness: 20, MatchHistory: 2_000, MatchNoShow: 5_000, MatchReserve: 300,
		CheckInEarly: 30, CheckInLate: 30, CheckInMetres: 150, NoShowStrikes: 3, NoShowDays: 30, CertificateDayMost: 5,
	}
}

func (t *TimeBank) bounds() []bound {
	const one, coinsMost = int64(money.One), 1_000_00
	return slices.Concat([]bound{
		{"service_step_minutes", int64(t.StepMinutes), 1, 60},
		{"opening_credit", int64(t.OpeningCredit), 0, coinsMost},
		{"soft_limit", int64(t.SoftLimit), 0, coinsMost},
		{"cancel_free_hours", int64(t.CancelFreeHours), 0, 72},
		{"cancel_fee", int64(t.CancelFee), 0, one},
		{"elder_age", int64(t.ElderAge), 50, 100},
		{"subsidy_budget", int64(t.SubsidyBudget), 0, BooksMax},
		{"basic_pay_hourly", int64(t.BasicPayHourly), 0, coinsMost},
		{"gap_over", int64(t.GapOver), 0, 10 * one},
		{"gap_share", int64(t.GapShare), 0, one},
		{"gap_least_minutes", int64(t.GapLeast), 0, 24 * 60},
		{"gap_days", int64(t.GapDays), 0, 31},
		{"gap_history_weeks", int64(t.GapWeeks), 0, 52},
		{"gap_shrink_weeks", int64(t.GapShrink), 0, 52},
		{"calls_month_most", int64(t.CallsMonthMost), 0, 31},
		{"call_people_most", int64(t.CallPeopleMost), 0, 2_000},
		{"accept_hours", int64(t.AcceptHours), 1, 24 * 14},
		{"dispute_days", int64(t.DisputeDays), 0, 90},
		{"gift_month_max", int64(t.GiftMonthMax), 0, 100 * coinsMost},
		{"grant_month_max", int64(t.GrantMonthMax), 0, 100 * coinsMost},
		{"grant_alone_max", int64(t.GrantAloneMax), 0, int64(t.GrantMonthMax)},
		{"market_code_max", int64(t.MarketCodeMax), 0, coinsMost},
		{"market_day_max", int64(t.MarketDayMax), int64(t.MarketCodeMax), 10 * coinsMost},
		{"class_free_hours", int64(t.ClassFreeHours), 0, 24 * 14},
		{"class_answer_hours", int64(t.ClassAnswerHours), 0, 24 * 7},
		{"csr_premium", int64(t.CSRPremium), 0, one},
		{"csr_order_days", int64(t.CSROrderDays), 1, 90},
		{"clearing_limit", int64(t.ClearingLimit), 0, 100 * coinsMost},
		{"clearing_month", int64(t.ClearingMonth), 0, int64(t.ClearingLimit)},
		{"beyond_first", int64(t.BeyondFirst), 0, 1},
		{"coin_expiry_months", int64(t.ExpiryMonths), 0, 120},
		{"demurrage", int64(t.Demurrage), 0, one / 10},
		{"backing_warn", int64(t.BackingWarn), 0, 2 * one},
	}, t.asking())
}

// asking are the bounds of how neighbours are asked.
func (t *TimeBank) asking() []bound {
	const day, week, one = 24 * 60, 7 * 24 * 60, int64(money.One)
	return []bound{
		{"urgent_hours", int64(t.UrgentHours), 0, 24},
		{"request_ahead_days", int64(t.RequestAheadDays), 1, 366},
		{"open_requests", int64(t.OpenRequests), 1, 100},
		{"helpers_max", int64(t.HelpersMax), 1, 50},
		{"offer_urgent_building", int64(t.UrgentBuilding), 1, day},
		{"offer_urgent_grid", int64(t.UrgentGrid), 1, day},
		{"offer_urgent_community", int64(t.UrgentCommunity), 1, day},
		{"offer_urgent_beyond", int64(t.UrgentBeyond), 1, day},
		{"offer_building", int64(t.OrdinaryBuilding), 1, day},
		{"offer_grid", int64(t.OrdinaryGrid), 1, day},
		{"offer_community", int64(t.OrdinaryCommunity), 1, day},
		{"offer_beyond", int64(t.OrdinaryBeyond), 1, day},
		{"promise_minutes", int64(t.PromiseMinutes), 1, day},
		{"ring_minutes", int64(t.RingMinutes), 0, day},
		{"ring_urgent_minutes", int64(t.UrgentRing), 0, day},
		{"beyond_minutes", int64(t.BeyondMinutes), 2 * int64(t.RingMinutes), week},
		{"beyond_urgent_minutes", int64(t.UrgentBeyondMinutes), 2 * int64(t.UrgentRing), day},
		{"escalate_minutes", int64(t.EscalateMinutes), int64(t.BeyondMinutes), week},
		{"escalate_urgent_minutes", int64(t.UrgentEscalate), int64(t.UrgentBeyondMinutes), day},
		{"desk_minutes", int64(t.DeskMinutes), 0, day},
		{"alarm_hours", int64(t.AlarmHours), 1, 24 * 7},
		{"ask_from_hour", int64(t.AskFromHour), 0, 12},
		{"ask_until_hour", int64(t.AskUntilHour), 13, 24},
		{"asks_at_once", int64(t.AsksAtOnce), 1, 20},
		{"asks_urgent_at_once", int64(t.UrgentAsks), 1, 20},
		{"asks_most", int64(t.AsksMost), int64(t.AsksAtOnce), 50},
		{"asks_urgent_most", int64(t.UrgentAsksMost), int64(t.UrgentAsks), 50},
		{"ask_more_minutes", int64(t.AskMore), 0, day},
		{"ask_more_urgent_minutes", int64(t.UrgentAskMore), 0, day},
		{"settle_minutes", int64(t.Settle), 0, day},
		{"settle_urgent_minutes", int64(t.UrgentSettle), 0, 60},
		{"wait_worth", int64(t.WaitWorth), 0, 1_000},
		{"wait_worth_urgent", int64(t.UrgentWorth), 0, 1_000},
		{"ask_reach", int64(t.Reach), 100, 50_000},
		{"ask_reach_beyond", int64(t.ReachBeyond), int64(t.Reach), 50_000},
		{"ask_all_below", int64(t.FewLeft), 0, 20},
		{"linger_minutes", int64(t.LingerMinutes), 0, 240},
		{"bundle_most", int64(t.BundleMost), 1, 10},
		{"bundle_save", int64(t.BundleSave), 0, 10_000},
		{"answer_minutes", int64(t.AnswerMinutes), 1, day},
		{"answer_yes", int64(t.AnswerYes), one / 100, one},
		{"answer_never", int64(t.AnswerNever), 0, one * 9 / 10},
		{"answer_offers", int64(t.AnswerOffers), 1, 10_000},
		{"walk_metres_minute", int64(t.WalkMetresMinute), 20, 150},
		{"walk_detour", int64(t.Detour), int64(money.One), 3 * int64(money.One)},
		{"day_minutes_most", int64(t.DayMinutesMost), 15, day},
		{"week_minutes_most", int64(t.WeekMinutesMost), 15, week},
		{"match_walk", int64(t.MatchWalk), 0, 100_000},
		{"match_fatigue", int64(t.MatchFatigue), 0, 100_000},
		{"match_fairness", int64(t.MatchFairness), 0, 100_000},
		{"match_history", int64(t.MatchHistory), 0, 100_000},
		{"match_no_show", int64(t.MatchNoShow), 0, 100_000},
		{"match_reserve", int64(t.MatchReserve), 0, 100_000},
		{"check_in_early", int64(t.CheckInEarly), 0, day},
		{"check_in_late", int64(t.CheckInLate), 1, day},
		{"check_in_metres", int64(t.CheckInMetres), 10, 10_000},
		{"no_show_strikes", int64(t.NoShowStrikes), 1, 20},
		{"no_show_days", int64(t.NoShowDays), 1, 366},
		{"certificate_day_most", int64(t.CertificateDayMost), 1, 100},
	}
}

// OfferMinutes is how long an offer to a neighbour of a ring stands.
func (t *TimeBank) OfferMinutes(urgent bool, r Ring) int {
	ordinary := [...]int{t.OrdinaryBuilding, t.OrdinaryGrid, t.OrdinaryCommunity, t.OrdinaryBeyond}
	if urgent {
		ordinary = [...]int{t.UrgentBuilding, t.UrgentGrid, t.UrgentCommunity, t.UrgentBeyond}
	}
	return ordinary[min(max(r, RingBuilding), RingBeyond)]
}

// CountedMinutes are the minutes of a service in whole steps, each begun one whole.
func (t *TimeBank) CountedMinutes(minutes int) int {
	if minutes <= 0 {
		return 0
	}
	return (minutes + t.StepMinutes - 1) / t.StepMinutes * t.StepMinutes
}

// ServicePrice is what minutes of a service cost by the hour (F2), half up.
func (p *Params) ServicePrice(minutes int) money.Amount {
	return hourly(p.CoinsPerHour, p.CountedMinutes(minutes))
}

// BasicPay is what the pool pays for minutes of a basic service (F4), half up.
func (p *Params) BasicPay(minutes int) money.Amount {
	return hourly(p.BasicPayHourly, p.CountedMinutes(minutes))
}

func hourly(rate money.Amount, minutes int) money.Amount {
	const hour = 60
	return (2*rate*money.Amount(minutes) + hour) / (2 * hour)
}

// profile refuses a profile that the other numbers contradict: where service is given
// for service only, nothing is offset at a shop and nothing is given for money spent.
func (p *Params) profile() error {
	switch {
	case !slices.Contains(Profiles, p.Profile):
		return ErrUnknownProfile.On("timebank_profile")
	case p.Profile != HoursOnly:
		return nil
	case p.CoinShareMax > 0:
		return ErrHoursOnly.On("coin_share_max")
	case p.Cashback > 0:
		return ErrHoursOnly.On("cashback")
	}
	return nil
}
