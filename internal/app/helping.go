package app

import (
	"context"
	"time"

	"gongyi/internal/module/timebank/timebankweb"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/mapweb"
)

// helping adds the pages of the time bank.
func (a *App) helping(base *basemap.Map) {
	timebankweb.Routes(a.routes, a.portal, func(ctx context.Context, community string) string { return mapweb.StyleOf(ctx, base, community) })
}

// helpingJobs lists what of it is due at a time.
func (a *App) helpingJobs(j *jobs.Jobs) {
	j.Sweep("find helpers", 15*time.Second, a.Flows.FindHelpers)
	j.Sweep("keep services going", time.Minute, a.Flows.SweepHelp)
	j.Sweep("make planned requests", 10*time.Minute, a.Flows.MakePlanned)
}
