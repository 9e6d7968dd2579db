package dbtest_test

import (
	"strings"
	"testing"

	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// spread are two distributed tables, a shared one and a local one.
var spread = []db.Schema{{Owner: "test", Tables: []db.Table{
	{Name: "till", Placement: db.Distributed}, {Name: "slip", Placement: db.Distributed},
	{Name: "trade", Placement: db.Reference}, {Name: "job", Placement: db.Local},
}}}

func TestStatementsThatADistributedEngineTakes(t *testing.T) {
	check := dbtest.NewChecker(spread)
	for _, q := range []string{
		"SELECT a FROM till WHERE community_id = ? AND k = ?",
		"SELECT a FROM till WHERE community_id = $1",
		"SELECT a FROM till WHERE community_id IN (?, ?)",
		"SELECT a FROM till t JOIN slip s ON s.community_id = t.community_id AND s.k = t.k WHERE t.community_id = ?",
		"SELECT a FROM till t JOIN trade r ON r.code = t.trade WHERE t.community_id = ?",
		"INSERT INTO till (community_id, k) VALUES (?, ?) ON CONFLICT (community_id, k) DO UPDATE SET v = excluded.v",
		"INSERT INTO till (k, community_id) SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT (community_id, k) DO NOTHING",
		"INSERT INTO slip (community_id, k) SELECT community_id, k FROM till WHERE community_id = ?",
		"UPDATE till SET v = ? WHERE community_id = ? AND k = ?",
		"DELETE FROM till WHERE community_id = ?",
		"SELECT a FROM trade WHERE code = ?",
		"DELETE FROM job WHERE at < now()", // local to the coordinator
		"CREATE INDEX x ON till (community_id, k)",
		"BEGIN", "ROLLBACK TO SAVEPOINT closure",
		"SELECT a FROM till WHERE community_id = ? AND word = 'nowhere'",
	} {
		if err := check.Check(q); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
}

func TestStatementsThatItRefuses(t *testing.T) {
	check := dbtest.NewChecker(spread)
	for q, rule := range map[string]string{
		"SELECT a FROM till WHERE k = ?":                                         "no community_id is bound",
		"SELECT a FROM till":                                                     "no community_id is bound",
		"select a from till where k = ?":                                         "no community_id is bound",
		"SELECT a FROM till WHERE community_id = other_id":                       "no community_id is bound",
		"UPDATE till SET v = ? WHERE k = ?":                                      "no community_id is bound",
		"DELETE FROM till WHERE k = ?":                                           "no community_id is bound",
		"INSERT INTO till (k) VALUES (?)":                                        "no community_id is inserted",
		"INSERT INTO till VALUES (?, ?)":                                         "no community_id is inserted",
		"SELECT a FROM till t JOIN slip s ON s.k = t.k WHERE t.community_id = ?": "a join that does not go through",
		"SELECT a FROM till t WHERE t.community_id = ? AND EXISTS (SELECT 1 FROM slip s WHERE s.k = t.k)": "a join that does not go through",
		"SELECT a FROM till t, slip s WHERE t.community_id = ? AND s.community_id = ?":                    "tables listed by comma",
		"SELECT a FROM till WHERE community_id = ? FOR UPDATE":                                            "a refused form",
		"WITH RECURSIVE w AS (SELECT a FROM till WHERE community_id = ?) SELECT a FROM w":                 "a refused form",
		"SELECT a, sum(b) FROM till WHERE community_id = ? GROUP BY ROLLUP (a)":                           "a refused form",
		"SELECT pg_advisory_lock(1) FROM till WHERE community_id = ?":                                     "a signal between sessions",
		"UPDATE till SET at = now() WHERE community_id = ?":                                               "a volatile function",
		"INSERT INTO till (community_id, at) VALUES (?, CURRENT_TIMESTAMP)":                               "a volatile function",
		"INSERT INTO till (community_id, v) VALUES (?, (SELECT max(v) FROM slip WHERE community_id = ?))": "a sub-query inside VALUES",
		"INSERT INTO till (community_id, k) SELECT * FROM unnest($1::bytea[], $2::text[])":                "needs ON CONFLICT or RETURNING",
	} {
		if err := check.Check(q); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%s\ngot %v, want %q", q, err, rule)
		}
	}
}
