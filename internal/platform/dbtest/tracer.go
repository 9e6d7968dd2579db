package dbtest

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gongyi/internal/platform/db"
)

// Tracer fails the test at a statement that a distributed engine would refuse or
// send to every machine (docs/adr/0003, rules 5 and 6).
func Tracer(t testing.TB, schemas []db.Schema) func(query string, args []any) {
	made, _ := checkers.LoadOrStore(sumOf(t, schemas), sync.OnceValue(func() *Checker { return NewChecker(schemas) }))
	check := made.(func() *Checker)()
	return func(query string, _ []any) {
		judged, known := check.judged.Load(query)
		if !known {
			judged, _ = check.judged.LoadOrStore(query, verdict{check.Check(query)})
		}
		if err := judged.(verdict).err; err != nil {
			t.Errorf("%v", err)
		}
	}
}

// checkers are kept from test to test: the same few hundred statements are met again
// and again.
var checkers sync.Map // [sha256.Size]byte → func() *Checker

// verdict is what Check said of a statement.
type verdict struct{ err error }

// Checker knows the distributed tables and judges statements.
type Checker struct {
	distributed map[string]bool
	judged      sync.Map // statement → verdict
}

// NewChecker makes a checker of the manifest's distributed tables.
func NewChecker(schemas []db.Schema) *Checker {
	c := &Checker{distributed: make(map[string]bool)}
	for _, s := range schemas {
		for _, t := range s.Tables {
			c.distributed[t.Name] = t.Placement == db.Distributed
		}
	}
	return c
}

var (
	reads     = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|UPDATE)\s+(\w+)`)
	inserts   = regexp.MustCompile(`(?i)\bINSERT\s+INTO\s+(\w+)\s*(\([^)]*\))?`)
	compared  = regexp.MustCompile(`(?i)\bcommunity_id\s*(?:=|IN)\s*`)
	parameter = regexp.MustCompile(`(?i)\bcommunity_id\s*(?:=|IN)\s*\(?\s*(?:\?|\$\d)`)
	column    = regexp.MustCompile(`\bcommunity_id\b`)
)

// refused are forms that no distributed statement may have, by rule.
var refused = []struct {
	form *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(?i)\b(now|random|gen_random_uuid|clock_timestamp|current_timestamp)\b`), "rule 6: a volatile function"},
	{regexp.MustCompile(`(?is)\bVALUES\s*\([^)]*\bSELECT\b`), "rule 6: a sub-query inside VALUES"},
	{regexp.MustCompile(`(?i)\bWITH\s+RECURSIVE\b|\b(ROLLUP|CUBE|GROUPING\s+SETS)\b|\bFOR\s+(UPDATE|SHARE)\b`), "rule 5: a refused form"},
	{regexp.MustCompile(`(?i)\b(LISTEN|NOTIFY)\b|\bpg_(try_)?advisory`), "rule 5: a signal between sessions"},
	{regexp.MustCompile(`(?i)\bFROM\s+\w+(\s+\w+)?\s*,\s*[a-z_]+\b`), "rule 5: tables listed by comma; write JOIN … ON"},
}

// Check refuses a statement by the rule that it breaks.
func (c *Checker) Check(query string) error {
	read := 0
	for _, m := range reads.FindAllStringSubmatch(query, -1) {
		if c.distributed[m[1]] {
			read++
		}
	}
	into := inserts.FindStringSubmatch(query)
	writes := into != nil && c.distributed[into[1]]
	if read == 0 && !writes || strings.HasPrefix(strings.TrimSpace(query), "CREATE") {
		return nil
	}
	switch {
	case writes && !column.MatchString(into[2]):
		return fmt.Errorf("rule 5: no community_id is inserted: %s", query)
	case read > 0 && !parameter.MatchString(query):
		return fmt.Errorf("rule 5: no community_id is bound: %s", query)
	case len(compared.FindAllString(query, -1)) < read:
		return fmt.Errorf("rule 5: a join that does not go through community_id: %s", query)
	case strings.Contains(query, "unnest(") && !strings.Contains(query, "ON CONFLICT") && !strings.Contains(query, "RETURNING"):
		return fmt.Errorf("rule 6: INSERT … SELECT unnest needs ON CONFLICT or RETURNING: %s", query)
	}
	for _, r := range refused {
		if r.form.MatchString(query) {
			return fmt.Errorf("%s: %s", r.why, query)
		}
	}
	return nil
}
