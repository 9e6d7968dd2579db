package portal_test

import (
	"fmt"
	"testing"
	"time"

	"gongyi/internal/module/access"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/person"
)

// BenchmarkPages measures the pages of a person with 400 purchases and of a shop
// with 4,000 in its month, more than any of the demo's has. The goal is 30 ms a page.
func BenchmarkPages(b *testing.B) {
	h := inHouse(b)
	h.env.Clock.Set(noon.AddDate(0, 0, -25))
	anna := h.person("Anna Chen", person.Ms)
	for i := range 100 {
		h.person(fmt.Sprint("Guest ", i), person.Ms)
	}
	for i := range 4000 {
		who := "Anna Chen"
		if i%10 != 0 {
			who = fmt.Sprint("Guest ", i%100)
		}
		h.buy(h.home, who, "bakery", 20_00)
		h.env.Clock.Advance(9 * time.Minute)
	}
	for n := 1; n > 0; {
		var err error
		n, err = h.Flows.Follower().Step(bg, h.home, ledger.FollowParties, 4096)
		h.must(err)
	}
	for range 6 {
		h.voucher(fmt.Sprint("V", h.n), "Anna Chen", 3*24*time.Hour)
		h.n++
	}
	h.as(anna, access.Owner)
	for _, path := range []string{"/home", "/me", "/me/purchases", "/me/purchases?month=2025-10", "/me/wallet", "/me/wallet/C1/coins", h.bakery(""), h.bakery("/statement"), h.bakery("/about")} {
		name := path
		if len(path) > 30 {
			name = "/shop" + path[len(h.bakery("")):]
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := h.get(path); w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
