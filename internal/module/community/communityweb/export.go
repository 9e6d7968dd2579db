package communityweb

import (
	"net/http"
	"strconv"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/portal"
)

// export gives out what lies below a place as a table that can be handed in again.
func (h *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, _ := id.Parse(r.PathValue("place"))
	var below []community.Place
	err := h.view(ctx, func(rd db.Reader) (err error) {
		below, err = h.Flows.Communities.Below(ctx, rd, at)
		return err
	})
	if err != nil {
		return err
	}
	refs := make(map[id.ID]string, len(below))
	for _, p := range below {
		refs[p.ID] = p.Ref
	}
	t := sheet.Table{Name: below[0].Ref, Head: []string{"place_ref", "place_kind", "place_name", "parent_ref"}}
	for _, p := range below[1:] {
		if !p.Closed() {
			t.Rows = append(t.Rows, sheet.Texts(p.Ref, string(p.Kind), p.Name, refs[p.Parent]))
		}
	}
	format := r.FormValue("format")
	if sheet.Formats[format] == "" {
		format = "xlsx"
	}
	return portal.Take(w, r, below[0].Ref+"-places", format, t)
}

func figure(n int64) string { return strconv.FormatInt(n, 10) }
