package settlement

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/policy"
)

func TestFactsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		want := drawFacts(t, &p)
		b := AppendFacts(nil, want)
		var got Facts
		if err := DecodeFacts(b, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Fatal(diff)
		}
		for n := range b {
			if DecodeFacts(b[:n], &got) == nil {
				t.Fatalf("facts cut after %d of %d bytes were read", n, len(b))
			}
		}
		if DecodeFacts(append(b, 0), &got) == nil {
			t.Fatal("facts with a byte too many were read")
		}
	})
}

func TestRefundFactsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := RefundFacts{
			Entry:  rapid.Int64().Draw(t, "entry"),
			Before: money.Amount(rapid.Int64().Draw(t, "before")),
			Amount: money.Amount(rapid.Int64().Draw(t, "amount")),
		}
		b := AppendRefund(nil, want)
		if got, err := DecodeRefund(b); err != nil || got != want {
			t.Fatalf("%+v came back as %+v, %v", want, got, err)
		}
		for n := range b {
			if _, err := DecodeRefund(b[:n]); err == nil {
				t.Fatalf("cut after %d of %d bytes it was read", n, len(b))
			}
		}
	})
}

// plain is an everyday purchase: a member pays cash at a standard shop.
func plain() *Facts {
	return &Facts{
		Policy: 1, PurchasedAt: time.Date(2025, 10, 15, 10, 24, 7, 123_456_000, time.UTC), BookedOn: 20_376,
		Price: 12_840, List: 13_520, Items: 3, Held: 12_840,
		Merchant: Merchant{ID: id.ID{1, 2, 3}, Tier: policy.Standard},
		Buyer:    Buyer{ID: id.ID{4, 5, 6}, Standing: GoodMember},
	}
}

func TestPlainFactsAreSmall(t *testing.T) {
	if n := len(AppendFacts(nil, plain())); n > 64 {
		t.Errorf("an everyday purchase takes %d bytes", n)
	}
}

// TestStoredFormStays: facts are kept as long as the books. If this test fails,
// old entries cannot be verified any more; make a new version instead.
func TestStoredFormStays(t *testing.T) {
	f := plain()
	f.Merchant.Pledge = 2_000
	f.Coins, f.Direct, f.Coupon = 100, 200, 5
	f.Vouchers = []Voucher{{ID: id.ID{9}, Amount: 500, Sharers: []id.ID{{7}, {8}}}}
	f.Leader = Leader{ID: id.ID{10}, Level: policy.Gold, CapLeft: -1}
	f.Claim = Claim{ID: id.ID{11}, Merchant: id.ID{7}, Voucher: id.ID{9}, MadeAt: f.PurchasedAt}
	f.Throttle = Throttle{Backing: 1, Outstanding: 2}
	const want = "" +
		"7001ff1f028088b6e8fccba006b0be02d0c8010102030000000000000000000000000001a0d3010a06c801d0c80190030109" +
		"000000000000000000000000000000e807020700000000000000000000000000000008000000000000000000000000000000" +
		"a01f04050600000000000000000000000000020a00000000000000000000000000000002010b000000000000000000000000" +
		"00000007000000000000000000000000000000090000000000000000000000000000008088b6e8fccba0060204"
	if got := hexOf(AppendFacts(nil, f)); got != want {
		t.Error(got)
	}
	f.Vouchers = append(f.Vouchers, Voucher{ID: id.ID{12}, Amount: 300, Sharers: []id.ID{{7}, {8}}, Split: &Split{Platform: 200_000, Weights: []int64{3, 1}}})
	const split = "" +
		"7001ff3f028088b6e8fccba006b0be02d0c8010102030000000000000000000000000001a0d3010a06c801d0c80190030209" +
		"000000000000000000000000000000e807020700000000000000000000000000000008000000000000000000000000000000" +
		"0c000000000000000000000000000000d8040207000000000000000000000000000000080000000000000000000000000000" +
		"00a01f04050600000000000000000000000000020a00000000000000000000000000000002010b0000000000000000000000" +
		"0000000007000000000000000000000000000000090000000000000000000000000000008088b6e8fccba0060204000380b5" +
		"180602"
	if got := hexOf(AppendFacts(nil, f)); got != split {
		t.Error(got)
	}
	const refund = "7201f81e02d00f"
	if got := hexOf(AppendRefund(nil, RefundFacts{Entry: 1980, Before: 1, Amount: 1000})); got != refund {
		t.Error(got)
	}
}

// TestOneFormOnly: what could be stored in a second way, or without bounds, is
// not read.
func TestOneFormOnly(t *testing.T) {
	one, two := plain(), plain()
	one.Items, two.Items = 1, 2
	empty, other := AppendFacts(nil, one), AppendFacts(nil, two)
	for i := range empty {
		if empty[i] != other[i] {
			empty[i] = 0 // the only byte that tells them apart is the number of items
		}
	}
	many, wide := plain(), plain()
	many.Vouchers = make([]Voucher, MaxVouchers+1)
	wide.Vouchers = []Voucher{{Sharers: make([]id.ID, MaxSharers+1)}}
	day := AppendFacts(nil, plain())
	for name, b := range map[string][]byte{
		"a part that is marked but zero": empty,
		"more vouchers than a purchase":  AppendFacts(nil, many),
		"more sharers than a voucher":    AppendFacts(nil, wide),
		"a later version":                append([]byte{kindPurchase, formatVersion + 1}, day[2:]...),
		"a part that nobody knows":       append([]byte{kindPurchase, formatVersion, day[2], day[3] | 0x40}, day[4:]...),
	} {
		if err := DecodeFacts(b, new(Facts)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	overlong := []byte{kindRefund, formatVersion, 2, 0, 0x82, 0}
	if _, err := DecodeRefund(overlong); err == nil {
		t.Error("a number in two bytes that fits one was read")
	}
}

func FuzzDecodeFacts(f *testing.F) {
	f.Add(AppendFacts(nil, plain()))
	f.Add(AppendRefund(nil, RefundFacts{Entry: 7, Before: 1, Amount: 2}))
	f.Add([]byte{kindPurchase, formatVersion, 0x80, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		var facts Facts
		if DecodeFacts(b, &facts) == nil && !bytes.Equal(AppendFacts(nil, &facts), b) {
			t.Errorf("%x is a second way to store facts", b)
		}
		if r, err := DecodeRefund(b); err == nil && !bytes.Equal(AppendRefund(nil, r), b) {
			t.Errorf("%x is a second way to store a refund", b)
		}
	})
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
