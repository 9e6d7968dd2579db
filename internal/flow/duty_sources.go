package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Recommended is how many new members a shop recommended in some months: those who
// count (paid, used, past cooling-off), and those who may yet (B4).
type Recommended struct{ Counted, Pending int }

// Sources are what duties and scores take from rooms that a small installation may not
// have; a nil function knows of nothing.
type Sources struct {
	// Recommended is by shop; a newcomer counts in the month in which she came to count.
	Recommended func(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (map[id.ID]Recommended, error)
}

func (f *Flows) recommendedIn(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (map[id.ID]Recommended, error) {
	if f.Sources.Recommended == nil {
		return nil, nil
	}
	return f.Sources.Recommended(ctx, r, community, from, to)
}
