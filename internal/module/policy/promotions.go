package policy

import "gongyi/internal/kernel/money"

// Promotions are the numbers of vouchers, offers, bundles and draws (E1–E6; rules V-01 …).
type Promotions struct {
	SeriesFaceMax  money.Amount `json:"series_face_max"`  // fen; the dearest voucher of a series
	SeriesDaysMax  int          `json:"series_days_max"`  // the longest that a voucher lives
	SeriesCountMax int          `json:"series_count_max"` // vouchers of one series
	OffersTogether int          `json:"offers_together"`  // offers on one purchase, of different categories
	VouchersAtOnce int          `json:"vouchers_at_once"` // vouchers on one purchase
	OfferShareMax  money.Rate   `json:"offer_share_max"`  // of the shelf price, what offers together may take off
	BundleOffMin   money.Rate   `json:"bundle_off_min"`   // E2: a bundle lies so far under the sum of its prices
	BundleDaysMax  int          `json:"bundle_days_max"`  // E2: the longest that a bundle may be used
	WelcomePrice   money.Amount `json:"welcome_price"`    // E3: fen for the pack of new members
	WelcomeDays    int          `json:"welcome_days"`     // E3: after joining, in which it can be had
	WelcomeCollect int          `json:"welcome_collect"`  // E3: days in which it is collected
	DrawWinnersMax int          `json:"draw_winners_max"` // E5: bags of one draw
	DrawCollect    int          `json:"draw_collect"`     // E5: days in which a bag is collected
}

// TrialPromotions are the default policy's promotions.
func TrialPromotions() Promotions {
	return Promotions{
		SeriesFaceMax: 10_000, SeriesDaysMax: 180, SeriesCountMax: 100_000, OffersTogether: 3, VouchersAtOnce: 3, OfferShareMax: 700_000,
		BundleOffMin: 200_000, BundleDaysMax: 180, WelcomePrice: 100, WelcomeDays: 30, WelcomeCollect: 30, DrawWinnersMax: 1_000, DrawCollect: 14,
	}
}

func (p *Promotions) bounds() []bound {
	const one = int64(money.One)
	return []bound{
		{"series_face_max", int64(p.SeriesFaceMax), 1, 1_000_00},
		{"series_days_max", int64(p.SeriesDaysMax), 1, 366},
		{"series_count_max", int64(p.SeriesCountMax), 1, 10_000_000},
		{"offers_together", int64(p.OffersTogether), 0, 8},
		{"vouchers_at_once", int64(p.VouchersAtOnce), 0, 8},
		{"offer_share_max", int64(p.OfferShareMax), 0, one - 1},
		{"bundle_off_min", int64(p.BundleOffMin), 0, one - 1},
		{"bundle_days_max", int64(p.BundleDaysMax), 1, 366},
		{"welcome_price", int64(p.WelcomePrice), 1, 10_000},
		{"welcome_days", int64(p.WelcomeDays), 1, 366},
		{"welcome_collect", int64(p.WelcomeCollect), 1, 366},
		{"draw_winners_max", int64(p.DrawWinnersMax), 1, 1_000}, // they are drawn in one transaction
		{"draw_collect", int64(p.DrawCollect), 1, 90},
	}
}
