package settlement

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// TestHowAVoucherOfASeriesIsShared: S-03 in words, to the fen. A, B and C share; the
// voucher is used at S.
func TestHowAVoucherOfASeriesIsShared(t *testing.T) {
	a, b, c, shop := id.ID{'A'}, id.ID{'B'}, id.ID{'C'}, id.ID{1, 2, 3}
	for _, x := range []struct {
		id, says string
		voucher  Voucher
		platform money.Amount
		parts    []money.Amount // of the sharers, in their order
	}{
		{"S03-01", "no series: 20%, the rest equally, the left-over fen to the first", Voucher{Amount: 5_01, Sharers: []id.ID{a, b}}, 1_00, []money.Amount{2_01, 2_00}},
		{"S03-02", "the platform's 20%, the rest 3 : 1", Voucher{Amount: 5_00, Sharers: []id.ID{a, b}, Split: &Split{200_000, []int64{3, 1}}}, 1_00, []money.Amount{3_00, 1_00}},
		{"S03-03", "nothing of the platform, 1 : 1 : 1 of 10.00: the left-over fen to the first", Voucher{Amount: 10_00, Sharers: []id.ID{a, b, c}, Split: &Split{0, []int64{1, 1, 1}}}, 0, []money.Amount{3_34, 3_33, 3_33}},
		{"S03-04", "2 : 1 of 0.05: the larger remainder gets the fen", Voucher{Amount: 5, Sharers: []id.ID{a, b}, Split: &Split{0, []int64{1, 2}}}, 0, []money.Amount{2, 3}},
		{"S03-05", "half of 0.01 is half up: all of it is the platform's", Voucher{Amount: 1, Sharers: []id.ID{a, b}, Split: &Split{500_000, []int64{1, 1}}}, 1, []money.Amount{0, 0}},
		{"S03-06", "all of it the platform's", Voucher{Amount: 8_00, Split: &Split{Platform: money.One}}, 8_00, nil},
		{"S03-07", "all of it one shop's", Voucher{Amount: 8_00, Sharers: []id.ID{b}, Split: &Split{0, []int64{7}}}, 0, []money.Amount{8_00}},
	} {
		p := policy.Trial2025()
		f := plain()
		f.Merchant.ID, f.Held = shop, f.Price-x.voucher.Amount
		f.Vouchers = []Voucher{x.voucher}
		res, err := Settle(&p, f, books{payableOf(a): 100_00, payableOf(b): 100_00, payableOf(c): 100_00}, new(Scratch))
		if err != nil {
			t.Fatalf("%s: %v", x.id, err)
		}
		got := make(map[ledger.Account]money.Amount)
		for _, l := range res.Legs {
			if l.Rule.Number == 3 {
				got[l.From] += l.Amount
			}
		}
		if got[ledger.PlatformPromotion] != x.platform {
			t.Errorf("%s %s: the platform gives %d, want %d", x.id, x.says, got[ledger.PlatformPromotion], x.platform)
		}
		for i, want := range x.parts {
			if s := payableOf(x.voucher.Sharers[i]); got[s] != want {
				t.Errorf("%s %s: the sharer at place %d gives %d, want %d", x.id, x.says, i+1, got[s], want)
			}
		}
	}
}
