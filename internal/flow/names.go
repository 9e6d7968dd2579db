package flow

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

// Names are how people are called, by id; the zero id is the house itself.
func (f *Flows) Names(ctx context.Context, r db.Reader, who ...id.ID) (map[id.ID]string, error) {
	known, err := f.People.ByIDs(ctx, r, who)
	names := map[id.ID]string{{}: i18n.T(ctx, "系统")}
	for _, w := range who {
		if p := known[w]; p != nil {
			names[w] = p.Called(ctx)
		} else if !w.IsZero() {
			names[w] = i18n.T(ctx, "一位同事")
		}
	}
	return names, err
}
