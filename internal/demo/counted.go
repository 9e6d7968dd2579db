package demo

import (
	"context"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
)

const (
	countedAtOnce = 100 // people whose consent one transaction takes
	shyOne        = 8   // one in so many does not agree
)

// beCounted lets most of those who told their age agree that shops see it in sums
// (A7, C7). who is by phone.
func (d *Demo) beCounted(ctx context.Context, who map[string]id.ID) error {
	told := make(map[string]bool)
	for _, m := range d.town.members {
		told[m.Ref] = m.AgeBand != ""
	}
	var agree []id.ID
	for i, p := range d.cast.players {
		if told[p.ref] && i%shyOne != 0 {
			agree = append(agree, who[p.Phone])
		}
	}
	for some := range slices.Chunk(agree, countedAtOnce) {
		err := d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for _, p := range some {
				if err := d.Flows.Privacy.Give(ctx, tx, p, privacy.Portrait, "page"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// recommend lets a shop send a buyer to the supermarket of its community (C7).
func (d *Demo) recommend(ctx context.Context, at id.ID, p *flow.Purchase) error {
	target := ""
	for _, s := range d.town.shops {
		if s.community == d.town.place[p.Merchant] && s.industry == "supermarket" {
			target = s.ref
		}
	}
	if target == "" || target == p.Merchant || p.Member == "" {
		return nil
	}
	_, err := d.Flows.Recommend(ctx, at, db.System, flow.Recommendation{Ref: "R-" + p.Ref, Recommender: p.Merchant, Member: p.Member, Target: target})
	return once(err)
}
