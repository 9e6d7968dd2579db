package app

import (
	"cmp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
)

// Door is one page, form or operation, and what the policies are asked before it
// opens.
type Door struct {
	Method, Path string
	Action       authz.Action // "" on a door that the policies refuse to everybody
	Key          bool         // a program needs a key
}

// Doors lists every door of the house, by path. Handler must have run.
func (a *App) Doors() (all []Door) {
	for _, r := range a.routes.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		all = append(all, Door{Method: method, Path: path, Action: r.Action})
	}
	for path, item := range a.calls.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete, item.Head, item.Options, item.Trace} {
			if op != nil {
				all = append(all, Door{Method: op.Method, Path: path, Action: apikit.AskOf(op).Action, Key: len(op.Security) > 0})
			}
		}
	}
	slices.SortFunc(all, func(x, y Door) int { return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Method, y.Method)) })
	return all
}
