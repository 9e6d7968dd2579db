package flow_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/payout"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/pay"
	"gongyi/internal/platform/pay/sandbox"
)

// TestWhateverHappensEverybodyGetsHers plays random weeks of a mall: people buy, goods
// come back, batches are paid, answers are lost, receivers take nothing, orders grow too
// old. However it goes, when all is quiet every shop has with the provider what the books
// say, to the fen, and shares, transfers and what came back make what was booked.
func TestWhateverHappensEverybodyGetsHers(t *testing.T) {
	if testing.Short() {
		t.Skip("a mall takes a while")
	}
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // a life takes half a second
		if err := checks.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
	}
	rapid.Check(t, func(rt *rapid.T) {
		env := dbtest.SQLite(t, flow.Schemas, func(o *db.Options) { o.Rehearse = false })
		defer env.DB.Close()
		w := openMall(t, env, direct)
		loses := false
		w.Providers[pay.WeChat] = losing{w.provider, func(string) bool { loses = !loses; return loses }}
		w.env.Clock.Set(payday.AddDate(0, 0, -3))
		for shop := range atProvider { // whatever a refund takes, they have it
			w.fund(atProvider[shop], 10_000_00)
		}
		var sold []int64
		seed := rapid.Uint64().Draw(rt, "seed") // drawn one by one, the first of a list come far too often
		random := rand.New(rand.NewPCG(seed, seed))
		for step := range 10 + random.IntN(30) {
			w.somethingSells(random, step, &sold)
		}
		w.quiet()
		w.balances("at the end")
	})
}

// somethingSells is one thing that happens in a mall.
func (w *mall) somethingSells(random *rand.Rand, step int, sold *[]int64) {
	one := func(of ...string) string { return of[random.IntN(len(of))] }
	switch one("sale", "sale", "sale", "sale", "refund", "refund", "batch", "batch", "carry", "days", "refuses", "takes", "down", "up") {
	case "sale":
		if w.env.Clock.Now().After(payday.AddDate(0, 0, 20)) {
			return // a phone is signed in for so long
		}
		_, seq := w.sells(one("bakery", "bakery", "fruit", "first"), one("anna", "ben"), money.Amount(3+random.IntN(500_00)))
		*sold = append(*sold, seq)
	case "refund":
		if len(*sold) > 0 { // the books may not bear it
			back := []money.Amount{0, 1, 5_00, 50_00}[random.IntN(4)]
			_, _ = w.Refund(ctx, w.home, db.System, flow.Refund{Ref: fmt.Sprint("r", step), Purchase: (*sold)[random.IntN(len(*sold))], Amount: back})
		}
	case "batch":
		w.must(w.CloseDue(ctx, w.home))
		b, err := w.PreparePayout(ctx, w.home, w.act("fang"), payout.Shops, period.DayOf(w.env.Clock.Now(), flow.DefaultZone), "周付", "")
		if err != nil {
			return // nothing is to be paid
		}
		for _, who := range []string{"gao", "han"} {
			_, err = w.AgreePayout(ctx, w.home, w.act(who), b.ID)
			w.must(err)
		}
	case "carry":
		w.must(w.CarryPayouts(ctx, w.home))
		w.asks()
	case "days":
		w.env.Clock.Advance(time.Duration([]int{1, 1, 2, 2, 12, 31}[random.IntN(6)]) * 24 * time.Hour)
	case "refuses":
		w.must(w.wx.Outage(sandbox.Outage{Shares: 2 * time.Hour, Refuses: map[string]string{sandbox.Merchant: "ACCOUNT_ABNORMAL"}}))
	case "down":
		w.wx.Set(sandbox.Faults{Refuse: map[string]string{"share": "PRACTICE"}})
	case "up":
		w.wx.Set(sandbox.Faults{})
	case "takes":
		w.must(w.wx.Outage(sandbox.Outage{Shares: time.Hour}))
	}
}

// quiet lets everything that is under way end.
func (w *mall) quiet() {
	w.t.Helper()
	w.wx.Set(sandbox.Faults{})
	var heads []*payout.Batch
	w.must(w.DB.View(ctx, w.home, func(r db.Reader) (err error) { heads, err = w.Payouts.Batches(ctx, r, w.home, 1000, 0); return err }))
	for range 20 {
		w.must(w.CarryPayouts(ctx, w.home))
		w.asks()
		w.env.Clock.Advance(3 * time.Hour)
	}
	for _, b := range heads {
		w.carries(b)
	}
	for _, s := range heads {
		for _, x := range w.shares(s) {
			if x.End == nil || x.Shop == (id.ID{}) {
				w.t.Errorf("a share is under way still: %+v", x)
			}
		}
	}
}
