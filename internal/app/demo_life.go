package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// voucher is one that a neighbour of the demo holds.
type voucher struct {
	ref, member, target string
	amount              money.Amount
}

// settleIn gives the neighbourhood what the data of half a year do not tell: some
// shops of other tiers and with pledges, some teams, and a first morning on which
// every rule is met.
func (d *Demo) settleIn(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(2017, 7))
	for place := range names {
		at, err := d.Flows.Communities.ByRef(ctx, d.DB, place)
		if err != nil {
			return err
		}
		if err := d.DB.Update(ctx, at.ID, db.System, func(tx *db.Tx) error { return d.arrange(ctx, tx, place) }); err != nil {
			return err
		}
	}
	for range 240 {
		if err := d.buy(ctx, rng); err != nil {
			return err
		}
	}
	return nil
}

// arrange makes the first shops founders, others pledge, and a few regulars teams.
func (d *Demo) arrange(ctx context.Context, tx *db.Tx, place string) error {
	n := 0
	for _, ref := range d.shopsOf(place) {
		n++
		err := d.Flows.Merchants.Change(ctx, tx, ref, func(m *merchant.Merchant) error {
			m.Tier = policy.Tiers[n%len(policy.Tiers)]
			if n%3 == 0 {
				m.CarePledge = 10_000
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	leader := ""
	for _, row := range d.rows {
		m, err := d.Flows.Members.ByRef(ctx, tx, row.Member)
		if fault.KindOf(err) == fault.NotFound || err == nil && (m.Home != tx.Community || m.Level == policy.Gold || !m.Leader.IsZero()) {
			continue
		}
		if err != nil {
			return err
		}
		if leader == "" {
			leader = row.Member
			err = d.Flows.Members.Change(ctx, tx, leader, func(m *member.Member) error { m.Level = policy.Gold; return nil })
		} else {
			err = d.Flows.Members.SetLeader(ctx, tx, row.Member, leader)
		}
		if err != nil {
			return err
		}
		if n++; n > 60 {
			return nil
		}
	}
	return nil
}

func (d *Demo) shopsOf(place string) (refs []string) {
	seen := make(map[string]bool)
	for _, row := range d.rows {
		if d.shop[row.Merchant] == place && !seen[row.Merchant] {
			seen[row.Merchant] = true
			refs = append(refs, row.Merchant)
		}
	}
	return refs
}

// live buys something every few seconds, and now and then brings it back.
func (d *Demo) live(ctx context.Context, rng *rand.Rand) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(2000+rng.IntN(6000)) * time.Millisecond):
		}
		if err := d.buy(ctx, rng); err != nil && ctx.Err() == nil {
			d.Log.Warn("demo: a neighbour could not buy", "err", err)
		}
	}
}

// buy is one purchase as it could happen: in cash, with entitlement, with a
// voucher; followed at times by a voucher for next door, or by a refund.
func (d *Demo) buy(ctx context.Context, rng *rand.Rand) error {
	row := d.rows[rng.IntN(len(d.rows))]
	at, err := d.Flows.Communities.ByRef(ctx, d.DB, d.shop[row.Merchant])
	if err != nil {
		return err
	}
	now := d.DB.Clock().Now().Truncate(time.Microsecond)
	p := flow.Purchase{
		Ref: fmt.Sprintf("demo-%d", now.UnixMicro()), PurchasedAt: now, Member: row.Member, Merchant: row.Merchant,
		List: row.List, Price: row.Paid, Coupon: row.Coupon, Items: row.Items,
	}
	rest := p.Price
	for i, v := range d.vouchers {
		if d.shop[v.target] == d.shop[row.Merchant] && v.amount*2 <= p.Price {
			p.Member, p.Merchant, p.Vouchers = v.member, v.target, []string{v.ref}
			rest -= v.amount
			d.vouchers = append(d.vouchers[:i], d.vouchers[i+1:]...)
			break
		}
	}
	if rng.IntN(3) == 0 {
		if p.Coins, err = d.coins(ctx, at.ID, p.Member); err != nil {
			return err
		}
		p.Coins = min(p.Coins, p.Price/2, rest)
		rest -= p.Coins
	}
	if p.Held = rest; rng.IntN(6) == 0 {
		p.Held, p.Direct = 0, rest
	}
	settled, err := d.Flows.Settle(ctx, at.ID, db.System, p)
	if err != nil {
		return err
	}
	if rng.IntN(6) == 0 {
		return d.recommend(ctx, rng, at.ID, p)
	}
	if rng.IntN(25) > 0 {
		return nil
	}
	_, err = d.Flows.Refund(ctx, at.ID, db.System, flow.Refund{Ref: p.Ref + "-back", Purchase: settled.Seq, Amount: money.Amount(1 + rng.Int64N(int64(p.Price)))})
	return err
}

// coins is the entitlement a member has in a community.
func (d *Demo) coins(ctx context.Context, at id.ID, ref string) (held money.Amount, err error) {
	err = d.DB.View(ctx, at, func(r db.Reader) error {
		m, err := d.Flows.Members.Lookup(ctx, r, at, ref)
		if fault.KindOf(err) == fault.NotFound {
			return nil // a first visit
		}
		if err != nil {
			return err
		}
		h, err := d.Flows.Ledger.Holding(ctx, r, at, ledger.Of(party.Owner{Kind: party.Member, ID: m.ID}, ledger.Coins))
		held = h.Balance
		return err
	})
	return held, err
}

// recommend gives the buyer a voucher for another shop of the same community.
func (d *Demo) recommend(ctx context.Context, rng *rand.Rand, at id.ID, p flow.Purchase) error {
	shops := d.shopsOf(d.shop[p.Merchant])
	target := shops[rng.IntN(len(shops))]
	if target == p.Merchant {
		return nil
	}
	v := voucher{ref: "V-" + p.Ref, member: p.Member, target: target, amount: money.Amount(50 * (1 + rng.IntN(6)))}
	_, err := d.Flows.IssueVoucher(ctx, at, db.System, flow.VoucherIssue{
		Ref: v.ref, Issuer: p.Merchant, Target: target, Member: p.Member, Amount: v.amount, ExpiresAt: p.PurchasedAt.AddDate(0, 1, 0),
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // the shop owes too much: then it gives none
	}
	if err == nil {
		d.vouchers = append(d.vouchers, v)
	}
	return err
}
