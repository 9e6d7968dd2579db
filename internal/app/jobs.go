package app

import (
	"context"
	"sync"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/jobs"
)

// newJobs lists the work that is due after a commit, and what is due at a time. A new
// kind of note, or a new due date, gets its line here.
func newJobs(a *App) (*jobs.Jobs, error) {
	j := jobs.New(jobs.Options{DB: a.DB, Dir: a.State, Communities: a.keepers, Log: a.Log})
	j.Handle(member.Changed, a.Flows.FollowMember)
	j.Handle(flow.HoursLeft, a.Flows.CarryHours)
	j.Handle(flow.PairingSaid, a.Flows.CarryPairing)
	j.Handle(flow.HoursEarned, a.Flows.BringHoursHome)
	j.Handle(importing.CheckNote, a.Desk.Check)
	j.Handle(importing.RunNote, a.Desk.Work)
	j.HandleLong(flow.VerifyNote, verifyMost, func(ctx context.Context, _ id.ID, payload string) error {
		return a.Flows.DoVerify(ctx, payload, a.compareTiles)
	})
	j.Sweep("tidy uploads", time.Hour, a.tidyUploads)
	j.Handle(notice.Staged, a.Flows.DeliverNotice)
	j.Handle(notice.Due, a.Flows.CarryOut)
	j.Handle(notice.Broadcast, a.Flows.TellWords)
	j.SweepPeople("carry out notices", 20*time.Second, a.Flows.CarryOutDue)
	j.SweepPeople("tell of roles that lapse", time.Hour, a.Flows.TellLapsing)
	j.Sweep("close days", time.Minute, a.onceAQuarter(a.Flows.CloseDue))
	j.Sweep("expire holds", time.Minute, a.Flows.ExpireHolds)
	j.Sweep("expire charges", time.Minute, a.Flows.ExpireCharges)
	j.Sweep("ends of memberships", time.Minute, a.onceAQuarter(a.Flows.SweepMemberships))
	j.Sweep("count recommendations", time.Minute, a.onceAQuarter(a.Flows.CountRecommendations))
	j.SweepPeople("birthday gifts", time.Hour, a.Flows.GiveBirthdays)
	j.Sweep("lapse redemptions", time.Minute, a.Flows.LapseRedemptions)
	j.Sweep("look after levels", time.Hour, a.Flows.SweepLevels)
	j.Sweep("count honours", 10*time.Minute, a.Flows.CountHonours)
	a.reconciliationJobs(j)
	a.allianceJobs(j)
	j.Sweep("forget members", time.Minute, a.Flows.ForgetDue)
	j.SweepPeople("forget people", time.Minute, a.Flows.EraseDue)
	j.Sweep("forget form tokens", time.Hour, a.Flows.TidyForms)
	j.SweepPeople("forget form tokens of people", time.Hour, func(ctx context.Context) error { return a.Flows.TidyForms(ctx, id.Tilde) })
	a.lifeJobs(j)
	a.helpingJobs(j)
	a.dutyJobs(j)
	a.tillJobs(j)
	a.promotionJobs(j)
	a.volunteerJobs(j)
	a.hoursJobs(j)
	a.marketJobs(j)
	a.classJobs(j)
	a.payoutJobs(j)
	return j, nil
}

// keepers are the places that keep books: communities and streets (A1).
func (a *App) keepers(ctx context.Context) (keepers []id.ID, err error) {
	for _, kind := range []community.Kind{community.Community, community.Street} {
		places, err := a.Flows.Communities.List(ctx, a.DB, kind)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			keepers = append(keepers, p.ID)
		}
	}
	return keepers, nil
}

// onceAQuarter spares the writers a question whose answer changes at a full hour of
// the community's zone: zones differ by quarters of an hour, so fn is asked once in
// each, and again until it answers well.
func (a *App) onceAQuarter(fn func(ctx context.Context, community id.ID) error) func(ctx context.Context, community id.ID) error {
	var mu sync.Mutex
	asked := make(map[id.ID]time.Time)
	return func(ctx context.Context, community id.ID) error {
		quarter := a.DB.Clock().Now().Truncate(15 * time.Minute)
		mu.Lock()
		done := asked[community].Equal(quarter)
		mu.Unlock()
		if done {
			return nil
		}
		err := fn(ctx, community)
		if err == nil {
			mu.Lock()
			asked[community] = quarter
			mu.Unlock()
		}
		return err
	}
}
