package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
)

// Dwelling is a household as a page shows it.
type Dwelling struct {
	household.Household
	Members []household.Residence // who lives there, then who did
	Links   []household.Link      // present duties, then past ones
	Workers []id.ID               // who serves it now
	People  map[id.ID]*person.Person
}

// Dwelling reads a household. A look at it is noted first, for those who live there to
// see (A7); one's own is no look, which has no reader.
func (f *Flows) Dwelling(ctx context.Context, actor db.Actor, at id.ID, look privacy.Read) (d Dwelling, err error) {
	if err := f.readDwelling(ctx, at, &d); err != nil || look.Reader.IsZero() {
		return d, err
	}
	var living []id.ID
	for _, r := range d.Members {
		if r.Current() {
			living = append(living, r.Person)
		}
	}
	return d, f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.Privacy.NoteRead(ctx, tx, living, look) })
}

func (f *Flows) readDwelling(ctx context.Context, at id.ID, d *Dwelling) error {
	now := f.DB.Clock().Now()
	return f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		if d.Household, err = f.Households.ByID(ctx, r, at); err != nil {
			return err
		}
		members, err := f.Households.Members(ctx, r, []id.ID{at})
		if err != nil {
			return err
		}
		links, err := f.Households.Links(ctx, r, []id.ID{at})
		if err != nil {
			return err
		}
		d.Members, d.Links = presentFirst(members[at], (*household.Residence).Current), presentFirst(links[at], (*household.Link).Current)
		if d.Workers, err = f.WorkersOf(ctx, r, d.Household, now); err != nil {
			return err
		}
		who := append([]id.ID(nil), d.Workers...)
		for _, m := range d.Members {
			who = append(who, m.Person)
		}
		for _, l := range d.Links {
			who = append(who, l.Person)
		}
		d.People, err = f.People.ByIDs(ctx, r, who)
		return err
	})
}

// presentFirst puts what holds before what is past.
func presentFirst[T any](all []T, current func(*T) bool) (sorted []T) {
	for i := range all {
		if current(&all[i]) {
			sorted = append(sorted, all[i])
		}
	}
	for i := range all {
		if !current(&all[i]) {
			sorted = append(sorted, all[i])
		}
	}
	return sorted
}

// PeopleBehind are the people behind members' pseudonyms in a community. Who never
// signed up, or was forgotten, is not among them.
func (f *Flows) PeopleBehind(ctx context.Context, community id.ID, members []id.ID) (people []id.ID, err error) {
	if len(members) == 0 {
		return nil, nil
	}
	of := make(map[id.ID]bool, len(members))
	for _, m := range members {
		of[m] = true
	}
	var refs map[id.ID]string
	err = f.DB.View(ctx, community, func(r db.Reader) (err error) {
		refs, err = f.Members.RefsOf(ctx, r, community, of)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		behind, err := f.People.BehindRefs(ctx, r, refs)
		for _, m := range members {
			if who, known := behind[refs[m]]; known {
				people = append(people, who)
			}
		}
		return err
	})
	return people, err
}
