package portal

import (
	"context"
	"net/http"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// Wrong makes of a refusal what a form shows beside its field, with the status of
// the answer. What nobody can mend in the form comes back as it is.
func Wrong(ctx context.Context, err error) (wrong []ui.Wrong, status int, _ error) {
	f := fault.Of(err)
	status = http.StatusUnprocessableEntity
	switch {
	case f == nil:
		return nil, 0, err
	case f.Kind == fault.Conflict:
		status = http.StatusConflict
	case f.Kind != fault.Invalid && f.Field == "":
		return nil, 0, err
	}
	text, ok := i18n.Refusal(ctx, f)
	if !ok {
		return nil, 0, err
	}
	return []ui.Wrong{{Field: f.Field, Text: text}}, status, nil
}

// Names are how people are called, by id; the zero id is the house itself.
func (p *Portal) Names(ctx context.Context, r db.Reader, who ...id.ID) (map[id.ID]string, error) {
	return p.Flows.Names(ctx, r, who...)
}

// Local is an instant on the clock that people read.
func Local(t time.Time) time.Time { return t.In(Zone) }
