package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

func (w *town) move(key string, m charter.Move) (posted ledger.Posted, err error) {
	err = w.DB.Update(ctx, w.home, db.System, func(tx *db.Tx) error {
		posted, err = w.Move(ctx, tx, key, m)
		return err
	})
	return posted, err
}

// TestAMembershipInTheBooks: a fee, a thank-you for who recommended, and a refund that
// takes both back (M-01, M-02, M-03).
func TestAMembershipInTheBooks(t *testing.T) {
	inTown(t, func(w *town) {
		anna, ben := w.member("anna").ID, w.member("ben").ID
		month := period.Date(2025, 10, 1).Month()
		for _, s := range []struct {
			key   string
			m     charter.Move
			books string
		}{
			{"fee", charter.MembershipFee{Member: ben, Charge: id.ID{1}, Term: id.ID{2}, Fee: 99_00, Means: charter.Provider}, `
				gateway/clearing CNY -99.00
				platform/fees CNY 99.00`},
			{"thanks", charter.ReferralReward{Recommender: anna, Recommended: ben, Term: id.ID{2}, Fee: 99_00, CapLeft: 200_00, Month: month}, `
				gateway/clearing CNY -99.00
				platform/fees CNY 89.00
				member:anna/rewards CNY 10.00`},
			{"back", charter.FeeRefund{Member: ben, Term: id.ID{2}, Fee: 99_00, Days: 366, Used: 183, Means: charter.Provider}, `
				gateway/clearing CNY -49.50
				platform/fees CNY 39.50
				member:anna/rewards CNY 10.00`},
			{"thanks back", charter.ReferralTaken{Recommender: anna, Recommended: ben, Term: id.ID{2}, Reward: 10_00, Fee: 99_00, Refunded: 49_50, Month: month}, `
				gateway/clearing CNY -49.50
				platform/fees CNY 44.50
				member:anna/rewards CNY 5.00`},
		} {
			if _, err := w.move("~"+s.key, s.m); err != nil {
				t.Fatalf("%s: %v", s.key, err)
			}
			w.expect(s.books)
		}
		again, err := w.move("~fee", charter.MembershipFee{Member: ben, Charge: id.ID{1}, Term: id.ID{2}, Fee: 99_00, Means: charter.Provider})
		if err != nil || !again.Replayed {
			t.Errorf("the fee again: %+v, %v", again, err)
		}
		for _, f := range w.verify().Findings { // nobody joined or bought: what a reward rests on is missing
			if !strings.HasPrefix(f.Code, "verify.reward_") && f.Code != "verify.cap_differs" {
				t.Errorf("the entries are not whole: %+v", f)
			}
		}
	})
}

// TestAPenaltyThatIsShort: a shop without entitlement owes it and pays it out of what
// comes first; an appeal gives back what the pool no longer has (M-13).
func TestAPenaltyThatIsShort(t *testing.T) {
	inTown(t, func(w *town) {
		bakery := w.shop("bakery").ID
		if _, err := w.move("~penalty", charter.Penalty{Merchant: bakery, Breach: id.ID{1}, Coins: 100_00}); err != nil {
			t.Fatal(err)
		}
		w.expect(`
			merchant:bakery/owed COIN -100.00
			pool/coins COIN 100.00`)
		if _, err := w.move("~lifted", charter.PenaltyLifted{Merchant: bakery, Breach: id.ID{1}, Coins: 100_00, Pool: 40_00}); err != nil {
			t.Fatal(err)
		}
		w.expect(`
			pool/coins COIN 60.00
			coin/issue COIN -60.00`)
		w.whole()
	})
}

// TestAForgedMoveIsFound: facts that were changed, with the leaf made to fit, do not
// make the legs; a cap that was passed does not go unseen.
func TestAForgedMoveIsFound(t *testing.T) {
	inTown(t, func(w *town) {
		anna := w.member("anna").ID
		month := period.Date(2025, 10, 1).Month()
		cap := policy.Trial2025().ReferralMonthlyCap
		for n := range 3 { // the second and third say that nothing of the cap was used
			left := cap
			if n == 0 {
				left = cap + 5_00 // and the first that it is larger than it is
			}
			if _, err := w.move(fmt.Sprint("~thanks", n), charter.ReferralReward{Recommender: anna, Recommended: id.ID{byte(n)}, Fee: 99_00, CapLeft: left, Month: month}); err != nil {
				t.Fatal(err)
			}
		}
		var said []string
		for _, f := range w.verify().Findings {
			if f.Code == "verify.cap_left_differs" {
				said = append(said, f.Code)
			}
		}
		if strings.Join(said, " ") != strings.Repeat("verify.cap_left_differs ", 3)[:3*24-1] {
			t.Errorf("found %v", said)
		}
	})
}

func (w *town) whole() {
	w.t.Helper()
	if r := w.verify(); !r.Whole() {
		w.t.Errorf("the books are not whole: %+v", r.Findings)
	}
}
