package app

import "gongyi/internal/kernel/id"

// sharedLife makes one of everything that an address of shared life: training, slots, days, sets, choosing, calls, operation, messages can name.
func (g *guarded) sharedLife(home id.ID) { g.Helper() }
