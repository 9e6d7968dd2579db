package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/kernel/page"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// ReadResult is how long reads of the hottest account take.
type ReadResult struct {
	Existing int64   `json:"existing"`
	AsOfP50  float64 `json:"as_of_p50_ms"`
	AsOfP99  float64 `json:"as_of_p99_ms"`
	PageP50  float64 `json:"page_p50_ms"`
	PageP99  float64 `json:"page_p99_ms"`
}

// Read measures a balance at random past moments, and statement pages from
// there on, of the account that every purchase touches.
func Read(ctx context.Context, cfg app.Config, n int) (r ReadResult, err error) {
	a, town, err := prepare(ctx, cfg, Settings{Preload: n, Keys: "ordered"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	at := town.Communities[0]
	rng := rand.New(rand.NewPCG(1, 2))
	var asOf, pages []time.Duration
	const rounds = 200
	err = a.DB.View(ctx, at, func(reader db.Reader) error {
		size, err := a.Flows.Ledger.Size(ctx, reader, at)
		if err != nil {
			return err
		}
		r.Existing = size
		for range rounds {
			seq := rng.Int64N(size)
			e, err := a.Flows.Ledger.Entry(ctx, reader, at, seq)
			if err != nil {
				return err
			}
			began := time.Now()
			if _, err := a.Flows.Ledger.BalanceAsOf(ctx, reader, at, ledger.PlatformCommission, e.PostedAt); err != nil {
				return err
			}
			asOf = append(asOf, time.Since(began))
			began = time.Now()
			if _, _, err := a.Flows.Ledger.Statement(ctx, reader, at, ledger.PlatformCommission, page.Request{Cursor: page.After(seq), Limit: 50}); err != nil {
				return err
			}
			pages = append(pages, time.Since(began))
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	slices.Sort(asOf)
	slices.Sort(pages)
	r.AsOfP50, r.AsOfP99, r.PageP50, r.PageP99 = ms(asOf[rounds/2]), ms(asOf[rounds*99/100]), ms(pages[rounds/2]), ms(pages[rounds*99/100])
	return r, nil
}
