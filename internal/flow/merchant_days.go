package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/merchantday"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// SetMerchantDay puts a merchant day into the calendar and tells its shops (C8).
func (f *Flows) SetMerchantDay(ctx context.Context, community id.ID, actor db.Actor, token string, r merchantday.Rule) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	_, err = f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		for _, shop := range r.Shops {
			if _, err := f.takingPart(ctx, tx, shop); err != nil {
				return err
			}
		}
		set, err := f.Days.Set(ctx, tx, r, today)
		if err != nil {
			return err
		}
		return f.tellShops(ctx, tx, people, set.Shops, dayNews(set, notice.Say("排上了您店里的日子"), set.Offer, "day/"+set.ID.String()))
	})
	return err
}

func dayNews(r *merchantday.Rule, said notice.Arg, words, cause string) notice.Notice {
	return notice.Notice{Kind: notice.MerchantDayChanged, Cause: cause, Link: "/my-shop/days", Args: []notice.Arg{notice.Text(r.Title, ""), said, notice.Text(words, "")}}
}

// FinishMerchantDay ends a rule from today on, and tells its shops why.
func (f *Flows) FinishMerchantDay(ctx context.Context, community, rule id.ID, actor db.Actor, words string) error {
	return f.changeDay(ctx, community, actor, func(tx *db.Tx, today period.Day, tell tellDay) error {
		r, err := f.Days.Finish(ctx, tx, rule, words, today)
		if err != nil {
			return err
		}
		return tell(r, r.Shops, notice.Say("以后不再有了"), words, "/end")
	})
}

// CallOffMerchantDay calls one day off.
func (f *Flows) CallOffMerchantDay(ctx context.Context, community id.ID, at merchantday.At, actor db.Actor, words string) error {
	return f.changeDay(ctx, community, actor, func(tx *db.Tx, today period.Day, tell tellDay) error {
		o, err := f.Days.CallOff(ctx, tx, at, words, today)
		if err != nil {
			return err
		}
		return tell(o.Rule, o.Whose, notice.Say("这一天取消了"), words, "/off/"+o.Planned.String()+"/"+tx.Now.String())
	})
}

// RestoreMerchantDay puts a day back to where it was planned.
func (f *Flows) RestoreMerchantDay(ctx context.Context, community id.ID, at merchantday.At, actor db.Actor, words string) error {
	return f.changeDay(ctx, community, actor, func(tx *db.Tx, today period.Day, tell tellDay) error {
		o, err := f.Days.Restore(ctx, tx, at, words, today)
		if err != nil {
			return err
		}
		return tell(o.Rule, o.Whose, notice.Say("照原来的日子"), words, "/back/"+o.Planned.String()+"/"+tx.Now.String())
	})
}

// SwapMerchantDays lets two days change places.
func (f *Flows) SwapMerchantDays(ctx context.Context, community id.ID, a, b merchantday.At, actor db.Actor, words string) error {
	return f.changeDay(ctx, community, actor, func(tx *db.Tx, today period.Day, tell tellDay) error {
		one, other, err := f.Days.Swap(ctx, tx, a, b, words, today)
		if err != nil {
			return err
		}
		cause := "/swap/" + a.Day.String() + "/" + b.Day.String() + "/" + tx.Now.String()
		if err := tell(one.Rule, one.Whose, notice.Say("换了日子"), one.Day.String()+"　"+words, cause); err != nil {
			return err
		}
		return tell(other.Rule, other.Whose, notice.Say("换了日子"), other.Day.String()+"　"+words, cause)
	})
}

type tellDay func(r *merchantday.Rule, shops []id.ID, said notice.Arg, words, cause string) error

// changeDay does something to the calendar and lets it tell shops in the same
// transaction.
func (f *Flows) changeDay(ctx context.Context, community id.ID, actor db.Actor, do func(tx *db.Tx, today period.Day, tell tellDay) error) error {
	people, err := f.everyShop(ctx, community)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return do(tx, today, func(r *merchantday.Rule, shops []id.ID, said notice.Arg, words, cause string) error {
			return f.tellShops(ctx, tx, people, shops, dayNews(r, said, words, "day/"+r.ID.String()+cause))
		})
	})
}

// MerchantDaysOf are the days of a span that are a shop's turn, or every shop's if the
// shop is zero: what was called off is among them.
func (f *Flows) MerchantDaysOf(ctx context.Context, community, shop id.ID, from, to period.Day) (days []merchantday.Occurrence, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		days, err = f.Days.Between(ctx, r, community, from, to)
		return err
	})
	if !shop.IsZero() {
		days = slices.DeleteFunc(days, func(o merchantday.Occurrence) bool { return !slices.Contains(o.Whose, shop) })
	}
	return days, err
}
