package app

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/certificate/certificateweb"
	"gongyi/internal/module/coin/coinweb"
	"gongyi/internal/module/pairing/pairingweb"
	"gongyi/internal/module/project/projectweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/jobs"
)

// hours adds the pages of service hours and of their papers.
func (a *App) hours(receipts *Receipts) {
	coinweb.Routes(a.routes, a.portal)
	pairingweb.Routes(a.routes, a.portal)
	certificateweb.Routes(a.routes, a.portal, receipts, a.base)
	projectweb.Routes(a.routes, a.portal)
}

// hoursJobs lists what of hours is due at a time.
func (a *App) hoursJobs(j *jobs.Jobs) {
	j.Sweep("pay hours due", 10*time.Minute, func(ctx context.Context, community id.ID) error {
		_, err := a.Flows.PayDues(ctx, community, db.Actor{Kind: "job"})
		return err
	})
	j.Sweep("lapse hours", 6*time.Hour, ruled(a.Flows.LapseHours))
}
