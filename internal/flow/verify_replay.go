package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charge"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// replayer makes the legs of every purchase and refund again, from the stored
// facts and the balances that the audit made (invariant 7). On the way it makes
// again what purchases used up, and compares that with its tables.
type replayer struct {
	flows     *Flows
	community id.ID
	found     *findings
	report    *Report

	versions []policy.Version
	recorded map[int]bool     // versions that are in the evidence
	known    []policy.Version // those of them that were met so far
	uses     promotion.Uses
	counted  promotion.Counted
	billed   map[int64]int64 // of reconciliation: that no entry was met for
	noted    map[int64]settlement.Noted
	capsUsed map[settlement.CapOf]money.Amount // as stored

	caps        map[settlement.CapOf]money.Amount // as made again
	referrals   referrals
	recommended recommendedBy
	charges     map[int64]charge.Booked // that no entry was met for
	points      pointsRecords
	payouts     payoutRecords
	shares      shareRecords
	till        tillRecords
	drawn       drawRecords
	papers      paperRecords
	classes     classRecords
	bundled     bundleRecords
	coins       coinRecords
	refunded    map[int64]money.Amount // of each purchase, so far
	events      map[id.ID]int          // how many of a voucher's events were met
	claimed     map[id.ID]bool
	kept        kept

	scratch settlement.Scratch
	facts   settlement.Facts
}

var errNoPurchase = errors.New("the refunded purchase is not there")

func (p *replayer) load(ctx context.Context, r db.Reader) (err error) {
	p.recorded, p.caps, p.refunded = make(map[int]bool), make(map[settlement.CapOf]money.Amount), make(map[int64]money.Amount)
	p.referrals = make(referrals)
	p.recommended.firsts = make(map[id.ID]*joined)
	p.events, p.claimed = make(map[id.ID]int), make(map[id.ID]bool)
	if p.versions, err = p.flows.Policies.List(ctx, r, p.community); err != nil {
		return err
	}
	for i, v := range p.versions {
		if v.Number != i+1 {
			p.flaw(7, "policy_missing", -1, "", fmt.Sprint(i+1), fmt.Sprint(v.Number))
		}
	}
	if p.uses, err = p.flows.Promotions.Uses(ctx, r, p.community); err != nil {
		return err
	}
	if p.counted, err = p.flows.Promotions.Counted(ctx, r, p.community); err != nil {
		return err
	}
	if p.billed, err = p.flows.Reconciliations.Booked(ctx, r, p.community); err != nil {
		return err
	}
	if p.noted, err = p.flows.Settlement.AllRefunds(ctx, r, p.community); err != nil {
		return err
	}
	if p.charges, err = p.flows.Charges.AllBooked(ctx, r, p.community); err != nil {
		return err
	}
	if p.recommended.booked, err = p.flows.Memberships.AllBooked(ctx, r, p.community); err != nil {
		return err
	}
	if p.recommended.caps, err = p.flows.Memberships.Caps(ctx, r, p.community); err != nil {
		return err
	}
	p.kept = kept{trade: make(map[period.Month]money.Amount), paid: make(map[period.Month]int)}
	if p.kept.noted, err = p.flows.Growth.Payouts(ctx, r, p.community); err != nil {
		return err
	}
	if err = p.points.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.payouts.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.shares.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.till.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.drawn.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.papers.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.classes.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.bundled.load(ctx, r, p); err != nil {
		return err
	}
	if err = p.coins.load(ctx, r, p); err != nil {
		return err
	}
	p.capsUsed, err = p.flows.Settlement.Caps(ctx, r, p.community)
	return err
}

func (p *replayer) flaw(invariant int, code string, entry int64, account, want, got string) {
	p.found.add(Finding{Invariant: invariant, Code: "verify." + code, Entry: entry, Account: account, Expected: want, Found: got})
}

// expect reports what differs; almost always nothing does, so nothing is put
// into words before.
func expect[T comparable](p *replayer, invariant int, code string, entry int64, want, got T) {
	if want != got {
		p.flaw(invariant, code, entry, "", fmt.Sprint(want), fmt.Sprint(got))
	}
}

// original is called ahead of replay, by another goroutine.
func (p *replayer) original(e *ledger.Entry) (int64, bool) {
	if e.Kind != ledger.Refund {
		return 0, false
	}
	facts, err := settlement.DecodeRefund(e.Facts)
	return facts.Entry, err == nil
}

func (p *replayer) replay(e, original *ledger.Entry, before ledger.Books) ([]ledger.Leg, error) {
	p.keep(e)
	p.throughTill(e)
	p.bundled.follow(e)
	switch e.Kind {
	case ledger.Refund:
		p.report.Refunds++
		return p.refund(e, original, before)
	case ledger.Transfer:
		return p.move(e, before)
	}
	p.report.Purchases++
	return p.purchase(e, before)
}

func (p *replayer) purchase(e *ledger.Entry, before ledger.Books) ([]ledger.Leg, error) {
	f := &p.facts
	if err := settlement.DecodeFacts(e.Facts, f); err != nil {
		return nil, err
	}
	rates, err := p.rates(f.Policy)
	if err != nil {
		return nil, err
	}
	p.checkDates(e, rates, before)
	expect(p, 7, "subject_differs", e.Seq, f.Buyer.ID, e.Subject)
	capOf := settlement.CapOf{Leader: f.Leader.ID, Month: f.BookedOn.Month()}
	if !f.Leader.ID.IsZero() {
		expect(p, 7, "cap_left_differs", e.Seq, max(0, rates.LeaderMonthlyCap-p.caps[capOf]), f.Leader.CapLeft)
	}
	var throttle settlement.Throttle
	if rates.BackingFloor > 0 {
		throttle = settlement.Throttle{Backing: before.Balance(ledger.CoinBacking), Outstanding: -before.Balance(ledger.CoinIssue)}
	}
	if f.Throttle != throttle {
		said := func(t settlement.Throttle) string { return fmt.Sprintf("%d / %d", t.Backing, t.Outstanding) }
		p.flaw(7, "throttle_differs", e.Seq, "", said(throttle), said(f.Throttle))
	}
	result, err := settlement.Settle(rates, f, before, &p.scratch)
	if err != nil {
		return nil, err
	}
	p.partTaken(e)
	p.recommended.spend(f.Buyer.ID, e.Seq, f.Price)
	if v := result.Moved[8]; v != 0 {
		p.caps[capOf] += v
	}
	for i := range f.Vouchers {
		p.useVoucher(e.Seq, &f.Vouchers[i])
	}
	if !f.Claim.ID.IsZero() {
		p.useClaim(e.Seq, result.ClaimUsed)
	}
	return result.Legs, nil
}

// checkDates: the policy that was in force, the day that was open.
func (p *replayer) checkDates(e *ledger.Entry, rates *policy.Params, before ledger.Books) {
	f := &p.facts
	expect(p, 7, "booked_differs", e.Seq, f.BookedOn, e.BookedOn)
	if ahead := time.Duration(rates.ClockAheadMaxMinutes) * time.Minute; f.PurchasedAt.After(e.PostedAt.Add(ahead)) {
		p.flaw(7, "purchased_in_the_future", e.Seq, "", e.PostedAt.String(), f.PurchasedAt.String())
	}
	if zone, err := p.flows.zone(rates); err == nil {
		expect(p, 7, "booked_differs", e.Seq, max(period.DayOf(f.PurchasedAt, zone), before.Open()), e.BookedOn)
	}
	expect(p, 7, "policy_not_in_force", e.Seq, p.inForce(), f.Policy)
}

// inForce is the number of the version that ruled the purchase, among those that
// were recorded before it. Their order in the log is what tells, not their times: a
// clock may have jumped back.
func (p *replayer) inForce() int {
	if v := policy.InForce(p.known, p.facts.PurchasedAt); v != nil {
		return v.Number
	}
	return 0
}

func (p *replayer) rates(number int) (*policy.Params, error) {
	for i := range p.versions {
		if p.versions[i].Number == number {
			return &p.versions[i].Params, nil
		}
	}
	return nil, policy.ErrNone.With("version", number)
}

func (p *replayer) refund(e, original *ledger.Entry, before ledger.Books) ([]ledger.Leg, error) {
	rf, err := settlement.DecodeRefund(e.Facts)
	if err != nil {
		return nil, err
	}
	if original == nil || original.Kind != ledger.Purchase {
		return nil, errNoPurchase
	}
	f := &p.facts
	if err := settlement.DecodeFacts(original.Facts, f); err != nil {
		return nil, err
	}
	rates, err := p.rates(f.Policy)
	if err != nil {
		return nil, err
	}
	expect(p, 7, "subject_differs", e.Seq, original.Subject, e.Subject)
	expect(p, 7, "refunded_before_differs", e.Seq, p.refunded[rf.Entry], rf.Before)
	expect(p, 7, "refund_not_noted", e.Seq, settlement.Noted{Purchase: rf.Entry, RefundOf: settlement.RefundOf{Seq: e.Seq, Amount: rf.Amount}}, p.noted[e.Seq])
	delete(p.noted, e.Seq)
	p.refunded[rf.Entry] += rf.Amount
	p.recommended.spend(f.Buyer.ID, rf.Entry, -rf.Amount)
	result, err := settlement.Refund(rates, f, rf, before, &p.scratch)
	if err != nil {
		return nil, err
	}
	if result.LeaderCap != 0 {
		p.caps[settlement.CapOf{Leader: f.Leader.ID, Month: f.BookedOn.Month()}] -= result.LeaderCap
	}
	if result.Whole {
		p.revoke(rf.Entry, e.Seq)
	}
	if result.Whole && rf.Before == 0 {
		for i := range f.Vouchers {
			p.meet(f.Vouchers[i].ID, promotion.Event{Seq: e.Seq, What: "returned"})
		}
	}
	return result.Legs, nil
}

// policyKey begins the key of an entry that records a policy version.
const policyKey = "~policy:"

// other looks at records: a policy version in the evidence is the one in force.
func (p *replayer) other(e *ledger.Entry) {
	p.throughTill(e)
	p.published(e)
	p.certified(e)
	number, ok := strings.CutPrefix(e.Key, policyKey)
	if e.Kind != ledger.Record || !ok {
		return
	}
	var v policy.Version
	if err := json.Unmarshal(e.Facts, &v); err != nil || fmt.Sprint(v.Number) != number {
		p.flaw(7, "policy_unreadable", e.Seq, "", number, fmt.Sprint(v.Number, err))
		return
	}
	p.recorded[v.Number] = true
	for i := range p.versions {
		if stored := &p.versions[i]; stored.Number == v.Number {
			p.known = append(p.known, *stored)
			if !reflect.DeepEqual(stored, &v) {
				want, got := texts(&v, stored)
				p.flaw(7, "policy_differs", e.Seq, "", want, got)
			}
			return
		}
	}
	p.flaw(7, "policy_missing", e.Seq, "", number, "")
}

// texts are the first members in which two versions differ, as JSON.
func texts(a, b *policy.Version) (string, string) {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	n = bytes.LastIndexAny(x[:n], ",{") + 1
	member := func(s []byte) string {
		s = s[min(n, len(s)):]
		if end := bytes.IndexAny(s, ",}"); end >= 0 {
			s = s[:end]
		}
		return string(s)
	}
	return member(x), member(y)
}
