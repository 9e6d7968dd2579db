package flow

import (
	"context"

	"gongyi/internal/kernel/id"
)

// ClaimAtStall uses the code of a sale up and stops there, as a process does that is killed
// before the payment.
func (f *Flows) ClaimAtStall(ctx context.Context, place id.ID, s MarketSale) error {
	met, err := f.whenTheyMet(ctx, place, s.Shown)
	if err != nil {
		return err
	}
	_, _, err = f.whoStandsThere(ctx, place, Opening{Code: s.Code, at: s.paymentID()}, met)
	return err
}
