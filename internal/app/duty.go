package app

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/duty"
	"gongyi/internal/module/duty/dutyweb"
	"gongyi/internal/module/score/scoreweb"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal/operatorweb"
)

// duties adds the pages of what seated shops owe, and of how they are scored.
func (a *App) duties() {
	dutyweb.Routes(a.routes, a.portal)
	scoreweb.Routes(a.routes, a.portal)
}

// dutyJobs lists what of it is due at a time. Months are judged before scores are made
// of them.
func (a *App) dutyJobs(j *jobs.Jobs) {
	j.Sweep("judge months", time.Hour, a.Flows.JudgeMonths)
	j.Sweep("remind of duties", time.Hour, a.Flows.RemindDuties)
	j.Sweep("disclosures that are due", time.Hour, a.Flows.DisclosuresDue)
	j.Sweep("breaches that are due", time.Minute, a.Flows.BreachesDue)
	j.Sweep("scores that are due", time.Hour, a.Flows.ScoresDue)
}

// breachSource are the breaches that wait, for the operator's desk.
func (a *App) breachSource() operatorweb.Source {
	return operatorweb.Source{Key: "breaches", Icon: "flag", Name: i18n.M("违约"), Tag: i18n.M("违约"), Action: "breach.handle", Matters: func(ctx context.Context) (all []operatorweb.Matter, err error) {
		places, err := a.Flows.Communities.List(ctx, a.DB, community.Community)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			waiting, names, err := a.waitingBreaches(ctx, p.ID)
			if err != nil {
				return nil, err
			}
			for _, b := range waiting {
				last := b.Last()
				all = append(all, operatorweb.Matter{
					Key: "breach-" + b.ID.String(), Place: p.ID, Title: names[b.Merchant], Note: duty.KindName(b.Kind).In(ctx), Stage: duty.StateName(last.State).In(ctx), Due: last.Due, Limit: last.Due.Sub(last.At),
					Do: ui.Link{Href: "/desk/duty/" + p.Ref + "/breaches/" + b.ID.String(), Text: i18n.T(ctx, "看")},
				})
			}
		}
		return all, nil
	}}
}

// waitingBreaches are those of a community, with the names of their shops.
func (a *App) waitingBreaches(ctx context.Context, at id.ID) (waiting []*duty.Breach, names map[id.ID]string, err error) {
	names = make(map[id.ID]string)
	err = a.DB.View(ctx, at, func(r db.Reader) error {
		if waiting, err = a.Flows.Duties.Waiting(ctx, r, at); err != nil {
			return err
		}
		for _, b := range waiting {
			m, err := a.Flows.Merchants.ByID(ctx, r, at, b.Merchant)
			if err != nil {
				return err
			}
			names[b.Merchant] = m.Name
		}
		return nil
	})
	return waiting, names, err
}
