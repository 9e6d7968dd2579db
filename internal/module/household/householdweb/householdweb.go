// Package householdweb are the pages of households: the office finds and keeps them,
// a person sees her own (A4).
package householdweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// Pages are the pages of households.
type Pages struct{ *portal.Portal }

// Routes adds the pages.
func Routes(t *httpkit.Router, p *portal.Portal) {
	h := &Pages{p}
	t.Add(
		httpkit.Route{Pattern: "GET /desk/households", Action: "household.read", On: h.underPlace("household.read"), Do: h.list},
		httpkit.Route{Pattern: "POST /desk/households", Action: "household.change", On: h.underPlace("household.change"), Do: h.add},
		httpkit.Route{Pattern: "GET /desk/households/export", Action: "household.export", On: h.underPlace("household.export"), Do: h.export},
		httpkit.Route{Pattern: "GET /desk/households/{household}", Action: "household.read", On: h.InHousehold, Do: h.page},
		httpkit.Route{Pattern: "POST /desk/households/{household}/residents", Action: "household.change", On: h.InHousehold, Do: h.moveIn},
		httpkit.Route{Pattern: "POST /desk/households/{household}/residents/{residence}/departure", Action: "household.change", On: h.InHousehold, Do: h.moveOut},
		httpkit.Route{Pattern: "POST /desk/households/{household}/links", Action: "household.change", On: h.InHousehold, Do: h.link},
		httpkit.Route{Pattern: "POST /desk/households/{household}/links/{link}/end", Action: "household.change", On: h.InHousehold, Do: h.unlink},
		httpkit.Route{Pattern: "POST /desk/households/{household}/end", Action: "household.change", On: h.InHousehold, Do: h.end},
		httpkit.Route{Pattern: "GET /me/household", Action: "me.read", On: httpkit.Mine, Do: h.mine},
	)
}

// InHousehold is what a page about the household in its address belongs to.
func (h *Pages) InHousehold(r *http.Request) (authz.Resource, error) { return At(h.Portal, r) }

// At is what a page about the household in its address belongs to.
func At(p *portal.Portal, r *http.Request) (on authz.Resource, err error) {
	at, err := id.Parse(r.PathValue("household"))
	if err != nil {
		return on, household.ErrNotFound
	}
	err = p.Flows.DB.View(r.Context(), id.Tilde, func(rd db.Reader) error {
		found, err := p.Flows.Households.ByID(r.Context(), rd, at)
		on = authz.Resource{Kind: "household", Place: found.Place, Subject: found.ID}
		return err
	})
	return on, err
}

// underPlace is what a list of households belongs to: the place that is asked for,
// else the first part of the tree where the viewer may do the action.
func (h *Pages) underPlace(a authz.Action) func(*http.Request) (authz.Resource, error) {
	return func(r *http.Request) (authz.Resource, error) {
		if text := r.FormValue("place"); text != "" {
			at, err := id.Parse(text)
			if err != nil {
				err = community.ErrNotFound
			}
			return authz.Resource{Kind: "place", Place: at}, err
		}
		v := authz.Of(r.Context())
		for _, g := range v.Grants {
			on := authz.Resource{Place: g.Place}
			if g.Subject.IsZero() && h.Engine.May(r.Context(), v, a, on) == nil {
				return on, nil
			}
		}
		return authz.Resource{}, nil
	}
}

func (h *Pages) may(ctx context.Context, a authz.Action, on authz.Resource) bool {
	return h.Engine.May(ctx, authz.Of(ctx), a, on) == nil
}

func (h *Pages) view(ctx context.Context, fn func(r db.Reader) error) error {
	return h.Flows.DB.View(ctx, id.Tilde, fn)
}

func (h *Pages) update(ctx context.Context, fn func(tx *db.Tx) error) error {
	return h.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), fn)
}

// Href is the office's page of a household.
func Href(at id.ID) string { return "/desk/households/" + at.String() }

// relationOptions are the relations to choose from.
func relationOptions(ctx context.Context) (options []ui.Option) {
	for _, r := range household.Relations {
		options = append(options, ui.Option{Value: string(r), Text: household.RelationName(r).In(ctx)})
	}
	return options
}

// Living are who lives in a household now, as lines of a list; tail shows the end of
// the phone number, by which the office knows people apart.
func Living(ctx context.Context, d flow.Dwelling, tail bool) (rows []ui.Row) {
	for _, m := range d.Members {
		p := d.People[m.Person]
		if !m.Current() || p == nil {
			continue
		}
		row := ui.Row{Icon: "person", Title: full(ctx, p), Text: i18n.T(ctx, "%s · 从 %s 起住在这里", household.RelationName(m.Relation), since(ctx, m))}
		if tail && p.Tail() != "" {
			row.EndNote = i18n.T(ctx, "尾号 %s", p.Tail())
		}
		rows = append(rows, row)
	}
	return rows
}

// full is a person's whole name, for those who keep the register.
func full(ctx context.Context, p *person.Person) string {
	if p.Name == "" {
		return portal.Called(ctx, p)
	}
	return p.Name
}

// Helpers are the grid workers and the representative of a household.
func Helpers(ctx context.Context, d flow.Dwelling) (rows []ui.Row) {
	for _, w := range d.Workers {
		if p := d.People[w]; p != nil {
			rows = append(rows, ui.Row{Icon: "person-check", Title: portal.Called(ctx, p), Text: i18n.T(ctx, "网格员")})
		}
	}
	i := slices.IndexFunc(d.Links, func(l household.Link) bool { return l.Current() && l.Kind == household.Representative })
	if i >= 0 && d.People[d.Links[i].Person] != nil {
		rows = append(rows, ui.Row{Icon: "people", Title: portal.Called(ctx, d.People[d.Links[i].Person]), Text: i18n.T(ctx, "居民代表")})
	}
	return rows
}
