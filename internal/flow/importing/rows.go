package importing

import (
	"time"

	"gongyi/internal/kernel/money"
)

// MemberRow is one household that moves in. Texts are blank where unknown; "5+"
// people or "3+" children are what the source says, so they stay text.
type MemberRow struct {
	Line          int
	Ref           string
	Community     string
	AgeBand       string
	HouseholdSize string
	Kids          string
}

// MerchantRow is one shop of one industry.
type MerchantRow struct {
	Line       int
	Ref        string
	Community  string
	Industry   string
	IndustryZh string
}

// PurchaseRow is one purchase (settlement.md, "Import"): G = c = Paid.
type PurchaseRow struct {
	Line     int
	Ref      string // the idempotency key within the shop's community
	At       time.Time
	Member   string
	Merchant string
	List     money.Amount // shelf prices, information only; 0 where the file does not say
	Paid     money.Amount // positive
	Coupon   money.Amount // a maker's coupon: on the receipt, no leg
	Items    int          // 0 where the file does not say
}

// NextMember is the next row of a table of members: a row, or why it was
// rejected, or io.EOF. Any other error means that the rest cannot be read.
func (t *Table) NextMember() (MemberRow, *Rejection, error) {
	return next(t, func(c *cells) MemberRow {
		return MemberRow{
			Line:          c.row.Line,
			Ref:           c.ref(memberRef),
			Community:     c.ref(memberCommunity),
			AgeBand:       c.note(memberAge),
			HouseholdSize: c.note(memberHousehold),
			Kids:          c.note(memberKids),
		}
	})
}

// NextMerchant is the same for a table of merchants.
func (t *Table) NextMerchant() (MerchantRow, *Rejection, error) {
	return next(t, func(c *cells) MerchantRow {
		return MerchantRow{
			Line:       c.row.Line,
			Ref:        c.ref(merchantRef),
			Community:  c.ref(merchantCommunity),
			Industry:   c.ref(merchantIndustry),
			IndustryZh: c.note(merchantIndustryZh),
		}
	})
}

// NextPurchase is the same for a table of purchases.
func (t *Table) NextPurchase() (PurchaseRow, *Rejection, error) {
	return next(t, func(c *cells) PurchaseRow {
		return PurchaseRow{
			Line:     c.row.Line,
			Ref:      c.freshRef(purchaseRef),
			At:       c.time(purchasedAt),
			Member:   c.ref(purchaseMember),
			Merchant: c.ref(purchaseMerchant),
			List:     c.amount(purchaseList, atLeastZero),
			Paid:     c.amount(purchasePaid, positive),
			Coupon:   c.amount(purchaseCoupon, atLeastZero),
			Items:    c.count(purchaseItems),
		}
	})
}

func next[T any](t *Table, parse func(*cells) T) (T, *Rejection, error) {
	var none T
	row, err := t.sheet.Next()
	if err != nil {
		return none, nil, err
	}
	c := &t.cells
	c.row, c.refused = row, nil
	if row.Err != nil {
		return none, c.rejectRow(row.Err), nil
	}
	v := parse(c)
	if c.refused != nil {
		return none, c.refused, nil
	}
	return v, nil, nil
}
