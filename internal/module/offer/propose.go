package offer

import (
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
)

// Basket is what a buyer stands at a till with.
type Basket struct {
	Merchant id.ID
	List     money.Amount // sum of the shelf prices
	At       time.Time
	Zone     *time.Location
	Buyer    id.ID // the member's pseudonym, zero if nobody is known
	Member   bool  // the buyer is a known member
	Good     bool  // and in good standing
}

// Wish is how the buyer wants to pay.
type Wish struct {
	Coins    *money.Amount `json:"coins,omitempty"`    // nil: as many as are allowed
	Vouchers []string      `json:"vouchers,omitempty"` // codes, if she chose
	Chosen   bool          `json:"chosen,omitempty"`   // false: the best vouchers are chosen for her
	Plain    bool          `json:"plain,omitempty"`    // no offers
}

// Reduction is what one offer takes off.
type Reduction struct {
	Offer   id.ID        `json:"offer"`
	Version int          `json:"version"`
	Name    string       `json:"name"`
	Kind    Kind         `json:"kind"`
	Saved   money.Amount `json:"saved"`
	Why     Sentence     `json:"why"`
}

// VoucherUse is a voucher that is used, with what it pays.
type VoucherUse struct {
	Ref    string       `json:"ref"`
	ID     id.ID        `json:"id"`
	Issuer id.ID        `json:"issuer"`
	Name   string       `json:"name"`
	Amount money.Amount `json:"amount"`
}

// Reason says why something was not used.
type Reason struct {
	What string   `json:"what"` // name of the offer or the voucher, or "coins"
	Ref  string   `json:"ref"`  // the voucher's code, or the offer's id as text
	Why  Sentence `json:"why"`
}

// Proposal is how a purchase would be paid: from the shelf price over offers to the
// price, from the price over vouchers and coins to the money.
type Proposal struct {
	Merchant   id.ID        `json:"merchant"`
	Buyer      id.ID        `json:"buyer"` // the member's pseudonym, zero if nobody is known
	List       money.Amount `json:"list"`
	Reductions []Reduction  `json:"reductions"`
	Price      money.Amount `json:"price"` // G of settlement
	Vouchers   []VoucherUse `json:"vouchers"`
	Coins      money.Amount `json:"coins"`
	CoinsMost  money.Amount `json:"coins_most"` // so many could be used with these vouchers
	Cash       money.Amount `json:"cash"`
	Not        []Reason     `json:"not"`
}

// Stand is an offer with how far it is used.
type Stand struct {
	*Offer
	Uses  int          // of all
	Saved money.Amount // by all, in fen
	Mine  int          // uses of this buyer
}

// Voucher is one that the buyer holds and could use in this shop.
type Voucher struct {
	ID       id.ID
	Ref      string
	Issuer   id.ID
	Name     string
	Amount   money.Amount
	Ends     time.Time
	From     money.Amount // the least price that it takes
	Category string       // of a category a purchase uses one; "" stands for none
	Alone    bool         // it does not go together with offers
	Change   bool         // it may pay less than its amount; the rest is lost
	Bar      Sentence     // why it cannot be used here and now; zero if it can
}

// Rules are the numbers of the policy that a proposal reads.
type Rules struct {
	Together   int        // offers on one purchase
	AtOnce     int        // vouchers on one purchase
	OfferShare money.Rate // of the shelf price, what offers may take off together
	CoinShare  money.Rate // of the price, what coins may pay
}

// Till is everything that a proposal reads.
type Till struct {
	Basket
	Offers    []Stand   // of the shop, in the order in which they were made
	Vouchers  []Voucher // the ones that end first first
	Coins     money.Amount
	OwnDay    bool // the calendar gives the day to the shop (C8)
	FirstTime bool // the buyer has not bought here before
	Rules     Rules
}

// Propose chooses what leaves the buyer with the least money to pay: then the fewest
// vouchers, then those that end first, then the fewest coins, then the fewest
// offers. It weighs every combination that the rules allow, says why whatever was
// not used was not, and gives the same answer to the same question.
//
// If the buyer chose her vouchers, as many of them as can be used come first.
func Propose(t *Till, w Wish) Proposal {
	best := t.best(w)
	p := Proposal{Merchant: t.Merchant, Buyer: t.Buyer, List: t.List, Reductions: best.reductions, Price: best.price, Coins: best.coins, CoinsMost: best.most}
	p.Cash = p.Price - p.Coins
	for i, n := range best.vouchers {
		v := &t.Vouchers[n]
		p.Vouchers = append(p.Vouchers, VoucherUse{v.Ref, v.ID, v.Issuer, v.Name, best.pays[i]})
		p.Cash -= best.pays[i]
	}
	p.Not = t.unused(w, &best)
	return p
}

// choice is one combination, with what it comes to.
type choice struct {
	offers     []int // places in Till.Offers, in the order in which they are applied
	reductions []Reduction
	price      money.Amount
	vouchers   []int          // places in Till.Vouchers, rising
	pays       []money.Amount // what each of them pays
	coins      money.Amount
	most       money.Amount // of coins
	cash       money.Amount
}

// best is the combination that Propose answers with.
func (t *Till) best(w Wish) (best choice) {
	weighed := t.weighable(w)
	found := false
	for _, priced := range t.prices(w) {
		t.eachSet(weighed, &priced, func(vouchers []int) {
			c := priced
			c.vouchers = append([]int(nil), vouchers...)
			if !t.pay(&c, w) {
				return
			}
			if !found || t.better(w, &c, &best) {
				best, found = c, true
			}
		})
	}
	return best
}

// pay lays vouchers and coins on a price; false if the vouchers do not fit it.
func (t *Till) pay(c *choice, w Wish) bool {
	var sum money.Amount
	c.pays = make([]money.Amount, len(c.vouchers))
	for i, n := range c.vouchers {
		c.pays[i] = t.Vouchers[n].Amount
		sum += c.pays[i]
	}
	over := sum - c.price
	for i := len(c.vouchers) - 1; i >= 0 && over > 0; i-- { // the last that may lose a rest loses it
		if v := &t.Vouchers[c.vouchers[i]]; v.Change && v.Amount > over {
			c.pays[i], sum, over = v.Amount-over, c.price, 0
		}
	}
	if over > 0 {
		return false
	}
	left := c.price - sum
	c.most = min(t.Rules.CoinShare.FloorOf(c.price), t.Coins, left)
	c.coins = c.most
	if w.Coins != nil {
		c.coins = max(0, min(*w.Coins, c.most))
	}
	c.cash = left - c.coins
	return true
}

// better reports whether combination a comes before combination b.
func (t *Till) better(w Wish, a, b *choice) bool {
	if w.Chosen && len(a.vouchers) != len(b.vouchers) {
		return len(a.vouchers) > len(b.vouchers)
	}
	switch {
	case a.cash != b.cash:
		return a.cash < b.cash
	case len(a.vouchers) != len(b.vouchers):
		return len(a.vouchers) < len(b.vouchers)
	}
	for i := range a.vouchers {
		x, y := &t.Vouchers[a.vouchers[i]], &t.Vouchers[b.vouchers[i]]
		if !x.Ends.Equal(y.Ends) {
			return x.Ends.Before(y.Ends)
		}
	}
	switch {
	case a.coins != b.coins:
		return a.coins < b.coins
	case len(a.offers) != len(b.offers):
		return len(a.offers) < len(b.offers)
	}
	return false // the one that was found first
}
