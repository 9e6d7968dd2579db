package policy

import (
	"errors"
	"testing"

	"gongyi/internal/kernel/fault"
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
