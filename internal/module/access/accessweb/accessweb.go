// Package accessweb is where roles are given and taken: people and what they may be
// where, who holds which role, who gave and ended what, and the charter that says
// what each role may do. A page shows only what lies where its viewer's own role
// reaches.
package accessweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of people and roles.
type Pages struct {
	Portal *portal.Portal
	Flows  *flow.Flows
	Zone   *time.Location
	Demo   bool // passkeys are not asked for, and the page says so

	// Noted notes that the viewer looked at people's data; it is called before they
	// are shown.
	Noted func(ctx context.Context, people []id.ID, why string) error
	// Doors lists the doors that ask an action, for the charter.
	Doors func(a authz.Action) []string

	engine *authz.Engine
}

// Routes adds the pages, and their doors to the portal.
func (p *Pages) Routes(t *httpkit.Router) {
	p.engine = t.Engine()
	search, read, give, export := t.Somewhere("person.search"), t.Somewhere("grant.read"), t.Somewhere("grant.give"), t.Somewhere("grant.export")
	t.Add(
		httpkit.Route{Pattern: "GET /desk/people", Action: "person.search", On: search, Do: p.people},
		httpkit.Route{Pattern: "GET /desk/people/{person}", Action: "person.read", On: p.ofPerson, Do: p.person},
		httpkit.Route{Pattern: "GET /desk/roles", Action: "grant.read", On: read, Do: p.roles},
		httpkit.Route{Pattern: "GET /desk/roles/export", Action: "grant.export", On: export, Do: p.exportRoles},
		httpkit.Route{Pattern: "GET /desk/roles/trail", Action: "grant.read", On: read, Do: p.trail},
		httpkit.Route{Pattern: "GET /desk/roles/new", Action: "grant.give", On: give, Do: p.ask},
		httpkit.Route{Pattern: "POST /desk/roles/new", Action: "grant.give", On: give, Do: p.check},
		httpkit.Route{Pattern: "POST /desk/roles", Action: "grant.give", On: give, Do: p.give},
		httpkit.Route{Pattern: "GET /desk/roles/{grant}/end", Action: "grant.give", On: p.ofGrant, Do: p.askEnd},
		httpkit.Route{Pattern: "POST /desk/roles/{grant}/end", Action: "grant.give", On: p.ofGrant, Do: p.end},
		httpkit.Route{Pattern: "GET /me/roles", Action: "me.read", On: httpkit.Mine, Do: p.mine},
		httpkit.Route{Pattern: "GET /me/roles/{grant}/end", Action: "role.resign", On: p.ofGrant, Do: p.askEnd},
		httpkit.Route{Pattern: "POST /me/roles/{grant}/end", Action: "role.resign", On: p.ofGrant, Do: p.end},
		httpkit.Route{Pattern: "GET /charter", Action: "charter.read", Do: p.charter},
		httpkit.Route{Pattern: "GET /charter/{action}", Action: "charter.read", Do: p.article},
	)
	group := i18n.M("人和身份")
	p.Portal.Add(
		portal.Door{Kind: ui.OperatorFrame, Key: "people", Href: "/desk/people", Icon: "people", Text: i18n.M("找人"), Group: group, Action: "person.search"},
		portal.Door{Kind: ui.OperatorFrame, Key: "roles", Href: "/desk/roles", Icon: "person-check", Text: i18n.M("谁是什么身份"), Group: group, Action: "grant.read"},
	)
}

// shell is the frame of an operator's page under one of the doors.
func (p *Pages) shell(r *http.Request, active, title string) ui.Shell {
	s := p.Portal.Shell(r.Context(), ui.OperatorFrame, active, title)
	s.Wide, s.Class = true, "access"
	return s
}

// task is the frame of one thing to do, with the way back.
func (p *Pages) task(title string, back ui.Link) ui.Shell {
	return ui.Shell{Kind: ui.TaskFrame, Title: title, Back: back, Private: true, Class: "access"}
}

// now is the house's clock in the zone of its people.
func (p *Pages) now() time.Time { return p.Flows.DB.Clock().Now().In(p.Zone) }

// view reads people, places and grants on one consistent state.
func (p *Pages) view(ctx context.Context, fn func(r db.Reader) error) error {
	return p.Flows.DB.View(ctx, id.Tilde, fn)
}

// noted tells whom it concerns that somebody looked.
func (p *Pages) noted(ctx context.Context, people []id.ID, why string) error {
	if p.Noted == nil || len(people) == 0 {
		return nil
	}
	return p.Noted(ctx, people, why)
}

// ofPerson is where a person's page belongs: the first of her places at which the
// viewer may read it, else the whole installation.
func (p *Pages) ofPerson(r *http.Request) (on authz.Resource, err error) {
	who, err := personIn(r)
	if err != nil {
		return on, err
	}
	ctx, v := r.Context(), authz.Of(r.Context())
	var places []id.ID
	err = p.view(ctx, func(rd db.Reader) error {
		members, err := p.Flows.People.Memberships(ctx, rd, who)
		if err != nil {
			return err
		}
		for _, m := range members {
			places = append(places, m.Home)
		}
		grants, err := p.Flows.Access.Of(ctx, rd, who)
		for _, g := range grants {
			places = append(places, g.Place)
		}
		return err
	})
	if err != nil {
		return on, err
	}
	for _, at := range places {
		if here := (authz.Resource{Kind: "person", Place: at}); !at.IsZero() && p.engine.Can(ctx, v, "person.read", here) {
			return here, nil
		}
	}
	return authz.Resource{Kind: "person"}, nil
}

// ofGrant is where a grant belongs, and whose it is.
func (p *Pages) ofGrant(r *http.Request) (on authz.Resource, err error) {
	err = p.view(r.Context(), func(rd db.Reader) error {
		g, err := p.grantIn(r, rd)
		if err == nil {
			on = authz.Resource{Kind: "role", Place: g.Place, Subject: g.Subject, Owner: g.Person}
		}
		return err
	})
	return on, err
}

// personIn is the person in a page's address.
func personIn(r *http.Request) (id.ID, error) {
	who, err := id.Parse(r.PathValue("person"))
	if err != nil {
		return who, errNobody
	}
	return who, nil
}

var errNobody = fault.New(fault.NotFound, "accessweb.nobody")
