package flow

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
)

// What purchases use up — vouchers, claims, room in a cap — stands in tables of
// its own; here it follows from the entries once more.

// useVoucher: a purchase uses a voucher that was given for it, once.
func (p *replayer) useVoucher(seq int64, used *settlement.Voucher) {
	v, f := p.uses.Vouchers[used.ID], &p.facts
	if v == nil {
		p.flaw(7, "voucher_missing", seq, "", used.ID.String(), "")
		return
	}
	if v.Member != f.Buyer.ID || !v.GoodAt(f.Merchant.ID) || !slices.Equal(v.Sharers, used.Sharers) || !sameSplit(splitOf(v), used.Split) ||
		used.Amount > v.Amount || used.Amount < v.Amount && !v.Change() {
		p.flaw(7, "voucher_differs", seq, "", fmt.Sprint(used.Amount, " ", f.Buyer.ID, " ", f.Merchant.ID), fmt.Sprint(v.Amount, " ", v.Member, " ", v.Target))
	}
	paid := used.Amount
	if paid == v.Amount {
		paid = 0
	}
	p.meet(used.ID, promotion.Event{Seq: seq, What: "used", Paid: paid})
}

func sameSplit(a, b *settlement.Split) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Platform == b.Platform && slices.Equal(a.Weights, b.Weights)
}

// meet takes the next event of a voucher, which must be this one.
func (p *replayer) meet(voucher id.ID, want promotion.Event) {
	n := p.events[voucher]
	p.events[voucher]++
	expect(p, 0, "voucher_event_differs", want.Seq, want, p.next(voucher, n))
	if n%2 == 0 == (want.What == "returned") { // used, returned, used, …; revoked while it is not used
		p.flaw(7, "voucher_twice", want.Seq, "", voucher.String(), want.What)
	}
}

// next is the nth event of a voucher, none if there are fewer.
func (p *replayer) next(voucher id.ID, n int) promotion.Event {
	if all := p.uses.Events[voucher]; n < len(all) {
		return all[n]
	}
	return promotion.Event{}
}

// useClaim: a purchase uses up a claim that was made for it, once.
func (p *replayer) useClaim(seq int64, used bool) {
	want := p.facts.Claim
	c, ok := p.uses.Claims[want.ID]
	if !ok {
		p.flaw(7, "claim_missing", seq, "", want.ID.String(), "")
		return
	}
	if c.Recommender != want.Merchant || c.Member != p.facts.Buyer.ID || c.Target != p.facts.Merchant.ID || !c.MadeAt.Equal(want.MadeAt) {
		p.flaw(7, "claim_differs", seq, "", fmt.Sprint(want.Merchant, " ", want.MadeAt), fmt.Sprint(c.Recommender, " ", c.MadeAt))
	}
	if !used {
		return
	}
	if p.claimed[want.ID] {
		p.flaw(7, "claim_twice", seq, "", want.ID.String(), "")
		return
	}
	p.claimed[want.ID] = true
	at, noted := p.uses.Used[want.ID]
	if !noted {
		at = -1
	}
	expect(p, 0, "claim_use_differs", seq, seq, at)
}

// finish looks for what the tables say and no entry does.
func (p *replayer) finish() {
	for _, v := range p.versions {
		if !p.recorded[v.Number] {
			p.flaw(5, "policy_not_recorded", -1, "", fmt.Sprint(v.Number), "")
		}
	}
	for seq, n := range p.noted {
		p.flaw(0, "refund_of_no_entry", seq, "", "", fmt.Sprint(n.Purchase, " ", n.Amount))
	}
	p.lostBills()
	p.lostCharges()
	p.lostRewards()
	p.lostDividends()
	p.lostPoints()
	p.lostPayouts()
	p.lostShares()
	p.lostTills()
	p.drawsAgain()
	p.uncertified()
	p.lostClasses()
	p.lostBundles()
	p.lostHours()
	for voucher, all := range p.uses.Events {
		for _, e := range all[min(len(all), p.events[voucher]):] {
			p.flaw(0, "voucher_event_of_no_entry", e.Seq, "", "", fmt.Sprint(voucher, " ", e.What))
		}
	}
	for claim, seq := range p.uses.Used {
		if !p.claimed[claim] {
			p.flaw(0, "claim_use_of_no_entry", seq, "", "", claim.String())
		}
	}
	p.compareCaps()
	p.compareVouchers()
}

func (p *replayer) compareCaps() {
	for c, used := range p.caps {
		if stored := p.capsUsed[c]; stored != used {
			p.flaw(0, "cap_differs", -1, "member:"+c.Leader.String()+" "+c.Month.String(), fmt.Sprint(used), fmt.Sprint(stored))
		}
		delete(p.capsUsed, c)
	}
	for _, c := range slices.SortedFunc(maps.Keys(p.capsUsed), func(a, b settlement.CapOf) int { return bytes.Compare(a.Leader[:], b.Leader[:]) }) {
		if p.capsUsed[c] != 0 {
			p.flaw(0, "cap_differs", -1, "member:"+c.Leader.String()+" "+c.Month.String(), "0", fmt.Sprint(p.capsUsed[c]))
		}
	}
}
