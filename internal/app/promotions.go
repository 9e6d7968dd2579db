package app

import (
	"time"

	"gongyi/internal/module/offer/offerweb"
	"gongyi/internal/module/promotion/promotionweb"
	"gongyi/internal/platform/jobs"
)

// promotions adds the pages of offers and vouchers.
func (a *App) promotions() {
	offerweb.Routes(a.routes, a.portal)
	promotionweb.Routes(a.routes, a.portal)
}

// promotionJobs lists what of vouchers, campaigns and bundles is due at a time.
func (a *App) promotionJobs(j *jobs.Jobs) {
	j.Sweep("lapse vouchers", time.Minute, a.Flows.LapseVouchers)
}
