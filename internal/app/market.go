package app

import (
	"time"

	"gongyi/internal/module/marketday/marketdayweb"
	"gongyi/internal/platform/jobs"
)

// markets adds the pages of market days.
func (a *App) markets() { marketdayweb.Routes(a.routes, a.portal, a.base) }

// marketJobs lists what of them is due at a time.
func (a *App) marketJobs(j *jobs.Jobs) {
	j.Sweep("tend market days", 5*time.Minute, ruled(a.Flows.SweepMarkets))
}
