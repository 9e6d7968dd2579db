package app

import (
	"time"

	"gongyi/internal/module/draw/drawweb"
	"gongyi/internal/module/payout/payoutweb"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/statementweb"
)

// payouts adds the pages of money that goes out, the statements, and draws.
func (a *App) payouts(receipts *Receipts) {
	payoutweb.Routes(a.routes, a.portal)
	statementweb.Routes(a.routes, a.portal)
	drawweb.Routes(a.routes, a.portal, receipts)
}

// payoutJobs drops what nobody agreed to in time, tells and asks providers, and holds draws.
func (a *App) payoutJobs(j *jobs.Jobs) {
	j.Sweep("drop payouts", time.Minute, a.Flows.LapsePayouts)
	j.Sweep("carry payouts out", time.Minute, a.Flows.CarryPayouts)
	j.Sweep("draws", time.Minute, a.Flows.SweepDraws)
}
