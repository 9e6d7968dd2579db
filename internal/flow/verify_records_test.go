package flow_test

import (
	"strconv"
	"testing"
)

func text(n int64) string { return strconv.FormatInt(n, 10) }

// damagedRecords are what somebody could do to the records beside the entries.
var damagedRecords = []damage{
	{"a balance", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_balance SET balance = balance + 1 WHERE no = 2 AND community_id = ?", d.home[:])
	}, []string{"balance_differs", "sum_not_zero"}, 2},
	{"two balances, so that the sum is right", func(t *testing.T, d *wreck) {
		coins := "no = (SELECT min(no) FROM ledger_account WHERE asset = 2 AND purpose = 4 AND community_id = ledger_balance.community_id)"
		d.exec("UPDATE ledger_balance SET balance = balance + 5 WHERE community_id = ? AND "+coins, d.home[:])
		d.exec("UPDATE ledger_balance SET balance = balance - 5 WHERE community_id = ? AND no = (SELECT max(no) FROM ledger_account WHERE asset = 2 AND community_id = ledger_balance.community_id)", d.home[:])
	}, []string{"balance_differs"}, 2},
	{"coins from nowhere", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_balance SET balance = balance + 100 WHERE community_id = ? AND no = (SELECT min(no) FROM ledger_account WHERE asset = 2 AND purpose = 4 AND community_id = ledger_balance.community_id)", d.home[:])
	}, []string{"balance_differs", "sum_not_zero"}, 2},
	{"an account's last entry", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_balance SET last_seq = last_seq - 1 WHERE no = 2 AND community_id = ?", d.home[:])
	}, []string{"last_entry_differs"}, 1},
	{"an account's count", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_balance SET entries = entries + 1 WHERE no = 2 AND community_id = ?", d.home[:])
	}, []string{"entry_count_differs"}, 1},
	{"a balance that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_balance WHERE no = 2 AND community_id = ?", d.home[:])
	}, []string{"balance_missing", "sum_not_zero"}, 2},
	{"a balance of nobody", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_balance (community_id, no, balance, last_seq, entries) VALUES (?, 999, 0, 0, 0)", d.home[:])
	}, []string{"balance_of_no_account"}, 1},
	{"an account's name", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_account SET owner_id = zeroblob(16) WHERE owner_kind = 8 AND community_id = ? AND no = (SELECT min(no) FROM ledger_account WHERE owner_kind = 8 AND community_id = ?)", d.home[:], d.home[:])
	}, []string{"account_not_in_chart"}, 3000},
	{"an account's purpose", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_account SET purpose = 9 WHERE purpose = 8 AND community_id = ?", d.home[:])
	}, []string{"leaf_differs", "legs_differ"}, 3000},
	{"an account that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_account WHERE no = 2 AND community_id = ?", d.home[:])
	}, []string{"account_missing", "entry_unreadable", "balance_of_no_account"}, 5000},
	{"a mark", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_mark SET balance = balance + 1 WHERE seq = (SELECT min(seq) FROM ledger_mark)")
	}, []string{"mark_differs"}, 3},
	{"a mark that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_mark WHERE seq = (SELECT min(seq) FROM ledger_mark)")
	}, []string{"mark_missing"}, 3},
	{"a mark too many", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_mark (community_id, no, seq, balance) VALUES (?, 2, 7, 0)", d.home[:])
	}, []string{"mark_extra@7"}, 1},
	{"a cap", func(t *testing.T, d *wreck) { d.exec("UPDATE settlement_cap SET used = used + 1") }, []string{"cap_differs"}, 3},
	{"a cap that is gone", func(t *testing.T, d *wreck) { d.exec("DELETE FROM settlement_cap") }, []string{"cap_differs"}, 3},
	{"a cap of nobody", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO settlement_cap (community_id, leader_id, month, used) VALUES (?, zeroblob(16), 24000, 5)", d.home[:])
	}, []string{"cap_differs"}, 1},
	{"a refund's note", func(t *testing.T, d *wreck) {
		d.exec("UPDATE settlement_refund SET amount = amount + 1 WHERE seq = (SELECT min(seq) FROM settlement_refund)")
	}, []string{"refund_not_noted"}, 1},
	{"a refund's note gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM settlement_refund WHERE seq = (SELECT min(seq) FROM settlement_refund)")
	}, []string{"refund_not_noted"}, 1},
	{"a refund that never was", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO settlement_refund (community_id, purchase_seq, seq, amount) VALUES (?, 3, 4, 5)", d.home[:])
	}, []string{"refund_of_no_entry@4"}, 1},
	{"a voucher that may be used again", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM promotion_voucher_event WHERE seq = (SELECT max(seq) FROM promotion_voucher_event WHERE what = 'used')")
	}, []string{"voucher_event_differs"}, 2},
	{"a voucher's use that never was", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO promotion_voucher_event (community_id, voucher_id, seq, what, expires_at) SELECT community_id, id, 9999, 'used', 0 FROM promotion_voucher LIMIT 1")
	}, []string{"voucher_event_of_no_entry"}, 2},
	{"a voucher's amount", func(t *testing.T, d *wreck) {
		d.exec("UPDATE promotion_voucher SET amount = amount + 1 WHERE id IN (SELECT voucher_id FROM promotion_voucher_event)")
	}, []string{"voucher_differs"}, 300},
	{"a claim that may be used again", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM promotion_claim_use WHERE seq = (SELECT min(seq) FROM promotion_claim_use)")
	}, []string{"claim_use_differs"}, 1},
	{"a claim's use that never was", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO promotion_claim_use (community_id, claim_id, seq) VALUES (?, zeroblob(16), 3)", d.home[:])
	}, []string{"claim_use_of_no_entry@3"}, 1},
	{"another claimant", func(t *testing.T, d *wreck) {
		d.exec("UPDATE promotion_claim SET recommender_id = zeroblob(16) WHERE id IN (SELECT claim_id FROM promotion_claim_use)")
	}, []string{"claim_differs"}, 300},
	{"a policy's number", func(t *testing.T, d *wreck) {
		d.exec(`UPDATE policy_version SET params = replace(params, '"standard_rate":30000', '"standard_rate":40000') WHERE number = 1 AND community_id = ?`, d.home[:])
	}, []string{"policy_differs", "legs_differ"}, 3000},
	{"a policy that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM policy_version WHERE number = 1 AND community_id = ?", d.home[:])
	}, []string{"policy_missing", "replay_refused"}, 3000},
	{"a policy that nobody recorded", func(t *testing.T, d *wreck) {
		d.exec(`INSERT INTO policy_version (community_id, number, code, effective_from, author, reason, proposed_at, params)
			SELECT community_id, 99, code, effective_from, author, reason, 4000000000000000, params FROM policy_version WHERE number = 1 AND community_id = ?`, d.home[:])
	}, []string{"policy_not_recorded"}, 2},
	{"a day that was closed too early", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_close SET size = 1 WHERE day = (SELECT max(day) FROM ledger_close)")
	}, []string{"booked_on_a_closed_day"}, 3000},
	{"a close of more than there is", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_close SET size = 99999 WHERE day = (SELECT min(day) FROM ledger_close)")
	}, []string{"close_of_no_entries"}, 3000},
	{"a hold's amount", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_hold SET amount = amount + 1 WHERE seq = (SELECT min(seq) FROM ledger_hold)")
	}, []string{"legs_differ"}, 1},
	{"a hold that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_hold WHERE seq = (SELECT min(seq) FROM ledger_hold)")
	}, []string{"hold_missing"}, 9},
	{"a hold that is open again", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_hold_end WHERE seq = (SELECT min(seq) FROM ledger_hold_end)")
	}, []string{"hold_end_differs"}, 1},
	{"a hold that ended otherwise", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_hold_end SET how = CASE how WHEN 'spent' THEN 'released' ELSE 'spent' END WHERE seq = (SELECT min(seq) FROM ledger_hold_end)")
	}, []string{"hold_end_differs"}, 1},
	{"a reversal that can be made again", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_reversal WHERE by_seq = (SELECT min(by_seq) FROM ledger_reversal)")
	}, []string{"reversal_missing"}, 1},
	{"a reversal of something else", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_reversal SET seq = 1 WHERE by_seq = (SELECT min(by_seq) FROM ledger_reversal)")
	}, []string{"legs_differ"}, 2},
	{"a reversal that never was", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_reversal (community_id, seq, by_seq) VALUES (?, 1, 2)", d.home[:])
	}, []string{"reversal_of_no_entry@2"}, 1},
}

// damagedDerived are what could happen to tables that can be made again.
var damagedDerived = []damage{
	{"a flow", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_flow SET amount = amount + 1 WHERE rule = 'S-04' AND day = (SELECT min(day) FROM ledger_flow)")
	}, []string{"derived_differs"}, 2},
	{"a flow's count", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_flow SET entries = entries + 1 WHERE rule = 'S-04' AND day = (SELECT min(day) FROM ledger_flow)")
	}, []string{"derived_differs"}, 2},
	{"a turnover that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_turnover WHERE no = 2 AND day = (SELECT min(day) FROM ledger_turnover)")
	}, []string{"derived_differs"}, 1},
	{"a turnover too many", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_turnover (community_id, day, no, came_in, went_out) VALUES (?, 12345, 2, 1, 0)", d.home[:])
	}, []string{"derived_differs"}, 1},
	{"a day's buyers", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_day SET buyers = buyers + 1 WHERE day = (SELECT min(day) FROM ledger_day)")
	}, []string{"derived_differs"}, 1},
	{"a day's direct money", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_day SET direct = direct + 1 WHERE day = (SELECT min(day) FROM ledger_day)")
	}, []string{"derived_differs"}, 1},
	{"a buyer who is another", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_buyer SET subject_id = zeroblob(16) WHERE day = (SELECT min(day) FROM ledger_buyer) AND subject_id = (SELECT min(subject_id) FROM ledger_buyer WHERE day = (SELECT min(day) FROM ledger_buyer))")
	}, []string{"derived_differs"}, 2},
	{"a derived leg", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_leg SET amount = amount + 1 WHERE seq = 60 AND leg = 1")
	}, []string{"derived_leg_differs@60"}, 1},
	{"a derived leg that is gone", func(t *testing.T, d *wreck) { d.exec("DELETE FROM ledger_leg WHERE seq = 60") }, []string{"derived_leg_missing@60"}, 1},
	{"a derived leg too many", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_leg (community_id, seq, leg, rule, from_no, to_no, amount) VALUES (?, 60, 99, 'S-01', 1, 2, 3)", d.home[:])
	}, []string{"derived_leg_extra@60"}, 1},
	{"a shop that an entry does not concern", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_party SET owner_id = zeroblob(16) WHERE seq = 60 AND owner_id = (SELECT min(owner_id) FROM ledger_party WHERE seq = 60)")
	}, []string{"derived_differs"}, 1},
	{"an entry that is not found under its shop", func(t *testing.T, d *wreck) { d.exec("DELETE FROM ledger_party WHERE seq = 60") }, []string{"derived_differs"}, 1},
	{"a follower that is ahead", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_follower SET next_seq = 99999 WHERE name = 'sums'")
	}, []string{"derived_ahead"}, 2},
	{"a follower that took entries twice", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_follower SET next_seq = next_seq - 3 WHERE name = 'sums'")
	}, []string{"derived_differs"}, 60},
}
