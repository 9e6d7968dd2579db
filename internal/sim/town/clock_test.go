package town_test

import (
	"testing"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/platform/db"
)

// The program starts again on a machine whose clock is two hours behind: what is
// posted stands in the order in which it was posted, and the books are whole, even
// if the rules are changed in an hour that the books have seen already.
func TestAClockThatIsBehindAfterARestart(t *testing.T) {
	atTheCorner(t, func(c *corner) {
		noon := c.held.Now().Add(4 * time.Hour)
		c.held.Set(noon)
		before, err := c.buy("noon", 100_00)
		c.must(err)
		c.restart()
		c.held.Set(noon.Add(-2 * time.Hour))
		p := flow.Trial()
		p.Code, p.EffectiveFrom, p.Params.StandardRate = "other", c.held.Now(), 20_000
		_, err = c.Propose(ctx, c.home, db.System, p)
		c.must(err)
		after, err := c.buy("ten", 100_00)
		c.must(err)
		if after.PostedAt.Before(before.PostedAt) {
			t.Errorf("posted at %s after %s", after.PostedAt, before.PostedAt)
		}
		want := int64(3_00 + 2_00 - 2*50 - 2_00 - 1_50) // S-08 takes what S-05 leaves of 2.00
		c.holds("platform/commission", "CNY", want)
	})
}
