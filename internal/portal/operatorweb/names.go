package operatorweb

import (
	"context"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// who says who did something, as records keep it: "person:0198…".
func (d *Desk) who(ctx context.Context, r db.Reader, known map[string]string, by string) (string, error) {
	if name, ok := known[by]; ok {
		return name, nil
	}
	a := db.ParseActor(by)
	name := ""
	switch a.Kind {
	case "person":
		p, err := d.Flows.People.ByID(ctx, r, a.ID)
		switch {
		case err == nil:
			name = p.Name
		case fault.KindOf(err) == fault.NotFound:
			name = i18n.T(ctx, "已不在名册的人")
		default:
			return "", err
		}
	case "key":
		name = i18n.T(ctx, "接口密钥 %s", short(a.ID))
	case "job", "import", "import check", "import run", "verify":
		name = i18n.T(ctx, "后台任务")
	case "system":
		name = i18n.T(ctx, "系统")
	default:
		name = by
	}
	known[by] = name
	return name, nil
}

// names reads who did several things at once.
func (d *Desk) names(ctx context.Context, by ...string) (known map[string]string, err error) {
	known = make(map[string]string)
	err = d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		for _, b := range by {
			if _, err := d.who(ctx, r, known, b); err != nil {
				return err
			}
		}
		return nil
	})
	return known, err
}

// short is the end of an id, enough to tell two apart.
func short(v id.ID) string { return v.String()[24:] }

// moment writes an instant with its year where it is not this one.
func (d *Desk) moment(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	at = at.In(d.Zone)
	if at.Year() != d.now().Year() {
		return ui.FullDay(ctx, period.DayOf(at, d.Zone)) + " " + ui.Clock(ctx, at)
	}
	return ui.Moment(ctx, at)
}

// day writes the day of an instant.
func (d *Desk) day(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, period.DayOf(at, d.Zone))
}
