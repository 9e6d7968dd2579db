package settlement

import (
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/policy"
)

// Rule is one article of the rulebook. The same entry settles a purchase, stands
// in docs/rules.md, and explains the receipt.
type Rule struct {
	ID     ledger.Rule
	Req    string // requirement ids
	Source string // clause of the plan it comes from; "+" is our own
	Title  string // Chinese, a message key; the English stands in English
	Group  string // heading on the receipt, a message key

	When []Condition // all must hold; none means always
	Legs func(*Case)
	Why  func(*Case) Sentence // the arithmetic, for the receipt

	// For people, in docs/rules.md.
	Moves    []string                    // from → to
	Amount   string                      // the formula
	Default  func(*policy.Params) string // its numbers in the default policy
	Rounding string
	Beyond   string // what is not modelled
}

// Condition is one "when" of a rule.
type Condition struct {
	Says  string // English, for docs/rules.md
	Unmet string // why the rule was not used: Chinese, a message key
	Holds func(*Case) bool
}

// Limit is what may keep a rule from moving what its rate says.
type Limit struct {
	Code string // stable, for the API
	Says string // Chinese, a message key with two places: what the rate says, and the limit
}

// Rules is one more than the highest rule number: arrays are indexed by number.
const Rules = 11

// Case is one purchase before the rulebook: the numbers in force, the facts, and
// what the rules have moved so far.
type Case struct {
	*Facts
	rates *policy.Params
	legs  []ledger.Leg // nominal: as if no account were short
	sums  [Rules]sum   // by rule number
	rule  ledger.Rule  // the one being applied
}

// sum is an amount, and the limit that made it less than wanted.
type sum struct {
	amount, wanted money.Amount
	limit          *Limit
}

// run applies the rulebook in its order.
func (c *Case) run(p *policy.Params, f *Facts) {
	*c = Case{Facts: f, rates: p, legs: c.legs[:0]}
	for i := range Rulebook {
		if r := &Rulebook[i]; c.applies(r) {
			c.rule = r.ID
			r.Legs(c)
		}
	}
}

// applies reports whether every condition of the rule holds.
func (c *Case) applies(r *Rule) bool { return c.unmet(r) == nil }

// unmet is the rule's first condition that does not hold, or nil.
func (c *Case) unmet(r *Rule) *Condition {
	for i := range r.When {
		if !r.When[i].Holds(c) {
			return &r.When[i]
		}
	}
	return nil
}

// pay moves s by the rule being applied. A leg of zero is not made; the rule's
// sum still says what was wanted and what limited it.
func (c *Case) pay(from, to ledger.Account, s sum) {
	t := &c.sums[c.rule.Number]
	t.amount += s.amount
	t.wanted += s.wanted
	if s.limit != nil {
		t.limit = s.limit
	}
	if s.amount > 0 {
		c.legs = append(c.legs, ledger.Leg{Rule: c.rule, From: from, To: to, Amount: s.amount})
	}
}

// share is a rate of the price, rounded half up.
func (c *Case) share(r money.Rate) sum { return exactly(r.Of(c.Price)) }

func exactly(v money.Amount) sum { return sum{amount: v, wanted: v} }

// atMost caps s, and remembers the limit if it bites.
func (s sum) atMost(most money.Amount, limit *Limit) sum {
	if most = max(most, 0); s.amount > most {
		s.amount, s.limit = most, limit
	}
	return s
}

// commission is the rate of S-04 for this shop; check has made sure of the tier.
func (c *Case) commission() money.Rate {
	r, _ := c.rates.Commission(c.Merchant.Tier)
	return r
}

// commissionLeft is what S-04 brought less what the rules have spent of it.
func (c *Case) commissionLeft() money.Amount {
	left := c.sums[4].amount - c.sums[8].amount
	if c.rates.WelfarePayer == policy.ByPlatform {
		left -= c.sums[5].amount
	}
	return left
}

// net is what the shop keeps (settlement.md, "Merchant's net"): what reached it at
// face value, direct money included, less what it gave. Its own share of a
// voucher is its promotion cost and stands outside.
func (c *Case) net() money.Amount {
	net := c.cash() + c.sums[2].amount + c.sums[3].amount - c.sums[4].amount - c.sums[6].amount - c.sums[10].amount
	if c.rates.WelfarePayer == policy.ByMerchant {
		net -= c.sums[5].amount
	}
	return net
}

// welfarePayer is the account that S-05 is taken from.
func (c *Case) welfarePayer() ledger.Account {
	if c.rates.WelfarePayer == policy.ByMerchant {
		return payableOf(c.Merchant.ID)
	}
	return ledger.PlatformCommission
}

// The accounts of the parties.
func payableOf(m id.ID) ledger.Account { return of(party.Merchant, m, ledger.Payable, money.CNY) }
func tillOf(m id.ID) ledger.Account    { return of(party.Merchant, m, ledger.Coins, money.Coin) }
func coinsOf(m id.ID) ledger.Account   { return of(party.Member, m, ledger.Coins, money.Coin) }
func pointsOf(m id.ID) ledger.Account  { return of(party.Member, m, ledger.PointsHeld, money.Point) }
func rewardsOf(m id.ID) ledger.Account { return of(party.Member, m, ledger.Rewards, money.CNY) }

func of(kind party.Kind, who id.ID, purpose ledger.Purpose, asset money.Asset) ledger.Account {
	return ledger.Account{Owner: party.Owner{Kind: kind, ID: who}, Purpose: purpose, Asset: asset}
}
