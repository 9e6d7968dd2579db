package flow

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/payment"
	"gongyi/internal/module/payout"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// shareLimits are what shares keep to, with whichever provider: the others' depend on
// their contracts, and are not stricter.
var shareLimits = pay.WeChatLimits

// byJob is who acts when a sweeper does.
var byJob = db.Actor{Kind: "job"}

// planShares plans, for every batch of shops that passed, how the money of its days that
// lies on shops' accounts reaches everybody (D6). A batch is planned once; its items wait
// for the plan.
func (f *Flows) planShares(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "plan shares")
	var batches []*payout.Batch
	if err := f.DB.View(ctx, community, func(r db.Reader) error {
		batches, err = f.Payouts.Unplanned(ctx, r, community)
		return err
	}); err != nil {
		return err
	}
	for _, b := range batches {
		if err := f.planBatch(ctx, community, b); err != nil && !errors.Is(err, payout.ErrPlanned) {
			return err
		}
	}
	return nil
}

func (f *Flows) planBatch(ctx context.Context, community id.ID, b *payout.Batch) error {
	var plan payout.Plan
	if err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		plan, err = f.sharePlan(ctx, r, community, b)
		return err
	}); err != nil {
		return err
	}
	officers, err := f.officers(ctx, community, access.Finance)
	if err != nil {
		return err
	}
	for from := 0; from < len(plan.Shares); from += payout.SharesAtOnce {
		some := plan.Shares[from:min(from+payout.SharesAtOnce, len(plan.Shares))]
		if err := f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
			if from == 0 {
				plan.ID = tx.NewID()
			}
			for n := range some {
				some[n].ID = tx.NewID()
			}
			return f.Payouts.KeepShares(ctx, tx, plan.ID, some)
		}); err != nil {
			return err
		}
	}
	var carried money.Amount
	for _, c := range plan.Carried {
		carried += c.Amount
	}
	return f.DB.Update(ctx, community, byJob, func(tx *db.Tx) error {
		if len(plan.Shares) == 0 {
			plan.ID = tx.NewID()
		}
		if err := f.Payouts.KeepPlan(ctx, tx, plan); err != nil || carried == 0 {
			return err
		}
		return f.tellOfficers(ctx, tx, officers, id.ID{}, notice.Notice{Kind: notice.PayoutCarried, Cause: "payout/" + b.ID.String() + "/carried", Link: "/desk/payouts",
			Args: []notice.Arg{notice.Count(b.Number), notice.Yuan(carried)}})
	})
}

// sharePlanner makes the plan of one batch out of one consistent state.
type sharePlanner struct {
	*Flows
	r         db.Reader
	community id.ID
	rules     *policy.Params
	now       time.Time
	end       time.Time                 // of the last day that is in the batch
	items     map[id.ID]*payout.Item    // booked, by shop
	accounts  map[id.ID]*payout.Account // that the items go to, by shop
	borne     map[id.ID][]payout.Borne  // by payment
	claims    map[id.ID]money.Amount    // by shop: its item, less what it got too much before
	plan      payout.Plan
}

func (f *Flows) sharePlan(ctx context.Context, r db.Reader, community id.ID, b *payout.Batch) (payout.Plan, error) {
	rules, zone, err := f.rulesAt(ctx, r, community)
	if err != nil {
		return payout.Plan{}, err
	}
	p := &sharePlanner{Flows: f, r: r, community: community, rules: rules, now: f.DB.Clock().Now(), end: (b.Through + 1).Start(zone),
		items: make(map[id.ID]*payout.Item), accounts: make(map[id.ID]*payout.Account), borne: make(map[id.ID][]payout.Borne),
		claims: make(map[id.ID]money.Amount), plan: payout.Plan{Batch: b.ID}}
	all, err := f.Payouts.AllBorne(ctx, r, community)
	if err != nil {
		return p.plan, err
	}
	for _, x := range all {
		p.borne[x.Payment] = append(p.borne[x.Payment], x)
	}
	if err := p.claim(ctx, b); err != nil {
		return p.plan, err
	}
	for _, kind := range f.payers() {
		if err := p.with(ctx, kind); err != nil {
			return p.plan, err
		}
	}
	for n := range p.plan.Shares {
		p.plan.Shares[n].Batch, p.plan.Shares[n].Place = b.ID, n
	}
	return p.plan, nil
}

// claim notes what the shops of the batch are to get, less what they got too much before.
func (p *sharePlanner) claim(ctx context.Context, b *payout.Batch) error {
	over, err := p.Payouts.ToRecover(ctx, p.r, p.community)
	if err != nil {
		return err
	}
	for n := range b.Items {
		i := &b.Items[n]
		if i.Seq < 0 {
			continue
		}
		to, err := p.Payouts.AccountByID(ctx, p.r, p.community, i.Account)
		if err != nil {
			return err
		}
		if p.paidByHand(to.Provider) {
			continue
		}
		p.items[i.Payee], p.accounts[i.Payee], p.claims[i.Payee] = i, to, i.Amount
		if v := min(over[i.Payee], i.Amount); v > 0 {
			p.claims[i.Payee] -= v
			p.plan.Recovered = append(p.plan.Recovered, payout.Recovered{Item: i.ID, Shop: i.Payee, Amount: v})
		}
	}
	return nil
}

// with plans what lies with one provider.
func (p *sharePlanner) with(ctx context.Context, kind pay.Kind) error {
	frozen, err := p.Payments.Frozen(ctx, p.r, p.community, kind, p.end)
	if err != nil || len(frozen) == 0 {
		return err
	}
	before, err := p.Payouts.SharesOfFrozen(ctx, p.r, p.community, frozen[0].End.PaidAt)
	if err != nil {
		return err
	}
	house, err := p.Payouts.AccountWith(ctx, p.r, p.community, payout.OfPlatform, id.ID{}, kind)
	if err != nil {
		return err
	}
	rate := p.rules.ShareMax
	if house != nil && !house.TakesPayments() {
		house = nil
	}
	if house == nil {
		rate = 0
	}
	by := make(map[string]*payment.Frozen)
	var orders []payout.Order
	for n := range frozen {
		x := &frozen[n]
		o := orderOf(&x.Payment, x.Shop, before[x.ID], p.borne[x.ID], x.AtProvider(), p.rules.ProviderFee)
		switch {
		case o.Frozen() == 0 || underWay(before[x.ID]):
		case p.in(x.Shop, kind):
			orders, by[o.Key] = append(orders, o), x
		case p.late(&o): // the provider has released it by itself: the shop got it
			p.ask(x, payout.Share{Release: true})
		}
	}
	claims := p.claimsOn(orders, kind, house)
	split := payout.Split(orders, claims, shareLimits, rate, p.now)
	for _, key := range split.Late {
		p.ask(by[key], payout.Share{Item: p.items[by[key].Shop].ID, Release: true})
	}
	for _, q := range split.Requests {
		x := by[q.Order]
		s := payout.Share{Item: p.items[x.Shop].ID, Release: q.Release}
		for _, part := range q.Parts {
			s.Parts = append(s.Parts, p.part(part, house))
		}
		p.ask(x, s)
	}
	for _, c := range split.Carried {
		c.Provider = kind
		p.plan.Carried = append(p.plan.Carried, c)
	}
	for _, c := range split.Over {
		p.plan.Carried = append(p.plan.Carried, payout.Carried{Claim: c, Why: payout.GotOver, Provider: kind})
	}
	return nil
}

// in reports whether a shop's orders with a provider are shared by this batch: it has an
// item that is booked and goes to an account there.
func (p *sharePlanner) in(shop id.ID, kind pay.Kind) bool {
	to := p.accounts[shop]
	return to != nil && to.Provider == kind && to.TakesPayments()
}

func (p *sharePlanner) late(o *payout.Order) bool {
	return p.now.After(o.PaidAt.Add(shareLimits.Within))
}

// claimsOn is what shops, and the platform, are to get of orders: the platform whatever is
// no shop's, so that fees, funds and rewards arrive on the house's own account. Without
// one, its claim is carried.
func (p *sharePlanner) claimsOn(orders []payout.Order, kind pay.Kind, house *payout.Account) (claims []payout.Claim) {
	fresh, late := make(map[id.ID]money.Amount), make(map[id.ID]money.Amount)
	var rest money.Amount
	for n := range orders {
		if o := &orders[n]; p.late(o) {
			late[o.Shop] += o.Frozen()
		} else {
			fresh[o.Shop] += o.Frozen()
			rest += o.Frozen()
		}
	}
	for shop, v := range p.claims {
		if p.in(shop, kind) {
			claims = append(claims, payout.Claim{Kind: payout.OfShop, ID: shop, Amount: v})
			rest -= max(0, v-late[shop])
		}
	}
	switch {
	case rest <= 0:
	case house != nil:
		claims = append(claims, payout.Claim{Kind: payout.OfPlatform, Amount: rest})
	default:
		p.plan.Carried = append(p.plan.Carried, payout.Carried{Claim: payout.Claim{Kind: payout.OfPlatform, Amount: rest}, Why: payout.NoHouse, Provider: kind})
	}
	return claims
}

// part is who gets a part, on which account.
func (p *sharePlanner) part(x payout.Part, house *payout.Account) payout.SharePart {
	to, item := house, id.ID{}
	if x.Kind == payout.OfShop {
		to, item = p.accounts[x.ID], p.items[x.ID].ID
	}
	return payout.SharePart{Kind: x.Kind, Owner: x.ID, Item: item, Number: to.Number, Name: to.Name, Amount: x.Amount}
}

func (p *sharePlanner) ask(x *payment.Frozen, s payout.Share) {
	s.Provider, s.Payment, s.Number, s.Account, s.Shop = x.Provider, x.ID, x.End.Number, x.Account, x.Shop
	s.Amount, s.PaidAt = x.Amount, x.End.PaidAt
	p.plan.Shares = append(p.plan.Shares, s)
}

// underWay reports whether a request about a payment has not ended.
func underWay(shares []payout.Share) bool {
	for n := range shares {
		if shares[n].End == nil {
			return true
		}
	}
	return false
}

// orderOf is a payment on a shop's account as plans of shares see it. refunded is what
// the provider gave back of it, or will.
func orderOf(p *payment.Payment, shop id.ID, shares []payout.Share, borne []payout.Borne, refunded money.Amount, fee money.Rate) payout.Order {
	o := payout.Order{Key: p.Key(), Payment: p.End.Number, Shop: shop, Account: p.Account, Amount: p.Amount, Refunded: refunded,
		Fee: payout.Kept(p.Amount, refunded, fee), PaidAt: p.End.PaidAt}
	for n := range shares {
		s := &shares[n]
		o.Shared += s.Given()
		o.Released = o.Released || s.Freed()
		if s.Sent != nil && len(s.Parts) > 0 {
			o.Requests++
		}
	}
	for _, b := range borne {
		o.Borne += b.Taken
	}
	return o
}
