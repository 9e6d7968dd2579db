package operatorweb

import (
	"net/http"

	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/ui"
)

// choose lists the communities whose pages of a kind the viewer may see. Who may
// see one alone goes there at once.
func (d *Desk) choose(w http.ResponseWriter, r *http.Request, a authz.Action, key, title string) error {
	mine, err := d.mine(r.Context(), a)
	if err != nil {
		return err
	}
	if len(mine) == 1 {
		http.Redirect(w, r, path(key, mine[0].Ref), http.StatusSeeOther)
		return nil
	}
	return d.Portal.Show(w, r, d.shell(r, key, title), choosePage(title, rowsOf(key, mine)))
}

func rowsOf(key string, places []community.Place) (rows []ui.Row) {
	for _, p := range places {
		rows = append(rows, ui.Row{Href: path(key, p.Ref), Icon: "building", Title: named(p), Text: p.Ref})
	}
	return rows
}
