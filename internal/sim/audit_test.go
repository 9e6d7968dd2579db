package sim

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// village is the smallest neighbourhood in which all rules can meet: shops A and
// B, a member, her leader, and a stranger to both.
type village struct {
	*Auditor
	t   *testing.T
	now time.Time
}

func newVillage(t *testing.T, change func(*Neighbourhood)) *village {
	n := &Neighbourhood{
		Start: time.Date(2025, 3, 1, 4, 0, 0, 0, time.UTC), Zone: time.FixedZone("Asia/Shanghai", 8*3600),
		Communities: []string{"K"}, Policy: Trial(),
		Households: []Household{
			{Ref: "M", Community: "K", Member: true, Good: true, Level: Silver},
			{Ref: "L", Community: "K", Member: true, Good: true, Level: Gold},
			{Ref: "O", Community: "K", Member: true, Good: true, Level: Silver},
		},
		Shops: []Shop{
			{Ref: "A", Community: "K", Owner: "O", Tier: Standard},
			{Ref: "B", Community: "K", Owner: "O", Tier: Standard},
		},
	}
	if change != nil {
		change(n)
	}
	return &village{NewAuditor(n), t, n.Start}
}

func (v *village) head(key string) Head {
	v.now = v.now.Add(time.Second)
	return Head{Community: "K", Key: key, Now: v.now}
}

// does lets a step happen as predicted and returns what it changed.
func (v *village) does(s Step) map[string]int64 {
	v.t.Helper()
	e := v.Predict(s)
	if !e.Accept {
		v.t.Fatalf("%T%+v is refused for %q", s, s, e.Refuse)
	}
	if err := v.Agree(e, Outcome{Changes: e.Changes, Replayed: e.Replay}); err != nil {
		v.t.Fatal(err)
	}
	if err := v.Sound(); err != nil {
		v.t.Fatal(err)
	}
	return e.Changes
}

func (v *village) want(what string, got, want map[string]int64) {
	v.t.Helper()
	keyed := make(map[string]int64)
	for k, n := range want {
		keyed["K "+k] = n
	}
	if diff := cmp.Diff(keyed, got); diff != "" {
		v.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// held is a purchase at B by M, all in held cash, now.
func (v *village) held(key string, price int64) Purchase {
	h := v.head(key)
	return Purchase{Head: h, At: h.Now, Buyer: "M", Shop: "B", Price: price, Held: price}
}

func team(n *Neighbourhood) { n.Households[0].Leader = "L" }

// The worked examples of settlement.md, to the fen.
func TestWorkedExamples(t *testing.T) {
	v := newVillage(t, nil)
	v.want("example 1", v.does(v.held("1", 12_840)), map[string]int64{
		"gateway/clearing CNY": -12_840, "merchant:B/payable CNY": 12_455, "platform/commission CNY": 321, "fund/welfare CNY": 64,
		"coin/issue COIN": -642, "member:M/coins COIN": 642, "points/issue POINT": -128, "member:M/points POINT": 128,
	})

	v = newVillage(t, team)
	v.want("example 2", v.does(v.held("2", 12_840)), map[string]int64{
		"gateway/clearing CNY": -12_840, "merchant:B/payable CNY": 12_455, "platform/commission CNY": 64, "fund/welfare CNY": 64,
		"member:L/rewards CNY": 257,
		"coin/issue COIN":      -642, "member:M/coins COIN": 642, "points/issue POINT": -128, "member:M/points POINT": 128,
	})

	v = newVillage(t, func(n *Neighbourhood) { team(n); n.Shops[1].Tier = Founding })
	v.want("example 3", v.does(v.held("3", 12_840)), map[string]int64{
		"gateway/clearing CNY": -12_840, "merchant:B/payable CNY": 12_712, "fund/welfare CNY": 64, "member:L/rewards CNY": 64,
		"coin/issue COIN": -642, "member:M/coins COIN": 642, "points/issue POINT": -128, "member:M/points POINT": 128,
	})

	v = newVillage(t, nil)
	v.fourth()
	v.want("example 4", v.does(v.example4()), map[string]int64{
		"gateway/clearing CNY": -4_500, "merchant:B/payable CNY": 4_520, "merchant:A/payable CNY": -100, "platform/promotion CNY": -100,
		"platform/commission CNY": 150, "fund/welfare CNY": 30, "member:M/coins COIN": -775, "merchant:B/coins COIN": 1_000, "coin/issue COIN": -225,
		"member:M/points POINT": 45, "points/issue POINT": -45,
	})
}

// fourth prepares example 4: M has ten coins, A something to share with, and M
// holds A's voucher for B.
func (v *village) fourth() {
	v.does(v.held("coins", 20_000))
	p := v.held("trade", 1_000)
	p.Buyer, p.Shop = "", "A"
	v.does(p)
	v.does(GiveVoucher{Head: v.head("V"), From: "A", For: "B", To: "M", Face: 500, Sharers: []string{"A"}, Expires: v.now.AddDate(0, 1, 0)})
}

func (v *village) example4() Purchase {
	p := v.held("4", 6_000)
	p.Vouchers, p.Coins, p.Held = []string{"V"}, 1_000, 4_500
	return p
}

// A full refund is the exact inverse, and brings the voucher back.
func TestFullRefund(t *testing.T) {
	v := newVillage(t, nil)
	v.fourth()
	made := v.does(v.example4())
	undone := v.does(Refund{Head: v.head("R"), Purchase: "4", Amount: 6_000})
	for k, n := range made {
		if undone[k] != -n {
			t.Errorf("%s: %d, then %d", k, n, undone[k])
		}
	}
	if len(undone) != len(made) {
		t.Errorf("%d accounts changed, then %d", len(made), len(undone))
	}
	again := v.example4()
	again.Key = "5"
	again.At = v.now
	if got := v.does(again)["K merchant:A/payable CNY"]; got != -400 {
		t.Errorf("A's share is %d the second time, want -400: its claim is used up", got)
	}
}

// Half of example 4: cash 22.50, coins 5.00, the platform's half of the voucher
// 0.50, A's 2.00; each other leg rounded down.
func TestHalfRefund(t *testing.T) {
	v := newVillage(t, nil)
	v.fourth()
	v.does(v.example4())
	v.want("half", v.does(Refund{Head: v.head("R1"), Purchase: "4", Amount: 3_000}), map[string]int64{
		"gateway/clearing CNY": 2_250, "merchant:B/coins COIN": -500,
		"member:M/coins COIN": 500 - 112, "coin/issue COIN": 112,
		"platform/promotion CNY": 50, "merchant:A/payable CNY": 200 - 150, "fund/welfare CNY": -15,
		"platform/commission CNY": -90 + 15, "merchant:B/payable CNY": -2_250 - 50 - 200 + 90 + 150,
		"member:M/points POINT": -22, "points/issue POINT": 22,
	})
	v.want("the other half", v.does(Refund{Head: v.head("R2"), Purchase: "4", Amount: 3_000}), map[string]int64{
		"gateway/clearing CNY": 2_250, "merchant:B/coins COIN": -500,
		"member:M/coins COIN": 500 - 113, "coin/issue COIN": 113,
		"platform/promotion CNY": 50, "merchant:A/payable CNY": 200 - 150, "fund/welfare CNY": -15,
		"platform/commission CNY": -90 + 15, "merchant:B/payable CNY": -2_250 - 50 - 200 + 90 + 150,
		"member:M/points POINT": -23, "points/issue POINT": 23,
	})
	if e := v.Predict(Refund{Head: v.head("R3"), Purchase: "4", Amount: 1}); e.Accept || !cmp.Equal(e.Refuse, []Reason{TooMuch}) {
		t.Errorf("a third refund: %+v", e)
	}
}

// However a purchase is brought back in pieces, tenders return the amount to the
// fen, no leg goes beyond itself or backwards, and in the end all is undone.
func TestRefundInPieces(t *testing.T) {
	v := newVillage(t, nil)
	v.fourth()
	v.does(v.example4())
	p := v.communities["K"].purchases["4"]
	last := p.reversed(0)
	for total := int64(1); total <= 6_000; total++ {
		now := p.reversed(total)
		tenders := int64(0)
		for i, g := range p.legs {
			if now[i] < last[i] || now[i] > g.amount {
				t.Fatalf("at %d leg %s of %d has %d behind %d", total, g.rule, g.amount, now[i], last[i])
			}
			switch g.rule {
			case "S-01", "S-02", "S-03":
				tenders += now[i]
			}
		}
		if tenders != total {
			t.Fatalf("at %d the tenders return %d", total, tenders)
		}
		last = now
	}
	for i, g := range p.legs {
		if last[i] != g.amount {
			t.Errorf("%s: %d of %d undone", g.rule, last[i], g.amount)
		}
	}
}

// Coins that are spent are withheld from the cash; they stay in use.
func TestSpentCoinsAreWithheld(t *testing.T) {
	v := newVillage(t, nil)
	v.does(v.held("1", 10_000)) // earns 5.00
	p := v.held("2", 1_000)
	p.Coins, p.Held, p.Shop = 500, 500, "A" // spends them, earns 0.25
	v.does(p)
	v.want("refund", v.does(Refund{Head: v.head("R"), Purchase: "1", Amount: 10_000}), map[string]int64{
		"gateway/clearing CNY": 10_000 - 475, "merchant:B/payable CNY": -9_700, "coin/backing CNY": 475,
		"platform/commission CNY": -250, "fund/welfare CNY": -50,
		"member:M/coins COIN": -25, "coin/issue COIN": 25, "member:M/points POINT": -100, "points/issue POINT": 100,
	})
}

// What a shop lacks it owes, and its next income pays that first.
func TestShortAccounts(t *testing.T) {
	v := newVillage(t, nil)
	direct := v.held("1", 10_000)
	direct.Held, direct.Direct, direct.Buyer = 0, 10_000, ""
	v.want("direct money", v.does(direct), map[string]int64{
		"merchant:B/owed CNY": -300, "platform/commission CNY": 250, "fund/welfare CNY": 50,
	})
	next := v.held("2", 1_000)
	next.Buyer = ""
	v.want("pays the debt first", v.does(next), map[string]int64{
		"gateway/clearing CNY": -1_000, "merchant:B/owed CNY": 300, "merchant:B/payable CNY": 670, "platform/commission CNY": 25, "fund/welfare CNY": 5,
	})
	v.does(Payout{v.head("P"), "B"})
	v.does(Spend{Head: v.head("F"), Fund: "welfare", Amount: 55})
	refused(t, v, Refund{Head: v.head("early"), Purchase: "2", Amount: 1_000}, NoMoney)
	other := v.held("3", 1_000) // so that the provider holds something
	other.Buyer, other.Shop = "", "A"
	v.does(other)
	v.does(Spend{Head: v.head("G"), Fund: "welfare", Amount: 5})
	v.want("the fund is empty, the commission pays", v.does(Refund{Head: v.head("R"), Purchase: "2", Amount: 1_000}), map[string]int64{
		"gateway/clearing CNY": 1_000, "merchant:B/owed CNY": -970, "platform/commission CNY": -30,
	})
}

func TestRewardsPaidOutAreOwed(t *testing.T) {
	v := newVillage(t, team)
	v.does(v.held("1", 10_000))
	v.does(PayRewards{v.head("P"), "L"})
	got := v.does(Refund{Head: v.head("R"), Purchase: "1", Amount: 5_000})
	if got["K member:L/owed CNY"] != -100 {
		t.Errorf("the leader owes %d, want -100", got["K member:L/owed CNY"])
	}
	if got := v.does(v.held("2", 4_000)); got["K member:L/owed CNY"] != 80 || got["K member:L/rewards CNY"] != 0 {
		t.Errorf("her next reward goes %v", got)
	}
}
