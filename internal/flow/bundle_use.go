package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/bundle"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/paycode"
	"gongyi/internal/platform/db"
)

// BundleTaking is what a cashier says when somebody stands there for a part of a bundle.
type BundleTaking struct {
	Shop  id.ID
	Code  string // the number of the part, or the payment code that she shows
	Token string // of the form: the same again takes nothing more
}

// bundleKey begins the keys of what a bundle posts beside its charge: the money of a use
// that goes, and the purchase that it pays.
const bundleKey = "~bundle:"

func useKey(sale id.ID, at bundle.Slot) string {
	return fmt.Sprintf("%s%s/%d/%d", bundleKey, sale, at.Part, at.N)
}

// TakeBundlePart gives one use of a part (E2): its share of the price leaves the buyer's
// account and pays a purchase at the shop, settled as any other, in one transaction. One
// use goes once, whoever asks how often. By her payment code it is the one part that she
// can use here; if she has several she shows the number of the one she wants.
func (f *Flows) TakeBundlePart(ctx context.Context, community id.ID, actor db.Actor, t BundleTaking) (got *bundle.Taken, err error) {
	defer fault.Wrap(&err, "take a part of a bundle")
	if got, err := f.takenBy(ctx, community, t); err != nil || got != nil {
		return got, err
	}
	code := strings.NewReplacer(" ", "", "-", "").Replace(t.Code)
	find := func(tx *db.Tx) (*bundle.Sale, int, error) {
		sale, part, err := f.Bundles.ByCode(ctx, tx, community, code)
		if errors.Is(err, bundle.ErrNoSale) {
			err = bundle.ErrBadCode.On("code")
		}
		return sale, part, err
	}
	switch {
	case code == "":
		return nil, bundle.ErrBadCode.On("code")
	case len(code) != bundle.CodeDigits:
		met, err := f.whenTheyMet(ctx, community, time.Time{})
		if err != nil {
			return nil, err
		}
		_, who, err := f.whoStandsThere(ctx, community, Opening{Code: code}, met)
		if errors.Is(err, paycode.ErrUsed) { // perhaps by this very form, a moment ago
			if got, err := f.takenBy(ctx, community, t); err != nil || got != nil {
				return got, err
			}
		}
		if err != nil {
			return nil, err
		}
		find = func(tx *db.Tx) (*bundle.Sale, int, error) { return f.partOf(ctx, tx, who.ref, t.Shop) }
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		if got, err = f.Bundles.TakenBy(ctx, tx, community, t.Shop, t.Token); err != nil || got != nil {
			return err
		}
		sale, part, err := find(tx)
		if err != nil {
			return err
		}
		got, err = f.takePart(ctx, tx, sale, part, t)
		return err
	})
	return got, err
}

func (f *Flows) takenBy(ctx context.Context, community id.ID, t BundleTaking) (got *bundle.Taken, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		got, err = f.Bundles.TakenBy(ctx, r, community, t.Shop, t.Token)
		return err
	})
	return got, err
}

// partOf is the one part that a member can use at a shop.
func (f *Flows) partOf(ctx context.Context, tx *db.Tx, ref string, shop id.ID) (found *bundle.Sale, part int, err error) {
	m, err := f.knownMember(ctx, tx, ref)
	if errors.Is(err, member.ErrNotFound) {
		return nil, 0, bundle.ErrNoneHere.On("code")
	}
	if err != nil {
		return nil, 0, err
	}
	all, err := f.Bundles.OfMember(ctx, tx, tx.Community, m.ID)
	for _, sale := range all {
		for i := range sale.Of.Parts {
			if _, refused := sale.MayUse(i, shop, tx.Now); refused != nil {
				continue
			}
			if found != nil {
				return nil, 0, bundle.ErrWhich.On("code")
			}
			found, part = sale, i
		}
	}
	if err == nil && found == nil {
		err = bundle.ErrNoneHere.On("code")
	}
	return found, part, err
}

// takePart lets the money of the next use of a part go and settles the purchase.
func (f *Flows) takePart(ctx context.Context, tx *db.Tx, sale *bundle.Sale, part int, t BundleTaking) (*bundle.Taken, error) {
	shop, err := f.shopAtTill(ctx, tx, t.Shop)
	if err != nil {
		return nil, err
	}
	at, err := sale.MayUse(part, shop.ID, tx.Now)
	if err != nil {
		return nil, err
	}
	buyer, err := f.Members.ByID(ctx, tx, sale.Member)
	if err != nil {
		return nil, err
	}
	c, err := f.chargeOfSale(ctx, tx, tx.Community, sale)
	if err != nil {
		return nil, err
	}
	share, key := sale.Worth([]bundle.Slot{at}), useKey(sale.ID, at)
	released, err := f.Move(ctx, tx, key+"/money", charter.BundleUsed{
		Member: sale.Member, Sale: sale.ID, Part: at.Part, Use: at.N, Merchant: shop.ID, Share: share, Gift: sale.Gift, Means: c.End.Means,
	})
	if err != nil {
		return nil, err
	}
	p := Purchase{Ref: key, PurchasedAt: tx.Now, Member: buyer.Ref, Merchant: shop.Ref, List: sale.Of.Parts[part].Price, Price: share, Held: share}
	out := Settled{Community: tx.Community}
	if err := f.settle(ctx, tx, &p, p.Content(), &out); err != nil {
		return nil, err
	}
	if err := f.Bundles.Use(ctx, tx, sale, at, bundle.Taking{Shop: shop.ID, Seq: out.Seq, Released: released.Seq, Token: t.Token}); err != nil {
		return nil, err
	}
	return &bundle.Taken{Gone: sale.Gone[len(sale.Gone)-1], Sale: sale.ID, Name: sale.Of.Name, About: sale.Of.Parts[part].What}, f.wake(ctx, tx, sale.ID)
}
