package charter_test

import (
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// accounts are a community's books of a test.
type accounts map[ledger.Account]money.Amount

func (a accounts) Balance(x ledger.Account) money.Amount { return a[x] }

func (a accounts) post(legs []ledger.Leg) {
	for _, l := range legs {
		a[l.From] -= l.Amount
		a[l.To] += l.Amount
	}
}

// TestAPayoutMakesNoDebt: whatever somebody writes into a batch, an account is paid out
// what it holds at most, and what comes back pays a debt first.
func TestAPayoutMakesNoDebt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := policy.Trial2025()
		shop := party.Owner{Kind: party.Merchant, ID: id.ID{1}}
		payable, owed := ledger.Of(shop, ledger.Payable), ledger.In(shop, ledger.Owed, money.CNY)
		held := money.Amount(rapid.Int64Range(0, 10_000).Draw(t, "held"))
		asked := money.Amount(rapid.Int64Range(0, 20_000).Draw(t, "asked"))
		b := accounts{payable: held, ledger.GatewayClearing: -held}
		b.post(charter.Settle(&p, charter.Payout{Merchant: shop.ID, Held: held, Amount: asked}, b))
		if b[payable] < 0 || b[owed] != 0 || b[ledger.GatewayClearing] > 0 {
			t.Fatalf("held %v, asked %v: %v", held, asked, b)
		}
		paid := held - b[payable]
		b[owed] = -money.Amount(rapid.Int64Range(0, 5_000).Draw(t, "debt")) // a refund came meanwhile
		debt := -b[owed]
		b.post(charter.Settle(&p, charter.PayoutReturned{Merchant: shop.ID, Amount: paid}, b))
		if b[payable] != held-paid+paid-min(debt, paid) || b[owed] != -debt+min(debt, paid) {
			t.Fatalf("paid %v came back to a debt of %v: %v", paid, debt, b)
		}
	})
}

// TestWithdrawingEarnsNothing: P-04 moves where income lies and touches no account of
// income or cost.
func TestWithdrawingEarnsNothing(t *testing.T) {
	p := policy.Trial2025()
	for _, c := range []struct{ own, asked, wants money.Amount }{{10_000, 4_000, 4_000}, {10_000, 12_000, 10_000}, {0, 500, 0}, {-300, 500, 0}} {
		legs := charter.IncomeWithdrawn{Own: c.own, Amount: c.asked}.Legs(&p)
		var sum money.Amount
		for _, l := range legs {
			if l.From != ledger.PlatformTill || l.To != ledger.GatewayClearing {
				t.Errorf("%+v", l)
			}
			sum += l.Amount
		}
		if sum != c.wants {
			t.Errorf("of %v, asked for %v: %v, want %v", c.own, c.asked, sum, c.wants)
		}
	}
}
