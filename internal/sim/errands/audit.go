package errands

import (
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
)

// audit counts limits that were passed. It looks at promises alone, in other words
// than dispatch does.
func (g *game) audit() (broken int) {
	count := func(passed bool) {
		if passed {
			broken++
		}
	}
	by := make(map[int][]promise)
	houses := make(map[[2]id.ID]bool)
	for _, p := range g.promises {
		by[p.volunteer] = append(by[p.volunteer], p)
		t, v := g.tasks[idOf('t', p.task+1)], &g.street.volunteers[p.volunteer]
		end := p.start.Add(t.Length)
		count(t.Needs&v.Skills != t.Needs || t.Asks&v.Able != t.Asks || t.Level > v.Level || t.Languages != 0 && t.Languages&v.Languages == 0)
		count(v.Household == t.Household || v.ID == t.Asker)
		count(p.start.Before(t.Window.From) || end.After(t.Window.To))
		count(v.Home.Distance(t.At)*int64(g.rules.Detour)/1000 > int64(slices.Max(g.rules.Reach[:]))+10)
		inside := false
		for _, f := range v.Free {
			inside = inside || !p.start.Before(f.From) && !end.After(f.To)
		}
		count(!inside)
		if t.Pair {
			key := [2]id.ID{t.ID, v.Household}
			count(houses[key])
			houses[key] = true
		}
	}
	for _, all := range by {
		broken += g.auditHours(all)
	}
	return broken
}

// auditHours looks at the promises of one person: not two at a time, not too many
// minutes on a day or in a week.
func (g *game) auditHours(all []promise) (broken int) {
	slices.SortFunc(all, func(a, b promise) int { return a.start.Compare(b.start) })
	days, weeks := make(map[period.Day]time.Duration), make(map[period.Day]time.Duration)
	var last time.Time
	for _, p := range all {
		length := g.tasks[idOf('t', p.task+1)].Length
		day := dayOf(p.start)
		days[day] += length
		weeks[day-(day-first)%7] += length
		if p.start.Before(last) || days[day] > g.rules.MostDay || weeks[day-(day-first)%7] > g.rules.MostWeek {
			broken++
		}
		last = p.start.Add(length)
	}
	return broken
}
