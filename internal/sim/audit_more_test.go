package sim

import (
	"slices"
	"testing"
	"time"
)

func refused(t *testing.T, v *village, s Step, why Reason) {
	t.Helper()
	if e := v.Predict(s); e.Accept || !slices.Contains(e.Refuse, why) {
		t.Errorf("%T%+v: %+v, want refusal for %q", s, s, e, why)
	}
}

// The cap is counted in the month of booked_on; a refund gives room back.
func TestLeaderCap(t *testing.T) {
	v := newVillage(t, func(n *Neighbourhood) { team(n); n.Policy.LeaderCap = 300 })
	reward := func(s Step) int64 { return v.does(s)["K member:L/rewards CNY"] }
	if got := reward(v.held("1", 10_000)); got != 200 {
		t.Errorf("first %d, want 200", got)
	}
	if got := reward(v.held("2", 10_000)); got != 100 {
		t.Errorf("second %d, want what is left of the cap, 100", got)
	}
	if got := reward(v.held("3", 10_000)); got != 0 {
		t.Errorf("third %d, want 0", got)
	}
	v.does(Refund{Head: v.head("R"), Purchase: "1", Amount: 10_000})
	if got := reward(v.held("4", 10_000)); got != 200 {
		t.Errorf("after the refund %d, want 200", got)
	}
	v.now = time.Date(2025, 3, 31, 15, 59, 0, 0, time.UTC)
	if got := reward(v.held("5", 10_000)); got != 0 {
		t.Errorf("in the last minute of March %d, want 0", got)
	}
	v.now = v.now.Add(time.Minute)
	if got := reward(v.held("6", 10_000)); got != 200 {
		t.Errorf("in April %d, want 200", got)
	}
}

// Only a gold leader's team is shared with, and not her own purchases.
func TestWhoseTeamCounts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Neighbourhood)
		want   int64
	}{
		"gold":      {team, 200},
		"diamond":   {func(n *Neighbourhood) { team(n); n.Households[1].Level = Diamond }, 200},
		"silver":    {func(n *Neighbourhood) { team(n); n.Households[1].Level = Silver }, 0},
		"herself":   {func(n *Neighbourhood) { n.Households[0].Leader, n.Households[0].Level = "M", Gold }, 0},
		"no leader": {nil, 0},
	} {
		v := newVillage(t, c.change)
		got := v.does(v.held("1", 10_000))
		if got["K member:L/rewards CNY"]+got["K member:M/rewards CNY"] != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestBuyers(t *testing.T) {
	v := newVillage(t, func(n *Neighbourhood) { team(n); n.Households[0].Good = false })
	got := v.does(v.held("1", 10_000))
	if got["K member:M/coins COIN"] != 0 || got["K member:M/points POINT"] != 100 || got["K member:L/rewards CNY"] != 200 {
		t.Errorf("a member not in good standing: %v", got)
	}
	p := v.held("2", 10_000)
	p.Buyer = ""
	v.want("a stranger", v.does(p), map[string]int64{
		"gateway/clearing CNY": -10_000, "merchant:B/payable CNY": 9_700, "platform/commission CNY": 250, "fund/welfare CNY": 50,
	})
}

// f = clamp(2·backing ÷ (floor·outstanding) − 1, 0, 1), rounded once.
func TestThrottle(t *testing.T) {
	for _, c := range []struct{ backing, out, floor, want int64 }{
		{0, 0, 1_000_000, 500},           // nothing outstanding
		{0, 1_000, 1_000_000, 0},         // no backing
		{500, 1_000, 1_000_000, 0},       // half of the floor: f = 0
		{750, 1_000, 1_000_000, 250},     // f = 1/2
		{1_000, 1_000, 1_000_000, 500},   // at the floor: f = 1
		{2_000, 1_000, 1_000_000, 500},   // beyond it
		{667, 1_000, 1_000_000, 167},     // f = 0.334
		{101, 1_000, 200_000, 5},         // f = 0.01
		{7, 100_000_000_000, 1, 0},       // no overflow
		{1, 999_999_999, 1_000_000, 0},   // next to nothing
		{60_000, 100_000, 700_000, 357},  // f = 5/7 = 0.714…
		{35_001, 100_000, 700_000, 0},    // f just above 0
		{69_999, 100_000, 700_000, 500},  // f just below 1
		{35_071, 100_000, 700_000, 1},    // 1.01…
		{500, 1_000, 0, 500},             // no floor
		{1, 1_000_000, 0, 500},           // no floor
		{52_500, 100_000, 700_000, 250},  // f = 1/2
		{52_535, 100_000, 700_000, 251},  // 250.5 goes up
		{52_534, 100_000, 700_000, 250},  // 250.48…
		{700_000, 1_000_000, 1, 500},     // tiny floor
		{349_999, 1_000_000, 700_000, 0}, // just below half
	} {
		k := &community{ledgerOf: ledgerOf{balance: map[account]int64{backing: c.backing, coinIssue: -c.out}}}
		p := Trial()
		p.BackingFloor = c.floor
		if got := k.cashback(p, 10_000); got != c.want {
			t.Errorf("backing %d, outstanding %d, floor %d: %d, want %d", c.backing, c.out, c.floor, got, c.want)
		}
	}
}

func TestClaims(t *testing.T) {
	rebate := func(v *village, s Step) int64 { return v.does(s)["K merchant:A/payable CNY"] }
	word := func(v *village) Recommend { return Recommend{v.head("W"), "A", "B", "M"} }

	v := newVillage(t, nil)
	v.does(word(v))
	if got := rebate(v, v.held("1", 1_000)); got != 50 {
		t.Errorf("first purchase %d, want 50", got)
	}
	if got := rebate(v, v.held("2", 1_000)); got != 0 {
		t.Errorf("second purchase %d, want 0: the claim is used up", got)
	}

	v = newVillage(t, nil)
	w := word(v)
	v.does(w)
	v.now = w.Now.Add(720*time.Hour - 2*time.Second)
	if got := rebate(v, v.held("1", 1_000)); got != 50 { // one second before the end
		t.Errorf("in the last second %d, want 50", got)
	}
	v = newVillage(t, nil)
	w = word(v)
	v.does(w)
	v.now = w.Now.Add(720*time.Hour - time.Second)
	if got := rebate(v, v.held("1", 1_000)); got != 0 {
		t.Errorf("720 hours later %d, want 0", got)
	}

	v = newVillage(t, func(n *Neighbourhood) { n.Shops[0].Owner = "M" })
	v.does(word(v))
	if got := rebate(v, v.held("1", 1_000)); got != 0 {
		t.Errorf("the owner buys: %d, want 0", got)
	}
}

// The claim of a voucher used in the purchase goes before an older one.
func TestVoucherClaimFirst(t *testing.T) {
	v := newVillage(t, func(n *Neighbourhood) {
		n.Shops = append(n.Shops, Shop{Ref: "C", Community: "K", Owner: "O", Tier: Standard})
	})
	v.does(Recommend{v.head("W"), "C", "B", "M"})
	v.does(GiveVoucher{Head: v.head("V"), From: "A", For: "B", To: "M", Face: 100, Sharers: []string{"A"}, Expires: v.now.AddDate(0, 1, 0)})
	p := v.held("1", 1_000)
	p.Vouchers, p.Held = []string{"V"}, 900
	if got := v.does(p); got["K merchant:C/payable CNY"] != 0 || got["K merchant:A/owed CNY"] != -30 {
		t.Errorf("%v, want 0.50 to A, who shares 0.80", got)
	}
	if got := v.does(v.held("2", 1_000)); got["K merchant:C/payable CNY"] != 50 {
		t.Errorf("%v, want 0.50 to C", got)
	}
}

func TestSharedVoucher(t *testing.T) {
	vo := voucher{face: 503, sharers: []string{"A", "B"}}
	legs := vo.legs(Trial(), payable("B"), vo.face)
	// The platform 100.6 → 1.01; 4.02 for two; 2.01 each.
	for i, want := range []int64{101, 201, 201} {
		if legs[i].amount != want {
			t.Errorf("leg %d is %d, want %d", i, legs[i].amount, want)
		}
	}
	vo.face = 502
	// 100.4 → 1.00; 4.02 again.
	if legs := vo.legs(Trial(), payable("B"), vo.face); legs[0].amount != 100 || legs[1].amount != 201 {
		t.Errorf("%v", legs)
	}
	vo.face = 504
	// 100.8 → 1.01; 4.03: the first named takes the odd fen.
	if legs := vo.legs(Trial(), payable("B"), vo.face); legs[1].amount != 202 || legs[2].amount != 201 {
		t.Errorf("%v", legs)
	}
}

// A voucher of a series is shared by its own weights.
func TestVoucherOfASeries(t *testing.T) {
	vo := voucher{face: 1_000, sharers: []string{"A", "B", "C"}, series: &GiveOfSeries{Platform: 0, Weights: []int64{1, 1, 1}, Change: true}}
	legs := vo.legs(Trial(), payable("D"), 1_000)
	for i, want := range []int64{0, 334, 333, 333} {
		if legs[i].amount != want {
			t.Errorf("leg %d is %d, want %d", i, legs[i].amount, want)
		}
	}
	vo.series.Weights = []int64{1, 2, 4}
	if legs := vo.legs(Trial(), payable("D"), 5); legs[1].amount != 1 || legs[2].amount != 1 || legs[3].amount != 3 {
		t.Errorf("5 by 1, 2, 4: %v", legs) // 0.71, 1.43, 2.86
	}
	plain := voucher{face: 500}
	if got := pays([]*voucher{&plain, &vo}, 1_200); got[0] != 500 || got[1] != 700 {
		t.Errorf("they pay %v", got)
	}
	if got := pays([]*voucher{&plain, &vo}, 500); got[1] != 1_000 {
		t.Errorf("one that would pay nothing is left as it is: %v", got)
	}
}

func TestIdempotency(t *testing.T) {
	v := newVillage(t, nil)
	p := v.held("1", 10_000)
	first := v.does(p)
	v.does(Refund{Head: v.head("R"), Purchase: "1", Amount: 10_000})
	v.does(SetStanding{v.head("x"), "M", false})
	e := v.Predict(p.at(v.now.AddDate(1, 0, 0)))
	if !e.Accept || !e.Replay || difference(first, e.Changes) != "" {
		t.Errorf("a retry a year later: %+v", e)
	}
	p.Price, p.Held = 10_001, 10_001
	refused(t, v, p, OtherContent)
	p.Shop = "Z"
	refused(t, v, p, OtherContent)
	refused(t, v, p, Unknown)
	bad := v.held("2", 0)
	refused(t, v, bad, BadAmounts)
	v.does(v.held("2", 100)) // what was refused left nothing behind
}

func TestRefusals(t *testing.T) {
	v := newVillage(t, func(n *Neighbourhood) {
		n.Communities = append(n.Communities, "J")
		n.Shops = append(n.Shops, Shop{Ref: "Z", Community: "J", Owner: "O", Tier: Standard})
	})
	v.fourth()
	with := func(change func(*Purchase)) Purchase {
		p := v.held("p", 1_000)
		change(&p)
		return p
	}
	for _, c := range []struct {
		why    Reason
		change func(*Purchase)
	}{
		{Unknown, func(p *Purchase) { p.Buyer = "nobody" }},
		{Unknown, func(p *Purchase) { p.Shop = "Z" }},
		{Unknown, func(p *Purchase) { p.Vouchers = []string{"W"} }},
		{Unknown, func(p *Purchase) { p.Community = "nowhere" }},
		{BadAmounts, func(p *Purchase) { p.Price++ }},
		{BadAmounts, func(p *Purchase) { p.Held, p.Direct = -1, 1_001 }},
		{CoinShare, func(p *Purchase) { p.Coins, p.Held = 501, 499 }},
		{CoinsShort, func(p *Purchase) { p.Price, p.Coins, p.Held = 3_000, 1_101, 1_899 }},
		{NotMember, func(p *Purchase) { p.Buyer, p.Coins, p.Held = "", 1, 999 }},
		{NotYours, func(p *Purchase) { p.Buyer, p.Vouchers, p.Held = "O", []string{"V"}, 500 }},
		{OtherShop, func(p *Purchase) { p.Shop, p.Vouchers, p.Held = "A", []string{"V"}, 500 }},
		{Expired, func(p *Purchase) {
			p.Now = p.Now.AddDate(0, 2, 0)
			p.At, p.Vouchers, p.Held = p.Now, []string{"V"}, 500
		}},
		{Used, func(p *Purchase) { p.Vouchers, p.Held = []string{"V", "V"}, 0 }},
		{Ahead, func(p *Purchase) { p.At = p.Now.Add(5*time.Minute + time.Millisecond) }},
		{Backdated, func(p *Purchase) { p.At = p.Now.Add(-30*24*time.Hour - time.Millisecond) }},
	} {
		refused(t, v, with(c.change), c.why)
	}
	v.does(with(func(p *Purchase) { p.Key, p.At = "ahead", p.Now.Add(5*time.Minute) }))
	v.does(with(func(p *Purchase) { p.Key, p.At = "back", p.Now.Add(-30*24*time.Hour) }))
	v.does(with(func(p *Purchase) { p.Key, p.At, p.Imported = "old", p.Now.AddDate(-8, 0, 0), true }))
	// Floors count for the finished entry: coins that it earns may be spent in it.
	v.does(with(func(p *Purchase) {
		p.Key, p.Price = "all", 3_000
		p.Coins = v.communities["K"].balance[coins("M")] + 80
		p.Held = p.Price - p.Coins
	}))
	refused(t, v, Refund{Head: v.head("r"), Purchase: "none", Amount: 1}, Unknown)
	refused(t, v, Refund{Head: v.head("r"), Purchase: "ahead", Amount: 1_001}, TooMuch)
	refused(t, v, Refund{Head: v.head("r"), Purchase: "ahead", Amount: 0}, BadAmounts)
	greedy := Trial()
	greedy.Standard = 160_000
	refused(t, v, Adopt{v.head("g"), greedy}, Greedy)
	refused(t, v, Recommend{v.head("w"), "A", "A", "M"}, SelfDealing)
	refused(t, v, Recommend{v.head("w"), "Z", "B", "M"}, Unknown)
	refused(t, v, Spend{v.head("s"), "welfare", 1_000_000}, TooMuch)
}

// purchased_at chooses the policy, the first open day is where it is booked.
func TestTwoDates(t *testing.T) {
	v := newVillage(t, nil)
	p := Trial()
	p.Standard, p.From = 10_000, v.now.AddDate(0, 0, 2)
	v.does(Adopt{v.head("x"), p})
	v.now = v.now.AddDate(0, 0, 5)
	old := v.held("old", 10_000)
	old.At, old.Buyer = p.From.Add(-time.Nanosecond), ""
	if got := v.does(old)["K merchant:B/payable CNY"]; got != 9_700 {
		t.Errorf("before the change: net %d", got)
	}
	v.does(CloseDays{v.head("c"), "2025-03-04"})
	late := v.held("new", 10_000)
	late.At, late.Buyer = p.From, ""
	e := v.Predict(late)
	if e.BookedOn != "2025-03-05" || e.Changes["K merchant:B/payable CNY"] != 9_900 {
		t.Errorf("from the change on: %+v", e)
	}
}

// A shop that owes more than the limit gives no vouchers and gets no payout.
func TestOwedLimit(t *testing.T) {
	v := newVillage(t, func(n *Neighbourhood) { n.Policy.OwedLimit = 299 })
	p := v.held("1", 10_000)
	p.Held, p.Direct = 0, 10_000
	v.does(p)
	refused(t, v, Payout{v.head("P"), "B"}, OwedLimit)
	refused(t, v, GiveVoucher{Head: v.head("V"), From: "B", For: "A", To: "M", Face: 100, Sharers: []string{"B"}, Expires: v.now.AddDate(0, 1, 0)}, OwedLimit)
}
