package communityweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// placesView is where the tree begins for the viewer, or what she searched.
type placesView struct {
	Text string
	Rows []ui.Row
	More bool
	May  bool // add at the root
	In   bool // bring tables in
	Form addForm
}

// addForm is the form for a new place, with what was typed.
type addForm struct {
	ui.Form
	Under          id.ID
	Kinds          []ui.Option
	Kind, Ref, Nam string
}

func newForm(ctx context.Context, under id.ID, kinds []community.Kind, r *http.Request, wrong []ui.Wrong) addForm {
	f := addForm{Form: ui.Form{In: "add", Action: "/desk/places", Wrong: wrong}, Under: under}
	for _, k := range kinds {
		f.Kinds = append(f.Kinds, ui.Option{Value: string(k), Text: KindName(ctx, k)})
	}
	if len(f.Kinds) > 0 {
		f.Kind = f.Kinds[0].Value
	}
	if wrong != nil {
		f.Kind, f.Ref, f.Nam = r.FormValue("kind"), r.FormValue("ref"), r.FormValue("name")
	}
	return f
}

func (h *Pages) places(w http.ResponseWriter, r *http.Request) error {
	return h.showPlaces(w, r, http.StatusOK, nil)
}

func (h *Pages) showPlaces(w http.ResponseWriter, r *http.Request, status int, wrong []ui.Wrong) error {
	ctx := r.Context()
	v := placesView{Text: strings.TrimSpace(r.FormValue("q")), May: h.MayIn(ctx, "place.change", id.ID{}), In: h.May(ctx, "import.read")}
	v.Form = newForm(ctx, id.ID{}, []community.Kind{community.Street, community.City, community.Community}, r, wrong)
	err := h.view(ctx, func(rd db.Reader) (err error) {
		if v.Text != "" {
			return h.search(ctx, rd, &v)
		}
		var top []community.Place
		for _, at := range h.tops(ctx, "place.read") {
			if at.IsZero() {
				top, v.More, err = h.Flows.Communities.Find(ctx, rd, community.Query{Roots: true, Limit: 500})
			} else {
				var p community.Place
				p, err = h.Flows.Communities.Get(ctx, rd, at)
				top = append(top, p)
			}
			if err != nil {
				return err
			}
		}
		v.Rows, err = h.rows(ctx, rd, top, true)
		return err
	})
	if err != nil {
		return err
	}
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "places", i18n.T(ctx, "地方和住户")), placesPage(v))
}

// search finds places in the viewer's part of the tree, with where they lie.
func (h *Pages) search(ctx context.Context, rd db.Reader, v *placesView) error {
	found, more, err := h.Flows.Communities.Find(ctx, rd, community.Query{Text: v.Text, Closed: true, Limit: 200})
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(p community.Place) bool { return !h.MayIn(ctx, "place.read", p.ID) })
	v.More = more
	v.Rows, err = h.rows(ctx, rd, found, false)
	for i, p := range found {
		path, err := h.Flows.Communities.Path(ctx, h.Flows.DB, p.ID)
		if err != nil {
			return err
		}
		v.Rows[i].Notes = append(v.Rows[i].Notes, Trail(path[:len(path)-1]))
	}
	return err
}

// Trail is a path as people read it: 柳园街道 › 竹溪社区.
func Trail(path []community.Place) string {
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = portal.PlaceName(p)
	}
	return strings.Join(names, " › ")
}

// rows are places as lines of a list; counts says what stands under each.
func (h *Pages) rows(ctx context.Context, rd db.Reader, all []community.Place, counts bool) ([]ui.Row, error) {
	under := make(map[id.ID]map[community.Kind]int64)
	if counts {
		var err error
		if under, err = h.Flows.Communities.Counts(ctx, rd, all); err != nil {
			return nil, err
		}
	}
	rows := make([]ui.Row, len(all))
	for i, p := range all {
		rows[i] = ui.Row{Href: placeHref(p.ID), Icon: icons[p.Kind], Title: portal.PlaceName(p), Text: i18n.T(ctx, "%s · 编号 %s", KindName(ctx, p.Kind), p.Ref)}
		if p.Closed() {
			rows[i].Tag, rows[i].Tone = i18n.T(ctx, "已关闭"), ui.Soon
		} else if s := said(ctx, under[p.ID]); s != "" {
			rows[i].EndNote = s
		}
	}
	return rows, nil
}

var icons = map[community.Kind]string{community.City: "map", community.Street: "route", community.Community: "home", community.Grid: "grid", community.Building: "building"}

// said is what stands under a place, in words: 15 个网格.
func said(ctx context.Context, counts map[community.Kind]int64) string {
	var parts []string
	for _, k := range community.Kinds {
		if n := counts[k]; n > 0 {
			parts = append(parts, counted(ctx, k, n))
		}
	}
	return strings.Join(parts, " · ")
}

func counted(ctx context.Context, k community.Kind, n int64) string {
	switch k {
	case community.Street:
		return i18n.T(ctx, "%d 个街道", int(n))
	case community.Community:
		return i18n.T(ctx, "%d 个社区", int(n))
	case community.Grid:
		return i18n.T(ctx, "%d 个网格", int(n))
	case community.Building:
		return i18n.T(ctx, "%d 栋楼", int(n))
	}
	return strconv.FormatInt(n, 10)
}

// add puts a place under another one, or at the root.
func (h *Pages) add(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	under, err := parentOf(r)
	if err != nil {
		return err
	}
	p := community.Place{Parent: under, Kind: community.Kind(r.FormValue("kind")), Ref: strings.TrimSpace(r.FormValue("ref")), Name: strings.TrimSpace(r.FormValue("name"))}
	if p.Kind == community.Community {
		p, _, err = h.Flows.Found(ctx, authz.Of(ctx).Actor(), p, flow.Trial())
	} else {
		err = h.update(ctx, func(tx *db.Tx) error {
			q, err := h.Flows.Communities.Add(ctx, tx, p)
			p.ID = q.ID
			return err
		})
	}
	if err == nil {
		http.Redirect(w, r, placeHref(p.ID), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(ctx, err)
	if err != nil {
		return err
	}
	if under.IsZero() {
		return h.showPlaces(w, r, status, wrong)
	}
	return h.showPlace(w, r, under, status, "add", wrong)
}
