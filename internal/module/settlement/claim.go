package settlement

import (
	"bytes"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
)

// Candidate is a claim that no purchase has used yet, on this buyer and for this
// shop.
type Candidate struct {
	Claim
	Owner id.ID // member who owns the claiming shop, zero if unknown
}

// ChooseClaim picks the claim that a purchase uses (C1): one made by a voucher
// that is used in this very purchase, else the smallest by (made_at, id). Claims
// past their time, of the selling shop itself, and of a shop whose owner is the
// buyer are passed over; a buyer who is no member has none. f must hold the
// buyer, the shop, the vouchers and the time of the purchase.
//
// A claim made a moment after the purchase is good too: a till's clock may be slow.
func ChooseClaim(p *policy.Params, f *Facts, candidates []Candidate) (Claim, bool) {
	var best *Candidate
	for i := range candidates {
		if c := &candidates[i]; f.mayUse(p, c) && (best == nil || f.prefers(c, best)) {
			best = c
		}
	}
	if best == nil {
		return Claim{}, false
	}
	return best.Claim, true
}

func (f *Facts) mayUse(p *policy.Params, c *Candidate) bool {
	return f.isMember() && c.Merchant != f.Merchant.ID && c.Owner != f.Buyer.ID && goodUntil(p, c.MadeAt, f.PurchasedAt)
}

// prefers reports whether claim a comes before claim b.
func (f *Facts) prefers(a, b *Candidate) bool {
	if x, y := f.uses(a.Voucher), f.uses(b.Voucher); x != y {
		return x
	}
	if x, y := a.MadeAt.UnixMicro(), b.MadeAt.UnixMicro(); x != y {
		return x < y
	}
	return bytes.Compare(a.ID[:], b.ID[:]) < 0
}

// uses reports whether a voucher is used in this purchase.
func (f *Facts) uses(voucher id.ID) bool {
	return !voucher.IsZero() && slices.ContainsFunc(f.Vouchers, func(v Voucher) bool { return v.ID == voucher })
}
