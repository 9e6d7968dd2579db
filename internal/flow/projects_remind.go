package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
)

// RemindProjects reminds the desk, once, of each month of a livelihood project that is to be
// reported by today and is not (F11). It is a sweeper's work.
func (f *Flows) RemindProjects(ctx context.Context, place id.ID) (err error) {
	defer fault.Wrap(&err, "remind of projects")
	standing, err := f.StandingIn(ctx, place)
	if err != nil {
		return err
	}
	var all []*project.Contract
	if err := f.DB.View(ctx, place, func(r db.Reader) error { all, err = f.Projects.All(ctx, r, place); return err }); err != nil || len(all) == 0 {
		return err
	}
	desk, err := f.helpDesk(ctx, place)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range all {
		for _, m := range c.Unreported(standing.Today, standing.Now.Location()) {
			errs = append(errs, f.DB.Update(ctx, place, db.Actor{Kind: "job"}, func(tx *db.Tx) error { return f.remindProject(ctx, tx, desk, c, m) }))
		}
	}
	return errors.Join(errs...)
}

func (f *Flows) remindProject(ctx context.Context, tx *db.Tx, desk []id.ID, c *project.Contract, m period.Month) error {
	first, err := f.Projects.Remind(ctx, tx, c.ID, m)
	if err != nil || !first {
		return err
	}
	return f.tellOfficers(ctx, tx, desk, id.ID{}, notice.Notice{Kind: notice.ProjectUnreported, Cause: "project/" + c.ID.String() + "/unreported/" + m.String(), Link: "/desk/projects",
		Args: []notice.Arg{notice.Text(c.Title, ""), notice.Month(m)}})
}
