package settlement

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
)

// Facts is everything the rules read about one purchase, and what its receipt
// shows besides. It is stored with the entry, so that the entry can be made again
// from it, byte for byte (settlement.md, invariant 7). A part that the purchase
// does not have is zero.
type Facts struct {
	Policy      int        // number of the policy version in force at PurchasedAt
	PurchasedAt time.Time  // counts to the microsecond
	BookedOn    period.Day // the day that closes, caps and periods use

	Price  money.Amount // G: after the shop's own member price or discount
	List   money.Amount // sum of the shelf prices, information only
	Coupon money.Amount // a maker's coupon, information only
	Items  int          // number of goods, information only

	// How G was paid: the parts add up to it.
	Vouchers []Voucher
	Coins    money.Amount // time-coins at face value
	Held     money.Amount // cash that the licensed provider holds
	Direct   money.Amount // cash that the shop took itself

	Merchant Merchant
	Buyer    Buyer
	Leader   Leader // of the team that the buyer is on
	Claim    Claim  // the shop that sent the buyer: see ChooseClaim
	Throttle Throttle
}

// Voucher is a cross-shop voucher used in the purchase (E1). A voucher that no
// shop shares is the platform's own, for instance an apology (L3).
type Voucher struct {
	ID      id.ID
	Amount  money.Amount
	Sharers []id.ID // the merchants who share its cost, the first named first
	Split   *Split  // how they share it, if its series says so; nil: as the policy does
}

// Split is how the cost of a voucher of a series is shared: what the platform takes,
// and the weights by which the sharing merchants take the rest, in their order.
type Split struct {
	Platform money.Rate
	Weights  []int64
}

// Merchant is the shop that sold.
type Merchant struct {
	ID     id.ID
	Tier   policy.Tier
	Pledge money.Rate // its care pledge (S-10)
}

// Standing is what the buyer is to the community. Numbers are stored: never renumber.
type Standing uint8

// The standings of a buyer.
const (
	Stranger   Standing = 0 // no member, or not known
	Lapsed     Standing = 1 // a member, but not in good standing
	GoodMember Standing = 2 // a member in good standing
)

// Buyer is the member who bought; a zero ID is somebody we do not know.
type Buyer struct {
	ID       id.ID
	Standing Standing
}

// Leader is the leader of the team that the buyer is on, one level and no more (B4).
type Leader struct {
	ID      id.ID
	Level   policy.Level
	CapLeft money.Amount // fen left of the leader's cap in the month of BookedOn
}

// Claim says that a shop sent the buyer to this one, by a voucher or a word (C1).
type Claim struct {
	ID       id.ID
	Merchant id.ID // who sent the buyer
	Voucher  id.ID // the voucher that made the claim, zero if it was a recommendation
	MadeAt   time.Time
}

// Throttle is what stands behind the coins at this moment (F7). Leave it zero
// while the policy sets no backing floor.
type Throttle struct {
	Backing     money.Amount // fen in coin/backing
	Outstanding money.Amount // hundredths of a coin, before this entry
}

// Bounds of what one purchase may carry. They keep facts small and decoding safe,
// and an entry, with every sharer short, within what the ledger takes.
const (
	MaxVouchers = 8
	MaxSharers  = 5
	MaxWeight   = 1_000_000
)

// cash is c of settlement.md: money of either kind.
func (f *Facts) cash() money.Amount { return f.Held + f.Direct }

// vouchers is Σv.
func (f *Facts) vouchers() (sum money.Amount) {
	for i := range f.Vouchers {
		sum += f.Vouchers[i].Amount
	}
	return sum
}

// split reports whether a voucher has a split of its own.
func (f *Facts) split() bool {
	for i := range f.Vouchers {
		if f.Vouchers[i].Split != nil {
			return true
		}
	}
	return false
}

// isMember says whether the buyer is a known member, in good standing or not.
func (f *Facts) isMember() bool { return !f.Buyer.ID.IsZero() && f.Buyer.Standing != Stranger }
