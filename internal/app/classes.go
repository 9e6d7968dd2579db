package app

import (
	"time"

	"gongyi/internal/module/activity/activityweb"
	"gongyi/internal/platform/jobs"
)

// classes adds the pages of classes and activities.
func (a *App) classes() { activityweb.Routes(a.routes, a.portal, a.base) }

// classJobs lists what of them is due at a time.
func (a *App) classJobs(j *jobs.Jobs) {
	j.Sweep("tend classes", 5*time.Minute, ruled(a.Flows.SweepClasses))
}
