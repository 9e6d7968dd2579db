package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
)

// ProposeSeries notes a series of vouchers and asks those who would pay for it (E1,
// E4): in a shop's name by its owner, in the alliance's or the platform's by the
// desk. Every shop that it names takes part.
func (f *Flows) ProposeSeries(ctx context.Context, community id.ID, actor db.Actor, token string, t promotion.Terms) error {
	return f.seriesDo(ctx, community, actor, token, func(tx *db.Tx, people map[id.ID][]id.ID) error {
		today, v, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		if err := t.Validate(boundsOfSeries(&v.Params, today)); err != nil {
			return err
		}
		for _, shop := range slices.Concat(t.Where, t.Shops(), t.Spend.At) {
			if err := f.active(ctx, tx, shop); err != nil {
				return err
			}
		}
		if t.Issuer == promotion.OfShop {
			if err := f.active(ctx, tx, t.Shop); err != nil {
				return err
			}
			if err := f.mayIssue(ctx, tx, t.Shop); err != nil {
				return err
			}
		}
		made, err := f.Promotions.Propose(ctx, tx, t)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, made.Missing(), seriesNews(made, "请您看看要不要一起出", ""))
	})
}

// boundsOfSeries are the numbers of the policy that a series keeps to.
func boundsOfSeries(p *policy.Params, today period.Day) promotion.Bounds {
	return promotion.Bounds{Face: p.SeriesFaceMax, Days: p.SeriesDaysMax, Count: p.SeriesCountMax, Platform: p.VoucherPlatformShare, Today: today}
}

// active refuses a shop that does not take part.
func (f *Flows) active(ctx context.Context, tx *db.Tx, shop id.ID) error {
	m, err := f.Merchants.Known(ctx, tx, shop)
	if err == nil && m.Status != merchant.Active {
		err = merchant.ErrSuspended
	}
	return err
}

// AgreeSeries notes that a shop agrees to its share of a series, or the platform
// (zero). Who agrees last publishes it.
func (f *Flows) AgreeSeries(ctx context.Context, community id.ID, actor db.Actor, series, party id.ID) error {
	return f.seriesStep(ctx, community, actor, func(tx *db.Tx) (*promotion.Series, error) {
		return f.Promotions.Agree(ctx, tx, series, party)
	})
}

// DeclineSeries ends a series that a party was asked for; zero is the platform.
func (f *Flows) DeclineSeries(ctx context.Context, community id.ID, actor db.Actor, series, party id.ID, words string) error {
	return f.seriesStep(ctx, community, actor, func(tx *db.Tx) (*promotion.Series, error) {
		return f.Promotions.Decline(ctx, tx, series, party, words)
	})
}

// WithdrawSeries takes a series back that is not agreed to yet; party is the shop
// that proposed it, or zero.
func (f *Flows) WithdrawSeries(ctx context.Context, community id.ID, actor db.Actor, series, party id.ID, words string) error {
	return f.seriesStep(ctx, community, actor, func(tx *db.Tx) (*promotion.Series, error) {
		return f.Promotions.Withdraw(ctx, tx, series, party, words)
	})
}

// StopSeries ends the giving of a series: by the shop that issued it, or by the desk
// (zero), which may stop any. What was given stays good.
func (f *Flows) StopSeries(ctx context.Context, community id.ID, actor db.Actor, series, party id.ID, words string) error {
	return f.seriesStep(ctx, community, actor, func(tx *db.Tx) (*promotion.Series, error) {
		return f.Promotions.Stop(ctx, tx, series, party, words)
	})
}

// seriesStep takes a step and tells the shops that the series concerns.
func (f *Flows) seriesStep(ctx context.Context, community id.ID, actor db.Actor, take func(tx *db.Tx) (*promotion.Series, error)) error {
	return f.seriesDo(ctx, community, actor, "", func(tx *db.Tx, people map[id.ID][]id.ID) error {
		s, err := take(tx)
		if err != nil {
			return err
		}
		last := s.Steps[len(s.Steps)-1]
		shops := s.Shops()
		if !s.Shop.IsZero() && !slices.Contains(shops, s.Shop) {
			shops = append(shops, s.Shop)
		}
		return f.tellShops(ctx, tx, people, shops, seriesNews(s, saidOfStep[last.What], last.Words))
	})
}

// saidOfStep is what a notice says of a step.
var saidOfStep = map[pact.What]string{
	pact.Agreed: "有一方同意了", pact.Declined: "有一方不同意，这批券不发了", pact.Withdrawn: "提出的店收回了",
	pact.Published: "各方都同意，可以发了", pact.Stopped: "不再发了，发出去的照样能用",
}

func seriesNews(s *promotion.Series, said, words string) notice.Notice {
	return notice.Notice{Kind: notice.SeriesNews, Cause: "series/" + s.ID.String() + "/" + period.Day(len(s.Steps)).String(), Link: "/my-shop/vouchers",
		Args: []notice.Arg{notice.Text(s.Name, ""), notice.Say(said), notice.Text(words, "")}}
}

// seriesDo opens a transaction that can tell shops.
func (f *Flows) seriesDo(ctx context.Context, community id.ID, actor db.Actor, token string, do func(tx *db.Tx, people map[id.ID][]id.ID) error) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	_, err = f.Once(ctx, community, actor, token, func(tx *db.Tx) error { return do(tx, people) })
	return err
}

// GrantAsk asks for a voucher of a series for a member.
type GrantAsk struct {
	Series id.ID
	Member string // her reference
	Ref    string // the voucher's code; "" makes one
	Shop   id.ID  // who gives it; zero: the desk
}

// ClaimVoucher gives a member a voucher that she takes herself. The same form again
// takes no second one.
func (f *Flows) ClaimVoucher(ctx context.Context, community id.ID, actor db.Actor, token string, member, series id.ID) (got *promotion.Voucher, err error) {
	_, err = f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		got, err = f.grant(ctx, tx, series, promotion.Claimed, promotion.Grant{Member: member})
		return err
	})
	return got, err
}

// GiveVoucher gives a member a voucher of a series that its issuer gives: the shop
// its own, the desk those of the alliance and the platform. A code that was given
// already is answered with the voucher that has it.
func (f *Flows) GiveVoucher(ctx context.Context, community id.ID, actor db.Actor, token string, ask GrantAsk) (got *promotion.Voucher, err error) {
	err = f.updateWith(ctx, community, actor, ask.Member, func(tx *db.Tx) error {
		if token != "" {
			if first, err := onceOf(ctx, tx, actor, token); err != nil || !first {
				return err
			}
		}
		m, err := f.Members.ByRef(ctx, tx, ask.Member)
		if err != nil {
			return onField(err, "member_ref")
		}
		s, err := f.Promotions.Series(ctx, tx, ask.Series)
		if err != nil {
			return err
		}
		if s.Shop != ask.Shop {
			return pact.ErrNotAParty
		}
		if ask.Ref != "" {
			switch earlier, err := f.Promotions.ByRef(ctx, tx, tx.Community, ask.Ref); {
			case err == nil && (earlier.Series == nil || earlier.Series.ID != s.ID || earlier.Member != m.ID):
				return promotion.ErrVoucherExists.On("ref")
			case err == nil:
				got = earlier
				return nil
			case !isNo(err, promotion.ErrNoVoucher):
				return err
			}
		}
		got, err = f.grant(ctx, tx, ask.Series, promotion.Given, promotion.Grant{Member: m.ID, Ref: ask.Ref})
		return err
	})
	return got, err
}

// grant gives one voucher of a series that is got in a way.
func (f *Flows) grant(ctx context.Context, tx *db.Tx, series id.ID, way promotion.Way, g promotion.Grant) (*promotion.Voucher, error) {
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return nil, err
	}
	if g.Zone, err = f.zone(&v.Params); err != nil {
		return nil, err
	}
	if g.Day == 0 {
		g.Day = period.DayOf(tx.Now, g.Zone)
	}
	g.Budget = v.Params.PromotionBudget
	s, err := f.Promotions.Series(ctx, tx, series)
	if err != nil {
		return nil, err
	}
	if s.Way != way {
		return nil, promotion.ErrBadWay
	}
	if !s.Shop.IsZero() {
		if err := f.active(ctx, tx, s.Shop); err != nil {
			return nil, err
		}
		if err := f.mayIssue(ctx, tx, s.Shop); err != nil {
			return nil, err
		}
	}
	return f.Promotions.Grant(ctx, tx, series, g)
}
