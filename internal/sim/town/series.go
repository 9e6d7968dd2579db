package town

import (
	"context"
	"errors"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
	"gongyi/internal/sim"
)

// agrees is who agrees for the platform to what the shops propose.
var agrees = db.Actor{Kind: "person", ID: id.ID{1}}

// giveOfSeries proposes a series of one voucher, lets everybody agree who pays for it,
// and gives it, unless it was given already.
func (t *town) giveOfSeries(ctx context.Context, home id.ID, s sim.GiveOfSeries) error {
	if err := t.DB.View(ctx, home, func(r db.Reader) error { _, err := t.Promotions.ByRef(ctx, r, home, s.Key); return err }); !errors.Is(err, promotion.ErrNoVoucher) {
		return err
	}
	terms, err := t.termsOf(ctx, home, s)
	if err != nil {
		return err
	}
	if err := t.ProposeSeries(ctx, home, db.System, "", terms); err != nil {
		return err
	}
	var made *promotion.Series
	if err := t.DB.View(ctx, home, func(r db.Reader) error {
		all, err := t.Promotions.AllSeries(ctx, r, home)
		if i := slices.IndexFunc(all, func(x *promotion.Series) bool { return x.Name == s.Key }); i >= 0 {
			made = all[i]
		}
		return err
	}); err != nil {
		return err
	}
	for _, party := range made.Missing() {
		if err := t.AgreeSeries(ctx, home, agrees, made.ID, party); err != nil {
			return err
		}
	}
	_, err = t.GiveVoucher(ctx, home, db.System, "", flow.GrantAsk{Series: made.ID, Member: s.To, Ref: s.Key, Shop: terms.Shop})
	return err
}

func (t *town) termsOf(ctx context.Context, home id.ID, s sim.GiveOfSeries) (terms promotion.Terms, err error) {
	err = t.DB.View(ctx, home, func(r db.Reader) error {
		find := func(ref string) (id.ID, error) {
			m, err := t.Merchants.Lookup(ctx, r, home, ref)
			if err != nil {
				return id.ID{}, err
			}
			return m.ID, nil
		}
		from, err := find(s.From)
		if err != nil {
			return err
		}
		today := period.DayOf(t.clock.Now(), flow.DefaultZone)
		terms = promotion.Terms{Name: s.Key, Issuer: promotion.OfShop, Shop: from, Face: money.Amount(s.Face), From: money.Amount(s.Least), Platform: money.Rate(s.Platform),
			Opens: today, Closes: today, Days: int(s.Days), PerPerson: 1, Total: 1, Change: s.Change, Way: promotion.Given}
		for _, ref := range s.At {
			at, err := find(ref)
			if err != nil {
				return err
			}
			terms.Where = append(terms.Where, at)
		}
		for i, ref := range s.Sharers {
			sharer, err := find(ref)
			if err != nil {
				return err
			}
			terms.Sharers = append(terms.Sharers, promotion.Sharer{Shop: sharer, Weight: s.Weights[i]})
		}
		return nil
	})
	return terms, err
}
