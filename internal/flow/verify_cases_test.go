package flow_test

import (
	"testing"

	"gongyi/internal/module/ledger"
)

// damagedEntries are what somebody could do to an entry, its leaf and the log.
var damagedEntries = []damage{
	{"a leg's amount", func(t *testing.T, d *wreck) {
		d.body(d.sealed(ledger.Purchase, 50), func(b []byte) []byte { _, at := places(b); b[at] ^= 1; return b })
	}, []string{"leaf_differs@!", "legs_differ@!", "balance_after_differs@!"}, 40},
	{"a leg's amount after an erasure", func(t *testing.T, d *wreck) {
		d.body(d.erased(), func(b []byte) []byte { _, at := places(b); b[at] ^= 1; return b })
	}, []string{"legs_differ@!", "balance_after_differs@!"}, 40},
	{"a balance after an entry", func(t *testing.T, d *wreck) {
		d.body(d.sealed(ledger.Purchase, 50), func(b []byte) []byte { at, _ := places(b); b[at] ^= 2; return b })
	}, []string{"balance_after_differs@!"}, 8},
	{"a byte of the facts", func(t *testing.T, d *wreck) {
		d.body(d.sealed(ledger.Purchase, 50), func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	}, []string{"leaf_differs@!"}, 8},
	{"a byte of a refund's facts", func(t *testing.T, d *wreck) {
		d.body(d.sealed(ledger.Refund, 20), func(b []byte) []byte { b[len(b)-1] ^= 2; return b })
	}, []string{"leaf_differs@!"}, 40},
	{"a body cut short", func(t *testing.T, d *wreck) {
		d.body(d.sealed(ledger.Purchase, 50), func(b []byte) []byte { return b[:20] })
	}, []string{"entry_unreadable@!"}, 20},
	{"a content hash", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET content = zeroblob(32) WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!"}, 1},
	{"a key", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET idem_key = idem_key || 'x' WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!"}, 1},
	{"no key", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET idem_key = '' WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!", "key_malformed@!"}, 2},
	{"a posting time", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET posted_at = posted_at - 86400000000 WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!", "posted_before_its_predecessor@!"}, 6},
	{"a booked day", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET booked_on = booked_on - 1 WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!", "booked_differs@!"}, 60},
	{"a kind", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET kind = 8 WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!"}, 60},
	{"a kind that does not exist", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET kind = 77 WHERE seq = ?", d.sealed(ledger.Transfer, 0))
	}, []string{"leaf_differs@!", "kind_unknown@!"}, 6},
	{"a leaf", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET leaf = zeroblob(32) WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"leaf_differs@!", "node_differs@0"}, 2},
	{"the leaf of an erased person's entry", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET leaf = zeroblob(32) WHERE seq = ?", d.erased())
	}, []string{"node_differs@0"}, 1},
	{"a leaf that is too short", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET leaf = x'00' WHERE seq = ?", d.sealed(ledger.Purchase, 50))
	}, []string{"entry_unreadable@!"}, 20},
	{"the last leaf", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_entry SET leaf = zeroblob(32) WHERE seq = (SELECT max(seq) FROM ledger_entry WHERE community_id = ?)", d.home[:])
	}, []string{"root_differs"}, 2},
	{"a node", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_node SET hash = zeroblob(32) WHERE level = 8 AND idx = 1")
	}, []string{"node_differs@256"}, 1},
	{"a node that is gone", func(t *testing.T, d *wreck) { d.exec("DELETE FROM ledger_node WHERE level = 9") }, []string{"node_missing"}, 1},
	{"a node too many", func(t *testing.T, d *wreck) {
		d.exec("INSERT INTO ledger_node (community_id, level, idx, hash) VALUES (?, 8, 99, zeroblob(32))", d.home[:])
	}, []string{"node_extra"}, 1},
	{"the root", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_head SET root = zeroblob(32) WHERE community_id = ?", d.home[:])
	}, []string{"root_differs"}, 1},
	{"the size of the log", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_head SET size = size - 1 WHERE community_id = ?", d.home[:])
	}, []string{"log_size_differs"}, 1},
	{"an entry that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_entry WHERE seq = ? AND community_id = ?", d.sealed(ledger.Purchase, 50), d.home[:])
	}, []string{"entry_missing@!"}, 30},
	{"the last entry gone", func(t *testing.T, d *wreck) {
		last := d.one("SELECT max(seq) FROM ledger_entry WHERE community_id = ?", d.home[:])
		d.note = "@" + text(last)
		d.exec("DELETE FROM ledger_entry WHERE seq = ? AND community_id = ?", last, d.home[:])
	}, []string{"entry_missing@!", "log_size_differs", "balance_differs"}, 60},
	{"a pair that changed places", func(t *testing.T, d *wreck) {
		a := d.sealed(ledger.Purchase, 50)
		b := d.sealed(ledger.Purchase, a)
		for _, move := range [][2]int64{{a, -1}, {b, a}, {-1, b}} {
			d.exec("UPDATE ledger_entry SET seq = ? WHERE seq = ? AND community_id = ?", move[1], move[0], d.home[:])
		}
	}, []string{"leaf_differs@!", "node_differs@0"}, 60},
	{"a key that is there twice", func(t *testing.T, d *wreck) {
		a := d.sealed(ledger.Purchase, 50)
		b := d.sealed(ledger.Purchase, a)
		for _, ddl := range []string{"CREATE TABLE copied AS SELECT * FROM ledger_entry", "DROP TABLE ledger_entry", "ALTER TABLE copied RENAME TO ledger_entry"} {
			if _, err := d.raw.Exec(ddl); err != nil {
				t.Fatal(err)
			}
		}
		d.exec("UPDATE ledger_entry SET idem_key = (SELECT e.idem_key FROM ledger_entry e WHERE e.seq = ? AND e.community_id = ?) WHERE seq = ? AND community_id = ?", a, d.home[:], b, d.home[:])
	}, []string{"key_twice@!", "leaf_differs@!"}, 2},
	{"a secret that is gone", func(t *testing.T, d *wreck) {
		d.exec("DELETE FROM ledger_secret WHERE length(subject_id) = 0 AND community_id = ?", d.home[:])
	}, []string{"secret_missing"}, 1},
	{"another secret", func(t *testing.T, d *wreck) {
		d.exec("UPDATE ledger_secret SET secret = zeroblob(16) WHERE length(subject_id) = 0 AND community_id = ?", d.home[:])
	}, []string{"leaf_differs"}, 3000},
}
