package app

import (
	"time"

	"gongyi/internal/module/bundle/bundleweb"
	"gongyi/internal/module/campaign/campaignweb"
	"gongyi/internal/module/offer/offerweb"
	"gongyi/internal/module/promotion/promotionweb"
	"gongyi/internal/platform/jobs"
)

// promotions adds the pages of offers, vouchers, bundles and festivals.
func (a *App) promotions() {
	offerweb.Routes(a.routes, a.portal)
	promotionweb.Routes(a.routes, a.portal)
	bundleweb.Routes(a.routes, a.portal)
	(&campaignweb.Pages{Portal: a.portal, Base: a.base}).Routes(a.routes)
}

// promotionJobs lists what of vouchers, campaigns and bundles is due at a time.
func (a *App) promotionJobs(j *jobs.Jobs) {
	j.Sweep("lapse vouchers", time.Minute, a.Flows.LapseVouchers)
	j.Sweep("return unused bundles", time.Minute, a.Flows.ReturnDueBundles)
}
