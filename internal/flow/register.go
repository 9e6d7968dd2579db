package flow

import (
	"context"
	"slices"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/household"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
)

// Columns of the tables that are given out and read again (flow/importing).
var (
	HouseholdColumns = []string{"household_ref", "community_ref", "place_ref", "door"}
	ResidentColumns  = []string{"household_ref", "community_ref", "person_name", "address_form", "phone", "birth_year", "relation", "since"}
)

// Register is the households of a place and below it, or who lives in them, as a
// table that an import reads again. That people were taken along is noted with each
// of them, as look says (A7).
func (f *Flows) Register(ctx context.Context, actor db.Actor, look privacy.Read, place id.ID, residents bool) (t sheet.Table, name string, err error) {
	var living []id.ID
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		below, err := f.Communities.Below(ctx, r, place)
		if err != nil {
			return err
		}
		refs := make(map[id.ID]string, len(below))
		var places []id.ID
		for _, p := range below {
			refs[p.ID], places = p.Ref, append(places, p.ID)
		}
		found, err := f.houses(ctx, r, places, nil)
		if err != nil {
			return err
		}
		name = below[0].Ref
		homes := make(map[id.ID]string)
		for _, h := range found {
			if _, known := homes[h.Home]; !known {
				at, err := f.Communities.Get(ctx, r, h.Home)
				if err != nil {
					return err
				}
				homes[h.Home] = at.Ref
			}
		}
		if residents {
			t, living, err = f.residents(ctx, r, found, homes)
			return err
		}
		t = sheet.Table{Name: name, Head: HouseholdColumns}
		for _, h := range found {
			t.Rows = append(t.Rows, sheet.Texts(h.Ref, homes[h.Home], refs[h.Place], h.Door))
		}
		return nil
	})
	name += map[bool]string{true: "-residents", false: "-households"}[residents]
	if err != nil || len(living) == 0 {
		return t, name, err
	}
	for chunk := range slices.Chunk(living, 200) {
		if err := f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.Privacy.NoteRead(ctx, tx, chunk, look) }); err != nil {
			return t, name, err
		}
	}
	return t, name, nil
}

// residents is the table of who lives in households.
func (f *Flows) residents(ctx context.Context, r db.Reader, found []household.Household, homes map[id.ID]string) (t sheet.Table, living []id.ID, err error) {
	ids := make([]id.ID, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	members, err := f.Households.Members(ctx, r, ids)
	if err != nil {
		return t, nil, err
	}
	for _, all := range members {
		for _, m := range all {
			if m.Current() {
				living = append(living, m.Person)
			}
		}
	}
	people, err := f.People.ByIDs(ctx, r, living)
	t = sheet.Table{Name: "residents", Head: ResidentColumns}
	for _, h := range found {
		for _, m := range members[h.ID] {
			p := people[m.Person]
			if !m.Current() || p == nil || p.Name == "" {
				continue
			}
			born := ""
			if p.BirthYear != 0 {
				born = strconv.Itoa(p.BirthYear)
			}
			t.Rows = append(t.Rows, sheet.Texts(h.Ref, homes[h.Home], p.Name, string(p.Form), p.Phone, born, string(m.Relation), m.From.Format("2006-01-02")))
		}
	}
	return t, living, err
}
