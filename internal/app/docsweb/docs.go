// Package docsweb is the page on which a programmer reads what the API offers. It
// is made from the operations themselves and loads nothing from elsewhere.
package docsweb

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/platform/httpkit"
)

// group is the operations under one tag.
type group struct {
	Name string
	Ops  []operation
}

// operation is one operation as the page shows it.
type operation struct {
	ID, Method, Path, Summary, Says string
	Key                             bool // it needs one
	Fields                          []field
	Example                         string
}

// field is one thing that an operation takes.
type field struct {
	Name, Where, Type, Says string
	Required                bool
}

// Handler shows the operations of an API.
func Handler(kit *httpkit.Kit, api huma.API) http.Handler {
	groups := groupsOf(api.OpenAPI())
	return kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return kit.Render(w, r, http.StatusOK, httpkit.Public, page(groups))
	})
}

func groupsOf(doc *huma.OpenAPI) (groups []group) {
	at := make(map[string]int)
	for path, item := range doc.Paths {
		for method, op := range map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete} {
			if op == nil || len(op.Tags) == 0 {
				continue
			}
			i, known := at[op.Tags[0]]
			if !known {
				i = len(groups)
				at[op.Tags[0]] = i
				groups = append(groups, group{Name: op.Tags[0]})
			}
			groups[i].Ops = append(groups[i].Ops, operationOf(doc, method, path, op))
		}
	}
	for _, g := range groups {
		slices.SortFunc(g.Ops, func(a, b operation) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.Name, b.Name) })
	return groups
}

func operationOf(doc *huma.OpenAPI, method, path string, op *huma.Operation) operation {
	o := operation{ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Says: op.Description, Key: len(op.Security) > 0}
	for _, p := range op.Parameters {
		o.Fields = append(o.Fields, field{p.Name, p.In, typeOf(doc, p.Schema), cmp.Or(p.Description, says(doc, p.Schema)), p.Required})
	}
	example := map[string]any{}
	if op.RequestBody != nil {
		if media := op.RequestBody.Content["application/json"]; media != nil {
			o.Fields = append(o.Fields, bodyFields(doc, media.Schema, example)...)
		}
	}
	o.Example = curl(&o, example)
	return o
}

// bodyFields are the fields of a body; example gets a value for those that are
// required.
func bodyFields(doc *huma.OpenAPI, s *huma.Schema, example map[string]any) (fields []field) {
	s = resolve(doc, s)
	if s == nil {
		return nil
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		if name != "$schema" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		ra, rb := slices.Contains(s.Required, a), slices.Contains(s.Required, b)
		if ra != rb {
			if ra {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	for _, name := range names {
		p := s.Properties[name]
		required := slices.Contains(s.Required, name)
		fields = append(fields, field{name, "body", typeOf(doc, p), says(doc, p), required})
		if required {
			example[name] = valueOf(doc, p)
		}
	}
	return fields
}

func resolve(doc *huma.OpenAPI, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func says(doc *huma.OpenAPI, s *huma.Schema) string {
	if r := resolve(doc, s); r != nil {
		return r.Description
	}
	return ""
}

func typeOf(doc *huma.OpenAPI, s *huma.Schema) string {
	r := resolve(doc, s)
	switch {
	case r == nil:
		return ""
	case r.Type == "array":
		return typeOf(doc, r.Items) + "[]"
	case r.Format != "":
		return r.Format
	}
	return r.Type
}

// valueOf is a value that shows what a field may hold.
func valueOf(doc *huma.OpenAPI, s *huma.Schema) any {
	r := resolve(doc, s)
	switch {
	case r == nil:
		return nil
	case len(r.Examples) > 0:
		return r.Examples[0]
	case r.Format == "date-time":
		return "2025-10-15T18:24:00+08:00"
	case r.Format == "date":
		return "2025-10-15"
	case r.Type == "integer":
		return 1
	case r.Type == "array":
		return []any{valueOf(doc, r.Items)}
	case r.Type == "object":
		inner := map[string]any{}
		bodyFields(doc, r, inner)
		return inner
	case r.Type == "boolean":
		return false
	}
	return "…"
}

// curl is a call to copy.
func curl(o *operation, body map[string]any) string {
	var b strings.Builder
	b.WriteString("curl")
	if o.Method != http.MethodGet {
		b.WriteString(" -X " + o.Method)
	}
	b.WriteString(" http://127.0.0.1:8080" + o.Path)
	if o.Key {
		b.WriteString(" \\\n  -H 'Authorization: Bearer gy_…'")
	}
	if len(body) > 0 {
		if text, err := json.MarshalIndent(body, "  ", "  "); err == nil {
			b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + string(text) + "'")
		}
	}
	return b.String()
}
