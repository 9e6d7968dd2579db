package openbooks

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

// Check compares the tables with a batch that was made anew from the first entry
// up to their position. It tells every difference in a line.
func (s *Service) Check(ctx context.Context, r db.Reader, community id.ID, anew *Batch) (differences []string, err error) {
	const first, last = derived.NeverClosed, period.Day(1<<31 - 1)
	days, err := s.Days(ctx, r, community, first, last)
	if err != nil {
		return nil, err
	}
	visits, err := s.Visits(ctx, r, community, first, last)
	if err != nil {
		return nil, err
	}
	movements, err := s.Movements(ctx, r, community, first, last)
	if err != nil {
		return nil, err
	}
	wantDays, wantVisits, wantMovements := anew.rows(nil)
	compare := func(what string, where fmt.Stringer, stored, wanted any) {
		differences = append(differences, fmt.Sprintf("open books: %s of %s: stored %+v, the entries say %+v", what, where, stored, wanted))
	}
	each(days, wantDays, func(d *Day) period.Day { return d.Day }, func(x, y *Day) bool { return *x == *y },
		func(at period.Day, x, y *Day) { compare("the sums", at, x, y) })
	each(visits, wantVisits, func(v *Visit) visitKey { return visitKey{v.Day, v.Part} },
		func(x, y *Visit) bool { return slices.Equal(x.Buyers, y.Buyers) && slices.Equal(x.Shops, y.Shops) },
		func(at visitKey, x, y *Visit) {
			compare(fmt.Sprintf("buyers and shops (part %d)", at.part), at.day, x.count(), y.count())
		})
	type movementKey struct {
		seq  int64
		fund string
	}
	each(movements, wantMovements, func(m *Movement) movementKey { return movementKey{m.Seq, m.Fund} }, func(x, y *Movement) bool { return *x == *y },
		func(at movementKey, x, y *Movement) {
			differences = append(differences, fmt.Sprintf("open books: entry %d on %s: stored %+v, the entries say %+v", at.seq, at.fund, x, y))
		})
	return differences, nil
}

// count tells of visits without telling who.
func (v *Visit) count() string {
	if v == nil {
		return "none"
	}
	return fmt.Sprintf("%d buyers in %d shops", len(v.Buyers), len(v.Shops))
}

// each finds the rows that two lists do not have alike.
func each[T any, K comparable](stored, wanted []T, key func(*T) K, same func(x, y *T) bool, differ func(at K, x, y *T)) {
	want := make(map[K]*T, len(wanted))
	for i := range wanted {
		want[key(&wanted[i])] = &wanted[i]
	}
	for i := range stored {
		k := key(&stored[i])
		if w := want[k]; w == nil || !same(&stored[i], w) {
			differ(k, &stored[i], w)
		}
		delete(want, k)
	}
	for i := range wanted {
		if k := key(&wanted[i]); want[k] != nil {
			differ(k, nil, &wanted[i])
		}
	}
}
