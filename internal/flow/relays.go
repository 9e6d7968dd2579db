package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/relay"
	"gongyi/internal/platform/db"
)

func relayHref(r *relay.Relay) string { return "/my-shop/relays/" + r.ID.String() }

// BeginRelay begins a joint set, and tells the other shops of the community that parts
// are wanted (C12). How much cheaper than its parts it must be is the policy's.
func (f *Flows) BeginRelay(ctx context.Context, community id.ID, actor db.Actor, r relay.Relay, own relay.Prices) (begun *relay.Relay, err error) {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.takingPart(ctx, tx, r.Starter)
		if err != nil {
			return err
		}
		today, v, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		r := r
		r.Parts = append([]relay.Part(nil), r.Parts...)
		r.Discount = v.Params.BundleDiscountMin
		if begun, err = f.Relays.Begin(ctx, tx, r, own, today); err != nil {
			return err
		}
		all, err := f.Merchants.List(ctx, tx, community)
		if err != nil {
			return err
		}
		var others []id.ID
		for _, o := range all {
			if o.ID != r.Starter {
				others = append(others, o.ID)
			}
		}
		return f.tellShops(ctx, tx, people, others, relayNews(begun, notice.Say("还差几样，等您来接"), shopName(m), "begun"))
	})
	return begun, err
}

func relayNews(r *relay.Relay, said notice.Arg, words, cause string) notice.Notice {
	return notice.Notice{Kind: notice.RelayMoved, Cause: "relay/" + r.ID.String() + "/" + cause, Link: relayHref(r), Args: []notice.Arg{notice.Text(r.Title, ""), said, notice.Text(words, "")}}
}

// TakeRelayPart lets a shop take a part on. When that completes the set, every shop in
// it is told.
func (f *Flows) TakeRelayPart(ctx context.Context, community, set id.ID, n int, shop id.ID, actor db.Actor, own relay.Prices) (r *relay.Relay, err error) {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return nil, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.takingPart(ctx, tx, shop)
		if err != nil {
			return err
		}
		if r, err = f.Relays.Take(ctx, tx, set, n, shop, own); err != nil {
			return err
		}
		if r.State() == relay.Complete {
			return f.tellShops(ctx, tx, people, inRelay(r), relayNews(r, notice.Say("凑齐了，已经告诉居民"), shopName(m), "complete"))
		}
		return f.tellShops(ctx, tx, people, []id.ID{r.Starter}, relayNews(r, notice.Say("又有一家接了"), shopName(m), "join/"+shop.String()))
	})
	return r, err
}

func inRelay(r *relay.Relay) (shops []id.ID) {
	for _, p := range r.Parts {
		if p.Join != nil {
			shops = append(shops, p.Join.Shop)
		}
	}
	return shops
}

// LeaveRelay lets a shop give its part back.
func (f *Flows) LeaveRelay(ctx context.Context, community, set, shop id.ID, actor db.Actor) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Merchants.ByID(ctx, tx, community, shop)
		if err != nil {
			return err
		}
		r, err := f.Relays.Leave(ctx, tx, set, shop)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, []id.ID{r.Starter}, relayNews(r, notice.Say("有一家退出了"), shopName(m), "leave/"+shop.String()+"/"+tx.Now.String()))
	})
}

// WithdrawRelay gives a set up; a zero shop is the operator's doing.
func (f *Flows) WithdrawRelay(ctx context.Context, community, set, shop id.ID, actor db.Actor, words string) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		r, err := f.Relays.Withdraw(ctx, tx, set, shop, words)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, inRelay(r), relayNews(r, notice.Say("不做了"), words, "end"))
	})
}

// ExpireRelays gives up the sets that were not complete in time, and tells the shops
// in them. It is a sweeper's work.
func (f *Flows) ExpireRelays(ctx context.Context, community id.ID) error {
	due := false
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		waiting, err := f.Relays.Waiting(ctx, r, community)
		due = len(waiting) > 0 && !waiting[0].Open(f.DB.Clock().Now())
		return err
	})
	if err != nil || !due {
		return err
	}
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, db.Actor{Kind: "job"}, func(tx *db.Tx) error {
		expired, err := f.Relays.Expire(ctx, tx)
		for _, r := range expired {
			if err == nil {
				err = f.tellShops(ctx, tx, people, inRelay(r), relayNews(r, notice.Say("到期没有凑齐"), "", "expired"))
			}
		}
		return err
	})
}
