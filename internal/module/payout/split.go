package payout

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/pay"
)

// The split plan (D6): how the money of a cut-off, which lies frozen with the provider
// order by order, reaches everybody who has a claim on it. A shop gets money of its own
// orders by their release only, all that is left of one at once; others get shares of
// them, within the provider's limits. So the plan chooses which orders are released, and
// how much of each is shared, so that nobody gets a fen more than her claim. What cannot
// be delivered is carried to the next batch and named.

// Order is a payment that the provider holds.
type Order struct {
	Key      string // ours
	Payment  string // the provider's number
	Shop     id.ID
	Account  string // the shop's with the provider
	Amount   money.Amount
	Refunded money.Amount
	Borne    money.Amount // of Refunded, what the shop's own account paid, because too little was frozen
	Fee      money.Amount // that the provider keeps of it: Kept
	Shared   money.Amount // to others so far, also what came back of it
	Requests int          // made for it so far
	PaidAt   time.Time
	Released bool
}

// Frozen is what of the order the provider still holds.
func (o *Order) Frozen() money.Amount {
	if o.Released {
		return 0
	}
	return max(0, o.Amount-o.Fee-(o.Refunded-o.Borne)-o.Shared)
}

// Kept is what a provider keeps of a payment of which some was given back: its fee, less
// the same part of it, rounded half up.
func Kept(amount, refunded money.Amount, rate money.Rate) money.Amount {
	fee := rate.Of(amount)
	if refunded == 0 || amount == 0 {
		return fee
	}
	back := money.MulDiv(fee, refunded, amount)
	if 2*(fee*refunded-back*amount) >= amount {
		back++
	}
	return fee - back
}

// Claim is what one receiver is to get in all.
type Claim struct {
	Kind   Owner
	ID     id.ID
	Amount money.Amount
}

// Request is one instruction to the provider about one order.
type Request struct {
	Order   string // its key
	Parts   []Part
	Release bool // what is left then goes to the order's shop
}

// Part is what one receiver gets of an order.
type Part struct {
	Kind   Owner
	ID     id.ID
	Amount money.Amount
}

// Carry is why a claim is not delivered in full. It is stored.
type Carry string

// The reasons.
const (
	OverCap  Carry = "cap"      // the provider's limits leave no room
	InOrders Carry = "orders"   // it lies in orders whose release would give the shop too much
	NoMoney  Carry = "no_money" // no order of the cut-off stands behind it
	NoHouse  Carry = "no_house" // the platform has no account with the provider to receive it
	GotOver  Carry = "over"     // the shop got so much more: the provider had released orders by itself
)

// Carried is a claim, or what of it, that the plan could not deliver.
type Carried struct {
	Claim
	Why      Carry
	Provider pay.Kind // filled in when it is kept
}

// SplitPlan is what the provider is to be told.
type SplitPlan struct {
	Requests []Request
	Carried  []Carried
	// Late are orders whose time for shares is over: the provider has released them to
	// their shops by itself. They count as delivered; Over is what a shop got too much.
	Late []string
	Over []Claim
}

// splitting is a plan in the making.
type splitting struct {
	limits pay.Limits
	now    time.Time
	shops  []*splitShop
	sinks  []sink
	left   money.Amount // of the sinks, nobody gives it yet
	plan   SplitPlan
}

// splitShop is a shop with its orders.
type splitShop struct {
	id      id.ID
	claim   money.Amount
	orders  []*splitOrder
	surplus bool
}

type splitOrder struct {
	Order
	room    money.Amount // that may be shared
	share   money.Amount // that is
	release bool
	parts   []Part
}

type sink struct {
	Claim
	left money.Amount
}

// Split makes the plan. It is a pure function: the same orders and claims in whatever
// order give the same plan. rate is the policy's cap on what may go to others than an
// order's shop; the provider's own is never passed.
func Split(orders []Order, claims []Claim, limits pay.Limits, rate money.Rate, now time.Time) SplitPlan {
	limits.Share = min(limits.Share, rate)
	s := &splitting{limits: limits, now: now}
	s.open(orders, claims)
	s.demand(claims)
	for _, shop := range s.shops {
		if shop.surplus {
			s.choose(shop)
		}
	}
	s.fill()
	s.match()
	s.tell()
	return s.plan
}

// open sorts orders by shop and age, and sets aside what cannot be shared any more.
func (s *splitting) open(orders []Order, claims []Claim) {
	by := make(map[id.ID]*splitShop)
	shop := func(at id.ID) *splitShop {
		if by[at] == nil {
			by[at] = &splitShop{id: at}
			s.shops = append(s.shops, by[at])
		}
		return by[at]
	}
	for _, c := range claims {
		if c.Kind == OfShop {
			shop(c.ID).claim += c.Amount
		}
	}
	orders = slices.Clone(orders)
	slices.SortFunc(orders, func(a, b Order) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.Key, b.Key)) })
	for _, o := range orders {
		switch frozen := o.Frozen(); {
		case frozen == 0 || o.Requests >= s.limits.Requests || s.now.Before(o.PaidAt.Add(s.limits.After)):
		case s.now.After(o.PaidAt.Add(s.limits.Within)):
			at := shop(o.Shop)
			s.plan.Late = append(s.plan.Late, o.Key)
			if over := frozen - at.claim; over > 0 {
				s.plan.Over = append(s.plan.Over, Claim{OfShop, o.Shop, over})
			}
			at.claim = max(0, at.claim-frozen)
		default:
			room := s.limits.Share.FloorOf(max(0, o.Amount-o.Refunded)) - o.Shared
			shop(o.Shop).orders = append(shop(o.Shop).orders, &splitOrder{Order: o, room: max(0, min(frozen, room))})
		}
	}
	slices.SortFunc(s.shops, func(a, b *splitShop) int { return bytes.Compare(a.id[:], b.id[:]) })
}

// rank is in which order claims are served when not all can be: the platform waits for
// everybody else.
var rank = map[Owner]int{OfFund: 0, OfPerson: 1, OfShop: 2, OfPlatform: 3}

// demand is what must come out of other shops' orders. A shop whose own orders are worth
// no more than its claim gets them whole, and the rest from others.
func (s *splitting) demand(claims []Claim) {
	others := make(map[Claim]money.Amount)
	for _, c := range claims {
		if c.Kind != OfShop {
			others[Claim{c.Kind, c.ID, 0}] += c.Amount
		}
	}
	for _, shop := range s.shops {
		var frozen money.Amount
		for _, o := range shop.orders {
			frozen += o.Frozen()
		}
		if shop.surplus = frozen > shop.claim; shop.surplus {
			continue
		}
		for _, o := range shop.orders {
			o.release = true
		}
		others[Claim{OfShop, shop.id, 0}] += shop.claim - frozen
	}
	for c, v := range others {
		if v > 0 {
			s.sinks = append(s.sinks, sink{Claim{c.Kind, c.ID, v}, v})
			s.left += v
		}
	}
	slices.SortFunc(s.sinks, func(a, b sink) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), cmp.Compare(a.Kind, b.Kind), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// choose releases orders of a shop, the oldest first, as long as what they are worth
// beyond its claim can be shared with others.
func (s *splitting) choose(shop *splitShop) {
	var frozen, room money.Amount
	for _, o := range shop.orders {
		if over := frozen + o.Frozen() - shop.claim; over <= 0 || over <= min(room+o.room, s.left) {
			o.release = true
			frozen += o.Frozen()
			room += o.room
		}
	}
	over := max(0, frozen-shop.claim)
	s.left -= over
	for _, o := range shop.orders {
		if o.release && over > 0 {
			o.share = min(o.room, over)
			over -= o.share
		}
	}
}

// fill shares of orders that are not released, the oldest first, as far as the claims of
// others ask for it and the shop's own claim does not need it.
func (s *splitting) fill() {
	type spare struct {
		*splitOrder
		shop *splitShop
	}
	var all []spare
	free := make(map[*splitShop]money.Amount)
	for _, shop := range s.shops {
		if !shop.surplus {
			continue
		}
		free[shop] = -shop.claim
		for _, o := range shop.orders {
			if free[shop] += o.Frozen() - o.share; !o.release {
				all = append(all, spare{o, shop})
			}
		}
	}
	slices.SortFunc(all, func(a, b spare) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.Key, b.Key)) })
	for _, o := range all {
		o.share = max(0, min(o.room, s.left, free[o.shop]))
		s.left -= o.share
		free[o.shop] -= o.share
	}
}

// match gives what is shared to those who claim it, the oldest orders first. An order
// whose receivers would be too many is not released.
func (s *splitting) match() {
	next := 0
	for _, o := range s.byAge() {
		most := s.limits.Receivers * (s.limits.Requests - o.Requests)
		for want := o.share; want > 0 && next < len(s.sinks) && len(o.parts) < most; {
			to := &s.sinks[next]
			v := min(want, to.left)
			o.parts = append(o.parts, Part{to.Kind, to.ID, v})
			want, to.left = want-v, to.left-v
			if to.left == 0 {
				next++
			}
		}
		given := shared(o.parts)
		o.release = o.release && given == o.share
		o.share = given
	}
}

func shared(parts []Part) (sum money.Amount) {
	for _, p := range parts {
		sum += p.Amount
	}
	return sum
}

func (s *splitting) byAge() (all []*splitOrder) {
	for _, shop := range s.shops {
		all = append(all, shop.orders...)
	}
	slices.SortFunc(all, func(a, b *splitOrder) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.Key, b.Key)) })
	return all
}

// tell writes the requests, and what is carried.
func (s *splitting) tell() {
	for _, o := range s.byAge() {
		if len(o.parts) == 0 && o.release {
			s.plan.Requests = append(s.plan.Requests, Request{Order: o.Key, Release: true})
		}
		for parts := o.parts; len(parts) > 0; {
			some := parts[:min(len(parts), s.limits.Receivers)]
			parts = parts[len(some):]
			s.plan.Requests = append(s.plan.Requests, Request{Order: o.Key, Parts: some, Release: o.release && len(parts) == 0})
		}
	}
	var spare money.Amount // frozen money that nobody's own claim needs
	for _, shop := range s.shops {
		if !shop.surplus {
			continue
		}
		got, left := money.Amount(0), money.Amount(0)
		for _, o := range shop.orders {
			if rest := o.Frozen() - o.share; o.release {
				got += rest
			} else {
				left += rest
			}
		}
		if missing := shop.claim - got; missing > 0 {
			s.plan.Carried = append(s.plan.Carried, Carried{Claim: Claim{OfShop, shop.id, missing}, Why: InOrders})
			left -= missing
		}
		spare += max(0, left)
	}
	for _, to := range s.sinks {
		if to.left == 0 {
			continue
		}
		why := NoMoney
		if spare > 0 {
			why = OverCap
		}
		s.plan.Carried = append(s.plan.Carried, Carried{Claim: Claim{to.Kind, to.ID, to.left}, Why: why})
	}
}
