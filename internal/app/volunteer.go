package app

import (
	"time"

	"gongyi/internal/module/volunteer/volunteerweb"
	"gongyi/internal/platform/jobs"
)

// volunteers adds the pages of volunteers.
func (a *App) volunteers() { volunteerweb.Routes(a.routes, a.portal) }

// volunteerJobs lists what of volunteers is due at a time.
func (a *App) volunteerJobs(j *jobs.Jobs) {
	j.Sweep("tend volunteers", time.Hour, ruled(a.Flows.TendVolunteers))
}
