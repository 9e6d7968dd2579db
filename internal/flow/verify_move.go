package flow

import (
	"strings"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
)

// move makes the legs of an entry of the charter again.
func (p *replayer) move(e *ledger.Entry, before ledger.Books) ([]ledger.Leg, error) {
	number, m, err := charter.Decode(e.Facts)
	if err != nil {
		return nil, err
	}
	rates, err := p.rates(number)
	if err != nil {
		return nil, err
	}
	expect(p, 7, "policy_not_in_force", e.Seq, p.ruling(e.PostedAt), number)
	expect(p, 7, "subject_differs", e.Seq, m.Subject(), e.Subject)
	p.rewarded(e.Seq, rates, m)
	p.bill(e)
	p.membership(e, rates, m)
	if d, ok := m.(charter.Dividend); ok {
		p.shared(e, d)
	}
	p.charged(e)
	p.pointed(e, m)
	p.paidOut(e, m, before)
	p.bagged(e, m)
	p.bundleMoved(e, m)
	p.hoursMoved(e, rates, m, before)
	p.taught(e, rates, m)
	return charter.Settle(rates, m, before), nil
}

// ruling is the version in force at a moment, among those recorded so far.
func (p *replayer) ruling(at time.Time) int {
	if v := policy.InForce(p.known, at); v != nil {
		return v.Number
	}
	return 0
}

// rewarded follows how much of a month's cap a recommender has used (B4).
func (p *replayer) rewarded(seq int64, rates *policy.Params, m charter.Move) {
	switch m := m.(type) {
	case charter.ReferralReward:
		c := settlement.CapOf{Leader: m.Recommender, Month: m.Month}
		expect(p, 7, "cap_left_differs", seq, max(0, rates.ReferralMonthlyCap-p.referrals[c]), m.CapLeft)
		p.referrals[c] += m.Amount(rates)
	case charter.ReferralTaken:
		p.referrals[settlement.CapOf{Leader: m.Recommender, Month: m.Month}] -= m.Amount()
	}
}

// referrals is how much the rewards of a month have used of a person's cap.
type referrals = map[settlement.CapOf]money.Amount

// chargeKey begins the key of an entry that a charge booked.
const chargeKey = "~charge:"

// charged compares an entry with the charge that booked it.
func (p *replayer) charged(e *ledger.Entry) {
	booked, ok := p.charges[e.Seq]
	if !ok && !strings.HasPrefix(e.Key, chargeKey) {
		return
	}
	var sum money.Amount
	for _, l := range e.Legs {
		if l.From.Asset != money.CNY {
			continue // hours that are issued for it
		}
		if l.Rule.Undone || l.Rule.Number == 2 {
			sum -= l.Amount
		} else {
			sum += l.Amount
		}
	}
	expect(p, 0, "charge_differs", e.Seq, money.Amount(booked.Amount), sum)
	delete(p.charges, e.Seq)
}

// lostCharges are charges whose entry is not in the books.
func (p *replayer) lostCharges() {
	for seq, b := range p.charges {
		p.flaw(0, "charge_differs", seq, "", b.Charge.String(), "")
	}
}
