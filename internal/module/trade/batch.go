package trade

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
)

// Batch is what a run of entries says: [From, Next).
type Batch struct {
	Community  id.ID
	From, Next int64

	// Keep says whose rows are kept, by the id of the shop or member that they are
	// sorted under; nil keeps all. A check goes through the entries in slices.
	Keep func(id.ID) bool

	visits map[visitKey]*Visit
	shops  map[shopKey]*Shop
	ties   map[tieKey]period.Day
	gains  map[gainKey]money.Amount
}

type (
	visitKey struct {
		month       period.Month
		shop, buyer id.ID
	}
	shopKey struct {
		month period.Month
		shop  id.ID
	}
	tieKey struct{ shop, buyer id.ID }
	tie    struct {
		tieKey
		day period.Day
	}
	gainKey struct {
		member id.ID
		month  period.Month
		rule   string
		asset  money.Asset
	}
)

// NewBatch begins a batch of a community at an entry number.
func NewBatch(community id.ID, from int64) *Batch {
	return &Batch{Community: community, From: from, Next: from, visits: make(map[visitKey]*Visit), shops: make(map[shopKey]*Shop),
		ties: make(map[tieKey]period.Day), gains: make(map[gainKey]money.Amount)}
}

// Sale is a purchase, or with amounts below zero its refund, as it is told to a batch.
type Sale struct {
	Day   period.Day // on which it is booked
	Shop  id.ID
	Buyer id.ID // zero if nobody knows her
	Sums

	Borne   []Share // who bore vouchers in it, the selling shop among them
	Sender  id.ID   // the shop that sent the buyer and gets the rebate
	Leader  id.ID   // who gets Premium (S-08)
	Premium money.Amount
}

// Share is what a shop bore of vouchers.
type Share struct {
	Shop   id.ID
	Amount money.Amount
}

// Purchase adds the purchase of an entry.
func (b *Batch) Purchase(s *Sale) {
	b.add(s)
	if s.Buyer.IsZero() {
		b.shop(s.Day.Month(), s.Shop, func(x *Shop) { x.Guests++ })
		return
	}
	b.visit(s.Day.Month(), s.Shop, s.Buyer, func(v *Visit) { v.Days |= dayBit(s.Day) })
	if b.Keep == nil || b.Keep(s.Shop) {
		k := tieKey{s.Shop, s.Buyer}
		if first, known := b.ties[k]; !known || s.Day < first {
			b.ties[k] = s.Day
		}
	}
}

// Refund adds a refund; if it makes the purchase of the day bought undone, whole says
// so.
func (b *Batch) Refund(s *Sale, bought period.Day, whole bool) {
	b.add(s)
	if !whole {
		return
	}
	b.shop(bought.Month(), s.Shop, func(x *Shop) { x.Undone++ })
	if !s.Buyer.IsZero() {
		b.visit(bought.Month(), s.Shop, s.Buyer, func(v *Visit) { v.Undone++ })
	}
}

func (b *Batch) add(s *Sale) {
	month := s.Day.Month()
	b.shop(month, s.Shop, func(x *Shop) { x.Sums.Add(&s.Sums) })
	if !s.Buyer.IsZero() {
		b.visit(month, s.Shop, s.Buyer, func(v *Visit) { v.Sums.Add(&s.Sums) })
	}
	for _, share := range s.Borne {
		b.shop(month, share.Shop, func(x *Shop) { x.Borne += share.Amount })
	}
	if s.Rebate != 0 {
		b.shop(month, s.Sender, func(x *Shop) { x.RebateGot += s.Rebate })
	}
	if s.Premium != 0 {
		b.Gain(Gain{s.Leader, month, "S-08", money.CNY, s.Premium})
	}
}

// Gain adds what a rule brought a member.
func (b *Batch) Gain(g Gain) {
	if b.Keep == nil || b.Keep(g.Member) {
		b.gains[gainKey{g.Member, g.Month, g.Rule, g.Asset}] += g.Amount
	}
}

func (b *Batch) visit(month period.Month, shop, buyer id.ID, do func(*Visit)) {
	if b.Keep != nil && !b.Keep(shop) {
		return
	}
	k := visitKey{month, shop, buyer}
	v := b.visits[k]
	if v == nil {
		v = &Visit{Month: month, Shop: shop, Buyer: buyer}
		b.visits[k] = v
	}
	do(v)
}

func (b *Batch) shop(month period.Month, shop id.ID, do func(*Shop)) {
	if b.Keep != nil && !b.Keep(shop) {
		return
	}
	k := shopKey{month, shop}
	s := b.shops[k]
	if s == nil {
		s = &Shop{Shop: shop, From: month, To: month}
		b.shops[k] = s
	}
	do(s)
}

// rows are what the batch adds, each table in the order of its key.
func (b *Batch) rows() (visits []*Visit, shops []*Shop, ties []tie, gains []Gain) {
	visits = slices.SortedFunc(maps.Values(b.visits), func(x, y *Visit) int {
		return cmp.Or(cmp.Compare(x.Month, y.Month), bytes.Compare(x.Shop[:], y.Shop[:]), bytes.Compare(x.Buyer[:], y.Buyer[:]))
	})
	shops = slices.SortedFunc(maps.Values(b.shops), func(x, y *Shop) int {
		return cmp.Or(cmp.Compare(x.From, y.From), bytes.Compare(x.Shop[:], y.Shop[:]))
	})
	for k, day := range b.ties {
		ties = append(ties, tie{k, day})
	}
	slices.SortFunc(ties, func(x, y tie) int {
		return cmp.Or(bytes.Compare(x.shop[:], y.shop[:]), bytes.Compare(x.buyer[:], y.buyer[:]))
	})
	for k, amount := range b.gains {
		gains = append(gains, Gain{k.member, k.month, k.rule, k.asset, amount})
	}
	slices.SortFunc(gains, func(x, y Gain) int {
		return cmp.Or(bytes.Compare(x.Member[:], y.Member[:]), cmp.Compare(x.Month, y.Month), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Asset, y.Asset))
	})
	return visits, shops, ties, gains
}
