package settlement

import (
	"gongyi/internal/kernel/id"
)

// Facts are stored with each entry, for as long as the books are kept. The form
// is compact, and one value has one encoding: a kind, a version, flags that say
// which parts are there, then the parts. A part that is zero is left out; cut,
// overlong and redundant forms are refused, so facts cannot be stored in two ways.

// The kinds of facts, and the one version there is. Stored: never renumber.
const (
	kindPurchase  = 'p'
	kindRefund    = 'r'
	formatVersion = 1
)

// The parts of a purchase that may be missing. Stored: never renumber.
const (
	hasList = 1 << iota
	hasCoupon
	hasItems
	hasCoins
	hasHeld
	hasDirect
	hasVouchers
	hasPledge
	hasBuyer
	hasLeader
	hasClaim
	hasThrottle
	hasSplits // since vouchers come in series
	allParts  = 1<<iota - 1
)

// AppendFacts appends the stored form of a purchase's facts.
func AppendFacts(b []byte, f *Facts) []byte {
	w := wire{b: b}
	w.purchase(f)
	return w.b
}

// DecodeFacts reads what AppendFacts wrote, and nothing else.
func DecodeFacts(b []byte, f *Facts) error {
	*f = Facts{}
	w := wire{b: b, reading: true}
	w.purchase(f)
	return w.end()
}

// AppendRefund appends the stored form of a refund's facts.
func AppendRefund(b []byte, f RefundFacts) []byte {
	w := wire{b: b}
	w.refund(&f)
	return w.b
}

// DecodeRefund reads what AppendRefund wrote, and nothing else.
func DecodeRefund(b []byte) (f RefundFacts, err error) {
	w := wire{b: b, reading: true}
	w.refund(&f)
	return f, w.end()
}

// purchase is the form of a purchase's facts, written or read.
func (w *wire) purchase(f *Facts) {
	w.header(kindPurchase)
	parts := w.flags(f.parts())
	integer(w, &f.Policy)
	w.time(&f.PurchasedAt)
	integer(w, &f.BookedOn)
	integer(w, &f.Price)
	w.id(&f.Merchant.ID)
	octet(w, &f.Merchant.Tier)
	if parts&hasList != 0 {
		integer(w, &f.List)
	}
	if parts&hasCoupon != 0 {
		integer(w, &f.Coupon)
	}
	if parts&hasItems != 0 {
		integer(w, &f.Items)
	}
	if parts&hasCoins != 0 {
		integer(w, &f.Coins)
	}
	if parts&hasHeld != 0 {
		integer(w, &f.Held)
	}
	if parts&hasDirect != 0 {
		integer(w, &f.Direct)
	}
	if parts&hasVouchers != 0 {
		w.vouchers(&f.Vouchers)
	}
	if parts&hasPledge != 0 {
		integer(w, &f.Merchant.Pledge)
	}
	if parts&hasBuyer != 0 {
		w.id(&f.Buyer.ID)
		octet(w, &f.Buyer.Standing)
	}
	if parts&hasLeader != 0 {
		w.id(&f.Leader.ID)
		octet(w, &f.Leader.Level)
		integer(w, &f.Leader.CapLeft)
	}
	if parts&hasClaim != 0 {
		w.id(&f.Claim.ID)
		w.id(&f.Claim.Merchant)
		w.id(&f.Claim.Voucher)
		w.time(&f.Claim.MadeAt)
	}
	if parts&hasThrottle != 0 {
		integer(w, &f.Throttle.Backing)
		integer(w, &f.Throttle.Outstanding)
	}
	if parts&hasSplits != 0 {
		w.splits(f.Vouchers)
	}
	if f.parts() != parts {
		w.fail("a part is marked but empty")
	}
}

func (w *wire) vouchers(list *[]Voucher) {
	n := w.count(len(*list), MaxVouchers)
	if w.reading {
		*list = make([]Voucher, n)
	}
	for i := range *list {
		v := &(*list)[i]
		w.id(&v.ID)
		integer(w, &v.Amount)
		if n := w.count(len(v.Sharers), MaxSharers); w.reading && n > 0 {
			v.Sharers = make([]id.ID, n)
		}
		for j := range v.Sharers {
			w.id(&v.Sharers[j])
		}
	}
}

// splits are the splits of the vouchers, in their order: one more than the number of
// weights, or zero if the voucher has none.
func (w *wire) splits(list []Voucher) {
	for i := range list {
		v := &list[i]
		n := 0
		if v.Split != nil {
			n = 1 + len(v.Split.Weights)
		}
		if n = w.count(n, 1+MaxSharers); n == 0 {
			continue
		}
		if w.reading {
			v.Split = new(Split)
			if n > 1 {
				v.Split.Weights = make([]int64, n-1)
			}
		}
		integer(w, &v.Split.Platform)
		for j := range v.Split.Weights {
			integer(w, &v.Split.Weights[j])
		}
	}
}

// refund is the form of a refund's facts, written or read.
func (w *wire) refund(f *RefundFacts) {
	w.header(kindRefund)
	integer(w, &f.Entry)
	integer(w, &f.Before)
	integer(w, &f.Amount)
}

// parts are the flags of the parts that f has.
func (f *Facts) parts() (flags uint64) {
	for _, part := range [...]struct {
		flag  uint64
		there bool
	}{
		{hasList, f.List != 0},
		{hasCoupon, f.Coupon != 0},
		{hasItems, f.Items != 0},
		{hasCoins, f.Coins != 0},
		{hasHeld, f.Held != 0},
		{hasDirect, f.Direct != 0},
		{hasVouchers, len(f.Vouchers) > 0},
		{hasPledge, f.Merchant.Pledge != 0},
		{hasBuyer, f.Buyer != Buyer{}},
		{hasLeader, f.Leader != Leader{}},
		{hasClaim, f.Claim != Claim{}},
		{hasThrottle, f.Throttle != Throttle{}},
		{hasSplits, f.split()},
	} {
		if part.there {
			flags |= part.flag
		}
	}
	return flags
}
