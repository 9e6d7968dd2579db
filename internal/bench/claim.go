package bench

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// ClaimSettings are the flags of `gongyi bench claim`.
type ClaimSettings struct {
	Requests int
	Stock    int
	Callers  int
}

// ClaimResult is how long a rush for the vouchers of a series took.
type ClaimResult struct {
	Engine   string `json:"engine"`
	Requests int    `json:"requests"`
	Stock    int    `json:"stock"`
	Counted  int64  `json:"counted"` // vouchers that the series says were given
	Held     int64  `json:"held"`    // vouchers that members hold
	Storm
}

// Table prints the figures for people.
func (r ClaimResult) Table(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: %d members claim %d vouchers: %d granted, %d refused, %d failed; %d counted, %d held; %.2f s, p50 %.1f ms, p99 %.1f ms, %.1f cores\n",
		r.Engine, r.Requests, r.Stock, r.Granted, r.Refused, r.Failed, r.Counted, r.Held, r.Seconds, r.P50, r.P99, r.CPU)
	return err
}

// Claim measures a rush: many members claim a voucher of a series of which there are
// not enough (issue 5: 10,000 claims for 1,000 in 3 s, exactly 1,000 granted).
func Claim(ctx context.Context, cfg app.Config, s ClaimSettings) (r ClaimResult, err error) {
	a, town, err := prepare(ctx, cfg, Settings{Keys: "ordered"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Proof.Start(ctx); err != nil {
		return r, err
	}
	at := town.Communities[0]
	series, err := published(ctx, a.Flows, at, s.Stock)
	if err != nil {
		return r, err
	}
	r = ClaimResult{Engine: string(a.DB.Engine()), Requests: s.Requests, Stock: s.Stock}
	r.Storm = storm(a.DB, s.Callers, s.Requests, func(i int) error {
		_, err := a.Flows.ClaimVoucher(ctx, at, db.System, "", id.ID{0xB, byte(i >> 16), byte(i >> 8), byte(i)}, series)
		return err
	}, promotion.ErrSoldOut)
	return r, a.DB.View(ctx, at, func(rd db.Reader) error {
		counts, err := a.Flows.Promotions.Counts(ctx, rd, at)
		if err != nil {
			return err
		}
		uses, err := a.Flows.Promotions.Uses(ctx, rd, at)
		r.Counted = counts[series].Granted
		for _, v := range uses.Vouchers {
			if v.Series != nil && v.Series.ID == series {
				r.Held++
			}
		}
		return err
	})
}

// published makes a series that its shop pays alone.
func published(ctx context.Context, f *flow.Flows, at id.ID, stock int) (series id.ID, err error) {
	err = f.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
		shop, err := f.Merchants.ByRef(ctx, tx, ShopRef(0))
		if err != nil {
			return err
		}
		today := period.DayOf(tx.Now, flow.DefaultZone)
		s, err := f.Promotions.Propose(ctx, tx, promotion.Terms{
			Name: "bench", Issuer: promotion.OfShop, Shop: shop.ID, Face: 5_00, Sharers: []promotion.Sharer{{Shop: shop.ID, Weight: 1}}, Where: []id.ID{shop.ID},
			Opens: today, Closes: today + 1, Days: 30, PerPerson: 1, Total: stock, Budget: money.Amount(stock) * 5_00, Way: promotion.Claimed,
		})
		if err == nil {
			series = s.ID
		}
		return err
	})
	return series, err
}
