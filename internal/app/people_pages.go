package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/access/accessweb"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/portal"
)

// people adds the pages of people and roles.
func (a *App) people() {
	pages := &accessweb.Pages{Portal: a.portal, Flows: a.Flows, Zone: portal.Zone, Demo: !a.Passkeys, Noted: a.noteRead, Doors: a.doorsOf}
	pages.Routes(a.routes)
}

// noteRead notes that somebody at a desk looked at people's data (A7).
func (a *App) noteRead(ctx context.Context, v authz.Viewer, people []id.ID, why string) error {
	look := privacy.Read{Reader: v.Person, Role: deskRole(v), What: privacy.Roles, Why: why}
	return a.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error { return a.Flows.Privacy.NoteRead(ctx, tx, people, look) })
}

// deskRole is the role in which somebody sits at the desk of people and roles.
func deskRole(v authz.Viewer) string {
	if v.Holds(access.Operator) {
		return string(access.Operator)
	}
	return string(access.Specialist)
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
