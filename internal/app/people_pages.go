package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access/accessweb"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/portal"
)

// people adds the pages of people and roles.
func (a *App) people() {
	pages := &accessweb.Pages{Portal: a.portal, Flows: a.Flows, Zone: portal.Zone, Demo: !a.Passkeys, Noted: a.noteRoles, Doors: a.doorsOf}
	pages.Routes(a.routes)
}

// noteRoles notes that somebody looked at people's roles (A7).
func (a *App) noteRoles(ctx context.Context, people []id.ID, why string) error {
	return a.portal.Looked(ctx, people, privacy.Roles, why)
}

// doorsOf lists the doors that ask an action.
func (a *App) doorsOf(action authz.Action) (all []string) {
	for _, d := range a.Doors() {
		if d.Action == action {
			all = append(all, d.Method+" "+d.Path)
		}
	}
	return all
}
