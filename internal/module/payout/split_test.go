package payout_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/pay"
)

var (
	limits = pay.Limits{Share: 300_000, Receivers: 5, Requests: 50, After: time.Minute, Within: 30 * 24 * time.Hour, ReturnDays: 180}
	noon   = time.Date(2025, 10, 20, 12, 0, 0, 0, time.UTC)
	a, b   = id.ID{1}, id.ID{2}
)

func order(key string, shop id.ID, amount money.Amount, ago time.Duration) payout.Order {
	return payout.Order{Key: key, Shop: shop, Amount: amount, PaidAt: noon.Add(-ago)}
}

func toShop(at id.ID, v money.Amount) payout.Claim {
	return payout.Claim{Kind: payout.OfShop, ID: at, Amount: v}
}

func toPlatform(v money.Amount) payout.Claim {
	return payout.Claim{Kind: payout.OfPlatform, Amount: v}
}

// outcome is what a plan brings each receiver, in the words of the tests.
func outcome(orders []payout.Order, p payout.SplitPlan) (got map[payout.Claim]money.Amount, rest map[string]money.Amount) {
	got, rest = make(map[payout.Claim]money.Amount), make(map[string]money.Amount)
	shop := make(map[string]id.ID)
	for _, o := range orders {
		rest[o.Key], shop[o.Key] = o.Frozen(), o.Shop
	}
	for _, r := range p.Requests {
		for _, x := range r.Parts {
			got[payout.Claim{Kind: x.Kind, ID: x.ID}] += x.Amount
			rest[r.Order] -= x.Amount
		}
		if r.Release {
			got[toShop(shop[r.Order], 0)] += rest[r.Order]
			rest[r.Order] = 0
		}
	}
	return got, rest
}

// TestSplitInWords: small markets, to the fen.
func TestSplitInWords(t *testing.T) {
	for _, c := range []struct {
		says    string
		orders  []payout.Order
		claims  []payout.Claim
		want    []payout.Request
		carried []payout.Carried
	}{
		{"one sale: the platform's share, the rest released",
			[]payout.Order{order("o1", a, 100_00, time.Hour)}, []payout.Claim{toShop(a, 97_00), toPlatform(3_00)},
			[]payout.Request{{Order: "o1", Parts: []payout.Part{{Kind: payout.OfPlatform, Amount: 3_00}}, Release: true}}, nil},
		{"more than 30% is due to others: the shop waits rather than get too much",
			[]payout.Order{order("o1", a, 100_00, time.Hour)}, []payout.Claim{toShop(a, 60_00), toPlatform(40_00)},
			[]payout.Request{{Order: "o1", Parts: []payout.Part{{Kind: payout.OfPlatform, Amount: 30_00}}}},
			[]payout.Carried{{Claim: toShop(a, 60_00), Why: payout.InOrders}, {Claim: toPlatform(10_00), Why: payout.OverCap}}},
		{"another shop's voucher: one order feeds both",
			[]payout.Order{order("o1", a, 50_00, 2*time.Hour), order("o2", b, 45_00, time.Hour)}, []payout.Claim{toShop(a, 44_00), toShop(b, 49_00), toPlatform(2_00)},
			[]payout.Request{{Order: "o1", Parts: []payout.Part{{Kind: payout.OfShop, ID: b, Amount: 4_00}, {Kind: payout.OfPlatform, Amount: 2_00}}, Release: true}, {Order: "o2", Release: true}}, nil},
		{"paid half a minute ago: not yet",
			[]payout.Order{order("o1", a, 10_00, 30*time.Second)}, []payout.Claim{toShop(a, 10_00)},
			nil, []payout.Carried{{Claim: toShop(a, 10_00), Why: payout.NoMoney}}},
		{"an order that was given back whole is nothing",
			[]payout.Order{{Key: "o1", Shop: a, Amount: 10_00, Refunded: 10_00, PaidAt: noon.Add(-time.Hour)}}, []payout.Claim{toShop(a, 10_00)},
			nil, []payout.Carried{{Claim: toShop(a, 10_00), Why: payout.NoMoney}}},
		{"nothing is due: nothing is said", []payout.Order{order("o1", a, 10_00, time.Hour)}, nil, nil, nil},
	} {
		p := payout.Split(c.orders, c.claims, limits, limits.Share, noon)
		if !reflect.DeepEqual(p.Requests, c.want) || !reflect.DeepEqual(p.Carried, c.carried) {
			t.Errorf("%s:\n%+v\n%+v\nwant\n%+v\n%+v", c.says, p.Requests, p.Carried, c.want, c.carried)
		}
	}
}

// TestWhatIsTooLateIsNamed: after thirty days the provider has released the order.
func TestWhatIsTooLateIsNamed(t *testing.T) {
	orders := []payout.Order{order("old", a, 100_00, 31*24*time.Hour), order("new", a, 50_00, time.Hour)}
	p := payout.Split(orders, []payout.Claim{toShop(a, 90_00), toPlatform(5_00)}, limits, limits.Share, noon)
	if len(p.Late) != 1 || p.Late[0] != "old" || len(p.Over) != 1 || p.Over[0] != toShop(a, 10_00) {
		t.Errorf("late %v, over %v", p.Late, p.Over)
	}
	if got, rest := outcome(orders, p); got[toShop(a, 0)] != 0 || got[toPlatform(0)] != 5_00 || rest["new"] != 45_00 {
		t.Errorf("got %v, rest %v", got, rest)
	}
}

type market struct {
	orders []payout.Order
	claims []payout.Claim
}

func drawMarket(t *rapid.T) (m market) {
	shops := rapid.IntRange(1, 5).Draw(t, "shops")
	for n := range rapid.IntRange(0, 12).Draw(t, "orders") {
		o := payout.Order{Key: fmt.Sprintf("o%02d", n), Shop: id.ID{byte(1 + rapid.IntRange(0, shops-1).Draw(t, "shop"))},
			Amount: money.Amount(rapid.Int64Range(1, 20_000).Draw(t, "amount")), PaidAt: noon.Add(-time.Duration(rapid.IntRange(0, 32*24*60).Draw(t, "minutes")) * time.Minute),
			Requests: rapid.SampledFrom([]int{0, 0, 0, 1, 49, 50}).Draw(t, "requests"), Released: rapid.IntRange(0, 9).Draw(t, "released") == 0}
		o.Refunded = money.Amount(rapid.Int64Range(0, int64(o.Amount)).Draw(t, "refunded")) * money.Amount(rapid.IntRange(0, 1).Draw(t, "was refunded"))
		if o.Requests > 0 {
			o.Shared = money.Amount(rapid.Int64Range(0, int64(limits.Share.FloorOf(o.Amount-o.Refunded))).Draw(t, "shared"))
		}
		m.orders = append(m.orders, o)
	}
	for n := range shops {
		m.claims = append(m.claims, toShop(id.ID{byte(n + 1)}, money.Amount(rapid.Int64Range(0, 40_000).Draw(t, "claim"))))
	}
	for n := range rapid.IntRange(0, 14).Draw(t, "people") {
		m.claims = append(m.claims, payout.Claim{Kind: payout.OfPerson, ID: id.ID{byte(100 + n)}, Amount: money.Amount(rapid.Int64Range(0, 500).Draw(t, "reward"))})
	}
	platform, fund := rapid.Int64Range(0, 9_000).Draw(t, "platform"), rapid.Int64Range(0, 3_000).Draw(t, "fund")
	m.claims = append(m.claims, toPlatform(money.Amount(platform)), payout.Claim{Kind: payout.OfFund, Amount: money.Amount(fund)})
	return m
}

// TestSplitKeepsTheLaw: whatever the market, no cap is passed, nobody gets a fen more or
// less than her claim with what is carried, and no fen is made or lost.
func TestSplitKeepsTheLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarket(t)
		rate := min(limits.Share, money.Rate(rapid.Int64Range(0, 300_000).Draw(t, "rate")))
		p := payout.Split(m.orders, m.claims, limits, rate, noon)
		by := make(map[string]payout.Order)
		byItself := make(map[payout.Claim]money.Amount)
		late := make(map[string]bool)
		for _, k := range p.Late {
			late[k] = true
		}
		for _, o := range m.orders {
			by[o.Key] = o
			if late[o.Key] {
				byItself[toShop(o.Shop, 0)] += o.Frozen()
			}
		}
		for _, x := range p.Over {
			byItself[payout.Claim{Kind: x.Kind, ID: x.ID}] -= x.Amount
		}
		requests, shared, released := make(map[string]int), make(map[string]money.Amount), make(map[string]bool)
		for _, r := range p.Requests {
			o, known := by[r.Order]
			age := noon.Sub(o.PaidAt)
			if !known || o.Released || released[r.Order] || age < limits.After || age > limits.Within || len(r.Parts) > limits.Receivers || len(r.Parts) == 0 && !r.Release {
				t.Fatalf("%+v of %+v", r, o)
			}
			requests[r.Order]++
			released[r.Order] = r.Release
			seen := make(map[payout.Claim]bool)
			for _, x := range r.Parts {
				who := payout.Claim{Kind: x.Kind, ID: x.ID}
				if x.Amount <= 0 || seen[who] || x.Kind == payout.OfShop && x.ID == o.Shop {
					t.Fatalf("%+v of %+v", r, o)
				}
				seen[who] = true
				shared[r.Order] += x.Amount
			}
		}
		for key, o := range by {
			if o.Requests+requests[key] > limits.Requests && requests[key] > 0 || shared[key] > 0 && o.Shared+shared[key] > rate.FloorOf(o.Amount-o.Refunded) || shared[key] > o.Frozen() {
				t.Fatalf("%s: %d requests, %v shared of %+v", key, requests[key], shared[key], o)
			}
		}
		got, rest := outcome(m.orders, p)
		for _, c := range p.Carried {
			if c.Amount <= 0 {
				t.Fatalf("carried %+v", c)
			}
			got[payout.Claim{Kind: c.Kind, ID: c.ID}] += c.Amount
		}
		var delivered, frozen, left money.Amount
		for _, c := range m.claims {
			who := payout.Claim{Kind: c.Kind, ID: c.ID}
			if got[who]+byItself[who] != c.Amount {
				t.Fatalf("%+v gets or is promised %v, and %v by itself", c, got[who], byItself[who])
			}
			delivered += got[who]
		}
		for _, c := range p.Carried {
			delivered -= c.Amount
		}
		for key, o := range by {
			if !late[key] {
				frozen, left = frozen+o.Frozen(), left+rest[key]
			}
		}
		if delivered+left != frozen {
			t.Fatalf("%v was frozen, %v delivered, %v is left", frozen, delivered, left)
		}
	})
}

// TestSplitIsTheSameInAnyOrder: of orders, and of claims.
func TestSplitIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMarket(t)
		p := payout.Split(m.orders, m.claims, limits, limits.Share, noon)
		dice := rand.New(rand.NewPCG(uint64(rapid.Int64().Draw(t, "dice")), 1))
		dice.Shuffle(len(m.orders), func(i, j int) { m.orders[i], m.orders[j] = m.orders[j], m.orders[i] })
		dice.Shuffle(len(m.claims), func(i, j int) { m.claims[i], m.claims[j] = m.claims[j], m.claims[i] })
		if again := payout.Split(m.orders, m.claims, limits, limits.Share, noon); !reflect.DeepEqual(again, p) {
			t.Fatalf("%+v\nand\n%+v", p, again)
		}
	})
}

// TestAnOrdinaryDayIsDeliveredWhole: where every sale owes others less than the cap,
// nothing is carried but what one order more or less would mend.
func TestAnOrdinaryDayIsDeliveredWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims := make(map[payout.Claim]money.Amount)
		var orders []payout.Order
		for n := range rapid.IntRange(1, 60).Draw(t, "orders") {
			o := order(fmt.Sprintf("o%02d", n), id.ID{byte(1 + n%4)}, money.Amount(rapid.Int64Range(100, 30_000).Draw(t, "amount")), time.Duration(1+n)*time.Hour)
			fee, rebate := money.Rate(30_000).Of(o.Amount), money.Rate(50_000).Of(o.Amount)
			claims[toPlatform(0)] += fee
			claims[toShop(id.ID{byte(1 + (n+1)%4)}, 0)] += rebate // another shop sent the buyer
			claims[toShop(o.Shop, 0)] += o.Amount - fee - rebate
			orders = append(orders, o)
		}
		var all []payout.Claim
		for c, v := range claims {
			c.Amount = v
			all = append(all, c)
		}
		p := payout.Split(orders, all, limits, limits.Share, noon)
		if len(p.Carried) > 0 && len(orders) >= 4 {
			for _, c := range p.Carried {
				if c.Why == payout.NoMoney {
					t.Fatalf("%+v of %d orders", p.Carried, len(orders))
				}
			}
		}
		if got, _ := outcome(orders, p); len(orders) >= 40 && len(p.Carried) > 0 {
			t.Fatalf("carried %+v; got %v", p.Carried, got)
		}
	})
}

// TestGiveBacks: what a refund takes is asked back of those who may be asked, and what is
// not is named.
func TestGiveBacks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var given []payout.Given
		for n := range rapid.IntRange(0, 8).Draw(t, "given") {
			g := payout.Given{Share: fmt.Sprint("s", n), Kind: rapid.SampledFrom([]payout.Owner{payout.OfShop, payout.OfPerson, payout.OfPlatform}).Draw(t, "kind"), ID: id.ID{byte(rapid.IntRange(0, 2).Draw(t, "who"))},
				Amount: money.Amount(rapid.Int64Range(1, 1000).Draw(t, "amount")), At: noon.AddDate(0, 0, -rapid.IntRange(0, 200).Draw(t, "days"))}
			g.Returned = money.Amount(rapid.Int64Range(0, int64(g.Amount)).Draw(t, "returned"))
			given = append(given, g)
		}
		want := payout.Claim{Kind: rapid.SampledFrom([]payout.Owner{payout.OfShop, payout.OfPerson, payout.OfPlatform}).Draw(t, "from"), ID: id.ID{byte(rapid.IntRange(0, 2).Draw(t, "whom"))}, Amount: money.Amount(rapid.Int64Range(0, 3000).Draw(t, "wanted"))}
		back, left := payout.GiveBacks(given, []payout.Claim{want}, limits, noon)
		var sum money.Amount
		for _, x := range back {
			sum += x.Amount
			for _, g := range given {
				if g.Share != x.Share {
					continue
				}
				if x.Amount <= 0 || x.Amount > g.Amount-g.Returned || g.Kind == payout.OfPerson || g.Kind != want.Kind || g.ID != want.ID || noon.After(g.At.AddDate(0, 0, limits.ReturnDays)) {
					t.Fatalf("%+v of %+v for %+v", x, g, want)
				}
			}
		}
		for _, x := range left {
			sum += x.Amount
			if want.Kind == payout.OfPerson && x.Why != payout.FromPerson {
				t.Fatalf("%+v", x)
			}
		}
		if sum != want.Amount {
			t.Fatalf("%v of %v", sum, want.Amount)
		}
	})
}
