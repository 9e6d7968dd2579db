package flow

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/offer"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/promotion"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Belonging is a person in one community that knows her as a member: the one where
// she is at home, or one where she shops.
type Belonging struct {
	Community community.Place
	Member    *member.Member
	Home      bool
	Zone      *time.Location
	Rules     policy.Version // in force now
	Announced []policy.Version
}

// Owner is the person as the owner of accounts there.
func (b *Belonging) Owner() party.Owner { return party.Owner{Kind: party.Member, ID: b.Member.ID} }

// Belongings are the communities that know a person, home first. A community where
// she shops holds a copy of her membership under the same reference; which ones do
// is asked of each, since nobody keeps a list.
func (f *Flows) Belongings(ctx context.Context, memberships []person.Membership) (all []Belonging, err error) {
	defer fault.Wrap(&err, "communities that know a person")
	if len(memberships) == 0 {
		return nil, nil
	}
	places, err := f.Communities.List(ctx, f.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, m := range memberships {
		var visited []Belonging
		for _, p := range places {
			b, err := f.belonging(ctx, p, m)
			switch {
			case err != nil:
				return nil, err
			case b == nil:
			case b.Home:
				all = append(all, *b)
			default:
				visited = append(visited, *b)
			}
		}
		all = append(all, visited...)
	}
	return all, nil
}

// belonging is what a community knows of a member, nil if nothing. A copy that is
// kept for her team only is none.
func (f *Flows) belonging(ctx context.Context, p community.Place, m person.Membership) (b *Belonging, err error) {
	err = f.DB.View(ctx, p.ID, func(r db.Reader) error {
		found, err := f.Members.Lookup(ctx, r, p.ID, m.Ref)
		if errors.Is(err, member.ErrNotFound) || err == nil && found.LeadsOnly() {
			return nil
		}
		if err != nil {
			return err
		}
		versions, err := f.Policies.List(ctx, r, p.ID)
		if err != nil {
			return err
		}
		now := f.DB.Clock().Now()
		rules := policy.InForce(versions, now)
		if rules == nil {
			return policy.ErrNone
		}
		b = &Belonging{Community: p, Member: found, Home: p.ID == m.Home, Rules: *rules}
		for _, v := range versions {
			if v.EffectiveFrom.After(now) && v.Number > 1 {
				b.Announced = append(b.Announced, v)
			}
		}
		b.Zone, err = f.zone(&rules.Params)
		return err
	})
	return b, err
}

// Purse is what a person holds in a community, and what she owes there.
type Purse struct {
	Coins   money.Amount // entitlement, in hundredths
	Points  money.Amount
	Rewards money.Amount // fen that will be paid to her
	Bundles money.Amount // fen that she paid for parts of bundles and has not used
	Owed    map[money.Asset]money.Amount
	AsOf    time.Time
}

// Purse reads what a person holds.
func (f *Flows) Purse(ctx context.Context, b *Belonging) (p Purse, err error) {
	defer fault.Wrap(&err, "purse")
	p = Purse{AsOf: f.DB.Clock().Now().In(b.Zone), Owed: make(map[money.Asset]money.Amount)}
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		for account, into := range map[ledger.Account]*money.Amount{
			ledger.Of(b.Owner(), ledger.Coins): &p.Coins, ledger.Of(b.Owner(), ledger.PointsHeld): &p.Points, ledger.Of(b.Owner(), ledger.Rewards): &p.Rewards,
			ledger.Of(b.Owner(), ledger.Bundles): &p.Bundles,
		} {
			h, err := f.Ledger.Holding(ctx, r, b.Community.ID, account)
			if err != nil {
				return err
			}
			*into = h.Balance
		}
		for _, asset := range money.Assets {
			h, err := f.Ledger.Holding(ctx, r, b.Community.ID, ledger.In(b.Owner(), ledger.Owed, asset))
			if err != nil {
				return err
			}
			if h.Balance != 0 {
				p.Owed[asset] = -h.Balance
			}
		}
		return nil
	})
	return p, err
}

// HeldVoucher is a voucher with the shops that stand on it.
type HeldVoucher struct {
	promotion.Voucher
	From, At string // who gave it, and where it is good
}

// Good reports whether it can be used, now or later.
func (v *HeldVoucher) Good(now time.Time) bool {
	return !v.Used && !v.Gone && !v.Lapsed && now.Before(v.ExpiresAt)
}

// NotNow says why a voucher that is good cannot be used at a moment on her clock, the
// zero sentence if it can.
func (v *HeldVoucher) NotNow(now time.Time) offer.Sentence { return notNow(&v.Voucher, now) }

// VouchersOf lists a person's vouchers in a community, the one that ends first
// first.
func (f *Flows) VouchersOf(ctx context.Context, b *Belonging) (all []HeldVoucher, err error) {
	err = f.DB.View(ctx, b.Community.ID, func(r db.Reader) error {
		held, err := f.Promotions.Held(ctx, r, b.Community.ID, b.Member.ID)
		if err != nil || len(held) == 0 {
			return err
		}
		shops := make(map[id.ID]bool)
		for _, v := range held {
			shops[v.Issuer], shops[v.Target] = true, true
			if v.Series != nil {
				for _, at := range v.Series.Where {
					shops[at] = true
				}
			}
		}
		names, err := f.Merchants.Names(ctx, r, b.Community.ID, slices.Collect(maps.Keys(shops)))
		for _, v := range held {
			v.ExpiresAt = v.ExpiresAt.In(b.Zone)
			all = append(all, HeldVoucher{*v, givenBy(ctx, v, names), goodAt(ctx, v, names)})
		}
		return err
	})
	return all, err
}

// givenBy names who gave a voucher.
func givenBy(ctx context.Context, v *promotion.Voucher, names map[id.ID]string) string {
	switch {
	case v.Series == nil || v.Series.Issuer == promotion.OfShop:
		return names[v.Issuer]
	case v.Series.Issuer == promotion.OfAlliance:
		return i18n.T(ctx, "商业联盟")
	}
	return i18n.T(ctx, "平台")
}

// goodAt names where a voucher is good.
func goodAt(ctx context.Context, v *promotion.Voucher, names map[id.ID]string) string {
	switch {
	case v.Series == nil:
		return names[v.Target]
	case len(v.Series.Where) == 0:
		return i18n.T(ctx, "联盟各店")
	}
	all := make([]string, len(v.Series.Where))
	for i, at := range v.Series.Where {
		all[i] = names[at]
	}
	return strings.Join(all, i18n.T(ctx, "、"))
}

// shopNames are the names of a community's shops, the reference where there is no
// name.
func (f *Flows) shopNames(ctx context.Context, r db.Reader, at id.ID) (map[id.ID]string, error) {
	shops, err := f.Merchants.List(ctx, r, at)
	names := make(map[id.ID]string, len(shops))
	for _, m := range shops {
		names[m.ID] = shopName(m)
	}
	return names, err
}

func shopName(m *merchant.Merchant) string {
	if m.Name == "" {
		return m.Ref
	}
	return m.Name
}
