package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// Newcomer is a person who joins a community.
type Newcomer struct {
	Ref     string
	Home    id.ID
	Profile member.Profile
}

// Newshop is a shop that joins a community's alliance as a standard member.
type Newshop struct {
	Home id.ID
	merchant.Merchant
}

// Result is what became of one of many.
type Result struct {
	Added bool // false and no error: it was there already
	Err   error
}

// crowd is how many newcomers one transaction takes: few milliseconds of work.
const crowd = 100

// Welcome lets many people join, in good standing. Each reference is reserved in
// the directory first, so that it names one person in the whole installation.
func (f *Flows) Welcome(ctx context.Context, actor db.Actor, people []Newcomer) []Result {
	results := make([]Result, len(people))
	f.each(ctx, actor, len(people), func(int) id.ID { return id.Tilde }, results, func(tx *db.Tx, i int) (bool, error) {
		if err := (&member.Member{Ref: people[i].Ref, Standing: member.Good, Level: policy.Silver}).Validate(); err != nil {
			return false, err
		}
		return false, f.Members.Reserve(ctx, tx, people[i].Ref, people[i].Home)
	})
	f.each(ctx, actor, len(people), func(i int) id.ID { return people[i].Home }, results, func(tx *db.Tx, i int) (bool, error) {
		p := people[i]
		_, added, err := f.Members.Join(ctx, tx, member.Member{Ref: p.Ref, Standing: member.Good, Level: policy.Silver, Profile: p.Profile})
		return added, err
	})
	return results
}

// Enrol admits many shops as standard members of the alliance.
func (f *Flows) Enrol(ctx context.Context, actor db.Actor, shops []Newshop) []Result {
	results := make([]Result, len(shops))
	f.each(ctx, actor, len(shops), func(i int) id.ID { return shops[i].Home }, results, func(tx *db.Tx, i int) (bool, error) {
		m := shops[i].Merchant
		m.Tier = policy.Standard
		_, added, err := f.Merchants.Admit(ctx, tx, m)
		return added, err
	})
	return results
}

// tries is how often work is handed in that the writer has no time for.
const tries = 6

// each runs fn for many items, a crowd a transaction, community by community. A
// refusal of fn is the item's result and leaves the others alone, so fn must
// refuse before it writes. Items that failed already are passed over. On a machine
// that is busy with other things a crowd may be too much: then it comes again, in
// smaller ones.
func (f *Flows) each(ctx context.Context, actor db.Actor, n int, at func(i int) id.ID, results []Result, fn func(tx *db.Tx, i int) (bool, error)) {
	var items []int
	for i := range n {
		if results[i].Err == nil {
			items = append(items, i)
		}
	}
	for try, size := 1, crowd; len(items) > 0; try, size = try+1, max(1, size/4) {
		f.once(ctx, actor, items, size, at, results, fn)
		items = slices.DeleteFunc(items, func(i int) bool { return !Passing(results[i].Err) })
		if len(items) == 0 || try == tries || Pause(ctx, results[items[0]].Err) != nil {
			return
		}
	}
}

// Passing reports whether a refusal only says that the writer has too much to do:
// the same again in a moment may succeed.
func Passing(err error) bool { return errors.Is(err, db.ErrBusy) || errors.Is(err, db.ErrTooSlow) }

// Pause waits as long as such a refusal asks.
func Pause(ctx context.Context, refused error) error {
	select {
	case <-time.After(max(fault.Of(refused).Retry, 50*time.Millisecond)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *Flows) once(ctx context.Context, actor db.Actor, items []int, size int, at func(i int) id.ID, results []Result, fn func(tx *db.Tx, i int) (bool, error)) {
	byPlace := make(map[id.ID][]int)
	var order []id.ID
	for _, i := range items {
		if _, seen := byPlace[at(i)]; !seen {
			order = append(order, at(i))
		}
		byPlace[at(i)] = append(byPlace[at(i)], i)
	}
	type sent struct {
		items   []int
		pending db.Pending
		err     error
	}
	var all []sent
	for _, place := range order {
		for some := range slices.Chunk(byPlace[place], size) {
			p, err := f.DB.Submit(ctx, place, actor, func(tx *db.Tx) error {
				for _, i := range some {
					results[i].Added, results[i].Err = fn(tx, i)
					switch kind := fault.KindOf(results[i].Err); {
					case results[i].Err == nil:
					case kind == fault.Internal, kind == fault.Busy: // may have written half
						return results[i].Err
					}
				}
				return nil
			})
			all = append(all, sent{some, p, err})
		}
	}
	for _, s := range all {
		if s.err == nil {
			s.err = s.pending.Wait(ctx)
		}
		for _, i := range s.items {
			if s.err != nil {
				results[i] = Result{Err: s.err}
			}
		}
	}
}

// Visitor is a member who is at home in one community and shops in another.
type Visitor struct {
	Ref     string
	Home    id.ID
	Visited id.ID
}

// VisitMany makes many members known where they shop: Visit for an import.
func (f *Flows) VisitMany(ctx context.Context, actor db.Actor, visitors []Visitor) (err error) {
	defer fault.Wrap(&err, "visits")
	copies := make([]member.Copied, len(visitors))
	byHome := make(map[id.ID][]int)
	for i, v := range visitors {
		byHome[v.Home] = append(byHome[v.Home], i)
	}
	for home, items := range byHome {
		err := f.DB.View(ctx, home, func(r db.Reader) error {
			for _, i := range items {
				c, _, err := f.Members.Copy(ctx, r, home, "ref = ?", visitors[i].Ref)
				if err != nil {
					return err
				}
				copies[i] = c
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	results := make([]Result, len(visitors))
	f.each(ctx, actor, len(visitors), func(i int) id.ID { return visitors[i].Visited }, results, func(tx *db.Tx, i int) (bool, error) {
		if copies[i].Leader != "" {
			return false, errHasLeader
		}
		return true, f.Members.Admit(ctx, tx, copies[i])
	})
	for i, res := range results {
		if res.Err == errHasLeader || errors.Is(res.Err, db.ErrElsewhere) { // rare in an import
			res.Err = f.copyMember(ctx, actor, visitors[i].Home, visitors[i].Visited, visitors[i].Ref)
		}
		if res.Err != nil {
			return fmt.Errorf("%s: %w", visitors[i].Ref, res.Err)
		}
	}
	return nil
}

var errHasLeader = fault.New(fault.Conflict, "visit.has_leader")
