package flow

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/reconciliation"
	"gongyi/internal/platform/db"
)

// keptAtOnce is how many records of a reading share a transaction.
const keptAtOnce = 100

// keep writes down what came of a bill, place by place. Every part of it may be done
// again: what is there stays.
func (r *reading) keep(ctx context.Context) error {
	for _, at := range r.order {
		if err := r.keepAt(ctx, at, r.places[at]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) keepAt(ctx context.Context, at id.ID, p *place) error {
	fresh, err := r.fresh(ctx, at, p)
	if err != nil {
		return err
	}
	totals, digest := r.match.Sum(at)
	bill := reconciliation.Bill{Provider: r.kind, Day: r.day, Source: r.source, Digest: digest, Totals: totals}
	err = r.f.DB.Update(ctx, at, r.actor, func(tx *db.Tx) error {
		taken, _, err := r.f.Reconciliations.Take(ctx, tx, bill)
		bill = taken
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(r.records(p, fresh, bill.ID), keptAtOnce) {
		if err := r.f.DB.Update(ctx, at, r.actor, func(tx *db.Tx) error {
			for _, record := range some {
				if err := record(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err := r.tell(ctx, at, bill.ID, len(fresh)); err != nil {
		return err
	}
	return r.f.bookFees(ctx, r.actor, at, r.day)
}

// identity is what makes two differences the same.
type identity struct {
	kind                    reconciliation.Kind
	thing                   reconciliation.Thing
	payment, refund, number string
}

func identityOf(d *reconciliation.Difference) identity {
	return identity{d.Kind, d.Thing, d.Payment, d.Refund, d.Number}
}

// fresh are the differences that were not found before.
func (r *reading) fresh(ctx context.Context, at id.ID, p *place) (all []reconciliation.Difference, err error) {
	if len(p.found) == 0 {
		return nil, nil
	}
	known := make(map[identity]bool)
	err = r.f.DB.View(ctx, at, func(rd db.Reader) error {
		before, err := r.f.Reconciliations.Of(ctx, rd, at, r.day, r.day)
		for i := range before {
			known[identityOf(&before[i])] = true
		}
		return err
	})
	for i := range p.found {
		if d := &p.found[i]; !known[identityOf(d)] {
			known[identityOf(d)] = true
			all = append(all, *d)
		}
	}
	return all, err
}

// records are what is to be written, each within a transaction of several.
func (r *reading) records(p *place, fresh []reconciliation.Difference, bill id.ID) (all []func(context.Context, *db.Tx) error) {
	for _, key := range p.seen {
		all = append(all, func(ctx context.Context, tx *db.Tx) error {
			return r.f.Reconciliations.See(ctx, tx, r.kind, key, r.day)
		})
	}
	for _, d := range fresh {
		d.Bill = bill
		all = append(all, func(ctx context.Context, tx *db.Tx) error {
			_, err := r.f.Reconciliations.Find(ctx, tx, d, dueIn(tx.Now, p.days))
			return err
		})
	}
	still := make(map[identity]bool)
	for i := range p.found {
		still[identityOf(&p.found[i])] = true
	}
	for _, key := range slices.SortedFunc(maps.Keys(p.open), byBytes) {
		for _, d := range p.open[key] {
			if way, ok := r.resolved(&d, p.met[key], still[identityOf(&d)]); ok {
				all = append(all, func(ctx context.Context, tx *db.Tx) error { return r.f.resolve(ctx, tx, d.ID, way, r.day.String()) })
			}
		}
	}
	return all
}

func byBytes(a, b id.ID) int { return bytes.Compare(a[:], b[:]) }

// dueIn is the end of the day that lies so many days ahead, where providers count days.
func dueIn(now time.Time, days int) time.Time {
	return (period.DayOf(now, billZone) + period.Day(days) + 1).Start(billZone)
}

// resolved says whether this bill settles a difference that was found before, and how.
// met says that it stands in the bill and is known alike, still that it differs as before.
func (r *reading) resolved(d *reconciliation.Difference, met, still bool) (reconciliation.Way, bool) {
	switch {
	case still:
		return "", false
	case d.Settlement() != nil: // written off
		return reconciliation.WrittenOff, met && d.Kind == reconciliation.MissingThere
	case d.Kind == reconciliation.MissingThere:
		return reconciliation.FoundLate, met || d.Day == r.day // or it was seen on another day
	case d.Day != r.day:
		return "", false
	case d.Kind == reconciliation.MissingHere && met:
		return reconciliation.FoundLate, true
	}
	return reconciliation.Corrected, true
}

// resolve settles a difference that a bill has explained; one that was written off comes
// back to the books.
func (f *Flows) resolve(ctx context.Context, tx *db.Tx, difference id.ID, way reconciliation.Way, reference string) error {
	d, err := f.Reconciliations.ByID(ctx, tx, tx.Community, difference)
	if err != nil {
		return err
	}
	if way != reconciliation.WrittenOff {
		if d.Settlement() != nil {
			return nil
		}
		return f.Reconciliations.Settle(ctx, tx, d, way, true, "", reference)
	}
	seq := int64(-1)
	if tx.Community != Nobody {
		posted, err := f.Move(ctx, tx, differenceKey+d.ID.String()+"/found",
			charter.DifferenceRecovered{Provider: string(d.Provider), Difference: d.ID, Day: d.Day, Amount: d.Short()})
		if err != nil {
			return err
		}
		seq = posted.Seq
	}
	return f.Reconciliations.Recover(ctx, tx, d, "", seq)
}

// tell leaves word with those who look after the money that a bill differs.
func (r *reading) tell(ctx context.Context, at, bill id.ID, fresh int) error {
	if fresh == 0 || at == Nobody {
		return nil
	}
	ref := ""
	who := make(map[id.ID]bool)
	err := r.f.DB.View(ctx, id.Tilde, func(rd db.Reader) error {
		above, err := r.f.Communities.Up(ctx, rd, at)
		if err != nil {
			return err
		}
		for _, p := range above {
			if p.ID == at {
				ref = p.Ref
			}
			grants, err := r.f.Access.In(ctx, rd, p.ID)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.Role == access.Finance && g.Holds(r.f.DB.Clock().Now()) {
					who[g.Person] = true
				}
			}
		}
		return nil
	})
	if err != nil || len(who) == 0 {
		return err
	}
	return r.f.DB.Update(ctx, at, r.actor, func(tx *db.Tx) error {
		for _, person := range slices.SortedFunc(maps.Keys(who), byBytes) {
			if err := r.f.Notices.Send(ctx, tx, notice.Notice{Kind: notice.BillDiffers, Person: person, Place: at, Cause: "bill/" + bill.String(), Link: "/desk/reconciliation/" + ref,
				Args: []notice.Arg{notice.Day(r.day), notice.Count(int64(fresh))}}); err != nil {
				return err
			}
		}
		return nil
	})
}
