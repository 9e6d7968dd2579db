package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/checkout"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// IsMember reports whether a person is the member behind a pseudonym of a community, at
// home there or a visitor.
func (f *Flows) IsMember(ctx context.Context, community, who, buyer id.ID) (is bool, err error) {
	if who.IsZero() || buyer.IsZero() {
		return false, nil
	}
	var m *member.Member
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		found, err := f.Members.ByIDs(ctx, r, community, []id.ID{who})
		m = found[who]
		return err
	})
	if err != nil || m == nil {
		return false, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRef(ctx, r, m.Ref)
		is = err == nil && behind.Person == buyer
		return err
	})
	if errors.Is(err, person.ErrNotFound) {
		err = nil
	}
	return is, err
}

// PhoneTail is the last four digits of the telephone of the person behind a member, "" if
// she has none or nobody stands behind the reference: what a shop may see of her.
func (f *Flows) PhoneTail(ctx context.Context, ref string) (tail string, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRef(ctx, r, ref)
		if err != nil {
			return err
		}
		who, err := f.People.ByID(ctx, r, behind.Person)
		if err == nil {
			tail = who.Tail()
		}
		return err
	})
	if errors.Is(err, person.ErrNotFound) {
		err = nil
	}
	return tail, err
}

// ReceiptToken opens the receipt of a purchase, "" once the buyer was erased. Who calls
// has found the purchase as the buyer's or the shop's own.
func (f *Flows) ReceiptToken(ctx context.Context, community id.ID, seq int64) (token string, err error) {
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		e, err := f.Ledger.Entry(ctx, r, community, seq)
		if err != nil {
			return err
		}
		token, err = f.tokenOf(ctx, r, e)
		return err
	})
	return token, err
}

// WaitingAtTill is a checkout that waits for its buyer.
type WaitingAtTill struct {
	checkout.Checkout
	Community id.ID
	ShopName  string
}

// WaitingAtTills are the checkouts that go on with somebody, wherever she belongs.
func (f *Flows) WaitingAtTills(ctx context.Context, all []Belonging) (waiting []WaitingAtTill, err error) {
	now := f.DB.Clock().Now()
	for i := range all {
		b := &all[i]
		if err := f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
			open, err := f.Checkouts.OpenOf(ctx, r, b.Community.ID, b.Member.ID, now)
			for _, c := range open {
				shop, err := f.Merchants.ByID(ctx, r, b.Community.ID, c.Merchant)
				if err != nil {
					return err
				}
				waiting = append(waiting, WaitingAtTill{c, b.Community.ID, ShopName(shop)})
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}
