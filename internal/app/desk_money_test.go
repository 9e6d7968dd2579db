package app

import (
	"strings"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
)

// What waits of payouts, of differences with a bill and of refunds that failed stands on
// the desk of finance, and on nobody's who may not see to it.
func TestMoneyThatWaitsIsOnTheDesk(t *testing.T) {
	g := newGuarded(t)
	if p := g.clerk.get("/desk"); strings.Contains(p.body, "queue=differences") {
		t.Errorf("without the role: %.2000s", p.body)
	}
	g.grant(clerkPhone, access.Finance, g.places(t)["C1"], id.ID{})
	for queue, says := range map[string]string{"payouts": "居民的奖励", "differences": "账上 10.00 元，账单 0.00 元", "failed-refunds": "退 7.00 元没有成"} {
		if p := g.clerk.get("/desk?queue=" + queue); !strings.Contains(p.body, says) {
			t.Errorf("%s does not say %q: %.3000s", queue, says, p.body)
		}
	}
}
