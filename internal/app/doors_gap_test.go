package app

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// gapped lets hands lack: for two kinds that nobody here can do something is booked. For
// one of them the desk has called for people, for the other it may.
func (g *guarded) gapped(home id.ID) {
	g.Helper()
	ctx, l := context.Background(), &helpLife{g, home}
	zhou := neighbour{stranger, g.member(home, "zhou")}
	l.asks(zhou, "haircut", 30*time.Hour)
	l.asks(zhou, "tutoring", 40*time.Hour)
	g.must(g.Flows.WatchGaps(ctx, home))
	c, err := g.Flows.CallHands(ctx, home, stranger, "haircut", nasty[0], "")
	g.must(err)
	g.holes["/desk/gaps/{community}/calls/{call}"] = c.ID.String()
	g.read(home, func(ctx context.Context, r db.Reader) error {
		standing, err := g.Flows.Shortages.Standing(ctx, r, home)
		g.holes["/desk/gaps/{community}/warnings/{warning}"] = standing[0].ID.String()
		return err
	})
}
