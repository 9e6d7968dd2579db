package dbtest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"gongyi/internal/platform/db"
)

// Tracer fails the test at a statement that a distributed engine would refuse or
// send to every machine (docs/adr/0003, rules 5 and 6).
func Tracer(t testing.TB, schemas []db.Schema) func(query string, args []any) {
	check := NewChecker(schemas)
	return func(query string, _ []any) {
		if err := check.Check(query); err != nil {
			t.Errorf("%v", err)
		}
	}
}

// Checker knows the tables and judges statements.
type Checker struct{ distributed []*regexp.Regexp }

// NewChecker makes a checker of the manifest's distributed tables.
func NewChecker(schemas []db.Schema) *Checker {
	c := &Checker{}
	for _, s := range schemas {
		for _, t := range s.Tables {
			if t.Placement == db.Distributed {
				c.distributed = append(c.distributed, regexp.MustCompile(`\b`+t.Name+`\b`))
			}
		}
	}
	return c
}

var (
	bindsCommunity = regexp.MustCompile(`community_id\s*(=|IN)\s*\(?\s*(\?|\$\d)`)
	insertsIt      = regexp.MustCompile(`(?s)INSERT INTO \w+\s*\([^)]*\bcommunity_id\b`)
	volatile       = regexp.MustCompile(`(?i)\b(now|random|gen_random_uuid|clock_timestamp|current_timestamp)\b`)
	valuesSelect   = regexp.MustCompile(`(?is)\bVALUES\s*\([^)]*\bSELECT\b`)
	refusedForms   = regexp.MustCompile(`(?i)\bWITH RECURSIVE\b|\bROLLUP\b|\bLISTEN\b|\bpg_advisory`)
)

// Check refuses a statement by the rule that it breaks.
func (c *Checker) Check(query string) error {
	touches := false
	for _, re := range c.distributed {
		touches = touches || re.MatchString(query)
	}
	if !touches || strings.HasPrefix(strings.TrimSpace(query), "CREATE") {
		return nil
	}
	switch {
	case !bindsCommunity.MatchString(query) && !insertsIt.MatchString(query):
		return fmt.Errorf("rule 5: no community_id is bound: %s", query)
	case volatile.MatchString(query):
		return fmt.Errorf("rule 6: a volatile function: %s", query)
	case valuesSelect.MatchString(query):
		return fmt.Errorf("rule 6: a sub-query inside VALUES: %s", query)
	case refusedForms.MatchString(query):
		return fmt.Errorf("rule 5: a refused form: %s", query)
	}
	return nil
}
