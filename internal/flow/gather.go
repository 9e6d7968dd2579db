package flow

import (
	"context"
	"time"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
)

// gather collects what the rules read about the purchase, in the order of the
// refusals: the clock, the shop, the buyer, the vouchers.
func (f *Flows) gather(ctx context.Context, tx *db.Tx, p *Purchase, facts *settlement.Facts) (*policy.Version, error) {
	version, err := f.inForce(ctx, tx, p.PurchasedAt)
	if err != nil {
		return nil, err
	}
	rates := &version.Params
	if err := checkClock(rates, p, tx.Now); err != nil {
		return nil, err
	}
	zone, err := f.zone(rates)
	if err != nil {
		return nil, err
	}
	booked, err := f.Ledger.BookedOn(ctx, tx, period.DayOf(p.PurchasedAt, zone))
	if err != nil {
		return nil, err
	}
	*facts = settlement.Facts{
		Policy: version.Number, PurchasedAt: p.PurchasedAt, BookedOn: booked, Price: p.Price, List: p.List, Coupon: p.Coupon, Items: p.Items,
		Coins: p.Coins, Held: p.Held, Direct: p.Direct,
	}
	shop, err := f.Merchants.ByRef(ctx, tx, p.Merchant)
	if err != nil {
		return nil, onField(err, "merchant_ref")
	}
	if shop.Status != merchant.Active {
		return nil, merchant.ErrSuspended.On("merchant_ref")
	}
	facts.Merchant = settlement.Merchant{ID: shop.ID, Tier: shop.Tier, Pledge: shop.CarePledge}
	if p.Member != "" {
		if err := f.gatherBuyer(ctx, tx, p, facts); err != nil {
			return nil, err
		}
	}
	used, err := f.gatherVouchers(ctx, tx, p, zone, facts)
	if err != nil {
		return nil, err
	}
	if err := f.gatherClaim(ctx, tx, rates, facts, used); err != nil {
		return nil, err
	}
	return version, f.gatherLimits(ctx, tx, rates, facts)
}

// checkClock lets an imported purchase lie as far back as it does.
func checkClock(rates *policy.Params, p *Purchase, now time.Time) error {
	if p.Imported && p.PurchasedAt.Before(now) {
		return nil
	}
	return settlement.CheckClock(rates, p.PurchasedAt, now)
}

var standings = map[member.Standing]settlement.Standing{
	member.Good: settlement.GoodMember, member.Lapsed: settlement.Lapsed, member.Barred: settlement.Lapsed,
}

func (f *Flows) gatherBuyer(ctx context.Context, tx *db.Tx, p *Purchase, facts *settlement.Facts) error {
	buyer, err := f.Members.ByRef(ctx, tx, p.Member)
	if err != nil {
		return onField(err, "member_ref")
	}
	if buyer.LeadsOnly() { // her own leader is not known here yet
		return member.ErrNotFound.On("member_ref")
	}
	facts.Buyer = settlement.Buyer{ID: buyer.ID, Standing: standings[buyer.Standing]}
	if buyer.Leader.IsZero() {
		return nil
	}
	leader, err := f.Members.ByID(ctx, tx, buyer.Leader)
	if err != nil {
		return err
	}
	facts.Leader = settlement.Leader{ID: leader.ID, Level: leader.Level}
	if leader.Standing != member.Good { // her level rests (L-09)
		facts.Leader.Level = policy.Silver
	}
	return nil
}

// gatherVouchers adds the vouchers, each with what it pays, and gives them as they
// stand.
func (f *Flows) gatherVouchers(ctx context.Context, tx *db.Tx, p *Purchase, zone *time.Location, facts *settlement.Facts) (used []*promotion.Voucher, err error) {
	if len(p.Vouchers) == 0 {
		return nil, nil
	}
	ask := promotion.Purchase{Member: facts.Buyer.ID, Shop: facts.Merchant.ID, At: p.PurchasedAt.In(zone), Price: p.Price, Reduced: p.List > p.Price}
	for _, ref := range p.Vouchers {
		v, err := f.Promotions.Find(ctx, tx, facts.Buyer.ID, ref)
		if err != nil {
			return nil, onField(err, "vouchers")
		}
		if err := v.Redeem(&ask); err != nil {
			return nil, err
		}
		held, err := f.Promotions.HeldBy(ctx, tx, v.ID, p.Checkout)
		switch {
		case err != nil:
			return nil, err
		case held:
			return nil, promotion.ErrVoucherHeld.On("vouchers").With("voucher", v.Ref)
		}
		used = append(used, v)
	}
	if err := promotion.Together(used); err != nil {
		return nil, err
	}
	for i, paid := range promotion.Pays(used, p.Price-p.Coins-p.Held-p.Direct) {
		facts.Vouchers = append(facts.Vouchers, settlement.Voucher{ID: used[i].ID, Amount: paid, Sharers: used[i].Sharers, Split: splitOf(used[i])})
	}
	return used, nil
}

// splitOf is how the cost of a voucher is shared if its series says so.
func splitOf(v *promotion.Voucher) *settlement.Split {
	if v.Series == nil {
		return nil
	}
	return &settlement.Split{Platform: v.Series.Platform, Weights: v.Series.Weights()}
}

// gatherClaim chooses among the unused claims on the buyer for this shop, and those
// that the first use of a voucher makes.
func (f *Flows) gatherClaim(ctx context.Context, tx *db.Tx, rates *policy.Params, facts *settlement.Facts, used []*promotion.Voucher) error {
	if facts.Buyer.ID.IsZero() {
		return nil
	}
	claims, err := f.Promotions.Claims(ctx, tx, facts.Buyer.ID)
	if err != nil {
		return err
	}
	var found []settlement.Claim
	for _, c := range claims {
		if c.Target == facts.Merchant.ID {
			found = append(found, settlement.Claim{ID: c.ID, Merchant: c.Recommender, MadeAt: c.MadeAt})
		}
	}
	for _, v := range used {
		if v.First(facts.Merchant.ID) {
			found = append(found, settlement.Claim{ID: v.Claim, Merchant: v.Issuer, MadeAt: v.IssuedAt})
		}
		for i := range found {
			if found[i].ID == v.Claim {
				found[i].Voucher = v.ID
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	candidates := make([]settlement.Candidate, 0, len(found))
	for _, c := range found {
		owner, err := f.Merchants.OwnerOf(ctx, tx, c.Merchant)
		if err != nil {
			return err
		}
		candidates = append(candidates, settlement.Candidate{Claim: c, Owner: owner})
	}
	facts.Claim, _ = settlement.ChooseClaim(rates, facts, candidates)
	return nil
}

// gatherLimits adds what is left of the leader's cap, and what stands behind the
// coins if the policy looks at it.
func (f *Flows) gatherLimits(ctx context.Context, tx *db.Tx, rates *policy.Params, facts *settlement.Facts) error {
	if !facts.Leader.ID.IsZero() {
		used, err := f.Settlement.CapUsed(ctx, tx, facts.Leader.ID, facts.BookedOn.Month())
		if err != nil {
			return err
		}
		facts.Leader.CapLeft = max(0, rates.LeaderMonthlyCap-used)
	}
	if rates.BackingFloor == 0 {
		return nil
	}
	balances, err := f.Ledger.Balances(ctx, tx)
	if err != nil {
		return err
	}
	facts.Throttle = settlement.Throttle{Backing: balances.Balance(ledger.CoinBacking), Outstanding: -balances.Balance(ledger.CoinIssue)}
	return nil
}
