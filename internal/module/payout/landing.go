package payout

import (
	"context"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// TakesPayments reports whether buyers' money can land on the account: it is a merchant's
// with a provider. A bank, or a person's purse, takes none.
func (a *Account) TakesPayments() bool {
	digits := strings.Trim(a.Number, "0123456789") == ""
	switch a.Provider {
	case pay.WeChat: // a sub-merchant number; what has letters is an openid
		return digits && len(a.Number) >= 8 && len(a.Number) <= 10
	case pay.Alipay: // a partner's number; what is none is a login
		return digits && len(a.Number) == 16 && strings.HasPrefix(a.Number, "2088")
	}
	return false
}

// Landing is the number of a shop's account with a provider on which payments for it land,
// "" if it has none that counts: then they land on the house's own. It is read from the
// writer's memory: every payment at a till asks it.
func (s *Service) Landing(ctx context.Context, tx *db.Tx, shop id.ID, provider pay.Kind) (string, error) {
	a, err := s.landing.Get(ctx, tx, shop)
	if err != nil || a == nil || a.Provider != provider || !a.TakesPayments() {
		return "", err
	}
	return a.Number, nil
}

// relanded forgets where payments for a shop landed, once another account counts.
func (s *Service) relanded(ctx context.Context, tx *db.Tx, a *Account) error {
	if a.Kind != OfShop || !a.Counts() {
		return nil
	}
	return s.landing.Put(ctx, tx, a.Owner, a)
}

// AccountWith is the account that an owner agreed to last with a provider, nil if there is
// none: the platform receives shares on it, wherever its income is paid.
func (s *Service) AccountWith(ctx context.Context, r db.Reader, community id.ID, kind Owner, owner id.ID, provider pay.Kind) (*Account, error) {
	all, err := s.AccountsOf(ctx, r, community, kind, owner)
	var here []Account
	for _, a := range all {
		if a.Provider == provider {
			here = append(here, a)
		}
	}
	return current(here), err
}

// IncomeAccount is where the platform's own income is paid: at its bank if it named one,
// for what it has with a provider is where the income lies.
func (s *Service) IncomeAccount(ctx context.Context, r db.Reader, community id.ID) (*Account, error) {
	a, err := s.AccountWith(ctx, r, community, OfPlatform, id.ID{}, Bank)
	if err != nil || a != nil {
		return a, err
	}
	return s.AccountOf(ctx, r, community, OfPlatform, id.ID{})
}
