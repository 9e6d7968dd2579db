package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// SeatsResult is how long the search for competing shops takes (C1).
type SeatsResult struct {
	Engine      string  `json:"engine"`
	Shops       int     `json:"shops"`
	Communities int     `json:"communities"`
	Searches    int     `json:"searches"`
	Found       float64 `json:"found_mean"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
}

// Table prints the result for people.
func (r SeatsResult) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "seats\t%s, %d shops in %d communities of a street, %d searches\n", r.Engine, r.Shops, r.Communities, r.Searches)
	fmt.Fprintf(w, "conflict search\tp50 %.2f ms\tp99 %.2f ms\t(%.0f competitors found on average)\n", r.P50, r.P99, r.Found)
	return w.Flush()
}

// Seats measures the search for competing shops over a street of communities a
// kilometre apart, with shops of every trade strewn over them.
func Seats(ctx context.Context, cfg app.Config, shops, communities int) (r SeatsResult, err error) {
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	rng := rand.New(rand.NewPCG(3, 4))
	leaves := alliance.NewTree(alliance.Seed()).Leaves()
	homes, middles, err := strew(ctx, a, rng, leaves, shops, communities)
	if err != nil {
		return r, err
	}
	const rounds = 300
	r = SeatsResult{Engine: string(a.DB.Engine()), Shops: shops, Communities: communities, Searches: rounds}
	var took []time.Duration
	for range rounds {
		n := rng.IntN(len(homes))
		trade, at := leaves[rng.IntN(len(leaves))].Code, near(rng, middles[n])
		began := time.Now()
		found, err := a.Flows.Competitors(ctx, homes[n], trade, at, 1_000)
		if err != nil {
			return r, err
		}
		took = append(took, time.Since(began))
		r.Found += float64(len(found)) / rounds
	}
	slices.Sort(took)
	r.P50, r.P99 = ms(took[rounds/2]), ms(took[rounds*99/100])
	return r, nil
}

// strew founds a street and puts shops on it.
func strew(ctx context.Context, a *app.App, rng *rand.Rand, leaves []*alliance.Trade, shops, communities int) (homes []id.ID, middles []geo.Point, err error) {
	var street community.Place
	err = a.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		street, err = a.Flows.Communities.Add(ctx, tx, community.Place{Kind: community.Street, Ref: "S1", Name: "S1"})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range communities {
		p, _, err := a.Flows.Found(ctx, db.System, community.Place{Parent: street.ID, Kind: community.Community, Ref: fmt.Sprint("C", i+1), Name: fmt.Sprint("C", i+1)}, flow.Trial())
		if err != nil {
			return nil, nil, err
		}
		middle := geo.Point{Lat: 31_200_000 + int64(i/5)*9_000, Lon: 121_400_000 + int64(i%5)*10_500}
		homes, middles = append(homes, p.ID), append(middles, middle)
		spots := make([]alliance.Spot, shops/communities)
		for n := range spots {
			spots[n] = alliance.Spot{Merchant: id.V7(time.UnixMilli(int64(n)), [10]byte{byte(i), byte(n), byte(n >> 8), byte(n >> 16)}), Trade: leaves[rng.IntN(len(leaves))].Code, At: near(rng, middle), Radius: 1_000, Placed: true}
		}
		for some := range slices.Chunk(spots, 100) {
			if err := a.DB.Update(ctx, p.ID, db.System, func(tx *db.Tx) error { return a.Flows.Alliance.AddSpots(ctx, tx, some) }); err != nil {
				return nil, nil, err
			}
		}
	}
	return homes, middles, nil
}

// near is a point within half a kilometre of a community's middle.
func near(rng *rand.Rand, middle geo.Point) geo.Point {
	return geo.Point{Lat: middle.Lat + rng.Int64N(9_000) - 4_500, Lon: middle.Lon + rng.Int64N(10_500) - 5_250}
}
