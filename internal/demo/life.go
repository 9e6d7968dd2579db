package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/app"
	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// voucher is one that a neighbour of the demo holds.
type voucher struct {
	ref, member, target string
	amount              money.Amount
	least               money.Amount // the least purchase that it takes
	until               time.Time
}

// Run serves the demo while its neighbours live on.
func (d *Demo) Run(ctx context.Context, s app.Serve) error {
	ready := s.Ready
	s.Ready = func(url string) {
		ready(url)
		go d.liveOn(ctx, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	}
	return d.App.Run(ctx, s)
}

// liveOn lets somebody buy something every few seconds.
func (d *Demo) liveOn(ctx context.Context, rng *rand.Rand) {
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

// buy is one purchase like one of the data, now.
func (d *Demo) buy(ctx context.Context, rng *rand.Rand) error {
	day := d.town.days[rng.IntN(span)]
	row := day[rng.IntN(len(day))]
	row.At = d.DB.Clock().Now().Truncate(time.Microsecond)
	row.Ref = fmt.Sprintf("now-%d", row.At.UnixMicro())
	s, err := d.shop(ctx, rng, row, make(map[string]bool))
	if err != nil {
		return err
	}
	return d.afterwards(ctx, rng, s)
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

// voucherFor takes a voucher that is good for a purchase out of those that were
// given.
func (d *Demo) voucherFor(shop string, price money.Amount, at time.Time) (voucher, bool) {
	for i, v := range d.vouchers {
		if v.target == shop && max(v.amount*2, v.least) <= price && at.Before(v.until) {
			d.vouchers = append(d.vouchers[:i], d.vouchers[i+1:]...)
			return v, true
		}
	}
	return voucher{}, false
}

// giveVoucher gives the buyer a voucher for another shop of the same community.
func (d *Demo) giveVoucher(ctx context.Context, rng *rand.Rand, at id.ID, p *flow.Purchase) error {
	shops := d.shopsOf(d.town.place[p.Merchant])
	target := shops[rng.IntN(len(shops))]
	if target == p.Merchant {
		return nil
	}
	v := voucher{ref: "V-" + p.Ref, member: p.Member, target: target, amount: money.Amount(50 * (1 + rng.IntN(6))), until: p.PurchasedAt.AddDate(0, 1, 0)}
	_, err := d.Flows.IssueVoucher(ctx, at, db.System, flow.VoucherIssue{
		Ref: v.ref, Issuer: p.Merchant, Target: target, Member: p.Member, Amount: v.amount, ExpiresAt: v.until,
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil // the shop owes too much: then it gives none
	}
	if err == nil {
		d.vouchers = append(d.vouchers, v)
	}
	return err
}
