package flow

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
)

// joined is what the entries say of a member's first paid term: what her recommender
// may be thanked for rests on it (B4).
type joined struct {
	term     id.ID
	seq      int64
	at       time.Time
	fee      money.Amount
	refunded bool
	spent    money.Amount // after the fee's entry, refunds taken off
	thanked  bool
}

// recommended follows what recommendations rest on, through the entries.
type recommendedBy struct {
	firsts map[id.ID]*joined // newcomer → her first paid term
	booked map[int64]membership.Booked
	caps   map[membership.CapOf]money.Amount // as stored
}

// spend notes what a member bought, or brought back.
func (x *recommendedBy) spend(who id.ID, seq int64, amount money.Amount) {
	if j := x.firsts[who]; j != nil && seq > j.seq {
		j.spent += amount
	}
}

// membership checks the moves of memberships against what the entries before say.
func (p *replayer) membership(e *ledger.Entry, rates *policy.Params, m charter.Move) {
	x := &p.recommended
	switch m := m.(type) {
	case charter.MembershipFee:
		if x.firsts[m.Member] == nil {
			x.firsts[m.Member] = &joined{term: m.Term, seq: e.Seq, at: e.PostedAt, fee: m.Fee}
		}
	case charter.FeeRefund:
		if j := x.firsts[m.Member]; j != nil && j.term == m.Term {
			j.refunded = true
		}
	case charter.ReferralReward:
		p.thanked(e, rates, m)
		p.bookedReward(e.Seq, m.Recommended, m.Recommender, m.Amount(rates))
	case charter.ReferralTaken:
		p.bookedReward(e.Seq, m.Recommended, m.Recommender, -m.Amount())
	case charter.ReferralRevoked:
		p.bookedReward(e.Seq, m.Recommended, m.Recommender, -m.Amount())
		p.referrals[settlement.CapOf{Leader: m.Recommender, Month: m.Month}] -= m.Amount()
	}
}

// thanked: no reward without a fee that was paid and stands, a cooling-off that is
// over, and a use; once a newcomer, whose own first term it is.
func (p *replayer) thanked(e *ledger.Entry, rates *policy.Params, m charter.ReferralReward) {
	j := p.recommended.firsts[m.Recommended]
	switch {
	case j == nil || j.term != m.Term || j.fee != m.Fee || j.refunded:
		p.flaw(7, "reward_without_fee", e.Seq, "", m.Term.String(), "")
		return
	case j.thanked:
		p.flaw(7, "reward_twice", e.Seq, "", m.Recommended.String(), "")
	}
	j.thanked = true
	if zone, err := p.flows.zone(rates); err == nil && period.DayOf(e.PostedAt, zone) <= period.DayOf(j.at, zone)+policy.LawfulCoolingOff {
		p.flaw(7, "reward_too_early", e.Seq, "", j.at.String(), e.PostedAt.String())
	}
	if j.spent < rates.UsedSpend && p.recommended.booked[e.Seq].Uses == 0 {
		p.flaw(7, "reward_without_use", e.Seq, "", fmt.Sprint(rates.UsedSpend), fmt.Sprint(j.spent))
	}
}

// bookedReward compares an entry with the record that names it.
func (p *replayer) bookedReward(seq int64, newcomer, recommender id.ID, amount money.Amount) {
	b := p.recommended.booked[seq]
	b.Uses = 0
	expect(p, 0, "reward_differs", seq, membership.Booked{Newcomer: newcomer, Recommender: recommender, Amount: amount}, b)
	delete(p.recommended.booked, seq)
}

// lostRewards looks for what the tables say and no entry does, and compares the caps.
func (p *replayer) lostRewards() {
	for seq, b := range p.recommended.booked {
		p.flaw(0, "reward_differs", seq, "", b.Newcomer.String(), "")
	}
	stored := p.recommended.caps
	for c := range p.referrals {
		if _, ok := stored[membership.CapOf{Member: c.Leader, Month: c.Month}]; !ok {
			stored[membership.CapOf{Member: c.Leader, Month: c.Month}] = 0
		}
	}
	for _, c := range slices.SortedFunc(maps.Keys(stored), func(a, b membership.CapOf) int { return bytes.Compare(a.Member[:], b.Member[:]) }) {
		if made := p.referrals[settlement.CapOf{Leader: c.Member, Month: c.Month}]; made != stored[c] {
			p.flaw(0, "cap_differs", -1, "member:"+c.Member.String()+" "+c.Month.String(), fmt.Sprint(made), fmt.Sprint(stored[c]))
		}
	}
}
