package app

import (
	"time"

	"gongyi/internal/module/adslot/adslotweb"
	"gongyi/internal/module/merchantday/merchantdayweb"
	"gongyi/internal/module/operation/operationweb"
	"gongyi/internal/module/recruit/recruitweb"
	"gongyi/internal/module/relay/relayweb"
	"gongyi/internal/module/segment/segmentweb"
	"gongyi/internal/module/selection/selectionweb"
	"gongyi/internal/module/training/trainingweb"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/lifeweb"
)

// life adds the pages of the alliance's shared life, in the order of their doors.
func (a *App) life() {
	(&lifeweb.Pages{Portal: a.portal, Base: a.base}).Routes(a.routes)
	trainingweb.Routes(a.routes, a.portal)
	merchantdayweb.Routes(a.routes, a.portal)
	adslotweb.Routes(a.routes, a.portal)
	relayweb.Routes(a.routes, a.portal)
	selectionweb.Routes(a.routes, a.portal)
	recruitweb.Routes(a.routes, a.portal)
	segmentweb.Routes(a.routes, a.portal)
	operationweb.Routes(a.routes, a.portal)
}

// lifeJobs lists what of it is due at a time.
func (a *App) lifeJobs(j *jobs.Jobs) {
	j.Sweep("remind of training", 10*time.Minute, a.Flows.RemindTraining)
	j.Sweep("give up joint sets", time.Minute, a.Flows.ExpireRelays)
	j.Sweep("count advertisements", time.Minute, a.Flows.CountAds)
	j.SweepPeople("forget applicants", 24*time.Hour, a.Flows.ForgetApplicants)
}
