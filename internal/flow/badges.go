package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/badge"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/once"
)

// MintBadges notes a new batch of badge coins (B9).
func (f *Flows) MintBadges(ctx context.Context, at id.ID, actor db.Actor, b badge.Batch) (minted badge.Batch, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if b.MintedOn == 0 {
			if b.MintedOn, err = f.civilDay(ctx, tx, tx.Now); err != nil {
				return err
			}
		}
		if !b.Shop.IsZero() {
			if _, err := f.Merchants.ByID(ctx, tx, at, b.Shop); err != nil {
				return onField(err, "shop")
			}
		}
		minted, err = f.Badges.Mint(ctx, tx, b)
		return err
	})
	return minted, err
}

// GiveBadges gives coins out: to a member, by her reference, or at an event.
func (f *Flows) GiveBadges(ctx context.Context, at id.ID, actor db.Actor, batch, first, last int64, words, ref string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		var holder id.ID
		if ref != "" {
			m, err := f.Members.ByRef(ctx, tx, ref)
			if err != nil {
				return onField(err, "member_ref")
			}
			holder = m.ID
		}
		return f.Badges.Give(ctx, tx, batch, first, last, words, holder)
	})
}

// VoidBadges makes coins void, with a reason.
func (f *Flows) VoidBadges(ctx context.Context, at id.ID, actor db.Actor, batch, first, last int64, reason string) error {
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error { return f.Badges.Spoil(ctx, tx, batch, first, last, reason) })
}

// LoseBadge notes that a coin was lost and gives another in its stead. Who says so for
// herself must hold it: holder is zero where the office notes it.
func (f *Flows) LoseBadge(ctx context.Context, at id.ID, actor db.Actor, holder id.ID, c badge.Coin, words string) (given badge.Coin, err error) {
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		if !holder.IsZero() {
			rec, err := f.Badges.Record(ctx, tx, at, c)
			if err != nil {
				return err
			}
			if rec.Holder() != holder {
				return badge.ErrNotHers
			}
		}
		given, err = f.Badges.Replace(ctx, tx, c, words)
		return err
	})
	return given, err
}

// Taking is a coin that a shop takes.
type Taking struct {
	Shop id.ID
	Code string // as it was scanned or typed
	Form string // of a form that may have waited for the network, "" if it did not
}

// RedeemBadge takes a coin for its goods, once: the shop is owed their cost (M-09). A
// form that comes again gets the same answer.
func (f *Flows) RedeemBadge(ctx context.Context, at id.ID, actor db.Actor, w Taking) (b badge.Batch, rec badge.Record, err error) {
	c, signature, err := badge.ParseCode(w.Code)
	if err != nil {
		return b, rec, err
	}
	err = f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		shop, err := f.Merchants.ByID(ctx, tx, at, w.Shop)
		if err != nil {
			return err
		}
		if shop.Status != merchant.Active {
			return merchant.ErrSuspended
		}
		day, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		b, rec, err = f.Badges.Check(ctx, tx, at, c, signature, w.Shop, day)
		if again := fault.Of(err); again != nil && again.Is(badge.ErrRedeemed) && w.Form != "" && lastOf(&rec).Shop == w.Shop {
			first, e := once.First(ctx, tx, w.Shop, w.Form+"/"+c.String())
			if e != nil || !first {
				return e
			}
		}
		if err != nil {
			return err
		}
		if w.Form != "" {
			if _, err := once.First(ctx, tx, w.Shop, w.Form+"/"+c.String()); err != nil {
				return err
			}
		}
		posted, err := f.Move(ctx, tx, badgeKey(c), charter.GoodsHanded{Merchant: w.Shop, Why: forBadge, Cause: badgeID(c), Cost: b.Cost})
		if err != nil {
			return err
		}
		return f.Badges.Redeem(ctx, tx, &rec, w.Shop, posted.Seq)
	})
	return b, rec, err
}

func lastOf(rec *badge.Record) badge.Event {
	if len(rec.Events) == 0 {
		return badge.Event{}
	}
	return rec.Events[len(rec.Events)-1]
}

// forBadge is why goods for a coin are paid.
const forBadge = "badge"

// badgeKey is the key of the entry that paid a coin.
func badgeKey(c badge.Coin) string { return "~badge:" + c.String() }

// badgeID names a coin in the facts of an entry, where an id stands: batch and number
// in sixteen bytes.
func badgeID(c badge.Coin) (v id.ID) {
	copy(v[:], "badge")
	for i, n := 7, c.Batch; i >= 5; i, n = i-1, n>>8 {
		v[i] = byte(n)
	}
	for i, n := 15, c.Number; i >= 8; i, n = i-1, n>>8 {
		v[i] = byte(n)
	}
	return v
}
