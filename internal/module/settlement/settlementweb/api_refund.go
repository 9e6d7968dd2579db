package settlementweb

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/apikit"
)

type refundInput struct {
	Community string `path:"community" maxLength:"64"`
	Ref       string `path:"ref" maxLength:"128" doc:"The purchase's reference"`
	Body      struct {
		Ref    string        `json:"refund_ref" minLength:"1" maxLength:"128" doc:"Idempotency key within the community"`
		Amount apikit.Amount `json:"amount,omitempty" doc:"Of the price; left out, all that is left"`
	}
}

type refundOutput struct{ Body RefundedBody }

// RefundedBody is the answer to a refund: what the buyer gets, and how.
type RefundedBody struct {
	Ref      string    `json:"refund_ref"`
	Entry    int64     `json:"entry"`
	PostedAt time.Time `json:"posted_at"`
	Replayed bool      `json:"replayed"`
	Amount   string    `json:"amount"`
	Held     string    `json:"cash_held" doc:"Returned through the provider"`
	Direct   string    `json:"cash_direct" doc:"To be handed over by the shop"`
	Coins    string    `json:"coins"`
	Withheld string    `json:"cash_withheld" doc:"Kept for entitlement that was spent (S-07R)"`
	Vouchers string    `json:"vouchers" doc:"Value of vouchers; they come back only by one full refund"`
	Whole    bool      `json:"whole"`
	Legs     []LegBody `json:"legs"`
	Receipt  string    `json:"receipt"`
}

func (a *API) refund(ctx context.Context, in *refundInput) (*refundOutput, error) {
	out, err := a.refunded(ctx, in)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return &refundOutput{*out}, nil
}

func (a *API) refunded(ctx context.Context, in *refundInput) (*RefundedBody, error) {
	place, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, in.Community)
	if err != nil {
		return nil, err
	}
	amount, err := in.Body.Amount.Money(money.CNY, "amount")
	if err != nil {
		return nil, err
	}
	if in.Body.Amount != "" && amount == 0 {
		return nil, settlement.ErrRefundNotPositive.On("amount")
	}
	purchase, err := a.Flows.ReceiptOf(ctx, place.ID, in.Ref)
	if err != nil {
		return nil, err
	}
	if err := apikeyweb.May(ctx, in.Community, purchase.ShopRef); err != nil {
		return nil, err
	}
	done, err := a.Flows.Refund(ctx, place.ID, apikeyweb.Key(ctx).Actor(), flow.Refund{Ref: in.Body.Ref, Purchase: purchase.Entry.Seq, Amount: amount})
	if err != nil {
		return nil, err
	}
	if done.Replayed { // the first answer, made again from the books
		if done, err = a.Flows.Refunded(ctx, place.ID, done.Seq); err != nil {
			return nil, err
		}
	}
	return &RefundedBody{
		Ref: in.Body.Ref, Entry: done.Seq, PostedAt: done.PostedAt, Replayed: done.Replayed, Amount: done.Amount.Decimal(money.CNY),
		Held: done.Held.Decimal(money.CNY), Direct: done.Direct.Decimal(money.CNY), Coins: done.Coins.Decimal(money.Coin),
		Withheld: done.Withheld.Decimal(money.CNY), Vouchers: done.Vouchers.Decimal(money.CNY), Whole: done.Whole,
		Legs: legBodies(done.Legs), Receipt: "/r/" + purchase.Token,
	}, nil
}
