package app

import (
	"time"

	"gongyi/internal/module/alliance/allianceweb"
	"gongyi/internal/module/committee/committeeweb"
	"gongyi/internal/platform/basemap"
	"gongyi/internal/platform/jobs"
)

// alliance adds the pages of the merchant alliance and of its committee.
func (a *App) alliance(base *basemap.Map) {
	(&allianceweb.Pages{Portal: a.portal, Base: base}).Routes(a.routes)
	(&committeeweb.Pages{Portal: a.portal}).Routes(a.routes)
}

// allianceJobs sweeps for what is due in the alliance.
func (a *App) allianceJobs(j *jobs.Jobs) {
	j.Sweep("what is due in the alliance", time.Minute, a.Flows.AllianceDue)
	j.Sweep("index shops", time.Hour, a.Flows.IndexShops)
	j.SweepPeople("roles of the alliance", time.Minute, a.Flows.SyncRoles)
}
