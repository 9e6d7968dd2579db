package flow_test

import (
	"slices"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// worked is a bank in which hours went every way: booked and served, shared by the pool,
// free with some of it due, given, granted, taken back.
func (w *bank) worked() {
	w.t.Helper()
	w.ordered(1, 15_00, false)
	w.ordered(2, 20_00, true)
	_, err := w.aside(request(1), "anna", 20_00)
	w.must(err)
	w.gap(request(1), 10_00)
	w.must(w.in(func(tx *db.Tx) error { _, err := w.ReturnGap(ctx, tx, request(1)); return err }))
	w.gap(request(1), 10_00)
	_, err = w.pay(w.served(request(1), assignment(1), "ben", 60))
	w.must(err)
	w.basic(w.served(request(2), assignment(2), "leader", 120))
	w.give(1, "ben", "leader", 2_00)
	_, err = w.reverse(assignment(1), 1_00)
	w.must(err)
	_, err = w.AskGrant(ctx, w.home, db.Actor{Kind: "person", ID: id.ID{1}}, id.ID{1}, coin.Grant{ID: id.ID{5, 1}, Member: w.member("anna").ID, Coins: 4_00, Reason: "行动不便"})
	w.must(err)
	w.whole()
}

// found are the codes of what verify finds.
func (w *bank) found() (codes []string) {
	w.t.Helper()
	for _, f := range w.verify().Findings {
		codes = append(codes, f.Code)
	}
	return codes
}

// TestVerifyFindsForgedHours: a record that was written past the house, and one that is gone.
func TestVerifyFindsForgedHours(t *testing.T) {
	for statement, says := range map[string]string{
		"UPDATE coin_hold SET coins = coins + 1 WHERE community_id = ?":                               "verify.hours_record_differs",
		"UPDATE coin_share SET pool = pool + 1 WHERE community_id = ?":                                "verify.hours_held_differ",
		"UPDATE coin_share_end SET pool = pool + 1 WHERE community_id = ?":                            "verify.hours_record_differs",
		"DELETE FROM coin_share_end WHERE community_id = ?":                                           "verify.hours_record_differs",
		"UPDATE coin_service SET minutes = minutes + 60 WHERE community_id = ?":                       "verify.hours_record_differs",
		"UPDATE coin_service SET due = 0 WHERE kind = 'basic' AND community_id = ?":                   "verify.hours_record_differs",
		"UPDATE coin_service_undo SET coins = 0 WHERE community_id = ?":                               "verify.hours_record_differs",
		"UPDATE coin_gift SET from_id = to_id WHERE community_id = ?":                                 "verify.hours_record_differs",
		"UPDATE coin_gift SET seq = seq + 1000 WHERE community_id = ?":                                "verify.hours_of_no_entry",
		"UPDATE coin_grant SET coins = coins * 2 WHERE community_id = ?":                              "verify.hours_record_differs",
		"UPDATE coin_grant_end SET what = 'refused' WHERE community_id = ?":                           "verify.hours_record_differs",
		"UPDATE coin_order_step SET premium = premium + 1 WHERE what = 'bought' AND community_id = ?": "verify.hours_record_differs",
		"UPDATE coin_due SET coins = coins + 100 WHERE community_id = ?":                              "verify.hours_due_differ",
		"DELETE FROM coin_due WHERE community_id = ?":                                                 "verify.hours_due_differ",
		"UPDATE coin_budget SET spent = 0 WHERE community_id = ?":                                     "verify.hours_budget_differs",
		"DELETE FROM coin_opening WHERE community_id = ?":                                             "verify.hours_record_differs",
	} {
		w := &bank{settled(t, dbtest.SQLite(t, flow.Schemas))}
		w.worked()
		w.must(w.in(func(tx *db.Tx) error { _, err := tx.Exec(ctx, statement, w.home[:]); return err }))
		if codes := w.found(); !slices.Contains(codes, says) {
			t.Errorf("%s after %q: %v", says, statement, codes)
		}
	}
}

// TestVerifyFindsForgedMoves: entries that no record names, and whose facts the books before
// them do not give.
func TestVerifyFindsForgedMoves(t *testing.T) {
	inBank(t, func(w *bank) {
		w.worked()
		anna, ben := w.member("anna").ID, w.member("ben").ID
		for n, m := range []charter.Move{
			charter.OpeningCredit{Member: ben},
			charter.ServiceHeld{Request: request(9), Member: anna, Coins: 90_00},
			charter.HoursGiven{Gift: id.ID{6, 9}, From: anna, To: ben, Coins: 1, Held: 77_77},
			charter.BasicPaid{Request: request(8), Assignment: assignment(8), Server: charter.Server{Member: ben}, Minutes: 60, Coins: 10_00, Pool: 5_00, Budget: 10_000_00},
		} {
			if _, err := w.move("~forged:"+id.ID{byte(n)}.String(), m); err != nil {
				t.Logf("the books themselves refuse %T: %v", m, err)
			}
		}
		codes := w.found()
		for _, says := range []string{"verify.hours_record_differs", "verify.soft_limit_passed", "verify.hours_facts_differ", "verify.hours_held_differ"} {
			if !slices.Contains(codes, says) {
				t.Errorf("%s is not among %v", says, codes)
			}
		}
	})
}

// TestNobodyElseIssuesHours: what a rule issues that may not is refused, and found in books
// that a house without the refusal kept (F7).
func TestNobodyElseIssuesHours(t *testing.T) {
	inBank(t, func(w *bank) {
		w.ordered(1, 15_00, false)
		all := ledger.Issuers
		defer func() { ledger.Issuers = all }()
		ledger.Issuers = slices.DeleteFunc(slices.Clone(all), func(r ledger.Rule) bool { return r == ledger.R('T', 12) })
		if codes := w.found(); !slices.Contains(codes, "verify.issued_by_no_issuer") {
			t.Errorf("found %v", codes)
		}
		_, err := w.move("~more", charter.HoursOrdered{Org: id.ID{9}, Order: id.ID{9}, Charge: id.ID{9}, Coins: 1_00, Means: charter.Bank})
		wrong(t, "an order while no order may issue", err, ledger.ErrNotIssuer)
	})
}
