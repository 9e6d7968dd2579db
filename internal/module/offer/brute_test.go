package offer

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// anyTill draws a counter with up to four offers and six vouchers.
func anyTill(t *rapid.T) (*Till, Wish) {
	list := money.Amount(rapid.IntRange(1, 150).Draw(t, "list"))
	var offers []Stand
	for n := range rapid.IntRange(0, 4).Draw(t, "offers") {
		offers = append(offers, anyOffer(t, byte(n+1)))
	}
	var vouchers []Voucher
	for n := range rapid.IntRange(0, 6).Draw(t, "vouchers") {
		vouchers = append(vouchers, voucher(byte(n+1), money.Amount(rapid.IntRange(1, 60).Draw(t, "amount")), n/2, func(v *Voucher) {
			v.From = money.Amount(rapid.SampledFrom([]int{0, 0, 40}).Draw(t, "from"))
			v.Category = rapid.SampledFrom([]string{"", "", "a"}).Draw(t, "category")
			v.Alone, v.Change = rapid.Bool().Draw(t, "alone"), rapid.Bool().Draw(t, "change")
			if rapid.IntRange(0, 9).Draw(t, "barred") == 0 {
				v.Bar = say("这张券已经过期")
			}
		}))
	}
	c := till(list, offers, vouchers, money.Amount(rapid.IntRange(0, 90).Draw(t, "coins")))
	c.Good, c.FirstTime, c.OwnDay = rapid.Bool().Draw(t, "good"), rapid.Bool().Draw(t, "first"), rapid.Bool().Draw(t, "own")
	c.Rules.Together, c.Rules.AtOnce = rapid.IntRange(0, 4).Draw(t, "together"), rapid.IntRange(0, 4).Draw(t, "at once")
	c.Rules.OfferShare = money.Rate(rapid.SampledFrom([]int{0, 300_000, 700_000}).Draw(t, "share"))
	var w Wish
	if rapid.Bool().Draw(t, "coins wished") {
		w.Coins = amount(money.Amount(rapid.IntRange(0, 60).Draw(t, "wished")))
	}
	if w.Chosen = rapid.IntRange(0, 3).Draw(t, "chosen") == 0; w.Chosen {
		for _, v := range vouchers {
			if rapid.Bool().Draw(t, "this one") {
				w.Vouchers = append(w.Vouchers, v.Ref)
			}
		}
	}
	w.Plain = rapid.IntRange(0, 5).Draw(t, "plain") == 0
	return c, w
}

func anyOffer(t *rapid.T, n byte) Stand {
	k := rapid.SampledFrom(Kinds).Draw(t, "kind")
	return stand(n, string(k), k, func(o *Stand) {
		o.ID = id.ID{n}
		o.Category = rapid.SampledFrom(Categories).Draw(t, "category")
		o.Whom = rapid.SampledFrom([]Whom{Everybody, Members}).Draw(t, "whom")
		if rapid.Bool().Draw(t, "rate") {
			o.Rate = money.Rate(rapid.IntRange(1, 999_999).Draw(t, "rate"))
		} else {
			from := money.Amount(rapid.IntRange(1, 60).Draw(t, "from"))
			o.Steps = []Step{{from, money.Amount(rapid.IntRange(1, 40).Draw(t, "off"))}}
			o.Every = rapid.Bool().Draw(t, "every")
		}
		o.Budget = money.Amount(rapid.SampledFrom([]int{0, 0, 12}).Draw(t, "budget"))
		o.Total, o.Uses = rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "total"), rapid.IntRange(0, 2).Draw(t, "uses")
		o.When.Own = rapid.IntRange(0, 4).Draw(t, "own") == 0
	})
}

// outcome is one combination as the words of docs/offers.md say it, worked out on its
// own.
type outcome struct {
	cash, coins, price money.Amount
	ends               []time.Time
	offers             int
}

// paid works one combination out, and says whether the rules allow it.
func paid(t *Till, w Wish, offers, vouchers []int) (out outcome, ok bool) {
	price, categories := t.List, map[Category]bool{}
	for _, k := range Kinds {
		for _, n := range offers {
			o := t.Offers[n]
			if o.Kind != k {
				continue
			}
			var off money.Amount
			switch {
			case len(o.Steps) == 0:
				off = price - (price*money.Amount(o.Rate)+500_000)/1_000_000
			case o.Every:
				off = price / o.Steps[0].From * o.Steps[0].Off
			case price >= o.Steps[0].From:
				off = o.Steps[0].Off
			}
			off = min(off, t.List*money.Amount(t.Rules.OfferShare)/1_000_000-(t.List-price))
			if categories[o.Category] || off <= 0 || o.Budget > 0 && o.Saved+off > o.Budget || o.Total > 0 && o.Uses >= o.Total ||
				o.Whom == Members && !t.Good || o.Kind == FirstTime && !t.FirstTime || o.When.Own && !t.OwnDay || w.Plain {
				return out, false
			}
			categories[o.Category] = true
			price -= off
		}
	}
	if len(offers) > t.Rules.Together || len(vouchers) > t.Rules.AtOnce {
		return out, false
	}
	left, lost, alike := price, false, false
	var sum, smallest money.Amount
	for _, n := range vouchers {
		v := t.Vouchers[n]
		if !v.Bar.IsZero() || v.From > price || v.Alone && len(offers) > 0 || v.Category != "" && alike || w.Chosen && !slices.Contains(w.Vouchers, v.Ref) {
			return out, false
		}
		alike = alike || v.Category != ""
		sum += v.Amount
		if v.Change {
			smallest = max(smallest, v.Amount)
		}
		out.ends = append(out.ends, v.Ends)
	}
	if lost = sum > price; lost && smallest <= sum-price {
		return out, false // nobody's rest is large enough to go
	}
	left -= min(sum, price)
	out.coins = min(price*money.Amount(t.Rules.CoinShare)/1_000_000, t.Coins, left)
	if w.Coins != nil {
		out.coins = min(out.coins, *w.Coins)
	}
	out.cash, out.price, out.offers = left-out.coins, price, len(offers)
	return out, true
}

func before(w Wish, a, b outcome) bool {
	if w.Chosen && len(a.ends) != len(b.ends) {
		return len(a.ends) > len(b.ends)
	}
	if a.cash != b.cash {
		return a.cash < b.cash
	}
	if len(a.ends) != len(b.ends) {
		return len(a.ends) < len(b.ends)
	}
	if c := slices.CompareFunc(a.ends, b.ends, time.Time.Compare); c != 0 {
		return c < 0
	}
	if a.coins != b.coins {
		return a.coins < b.coins
	}
	return a.offers < b.offers
}

func bits(set, n int) (places []int) {
	for i := range n {
		if set&(1<<i) != 0 {
			places = append(places, i)
		}
	}
	return places
}

// TestNothingBeatsTheProposal tries every subset of offers and of vouchers.
func TestNothingBeatsTheProposal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w := anyTill(t)
		var best outcome
		found := false
		for o := range 1 << len(c.Offers) {
			for v := range 1 << len(c.Vouchers) {
				if out, ok := paid(c, w, bits(o, len(c.Offers)), bits(v, len(c.Vouchers))); ok && (!found || before(w, out, best)) {
					best, found = out, true
				}
			}
		}
		p := Propose(c, w)
		got := outcome{cash: p.Cash, coins: p.Coins, price: p.Price, offers: len(p.Reductions)}
		for _, v := range p.Vouchers {
			got.ends = append(got.ends, c.Vouchers[slices.IndexFunc(c.Vouchers, func(x Voucher) bool { return x.ID == v.ID })].Ends)
		}
		if before(w, best, got) || before(w, got, best) {
			t.Fatalf("proposed %+v, there is %+v\n%s", got, best, told(&p))
		}
	})
}

// TestAProposalAddsUp checks what holds of every proposal.
func TestAProposalAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w := anyTill(t)
		p := Propose(c, w)
		price, left := p.List, p.Price
		for _, r := range p.Reductions {
			price -= r.Saved
			if r.Saved <= 0 || r.Why.IsZero() {
				t.Fatalf("a reduction of %d says %q", r.Saved, r.Why.Key)
			}
		}
		for _, v := range p.Vouchers {
			left -= v.Amount
			if v.Amount <= 0 {
				t.Fatal("a voucher pays nothing")
			}
		}
		if price != p.Price || left != p.Coins+p.Cash || p.Cash < 0 || p.Coins < 0 || p.Coins > p.CoinsMost || p.Price <= 0 {
			t.Fatalf("it does not add up: %+v", p)
		}
		for _, r := range p.Not {
			if r.Why.IsZero() || r.What == "" {
				t.Fatalf("%q is not used and nobody says why", r.What)
			}
		}
		for _, v := range c.Vouchers {
			used := slices.ContainsFunc(p.Vouchers, func(u VoucherUse) bool { return u.ID == v.ID })
			told := slices.ContainsFunc(p.Not, func(r Reason) bool { return r.Ref == v.Ref })
			if used == told {
				t.Fatalf("%s is used %v and told of %v", v.Ref, used, told)
			}
		}
		for _, o := range c.Offers {
			used := slices.ContainsFunc(p.Reductions, func(r Reduction) bool { return r.Offer == o.ID })
			told := slices.ContainsFunc(p.Not, func(r Reason) bool { return r.Ref == o.ID.String() })
			if used == told {
				t.Fatalf("%s is used %v and told of %v", o.Name, used, told)
			}
		}
		if again := Propose(c, w); told(&again) != told(&p) || len(again.Not) != len(p.Not) {
			t.Fatal("asked again, it says something else")
		}
	})
}

// TestAFullPurseIsWeighedInTime: many vouchers and offers do not hold a till up.
func TestAFullPurseIsWeighedInTime(t *testing.T) {
	var offers []Stand
	for n := range RunningMax {
		offers = append(offers, stand(byte(n+1), "x", Kinds[n%4], func(o *Stand) {
			o.Category, o.Steps = Categories[n%4], []Step{{100, money.Amount(101 + 7*n)}}
		}))
	}
	var vouchers []Voucher
	for n := range 200 {
		vouchers = append(vouchers, voucher(byte(n), money.Amount(301+13*n), n, nil))
	}
	for _, atOnce := range []int{3, 8} {
		c := till(90_00, offers, vouchers, 1_00)
		c.Rules.Together, c.Rules.AtOnce = 4, atOnce
		n := 0
		for _, p := range c.prices(Wish{}) {
			c.eachSet(c.weighable(Wish{}), &p, func([]int) { n++ })
		}
		if n > 1_500_000 {
			t.Errorf("%d combinations are weighed for %d vouchers at once", n, atOnce)
		}
		if p := Propose(c, Wish{}); len(p.Not)+len(p.Vouchers)+len(p.Reductions) < 200 {
			t.Error("something is not spoken of")
		}
	}
}
