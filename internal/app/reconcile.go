package app

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/module/reconciliation/reconciliationweb"
	"gongyi/internal/platform/jobs"
)

// reconciliation adds the pages on which finance compares bills with the books.
func (a *App) reconciliation() { reconciliationweb.Routes(a.routes, a.portal) }

// reconciliationJobs read the providers' bills each morning and follow what differs.
func (a *App) reconciliationJobs(j *jobs.Jobs) {
	j.Sweep("read bills", 10*time.Minute, a.Flows.ReconcileDue)
	j.SweepPeople("read bills of nobody", 10*time.Minute, func(ctx context.Context) error { return a.Flows.ReconcileDue(ctx, flow.Nobody) })
}
