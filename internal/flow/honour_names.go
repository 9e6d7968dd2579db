package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/party"
	"gongyi/internal/module/honour"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
)

// NomineeNames are how nominees are shown to everybody: a shop by its name, a member by
// hers if she wants that; who is not named is not in the map.
func (f *Flows) NomineeNames(ctx context.Context, community id.ID, all []*honour.Nominee) (names map[id.ID]string, err error) {
	names = make(map[id.ID]string)
	var members []id.ID
	shops := make(map[id.ID]bool)
	for _, n := range all {
		if n.Kind == party.Merchant {
			shops[n.ID] = true
		} else if n.Answer == honour.Named {
			members = append(members, n.ID)
		}
	}
	if len(shops) > 0 {
		err = f.DB.View(ctx, community, func(r db.Reader) error {
			called, err := f.shopNames(ctx, r, community)
			for shop := range shops {
				names[shop] = called[shop]
			}
			return err
		})
	}
	if err != nil || len(members) == 0 {
		return names, err
	}
	people, err := f.NeighboursBehind(ctx, community, members)
	for who, p := range people {
		names[who] = p.Name
	}
	return names, err
}

// NeighboursBehind are the people behind members of a community; who is not known as a
// person is left out.
func (f *Flows) NeighboursBehind(ctx context.Context, community id.ID, members []id.ID) (map[id.ID]*person.Person, error) {
	refs := make(map[id.ID]string, len(members))
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		known, err := f.Members.ByIDs(ctx, r, community, members)
		for who, m := range known {
			refs[who] = m.Ref
		}
		return err
	})
	people := make(map[id.ID]*person.Person, len(refs))
	if err != nil || len(refs) == 0 {
		return people, err
	}
	return people, f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, refs)
		if err != nil {
			return err
		}
		var who []id.ID
		for _, p := range behind {
			who = append(who, p)
		}
		known, err := f.People.ByIDs(ctx, r, who)
		for m, ref := range refs {
			if p := known[behind[ref]]; p != nil && p.Name != "" {
				people[m] = p
			}
		}
		return err
	})
}
