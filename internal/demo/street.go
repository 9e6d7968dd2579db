package demo

import (
	"context"
	"fmt"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/person"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// References of the places above the communities.
const (
	cityRef   = "QC"
	streetRef = "ZX"
)

// buildingsEach is how many buildings a grid has.
const buildingsEach = 2

// found makes the tree of places; what is there already stays.
func (d *Demo) found(ctx context.Context) error {
	if err := d.add(ctx, community.Place{Kind: community.City, Ref: cityRef, Name: cityName}, ""); err != nil {
		return err
	}
	if err := d.add(ctx, community.Place{Kind: community.Street, Ref: streetRef, Name: streetName}, cityRef); err != nil {
		return err
	}
	street, err := d.Flows.Communities.ByRef(ctx, d.DB, streetRef)
	if err != nil {
		return err
	}
	for i, name := range communities {
		place := community.Place{Kind: community.Community, Parent: street.ID, Ref: fmt.Sprintf("C%d", i+1), Name: name}
		p, _, err := d.Flows.Found(ctx, db.System, place, flow.Trial())
		if err != nil {
			return err
		}
		d.places[p.Ref] = p.ID
		if err := d.lay(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// add adds one place, unless it is there.
func (d *Demo) add(ctx context.Context, p community.Place, parent string) error {
	if parent != "" {
		above, err := d.Flows.Communities.ByRef(ctx, d.DB, parent)
		if err != nil {
			return err
		}
		p.Parent = above.ID
	}
	return once(d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		_, err := d.Flows.Communities.Add(ctx, tx, p)
		return err
	}))
}

// once takes a refusal that says "it is there already" for done.
func once(err error) error {
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// buildingRef names a building of a grid, from 0.
func buildingRef(grid string, n int) string { return fmt.Sprintf("%s-B%d", grid, n+1) }

// lay lays out the grids and buildings of a community.
func (d *Demo) lay(ctx context.Context, at community.Place) error {
	if _, err := d.Flows.Communities.ByRef(ctx, d.DB, gridRef(at.Ref, gridsEach)); err == nil {
		return nil
	}
	return d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		for n := 1; n <= gridsEach; n++ {
			grid, err := d.Flows.Communities.Add(ctx, tx, community.Place{Kind: community.Grid, Parent: at.ID, Ref: gridRef(at.Ref, n), Name: "第" + digits[n] + "网格"})
			if err != nil {
				return err
			}
			for b := 1; b <= buildingsEach; b++ {
				building := community.Place{
					Kind: community.Building, Parent: grid.ID, Ref: buildingRef(grid.Ref, b-1), Name: fmt.Sprintf("%d 号楼", (n-1)*buildingsEach+b),
				}
				if _, err := d.Flows.Communities.Add(ctx, tx, building); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// settleIn brings in households, shops and people, and gives everybody a part.
func (d *Demo) settleIn(ctx context.Context) error {
	if settled, err := d.isSettled(ctx); err != nil || settled {
		return err
	}
	if err := d.welcome(ctx); err != nil {
		return err
	}
	if err := d.settleDown(ctx); err != nil {
		return err
	}
	who, err := d.register(ctx)
	if err != nil {
		return err
	}
	for ref, at := range d.places {
		if err := d.DB.Update(ctx, at, db.System, func(tx *db.Tx) error { return d.arrange(ctx, tx, ref) }); err != nil {
			return fmt.Errorf("demo: %s: %w", ref, err)
		}
	}
	if err := d.raise(ctx); err != nil {
		return err
	}
	if err := d.house(ctx, who); err != nil {
		return err
	}
	if err := d.trust(ctx, who); err != nil {
		return err
	}
	if err := d.beCounted(ctx, who); err != nil {
		return err
	}
	return d.signIn(ctx)
}

// last is the person who is noted when everybody else has settled in.
const last = 9000

// signIn notes the last person: from then on a start has nothing to settle.
func (d *Demo) signIn(ctx context.Context) error {
	return once(d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		_, err := d.Flows.People.Register(ctx, tx, person.Person{Name: "戴明", Form: person.Mr, Phone: phone(last)})
		return err
	}))
}

// isSettled reports whether the last of the people is there.
func (d *Demo) isSettled(ctx context.Context) (settled bool, err error) {
	err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		_, err := d.Flows.People.ByPhone(ctx, r, phone(last))
		settled = err == nil
		if fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return err
	})
	return settled, err
}

// welcome lets the households join and admits the shops.
func (d *Demo) welcome(ctx context.Context) error {
	newcomers := make([]flow.Newcomer, len(d.town.members))
	for i, m := range d.town.members {
		newcomers[i] = flow.Newcomer{Ref: m.Ref, Home: d.places[m.Community], Profile: profile(m)}
	}
	shops := make([]flow.Newshop, len(d.town.shops))
	for i, s := range d.town.shops {
		which := slices.Index(sorted(d.places), s.community)
		shops[i] = flow.Newshop{Home: d.places[s.community], Merchant: merchant.Merchant{
			Ref: s.ref, Name: shopNames[s.industry][which], Industry: s.industry, IndustryZH: s.industryZH, Status: merchant.Active,
		}}
	}
	for _, result := range append(d.Flows.Welcome(ctx, db.System, newcomers), d.Flows.Enrol(ctx, db.System, shops)...) {
		if result.Err != nil {
			return result.Err
		}
	}
	return nil
}

func profile(m importing.MemberRow) member.Profile {
	return member.Profile{AgeBand: m.AgeBand, HouseholdSize: m.HouseholdSize, Kids: m.Kids}
}

// register notes the people and the references under which they are members, and
// grants their parts. It tells who has which number.
func (d *Demo) register(ctx context.Context) (who map[string]id.ID, err error) {
	places, shops, err := d.ids(ctx)
	if err != nil {
		return nil, err
	}
	who = make(map[string]id.ID)
	for some := range slices.Chunk(d.cast.players, 25) {
		err := d.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for _, p := range some {
				n, err := d.enter(ctx, tx, p, places, shops)
				if err != nil {
					return fmt.Errorf("demo: %s: %w", p.Phone, err)
				}
				who[p.Phone] = n
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return who, nil
}

// ids finds the places and shops by reference.
func (d *Demo) ids(ctx context.Context) (places, shops map[string]id.ID, err error) {
	places, shops = make(map[string]id.ID), make(map[string]id.ID)
	for _, kind := range []community.Kind{community.City, community.Street, community.Community, community.Grid, community.Building} {
		all, err := d.Flows.Communities.List(ctx, d.DB, kind)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range all {
			places[p.Ref] = p.ID
		}
	}
	for _, at := range d.places {
		err := d.DB.View(ctx, at, func(r db.Reader) error {
			all, err := d.Flows.Merchants.List(ctx, r, at)
			for _, m := range all {
				shops[m.Ref] = m.ID
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return places, shops, nil
}

// enter notes one person; who is there already was entered by an earlier start
// that was cut short.
func (d *Demo) enter(ctx context.Context, tx *db.Tx, p player, places, shops map[string]id.ID) (id.ID, error) {
	who, err := d.Flows.People.ByPhone(ctx, tx, p.Phone)
	if err == nil {
		return who.ID, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return id.ID{}, err
	}
	if who, err = d.Flows.People.Register(ctx, tx, p.Person); err != nil {
		return id.ID{}, err
	}
	if p.ref != "" {
		if err := d.Flows.People.Link(ctx, tx, who.ID, p.ref, d.places[p.home]); err != nil {
			return id.ID{}, err
		}
	}
	for _, part := range p.parts {
		if part.role == access.Committee || part.role == access.Chair {
			continue // these follow from a seat in the committee: see introduce
		}
		g := access.Grant{Person: who.ID, Role: part.role, Place: places[part.place], Subject: shops[part.shop], Grantor: cityName, Reason: "演示街区的开张名单"}
		if part.role == access.GridWorker {
			g.Until = tx.Now.AddDate(1, 1, 0)
		}
		if _, err := d.Flows.Access.Give(ctx, tx, g); err != nil {
			return id.ID{}, err
		}
	}
	return who.ID, nil
}

// arrange gives shops their tiers, pledges and owners, and the leader her team.
func (d *Demo) arrange(ctx context.Context, tx *db.Tx, place string) error {
	for i, s := range d.shopsOf(place) {
		owner, err := d.Flows.Members.ByRef(ctx, tx, d.owner(s))
		if err != nil {
			return err
		}
		err = d.Flows.Merchants.Change(ctx, tx, s, func(m *merchant.Merchant) error {
			m.Owner, m.Tier = owner.ID, policy.Tiers[(i+1)%len(policy.Tiers)]
			if i%3 == 0 {
				m.CarePledge = 10_000
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	leader := d.cast.leaders[place]
	if err := d.Flows.Members.Change(ctx, tx, leader, func(m *member.Member) error { m.Level = policy.Gold; return nil }); err != nil {
		return err
	}
	for _, ref := range d.cast.teams[leader] {
		if err := d.Flows.Members.SetLeader(ctx, tx, ref, leader); err != nil {
			return err
		}
	}
	return nil
}

// shopsOf are the references of a community's shops.
func (d *Demo) shopsOf(place string) (refs []string) {
	for _, s := range d.town.shops {
		if s.community == place {
			refs = append(refs, s.ref)
		}
	}
	return refs
}

// owner is the reference of a shop's owner.
func (d *Demo) owner(shop string) string {
	for i := range d.cast.players {
		p := &d.cast.players[i]
		if slices.Contains(p.parts, part{access.Owner, p.home, shop}) {
			return p.ref
		}
	}
	return ""
}

func sorted(m map[string]id.ID) []string {
	refs := make([]string, 0, len(m))
	for ref := range m {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	return refs
}
