package flow

import (
	"context"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/committee"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// bystanders is what is known outside of a community's own records of those who vote
// and those who are voted on.
type bystanders struct {
	homes       map[id.ID]id.ID    // person → household
	owns        map[id.ID][]id.ID  // person → shops, of any community
	trades      map[id.ID][]string // person → trades of her shops
	tradeOf     map[id.ID]string   // shop of the community → trade
	substitutes []id.ID
}

// advisory are the offices that stand in for a committee with too few voters.
var advisory = []authz.Role{access.Property, access.Residents}

// bystanders reads what decides who is recused.
func (f *Flows) bystanders(ctx context.Context, community id.ID, concerns []committee.Concern) (*bystanders, error) {
	k := &bystanders{homes: make(map[id.ID]id.ID), owns: make(map[id.ID][]id.ID), trades: make(map[id.ID][]string)}
	now := f.DB.Clock().Now()
	var who []id.ID
	var shops []*merchant.Merchant
	refs := make(map[id.ID]string) // owner's pseudonym → reference
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		body, err := f.Committee.Body(ctx, r, community)
		if err != nil {
			return err
		}
		for _, m := range body.Sitting(now) {
			who = append(who, m.Person)
		}
		if k.tradeOf, err = f.TradesOf(ctx, r, community); err != nil {
			return err
		}
		if shops, err = f.Merchants.List(ctx, r, community); err != nil {
			return err
		}
		for _, m := range shops {
			if m.Owner.IsZero() {
				continue
			}
			c, _, err := f.Members.Copy(ctx, r, community, "id = ?", m.Owner[:])
			if fault.KindOf(err) == fault.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			refs[m.Owner] = c.Ref
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range concerns {
		if !c.Person.IsZero() {
			who = append(who, c.Person)
		}
	}
	elsewhere, err := f.bystandersAtHome(ctx, k, community, &who, shops, refs)
	if err != nil {
		return nil, err
	}
	return k, f.bystandersElsewhere(ctx, k, elsewhere)
}

// ownedShop is a shop of another community that somebody owns.
type ownedShop struct{ person, place, shop id.ID }

// bystandersAtHome reads what is kept of people wherever they live.
func (f *Flows) bystandersAtHome(ctx context.Context, k *bystanders, community id.ID, who *[]id.ID, shops []*merchant.Merchant, refs map[id.ID]string) (elsewhere []ownedShop, err error) {
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		elsewhere = nil
		grants, err := f.Access.In(ctx, r, community)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if slices.Contains(advisory, g.Role) && g.Holds(now) && !slices.Contains(k.substitutes, g.Person) {
				k.substitutes = append(k.substitutes, g.Person)
			}
		}
		behind, err := f.People.BehindRefs(ctx, r, refs)
		if err != nil {
			return err
		}
		for _, m := range shops {
			if owner, ok := behind[refs[m.Owner]]; ok && !m.Owner.IsZero() {
				k.own(owner, m.ID, k.tradeOf[m.ID])
			}
		}
		*who = append(*who, k.substitutes...)
		for _, p := range *who {
			h, found, err := f.Households.HomeOf(ctx, r, p)
			if err != nil {
				return err
			}
			if found {
				k.homes[p] = h.ID
			}
			held, err := f.Access.Of(ctx, r, p)
			if err != nil {
				return err
			}
			for _, g := range held {
				switch {
				case g.Role != access.Owner || !g.Holds(now):
				case g.Place == community:
					k.own(p, g.Subject, k.tradeOf[g.Subject])
				default:
					elsewhere = append(elsewhere, ownedShop{p, g.Place, g.Subject})
				}
			}
		}
		return nil
	})
	return elsewhere, err
}

// bystandersElsewhere reads the trades of shops of other communities.
func (f *Flows) bystandersElsewhere(ctx context.Context, k *bystanders, elsewhere []ownedShop) error {
	for _, o := range elsewhere {
		err := f.DB.View(ctx, o.place, func(r db.Reader) error {
			of, err := f.TradesOf(ctx, r, o.place)
			k.own(o.person, o.shop, of[o.shop])
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *bystanders) own(person, shop id.ID, trade string) {
	if !slices.Contains(k.owns[person], shop) {
		k.owns[person] = append(k.owns[person], shop)
	}
	if trade != "" && !slices.Contains(k.trades[person], trade) {
		k.trades[person] = append(k.trades[person], trade)
	}
}

// stops is the rule that keeps somebody from voting, "" if none does. shop is the one
// for which she sits in the committee, zero if none.
func (k *bystanders) stops(tree *alliance.Tree, person, shop id.ID, concerns []committee.Concern) string {
	owns, trades := k.owns[person], k.trades[person]
	if !shop.IsZero() {
		owns = append(slices.Clone(owns), shop)
		if t := k.tradeOf[shop]; t != "" {
			trades = append(slices.Clone(trades), t)
		}
	}
	for _, c := range concerns {
		if c.Person == person || !c.Shop.IsZero() && slices.Contains(owns, c.Shop) {
			return RuleOneself
		}
	}
	for _, c := range concerns {
		if c.Trade != "" && slices.ContainsFunc(trades, func(t string) bool { return tree.Clash(t, c.Trade) != alliance.None }) {
			return RuleCompetitor
		}
		home, known := k.homes[person]
		if other, too := k.homes[c.Person]; known && too && home == other {
			return RuleHousehold
		}
	}
	return ""
}
