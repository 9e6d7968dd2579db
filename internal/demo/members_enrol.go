package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// enrol gives every founding member the term that she brought along, some of which
// are about to end or just have, and fills the packs and services of the first
// communities. A street that was opened before has all of it.
func (d *Demo) enrol(ctx context.Context) error {
	if done, err := d.enrolled(ctx); err != nil || done {
		return err
	}
	places := sorted(d.places)
	if err := many(len(places), func(i int) error { return d.carryOver(ctx, places[i]) }); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := d.offerPacks(ctx); err != nil {
		return err
	}
	if err := d.serveMembers(ctx); err != nil {
		return err
	}
	return d.Flows.CountRecommendations(ctx, d.places["C1"])
}

func (d *Demo) enrolled(ctx context.Context) (done bool, err error) {
	at := d.places["C8"]
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Memberships.TermsOfMany(ctx, r, at, nil)
		done = len(all) > 0
		return err
	})
	return done, err
}

// carryOver notes the terms of a community's founding members: nine of ten, ending
// over the year to come, a few just over.
func (d *Demo) carryOver(ctx context.Context, place string) error {
	at := d.places[place]
	rng := rand.New(rand.NewPCG(uint64(len(place)), uint64(place[1])))
	var refs []string
	for i := range d.cast.players {
		if p := &d.cast.players[i]; p.home == place && p.ref != "" {
			refs = append(refs, p.ref)
		}
	}
	for some := range slices.Chunk(refs, 50) {
		type start struct {
			ref  string
			days int
		}
		var starts []start
		for _, ref := range some {
			if rng.IntN(10) > 0 || ref == d.cast.senior {
				starts = append(starts, start{ref, rng.IntN(372)})
			}
		}
		err := d.DB.Update(ctx, at, db.System, func(tx *db.Tx) error {
			for n, s := range starts {
				m, err := d.Flows.Members.ByRef(ctx, tx, s.ref)
				if err != nil {
					return err
				}
				from, until := membership.FirstTerm(d.today-period.Day(s.days), 12)
				_, err = d.Flows.Memberships.Begin(ctx, tx, membership.Term{ID: tx.NewID(), Member: m.ID, Seq: -1, Origin: membership.Carried, From: from, Until: until, PaidDay: from,
					CoolingDays: 7, FreeServices: 10, Reason: fmt.Sprintf("老会员登记表 %s-%03d", place, n)})
				if err != nil && !errors.Is(err, membership.ErrOverlap) {
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

// offerPacks puts this quarter's packs on offer, and lets some members choose and
// collect them.
func (d *Demo) offerPacks(ctx context.Context) error {
	quarter := membership.Quarter(d.today)
	for _, place := range []string{"C1", "C2", "C3"} {
		at := d.places[place]
		staples, err := d.shopIDs(ctx, at, "general", "greengrocer")
		if err != nil {
			return err
		}
		breakfast, err := d.shopIDs(ctx, at, "bakery", "restaurant")
		if err != nil {
			return err
		}
		until := (quarter + 2).Last()
		made := make([]membership.Pack, 0, 3)
		for _, p := range []membership.Pack{
			{Kind: membership.Goods, Title: "秋冬米面包", Content: "大米 5 斤、挂面两把", Value: 36_00, Cost: 26_00, Stock: 120, Shops: staples},
			{Kind: membership.Goods, Title: "早餐券包", Content: "豆浆油条四份，早上九点前", Value: 24_00, Cost: 16_00, Stock: 60, Shops: breakfast},
			{Kind: membership.Offer, Title: "玉泉山门票半价", Content: "凭会员页，平日两张半价", Partner: "玉泉山景区", Value: 60_00, Stock: 200},
		} {
			p.Quarter, p.Until = quarter, until
			x, err := d.Flows.MakePack(ctx, at, db.System, p)
			if err != nil {
				return err
			}
			made = append(made, x)
		}
		if place == "C1" {
			if err := d.collect(ctx, at, made); err != nil {
				return err
			}
		}
	}
	return nil
}

// shopIDs are the shops of some trades.
func (d *Demo) shopIDs(ctx context.Context, at id.ID, trades ...string) (ids []id.ID, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Merchants.List(ctx, r, at)
		for _, m := range all {
			if slices.Contains(trades, m.Industry) {
				ids = append(ids, m.ID)
			}
		}
		return err
	})
	return ids, err
}

// collect lets those who recommend choose packs; every other one has collected hers.
func (d *Demo) collect(ctx context.Context, at id.ID, packs []membership.Pack) error {
	for i, p := range d.recommendersOf()[:16] {
		pack := packs[i%len(packs)]
		c, err := d.Flows.ChoosePack(ctx, at, db.System, p.ref, pack.ID)
		if fault.KindOf(err) == fault.Conflict {
			continue
		}
		if err != nil {
			return err
		}
		if i%2 == 1 && pack.Kind == membership.Goods {
			if _, _, err := d.Flows.HandPack(ctx, at, db.System, pack.Shops[0], c.Code); err != nil {
				return err
			}
		}
	}
	return nil
}

// serveMembers notes free services, one of them by mistake, a birthday, and orders
// that wait at the counter.
func (d *Demo) serveMembers(ctx context.Context) error {
	at := d.places["C1"]
	rng := rand.New(rand.NewPCG(5, 5))
	for i, p := range d.recommendersOf() {
		for range rng.IntN(5) {
			u, _, err := d.Flows.UseService(ctx, at, db.System, p.ref, membership.Use{Kind: membership.Kinds[rng.IntN(len(membership.Kinds))], ServedBy: servers[rng.IntN(len(servers))], How: []string{membership.ByDesk, membership.ByField}[rng.IntN(2)]})
			if err != nil {
				return once(err)
			}
			if i == 0 {
				if err := d.Flows.TakeBackUse(ctx, at, db.System, u.ID, "师傅那天没有来"); err != nil {
					return err
				}
			}
		}
	}
	who, err := d.behind(ctx, d.cast.byRef[d.cast.regular].Phone)
	if err != nil {
		return err
	}
	if err := d.Flows.TellBirthday(ctx, db.Actor{Kind: "person", ID: who}, who, (d.today + 20).Month().Calendar(), 12, "page"); err != nil {
		return err
	}
	return d.waitToPay(ctx, rng)
}

// waitToPay lets three newcomers order who have not paid yet.
func (d *Demo) waitToPay(ctx context.Context, rng *rand.Rand) error {
	for n := range 3 {
		who, err := d.newPerson(ctx, rng, newcomers+900+n)
		if err != nil {
			return once(err)
		}
		if _, err := d.Flows.OrderMembership(ctx, db.Actor{Kind: "person", ID: who}, flow.MembershipWish{Person: who, Community: d.places["C1"], How: membership.AtDesk}); err != nil {
			return err
		}
	}
	return nil
}
