// Package bench measures the program the way docs/benchmarks.md reports it: one
// durable settlement a purchase, full history, evidence on, 5,000 members and 100
// shops, hot platform and fund accounts.
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// The size of a benchmark's town, over all its communities.
const (
	Members = 5_000
	Shops   = 100
	leaders = 100
)

// Town is where purchases are made.
type Town struct {
	Communities []id.ID
	Refs        []string
	ordered     bool
	run         uint32
	existing    int64
}

// found founds the town, or finds it again in a database that has it.
func (t *Town) found(ctx context.Context, f *flow.Flows, communities int) error {
	for c := range communities {
		ref := fmt.Sprintf("B%d", c+1)
		place, created, err := f.Found(ctx, db.System, community.Place{Kind: community.Community, Ref: ref, Name: ref}, flow.Trial())
		if err != nil {
			return err
		}
		t.Communities, t.Refs = append(t.Communities, place.ID), append(t.Refs, ref)
		if !created {
			continue
		}
		if err := people(ctx, f, place.ID, c, communities); err != nil {
			return err
		}
	}
	return nil
}

// people fills a community: every fiftieth member leads a team, a third of the
// others are on one.
func people(ctx context.Context, f *flow.Flows, home id.ID, c, communities int) error {
	var waiting []db.Pending
	submit := func(fn func(tx *db.Tx) error) error {
		p, err := f.DB.Submit(ctx, home, db.System, fn)
		waiting = append(waiting, p)
		return err
	}
	for i := c; i < Shops; i += communities {
		shop := merchant.Merchant{Ref: ShopRef(i), Name: ShopRef(i), Industry: "shop", IndustryZH: "店", Tier: policy.Tiers[i%3]}
		if err := submit(func(tx *db.Tx) error { _, _, err := f.Merchants.Admit(ctx, tx, shop); return err }); err != nil {
			return err
		}
	}
	for i := c; i < Members; i += communities {
		m := member.Member{Ref: MemberRef(i), Standing: member.Good, Level: policy.Silver}
		if i < leaders {
			m.Level = policy.Gold
		}
		if err := submit(func(tx *db.Tx) error {
			joined, _, err := f.Members.Join(ctx, tx, m)
			if err != nil || i < leaders || i%3 != 0 {
				return err
			}
			leader := MemberRef(c + i%(leaders/communities)*communities)
			return f.Members.SetLeader(ctx, tx, joined.Ref, leader)
		}); err != nil {
			return err
		}
		if len(waiting) > 1000 {
			if err := waitAll(ctx, waiting); err != nil {
				return err
			}
			waiting = waiting[:0]
		}
	}
	return waitAll(ctx, waiting)
}

func waitAll(ctx context.Context, all []db.Pending) error {
	for _, p := range all {
		if err := p.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// MemberRef and ShopRef name the people of the town.
func MemberRef(i int) string { return fmt.Sprintf("b%04d", i) }

// ShopRef names a shop of the town.
func ShopRef(i int) string { return fmt.Sprintf("s%03d", i) }

// purchases makes one caller's purchases: a repeatable stream of its own.
type purchases struct {
	town   *Town
	rng    *rand.Rand
	caller int
	n      int
}

func (t *Town) caller(i int) *purchases {
	return &purchases{town: t, rng: rand.New(rand.NewPCG(uint64(t.run), uint64(i))), caller: i}
}

// next is the next purchase and the community it is made in.
func (p *purchases) next(now time.Time) (int, flow.Purchase) {
	return p.nextIn(p.rng.IntN(len(p.town.Communities)), now)
}

// nextIn is the next purchase in a given community.
func (p *purchases) nextIn(c int, now time.Time) (int, flow.Purchase) {
	communities := len(p.town.Communities)
	buyer := p.rng.IntN(Members/communities)*communities + c
	shop := p.rng.IntN(Shops/communities)*communities + c
	price := money.Amount(100 + p.rng.IntN(20_000))
	p.n++
	return c, flow.Purchase{
		Ref: p.key(now), PurchasedAt: now, Member: MemberRef(buyer), Merchant: ShopRef(shop),
		List: price + 50, Price: price, Held: price, Items: 1 + p.rng.IntN(9),
	}
}

// key is time-ordered, as our own tills make them, or random, as others' may be.
func (p *purchases) key(now time.Time) string {
	if p.town.ordered {
		return fmt.Sprintf("%012x-%03x%05x", now.UnixMilli(), p.caller, p.n)
	}
	return fmt.Sprintf("%016x%04x", p.rng.Uint64(), p.caller)
}
