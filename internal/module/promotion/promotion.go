// Package promotion keeps cross-shop vouchers and the claims of shops that
// recommended a buyer (C1, E1). It decides who may use what; the money of both
// moves in settlement.
package promotion

import (
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of promotions.
var Schema = db.Schema{
	Owner: "module/promotion",
	Tables: []db.Table{{Name: "promotion_voucher", Placement: db.Distributed}, {Name: "promotion_voucher_event", Placement: db.Distributed},
		{Name: "promotion_claim", Placement: db.Distributed}, {Name: "promotion_claim_use", Placement: db.Distributed},
		{Name: "promotion_recommendation", Placement: db.Distributed}, {Name: "promotion_voucher_hold", Placement: db.Distributed}},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrBadVoucher     = fault.New(fault.Invalid, "promotion.bad_voucher")
	ErrSameShop       = fault.New(fault.Invalid, "promotion.same_shop")
	ErrVoucherExists  = fault.New(fault.Conflict, "promotion.voucher_exists")
	ErrNoVoucher      = fault.New(fault.NotFound, "promotion.no_voucher")
	ErrNotYours       = fault.New(fault.Conflict, "promotion.voucher_of_another")
	ErrOtherShop      = fault.New(fault.Conflict, "promotion.voucher_for_another_shop")
	ErrVoucherUsed    = fault.New(fault.Conflict, "promotion.voucher_used")
	ErrVoucherExpired = fault.New(fault.Conflict, "promotion.voucher_expired")
	ErrVoucherHeld    = fault.New(fault.Conflict, "promotion.voucher_held") // another checkout is about to use it

	ErrBadRecommendation    = fault.New(fault.Invalid, "promotion.bad_recommendation")
	ErrRecommendationExists = fault.New(fault.Conflict, "promotion.recommendation_exists")
)

// Voucher is a promise of issuer A: its holder pays less at target B, and the
// sharing shops and the platform make up for it (S-03).
type Voucher struct {
	ID        id.ID
	Ref       string // the code on the voucher, unique in the community
	Issuer    id.ID
	Target    id.ID
	Member    id.ID
	Amount    money.Amount
	Sharers   []id.ID // shops that share the cost, the first takes left-over fens
	Claim     id.ID   // the claim that was made with it
	IssuedAt  time.Time
	ExpiresAt time.Time
	Used      bool
}

// maxSharers is how many shops may share the cost of a voucher.
const maxSharers = 5

// Validate refuses a voucher that nobody could use. The shop that it is for may
// share its cost, and may not be its issuer.
func (v *Voucher) Validate() error {
	switch {
	case v.Ref == "" || len(v.Ref) > 64 || v.Amount <= 0 || len(v.Sharers) == 0 || len(v.Sharers) > maxSharers || v.Member.IsZero():
		return ErrBadVoucher
	case v.Issuer == v.Target:
		return ErrSameShop
	}
	for i, s := range v.Sharers {
		if slices.Contains(v.Sharers[:i], s) {
			return ErrBadVoucher.On("sharer_refs")
		}
	}
	return nil
}

// Redeem refuses a voucher that member cannot use at target now.
func (v *Voucher) Redeem(member, target id.ID, now time.Time) error {
	switch {
	case v.Member != member:
		return ErrNotYours.On("vouchers").With("voucher", v.Ref)
	case v.Target != target:
		return ErrOtherShop.On("vouchers").With("voucher", v.Ref)
	case v.Used:
		return ErrVoucherUsed.On("vouchers").With("voucher", v.Ref)
	case !now.Before(v.ExpiresAt):
		return ErrVoucherExpired.On("vouchers").With("voucher", v.Ref)
	}
	return nil
}
