package portal

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// Look is a look of the viewer at people's data, in the role that let her in to the
// page; why is a message key.
func (p *Portal) Look(ctx context.Context, what, why string) (privacy.Read, error) {
	role, err := p.Engine.InRole(ctx)
	return privacy.Read{Reader: authz.Of(ctx).Person, Role: string(role), What: what, Why: why}, err
}

// Looked notes, before people's data are shown, that the viewer looks at them (A7).
func (p *Portal) Looked(ctx context.Context, people []id.ID, what, why string) error {
	if len(people) == 0 {
		return nil
	}
	look, err := p.Look(ctx, what, why)
	if err != nil {
		return err
	}
	return p.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), func(tx *db.Tx) error { return p.Flows.Privacy.NoteRead(ctx, tx, people, look) })
}
