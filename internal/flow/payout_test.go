package flow_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/access"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// TestAPayoutFromTheTillToTheBank: what was sold up to the hold is paid out, the rest is
// not; two people agree; the provider is told once; the shop hears of it.
func TestAPayoutFromTheTillToTheBank(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "anna", "bakery", 100_00, 0) // 97.00 for the shop
		w.sell("p2", "anna", "fruit", 200_00, 0)
		w.sell("p3", "anna", "bakery", 50_00, 3) // today: held back
		b := w.prepare(payout.Shops)
		if len(b.Items) != 2 || w.item(b, "bakery").Amount != 97_00 || w.item(b, "bakery").Held != 145_50 || w.item(b, "fruit").Amount != 194_00 {
			t.Fatalf("%+v", b.Items)
		}
		if got := w.told()[notice.PayoutWaits]; got != 3 {
			t.Errorf("%d people are asked to agree, want 3", got)
		}
		_, err := w.AgreePayout(ctx, w.home, w.act("fang"), b.ID)
		wrong(t, "who prepared it", err, payout.ErrSamePerson)
		_, err = w.AgreePayout(ctx, w.home, w.act("gao"), b.ID)
		w.must(err)
		if w.payable("bakery") != 145_50 {
			t.Error("paid when one person had agreed")
		}
		_, err = w.AgreePayout(ctx, w.home, w.act("gao"), b.ID)
		wrong(t, "the same again", err, payout.ErrAgreed)
		_, err = w.AgreePayout(ctx, w.home, w.act("han"), b.ID)
		w.must(err)
		if w.payable("bakery") != 48_50 || w.payable("fruit") != 0 {
			t.Errorf("left are %v and %v", w.payable("bakery"), w.payable("fruit"))
		}
		w.must(w.CarryPayouts(ctx, w.home))
		w.must(w.CarryPayouts(ctx, w.home))
		b = w.read(b.ID)
		fruit, bakery := w.item(b, "fruit"), w.item(b, "bakery")
		if fruit.State(b) != payout.Arrived || bakery.State(b) != payout.Ready || w.bank.asked[fruit.Key()] != 1 || w.bank.asked[bakery.Key()] != 0 {
			t.Errorf("fruit %s, bakery %s, asked %v", fruit.State(b), bakery.State(b), w.bank.asked)
		}
		wrong(t, "a hand where the provider pays", w.ConfirmPayout(ctx, w.home, w.act("fang"), fruit.ID, "B-1"), payout.ErrByProvider)
		w.must(w.ConfirmPayout(ctx, w.home, w.act("fang"), bakery.ID, "B-1"))
		w.must(w.ConfirmPayout(ctx, w.home, w.act("fang"), bakery.ID, "B-1")) // the form came twice
		wrong(t, "another slip", w.ConfirmPayout(ctx, w.home, w.act("fang"), bakery.ID, "B-2"), payout.ErrSettled)
		if got := w.told()[notice.PayoutPaid]; got != 1 { // the fruit shop has no owner who is known
			t.Errorf("%d shops were told, want 1", got)
		}
		w.whole()
	})
}

// TestWhoIsNotPaid: everybody who is owed something and not paid is named, with why.
func TestWhoIsNotPaid(t *testing.T) {
	inBureau(t, func(w *bureau) {
		for shop, price := range map[string]money.Amount{"bakery": 100_00, "fruit": 100_00, "first": 100_00} {
			w.sell("p-"+shop, "anna", shop, price, 0)
		}
		why := func(actor, shop string) payout.Reason {
			t.Helper()
			b, err := w.PlanPayout(ctx, w.home, w.people[actor], payout.Shops, w.payday())
			w.must(err)
			for _, l := range b.Left {
				if l.Payee == w.shop(shop).ID {
					return l.Why
				}
			}
			return ""
		}
		change := func(shop string, s merchant.Status) {
			w.must(w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
				return w.Merchants.Change(ctx, tx, shop, func(m *merchant.Merchant) error { m.Status = s; return nil })
			}))
		}
		if got := why("fang", "first"); got != payout.NoAccount {
			t.Errorf("without an account: %q", got)
		}
		if got := why("baker", "bakery"); got != payout.OwnMatter {
			t.Errorf("prepared by its owner: %q", got)
		}
		if got := why("fang", "bakery"); got != "" {
			t.Errorf("by somebody else: %q", got)
		}
		change("bakery", merchant.Suspended)
		if got := why("fang", "bakery"); got != payout.Suspended {
			t.Errorf("suspended: %q", got)
		}
		wrong(t, "deciding on one's own shop", w.DecidePayout(ctx, w.home, w.act("baker"), w.shop("bakery").ID, "我要"), payout.ErrInterested)
		wrong(t, "deciding on a shop that takes part", w.DecidePayout(ctx, w.home, w.act("fang"), w.shop("fruit").ID, "多余"), payout.ErrNoDecision)
		w.must(w.DecidePayout(ctx, w.home, w.act("fang"), w.shop("bakery").ID, "货款是已经卖出的，付给它"))
		if got := why("fang", "bakery"); got != "" {
			t.Errorf("with a decision: %q", got)
		}
		w.pays(payout.Shops)
		if w.payable("bakery") != 0 {
			t.Error("the decision let nothing be paid")
		}
		change("bakery", merchant.Active)
		w.sell("p-again", "anna", "bakery", 100_00, 3)
		change("bakery", merchant.Suspended)
		w.env.Clock.Set(payday.AddDate(0, 0, 7))
		if got := why("fang", "bakery"); got != payout.Suspended {
			t.Errorf("a decision counts once: %q", got)
		}
		w.must(w.owes("bakery", 600_00))
		change("bakery", merchant.Active)
		if got := why("fang", "bakery"); got != payout.Owes {
			t.Errorf("owing 600.00 of entitlement: %q", got)
		}
		w.sell("p-small", "anna", "fruit", 50, 3)
		w.env.Clock.Advance(24 * time.Hour)
		if got := why("fang", "fruit"); got != payout.TooSmall {
			t.Errorf("0.48: %q", got)
		}
		w.sell("p-fresh", "anna", "first", 50_00, 20)
		w.whole()
	})
}

// TestNobodyAgreesToMoneyForHerself: not who owns or works in a shop that is paid, not
// who lives with her, and not when she came to it after she had agreed.
func TestNobodyAgreesToMoneyForHerself(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "anna", "bakery", 100_00, 0)
		w.grants("baker", access.Finance, id.ID{})
		w.person("son", 30)
		w.grants("son", access.Finance, id.ID{})
		w.live("baker", "son")
		b := w.prepare(payout.Shops)
		for _, who := range []string{"baker", "son"} {
			_, err := w.AgreePayout(ctx, w.home, w.act(who), b.ID)
			wrong(t, who, err, payout.ErrInterested)
		}
		_, err := w.AgreePayout(ctx, w.home, w.act("gao"), b.ID)
		w.must(err)
		w.grants("gao", access.Staff, w.shop("bakery").ID)
		_, err = w.AgreePayout(ctx, w.home, w.act("han"), b.ID)
		wrong(t, "somebody who agreed works there now", err, payout.ErrInterested)
		if w.payable("bakery") != 97_00 {
			t.Error("it was paid all the same")
		}
		wrong(t, "refused without a reason", w.DropPayout(ctx, w.home, w.act("han"), b.ID, ""), payout.ErrNoReason)
		w.must(w.DropPayout(ctx, w.home, w.act("han"), b.ID, "同意的人进了店"))
		if b = w.read(b.ID); b.End.Kind != payout.Refused || b.Items[0].State(b) != payout.Dropped {
			t.Errorf("%+v", b.End)
		}
		if b = w.pays2("ivy", "han"); w.payable("bakery") != 0 || b.Number != 2 {
			t.Error("the next batch is not paid")
		}
		w.whole()
	})
}

// TestRewardsArePaidWhenTheyCanNoLongerComeBack (P-03).
func TestRewardsArePaidWhenTheyCanNoLongerComeBack(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "ben", "bakery", 100_00, 0) // 2.00 for the leader
		leader := w.member("leader")
		w.account(payout.OfPerson, leader.ID, pay.WeChat, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
		_, err := w.PreparePayout(ctx, w.home, w.act("fang"), payout.People, w.payday(), "奖励", "")
		wrong(t, "within the hold", err, payout.ErrNothing)
		w.env.Clock.Set(payday.AddDate(0, 0, 13))
		b := w.pays(payout.People)
		if len(b.Items) != 1 || b.Items[0].Amount != 2_00 || b.Items[0].Payee != leader.ID {
			t.Fatalf("%+v", b.Items)
		}
		w.must(w.CarryPayouts(ctx, w.home))
		if got := w.told()[notice.RewardPaid]; got != 1 {
			t.Errorf("she was told %d times", got)
		}
		w.bank.becomes(b.Items[0].Key(), pay.Returned)
		w.env.Clock.Advance(25 * time.Hour)
		w.must(w.CarryPayouts(ctx, w.home))
		if got := w.books()["member:leader/rewards CNY"]; got != "2.00" {
			t.Errorf("what came back is %q", got)
		}
		w.whole()
	})
}

// TestThePlatformWithdrawsItsOwnOnly (P-04): income less costs, and nothing of others.
func TestThePlatformWithdrawsItsOwnOnly(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "anna", "bakery", 1000_00, 0) // commission 30.00, of which 5.00 to the fund
		w.sell("p2", "anna", "bakery", 400_00, 3)
		b := w.pays(payout.Income)
		if len(b.Items) != 1 || b.Items[0].Amount != 25_00 {
			t.Fatalf("%+v", b.Items)
		}
		if got := w.books()["platform/till CNY"]; got != "-25.00" {
			t.Errorf("the platform holds %q itself", got)
		}
		w.must(w.ReturnPayout(ctx, w.home, w.act("fang"), b.Items[0].ID, 5_00, "R-1", "户名不符"))
		w.env.Clock.Advance(3 * 24 * time.Hour)
		b2 := w.pays(payout.Income)
		if b2.Items[0].Amount != 15_00 { // 10.00 of the second sale and 5.00 that came back
			t.Errorf("then %+v", b2.Items)
		}
		w.whole()
	})
}

// TestManyAgreeAndPayOnce: however many agree and carry at once, every item is booked
// and told once.
func TestManyAgreeAndPayOnce(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "anna", "bakery", 100_00, 0)
		w.sell("p2", "anna", "fruit", 100_00, 0)
		for n := range 12 {
			w.person(fmt.Sprint("f", n), 40+n)
		}
		b := w.prepare(payout.Shops)
		var wg sync.WaitGroup
		for n := range 12 {
			wg.Go(func() { _, _ = w.AgreePayout(ctx, w.home, w.act(fmt.Sprint("f", n)), b.ID) })
			wg.Go(func() { _ = w.CarryPayouts(ctx, w.home) })
		}
		wg.Wait()
		w.env.Clock.Advance(time.Minute) // what was agreed to within a round, behind its plan, waits so long
		w.must(w.CarryPayouts(ctx, w.home))
		if w.payable("bakery") != 0 || w.payable("fruit") != 0 {
			t.Errorf("left are %v and %v", w.payable("bakery"), w.payable("fruit"))
		}
		if b = w.read(b.ID); len(b.Consents) != 2 || len(w.bank.transfers) != 1 || len(w.item(b, "fruit").Outcomes) != 1 {
			t.Errorf("%d consents, %d transfers, %+v", len(b.Consents), len(w.bank.transfers), w.item(b, "fruit").Outcomes)
		}
		w.whole()
	})
}

// TestABatchNobodyAgreesToIsDropped by the clock, and nothing has moved.
func TestABatchNobodyAgreesToIsDropped(t *testing.T) {
	inBureau(t, func(w *bureau) {
		w.sell("p1", "anna", "bakery", 100_00, 0)
		b := w.prepare(payout.Shops)
		w.must(w.LapsePayouts(ctx, w.home))
		if !w.read(b.ID).Waits() {
			t.Error("dropped before its time")
		}
		w.env.Clock.Advance(8 * 24 * time.Hour)
		_, err := w.AgreePayout(ctx, w.home, w.act("gao"), b.ID)
		wrong(t, "too late", err, payout.ErrPastDue)
		w.must(w.LapsePayouts(ctx, w.home))
		if b = w.read(b.ID); b.End == nil || b.End.Kind != payout.Lapsed || w.payable("bakery") != 97_00 {
			t.Errorf("%+v, %v", b.End, w.payable("bakery"))
		}
		w.whole()
	})
}

// TestAFullBatchFitsOneTransaction: as many items as a batch may have are booked within
// the time of one closure, on both engines.
func TestAFullBatchFitsOneTransaction(t *testing.T) {
	inBureau(t, func(w *bureau) {
		shops := make([]string, payout.MaxItems+5)
		w.must(w.DB.Update(ctx, w.home, db.Actor{Kind: "person", ID: w.people["fang"]}, func(tx *db.Tx) error {
			for i := range shops {
				shops[i] = fmt.Sprintf("s%03d", i)
				m, _, err := w.Merchants.Admit(ctx, tx, merchant.Merchant{Ref: shops[i], Name: shops[i], Tier: policy.Standard})
				if err != nil {
					return err
				}
				a, err := w.Payouts.AskAccount(ctx, tx, payout.Account{Kind: payout.OfShop, Owner: m.ID, Provider: payout.Bank, Number: "6222000011112222", Name: "户名", Why: "开户"})
				if err != nil {
					return err
				}
				tx.Actor.ID = w.people["gao"]
				if err := w.Payouts.AgreeAccount(ctx, tx, a); err != nil {
					return err
				}
				tx.Actor.ID = w.people["fang"]
			}
			return nil
		}))
		for i, s := range shops {
			w.sell(fmt.Sprint("p", i), "anna", s, 10_00, 0)
		}
		b := w.prepare(payout.Shops)
		if len(b.Items) != payout.MaxItems || len(b.Left) != 5 || b.Left[0].Why != payout.NoRoom {
			t.Fatalf("%d items, %d left", len(b.Items), len(b.Left))
		}
		_, err := w.AgreePayout(ctx, w.home, w.act("gao"), b.ID)
		w.must(err)
		b, err = w.AgreePayout(ctx, w.home, w.act("han"), b.ID)
		w.must(err)
		if b.Items[0].State(b) != payout.Ready || b.Items[payout.MaxItems-1].State(b) != payout.Ready {
			t.Errorf("%s and %s", b.Items[0].State(b), b.Items[payout.MaxItems-1].State(b))
		}
		w.env.Clock.Advance(time.Hour)
		if next := w.prepare(payout.Shops); len(next.Items) != 5 {
			t.Errorf("the next batch has %d", len(next.Items))
		}
	})
}
