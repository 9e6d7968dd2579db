package dispatch

import (
	"container/heap"
	"math"
)

// Edge is one way to fill a row of an assignment: a column and its cost.
type Edge struct{ To, Cost int }

// Assign gives every row at most one of its columns, and every column at most one
// row, so that the sum of costs is the least there is; a row without a column costs
// its skip. It answers with the number of an edge for each row, or -1.
//
// It is the successive shortest path method with potentials (Hungarian method on a
// sparse graph): each row is added by the cheapest chain of changes. The same graph
// has the same answer.
func Assign(rows [][]Edge, skip []int, columns int) []int {
	s := &assignment{
		rows: rows, skip: skip, edge: make([]int, len(rows)), row: make([]int, columns), via: make([]int, columns),
		u: make([]int, len(rows)), v: make([]int, columns), far: make([]int, columns), from: make([]int, columns), done: make([]bool, columns),
	}
	for j := range s.row {
		s.row[j], s.far[j] = -1, math.MaxInt
	}
	for i := range rows {
		s.edge[i] = -1
	}
	for i := range rows {
		s.add(i)
	}
	return s.edge
}

// assignment is what is assigned so far, with potentials u and v under which no edge
// costs less than nothing and every chosen one exactly nothing.
type assignment struct {
	rows      [][]Edge
	skip      []int
	edge      []int // of a row, the number of its edge
	row       []int // of a column
	u, v      []int
	far       []int // of a column, how far it is in this search
	from, via []int // the row before it, and that row's edge
	done      []bool
	touched   []int // columns whose far, from, via and done are to be cleared
	queue     queue
}

// add assigns one more row.
func (s *assignment) add(first int) {
	s.u[first] = s.skip[first]
	for _, e := range s.rows[first] {
		s.u[first] = min(s.u[first], e.Cost-s.v[e.To])
	}
	best, last, free := math.MaxInt, -1, -1 // the end of the chain: a row that skips, or a free column
	scan := func(i, far int) {
		if d := far + s.skip[i] - s.u[i]; d < best {
			best, last, free = d, i, -1
		}
		for n, e := range s.rows[i] {
			d := far + e.Cost - s.u[i] - s.v[e.To]
			if d >= best || d >= s.far[e.To] {
				continue
			}
			if s.far[e.To] == math.MaxInt {
				s.touched = append(s.touched, e.To)
			}
			s.far[e.To], s.from[e.To], s.via[e.To] = d, i, n
			heap.Push(&s.queue, reached{d, e.To})
		}
	}
	scan(first, 0)
	for s.queue.Len() > 0 {
		at := heap.Pop(&s.queue).(reached)
		if at.far >= best {
			break
		}
		if s.done[at.column] || at.far > s.far[at.column] {
			continue
		}
		s.done[at.column] = true
		if s.row[at.column] < 0 {
			best, last, free = at.far, -1, at.column
			break
		}
		scan(s.row[at.column], at.far)
	}
	s.raise(first, best)
	s.change(first, last, free)
}

// raise keeps the potentials true after a search that ended so far away.
func (s *assignment) raise(first, best int) {
	s.u[first] += best
	for _, j := range s.touched {
		if s.done[j] && s.far[j] < best {
			s.u[s.row[j]] += best - s.far[j]
			s.v[j] -= best - s.far[j]
		}
		s.far[j], s.done[j] = math.MaxInt, false
	}
	s.touched, s.queue = s.touched[:0], s.queue[:0]
}

// change follows the chain back to its first row.
func (s *assignment) change(first, last, free int) {
	if last >= 0 { // that row skips, and gives its column on
		if last == first {
			return
		}
		free = s.rows[last][s.edge[last]].To
		s.edge[last] = -1
	}
	for {
		i := s.from[free]
		given := -1
		if s.edge[i] >= 0 {
			given = s.rows[i][s.edge[i]].To
		}
		s.edge[i], s.row[free] = s.via[free], i
		if i == first {
			return
		}
		free = given
	}
}

// reached is a column that a search came to.
type reached struct{ far, column int }

// queue gives the nearest column first.
type queue []reached

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].far < q[j].far || q[i].far == q[j].far && q[i].column < q[j].column
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push and Pop serve container/heap.
func (q *queue) Push(x any) { *q = append(*q, x.(reached)) }

// Pop takes the last.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// cheapest is our way to choose: what costs least in all.
func cheapest(slots []Slot) []int {
	column := make(map[int32]int)
	rows, skip := make([][]Edge, len(slots)), make([]int, len(slots))
	for i, s := range slots {
		skip[i], rows[i] = s.Skip, make([]Edge, len(s.Choices))
		for k, c := range s.Choices {
			if _, known := column[c.Row]; !known {
				column[c.Row] = len(column)
			}
			rows[i][k] = Edge{column[c.Row], c.Cost}
		}
	}
	return Assign(rows, skip, len(column))
}
