package dispatch

// bundle puts requests into one offer where somebody who is asked for the one could
// do the other on the same way.
func (p *planner) bundle() {}
