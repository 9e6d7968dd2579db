package app

import (
	"time"

	"gongyi/internal/module/checkout/checkoutweb"
	"gongyi/internal/platform/jobs"
)

// till adds the pages of tills.
func (a *App) till() {
	p := &checkoutweb.Pages{Portal: a.portal, Base: a.base}
	if a.WeChat != nil {
		p.WeChatApp = a.WeChat.Account.ID
	}
	p.Routes(a.routes)
}

// tillJobs are what is due at tills: what nobody paid ends, and providers are asked about
// what nothing was heard of.
func (a *App) tillJobs(j *jobs.Jobs) {
	j.Sweep("ask payment providers", 20*time.Second, a.Flows.AskProviders)
	j.Sweep("end checkouts", 20*time.Second, a.Flows.ExpireCheckouts)
	j.SweepPeople("forget used payment codes", time.Hour, a.Flows.TidyPayCodes)
}
