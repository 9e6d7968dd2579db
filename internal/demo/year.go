package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// liveUntil lives from an instant to another, day by day.
func (d *Demo) liveUntil(ctx context.Context, from, to time.Time) error {
	begun := period.DayOf(from, d.zone)
	d.today = period.DayOf(to, d.zone)
	for day := begun; day <= period.DayOf(to, d.zone); day++ {
		if err := d.liveDay(ctx, day, from, to); err != nil {
			return fmt.Errorf("demo: %s: %w", day, err)
		}
	}
	d.clock.Put(to)
	return nil
}

// liveDay lives what lies of a day between two instants: before it the day before
// is closed, then people shop, and in the evening some bring things back.
func (d *Demo) liveDay(ctx context.Context, day period.Day, from, to time.Time) error {
	rng := rand.New(rand.NewPCG(uint64(day), 7))
	if dawn := day.Start(d.zone).Add(4 * time.Hour); dawn.After(from) && dawn.Before(to) {
		d.clock.Put(dawn)
		if err := d.together(func(at id.ID) error { return d.Flows.CloseDue(ctx, at) }); err != nil {
			return err
		}
		if err := d.govern(ctx, day); err != nil {
			return err
		}
		if err := d.grow(ctx, day, d.first, d.last); err != nil {
			return err
		}
		if err := d.tradeLife(ctx, day, period.DayOf(to, d.zone)); err != nil {
			return err
		}
		if err := d.findVolunteers(ctx, day, period.DayOf(to, d.zone)); err != nil {
			return err
		}
		if err := d.moveHours(ctx, day, period.DayOf(to, d.zone)); err != nil {
			return err
		}
		if err := d.learnOnce(ctx, day, period.DayOf(to, d.zone)); err != nil {
			return err
		}
	}
	var sent []*sending
	spent, counter, helped := make(map[string]bool), false, false
	for _, row := range d.town.of(day, d.zone) {
		if !row.At.After(from) || row.At.After(to) {
			continue
		}
		if !counter && row.At.In(d.zone).Hour() >= 10 {
			counter = true
			if err := d.atTen(ctx, day, row.At); err != nil {
				return err
			}
		}
		if after := day.Start(d.zone).Add(helpFrom); !helped && row.At.After(after) && after.Add(helpFor).Before(to) {
			helped = true
			d.clock.Put(after)
			if err := d.helpEach(ctx, day, period.DayOf(to, d.zone)); err != nil {
				return err
			}
		}
		d.clock.Put(row.At)
		s, err := d.shop(ctx, rng, row, spent)
		if err != nil {
			return err
		}
		sent = append(sent, s)
	}
	for _, s := range sent {
		if err := d.afterwards(ctx, rng, s); err != nil {
			return err
		}
	}
	if err := d.tellDay(ctx); err != nil {
		return err
	}
	if evening := day.Start(d.zone).Add(19*time.Hour + 30*time.Minute); evening.After(from) && evening.Before(to) {
		d.clock.Put(evening)
		if err := d.ally(ctx, day); err != nil {
			return err
		}
		if err := d.keepDuties(ctx, day); err != nil {
			return err
		}
	}
	if dusk := day.Start(d.zone).Add(20 * time.Hour); dusk.After(from) && dusk.Before(to) {
		return d.evening(ctx, day, period.DayOf(to, d.zone))
	}
	return nil
}

// together does something in every community at once: one commit takes them all.
func (d *Demo) together(do func(at id.ID) error) (err error) {
	done := make(chan error)
	for _, at := range d.places {
		go func() { done <- do(at) }()
	}
	for range d.places {
		if e := <-done; e != nil {
			err = e
		}
	}
	return err
}

// sending is a purchase on its way.
type sending struct {
	at       id.ID
	purchase *flow.Purchase
	settling *flow.Settling
}

// shop sends one purchase of the data; some pay a part with entitlement or with a
// voucher, some in cash at the counter.
func (d *Demo) shop(ctx context.Context, rng *rand.Rand, row importing.PurchaseRow, spent map[string]bool) (*sending, error) {
	at := d.places[d.town.place[row.Merchant]]
	p := &flow.Purchase{
		Ref: row.Ref, PurchasedAt: row.At, Member: row.Member, Merchant: row.Merchant, List: row.List, Price: row.Paid, Coupon: row.Coupon, Items: row.Items,
	}
	rest := p.Price
	if v, ok := d.voucherFor(row.Merchant, row.Paid, row.At); ok {
		p.Member, p.Vouchers = v.member, []string{v.ref}
		rest -= v.amount
	}
	if !spent[p.Member] && rng.IntN(8) == 0 {
		spent[p.Member] = true
		held, err := d.coins(ctx, at, p.Member)
		if err != nil {
			return nil, err
		}
		p.Coins = min(held, p.Price/2, rest)
		rest -= p.Coins
	}
	if p.Held = rest; rng.IntN(6) == 0 {
		p.Held, p.Direct = 0, rest
	}
	return &sending{at, p, d.Flows.Submit(ctx, at, db.System, p)}, nil
}

// afterwards waits for a purchase; some are brought back, some shops give the
// buyer a voucher for next door.
func (d *Demo) afterwards(ctx context.Context, rng *rand.Rand, s *sending) error {
	settled, err := s.settling.Wait(ctx)
	switch {
	case fault.KindOf(err) == fault.Conflict: // an earlier start was cut short on this day: it is there
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", s.purchase.Ref, err)
	}
	d.heard.note(s.at, s.purchase.Member, settled.Seq)
	for _, v := range settled.Brought {
		if err := d.hold(ctx, s.at, s.purchase.Member, v); err != nil {
			return err
		}
	}
	switch rng.IntN(70) {
	case 0:
		back := money.Amount(1 + rng.Int64N(int64(s.purchase.Price)))
		if rng.IntN(3) == 0 {
			back = s.purchase.Price
		}
		returned, err := d.Flows.Refund(ctx, s.at, db.System, flow.Refund{Ref: s.purchase.Ref + "-back", Purchase: settled.Seq, Amount: back})
		if err == nil {
			d.heard.note(s.at, s.purchase.Member, returned.Seq)
		}
		return once(err)
	case 1, 2:
		return d.giveVoucher(ctx, rng, s.at, s.purchase)
	case 3, 4:
		return d.recommend(ctx, s.at, s.purchase)
	}
	return nil
}

// govern lets the communities change their rules once: more for the welfare fund.
func (d *Demo) govern(ctx context.Context, day period.Day) error {
	year, month, date := day.Date()
	if month != time.July || date != 15 {
		return nil
	}
	params := policy.Trial2025()
	params.WelfareRate = 6_000
	params.LeaderMonthlyCap = 150_000
	params.RecommendedMembers = 0 // the alliance begins with offers alone: see duties.go
	proposal := policy.Proposal{
		Code: fmt.Sprintf("summer-%d", year), Author: "竹溪街道议事会", Reason: "居民议事：共益基金由千分之五提到千分之六，组长每月上限降到 1500 元",
		EffectiveFrom: period.Date(year, time.August, 1).Start(d.zone), Params: params,
	}
	return d.together(func(at id.ID) error {
		_, err := d.Flows.Propose(ctx, at, db.System, proposal)
		return once(err)
	})
}
