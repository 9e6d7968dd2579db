package householdweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// listView is the households of a place, or those that were searched.
type listView struct {
	Place community.Place
	Trail string
	Text  string
	Rows  []ui.Row
	After string
	May   bool
	In    bool // bring tables in
	Form  ui.Form
	Ref   string
	Door  string
}

// pageSize is how many households a page of the list has.
const pageSize = 50

func (h *Pages) list(w http.ResponseWriter, r *http.Request) error {
	return h.showList(w, r, http.StatusOK, nil)
}

func (h *Pages) showList(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	v := listView{Text: strings.TrimSpace(r.FormValue("q")), Form: ui.Form{Action: "/desk/households", Wrong: wrong}, In: h.Portal.May(ctx, "import.read")}
	if wrong != nil {
		v.Ref, v.Door = r.FormValue("household_ref"), r.FormValue("door")
	}
	err := h.view(ctx, func(rd db.Reader) error { return h.find(ctx, rd, r, &v) })
	if err != nil {
		return err
	}
	v.May = v.Place.Kind.Within() && !v.Place.Closed() && h.may(ctx, "household.change", authz.Resource{Place: v.Place.ID})
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "places", i18n.T(ctx, "住户")), listPage(v))
}

// find reads a page of households, in the place that is asked for and below it, or
// else wherever the viewer may look. A phone number finds who lives behind it.
func (h *Pages) find(ctx context.Context, rd db.Reader, r *http.Request, v *listView) error {
	on, err := h.underPlace("household.read")(r)
	if err != nil {
		return err
	}
	q := household.Query{Text: v.Text, After: r.FormValue("after"), Limit: pageSize}
	if !on.Place.IsZero() {
		below, err := h.Flows.Communities.Below(ctx, rd, on.Place)
		if err != nil {
			return err
		}
		v.Place = below[0]
		for _, p := range below {
			q.Places = append(q.Places, p.ID)
		}
		path, err := h.Flows.Communities.Up(ctx, rd, on.Place)
		if err != nil {
			return err
		}
		v.Trail = trail(path)
	}
	var found []household.Household
	more := false
	if phone, err := person.ParsePhone(v.Text); err == nil && v.Text != "" {
		found, err = h.behindPhone(ctx, rd, phone, on.Place)
		if err != nil {
			return err
		}
	} else if found, more, err = h.Flows.Households.Find(ctx, rd, q); err != nil {
		return err
	}
	if more {
		v.After = found[len(found)-1].Ref
	}
	v.Rows, err = h.rows(ctx, rd, found)
	return err
}

// behindPhone is the household of who has a number, if it lies in the place.
func (h *Pages) behindPhone(ctx context.Context, rd db.Reader, phone string, in id.ID) ([]household.Household, error) {
	p, err := h.Flows.People.ByPhone(ctx, rd, phone)
	if err != nil {
		return nil, nil // nobody has it: nothing is found
	}
	at, found, err := h.Flows.Households.HomeOf(ctx, rd, p.ID)
	if err != nil || !found || !h.may(ctx, "household.read", authz.Resource{Place: at.Place, Subject: at.ID}) {
		return nil, err
	}
	if covers, err := (community.Tree{Places: h.Flows.Communities, DB: h.Flows.DB}).Covers(ctx, in, at.Place); err != nil || !covers && !in.IsZero() {
		return nil, err
	}
	return []household.Household{at}, nil
}

func (h *Pages) rows(ctx context.Context, rd db.Reader, found []household.Household) (rows []ui.Row, err error) {
	ids := make([]id.ID, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	members, err := h.Flows.Households.Members(ctx, rd, ids)
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		living := 0
		for _, m := range members[x.ID] {
			if m.Current() {
				living++
			}
		}
		at, err := h.Flows.Communities.Path(ctx, h.Flows.DB, x.Place)
		if err != nil {
			return nil, err
		}
		rows = append(rows, ui.Row{Href: Href(x.ID), Icon: "home", Title: x.Door, Text: trail(at), Notes: []string{i18n.T(ctx, "编号 %s", x.Ref)}, End: i18n.T(ctx, "%d 人", living)})
	}
	return rows, nil
}

func trail(path []community.Place) string {
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = portal.PlaceName(p)
	}
	return strings.Join(names, " › ")
}

// add notes a household in a building or grid.
func (h *Pages) add(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := id.Parse(r.FormValue("place"))
	if err != nil {
		return household.ErrBadPlace
	}
	x := household.Household{Place: at, Ref: strings.TrimSpace(r.FormValue("household_ref")), Door: strings.TrimSpace(r.FormValue("door"))}
	res := h.Flows.AddHouseholds(ctx, authz.Of(ctx).Actor(), []household.Household{x})[0]
	if res.Err == nil {
		http.Redirect(w, r, "/desk/households?place="+at.String()+"&q="+x.Ref, http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, res.Err)
	if err != nil {
		return err
	}
	return h.showList(w, r, status, wrong)
}

// export gives out the households of a place, or who lives in them, as a table that
// can be handed in again. Whoever takes people along is noted with them (A7).
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	on, err := h.underPlace("household.export")(r)
	if err != nil {
		return err
	}
	format := r.FormValue("format")
	if sheet.Formats[format] == "" {
		format = "xlsx"
	}
	look, err := h.Look(ctx, privacy.Household, i18n.M("下载人员表").Key)
	if err != nil {
		return err
	}
	t, name, err := h.Flows.Register(ctx, authz.Of(ctx).Actor(), look, on.Place, r.FormValue("of") == "residents")
	if err != nil {
		return err
	}
	return portal.Take(w, r, name, format, t)
}
