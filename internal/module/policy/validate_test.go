package policy

import (
	"errors"
	"testing"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/money"
)

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*Params)
		want   error
	}{
		{"reward_depth", func(p *Params) { p.RewardDepth = 2 }, ErrDepthUnlawful},
		{"reward_depth", func(p *Params) { p.RewardDepth = -1 }, ErrDepthUnlawful},
		{"standard_rate", func(p *Params) { p.StandardRate = -1 }, ErrOutOfRange},
		{"founding_rate", func(p *Params) { p.FoundingRate = ProviderShareMax + 1 }, ErrOutOfRange},
		{"leader_monthly_cap", func(p *Params) { p.LeaderMonthlyCap = LeaderCapMax + 1 }, ErrOutOfRange},
		{"coins_per_hour", func(p *Params) { p.CoinsPerHour = 0 }, ErrOutOfRange},
		{"merchant_net_floor", func(p *Params) { p.MerchantNetFloor = 699_999 }, ErrOutOfRange},
		{"merchant_net_floor", func(p *Params) { p.MerchantNetFloor = 1_000_001 }, ErrOutOfRange},
		{"amount_max", func(p *Params) { p.AmountMax = BooksMax + 1 }, ErrOutOfRange},
		{"welfare_payer", func(p *Params) { p.WelfarePayer = "nobody" }, ErrUnknownPayer},
		{"soft_limit", func(p *Params) { p.SoftLimit = -1 }, ErrOutOfRange},
		{"timebank_profile", func(p *Params) { p.Profile = "wallet" }, ErrUnknownProfile},
		{"coin_share_max", func(p *Params) { p.Profile = HoursOnly }, ErrHoursOnly},
		{"cashback", func(p *Params) { p.Profile, p.CoinShareMax = HoursOnly, 0 }, ErrHoursOnly},
		{"zone", func(p *Params) { p.Zone = "Asia/Zibo" }, ErrUnknownZone},
		{"zone", func(p *Params) { p.Zone = "" }, ErrUnknownZone},
		{"zone", func(p *Params) { p.Zone = "Local" }, ErrUnknownZone},
	} {
		p := Trial2025()
		c.change(&p)
		err := p.Validate()
		if !errors.Is(err, c.want) || fault.Of(err).Field != c.field {
			t.Errorf("%s: refused with %v, want %v", c.field, err, c.want)
		}
		if err := p.Admit(); !errors.Is(err, c.want) {
			t.Errorf("%s: Admit says %v, want %v", c.field, err, c.want)
		}
	}
}

// TestRewardsMayBeTurnedOff: the strict profile has no reward depth at all.
func TestRewardsMayBeTurnedOff(t *testing.T) {
	p := Trial2025()
	p.RewardDepth = 0
	if err := p.Admit(); err != nil {
		t.Error(err)
	}
}

// TestHoursOnly: service for service, once nothing moves with purchases.
func TestHoursOnly(t *testing.T) {
	p := Trial2025()
	p.Profile, p.CoinShareMax, p.Cashback = HoursOnly, 0, 0
	if err := p.Admit(); err != nil {
		t.Error(err)
	}
}

// TestWhatAnHourMoves: 1 h = 10.00, in steps of a quarter, each begun one whole (F2).
func TestWhatAnHourMoves(t *testing.T) {
	p := Trial2025()
	for _, c := range []struct {
		minutes int
		price   money.Amount
	}{{-5, 0}, {0, 0}, {1, 250}, {15, 250}, {16, 500}, {60, 1_000}, {120, 2_000}, {121, 2_250}} {
		if got := p.ServicePrice(c.minutes); got != c.price {
			t.Errorf("%d minutes cost %v, want %v", c.minutes, got, c.price)
		}
	}
	p.StepMinutes, p.BasicPayHourly = 1, 100
	if got := p.BasicPay(1); got != 2 { // 1.67
		t.Errorf("a minute of a basic service pays %v, want 2", got)
	}
	if got := p.OfferMinutes(true, RingCommunity); got != 12 {
		t.Errorf("an urgent offer in the community stands %d minutes", got)
	}
	if got := p.OfferMinutes(false, RingBeyond+1); got != p.OrdinaryBeyond {
		t.Errorf("beyond the last ring an offer stands %d minutes", got)
	}
}
