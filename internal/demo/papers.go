package demo

import (
	"context"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/project"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// papers lets a visitor find a livelihood project under way, served by the plans for meals,
// and a certificate of hours of whoever helped last.
func (d *Demo) papers(ctx context.Context, at id.ID, desk db.Actor, today period.Day) error {
	if err := d.order(ctx, at, desk, today); err != nil {
		return err
	}
	var helper id.ID
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		made, err := d.Flows.TimeBank.AssignmentsSince(ctx, r, at, today.Start(d.zone).AddDate(0, -1, 0))
		for _, a := range made {
			if a.State() == timebank.Accepted && a.Shop.IsZero() {
				helper = a.Helper
			}
		}
		return err
	}); err != nil || helper.IsZero() {
		return err
	}
	year, _, _ := today.Date()
	_, err := d.Flows.IssueCertificate(ctx, at, desk, flow.CertificateWish{Member: helper, First: period.Date(year, time.January, 1), Last: today, Naming: certificate.Masked}, "certificate-"+today.String())
	if fault.Of(err) != nil {
		return nil // nobody has helped in this year yet
	}
	return err
}

// order lets the street order meals for elders; the office agrees, and the plans that run
// serve it.
func (d *Demo) order(ctx context.Context, at id.ID, desk db.Actor, today period.Day) error {
	c := project.Contract{Title: "独居老人午间助餐", Orderer: streetName + "办事处", Scope: "周一到周五中午送餐上门，看一眼人是否都好。", Standard: "饭菜温热，当面交到，每天有签到或照片。", People: 20,
		First: today.Month().First(), Last: today.Plus(6), Ceiling: 60_000_00, ReportDays: 5, Lines: []project.Line{{Kind: "meal", Price: 4_00}, {Kind: "medicine", Price: 6_00}}}
	if err := once(d.Flows.ProposeProject(ctx, at, desk, c, "project-"+c.First.String())); err != nil {
		return err
	}
	var waits *project.Contract
	var plans []id.ID
	if err := d.DB.View(ctx, at, func(r db.Reader) error {
		all, err := d.Flows.Projects.All(ctx, r, at)
		if err != nil || len(all) == 0 || all[0].State() != "" {
			return err
		}
		waits = all[0]
		running, err := d.Flows.TimeBank.Plans(ctx, r, at, today)
		for _, p := range running {
			if p.Kind == "meal" {
				plans = append(plans, p.ID)
			}
		}
		return err
	}); err != nil || waits == nil {
		return err
	}
	if err := d.Flows.AnswerProject(ctx, at, db.Actor{Kind: "job"}, waits.ID, project.Agreed, ""); err != nil || len(plans) == 0 {
		return err
	}
	return d.Flows.BindPlans(ctx, at, desk, waits.ID, plans)
}
