package settlement

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// TestSettleKeepsTheBooks: whatever was bought, however short the accounts, the
// entry can be posted, no floor is passed, and who holds something owes nothing.
func TestSettleKeepsTheBooks(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		b := drawBooks(t)
		b[coinsOf(f.Buyer.ID)] += f.Coins
		if f.Coins > 0 {
			delete(b, ledger.In(coinsOf(f.Buyer.ID).Owner, ledger.Owed, money.Coin))
		}
		res, err := Settle(&p, f, b, &s)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.post(res.Legs); err != nil {
			t.Fatal(err)
		}
	})
}

// TestShortAccountsChangeOnlyWhoPays: rule by rule the posted legs carry what the
// rules moved, but for what would move from an account to itself.
func TestShortAccountsChangeOnlyWhoPays(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		b := drawBooks(t)
		b[coinsOf(f.Buyer.ID)] += f.Coins
		res, err := Settle(&p, f, b, &s)
		if err != nil {
			t.Fatal(err)
		}
		moved := res.Moved
		for _, l := range res.Legs {
			moved[l.Rule.Number] -= l.Amount
		}
		for _, l := range s.c.legs {
			if l.From == l.To { // the shop's own share of a voucher
				moved[l.Rule.Number] -= l.Amount
			}
		}
		if moved != [Rules]money.Amount{} {
			t.Fatalf("posted legs differ from what the rules moved by %v", moved)
		}
	})
}

// TestEachRuleIsHalfAFenOff: D7 — a percentage is off by at most half a unit, a
// limit only ever lowers it, and the platform never pays for a purchase.
func TestEachRuleIsHalfAFenOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		var c Case
		c.run(&p, f)
		for n, rate := range map[int]money.Rate{4: c.commission(), 5: p.WelfareRate, 6: p.ClaimRebate, 8: p.TeamShare, 10: f.Merchant.Pledge} {
			got := c.sums[n]
			if got.wanted == 0 && got.amount == 0 && len(Rulebook[n-1].When) > 0 {
				continue // not applied, or nothing to share
			}
			off := 2*got.wanted*money.Amount(money.One) - 2*f.Price*money.Amount(rate)
			if off > money.Amount(money.One) || off <= -money.Amount(money.One) {
				t.Fatalf("S-%02d: %s of %d is not %d", n, rate.Percent(), f.Price, got.wanted)
			}
			if got.amount > got.wanted || got.amount < got.wanted && got.limit == nil {
				t.Fatalf("S-%02d: %d moved of %d, limited by %v", n, got.amount, got.wanted, got.limit)
			}
		}
		if c.commissionLeft() < 0 {
			t.Fatalf("platform/commission pays %d for a purchase", -c.commissionLeft())
		}
	})
}

// TestThrottle compares S-07 with the formula in exact fractions.
func TestThrottle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		if often(t, "backing near the floor") {
			p.BackingFloor = 1 + rates(t, "floor", 1_999_999)
			f.Throttle.Outstanding = upTo(t, "outstanding", policy.BooksMax/2)
			half := money.MulDiv(f.Throttle.Outstanding, money.Amount(p.BackingFloor), 2*money.Amount(money.One))
			f.Throttle.Backing = half + upTo(t, "above half", half)
		}
		var c Case
		c.run(&p, f)
		factor := big.NewRat(1, 1)
		if floor := int64(p.BackingFloor); floor > 0 && f.Throttle.Outstanding > 0 {
			factor.SetFrac(big.NewInt(2*int64(f.Throttle.Backing)*int64(money.One)), new(big.Int).Mul(big.NewInt(floor), big.NewInt(int64(f.Throttle.Outstanding))))
			factor.Sub(factor, big.NewRat(1, 1))
		}
		if factor.Sign() < 0 {
			factor.SetInt64(0)
		}
		if factor.Cmp(big.NewRat(1, 1)) > 0 {
			factor.SetInt64(1)
		}
		want := factor.Mul(factor, big.NewRat(int64(p.Cashback)*int64(f.cash()), int64(money.One)))
		want.Add(want, big.NewRat(1, 2))
		half := new(big.Int).Quo(want.Num(), want.Denom())
		if got := c.cashback().amount; int64(got) != half.Int64() {
			t.Fatalf("cash-back %d, want %s", got, half)
		}
	})
}

// TestWherePartsAddUp: what the receipt's picture shows is the whole price.
func TestWherePartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		var sum money.Amount
		for _, part := range Where(&p, f) {
			sum += part.Amount
		}
		if sum != f.Price {
			t.Fatalf("parts add up to %d of %d", sum, f.Price)
		}
	})
}
