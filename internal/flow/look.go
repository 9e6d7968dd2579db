package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// NoteRead notes that a viewer is about to see data of people, what (privacy.Profile
// …) and why; the page is shown only after it was noted (A7). Her own data, and those
// of whom she helps in an assisted session she is told of there, are not noted here.
func (f *Flows) NoteRead(ctx context.Context, v authz.Viewer, what, why string, subjects ...id.ID) error {
	if len(subjects) == 0 {
		return nil
	}
	look := privacy.Read{Reader: v.Person, Role: string(workRole(v)), What: what, Why: why}
	return f.DB.Update(ctx, id.Tilde, v.Actor(), func(tx *db.Tx) error { return f.Privacy.NoteRead(ctx, tx, subjects, look) })
}

// workRole is the role in which somebody works: the first of hers that is not
// everybody's.
func workRole(v authz.Viewer) authz.Role {
	for _, g := range v.Grants {
		if g.Role != access.Resident && g.Role != access.Member && g.Role != access.Volunteer {
			return g.Role
		}
	}
	return access.Resident
}
