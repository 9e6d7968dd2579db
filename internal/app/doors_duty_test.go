package app

import "gongyi/internal/kernel/id"

// duties makes one of everything that an address of duties and the score can name.
func (g *guarded) duties(home id.ID) { g.Helper() }
