package settlement

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
)

// busy is a purchase that most rules have something to say about.
func busy() *Facts {
	f := plain()
	f.Price, f.Coins, f.Held = 6_000, 1_000, 4_500
	f.Vouchers = []Voucher{{ID: id.ID{'v'}, Amount: 500, Sharers: []id.ID{{'A'}}}}
	f.Claim = Claim{ID: id.ID{'c'}, Merchant: id.ID{'A'}, Voucher: id.ID{'v'}, MadeAt: f.PurchasedAt}
	f.Leader = Leader{ID: id.ID{'l'}, Level: policy.Gold, CapLeft: 200_000}
	return f
}

func BenchmarkSettle(b *testing.B) {
	for _, c := range []struct {
		name  string
		facts *Facts
	}{{"plain", plain()}, {"busy", busy()}} {
		b.Run(c.name, func(b *testing.B) {
			p := policy.Trial2025()
			have := books{coinsOf(c.facts.Buyer.ID): 1_000, payableOf(id.ID{'A'}): 10_000}
			var s Scratch
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Settle(&p, c.facts, have, &s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReplay(b *testing.B) {
	h := &shelf{params: policy.Trial2025()}
	facts := AppendFacts(nil, plain())
	have := books{}
	var s Scratch
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Replay(facts, h, have, &s); err != nil {
			b.Fatal(err)
		}
	}
}

// TestSettleAllocatesNothing keeps the till's hot path free of garbage.
func TestSettleAllocatesNothing(t *testing.T) {
	p := policy.Trial2025()
	f := busy()
	have := books{coinsOf(f.Buyer.ID): 1_000, payableOf(id.ID{'A'}): 10_000}
	var s Scratch
	buf := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := Settle(&p, f, have, &s); err != nil {
			t.Fatal(err)
		}
		buf = AppendFacts(buf[:0], f)
	}); n != 0 {
		t.Errorf("%v allocations a purchase", n)
	}
}

func policyOfTrial() *policy.Params {
	p := policy.Trial2025()
	return &p
}
