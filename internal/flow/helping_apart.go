package flow

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// promise is a place that somebody has promised to fill, in one of the communities that know
// her.
type promise struct {
	place id.ID
	a     *timebank.Assignment
	q     *timebank.Request
}

// overlaps reports whether nobody could keep both.
func (p promise) overlaps(o promise) bool { return overlap(p.q, o.q) }

// overlap reports whether two requests are at the same time.
func overlap(a, b *timebank.Request) bool { return a.From.Before(b.Ends()) && b.From.Before(a.Ends()) }

// givesWay are the promises of one person that she cannot keep because of one in another
// community: what has begun stays, then what was promised first, of two in the same instant
// the smaller number. It is the same from wherever one looks.
func givesWay(all []promise) (some []promise) {
	all = slices.SortedFunc(slices.Values(all), func(x, y promise) int {
		return cmp.Or(begunFirst(x)-begunFirst(y), x.a.At.Compare(y.a.At), bytes.Compare(x.a.ID[:], y.a.ID[:]))
	})
	var kept []promise
	for _, p := range all {
		if p.a.State() == timebank.Promised && slices.ContainsFunc(kept, func(k promise) bool { return k.place != p.place && k.overlaps(p) }) {
			some = append(some, p)
		} else {
			kept = append(kept, p)
		}
	}
	return some
}

func begunFirst(p promise) int {
	if p.a.State() == timebank.Begun {
		return 0
	}
	return 1
}

// keepApart gives back what helpers of a community have promised, there or elsewhere, for a
// time at which they have promised to be in another community. Two communities have no
// transaction in common, so it is looked at after each promise, when whoever promised last
// sees both, and once more by the clock.
func (f *Flows) keepApart(ctx context.Context, place id.ID, helpers ...id.ID) (err error) {
	if len(helpers) == 0 {
		return nil
	}
	defer fault.Wrap(&err, "keep promises apart")
	of, err := f.promisesOf(ctx, place, helpers)
	for _, all := range of {
		for _, p := range givesWay(all) {
			err = errors.Join(err, f.giveWay(ctx, p))
		}
	}
	return err
}

// promisesOf are the promises of some helpers of a community, here and in every community
// that theirs ever had an agreement with, by reference. What cannot be read is left out, and
// said.
func (f *Flows) promisesOf(ctx context.Context, place id.ID, helpers []id.ID) (of map[string][]promise, err error) {
	var known map[id.ID]*member.Member
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) { known, err = f.Members.ByIDs(ctx, r, place, helpers); return err }); err != nil {
		return nil, err
	}
	at := make(map[id.ID][]string) // home → references
	for _, m := range known {
		if m.Ref != "" && !m.LeadsOnly() {
			at[m.Home] = append(at[m.Home], m.Ref)
		}
	}
	of = make(map[string][]promise)
	for home, refs := range at {
		others, e := f.nextTo(ctx, home, place)
		if err = errors.Join(err, e); len(others) == 0 {
			continue
		}
		for _, other := range append(others, place) {
			err = errors.Join(err, f.promisedAt(ctx, other, refs, of))
		}
	}
	return of, err
}

// nextTo are the communities in which people of home may have promised something, but for
// one: home itself, and those that it ever had an agreement with.
func (f *Flows) nextTo(ctx context.Context, home, but id.ID) (all []id.ID, err error) {
	err = f.DB.View(ctx, home, func(r db.Reader) error { all, err = f.Pairings.Partners(ctx, r, home); return err })
	return slices.DeleteFunc(append(all, home), func(at id.ID) bool { return at == but || at.IsZero() }), err
}

// promisedAt adds what people have promised in one community.
func (f *Flows) promisedAt(ctx context.Context, place id.ID, refs []string, of map[string][]promise) error {
	return f.DB.View(ctx, place, func(r db.Reader) error {
		here, err := f.Members.IDsOf(ctx, r, place, refs)
		if err != nil || len(here) == 0 {
			return err
		}
		running, err := f.TimeBank.RunningOfSome(ctx, r, place, slices.Collect(maps.Values(here)))
		if err != nil {
			return err
		}
		requests, err := f.TimeBank.ByIDs(ctx, r, place, promisedFor(slices.Concat(slices.Collect(maps.Values(running))...)))
		for ref, helper := range here {
			for _, a := range running[helper] {
				if q := requests[a.Request]; q != nil && (a.State() == timebank.Promised || a.State() == timebank.Begun) {
					of[ref] = append(of[ref], promise{place, a, q})
				}
			}
		}
		return err
	})
}

// giveWay gives a promise back for a helper: somebody else is looked for by the next round.
// What another instance writes is left to the sweep there.
func (f *Flows) giveWay(ctx context.Context, p promise) error {
	err := f.DB.Update(ctx, p.place, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		a, err := f.TimeBank.AssignmentByID(ctx, tx, p.place, p.a.ID)
		if err != nil || a.State() != timebank.Promised {
			return err
		}
		q, err := f.TimeBank.ByID(ctx, tx, p.place, a.Request)
		if err != nil {
			return err
		}
		if err := f.leavePlace(ctx, tx, q, a, timebank.GivenBack, ""); err != nil {
			return err
		}
		what := []notice.Arg{notice.Text(q.Name, ""), notice.Moment(q.From)}
		return errors.Join(
			f.tellMember(ctx, tx, q.Asker, notice.Notice{Kind: notice.ServiceAgain, Cause: helpCause(a.ID) + "/again", Link: helpPath(p.place, q.ID), Args: what}),
			f.tellMember(ctx, tx, a.Helper, notice.Notice{Kind: notice.ServiceDouble, Cause: helpCause(a.ID) + "/double", Link: taskPath(p.place, a.ID), Args: what}),
			f.wakeBoard(ctx, tx),
		)
	})
	if errors.Is(err, db.ErrElsewhere) {
		return nil
	}
	return err
}

// freeElsewhere refuses a promise of somebody who has promised to be in another community at
// that time. Of two promises in the same moment one is given back (keepApart).
//
// Refusals: timebank.ErrBusyThen.
func (f *Flows) freeElsewhere(ctx context.Context, place, helper, request id.ID) error {
	var m *member.Member
	var q *timebank.Request
	if err := f.DB.View(ctx, place, func(r db.Reader) (err error) {
		if m, err = f.Members.Known(ctx, r, place, helper); err != nil {
			return err
		}
		q, err = f.TimeBank.ByID(ctx, r, place, request)
		return err
	}); err != nil || m.Ref == "" {
		return err
	}
	others, err := f.nextTo(ctx, m.Home, place)
	if err != nil {
		return err
	}
	of := make(map[string][]promise)
	for _, at := range others {
		if err := f.promisedAt(ctx, at, []string{m.Ref}, of); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(of[m.Ref], func(p promise) bool { return overlap(p.q, q) }) {
		return timebank.ErrBusyThen
	}
	return nil
}

// busySince are those who said yes and have promised since to be in another community at that
// time, by offer. Of whom it cannot be read is believed to be free: keepApart looks again.
func (f *Flows) busySince(ctx context.Context, s *scene, settled []*timebank.Offer) map[id.ID]error {
	busy := make(map[id.ID]error)
	for _, o := range settled {
		switch err := f.freeElsewhere(ctx, s.place, o.Helper, o.Request); {
		case errors.Is(err, timebank.ErrBusyThen):
			busy[o.ID] = err
		case err != nil:
			s.failed = append(s.failed, err)
		}
	}
	return busy
}

func helpersOf(offers []*timebank.Offer) (helpers []id.ID) {
	for _, o := range offers {
		helpers = append(helpers, o.Helper)
	}
	return helpers
}

// promising are the helpers who have promised something that has not begun.
func promising(running []*timebank.Assignment) (helpers []id.ID) {
	for _, a := range running {
		if a.State() == timebank.Promised && !slices.Contains(helpers, a.Helper) {
			helpers = append(helpers, a.Helper)
		}
	}
	return helpers
}
