package settlement

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/ledger"
)

// taken lists what a refund of total in all returns of each tender, voucher legs
// in order, and the tenders themselves.
func taken(c *Case, total money.Amount) (back, whole []money.Amount) {
	r := returned(c.Facts, total)
	back = append(back, r.held, r.direct, r.coins)
	whole = append(whole, c.Held, c.Direct, c.Coins)
	for _, l := range c.legs {
		if l.Rule.Number == 3 {
			back = append(back, r.vouchers.take(l.Amount))
			whole = append(whole, l.Amount)
		}
	}
	return back, whole
}

// TestTendersTakeTheRefundExactly: they add up to it, none returns more than it
// is, none shrinks as the refund grows, and the whole is returned at the end.
func TestTendersTakeTheRefundExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		var c Case
		c.run(&p, f)
		less := upTo(t, "a refund", f.Price)
		more := less + upTo(t, "and more", f.Price-less)
		a, whole := taken(&c, less)
		b, _ := taken(&c, more)
		var sum money.Amount
		for i := range a {
			sum += a[i]
			if a[i] < 0 || a[i] > b[i] || b[i] > whole[i] {
				t.Fatalf("tender %d of %v: %v of a refund of %d, %v of one of %d", i, whole, a, less, b, more)
			}
		}
		if sum != less {
			t.Fatalf("tenders return %d of a refund of %d", sum, less)
		}
		all, _ := taken(&c, f.Price)
		if diff := cmp.Diff(whole, all); diff != "" {
			t.Fatalf("a whole refund does not return every tender:\n%s", diff)
		}
	})
}

// TestCashIsReturnedRoundedUp is the formula of settlement.md for cash, and for
// what is no tender.
func TestCashIsReturnedRoundedUp(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		total := 1 + upTo(t, "refund", f.Price-1)
		res, err := Refund(&p, f, RefundFacts{Amount: total}, richBooks(), &s)
		if err != nil {
			t.Fatal(err)
		}
		if want := (f.cash()*total + f.Price - 1) / f.Price; res.Held+res.Direct != want {
			t.Fatalf("returns %d of %d in cash, want %d", res.Held+res.Direct, f.cash(), want)
		}
		var undone [Rules]money.Amount
		for _, l := range res.Legs {
			undone[l.Rule.Number] += l.Amount
		}
		for _, n := range []int{4, 5, 6, 7, 8, 9, 10} {
			if want := s.c.sums[n].amount * total / f.Price; undone[n] != want {
				t.Fatalf("S-%02dR undoes %d of %d, want %d", n, undone[n], s.c.sums[n].amount, want)
			}
		}
	})
}

// TestWholeRefundIsTheExactInverse, leg by leg and in the order of the rules.
func TestWholeRefundIsTheExactInverse(t *testing.T) {
	var settling, refunding Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		sale, err := Settle(&p, f, richBooks(), &settling)
		if err != nil {
			t.Fatal(err)
		}
		var want []ledger.Leg
		for _, l := range sale.Legs {
			want = append(want, l.Reversed())
		}
		back, err := Refund(&p, f, RefundFacts{Amount: f.Price}, richBooks(), &refunding)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, append([]ledger.Leg(nil), back.Legs...)); diff != "" {
			t.Fatal(diff)
		}
		if !back.Whole || back.LeaderCap != sale.Moved[8] {
			t.Fatalf("whole %v, the leader's cap gets %d of %d back", back.Whole, back.LeaderCap, sale.Moved[8])
		}
	})
}

// TestRefundsInPartsUndoThePurchase: whatever the parts, when the last fen is
// returned the books stand as before the purchase.
func TestRefundsInPartsUndoThePurchase(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		b := richBooks()
		before := maps.Clone(b)
		sale, err := Settle(&p, f, b, &s)
		if err != nil {
			t.Fatal(err)
		}
		post(t, b, sale.Legs)
		for done := money.Amount(0); done < f.Price; {
			part := 1 + upTo(t, "part", f.Price-done-1)
			if rapid.IntRange(0, 4).Draw(t, "the rest at once") == 0 {
				part = f.Price - done
			}
			res, err := Refund(&p, f, RefundFacts{Before: done, Amount: part}, b, &s)
			if err != nil {
				t.Fatal(err)
			}
			post(t, b, res.Legs)
			done += part
			if got := res.Held + res.Direct + res.Coins + res.Vouchers; got != part || res.Withheld != 0 {
				t.Fatalf("the buyer gets %d of a refund of %d, %d withheld", got, part, res.Withheld)
			}
		}
		maps.DeleteFunc(b, func(a ledger.Account, v money.Amount) bool { return v == before[a] })
		if len(b) > 0 {
			t.Fatalf("left behind: %v", b)
		}
	})
}

// TestRefundsKeepTheBooks: with whatever the parties have left by then.
func TestRefundsKeepTheBooks(t *testing.T) {
	var s Scratch
	rapid.Check(t, func(t *rapid.T) {
		p := drawParams(t)
		f := drawFacts(t, &p)
		done := upTo(t, "done", f.Price-1)
		part := 1 + upTo(t, "part", f.Price-done-1)
		b := drawBooks(t)
		res, err := Refund(&p, f, RefundFacts{Before: done, Amount: part}, b, &s)
		if err != nil {
			t.Fatal(err)
		}
		post(t, b, res.Legs)
		if got := res.Held + res.Direct + res.Coins + res.Vouchers + res.Withheld; got != part {
			t.Fatalf("the buyer gets %d of a refund of %d", got, part)
		}
		if min(res.Held, res.Direct, res.Coins, res.Vouchers, res.Withheld, res.LeaderCap) < 0 {
			t.Fatalf("a refund takes from the buyer: %+v", res)
		}
		if backing := b[ledger.CoinBacking]; backing != res.Withheld {
			t.Fatalf("%d withheld, %d went behind the coins", res.Withheld, backing)
		}
		again := Outcome(f, RefundFacts{Before: done, Amount: part}, res.Legs)
		again.LeaderCap = res.LeaderCap // not told by the legs
		if diff := cmp.Diff(res, again); diff != "" {
			t.Fatalf("told from its legs the refund differs:\n%s", diff)
		}
	})
}

func post(t *rapid.T, b books, legs []ledger.Leg) {
	if err := b.post(legs); err != nil {
		t.Fatal(err)
	}
}
