package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/membership"
	"gongyi/internal/platform/db"
)

// suspicion is what the people behind a recommendation have in common.
type suspicion struct {
	Same     bool // one person, or the newcomer works in the shop
	Device   bool
	Together bool // in one household
	Known    bool // the newcomer is a member under another reference
}

// suspect looks at the people on both sides of a recommendation. It reads what lives
// under "~", so it comes before the transaction that needs it.
func (f *Flows) suspect(ctx context.Context, home id.ID, by membership.By, newcomer id.ID) (w suspicion, err error) {
	var ref string
	if by.Kind == membership.ByMember {
		err := f.DB.View(ctx, home, func(r db.Reader) error {
			refs, err := f.Members.RefsOf(ctx, r, home, map[id.ID]bool{by.ID: true})
			ref = refs[by.ID]
			return err
		})
		if err != nil {
			return w, err
		}
	}
	now := f.DB.Clock().Now()
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		w = suspicion{}
		var others []id.ID
		if by.Kind == membership.ByMember {
			behind, err := f.People.BehindRefs(ctx, r, map[id.ID]string{by.ID: ref})
			if err != nil {
				return err
			}
			if who, known := behind[ref]; known {
				others = append(others, who)
			}
		} else {
			grants, err := f.Access.In(ctx, r, home)
			if err != nil {
				return err
			}
			for _, g := range grants {
				if g.Subject == by.ID && (g.Role == access.Owner || g.Role == access.Staff) && g.Holds(now) {
					others = append(others, g.Person)
				}
			}
		}
		mine, err := f.People.Memberships(ctx, r, newcomer)
		if err != nil {
			return err
		}
		w.Known = len(mine) > 1
		return f.compare(ctx, r, newcomer, others, &w)
	})
	return w, err
}

// compare looks for what a newcomer has in common with some people.
func (f *Flows) compare(ctx context.Context, r db.Reader, newcomer id.ID, others []id.ID, w *suspicion) error {
	home, housed, err := f.Households.HomeOf(ctx, r, newcomer)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o == newcomer {
			w.Same = true
			continue
		}
		shared, err := f.Memberships.ShareDevice(ctx, r, newcomer, o)
		if err != nil {
			return err
		}
		at, found, err := f.Households.HomeOf(ctx, r, o)
		if err != nil {
			return err
		}
		w.Device = w.Device || shared
		w.Together = w.Together || housed && found && at.ID == home.ID
	}
	return nil
}

// peopleOf are the people behind newcomers; who was erased is missing.
func (f *Flows) peopleOf(ctx context.Context, community id.ID, all []membership.Recommendation) (people map[id.ID]id.ID, err error) {
	people = make(map[id.ID]id.ID, len(all))
	of := make(map[id.ID]bool, len(all))
	for _, n := range all {
		of[n.Member] = true
	}
	var refs map[id.ID]string
	if err = f.DB.View(ctx, community, func(r db.Reader) (err error) { refs, err = f.Members.RefsOf(ctx, r, community, of); return err }); err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, refs)
		for member, ref := range refs {
			if who, known := behind[ref]; known {
				people[member] = who
			}
		}
		return err
	})
	return people, err
}
