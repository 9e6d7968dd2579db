package dispatch

import "slices"

// bundle puts requests into one offer where somebody who is asked for the one could
// do the other on the same way: one question, one answer, and hardly any more
// walking. Only requests that ask nobody else are put together, so that a yes is a
// yes to all of it.
func (p *planner) bundle() {
	if p.rules.Bundle < 2 {
		return
	}
	size, number := make(map[int]int), 0
	for i := range p.asks {
		a := &p.asks[i]
		if !p.alone(a) || a.picks[0].bundle > 0 {
			continue
		}
		host, found := p.host(a, size)
		if host == nil {
			continue
		}
		on := &host.picks[0]
		if on.bundle == 0 {
			number++
			on.bundle, size[number] = number, 1
		}
		size[on.bundle]++
		nearest := a.picks[0].nearest
		a.picks[0] = pick{find: found, among: a.picks[0].among, nearest: nearest, bundle: on.bundle}
		p.hold(host, on.row, &on.fitting)
		p.hold(a, found.row, &found.fitting)
	}
}

// alone reports whether a request asks one person and no other.
func (p *planner) alone(a *ask) bool {
	return len(a.picks) == 1 && a.need == 1 && a.out == 0 && len(a.ready) == 0
}

// host finds the request whose volunteer saves the most walking if she does this one
// too.
func (p *planner) host(a *ask, size map[int]int) (best *ask, found find) {
	own := a.picks[0]
	most := own.walk - int64(p.rules.BundleSave)
	for i := range p.asks {
		b := &p.asks[i]
		if b == a || !p.alone(b) || b.picks[0].row == own.row || size[b.picks[0].bundle] >= p.rules.Bundle || a.walk(a.At, b.At) > most {
			continue
		}
		k := &b.picks[0]
		kept, was := p.held[k.row]
		p.hold(b, k.row, &k.fitting)
		f, got := p.sieve(a, k.row)
		if p.held[k.row] = kept; !was {
			delete(p.held, k.row)
		}
		if got == fits && f.walk <= most {
			best, most, found = b, f.walk-1, find{k.row, p.cost(a, k.row, &f), f}
		}
	}
	return best, found
}

// hold counts on somebody's doing a task, for those that she might do beside it.
func (p *planner) hold(a *ask, n int32, f *fitting) {
	stays := slices.DeleteFunc(slices.Clone(p.stays(n)), func(s stay) bool { return s.task == a.ID })
	p.held[n] = append(stays, stay{span: span{f.start, f.start + a.length}, at: a.At, task: a.ID, firm: true})
	sortStays(p.held[n])
}
