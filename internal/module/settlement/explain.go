package settlement

import (
	"slices"

	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Sentence is a message key with its values. A value is a formatted number, or a
// party.Owner whose name the page fills in.
type Sentence struct {
	Key  string
	Args []any
}

func say(key string, args ...any) Sentence { return Sentence{Key: key, Args: args} }

// The headings of a receipt, message keys, in the order in which they stand.
const (
	groupPaid   = "您付的"
	groupShop   = "店家分出的"
	groupShared = "大家共享的"
	groupYours  = "您得到的"
	groupUnused = "没有用到"
)

// Groups lists the headings of a receipt in their order.
var Groups = []string{groupPaid, groupShop, groupShared, groupYours, groupUnused}

// Line is what a receipt says about one rule.
type Line struct {
	Rule   ledger.Rule
	Group  string // heading, a message key; a rule that moved nothing stands under the last
	Title  string // message key
	Payer  string // message key: out of whose pocket, "" if nothing was moved
	Amount money.Amount
	Asset  money.Asset
	Why    Sentence     // the arithmetic, or why the rule was not used
	Notes  []Sentence   // why it is less than the rate says
	Debts  []Sentence   // what of it became or paid a debt; the debtor's business, not the buyer's
	Legs   []ledger.Leg // as posted
}

// Explain says what every rule did to a purchase and why, in the rules' order,
// used or not. posted are the legs of the entry; the amounts are the rules' own,
// before short accounts changed who paid.
func Explain(p *policy.Params, f *Facts, posted []ledger.Leg) []Line {
	var c Case
	c.run(p, f)
	lines := make([]Line, 0, len(Rulebook))
	for i := range Rulebook {
		lines = append(lines, c.explain(&Rulebook[i], posted))
	}
	return lines
}

func (c *Case) explain(r *Rule, posted []ledger.Leg) Line {
	s := c.sums[r.ID.Number]
	l := Line{Rule: r.ID, Group: r.Group, Title: r.Title, Amount: s.amount, Asset: money.CNY}
	switch r.ID.Number {
	case 2, 7:
		l.Asset = money.Coin
	case 9:
		l.Asset = money.Point
	}
	if s.amount == 0 {
		l.Group = groupUnused
	} else {
		l.Payer = c.payer(r.ID)
	}
	if unmet := c.unmet(r); unmet != nil {
		l.Why = say(unmet.Unmet)
		return l
	}
	l.Why = r.Why(c)
	switch {
	case s.limit != nil:
		l.Notes = append(l.Notes, say(s.limit.Says, s.wanted.Grouped(l.Asset), s.amount.Grouped(l.Asset)))
	case s.amount == 0:
		l.Notes = append(l.Notes, say("算下来是 0，不记"))
	}
	l.addLegs(posted)
	return l
}

// addLegs picks the rule's legs and says what of them became or paid a debt.
func (l *Line) addLegs(posted []ledger.Leg) {
	var lent, repaid money.Amount
	for _, leg := range posted {
		if leg.Rule != l.Rule {
			continue
		}
		l.Legs = append(l.Legs, leg)
		if leg.From.Purpose == ledger.Owed {
			lent += leg.Amount
		}
		if leg.To.Purpose == ledger.Owed {
			repaid += leg.Amount
		}
	}
	if lent > 0 {
		l.Debts = append(l.Debts, say("其中 %s 账上不够，先记为欠款", lent.Grouped(l.Asset)))
	}
	if repaid > 0 {
		l.Debts = append(l.Debts, say("其中 %s 先还了以前的欠款", repaid.Grouped(l.Asset)))
	}
}

// payer says out of whose pocket a rule's legs came.
func (c *Case) payer(r ledger.Rule) string {
	legs := c.legs[slices.IndexFunc(c.legs, func(l ledger.Leg) bool { return l.Rule == r }):]
	switch from := legs[0].From; {
	case r.Number == 3:
		return "发券的店和平台"
	case from.Owner.Kind == party.Merchant:
		return "店家"
	case from == ledger.PlatformCommission:
		return "平台服务费"
	case from.Purpose == ledger.Issue:
		return "社区"
	}
	return "您"
}

// Part is one recipient of the price.
type Part struct {
	Who    string      // message key
	Owner  party.Owner // whose name stands there; the fund, the platform, a shop, a leader
	Amount money.Amount
	Coins  money.Amount // of it in time-coins, at face value
}

// Where says where the price of a purchase went. The parts add up to it exactly.
// The shop's own share of a voucher is its promotion cost and stands outside.
func Where(p *policy.Params, f *Facts) []Part {
	var c Case
	c.run(p, f)
	fund, rebate, team, care := c.sums[5].amount, c.sums[6].amount, c.sums[8].amount, c.sums[10].amount
	parts := []Part{
		{Who: "店家", Owner: party.Owner{Kind: party.Merchant, ID: f.Merchant.ID}, Amount: c.net(), Coins: f.Coins},
		{Who: "推荐您来的店", Owner: party.Owner{Kind: party.Merchant, ID: f.Claim.Merchant}, Amount: rebate},
		{Who: "平台服务", Owner: party.Owner{Kind: party.Platform}, Amount: c.commissionLeft()},
		{Who: "社区共益基金", Owner: party.Owner{Kind: party.Fund}, Amount: fund},
		{Who: "您的组长", Owner: party.Owner{Kind: party.Member, ID: f.Leader.ID}, Amount: team},
		{Who: "社区关爱基金", Owner: party.Owner{Kind: party.Fund}, Amount: care},
	}
	return slices.DeleteFunc(parts, func(p Part) bool { return p.Amount == 0 })
}
