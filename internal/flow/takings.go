package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Till is one shop as a statement of it needs it.
type Till struct {
	Community id.ID
	Shop      *merchant.Merchant
	Zone      *time.Location
}

// Owner is the shop as the owner of accounts.
func (t *Till) Owner() party.Owner { return party.Owner{Kind: party.Merchant, ID: t.Shop.ID} }

// TillOf finds a shop.
func (f *Flows) TillOf(ctx context.Context, community, shop id.ID) (t *Till, err error) {
	t = &Till{Community: community}
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if t.Shop, err = f.Merchants.ByID(ctx, r, community, shop); err != nil {
			return err
		}
		t.Zone, err = f.Zone(ctx, r, community, f.DB.Clock().Now())
		return err
	})
	return t, err
}

// Share is what one rule brought a shop or took from it.
type Share struct {
	Rule   ledger.Rule // never the reversed one
	In     bool        // it brings: S-06 and S-03 go both ways
	Amount money.Amount
	Undone money.Amount // of it taken back by refunds; Amount is without it
	Times  int
}

// Takings are what a shop took in a span of days, with every share (D2, D5).
type Takings struct {
	Purchases, Refunds int
	Sales              money.Amount // prices
	Refunded           money.Amount // of prices
	Held, Direct       money.Amount // cash through the provider, and into the shop's own hand; less what went back
	Coins              money.Amount // entitlement the shop received, less what went back
	Shares             []Share      // by rule, without S-01 and S-02, which are Held and Coins
	Other              money.Amount // payouts and whatever is no sale
	Hours              [24]money.Amount
	Customers          int // different members
	Guests             int // purchases of nobody known
	Complete           bool
}

// Net is what stays with the shop in money.
func (t *Takings) Net() money.Amount {
	net := t.Held + t.Direct
	for _, s := range t.Shares {
		if s.In {
			net += s.Amount
		} else {
			net -= s.Amount
		}
	}
	return net
}

// Line is one entry of a shop's statement.
type Line struct {
	Seq      int64
	At       time.Time // of a purchase when it was made, else when it was posted
	Day      period.Day
	Kind     ledger.Kind
	Sold     bool         // by this shop; else another shop's sale concerned it
	Member   bool         // the buyer is a member, no more is said of her
	Price    money.Amount // of a sale; of a refund what went back, negative
	Cash     money.Amount // through the provider and by hand
	Payable  money.Amount // what the entry moved of the money that will be paid out
	Balance  money.Amount // the payable afterwards; only if Touched
	Touched  bool
	Coins    money.Amount
	Buyer    id.ID // for counting, never to be shown
	Referred bool  // another shop sent the buyer
}

// TakingsOf reads what a shop took on the days from ≤ day ≤ to, up to an instant of
// the clock (zero: all), and gives each entry to line, the newest first.
func (f *Flows) TakingsOf(ctx context.Context, t *Till, from, to period.Day, until time.Time, line func(Line)) (out Takings, err error) {
	defer fault.Wrap(&err, "takings of %s", t.Shop.Ref)
	c := counting{flows: f, ctx: ctx, till: t, until: until, line: line, out: &out, members: make(map[id.ID]bool)}
	err = f.DB.View(ctx, t.Community, func(r db.Reader) error {
		c.r = r
		out.Complete, err = f.Ledger.Concerning(ctx, r, t.Community, t.Shop.ID, from, to, spending, c.take)
		return err
	})
	out.Customers = len(c.members)
	slices.SortFunc(out.Shares, func(x, y Share) int {
		if x.Rule.Number != y.Rule.Number {
			return int(x.Rule.Number) - int(y.Rule.Number)
		}
		if x.In == y.In {
			return 0
		}
		if x.In {
			return -1
		}
		return 1
	})
	return out, err
}

// counting adds entries up.
type counting struct {
	flows   *Flows
	ctx     context.Context
	r       db.Reader
	till    *Till
	until   time.Time
	line    func(Line)
	out     *Takings
	members map[id.ID]bool
	facts   settlement.Facts
}

func (c *counting) take(e *ledger.Entry) (more bool, err error) {
	l := Line{Seq: e.Seq, At: e.PostedAt.In(c.till.Zone), Day: e.BookedOn, Kind: e.Kind, Member: !e.Subject.IsZero(), Buyer: e.Subject}
	var back settlement.Refunded
	switch e.Kind {
	case ledger.Purchase:
		if err := settlement.DecodeFacts(e.Facts, &c.facts); err != nil {
			return false, err
		}
		l.At = c.facts.PurchasedAt.In(c.till.Zone)
		l.Sold = c.facts.Merchant.ID == c.till.Shop.ID
	case ledger.Refund:
		if back, err = c.returned(e); err != nil {
			return false, err
		}
		l.Sold = c.facts.Merchant.ID == c.till.Shop.ID
	}
	if !c.until.IsZero() && l.At.After(c.until) {
		return true, nil
	}
	if l.Sold {
		c.sale(&l, back)
	}
	c.legs(&l, e)
	c.balance(&l, e)
	if c.line != nil {
		c.line(l)
	}
	return true, nil
}

// returned is what a refund gave back; c.facts are then those of the purchase.
func (c *counting) returned(e *ledger.Entry) (settlement.Refunded, error) {
	of, err := settlement.DecodeRefund(e.Facts)
	if err != nil {
		return settlement.Refunded{}, err
	}
	purchase, err := c.flows.Ledger.Entry(c.ctx, c.r, e.Community, of.Entry)
	if err != nil {
		return settlement.Refunded{}, err
	}
	if err := settlement.DecodeFacts(purchase.Facts, &c.facts); err != nil {
		return settlement.Refunded{}, err
	}
	return settlement.Outcome(&c.facts, of, e.Legs), nil
}

// sale adds a purchase at this shop, or its refund.
func (c *counting) sale(l *Line, back settlement.Refunded) {
	f, out := &c.facts, c.out
	if l.Kind == ledger.Refund {
		l.Price, l.Cash = -(back.Held + back.Direct + back.Coins + back.Vouchers + back.Withheld), -(back.Held + back.Direct)
		out.Refunds++
		out.Refunded -= l.Price
		out.Direct -= back.Direct
		return
	}
	l.Price, l.Cash, l.Referred = f.Price, f.Held+f.Direct, !f.Claim.Merchant.IsZero()
	out.Purchases++
	out.Sales += f.Price
	out.Direct += f.Direct
	out.Hours[l.At.Hour()] += f.Price
	if f.Buyer.ID.IsZero() {
		out.Guests++
	} else {
		c.members[f.Buyer.ID] = true
	}
}

// legs adds what the entry moved on the shop's own accounts.
func (c *counting) legs(l *Line, e *ledger.Entry) {
	mine := func(a ledger.Account) bool { return a.Owner == c.till.Owner() }
	for _, leg := range e.Legs {
		in, out := mine(leg.To), mine(leg.From)
		if in == out { // neither, or from one of its accounts to another
			continue
		}
		amount := leg.Amount
		if out {
			amount = -amount
		}
		if leg.From.Asset == money.Coin {
			l.Coins += amount
			c.out.Coins += amount
			continue
		}
		l.Payable += amount
		switch {
		case leg.Rule.Family != 'S':
			c.out.Other += amount
		case leg.Rule.Number == 1:
			c.out.Held += amount
		default:
			c.share(leg.Rule, amount)
		}
	}
}

// share adds what a rule moved, positive if it came in.
func (c *counting) share(rule ledger.Rule, amount money.Amount) {
	undone := rule.Undone
	rule.Undone = false
	in := amount > 0 != undone
	if !in {
		amount = -amount
	}
	i := slices.IndexFunc(c.out.Shares, func(s Share) bool { return s.Rule == rule && s.In == in })
	if i < 0 {
		c.out.Shares = append(c.out.Shares, Share{Rule: rule, In: in})
		i = len(c.out.Shares) - 1
	}
	s := &c.out.Shares[i]
	s.Amount += amount
	if undone {
		s.Undone -= amount
	} else {
		s.Times++
	}
}

// balance notes what the shop's payable held after the entry.
func (c *counting) balance(l *Line, e *ledger.Entry) {
	payable := ledger.Of(c.till.Owner(), ledger.Payable)
	for _, t := range e.Touches {
		if t.Account == payable {
			l.Balance, l.Touched = t.Balance, true
		}
	}
}

// Payable is what will be paid out to a shop, and what it owes (as a positive
// amount).
func (f *Flows) Payable(ctx context.Context, t *Till) (payable, owed money.Amount, err error) {
	err = f.DB.View(ctx, t.Community, func(r db.Reader) error {
		h, err := f.Ledger.Holding(ctx, r, t.Community, ledger.Of(t.Owner(), ledger.Payable))
		if err != nil {
			return err
		}
		payable = h.Balance
		h, err = f.Ledger.Holding(ctx, r, t.Community, ledger.In(t.Owner(), ledger.Owed, money.CNY))
		owed = -h.Balance
		return err
	})
	return payable, owed, err
}
