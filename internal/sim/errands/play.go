package errands

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/dispatch"
)

// tick is how often a round is made.
const tick = 15 * time.Second

// How people answer: after a while that is exponential, more rarely from farther
// away; some never do.
const (
	answerMean = 6 * time.Minute
	yes, yesKm = 0.6, 0.1
	silence    = 0.1
)

// answer is what a volunteer would say to a request, thrown once for the two.
type answer struct {
	after time.Duration
	never bool
	luck  float64
}

func (st *street) answer(task, volunteer id.ID) answer {
	r := dice(st.Seed, string(task[12:])+string(volunteer[12:]), 0)
	return answer{time.Duration(r.ExpFloat64() * float64(answerMean)), r.Float64() < silence, r.Float64()}
}

// heard is an answer that is on its way.
type heard struct {
	at     time.Time
	number int // in order of the offers
	offers []dispatch.Offer
	yes    bool
}

// game is the street under one way to choose.
type game struct {
	*street
	rules      *dispatch.Rules
	choose     dispatch.Chooser
	ix         *dispatch.Index
	volunteers []dispatch.Volunteer
	place      map[id.ID]int // of a volunteer
	tasks      map[id.ID]*dispatch.Task
	open       []id.ID
	coming     []heard
	accepted   map[id.ID]time.Time // when a task had everybody it needs
	settled    map[id.ID]time.Time
	promises   []promise
	asked      int
	number     int
	walked     int
	bundles    int
}

// promise is a yes.
type promise struct {
	task, volunteer int
	start           time.Time
}

// play runs all days under one way.
func (st *street) play(w Way, rules *dispatch.Rules) *game {
	g := &game{
		street: st, rules: rules, volunteers: slices.Clone(st.volunteers), place: make(map[id.ID]int), tasks: make(map[id.ID]*dispatch.Task),
		accepted: make(map[id.ID]time.Time), settled: make(map[id.ID]time.Time),
	}
	if w.choose != nil {
		g.choose = w.choose(dice(st.Seed, "chooser", 0))
		g.rules = plain(rules)
	}
	for i := range g.volunteers {
		g.place[g.volunteers[i].ID] = i
	}
	g.ix = dispatch.NewIndex(g.volunteers)
	end := (first + 2).Start(Zone).AddDate(0, 0, st.Days)
	next, day := 0, 0
	for now := first.Start(Zone); now.Before(end); now = now.Add(tick) {
		if d := int(now.Sub(first.Start(Zone)) / (24 * time.Hour)); d != day {
			day = d
			g.night(now)
		}
		for next < len(st.tasks) && !st.tasks[next].AskedAt.After(now) {
			t := st.tasks[next]
			g.tasks[t.ID] = &t
			g.open = append(g.open, t.ID)
			next++
		}
		g.listen(now)
		if len(g.open) > 0 {
			g.round(now)
		}
	}
	g.night(end.AddDate(0, 0, 7))
	return g
}

// round asks, and lets time decide what is answered.
func (g *game) round(now time.Time) {
	g.open = slices.DeleteFunc(g.open, func(n id.ID) bool {
		t := g.tasks[n]
		return !now.Before(t.Window.To.Add(-t.Length)) && !g.waits(t, now)
	})
	tasks := make([]dispatch.Task, len(g.open))
	for i, n := range g.open {
		tasks[i] = *g.tasks[n]
	}
	var r dispatch.Round
	if g.choose == nil {
		r = dispatch.Plan(now, g.ix, tasks, g.rules)
	} else {
		r = dispatch.PlanBy(g.choose, now, g.ix, tasks, g.rules)
	}
	for _, o := range r.Settled {
		g.settle(now, o)
	}
	bundles := make(map[int]int)
	for _, o := range r.Offers {
		t := g.tasks[o.Task]
		t.Asked = append(t.Asked, dispatch.Asked{Volunteer: o.Volunteer, At: now, Start: o.Start, Until: o.Until, Walk: o.Walk})
		if at, known := bundles[o.Bundle]; o.Bundle > 0 && known {
			g.bundles++
			g.coming[at].offers = append(g.coming[at].offers, o)
			continue
		}
		g.asked++
		g.number++
		bundles[o.Bundle] = len(g.coming)
		a := g.answer(o.Task, o.Volunteer)
		h := heard{at: now.Add(a.after), number: g.number, offers: []dispatch.Offer{o}, yes: a.luck < yes-yesKm*float64(o.Walk)/2000}
		if a.never || h.at.After(o.Until) {
			h.at, h.yes = o.Until, false
		}
		g.coming = append(g.coming, h)
	}
	slices.SortFunc(g.coming, func(a, b heard) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.number - b.number
	})
}

func (g *game) waits(t *dispatch.Task, now time.Time) bool {
	return slices.ContainsFunc(t.Asked, func(o dispatch.Asked) bool {
		return o.Answer == dispatch.Ready || o.Answer == dispatch.Waiting && o.Until.After(now)
	})
}

// listen takes in what has been answered by now.
func (g *game) listen(now time.Time) {
	for len(g.coming) > 0 && !g.coming[0].at.After(now) {
		h := g.coming[0]
		g.coming = g.coming[1:]
		for _, o := range h.offers {
			g.take(h, o)
		}
	}
}

func (g *game) take(h heard, o dispatch.Offer) {
	t := g.tasks[o.Task]
	i := slices.IndexFunc(t.Asked, func(a dispatch.Asked) bool { return a.Volunteer == o.Volunteer && a.Answer == dispatch.Waiting })
	if i < 0 {
		return // withdrawn: somebody was quicker
	}
	if !h.yes {
		t.Asked[i].Answer = dispatch.Refused
		if !h.at.Before(o.Until) {
			t.Asked[i].Answer = dispatch.Silent
		}
		return
	}
	t.Asked[i].Answer, t.Asked[i].Answered = dispatch.Ready, h.at
	yes := 0
	for _, a := range t.Asked {
		if a.Answer == dispatch.Accepted || a.Answer == dispatch.Ready {
			yes++
		}
	}
	if _, known := g.accepted[t.ID]; !known && yes >= needed(t) {
		g.accepted[t.ID] = h.at
	}
}

// settle sends somebody who said yes.
func (g *game) settle(now time.Time, c dispatch.Settled) {
	t := g.tasks[c.Task]
	i := slices.IndexFunc(t.Asked, func(a dispatch.Asked) bool { return a.Volunteer == c.Volunteer })
	o := &t.Asked[i]
	o.Answer = dispatch.Accepted
	v := &g.volunteers[g.place[o.Volunteer]]
	v.Stays = append(slices.Clone(v.Stays), dispatch.Stay{Task: t.ID, Window: dispatch.Window{From: o.Start, To: o.Start.Add(t.Length)}, At: t.At, Firm: true})
	g.ix.Put(v)
	g.promises = append(g.promises, promise{taskNumber(t.ID), g.place[o.Volunteer], o.Start})
	got := 0
	for _, a := range t.Asked {
		if a.Answer == dispatch.Accepted {
			got++
		}
	}
	if got < needed(t) {
		return
	}
	for k := range t.Asked {
		if a := &t.Asked[k]; a.Answer == dispatch.Waiting || a.Answer == dispatch.Ready {
			a.Answer = dispatch.Withdrawn
		}
	}
	g.settled[t.ID] = now
	g.open = slices.DeleteFunc(g.open, func(n id.ID) bool { return n == t.ID })
}

func needed(t *dispatch.Task) int {
	if t.Pair {
		return max(2, t.People)
	}
	return max(1, t.People)
}

func taskNumber(n id.ID) (v int) {
	for _, b := range n[8:] {
		v = v<<8 | int(b)
	}
	return v - 1
}

// night counts the ways of the days that are over and keeps only their minutes.
func (g *game) night(now time.Time) {
	for i := range g.volunteers {
		v := &g.volunteers[i]
		past := *v
		past.Stays = nil
		left := v.Stays[:0:0]
		for _, s := range v.Stays {
			if s.To.After(now) {
				left = append(left, s)
				continue
			}
			past.Stays = append(past.Stays, s)
			v.Served = append(v.Served, dispatch.Served{Day: int32(dayOf(s.From)), Minutes: int(s.To.Sub(s.From).Minutes())})
		}
		g.walked += dispatch.Walked(&past, g.rules)
		v.Stays = left
		v.Served = slices.DeleteFunc(v.Served, func(s dispatch.Served) bool { return s.Day < int32(dayOf(now))-7 })
		v.Free = slices.DeleteFunc(slices.Clone(v.Free), func(f dispatch.Window) bool { return !f.To.After(now) })
		g.ix.Put(v)
	}
}
