package demo

import (
	"context"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/portal/demoweb"
)

// looks are the parts in which a visitor may look around.
var looks = []authz.Role{
	access.TeamLeader, access.Volunteer, access.Owner, access.Staff, access.GridWorker, access.Specialist, access.Operator, access.Finance, access.Chair, access.Mediator,
	access.Property, access.Residents, access.Officer, access.Inspector, access.Supervisor, access.Donor,
}

// start leads everybody to the frame of her part.
const start = "/"

// mask is one of the demo's people, with the number to sign in with.
type mask struct {
	demoweb.Guise
	phone string
	ref   string // as a member, "" for who is none
}

// masks finds one person for each look: two residents without any part first, the
// one who shops most and an elder with a helper, then whoever has a part first, in the
// first community if there is one.
func (d *Demo) masks(ctx context.Context) (all []mask, err error) {
	find := func(role i18n.Message, fits func(p *player) bool) {
		at := slices.IndexFunc(d.cast.players, func(p player) bool { return p.home == "C1" && fits(&p) })
		if at < 0 {
			at = slices.IndexFunc(d.cast.players, func(p player) bool { return fits(&p) })
		}
		if at < 0 || err != nil {
			return
		}
		p := &d.cast.players[at]
		m := mask{demoweb.Guise{Name: p.Name, Role: role, Where: streetName, Start: start}, p.Phone, p.ref}
		if p.home != "" {
			m.Where = communities[slices.Index(sorted(d.places), p.home)]
		}
		err = d.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			who, err := d.Flows.People.ByPhone(ctx, r, p.Phone)
			if err == nil {
				m.Person = who.ID
			}
			return err
		})
		all = append(all, m)
	}
	find(access.Name(access.Resident), func(p *player) bool { return p.ref == d.cast.regular })
	find(i18n.M("长辈版"), func(p *player) bool { return p.ref == d.cast.senior })
	find(demoweb.Applicant, func(p *player) bool { return p.ref == d.bidding(applicant) })
	for _, role := range looks {
		find(access.Name(role), func(p *player) bool {
			return slices.ContainsFunc(p.parts, func(part part) bool { return part.role == role })
		})
	}
	return all, err
}

// guises are the masks as the pages show them.
func guises(all []mask) []demoweb.Guise {
	list := make([]demoweb.Guise, len(all))
	for i, m := range all {
		list[i] = m.Guise
	}
	return list
}
