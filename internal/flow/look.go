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

// Dwelling reads a household. Who looks in a role is noted first, for those who live
// there to see (A7); a look at one's own has no role and is not noted.
func (f *Flows) Dwelling(ctx context.Context, actor db.Actor, at id.ID, look privacy.Read) (d Dwelling, err error) {
	if err := f.readDwelling(ctx, at, &d); err != nil || look.Role == "" {
		return d, err
	}
	var living []id.ID
	for _, r := range d.Members {
		if r.Current() {
			living = append(living, r.Person)
		}
	}
	look.Reader, look.What = actor.ID, "household"
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
