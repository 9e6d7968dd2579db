package flow

import (
	"context"
	"maps"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
)

// ErrQuarterOpen refuses a portrait of a quarter whose last day is not closed yet, or
// not read.
var ErrQuarterOpen = fault.New(fault.Conflict, "portrait.quarter_open")

// quarter is how many months a portrait spans.
const quarter = 3

// Portrait is what a shop may know of its customers in the quarter that begins with a
// month (C7, O2). It is made at the first look, under the floors of the policy in
// force, and the same for ever after.
func (f *Flows) Portrait(ctx context.Context, actor db.Actor, t *Till, from period.Month) (p *trade.Portrait, err error) {
	defer fault.Wrap(&err, "portrait of %s", t.Shop.Ref)
	g := gathering{flows: f, till: t, from: from, to: from + quarter - 1, at: make(map[id.ID]int)}
	var rules *policy.Params
	err = f.DB.View(ctx, t.Community, func(r db.Reader) error {
		if p, err = f.Trade.Told(ctx, r, t.Community, t.Shop.ID, from); err != nil || p != nil {
			return err
		}
		at, err := f.Trade.Position(ctx, r, t.Community)
		if err != nil {
			return err
		}
		if at.Closed < g.to.Last() {
			return ErrQuarterOpen
		}
		if rules, _, err = f.rulesAt(ctx, r, t.Community); err != nil {
			return err
		}
		return g.trade(ctx, r)
	})
	if err != nil || p != nil {
		return p, err
	}
	if err := g.traits(ctx); err != nil {
		return nil, err
	}
	made := trade.Portrait{Shop: t.Shop.ID, From: g.from, To: g.to}
	made.Screen, made.Export = trade.Disclose(&g.sample, rules.Alliance.PortraitK, rules.Alliance.ExportK)
	err = f.DB.Update(ctx, t.Community, actor, func(tx *db.Tx) error {
		p, err = f.Trade.Keep(ctx, tx, &made)
		return err
	})
	return p, err
}

// Quarters are the first months of the finished quarters in which a shop sold
// anything, the latest first.
func (f *Flows) Quarters(ctx context.Context, t *Till) (quarters []period.Month, err error) {
	err = f.DB.View(ctx, t.Community, func(r db.Reader) error {
		at, err := f.Trade.Position(ctx, r, t.Community)
		if err != nil {
			return err
		}
		months, err := f.Trade.Sold(ctx, r, t.Community, t.Shop.ID)
		for _, m := range months {
			if q := trade.QuarterOf(m); (q+quarter-1).Last() <= at.Closed && !slices.Contains(quarters, q) {
				quarters = append(quarters, q)
			}
		}
		return err
	})
	return quarters, err
}

// gathering gathers what a portrait is made of.
type gathering struct {
	flows    *Flows
	till     *Till
	from, to period.Month
	sample   trade.Sample
	at       map[id.ID]int // a member's place in the sample
	refs     map[id.ID]string
}

// trade gathers what the shop sold, to whom and when, and who was sent to it.
func (g *gathering) trade(ctx context.Context, r db.Reader) error {
	f, t := g.flows, g.till
	for m := g.from; m <= g.to; m++ {
		g.sample.Months = append(g.sample.Months, m)
	}
	regulars, err := f.Trade.Regulars(ctx, r, t.Community, t.Shop.ID, g.from, g.to)
	if err != nil {
		return err
	}
	members := make(map[id.ID]bool, len(regulars))
	for i, x := range regulars {
		g.at[x.Buyer], members[x.Buyer] = i, true
		g.sample.People = append(g.sample.People, trade.Customer{Days: x.Days, Kind: x.Kind, In: x.In, Again: x.Again})
	}
	if g.refs, err = f.Members.RefsOf(ctx, r, t.Community, members); err != nil {
		return err
	}
	bought, err := g.baskets(ctx, r)
	if err != nil {
		return err
	}
	return g.wheel(ctx, r, bought)
}

// traits adds how old somebody is, how she lives and in which other trades she buys:
// of those only who allow that (A7).
func (g *gathering) traits(ctx context.Context) error {
	f, t := g.flows, g.till
	agreed, err := g.agreed(ctx)
	if err != nil {
		return err
	}
	buyers := make(map[id.ID]bool, len(agreed))
	for _, who := range agreed {
		buyers[who] = true
	}
	return f.DB.View(ctx, t.Community, func(r db.Reader) error {
		profiles, err := f.Members.Profiles(ctx, r, t.Community, agreed)
		if err != nil {
			return err
		}
		for who, p := range profiles {
			c := &g.sample.People[g.at[who]]
			c.Age, c.Household, c.Kids = p.AgeBand, p.HouseholdSize, p.Kids
		}
		return g.elsewhere(ctx, r, buyers)
	})
}

// elsewhere adds the other trades in which some buyers bought.
func (g *gathering) elsewhere(ctx context.Context, r db.Reader, buyers map[id.ID]bool) error {
	f, t := g.flows, g.till
	buy := make(map[id.ID][]id.ID) // shop → buyers
	if err := f.Trade.Elsewhere(ctx, r, t.Community, buyers, g.from, g.to, func(buyer, shop id.ID) { buy[shop] = append(buy[shop], buyer) }); err != nil {
		return err
	}
	trades, err := f.Merchants.Trades(ctx, r, t.Community, append(slices.Collect(maps.Keys(buy)), t.Shop.ID))
	for shop, who := range buy {
		name := trades[shop]
		if name == "" || name == trades[t.Shop.ID] {
			continue
		}
		for _, buyer := range who {
			if c := &g.sample.People[g.at[buyer]]; !slices.Contains(c.Trades, name) {
				c.Trades = append(c.Trades, name)
			}
		}
	}
	return err
}

// agreed are the buyers who allow that shops are told of them in sums.
func (g *gathering) agreed(ctx context.Context) (all []id.ID, err error) {
	f := g.flows
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, g.refs)
		if err != nil {
			return err
		}
		people := slices.Collect(maps.Values(behind))
		allowed, err := f.Privacy.AllowedOf(ctx, r, people, privacy.Portrait)
		for who, ref := range g.refs {
			if p, known := behind[ref]; known && allowed[p] {
				all = append(all, who)
			}
		}
		return err
	})
	return all, err
}

// baskets adds the purchases that were not wholly refunded, and tells when each buyer
// bought.
func (g *gathering) baskets(ctx context.Context, r db.Reader) (bought map[id.ID][]boughtAt, err error) {
	t := g.till
	bought = make(map[id.ID][]boughtAt)
	refunded := make(map[int64]int64)
	var facts settlement.Facts
	complete, err := g.flows.Ledger.Concerning(ctx, r, t.Community, t.Shop.ID, g.from.First(), lastDay, spending, func(e *ledger.Entry) (bool, error) {
		if e.Kind == ledger.Refund {
			of, err := settlement.DecodeRefund(e.Facts)
			refunded[of.Entry] += int64(of.Amount)
			return true, err
		}
		if e.Kind != ledger.Purchase || e.BookedOn > g.to.Last() {
			return true, nil
		}
		if err := settlement.DecodeFacts(e.Facts, &facts); err != nil {
			return false, err
		}
		i, regular := g.at[facts.Buyer.ID]
		if facts.Merchant.ID != t.Shop.ID || !regular || refunded[e.Seq] >= int64(facts.Price) {
			return true, nil
		}
		when := facts.PurchasedAt.In(t.Zone)
		g.sample.Purchases = append(g.sample.Purchases, trade.Basket{Customer: i, Slot: (int(when.Weekday())+6)%7*24 + when.Hour(), Price: facts.Price})
		bought[facts.Buyer.ID] = append(bought[facts.Buyer.ID], boughtAt{facts.PurchasedAt.UnixMicro(), e.BookedOn})
		return true, nil
	})
	if err == nil && !complete {
		err = ErrQuarterOpen
	}
	return bought, err
}

// boughtAt is when a purchase was made, and booked.
type boughtAt struct {
	at  int64
	day period.Day
}

// wheel adds who was recommended to the shop in the quarter, came, and came again.
func (g *gathering) wheel(ctx context.Context, r db.Reader, bought map[id.ID][]boughtAt) error {
	t, s := g.till, &g.sample
	claims, err := g.flows.Promotions.Sent(ctx, r, t.Community, t.Shop.ID, g.from.First().Start(t.Zone), (g.to + 1).First().Start(t.Zone))
	if err != nil {
		return err
	}
	for _, c := range claims {
		i, known := g.at[c.Member]
		if !known {
			i = len(s.People)
			g.at[c.Member] = i
			s.People = append(s.People, trade.Customer{})
		}
		x := &s.People[i]
		if x.Sent {
			continue // of several recommendations the first counts
		}
		x.Sent = true
		days := make(map[period.Day]bool)
		for _, b := range bought[c.Member] {
			if b.at >= c.MadeAt.UnixMicro() {
				days[b.day] = true
			}
		}
		x.Came, x.Returned = len(days) > 0, len(days) > 1
	}
	return nil
}
