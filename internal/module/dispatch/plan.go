package dispatch

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
)

// Plan chooses whom to ask now. Tasks are all that are open in the communities whose
// volunteers are in the index: an offer that is out holds its volunteer's time. Rules
// must be valid. The same question has the same answer, whatever the order of tasks
// and volunteers.
func Plan(now time.Time, ix *Index, tasks []Task, r *Rules) Round {
	return PlanBy(nil, now, ix, tasks, r)
}

// Choice is one volunteer who could be asked for a request, as a Chooser sees it.
type Choice struct {
	Row  int32 // the volunteer: equal in all choices of a round that mean the same one
	From int   // metres on foot from her home
	Walk int   // metres that the request adds to her day
	Cost int   // metres, with all weights
}

// Slot is one person that a request wants to ask now, and who could be; the choices
// with the least cost stand first.
type Slot struct {
	Task    int  // equal in slots of one request
	Usual   bool // not more than is usual by now for a request that has waited so long
	Skip    int  // cost of asking nobody for the slot in this round
	Choices []Choice
}

// Chooser fills slots: for each the number of a choice, or -1. It gives nobody two
// slots. Slots stand in the order in which their requests were made.
type Chooser func(slots []Slot) []int

// PlanBy is Plan with another way to choose, for comparison: everything else is the
// same. Without a chooser it is ours, with bundles.
func PlanBy(choose Chooser, now time.Time, ix *Index, tasks []Task, r *Rules) Round {
	p := newPlanner(now, ix, tasks, r)
	var settled []Settled
	for i := range p.asks {
		settled = append(settled, p.settle(&p.asks[i])...)
		p.look(i)
	}
	if choose != nil {
		p.pick(choose(p.slots))
	} else {
		p.pick(cheapest(p.slots))
		p.bundle()
	}
	p.pairs()
	out := p.round()
	out.Settled = settled
	return out
}

// planner is one round as it is made.
type planner struct {
	ix     *Index
	rules  *Rules
	now    int64
	linger int64
	asks   []ask
	slots  []Slot
	finds  [][]find         // of each slot's choices
	held   map[int32][]stay // stays with offers that are out, of whoever has any
	seen   []uint32         // the search in which a row was last looked at
	search uint32
}

// ask is a task as it is weighed in one round.
type ask struct {
	*Task
	ground
	ring     Ring
	from     int64 // the earliest moment to begin for somebody who is there
	to       int64 // the latest moment to end
	length   int64
	until    int64 // when the offers of this round end
	need     int   // people who are still missing
	out      int   // offers without an answer
	hope     int   // of a million each: how likely it is that these will be answered at all
	hopeWalk int   // what they would walk in all, each by how likely it is
	asked    map[id.ID]bool
	ready    []*Asked // who said yes and is not settled
	waits    []*Asked // who may still
	house    []id.ID  // of those who said yes or are asked, for the two-person rule
	picks    []pick
	gap      Reason // if nobody is asked
}

// find is somebody who fits.
type find struct {
	row  int32
	cost int
	fitting
}

// pick is somebody who is asked.
type pick struct {
	find
	from    []find // who could have been, the least cost first
	among   int    // how many these are
	nearest int    // metres that the nearest of them would have walked
	bundle  int
}

func newPlanner(now time.Time, ix *Index, tasks []Task, r *Rules) *planner {
	p := &planner{ix: ix, rules: r, now: now.Unix(), linger: int64(r.Linger.Seconds()), asks: make([]ask, len(tasks)), held: make(map[int32][]stay), seen: make([]uint32, len(ix.rows))}
	for i := range tasks {
		p.asks[i] = p.askOf(&tasks[i])
	}
	slices.SortFunc(p.asks, func(a, b ask) int {
		if c := a.AskedAt.Compare(b.AskedAt); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	for n := range p.held {
		p.held[n] = append(p.held[n], ix.rows[n].stays...)
		sortStays(p.held[n])
	}
	return p
}

// askOf reads what happened to a task so far, and holds the time of whoever said yes
// or may still say it.
func (p *planner) askOf(t *Task) ask {
	a := ask{Task: t, ground: p.rules.groundAt(t.At), length: int64(t.Length.Seconds()), to: t.Window.To.Unix(), need: t.people(), asked: make(map[id.ID]bool, len(t.Asked))}
	for i := range t.Asked {
		o := &t.Asked[i]
		a.asked[o.Volunteer] = true
		waits := o.Answer == Waiting && o.Until.Unix() > p.now
		if !waits && o.Answer != Accepted && o.Answer != Ready {
			continue
		}
		if o.Answer == Ready {
			a.ready = append(a.ready, o)
		} else if waits {
			a.out++
			a.waits = append(a.waits, o)
			hope := p.hope(o)
			a.hope += hope
			a.hopeWalk += o.Walk * hope
		} else {
			a.need--
		}
		n, known := p.ix.byID[o.Volunteer]
		if !known {
			continue
		}
		w := &p.ix.rows[n]
		if t.Pair && !w.household.IsZero() {
			a.house = append(a.house, w.household)
		}
		if !slices.ContainsFunc(w.stays, func(s stay) bool { return s.task == t.ID }) {
			start := o.Start.Unix()
			p.held[n] = append(p.held[n], stay{span: span{start, start + a.length}, at: t.At, task: t.ID, firm: o.Answer == Accepted})
		}
	}
	return a
}

func (p *planner) stays(n int32) []stay {
	if s, ok := p.held[n]; ok {
		return s
	}
	return p.ix.rows[n].stays
}

// missing is how many have yet to say yes.
func (a *ask) missing() int { return a.need - len(a.ready) }

// look finds who could be asked for a task, in the ring that is open; a ring in which
// nobody is left to ask is passed at once.
func (p *planner) look(task int) {
	a := &p.asks[task]
	pace := &p.rules.Pace[a.Urgency]
	passed := time.Duration(p.now-a.AskedAt.Unix()) * time.Second
	missing := a.missing()
	wanted := missing*pace.asks(passed) - a.out
	for a.ring < Staff && passed >= pace.Opens[a.ring+1] {
		a.ring++
	}
	switch {
	case a.Short:
		a.ring = Staff
	case a.Beyond:
		a.ring = max(a.ring, Neighbours)
	}
	latest := a.to - a.length
	switch {
	case missing <= 0 || missing*pace.Most <= a.out:
		a.gap = Reason{Enough, int64(a.out)}
		return
	case a.Rests:
		a.gap = Reason{Code: Resting}
		return
	case p.now >= latest:
		a.gap = Reason{Code: TooLate}
		return
	}
	search := func(ring Ring) []find {
		a.ring = ring
		a.until = min(p.now+int64(pace.Stands[ring].Seconds()), p.now+(latest-p.now)/2)
		a.from = max(a.Window.From.Unix(), a.until)
		return p.near(a)
	}
	open := a.ring
	found := search(open)
	if len(found) == 0 && open < Staff && a.out == 0 && len(search(Staff)) > 0 {
		for ring := open + 1; len(found) == 0 && ring <= Staff; ring++ {
			found = search(ring)
		}
	}
	a.gap = Reason{Enough, int64(a.out)}
	if len(found) == 0 {
		if a.out == 0 {
			a.gap = p.why(a)
		}
		return
	}
	choices := make([]Choice, len(found))
	for i, f := range found {
		choices[i] = Choice{f.row, int(f.home), int(f.walk), f.cost}
	}
	if a.out == 0 {
		a.gap = Reason{TakenByMore, int64(len(found))}
	}
	for k := range min(missing*pace.Most-a.out, len(found)) {
		p.slots = append(p.slots, Slot{task, k < wanted, p.skip(a, found, k, passed), choices})
		p.finds = append(p.finds, found)
	}
}

// pick notes what a chooser chose.
func (p *planner) pick(chosen []int) {
	for i, c := range chosen {
		if c < 0 {
			continue
		}
		found := p.finds[i]
		nearest := found[0].walk
		for _, f := range found {
			nearest = min(nearest, f.walk)
		}
		a := &p.asks[p.slots[i].Task]
		a.picks = append(a.picks, pick{find: found[c], from: found, among: len(found), nearest: int(nearest)})
	}
}

// round writes down what was chosen.
func (p *planner) round() (r Round) {
	for i := range p.asks {
		a := &p.asks[i]
		for _, k := range a.picks {
			r.Offers = append(r.Offers, Offer{
				Task: a.ID, Volunteer: p.ix.rows[k.row].id, Ring: a.ring, Start: p.time(k.start), Until: p.time(a.until),
				Walk: int(max(0, k.walk)), Cost: k.cost, Bundle: k.bundle, Reasons: p.reasons(a, &k),
			})
		}
		if len(a.picks) == 0 {
			r.Gaps = append(r.Gaps, Gap{a.ID, a.ring, a.gap})
		}
		if ring, up := p.alarm(a); up {
			r.Alarms = append(r.Alarms, Alarm{a.ID, ring})
		}
	}
	return r
}

func (p *planner) time(at int64) time.Time { return time.Unix(at, 0).In(p.rules.Zone) }

// alarm is how far a request has come that people must look after: by the clock, or
// at once when nobody is left to ask.
func (p *planner) alarm(a *ask) (Ring, bool) {
	opens := &p.rules.Pace[a.Urgency].Opens
	passed := time.Duration(p.now-a.AskedAt.Unix()) * time.Second
	switch {
	case a.missing() <= 0, a.Rests:
		return 0, false
	case passed >= opens[Operator]:
		return Operator, true
	case passed >= opens[Desk], len(a.picks) == 0 && a.out == 0 && a.gap.Code != TakenByMore:
		return Desk, true
	}
	return 0, false
}
