package promotion

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Voucher is a promise of an issuer: its holder pays less where it is good, and the
// sharing shops and the platform make up for it (S-03). A voucher of no series is of
// one shop A for one shop B.
type Voucher struct {
	ID        id.ID
	Ref       string // the code on the voucher, unique in the community
	Issuer    id.ID  // a shop, zero if it is the alliance's or the platform's
	Target    id.ID  // the shop for which it is, zero if its series says where
	Member    id.ID
	Amount    money.Amount
	Sharers   []id.ID // shops that share the cost, the first takes left-over fens
	Claim     id.ID   // the claim that was made with it, or will be with its first use
	IssuedAt  time.Time
	ExpiresAt time.Time
	Used      bool

	Series     *Series      // nil: it is of no series
	From       time.Time    // good from here on
	Source     int64        // entry of the purchase that brought it, 0 if none
	Promised   money.Amount // what it took of the platform's budget of a month
	PromisedIn period.Month
	Before     bool // it was used once and came back
	Gone       bool // the purchase that brought it came to nothing
	Lapsed     bool // its time is over and its room is given back
}

// maxSharers is how many shops may share the cost of a voucher.
const maxSharers = 5

// Validate refuses a voucher of no series that nobody could use. The shop that it is
// for may share its cost, and may not be its issuer.
func (v *Voucher) Validate() error {
	switch {
	case v.Ref == "" || len(v.Ref) > 64 || v.Amount <= 0 || len(v.Sharers) == 0 || len(v.Sharers) > maxSharers || v.Member.IsZero():
		return ErrBadVoucher
	case v.Issuer == v.Target:
		return ErrSameShop
	case twice(v.Sharers):
		return ErrBadVoucher.On("sharer_refs")
	}
	return nil
}

// GoodAt reports whether the voucher is for a shop.
func (v *Voucher) GoodAt(shop id.ID) bool {
	if v.Series != nil {
		return v.Series.GoodAt(shop)
	}
	return v.Target == shop
}

// Least is the least price that it takes.
func (v *Voucher) Least() money.Amount {
	if v.Series == nil {
		return 0
	}
	return v.Series.Terms.From
}

// Change reports whether it may pay less than its amount.
func (v *Voucher) Change() bool { return v.Series != nil && v.Series.Terms.Change }

// First reports whether its use now would make a claim of its issuer on the buyer's
// purchase at a shop: it is good at several, and was not used before (C1).
func (v *Voucher) First(shop id.ID) bool {
	return v.Series != nil && len(v.Series.Where) != 1 && !v.Issuer.IsZero() && v.Issuer != shop && !v.Before
}

// Purchase is what a voucher asks of the purchase that wants to use it.
type Purchase struct {
	Member  id.ID
	Shop    id.ID
	At      time.Time // local: in the zone of civil days
	Price   money.Amount
	Reduced bool // offers took something off the shelf price
}

// Redeem refuses a voucher that a purchase cannot use.
func (v *Voucher) Redeem(p *Purchase) error {
	refuse := ErrVoucherUsed
	switch {
	case v.Member != p.Member:
		refuse = ErrNotYours
	case !v.GoodAt(p.Shop):
		refuse = ErrOtherShop
	case v.Gone:
		refuse = ErrVoucherGone
	case v.Used:
	case v.Lapsed || !p.At.Before(v.ExpiresAt):
		refuse = ErrVoucherExpired
	case v.Series == nil:
		return nil
	case p.At.Before(v.From):
		refuse = ErrVoucherSoon
	case !v.Series.When.OnDay(p.At) || !v.Series.When.InHours(p.At):
		refuse = ErrVoucherHours
	case p.Price < v.Series.Terms.From:
		refuse = ErrVoucherLess.With("from", v.Series.Terms.From.Grouped(money.CNY))
	case v.Series.Alone && p.Reduced:
		refuse = ErrVoucherAlone
	default:
		return nil
	}
	return refuse.On("vouchers").With("voucher", v.Ref)
}

// Together refuses vouchers that exclude each other.
func Together(all []*Voucher) error {
	for i, v := range all {
		if v.Series == nil || !v.Series.Single {
			continue
		}
		if slices.ContainsFunc(all[:i], func(w *Voucher) bool { return w.Series != nil && w.Series.ID == v.Series.ID }) {
			return ErrVoucherLike.On("vouchers").With("voucher", v.Ref)
		}
	}
	return nil
}

// Pays is what each of the vouchers of a purchase pays if so much is left for them:
// its amount, but for the last one that may lose a rest, if together they are worth
// more. Vouchers that do not fit are left to settlement to refuse.
func Pays(all []*Voucher, left money.Amount) []money.Amount {
	pays := make([]money.Amount, len(all))
	over := -left
	for i, v := range all {
		pays[i] = v.Amount
		over += v.Amount
	}
	for i := len(all) - 1; i >= 0 && over > 0; i-- {
		if all[i].Change() && all[i].Amount > over {
			pays[i] -= over
			over = 0
		}
	}
	return pays
}
