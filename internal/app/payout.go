package app

import (
	"time"

	"gongyi/internal/module/payout/payoutweb"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/statementweb"
)

// payouts adds the pages of money that goes out, and the statements.
func (a *App) payouts() {
	payoutweb.Routes(a.routes, a.portal)
	statementweb.Routes(a.routes, a.portal)
}

// payoutJobs drops what nobody agreed to in time, and tells and asks providers.
func (a *App) payoutJobs(j *jobs.Jobs) {
	j.Sweep("drop payouts", time.Minute, a.Flows.LapsePayouts)
	j.Sweep("carry payouts out", time.Minute, a.Flows.CarryPayouts)
}
