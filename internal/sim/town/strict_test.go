package town_test

import (
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/platform/dbtest"
)

// A shorter life under the rules of every other test: each closure runs twice, the
// first time rolled back, and no statement may be one that a distributed engine
// refuses.
func TestStrict(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, flow.Schemas, func(t *testing.T, env dbtest.Env) {
		t.Parallel()
		newMachine(t, 101).soak(env, stepsShort)
	})
}
