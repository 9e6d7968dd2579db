// Package promotion keeps vouchers, one by one and in series, and the claims of shops
// that recommended a buyer (C1, E1, E4). A series says who issues it, where it is good,
// who pays for it and how many there are; those who pay agree before it is published.
// The package decides who may use what; the money of vouchers and claims moves in
// settlement.
package promotion

import (
	"embed"
	"io/fs"

	"gongyi/internal/kernel/fault"
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
		{Name: "promotion_recommendation", Placement: db.Distributed}, {Name: "promotion_voucher_hold", Placement: db.Distributed},
		{Name: "promotion_series", Placement: db.Distributed}, {Name: "promotion_series_step", Placement: db.Distributed},
		{Name: "promotion_series_count", Placement: db.Distributed}, {Name: "promotion_series_person", Placement: db.Distributed},
		{Name: "promotion_month", Placement: db.Distributed}, {Name: "promotion_voucher_due", Placement: db.Distributed},
		{Name: "promotion_voucher_lapse", Placement: db.Distributed}},
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
	ErrVoucherGone    = fault.New(fault.Conflict, "promotion.voucher_gone") // the purchase that brought it came to nothing
	ErrVoucherSoon    = fault.New(fault.Conflict, "promotion.voucher_not_yet")
	ErrVoucherHours   = fault.New(fault.Conflict, "promotion.voucher_other_hours")
	ErrVoucherLess    = fault.New(fault.Conflict, "promotion.voucher_needs_more") // details: from
	ErrVoucherAlone   = fault.New(fault.Conflict, "promotion.voucher_not_with_offers")
	ErrVoucherLike    = fault.New(fault.Conflict, "promotion.voucher_like_another") // one of its series a purchase
	ErrVoucherHeld    = fault.New(fault.Conflict, "promotion.voucher_held")         // another checkout is about to use it

	ErrBadRecommendation    = fault.New(fault.Invalid, "promotion.bad_recommendation")
	ErrRecommendationExists = fault.New(fault.Conflict, "promotion.recommendation_exists")
)
