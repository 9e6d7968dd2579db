package money_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
)

func TestParseAndDecimal(t *testing.T) {
	for _, c := range []struct {
		text  string
		asset money.Asset
		want  money.Amount
		ok    bool
	}{
		{"128.40", money.CNY, 12840, true}, {"0.01", money.CNY, 1, true}, {"-3", money.CNY, -300, true}, {"7.5", money.Coin, 750, true},
		{"98792", money.Point, 98792, true}, {"1.5", money.Point, 0, false}, {"1.234", money.CNY, 0, false}, {"", money.CNY, 0, false},
		{".5", money.CNY, 0, false}, {"1.", money.CNY, 0, false}, {"--1", money.CNY, 0, false}, {"1e3", money.CNY, 0, false},
		{" 1", money.CNY, 0, false}, {"１", money.CNY, 0, false}, {"9999999999999999", money.CNY, 0, false},
	} {
		got, err := money.Parse(c.text, c.asset)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("Parse(%q, %v) = %d, %v; want %d, %v", c.text, c.asset, got, err, c.want, c.ok)
		}
	}
}

func TestDecimalIsTheInverseOfParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asset := rapid.SampledFrom(money.Assets).Draw(t, "asset")
		v := money.Amount(rapid.Int64Range(-1e14, 1e14).Draw(t, "v"))
		back, err := money.Parse(v.Decimal(asset), asset)
		if err != nil || back != v {
			t.Fatalf("%d became %q became %d (%v)", v, v.Decimal(asset), back, err)
		}
	})
}

func TestGrouped(t *testing.T) {
	for v, want := range map[money.Amount]string{0: "0.00", 7: "0.07", -385: "−3.85", 128637400: "1,286,374.00", -100000: "−1,000.00"} {
		if got := v.Grouped(money.CNY); got != want {
			t.Errorf("%d is %s, want %s", v, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for r, want := range map[money.Rate]string{30_000: "3%", 5_000: "0.5%", 1_000_000: "100%", 12_345: "1.2345%", 0: "0%"} {
		if got := r.Percent(); got != want {
			t.Errorf("%d is %s, want %s", r, got, want)
		}
	}
}

// Of rounds half up, against rational numbers of any size (D7).
func TestRateRoundsHalfUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := money.Rate(rapid.Int64Range(0, 1_000_000).Draw(t, "rate"))
		v := money.Amount(rapid.Int64Range(0, 1<<62).Draw(t, "v"))
		n := new(big.Int).Mul(big.NewInt(int64(v)), big.NewInt(int64(r)))
		n.Add(n, big.NewInt(500_000)).Div(n, big.NewInt(1_000_000))
		if got := r.Of(v); n.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%s of %d is %d, want %s", r.Percent(), v, got, n)
		}
	})
}

func TestAllotAddsUpAndIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 8).Draw(t, "weights")
		total := money.Amount(rapid.Int64Range(0, 1e12).Draw(t, "total"))
		var sum money.Amount
		parts := make([]money.Amount, len(weights))
		for i, w := range weights {
			parts[i] = money.Amount(w)
			sum += money.Amount(w)
		}
		got := money.Allot(total, parts)
		if sum == 0 {
			if got != nil {
				t.Fatal("nothing can be allotted to nobody")
			}
			return
		}
		var back money.Amount
		for i, v := range got {
			back += v
			if low := money.MulDiv(total, parts[i], sum); v < low || v > low+1 {
				t.Fatalf("part %d got %d of %d, its share is %d", i, v, total, low)
			}
		}
		if back != total {
			t.Fatalf("%v add up to %d, want %d", got, back, total)
		}
	})
}

func TestEqualGivesLeftOversToTheFirst(t *testing.T) {
	got := money.Equal(400, 3)
	if got[0] != 134 || got[1] != 133 || got[2] != 133 {
		t.Errorf("got %v", got)
	}
}
