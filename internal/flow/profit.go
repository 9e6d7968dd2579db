package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// ProfitKind is a line of the platform's profit and loss (S1).
type ProfitKind string

// The lines, incomes first. Every movement of an account of income or cost belongs to one.
const (
	MemberFees    ProfitKind = "member_fees" // taken, less what was given back
	Commissions   ProfitKind = "commission"
	AdIncome      ProfitKind = "ads"
	PremiumIncome ProfitKind = "premium" // of companies that buy entitlement for public good
	OtherIncome   ProfitKind = "other"   // what a rule moved that has no line of its own
	WelfareShare  ProfitKind = "welfare" // to the public fund
	RewardCost    ProfitKind = "rewards" // to leaders and those who recommend
	PromotionCost ProfitKind = "promotion"
	ProviderCost  ProfitKind = "provider"
	DividendShare ProfitKind = "dividend" // no cost: a result that is shared
)

// ProfitKinds lists the lines in the order in which people read them.
var ProfitKinds = []ProfitKind{MemberFees, Commissions, AdIncome, PremiumIncome, OtherIncome, WelfareShare, RewardCost, PromotionCost, ProviderCost, DividendShare}

// Income reports whether a line is one of income.
func (k ProfitKind) Income() bool {
	switch k {
	case MemberFees, Commissions, AdIncome, PremiumIncome, OtherIncome:
		return true
	}
	return false
}

// Profit is what the platform earned and spent in a month, as the closed days have it.
type Profit struct {
	Month  period.Month
	Lines  map[ProfitKind]money.Amount // incomes positive, costs negative
	Shops  money.Amount                // of shops' annual fees: the alliance's, no income of the platform
	Closed bool
}

// Incomes is what came in.
func (p *Profit) Incomes() (sum money.Amount) {
	for k, v := range p.Lines {
		if k.Income() {
			sum += v
		}
	}
	return sum
}

// Costs is what was spent, negative.
func (p *Profit) Costs() (sum money.Amount) {
	for k, v := range p.Lines {
		if !k.Income() && k != DividendShare {
			sum += v
		}
	}
	return sum
}

// Result is what stayed before dividends.
func (p *Profit) Result() money.Amount { return p.Incomes() + p.Costs() }

// Add adds another community's month, or another month.
func (p *Profit) Add(o Profit) {
	for k, v := range o.Lines {
		p.Lines[k] += v
	}
	p.Shops, p.Closed = p.Shops+o.Shops, p.Closed && o.Closed
}

// shopFeeRule is M-11.
var shopFeeRule = ledger.R(charter.Family, 11)

// kindOf is the line that a movement belongs to.
func kindOf(a ledger.Account, rule ledger.Rule) ProfitKind {
	switch {
	case rule == dividendRule:
		return DividendShare
	case rule == referralRule || rule == teamRule:
		return RewardCost
	case rule == welfareRule:
		return WelfareShare
	}
	switch a.Purpose {
	case ledger.Fees:
		return MemberFees
	case ledger.Commission:
		if rule == commissionRule {
			return Commissions
		}
	case ledger.Ads:
		return AdIncome
	case ledger.Premium:
		return PremiumIncome
	case ledger.Promotion:
		return PromotionCost
	case ledger.ProviderFees:
		return ProviderCost
	}
	return OtherIncome
}

var (
	commissionRule = ledger.R('S', 4)
	welfareRule    = ledger.R('S', 5)
)

// Profits reads a community's months from ≤ month ≤ to, from the sums of booked days.
func (f *Flows) Profits(ctx context.Context, r db.Reader, community id.ID, from, to period.Month) (all []Profit, err error) {
	defer fault.Wrap(&err, "profit of %s to %s", from, to)
	for m := from; m <= to; m++ {
		p := Profit{Month: m, Lines: make(map[ProfitKind]money.Amount)}
		flows, err := f.Ledger.FlowsByDay(ctx, r, community, m.First(), m.Last())
		if err != nil {
			return nil, err
		}
		for _, x := range flows {
			p.take(x)
		}
		if p.Closed, err = f.summed(ctx, r, community, m); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// take adds what moved on a day by one rule between two kinds of account.
func (p *Profit) take(x ledger.DayFlow) {
	if x.Asset != money.CNY {
		return
	}
	rule := x.Rule
	rule.Undone = false
	for _, a := range EarningAccounts() {
		switch a.String() {
		case x.To:
			p.Lines[kindOf(a, rule)] += x.Amount
		case x.From:
			p.Lines[kindOf(a, rule)] -= x.Amount
		}
	}
	if rule == shopFeeRule {
		switch ledger.AllianceMarketing.String() {
		case x.To:
			p.Shops += x.Amount
		case x.From:
			p.Shops -= x.Amount
		}
	}
}
