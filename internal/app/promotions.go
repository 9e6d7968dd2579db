package app

import (
	"time"

	"gongyi/internal/platform/jobs"
)

// promotionJobs lists what of vouchers, campaigns and bundles is due at a time.
func (a *App) promotionJobs(j *jobs.Jobs) {
	j.Sweep("lapse vouchers", time.Minute, a.Flows.LapseVouchers)
}
