// Package tradeweb are the pages of how numbers are known: a person's bill with what
// she spent, saved, earned and could have saved (B7), and what a shop may know of its
// customers (C7, O2). Every figure of a bill opens down to its receipts; no figure of
// a portrait opens at all.
package tradeweb

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// BillPath is the page of a person's bill.
const BillPath = "/me/bill"

// Pages are the pages of trade.
type Pages struct {
	*portal.Portal
}

// Routes adds the pages, and the tab of customers to the frame of a shop.
func Routes(t *httpkit.Router, p *Pages) {
	const bill, look, export = "bill.read", "portrait.read", "portrait.export"
	t.Add(
		httpkit.Route{Pattern: "GET " + BillPath, Action: bill, On: httpkit.Mine, Do: p.bill},
		httpkit.Route{Pattern: "GET " + BillPath + "/rows", Action: bill, On: httpkit.Mine, Do: p.billRows},
		httpkit.Route{Pattern: "GET " + BillPath + "/missed", Action: bill, On: httpkit.Mine, Do: p.missed},

		httpkit.Route{Pattern: "GET /shop/{shop}/customers", Action: look, On: shopOf, Do: p.customers},
		httpkit.Route{Pattern: "GET /shop/{shop}/customers/file", Action: export, On: shopOf, Do: p.customersFile},
	)
	p.Add(portal.Door{Kind: ui.MerchantFrame, Key: "customers", Href: "/shop/{shop}/customers", Icon: "people", Text: i18n.M("顾客"), Action: look})
}

// shopOf is the shop that an address names. Where it lies is known from the viewer's
// own role there: a shop without one belongs to nobody she is.
func shopOf(r *http.Request) (authz.Resource, error) {
	shop, err := id.Parse(r.PathValue("shop"))
	if err != nil {
		return authz.Resource{}, httpkit.ErrNoSuchPage
	}
	at := authz.Resource{Kind: "shop", Subject: shop}
	for _, g := range authz.Of(r.Context()).Grants {
		if g.Subject == shop && (g.Role == access.Owner || g.Role == access.Staff) {
			at.Place = g.Place
		}
	}
	return at, nil
}

// mine is whose bill it is: who looks, or whom she helps.
type mine struct {
	all   []flow.Belonging // home first
	now   time.Time        // on the clock of her home
	today period.Day
}

func (p *Pages) mine(ctx context.Context) (m mine, err error) {
	_, memberships, err := p.Me(ctx)
	if err != nil {
		return m, err
	}
	m.now = p.Flows.DB.Clock().Now().In(portal.Zone)
	if m.all, err = p.Flows.Belongings(ctx, memberships); err != nil {
		return m, err
	}
	if len(m.all) > 0 {
		m.now = m.now.In(m.all[0].Zone)
	}
	m.today = period.DayOf(m.now, m.now.Location())
	return m, nil
}

// shell is a page of a person's bill.
func (p *Pages) shell(ctx context.Context, title string, back ui.Link) ui.Shell {
	s := p.Shell(ctx, ui.ResidentFrame, "me", title)
	s.Wide, s.Back = true, back
	return s
}
