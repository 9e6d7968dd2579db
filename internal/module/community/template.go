package community

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Refusals of a template, in the order in which they are checked.
var (
	ErrBadTemplate = fault.New(fault.Invalid, "community.bad_template")
	ErrBadGrids    = fault.New(fault.Invalid, "community.bad_grids")
	ErrNoTemplate  = fault.New(fault.NotFound, "community.no_template")
)

// Template is what a new community is made from: how it is cut into grids, which
// rules it begins with, who has to be found, what is switched on (T1).
type Template struct {
	Ref          string              `json:"ref"`
	Name         string              `json:"name"`
	Grids        int                 `json:"grids"`      // how many grids it begins with
	GridName     string              `json:"grid_name"`  // "%d" stands for the number: "第%d网格"
	Households   int                 `json:"households"` // about how many a grid has, for the plan
	Policy       string              `json:"policy"`     // code of the first policy version
	Params       json.RawMessage     `json:"params,omitempty"`
	Roles        []Post              `json:"roles"`
	Capabilities map[Capability]bool `json:"capabilities"`
	From         string              `json:"from,omitempty"` // the community it was taken from
	Edition      int                 `json:"-"`
}

// Post is how many people a new community needs in a role.
type Post struct {
	Role  authz.Role `json:"role"`
	Count int        `json:"count"`
	Each  bool       `json:"each"` // in each grid
}

// maxGrids bounds what one community begins with.
const maxGrids = 200

// Validate refuses a template from which nothing can be made.
func (t *Template) Validate() error {
	switch {
	case t.Ref == "" || len(t.Ref) > 64 || !legible(t.Ref) || t.Name == "" || !named(t.Name):
		return ErrBadTemplate.On("name")
	case t.Grids < 0 || t.Grids > maxGrids || t.Grids > 0 && strings.Count(t.GridName, "%d") != 1 || strings.Count(t.GridName, "%") > 1:
		return ErrBadGrids.On("grids").With("most", maxGrids)
	}
	for c := range t.Capabilities {
		if _, known := byDefault(c); !known {
			return ErrBadCapability.On("capabilities")
		}
	}
	return nil
}

// Lay lists the grids of a new community by the template.
func (t *Template) Lay(of Place) []Place {
	grids := make([]Place, t.Grids)
	for i := range grids {
		grids[i] = Place{Parent: of.ID, Kind: Grid, Ref: fmt.Sprintf("%s-G%02d", of.Ref, i+1), Name: fmt.Sprintf(t.GridName, i+1)}
	}
	return grids
}

// SaveTemplate writes a new edition of a template. tx belongs to "~".
func (s *Service) SaveTemplate(ctx context.Context, tx *db.Tx, t Template) (_ Template, err error) {
	defer fault.Wrap(&err, "community: template %s", t.Ref)
	if err := t.Validate(); err != nil {
		return t, err
	}
	content, err := json.Marshal(t)
	if err != nil {
		return t, err
	}
	var last int
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(edition), 0) FROM community_template WHERE community_id = ? AND ref = ?", id.Tilde[:], t.Ref); err != nil {
		return t, err
	}
	t.Edition = last + 1
	_, err = tx.Exec(ctx, "INSERT INTO community_template (community_id, ref, edition, content, written_at, written_by) VALUES (?, ?, ?, ?, ?, ?)",
		id.Tilde[:], t.Ref, t.Edition, string(content), tx.Now.UnixMicro(), tx.Actor.ID)
	return t, err
}

// Templates lists the latest edition of every template, by reference.
func (s *Service) Templates(ctx context.Context, r db.Reader) (latest []Template, err error) {
	var rows []struct {
		Edition int    `db:"edition"`
		Content string `db:"content"`
	}
	if err := db.All(ctx, r, &rows, "SELECT edition, content FROM community_template WHERE community_id = ? ORDER BY ref, edition", id.Tilde[:]); err != nil {
		return nil, err
	}
	for _, row := range rows {
		var t Template
		if err := json.Unmarshal([]byte(row.Content), &t); err != nil {
			return nil, err
		}
		t.Edition = row.Edition
		if n := len(latest); n > 0 && latest[n-1].Ref == t.Ref {
			latest = latest[:n-1]
		}
		latest = append(latest, t)
	}
	return latest, nil
}

// TemplateByRef is the latest edition of a template.
func (s *Service) TemplateByRef(ctx context.Context, r db.Reader, ref string) (Template, error) {
	all, err := s.Templates(ctx, r)
	for _, t := range all {
		if t.Ref == ref {
			return t, nil
		}
	}
	if err == nil {
		err = ErrNoTemplate.With("ref", ref)
	}
	return Template{}, err
}
