package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// servedBy is the hold of hours that an entry is about: that of a request, of a seat in a
// class, or of what was done at a stall; zero for other entries.
func servedBy(e *ledger.Entry) id.ID {
	if !charter.Is(e.Facts) {
		return id.ID{}
	}
	_, m, err := charter.Decode(e.Facts)
	if s, ok := m.(charter.Serving); ok && err == nil {
		return s.ServedBy()
	}
	return id.ID{}
}

// ServedNames are what services are called, by the id of their hold: the kind that was
// asked for, the title of the class, what the stall offers. A name of the catalogue is a
// message's key.
func (f *Flows) ServedNames(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]string, error) {
	if len(which) == 0 {
		return nil, nil
	}
	names, err := f.Activities.Titles(ctx, r, community, which)
	if err != nil {
		return nil, err
	}
	stalls, err := f.Markets.Titles(ctx, r, community, which)
	if err != nil {
		return nil, err
	}
	requests, err := f.TimeBank.ByIDs(ctx, r, community, which)
	for at, title := range stalls {
		names[at] = title
	}
	for at, q := range requests {
		names[at] = q.Name
	}
	return names, err
}
