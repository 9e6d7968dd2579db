package householdweb

import (
	"context"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/household"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

func since(ctx context.Context, m household.Residence) string {
	return dayOf(ctx, m.From)
}

// past are who lived in a household before.
func past(ctx context.Context, d flow.Dwelling) (rows []ui.Row) {
	for _, m := range d.Members {
		if p := d.People[m.Person]; !m.Current() && p != nil {
			rows = append(rows, ui.Row{Title: full(ctx, p), Text: i18n.T(ctx, "%s 迁出：%s", dayOf(ctx, m.Until), m.Why)})
		}
	}
	return rows
}

func nextPage(v listView) templ.SafeURL {
	q := url.Values{"after": {v.After}}
	if v.Place.Ref != "" {
		q.Set("place", v.Place.ID.String())
	}
	if v.Text != "" {
		q.Set("q", v.Text)
	}
	return templ.SafeURL("/desk/households?" + q.Encode())
}

func orFirst(typed, first string) string {
	if typed == "" {
		return first
	}
	return typed
}

// dayOf is the civil day of an instant where people live.
func dayOf(ctx context.Context, at time.Time) string {
	return ui.FullDay(ctx, period.DayOf(at, portal.Zone))
}
