package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/module/pairing"
	"gongyi/internal/platform/db"
)

// paired makes what an address of agreements can name: one with another community, which
// is in force.
func (g *guarded) paired(home id.ID) {
	g.Helper()
	other, err := g.Flows.Communities.ByRef(context.Background(), g.DB, "C2")
	g.must(err)
	which := id.ID{0xc6, 1}
	g.at(home, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := g.Flows.Pairings.Learn(ctx, tx, pairing.News{Pairing: which, From: other.ID, To: home, Proposer: home, Terms: pairing.Terms{Limit: 100_00, Month: 40_00},
			What: pairing.Accepted, Words: text.Clean(nasty[0]), At: tx.Now})
		return err
	})
	g.holes["/desk/neighbours/{community}/{pairing}"] = which.String()
	g.holes["/help/guest/{at}"] = g.holes["at"]
}
