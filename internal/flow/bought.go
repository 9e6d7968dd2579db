package flow

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// Bought is one purchase of a person, with what came back of it.
type Bought struct {
	Community id.ID
	Place     string
	Seq       int64
	At        time.Time  // when she bought, in the community's zone
	Day       period.Day // on which it is booked
	Shop      id.ID
	ShopName  string
	Price     money.Amount
	Coins     money.Amount // entitlement she used
	Vouchers  money.Amount // value of the vouchers she used
	Earned    money.Amount // entitlement she got
	Points    money.Amount // points she got
	Refunded  money.Amount // of the price, by now

	entry *ledger.Entry
}

// Shopping is what a person bought in a span of days, the newest first.
type Shopping struct {
	Bought   []Bought
	Complete bool // false while the newest are still on their way into the index
}

// forEver is a span of all days.
const (
	firstDay = period.Day(-1 << 30)
	lastDay  = period.Day(1 << 30)
)

// ShoppingOf reads what a person bought on the days from ≤ day ≤ to; zero days mean
// all. What was given back since then is taken into account.
func (f *Flows) ShoppingOf(ctx context.Context, all []Belonging, from, to period.Day) (s Shopping, err error) {
	defer fault.Wrap(&err, "purchases of a person")
	if from == 0 {
		from = firstDay
	}
	if to == 0 {
		to = lastDay
	}
	s.Complete = true
	for i := range all {
		b := &all[i]
		err := f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			names, err := f.shopNames(ctx, r, b.Community.ID)
			if err != nil {
				return err
			}
			collect := shopping{b: b, names: names, to: to, refunded: make(map[int64]money.Amount), out: &s.Bought}
			complete, err := f.Ledger.Concerning(ctx, r, b.Community.ID, b.Member.ID, from, lastDay, spending, collect.take)
			s.Complete = s.Complete && complete
			return err
		})
		if err != nil {
			return s, err
		}
	}
	slices.SortStableFunc(s.Bought, func(x, y Bought) int { return y.At.Compare(x.At) })
	return s, nil
}

// shopping collects the purchases of one community. Entries come newest first, so a
// refund is met before what it refunds.
type shopping struct {
	b        *Belonging
	names    map[id.ID]string
	to       period.Day
	refunded map[int64]money.Amount
	out      *[]Bought
	facts    settlement.Facts
}

func (c *shopping) take(e *ledger.Entry) (more bool, err error) {
	switch e.Kind {
	case ledger.Refund:
		of, err := settlement.DecodeRefund(e.Facts)
		if err != nil {
			return false, err
		}
		c.refunded[of.Entry] += of.Amount
	case ledger.Purchase:
		if e.BookedOn > c.to || e.Subject != c.b.Member.ID { // a team member's, or another's through a copy of her
			return true, nil
		}
		if err := settlement.DecodeFacts(e.Facts, &c.facts); err != nil {
			return false, err
		}
		*c.out = append(*c.out, c.bought(e))
	}
	return true, nil
}

func (c *shopping) bought(e *ledger.Entry) Bought {
	f := &c.facts
	b := Bought{Community: c.b.Community.ID, Place: c.b.Community.Name, Seq: e.Seq, At: f.PurchasedAt.In(c.b.Zone), Day: e.BookedOn, Shop: f.Merchant.ID,
		ShopName: c.names[f.Merchant.ID], Price: f.Price, Coins: f.Coins, Refunded: c.refunded[e.Seq], entry: e}
	for i := range f.Vouchers {
		b.Vouchers += f.Vouchers[i].Amount
	}
	for _, l := range e.Legs {
		switch l.Rule {
		case ledger.R('S', 7):
			b.Earned += l.Amount
		case ledger.R('S', 9):
			b.Points += l.Amount
		}
	}
	return b
}

// OpenWith makes the token that opens a purchase's receipt; "" once the buyer was
// erased. Who calls has found the purchase as its buyer's own.
func (f *Flows) OpenWith(ctx context.Context, b *Bought) (token string, err error) {
	err = f.DB.View(ctx, b.Community, func(r db.Reader) error {
		token, err = f.tokenOf(ctx, r, b.entry)
		return err
	})
	return token, err
}

// tokenOf is the token that opens the receipt of a purchase's entry.
func (f *Flows) tokenOf(ctx context.Context, r db.Reader, e *ledger.Entry) (string, error) {
	sealed, err := f.Ledger.Unseal(ctx, r, e)
	if err != nil || sealed.Gone {
		return "", err
	}
	return Token(e.Community, e.Seq, ledger.Capability(sealed.Key)), nil
}
