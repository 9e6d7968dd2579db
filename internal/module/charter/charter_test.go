package charter_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// TestFeeRefund: what comes back of 99.00 for a year (M-02).
func TestFeeRefund(t *testing.T) {
	for _, c := range []struct {
		says  string
		r     charter.FeeRefund
		wants money.Amount
	}{
		{"within the cooling-off, nothing collected", charter.FeeRefund{Fee: 9900, Days: 366}, 9900},
		{"within the cooling-off, a pack worth 12.00 collected", charter.FeeRefund{Fee: 9900, Days: 366, Taken: 1200}, 8700},
		{"the eighth day", charter.FeeRefund{Fee: 9900, Days: 366, Used: 8}, 9684}, // 216.39 fen a day, down
		{"half a year, packs worth less than the days", charter.FeeRefund{Fee: 9900, Days: 366, Used: 183, Taken: 2400}, 4950},
		{"the first month, packs worth more than the days", charter.FeeRefund{Fee: 9900, Days: 366, Used: 30, Taken: 2400}, 7500},
		{"the last day", charter.FeeRefund{Fee: 9900, Days: 366, Used: 366}, 0},
		{"packs worth more than the fee", charter.FeeRefund{Fee: 9900, Days: 366, Taken: 12_000}, 0},
		{"a waived term", charter.FeeRefund{Days: 366, Used: 3}, 0},
	} {
		if got := c.r.Amount(); got != c.wants {
			t.Errorf("%s: %v comes back, want %v", c.says, got, c.wants)
		}
	}
}

// TestFeeRefundNeverGrows: each day less or the same comes back, never more than was
// paid, never less than nothing.
func TestFeeRefundNeverGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := charter.FeeRefund{Fee: money.Amount(rapid.Int64Range(0, 100_000).Draw(t, "fee")), Days: rapid.IntRange(1, 1100).Draw(t, "days"),
			Taken: money.Amount(rapid.Int64Range(0, 100_000).Draw(t, "taken"))}
		before := r.Fee
		for r.Used = 0; r.Used <= r.Days+2; r.Used++ {
			v := r.Amount()
			if v < 0 || v > before {
				t.Fatalf("day %d: %v after %v", r.Used, v, before)
			}
			before = v
		}
		if before != 0 {
			t.Fatalf("%v comes back after the whole term", before)
		}
	})
}

// TestRewards: who recommends is thanked out of the fee, and no further (M-03, B4).
func TestRewards(t *testing.T) {
	p := policy.Trial2025()
	a, b := id.ID{1}, id.ID{2}
	strict := p
	strict.RewardDepth = 0
	for _, c := range []struct {
		says  string
		p     policy.Params
		r     charter.ReferralReward
		wants money.Amount
	}{
		{"a neighbour paid 99.00", p, charter.ReferralReward{Recommender: a, Recommended: b, Fee: 9900, CapLeft: 20_000}, 1000},
		{"the cap has 3.00 left", p, charter.ReferralReward{Recommender: a, Recommended: b, Fee: 9900, CapLeft: 300}, 300},
		{"the cap is used up", p, charter.ReferralReward{Recommender: a, Recommended: b, Fee: 9900}, 0},
		{"the fee was 5.00", p, charter.ReferralReward{Recommender: a, Recommended: b, Fee: 500, CapLeft: 20_000}, 500},
		{"the term was waived", p, charter.ReferralReward{Recommender: a, Recommended: b, CapLeft: 20_000}, 0},
		{"she recommended herself", p, charter.ReferralReward{Recommender: a, Recommended: a, Fee: 9900, CapLeft: 20_000}, 0},
		{"the strict profile", strict, charter.ReferralReward{Recommender: a, Recommended: b, Fee: 9900, CapLeft: 20_000}, 0},
	} {
		if got := c.r.Amount(&c.p); got != c.wants {
			t.Errorf("%s: %v, want %v", c.says, got, c.wants)
		}
	}
}

// TestADividendIsTheSameForAll: whatever the teams bought, and never more than its rate.
func TestADividendIsTheSameForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := policy.Trial2025()
		p.DividendRate = money.Rate(rapid.Int64Range(0, 1_000_000).Draw(t, "rate"))
		p.DividendCap = money.Amount(rapid.Int64Range(0, 300_000).Draw(t, "cap"))
		d := charter.Dividend{Result: money.Amount(rapid.Int64Range(-1_000_000, 100_000_000).Draw(t, "result"))}
		for n := rapid.IntRange(0, 40).Draw(t, "directors"); n > 0; n-- {
			d.Directors = append(d.Directors, id.ID{byte(n)})
		}
		d.Of = len(d.Directors)
		var sum money.Amount
		shares := d.Share(&p)
		var parts []money.Amount // the same in entries of seven each
		for at := 0; at < d.Of; at += 7 {
			part := d
			part.First, part.Directors = at, d.Directors[at:min(at+7, d.Of)]
			parts = append(parts, part.Share(&p)...)
		}
		if !slices.Equal(parts, shares) {
			t.Fatalf("in parts %v, at once %v", parts, shares)
		}
		for _, v := range shares {
			sum += v
			if v > p.DividendCap || v < 0 || shares[0]-v > 1 {
				t.Fatalf("shares %v", shares)
			}
		}
		if sum > p.DividendRate.FloorOf(max(0, d.Result)) {
			t.Fatalf("%v of %v was shared", sum, d.Result)
		}
	})
}

// TestMovesAreReadBack: every move of the charter, filled with numbers, is stored as
// the same bytes again, moves something by a rule that the charter names, and every
// rule is moved by some move.
func TestMovesAreReadBack(t *testing.T) {
	p := policy.Trial2025()
	p.ExpiryMonths = 12 // off by default: nothing would lapse
	used := make(map[ledger.Rule]bool)
	for _, m := range charter.OneOfEach() {
		b, err := charter.Encode(3, m)
		if err != nil {
			t.Fatal(err)
		}
		version, back, err := charter.Decode(b)
		if err != nil || version != 3 || !reflect.DeepEqual(back, m) {
			t.Errorf("%s is read back as %#v of version %d (%v)", m.Kind(), back, version, err)
			continue
		}
		again, _ := charter.Encode(3, back)
		if !bytes.Equal(b, again) {
			t.Errorf("%s is written as\n%s and then as\n%s", m.Kind(), b, again)
		}
		legs := m.Legs(&p)
		if len(legs) == 0 {
			t.Errorf("%s moves nothing: %+v", m.Kind(), m)
		}
		for _, l := range legs {
			rule := charter.ByID(l.Rule)
			if rule == nil || l.From.Pattern() == nil || l.To.Pattern() == nil || l.From.Asset != l.To.Asset || l.Amount <= 0 {
				t.Errorf("%s makes the leg %+v", m.Kind(), l)
				continue
			}
			used[rule.ID] = true
		}
		if diff := cmp.Diff(legs, back.Legs(&p)); diff != "" {
			t.Errorf("%s: other legs: %s", m.Kind(), diff)
		}
	}
	for _, r := range charter.Rulebook {
		if !used[r.ID] {
			t.Errorf("no move uses %s", r.ID)
		}
	}
}

func TestForeignFactsAreRefused(t *testing.T) {
	for _, b := range []string{"", "{}", `{"move":"lottery","policy":1,"facts":{}}`, `{"move":"penalty","policy":1,"facts":{"dice":6}}`, `{"move":"penalty","policy":1,"facts":{},"more":1}`} {
		if _, m, err := charter.Decode([]byte(b)); err == nil {
			t.Errorf("%s is read as %+v", b, m)
		}
	}
}
