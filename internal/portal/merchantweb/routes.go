// Package merchantweb is what a shop sees on its phone: today's takings with every
// share explained, its statement, and the shop with who works there. No customer is
// named in it; groups of fewer than five are not counted out (C7, O2).
package merchantweb

import (
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/portal"
)

// Pages are the pages of a shop.
type Pages struct {
	*portal.Portal
}

// Routes adds the pages.
func (p *Pages) Routes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /shop", Action: "shop.read", On: first, Do: p.enter},
		httpkit.Route{Pattern: "GET /shop/{shop}", Action: "shop.read", On: shopOf, Do: p.today},
		httpkit.Route{Pattern: "GET /shop/{shop}/statement", Action: "statement.read", On: shopOf, Do: p.statement},
		httpkit.Route{Pattern: "GET /shop/{shop}/about", Action: "shop.read", On: shopOf, Do: p.about},
		httpkit.Route{Pattern: "POST /shop/{shop}/staff", Action: "staff.change", On: shopOf, Do: p.hire},
		httpkit.Route{Pattern: "POST /shop/{shop}/staff/{grant}/end", Action: "staff.change", On: shopOf, Do: p.dismiss},
	)
}

// grantOf is the viewer's role in a shop.
func grantOf(v authz.Viewer, fits func(g authz.Grant) bool) (authz.Grant, bool) {
	for _, role := range []authz.Role{access.Owner, access.Staff} {
		for _, g := range v.Grants {
			if g.Role == role && fits(g) {
				return g, true
			}
		}
	}
	return authz.Grant{}, false
}

// shopOf is the shop that an address names. Where it lies is known from the
// viewer's own role there: a shop without one belongs to nobody she is.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	g, _ := grantOf(authz.Of(r.Context()), func(g authz.Grant) bool { return g.Subject == shop })
	return authz.Resource{Kind: "shop", Place: g.Place, Subject: shop}, nil
}

// first is the first of the viewer's shops, the ones she owns before others.
func first(r *http.Request) (authz.Resource, error) {
	g, _ := grantOf(authz.Of(r.Context()), func(authz.Grant) bool { return true })
	return authz.Resource{Kind: "shop", Place: g.Place, Subject: g.Subject}, nil
}

// enter leads to the viewer's shop.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	at, err := first(r)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/shop/"+at.Subject.String(), http.StatusSeeOther)
	return nil
}

// till is the shop of a request, with the rules in force and today on its clock.
type till struct {
	*flow.Till
	rules policy.Params
	today period.Day
	owner bool // the viewer owns it
}

func (p *Pages) till(r *http.Request) (t till, err error) {
	at, err := shopOf(r)
	if err != nil {
		return t, err
	}
	if t.Till, err = p.Flows.TillOf(r.Context(), at.Place, at.Subject); err != nil {
		return t, err
	}
	g, _ := grantOf(authz.Of(r.Context()), func(g authz.Grant) bool { return g.Subject == at.Subject })
	t.owner = g.Role == access.Owner
	now := p.Flows.DB.Clock().Now()
	t.today = period.DayOf(now, t.Zone)
	err = p.Flows.DB.View(r.Context(), at.Place, func(reader db.Reader) error {
		versions, err := p.Flows.Policies.List(r.Context(), reader, at.Place)
		if err != nil {
			return err
		}
		v := policy.InForce(versions, now)
		if v == nil {
			return policy.ErrNone
		}
		t.rules = v.Params
		return nil
	})
	return t, err
}

// name is what the shop is called.
func (t *till) name() string {
	if t.Shop.Name == "" {
		return t.Shop.Ref
	}
	return t.Shop.Name
}

func (t *till) href(rest string) string { return "/shop/" + t.Shop.ID.String() + rest }
