package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/timebank"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// HelpFigures are the key figures of a community's time bank (O3).
type HelpFigures struct {
	Place      community.Place
	Day        period.Day // on which they were counted
	Volunteers int        // who may be asked at present, without the reserve of shops
	timebank.Figures
}

// figureMonths is how far back the figures go.
const figureMonths = 3

// HelpCompared are the figures of the communities of one street that have a time bank, in
// the order of their names, counted alike: requests that began in the last three months.
func (f *Flows) HelpCompared(ctx context.Context, at community.Place) (all []HelpFigures, err error) {
	defer fault.Wrap(&err, "compare the time banks of a street")
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		if p.ID != at.ID && (p.Parent != at.Parent || at.Parent.IsZero()) {
			continue
		}
		one, on, err := f.helpFigures(ctx, p)
		if err != nil {
			return nil, err
		}
		if on {
			all = append(all, one)
		}
	}
	slices.SortStableFunc(all, func(a, b HelpFigures) int { return slices.Compare([]byte(a.Place.Name), []byte(b.Place.Name)) })
	return all, nil
}

// helpFigures are those of one community; on is false where there is no time bank.
func (f *Flows) helpFigures(ctx context.Context, p community.Place) (one HelpFigures, on bool, err error) {
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, p.ID, func(r db.Reader) error {
		if on, err = f.Communities.Enabled(ctx, r, p.ID, community.TimeBank, now); err != nil || !on {
			return err
		}
		one.Figures, err = f.TimeBank.Figures(ctx, r, p.ID, now.AddDate(0, -figureMonths, 0), now)
		return err
	})
	if err != nil || !on {
		return one, on, err
	}
	standing, err := f.StandingIn(ctx, p.ID)
	if fault.KindOf(err) == fault.NotFound {
		return one, false, nil // it is being founded
	}
	if err != nil {
		return one, on, err
	}
	one.Place, one.Day = p, standing.Today
	who, err := f.volunteersOf(ctx, p.ID)
	for _, v := range who {
		if v.State == volunteer.Active && v.Shop.IsZero() {
			one.Volunteers++
		}
	}
	return one, on, err
}
