package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/member"
	"gongyi/internal/module/membership"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// UseService takes one of a member's free services (B1); left is how many she still
// has in her term. How is membership.ByDesk, ByField or BySelf.
func (f *Flows) UseService(ctx context.Context, community id.ID, actor db.Actor, ref string, u membership.Use) (used membership.Use, left int, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		used, left, err = f.useService(ctx, tx, m, u)
		return err
	})
	return used, left, err
}

// useService is that inside a transaction, for whoever books a service.
func (f *Flows) useService(ctx context.Context, tx *db.Tx, m *member.Member, u membership.Use) (used membership.Use, left int, err error) {
	if m.Home != tx.Community {
		return used, 0, member.ErrElsewhere
	}
	v, err := f.inForce(ctx, tx, tx.Now)
	if err != nil {
		return used, 0, err
	}
	today, err := f.civilDay(ctx, tx, tx.Now)
	if err != nil {
		return used, 0, err
	}
	u.Member = m.ID
	return f.Memberships.UseService(ctx, tx, today, v.Params.GraceDays, u)
}

// TakeBackUse undoes a use that was noted by mistake.
func (f *Flows) TakeBackUse(ctx context.Context, community id.ID, actor db.Actor, use id.ID, reason string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		_, err := f.Memberships.TakeBackUse(ctx, tx, use, reason)
		return err
	})
}

// MakePack offers a perk pack; every shop named must take part.
func (f *Flows) MakePack(ctx context.Context, community id.ID, actor db.Actor, p membership.Pack) (made membership.Pack, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		for _, shop := range p.Shops {
			m, err := f.Merchants.ByID(ctx, tx, community, shop)
			if err != nil {
				return onField(err, "shops")
			}
			if m.Status != merchant.Active {
				return merchant.ErrSuspended.On("shops")
			}
		}
		made, err = f.Memberships.MakePack(ctx, tx, today, p)
		return err
	})
	return made, err
}

// ClosePack takes a pack off the list before its day.
func (f *Flows) ClosePack(ctx context.Context, community id.ID, actor db.Actor, pack id.ID, reason string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error { return f.Memberships.ClosePack(ctx, tx, pack, reason) })
}

// ChoosePack keeps a pack for a member until she collects it.
func (f *Flows) ChoosePack(ctx context.Context, community id.ID, actor db.Actor, ref string, pack id.ID) (c membership.Claim, err error) {
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		m, err := f.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		if m.Home != community || m.Standing != member.Good {
			return membership.ErrNotGood
		}
		c, err = f.Memberships.ChoosePack(ctx, tx, today, v.Params.PerkDays, pack, m.ID)
		return err
	})
	return c, err
}

// HandPack notes that a shop handed a chosen pack over, by the digits that its member
// says; the shop is owed what the pack costs (M-09).
func (f *Flows) HandPack(ctx context.Context, community id.ID, actor db.Actor, shop id.ID, code string) (c *membership.Claim, p *membership.Pack, err error) {
	defer fault.Wrap(&err, "hand a perk pack")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, err := f.civilDay(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		if c, err = f.Memberships.ClaimByCode(ctx, tx, community, code); err != nil {
			return err
		}
		if p, err = f.Memberships.PackByID(ctx, tx, community, c.Pack); err != nil {
			return err
		}
		if err := c.MayHand(p, shop, today); err != nil {
			return onField(err, "code")
		}
		seq := int64(-1)
		if p.Cost > 0 {
			posted, err := f.Move(ctx, tx, "~membership:pack/"+c.ID.String(), charter.GoodsHanded{Merchant: shop, Why: "perk", Cause: c.ID, Cost: p.Cost})
			if err != nil {
				return err
			}
			seq = posted.Seq
		}
		return f.Memberships.HandPack(ctx, tx, c, shop, seq)
	})
	return c, p, err
}

// VoidMyPack gives a chosen pack back that was not collected, so that she may choose
// another.
func (f *Flows) VoidMyPack(ctx context.Context, community id.ID, actor db.Actor, ref, code string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		m, err := f.Members.ByRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		c, err := f.Memberships.ClaimByCode(ctx, tx, community, code)
		switch {
		case err != nil:
			return err
		case c.Member != m.ID:
			return membership.ErrNoClaim
		case c.End != nil && c.End.How == membership.Handed:
			return membership.ErrHanded
		case c.End != nil:
			return membership.ErrVoid
		}
		return f.Memberships.VoidClaim(ctx, tx, c)
	})
}
