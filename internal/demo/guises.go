package demo

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/portal/demoweb"
)

// looks are the parts in which a visitor may look around, and where each begins.
var looks = []struct {
	role  authz.Role
	start string
}{
	{access.TeamLeader, "/home"}, {access.Volunteer, "/field"}, {access.Owner, "/shop"}, {access.Staff, "/shop"}, {access.GridWorker, "/field"},
	{access.Specialist, "/ops"}, {access.Operator, "/ops"}, {access.Finance, "/ops"}, {access.Chair, "/ops"}, {access.Mediator, "/ops"},
	{access.Property, "/ops"}, {access.Residents, "/ops"}, {access.Officer, "/officer"}, {access.Inspector, "/officer"}, {access.Supervisor, "/officer"}, {access.Donor, "/officer"},
}

// masks finds one person for each look: an elder and a younger resident without any
// part first, then whoever has the part first.
func (d *Demo) masks(ctx context.Context) (guises []demoweb.Guise, err error) {
	find := func(start string, role i18n.Message, fits func(p player) bool) {
		at := slices.IndexFunc(d.cast.players, fits)
		if at < 0 || err != nil {
			return
		}
		p := d.cast.players[at]
		g := demoweb.Guise{Name: p.Name, Role: role, Where: streetName, Start: start}
		if p.home != "" {
			g.Where = communities[slices.Index(sorted(d.places), p.home)]
		}
		err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			who, err := d.Flows.People.ByPhone(ctx, r, p.Phone)
			if err == nil {
				g.Person = who.ID
			}
			return err
		})
		guises = append(guises, g)
	}
	elder := func(p player) bool { return p.Form == person.Auntie || p.Form == person.Uncle }
	find("/home", access.Name(access.Resident), func(p player) bool { return len(p.parts) == 0 && !elder(p) })
	find("/home", access.Name(access.Resident), func(p player) bool { return len(p.parts) == 0 && elder(p) })
	for _, l := range looks {
		find(l.start, access.Name(l.role), func(p player) bool {
			return slices.ContainsFunc(p.parts, func(part part) bool { return part.role == l.role })
		})
	}
	return guises, err
}
