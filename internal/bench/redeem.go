package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/community"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/db"
)

// RedeemSettings are the flags of `gongyi bench redeem`.
type RedeemSettings struct {
	Requests int
	Stock    int
	Callers  int
	Members  int // among whom the requests are spread
}

// RedeemResult is how long a rush on one good took.
type RedeemResult struct {
	Engine   string `json:"engine"`
	Requests int    `json:"requests"`
	Stock    int    `json:"stock"`
	Members  int    `json:"members"`
	Left     int64  `json:"left"`
	Storm
}

// Table prints the figures for people.
func (r RedeemResult) Table(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: %d requests of %d members for %d pieces: %d granted, %d refused, %d failed, %d left; %.2f s, p50 %.1f ms, p99 %.1f ms, %.1f cores\n",
		r.Engine, r.Requests, r.Members, r.Stock, r.Granted, r.Refused, r.Failed, r.Left, r.Seconds, r.P50, r.P99, r.CPU)
	return err
}

// Redeem measures a rush: many members ask at once for the same good, of which there
// is not enough (issue 4: 10,000 for 1,000 in 3 s, exactly 1,000 granted).
func Redeem(ctx context.Context, cfg app.Config, s RedeemSettings) (r RedeemResult, err error) {
	a, town, err := prepare(ctx, cfg, Settings{Keys: "ordered"})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if err := a.Proof.Start(ctx); err != nil {
		return r, err
	}
	at := town.Communities[0]
	good, people, err := rush(ctx, a.Flows, at, s)
	if err != nil {
		return r, err
	}
	r = RedeemResult{Engine: string(a.DB.Engine()), Requests: s.Requests, Stock: s.Stock, Members: len(people)}
	r.Storm = storm(a.DB, s.Callers, s.Requests, func(i int) error {
		_, err := a.Flows.Redeem(ctx, at, db.System, flow.Redeeming{Member: people[i%len(people)], Good: good, Form: fmt.Sprint("form-", i)})
		return err
	}, points.ErrNoneLeft)
	return r, a.DB.View(ctx, at, func(rd db.Reader) error {
		g, err := a.Flows.Points.Good(ctx, rd, at, good)
		if err == nil {
			r.Left = g.Left
		}
		return err
	})
}

// rush puts the good on the shelf and gives everybody points for it.
func rush(ctx context.Context, f *flow.Flows, at id.ID, s RedeemSettings) (good id.ID, people []id.ID, err error) {
	err = f.DB.View(ctx, at, func(r db.Reader) error {
		refs, err := f.Members.Refs(ctx, r, at)
		for m := range refs {
			people = append(people, m)
		}
		return err
	})
	if err != nil {
		return good, nil, err
	}
	slices.SortFunc(people, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	people = people[:min(len(people), s.Members)]
	each := int64(s.Requests/len(people) + 1)
	err = f.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
		shops, err := f.Merchants.List(ctx, tx, at)
		if err != nil {
			return err
		}
		if _, err := f.Communities.Decide(ctx, tx, community.Switch{Capability: community.PointsRedemption, On: true, Reason: "bench"}); err != nil {
			return err
		}
		g, err := f.Points.AddGood(ctx, tx, points.Good{Kind: points.Item, Name: "oil", Unit: "l", Supplier: shops[0].ID,
			Terms: points.Terms{Points: 1, Cost: 100, From: period.DayOf(tx.Now, flow.DefaultZone), Counter: shops[0].ID, Monthly: 1_000}})
		if err != nil {
			return err
		}
		good = g.ID
		b, err := f.Points.Deliver(ctx, tx, points.Batch{Good: good, Quantity: int64(s.Stock), Document: "bench"})
		if err != nil {
			return err
		}
		_, err = f.Points.Inspect(ctx, tx, b.ID, points.Check{Passed: true, Sample: 1})
		return err
	})
	for _, m := range people {
		if err != nil {
			return good, nil, err
		}
		err = f.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
			_, err := f.Move(ctx, tx, "~bench:"+m.String(), charter.PointsGiven{Member: m, Why: "birthday", Points: money.Amount(each)})
			return err
		})
	}
	return good, people, err
}
