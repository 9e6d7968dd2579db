package communityweb

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// placeView is one place with what stands under it.
type placeView struct {
	Place   community.Place
	Crumbs  []ui.Link
	Stats   []ui.Stat
	Rows    []ui.Row
	More    string // page behind this one, "" if none
	Closed  bool   // closed places are shown too
	House   []ui.Link
	History []ui.Event
	May     bool
	Add     addForm
	Form    string // which form has something wrong: "add", "name", "parent", "closure"
	Wrong   []ui.Wrong
	Name    string
	Parent  string
	Reason  string
}

func (v placeView) form(name, action string) ui.Form {
	f := ui.Form{ID: name, In: name, Action: placeHref(v.Place.ID) + "/" + action}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

func (h *Pages) place(w http.ResponseWriter, r *http.Request) error {
	at, _ := id.Parse(r.PathValue("place")) // inPlace has read it before
	return h.showPlace(w, r, at, http.StatusOK, "", nil)
}

func (h *Pages) showPlace(w http.ResponseWriter, r *http.Request, at id.ID, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	v := placeView{Form: form, Wrong: wrong, Closed: r.FormValue("closed") != ""}
	err := h.view(ctx, func(rd db.Reader) error { return h.readPlace(ctx, rd, r, at, &v) })
	if err != nil {
		return err
	}
	v.May = h.MayIn(ctx, "place.change", at) && !v.Place.Closed()
	var addWrong []ui.Wrong
	if form == "add" {
		addWrong = wrong
	}
	v.Add = newForm(ctx, at, v.Place.Kind.Below(), r, addWrong)
	v.Name, v.Parent, v.Reason = v.Place.Name, "", ""
	if form != "" && form != "add" {
		v.Reason = r.FormValue("reason")
	}
	switch form {
	case "name":
		v.Name = r.FormValue("name")
	case "parent":
		v.Parent = r.FormValue("parent")
	}
	title := portal.PlaceName(v.Place)
	return h.ShowAs(w, r, status, httpkit.Private, h.Shell(ctx, ui.OperatorFrame, "places", title), placePage(v))
}

// readPlace reads a place, its path, a page of what is under it, and its history.
func (h *Pages) readPlace(ctx context.Context, rd db.Reader, r *http.Request, at id.ID, v *placeView) error {
	path, err := h.Flows.Communities.Up(ctx, rd, at)
	if err != nil {
		return err
	}
	v.Place = path[len(path)-1]
	v.Crumbs = []ui.Link{{Href: "/desk/places", Text: i18n.T(ctx, "地方和住户")}}
	for _, p := range path {
		crumb := ui.Link{Text: portal.PlaceName(p)}
		if h.MayIn(ctx, "place.read", p.ID) { // what lies above her part of the tree is a name
			crumb.Href = placeHref(p.ID)
		}
		v.Crumbs = append(v.Crumbs, crumb)
	}
	found, more, err := h.Flows.Communities.Find(ctx, rd, community.Query{Parent: at, Closed: v.Closed, After: r.FormValue("after"), Limit: 50})
	if err != nil {
		return err
	}
	if more {
		v.More = found[len(found)-1].Ref
	}
	if v.Rows, err = h.rows(ctx, rd, found, true); err != nil {
		return err
	}
	if err := h.countHouseholds(ctx, rd, path, found, v); err != nil {
		return err
	}
	v.History, err = h.history(ctx, rd, at)
	return err
}

// countHouseholds says how many households each place under this one has.
func (h *Pages) countHouseholds(ctx context.Context, rd db.Reader, path, found []community.Place, v *placeView) error {
	counts, err := h.Flows.Communities.Counts(ctx, rd, []community.Place{v.Place})
	if err != nil {
		return err
	}
	for _, k := range community.Kinds {
		if n := counts[v.Place.ID][k]; n > 0 {
			v.Stats = append(v.Stats, ui.Stat{Name: KindName(ctx, k), Number: figure(n)})
		}
	}
	home, inside := community.HomeOn(path)
	if !inside {
		return nil
	}
	of, err := h.Flows.Households.CountByPlace(ctx, rd, home.ID)
	if err != nil {
		return err
	}
	below, err := h.Flows.Communities.Below(ctx, rd, v.Place.ID)
	if err != nil {
		return err
	}
	full := make(map[id.ID]int64)
	for _, p := range slices.Backward(below) {
		full[p.ID] += of[p.ID]
		full[p.Parent] += full[p.ID]
	}
	for i, p := range found {
		if n := full[p.ID]; n > 0 {
			v.Rows[i].End = i18n.T(ctx, "%d 户", int(n))
		}
	}
	stat := ui.Stat{Name: i18n.T(ctx, "住户"), Number: figure(full[v.Place.ID])}
	if h.MayIn(ctx, "household.read", v.Place.ID) {
		stat.Href = "/desk/households?place=" + v.Place.ID.String()
	}
	v.Stats = append(v.Stats, stat)
	if v.Place.Kind == community.Community {
		people, err := h.Flows.Households.People(ctx, rd, v.Place.ID)
		if err != nil {
			return err
		}
		v.Stats = append(v.Stats, ui.Stat{Name: i18n.T(ctx, "登记在住的人"), Number: figure(people)})
	}
	return nil
}

// history is what happened to a place.
func (h *Pages) history(ctx context.Context, rd db.Reader, at id.ID) (events []ui.Event, err error) {
	changes, err := h.Flows.Communities.History(ctx, rd, at, 30)
	if err != nil {
		return nil, err
	}
	var by []id.ID
	for _, c := range changes {
		by = append(by, c.By)
	}
	names, err := h.Names(ctx, rd, by...)
	for _, c := range changes {
		e := ui.Event{Title: happened(ctx, c), Text: names[c.By], When: ui.Moment(ctx, portal.Local(c.When())), State: ui.Done}
		if c.Reason != "" {
			e.Text = i18n.T(ctx, "%s：%s", names[c.By], c.Reason)
		}
		events = append(events, e)
	}
	return events, err
}

func happened(ctx context.Context, c community.Change) string {
	switch c.Kind {
	case community.Renamed:
		return i18n.T(ctx, "改名：%s → %s", c.Old, c.New)
	case community.Moved:
		return i18n.T(ctx, "搬动：%s → %s", c.Old, c.New)
	case community.Ended:
		return i18n.T(ctx, "关闭")
	case community.Filled:
		return i18n.T(ctx, "按“%s”建成", c.New)
	}
	return i18n.T(ctx, "新增：%s", c.New)
}

func (h *Pages) rename(w http.ResponseWriter, r *http.Request) error {
	return h.change(w, r, "name", func(tx *db.Tx, at id.ID) error {
		return h.Flows.Communities.Rename(r.Context(), tx, at, strings.TrimSpace(r.FormValue("name")), r.FormValue("reason"))
	})
}

// move puts a place under the parent whose reference was given. The viewer must be
// allowed to change that one too.
func (h *Pages) move(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return h.change(w, r, "parent", func(tx *db.Tx, at id.ID) error {
		to, err := h.Flows.Communities.GetRef(ctx, tx, strings.TrimSpace(r.FormValue("parent")))
		if err != nil {
			return community.ErrBadParent.On("parent")
		}
		if !h.MayIn(ctx, "place.change", to.ID) {
			return authz.ErrDenied
		}
		return h.Flows.Communities.Move(ctx, tx, at, to.ID, r.FormValue("reason"))
	})
}

func (h *Pages) close(w http.ResponseWriter, r *http.Request) error {
	at, _ := id.Parse(r.PathValue("place"))
	err := h.Flows.ClosePlace(r.Context(), authz.Of(r.Context()).Actor(), at, r.FormValue("reason"))
	return h.changed(w, r, at, "closure", err)
}

func (h *Pages) change(w http.ResponseWriter, r *http.Request, form string, fn func(tx *db.Tx, at id.ID) error) error {
	at, _ := id.Parse(r.PathValue("place"))
	return h.changed(w, r, at, form, h.update(r.Context(), func(tx *db.Tx) error { return fn(tx, at) }))
}

func (h *Pages) changed(w http.ResponseWriter, r *http.Request, at id.ID, form string, err error) error {
	if err == nil {
		http.Redirect(w, r, placeHref(at), http.StatusSeeOther)
		return nil
	}
	wrong, status, err := portal.Wrong(r.Context(), err)
	if err != nil {
		return err
	}
	return h.showPlace(w, r, at, status, form, wrong)
}
