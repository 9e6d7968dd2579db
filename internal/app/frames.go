package app

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/portal/merchantweb"
	"gongyi/internal/portal/residentweb"
)

// frames adds the pages of the frames that people enter by their role.
func (a *App) frames(books *Books) {
	(&residentweb.Pages{Portal: a.portal, Books: books, Covered: a.covered}).Routes(a.routes)
	(&merchantweb.Pages{Portal: a.portal}).Routes(a.routes)
}

// covered is how many entries of a community's log a signed checkpoint covers, at
// least up to one if that can be had.
func (a *App) covered(ctx context.Context, community id.ID, entry int64) (int64, error) {
	c, err := a.Proof.Checkpoint(ctx, community, entry)
	return c.Size, unsigned(err)
}
