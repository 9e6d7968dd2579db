package town

import (
	"context"
	"errors"
	"fmt"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/settlement"
	"gongyi/internal/platform/db"
	"gongyi/internal/sim"
)

// do hands a step to its process once.
func (t *town) do(ctx context.Context, home id.ID, s sim.Step) (sim.Outcome, error) {
	switch s := s.(type) {
	case sim.Purchase:
		settled, err := t.Settle(ctx, home, db.System, purchase(s))
		if err != nil {
			return sim.Outcome{}, err
		}
		return t.entry(ctx, home, s.Community, settled.Posted)
	case sim.Refund:
		return t.giveBack(ctx, home, s)
	case sim.Payout, sim.PayRewards, sim.Spend:
		posted, err := t.pay(ctx, home, s)
		if err != nil {
			return sim.Outcome{}, err
		}
		return t.entry(ctx, home, s.Where().Community, posted)
	}
	return sim.Outcome{}, t.change(ctx, home, s)
}

// change does a step that makes no entry of value.
func (t *town) change(ctx context.Context, home id.ID, s sim.Step) error {
	switch s := s.(type) {
	case sim.GiveVoucher:
		_, err := t.IssueVoucher(ctx, home, db.System, flow.VoucherIssue{Ref: s.Key, Issuer: s.From, Target: s.For, Member: s.To,
			Amount: money.Amount(s.Face), Sharers: s.Sharers, ExpiresAt: s.Expires})
		return err
	case sim.GiveOfSeries:
		return t.giveOfSeries(ctx, home, s)
	case sim.Recommend:
		_, err := t.Recommend(ctx, home, db.System, flow.Recommendation{Ref: s.Key, Recommender: s.From, Member: s.To, Target: s.For})
		return err
	case sim.JoinTeam:
		return t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error { return t.Members.SetLeader(ctx, tx, s.Member, s.Leader) })
	case sim.SetLevel:
		return t.changeMember(ctx, home, s.Member, func(m *member.Member) { m.Level = levels[s.Level] })
	case sim.SetStanding:
		return t.changeMember(ctx, home, s.Member, func(m *member.Member) { m.Standing = standing(s.Good) })
	case sim.SetTier:
		return t.changeShop(ctx, home, s.Shop, func(m *merchant.Merchant) { m.Tier = tiers[s.Tier] })
	case sim.Pledge:
		return t.changeShop(ctx, home, s.Shop, func(m *merchant.Merchant) { m.CarePledge = money.Rate(s.Rate) })
	case sim.Adopt:
		_, err := t.Propose(ctx, home, db.System, policy.Proposal{Code: s.Policy.Code, EffectiveFrom: s.Policy.From, Author: "sim", Reason: "a vote",
			Params: params(s.Policy)})
		return err
	case sim.CloseDays:
		through, err := period.ParseDay(s.Through)
		if err != nil {
			return err
		}
		if err = t.CloseDay(ctx, home, db.System, through); errors.Is(err, ledger.ErrAlreadyClosed) {
			err = nil // what is closed is closed
		}
		return err
	case sim.Wait:
		return nil
	}
	return fmt.Errorf("town: no process for %T", s)
}

func purchase(s sim.Purchase) flow.Purchase {
	return flow.Purchase{
		Ref: s.Key, PurchasedAt: s.At, Member: s.Buyer, Merchant: s.Shop, List: money.Amount(max(s.Price, 0)), Price: money.Amount(s.Price),
		Items: 1, Coins: money.Amount(s.Coins), Held: money.Amount(s.Held), Direct: money.Amount(s.Direct), Vouchers: s.Vouchers, Imported: s.Imported,
	}
}

// giveBack refunds a purchase, which a till names by its key.
func (t *town) giveBack(ctx context.Context, home id.ID, s sim.Refund) (out sim.Outcome, err error) {
	if s.Amount == 0 { // would mean: all that is left
		return out, settlement.ErrRefundNotPositive
	}
	var seq int64
	if err := t.DB.View(ctx, home, func(r db.Reader) (err error) {
		seq, err = t.Ledger.Numbered(ctx, r, home, s.Purchase)
		return err
	}); err != nil {
		return out, err
	}
	back, err := t.Refund(ctx, home, db.System, flow.Refund{Ref: s.Key, Purchase: seq, Amount: money.Amount(s.Amount)})
	if err != nil {
		return out, err
	}
	return t.entry(ctx, home, s.Community, back.Posted)
}

func (t *town) changeMember(ctx context.Context, home id.ID, ref string, edit func(m *member.Member)) error {
	return t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		return t.Members.Change(ctx, tx, ref, func(m *member.Member) error { edit(m); return nil })
	})
}

func (t *town) changeShop(ctx context.Context, home id.ID, ref string, edit func(m *merchant.Merchant)) error {
	return t.DB.Update(ctx, home, db.System, func(tx *db.Tx) error {
		return t.Merchants.Change(ctx, tx, ref, func(m *merchant.Merchant) error { edit(m); return nil })
	})
}

var (
	levels = map[sim.Level]policy.Level{sim.Silver: policy.Silver, sim.Gold: policy.Gold, sim.Diamond: policy.Diamond}
	tiers  = map[sim.Tier]policy.Tier{sim.Standard: policy.Standard, sim.Committee: policy.Committee, sim.Founding: policy.Founding}
)

func standing(good bool) member.Standing {
	if good {
		return member.Good
	}
	return member.Lapsed
}

// params are the numbers of a simulated policy; what it does not name is as in
// the default one.
func params(p sim.Policy) policy.Params {
	out := policy.Trial2025()
	out.StandardRate, out.CommitteeRate, out.FoundingRate = money.Rate(p.Standard), money.Rate(p.Committee), money.Rate(p.Founding)
	out.WelfareRate, out.WelfarePayer = money.Rate(p.Welfare), policy.ByPlatform
	if p.ShopPaysWelfare {
		out.WelfarePayer = policy.ByMerchant
	}
	out.ClaimRebate, out.ClaimHours = money.Rate(p.Rebate), int(p.ClaimHours)
	out.Cashback, out.BackingFloor = money.Rate(p.Cashback), money.Rate(p.BackingFloor)
	out.TeamShare, out.LeaderMonthlyCap = money.Rate(p.TeamShare), money.Amount(p.LeaderCap)
	out.PointsPerYuan, out.CoinShareMax = money.Amount(p.Points), money.Rate(p.CoinShareMax)
	out.VoucherPlatformShare, out.VoucherReturnDays = money.Rate(p.VoucherPlatform), int(p.VoucherReturnDays)
	out.PromotionBudget = money.Amount(p.Promotion)
	out.OwedLimit, out.MerchantNetFloor = money.Amount(p.OwedLimit), money.Rate(p.NetFloor)
	out.BackdateMaxDays, out.ClockAheadMaxMinutes = int(p.BackdateDays), int(p.AheadMinutes)
	return out
}
