package app

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/shortage/shortageweb"
	"gongyi/internal/module/timebank/timebankweb"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/mapweb"
)

// helping adds the pages of the time bank.
func (a *App) helping(base *basemap.Map) {
	shortageweb.Routes(a.routes, a.portal)
	timebankweb.Routes(a.routes, a.portal, func(ctx context.Context, community string) string { return mapweb.StyleOf(ctx, base, community) })
}

// helpingJobs lists what of it is due at a time.
func (a *App) helpingJobs(j *jobs.Jobs) {
	j.Sweep("find helpers", 15*time.Second, ruled(a.Flows.FindHelpers))
	j.Sweep("keep services going", time.Minute, ruled(a.Flows.SweepHelp))
	j.Sweep("watch deliveries", time.Minute, ruled(a.Flows.WatchDeliveries))
	j.Sweep("remind of projects", time.Hour, ruled(a.Flows.RemindProjects))
	j.Sweep("watch gaps", time.Hour, ruled(a.Flows.WatchGaps))
	j.Sweep("make planned requests", 10*time.Minute, ruled(a.Flows.MakePlanned))
}

// ruled passes over what has no rules of its own: a street, or a community that is being
// founded.
func ruled(do func(ctx context.Context, community id.ID) error) func(ctx context.Context, community id.ID) error {
	return func(ctx context.Context, community id.ID) error {
		if err := do(ctx, community); !errors.Is(err, policy.ErrNone) {
			return err
		}
		return nil
	}
}
