package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// Prospect says who could help at a time, before anybody is asked.
type Prospect struct {
	Skilled int       // neighbours who could do it at all
	Free    int       // of them, those who have time then
	Next    time.Time // when one of them has time next, zero for not within a fortnight
}

// ProspectOf looks who could help with a kind that begins in a span.
func (f *Flows) ProspectOf(ctx context.Context, place id.ID, kind *timebank.Kind, from, until time.Time) (p Prospect, err error) {
	all, err := f.volunteersOf(ctx, place)
	if err != nil {
		return p, err
	}
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return p, err
	}
	zone := standing.Now.Location()
	length := minutes(kind.Minutes)
	for _, v := range all {
		if v.State != volunteer.Active || !able(v, kind, standing.Today) {
			continue
		}
		p.Skilled++
		for _, w := range volunteer.Free(v, volunteer.Span{From: from, To: from.AddDate(0, 0, 14)}, zone) {
			if w.To.Sub(w.From) < length {
				continue
			}
			if !w.From.After(until) && !w.From.Add(length).After(until.Add(length)) && w.To.Sub(laterOf(w.From, from)) >= length {
				p.Free++
			}
			if p.Next.IsZero() || w.From.Before(p.Next) {
				p.Next = w.From
			}
			break
		}
	}
	return p, nil
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// able reports whether a volunteer has what a kind asks for.
func able(v *volunteer.Volunteer, k *timebank.Kind, today period.Day) bool {
	return (k.Skill == "" || int(v.Can(volunteer.Skill(k.Skill), today)) >= max(k.Level, 1)) && int(v.Identity(today)) >= k.Identity &&
		!(k.Lifts && v.Limits.NoLifting) && !(k.Pets && v.Limits.NoPets)
}

// Helpful are the active volunteers of a community who have what a request asks for, for
// the desk to choose from.
func (f *Flows) Helpful(ctx context.Context, place id.ID, q *timebank.Request) (some []*volunteer.Volunteer, err error) {
	all, err := f.volunteersOf(ctx, place)
	if err != nil {
		return nil, err
	}
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		if v.State == volunteer.Active && v.Member != q.Asker && mayServe([]*volunteer.Volunteer{v}, v.Member, q, standing.Today) == nil {
			some = append(some, v)
		}
	}
	return some, nil
}

// FreeThen reports whether a volunteer has said that she has time for a request.
func (f *Flows) FreeThen(v *volunteer.Volunteer, q *timebank.Request, zone *time.Location) bool {
	return volunteer.FreeAt(v, volunteer.Span{From: q.From, To: q.From.Add(minutes(q.Minutes))}, zone)
}

// VolunteerOf is a member as a volunteer, nil if she is none.
func (f *Flows) VolunteerOf(ctx context.Context, place, member id.ID) (*volunteer.Volunteer, error) {
	all, err := f.volunteersOf(ctx, place)
	for _, v := range all {
		if v.Member == member && v.Shop.IsZero() {
			return v, err
		}
	}
	return nil, err
}

// OpenFor are the open requests that a volunteer could take herself: those of others that
// still look for somebody and ask for nothing that she lacks.
func (f *Flows) OpenFor(ctx context.Context, place id.ID, v *volunteer.Volunteer) (some []*timebank.Request, err error) {
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		open, err := f.TimeBank.Open(ctx, r, place)
		if err != nil {
			return err
		}
		for _, q := range open {
			if q.Asker == v.Member || !q.Until.After(standing.Now) || mayServe([]*volunteer.Volunteer{v}, v.Member, q, standing.Today) != nil {
				continue
			}
			all, err := f.TimeBank.AssignmentsFor(ctx, r, place, q.ID)
			if err != nil {
				return err
			}
			if len(timebank.Free(q, all)) > 0 {
				some = append(some, q)
			}
		}
		return nil
	})
	return some, err
}
