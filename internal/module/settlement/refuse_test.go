package settlement

import (
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

// TestRefusals: each purchase is wrong in one way, and for what is checked later
// in every later way too, so that the order is seen.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Facts)
		want   *fault.Fault
		field  string
	}{
		{"nothing is bought", func(f *Facts) { f.Price, f.Held = 0, 0 }, ErrPriceNotPositive, "price"},
		{"a price below zero", func(f *Facts) { f.Price, f.Held = -1, -1 }, ErrPriceNotPositive, "price"},
		{"cash below zero", func(f *Facts) { f.Held, f.Direct = -1, 12_841 }, ErrNegative, "held"},
		{"a voucher below zero", func(f *Facts) { f.Vouchers = []Voucher{{Amount: -1}}; f.Held++ }, ErrNegative, "vouchers"},
		{"a fen is missing", func(f *Facts) { f.Held-- }, ErrParts, "price"},
		{"a fen too many", func(f *Facts) { f.Held++ }, ErrParts, "held"},
		{"parts that overflow", func(f *Facts) { f.Held, f.Direct = 1<<62, 1<<62 }, ErrParts, "held"},
		{"a voucher worth more than the goods", func(f *Facts) { f.Vouchers = []Voucher{{Amount: 12_841}} }, ErrParts, "vouchers"},
		{"coins for more than half", func(f *Facts) { f.Coins, f.Held = 6_421, 6_419 }, ErrCoinShare, "coins"},
		{"coins of a stranger", func(f *Facts) { f.Buyer.Standing = Stranger; f.Coins, f.Held = 6_420, 6_420 }, ErrCoinsNoMember, "coins"},
		{"coins of nobody known", func(f *Facts) { f.Buyer.ID = id.ID{}; f.Coins, f.Held = 6_420, 6_420 }, ErrCoinsNoMember, "coins"},
		{"an absurd price", func(f *Facts) { f.Price, f.Held = 100_000_001, 100_000_001 }, ErrTooLarge, "price"},
		{"an absurd shelf price", func(f *Facts) { f.List = 200_000_001 }, ErrTooLarge, "list"},
		{"a shelf price below zero", func(f *Facts) { f.List = -1 }, ErrNegative, "list"},
		{"a pledge of more than everything", func(f *Facts) { f.Merchant.Pledge = money.One + 1 }, ErrTooLarge, "pledge"},
		{"backing below zero", func(f *Facts) { f.Throttle.Backing = -1 }, ErrNegative, "backing"},
		{"no shop", func(f *Facts) { f.Merchant.ID = id.ID{} }, ErrNoMerchant, "merchant"},
		{"a shop of no tier", func(f *Facts) { f.Merchant.Tier = 0 }, ErrNoMerchant, "merchant"},
		{"too many vouchers", func(f *Facts) { f.Vouchers = make([]Voucher, MaxVouchers+1) }, ErrTooManyVouchers, "vouchers"},
		{"too many sharers", func(f *Facts) { f.Vouchers = []Voucher{{Sharers: make([]id.ID, MaxSharers+1)}} }, ErrTooManyVouchers, "vouchers"},
		{"a voucher used twice", func(f *Facts) { f.Vouchers = []Voucher{{ID: id.ID{1}}, {ID: id.ID{1}}} }, ErrVoucherTwice, "vouchers"},
		{"a sharer named twice", func(f *Facts) { f.Vouchers = []Voucher{{Sharers: []id.ID{{1}, {2}, {1}}}} }, ErrSharerTwice, "vouchers"},
		{"a weight too few", func(f *Facts) {
			f.Vouchers = []Voucher{{Sharers: []id.ID{{1}, {2}}, Split: &Split{Weights: []int64{1}}}}
		}, ErrBadSplit, "vouchers"},
		{"a weight of nothing", func(f *Facts) { f.Vouchers = []Voucher{{Sharers: []id.ID{{1}}, Split: &Split{Weights: []int64{0}}}} }, ErrBadSplit, "vouchers"},
		{"more than all by the platform", func(f *Facts) { f.Vouchers = []Voucher{{Split: &Split{Platform: money.One + 1}}} }, ErrBadSplit, "vouchers"},
		{"nobody for the rest", func(f *Facts) { f.Vouchers = []Voucher{{Split: &Split{Platform: money.One - 1}}} }, ErrBadSplit, "vouchers"},
		{"coins that the buyer has not", func(f *Facts) { f.Coins, f.Held = 6_420, 6_420 }, ErrCoinsShort, ""},
	} {
		p := policy.Trial2025()
		f := plain()
		c.change(f)
		_, err := Settle(&p, f, books{}, new(Scratch))
		if !errors.Is(err, c.want) || fault.Of(err).Field != c.field {
			t.Errorf("%s: %v, want %v on %q", c.name, err, c.want, c.field)
		}
	}
}

func TestRefundRefusals(t *testing.T) {
	p := policy.Trial2025()
	for _, c := range []struct {
		r    RefundFacts
		want error
	}{
		{RefundFacts{Amount: 0}, ErrRefundNotPositive},
		{RefundFacts{Amount: -1}, ErrRefundNotPositive},
		{RefundFacts{Before: -1, Amount: 2}, ErrRefundNotPositive},
		{RefundFacts{Amount: 12_841}, ErrRefundTooLarge},
		{RefundFacts{Before: 12_840, Amount: 1}, ErrRefundTooLarge},
		{RefundFacts{Before: 1, Amount: 1<<63 - 1}, ErrRefundTooLarge},
		{RefundFacts{Before: 1<<63 - 1, Amount: 1<<63 - 1}, ErrRefundTooLarge},
		{RefundFacts{Before: 12_839, Amount: 1}, nil},
	} {
		if _, err := Refund(&p, plain(), c.r, books{}, new(Scratch)); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.r, err, c.want)
		}
	}
}

func TestCheckClock(t *testing.T) {
	p := policy.Trial2025()
	now := time.Date(2025, 10, 15, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		want error
	}{
		{now, nil},
		{now.Add(5 * time.Minute), nil},
		{now.Add(5*time.Minute + 1), ErrAhead},
		{now.AddDate(0, 0, -30), nil},
		{now.AddDate(0, 0, -30).Add(-1), ErrBackdated},
	} {
		if err := CheckClock(&p, c.at, now); !errors.Is(err, c.want) {
			t.Errorf("purchased at %s: %v, want %v", c.at, err, c.want)
		}
	}
}
