package flow_test

import (
	"slices"

	"gongyi/internal/kernel/page"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/person"
)

// movedFor are the services that somebody's hours were moved for, each once.
func (h *helping) movedFor(name string) (said []string) {
	h.t.Helper()
	all, err := h.Belongings(ctx, []person.Membership{{Ref: name, Home: h.c1}})
	h.must(err)
	moves, _, err := h.Movements(ctx, &all[0], ledger.Coins, page.Request{Limit: 50})
	h.must(err)
	for _, m := range moves {
		if m.For != "" && !slices.Contains(said, m.For) {
			said = append(said, m.For)
		}
	}
	return said
}
