package flow_test

import (
	"slices"
	"testing"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/access"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
)

// F11: on the last day on which a month is to be reported the desk is reminded of it, once;
// what is reported reminds nobody. What the log says of the two sides' agreements is what the
// contract says: verify finds what was changed or taken away behind it.
func TestAProjectThatIsNotReported(t *testing.T) {
	inHelpingLane(t, func(h *helping) {
		today := period.DayOf(h.env.Clock.Now(), flow.DefaultZone)
		h.grant("sun", access.Specialist, "C1")
		month := today.Month() - 1
		h.must(h.ProposeProject(ctx, h.c1, h.actor("min"), project.Contract{Title: "送餐", Orderer: "街道", Scope: "给老人送餐", Standard: "温热送到", People: 5, First: month.First(), Last: today + 60,
			Ceiling: 1_000_00, ReportDays: 20, Lines: []project.Line{{Kind: "meal", Price: 12_00}}}, ""))
		var at id.ID
		h.must(h.DB.View(ctx, h.c1, func(r db.Reader) error {
			all, err := h.Projects.All(ctx, r, h.c1)
			at = all[0].ID
			return err
		}))
		reminded := func(day period.Day) int {
			h.t.Helper()
			h.env.Clock.Set(day.Start(flow.DefaultZone).Add(9 * 3600e9))
			h.must(h.RemindProjects(ctx, h.c1))
			h.must(h.RemindProjects(ctx, h.c1))
			return stagedIn(h.t, h.DB, h.c1, notice.ProjectUnreported)
		}
		due := month.Last() + 20
		if n := reminded(due); n != 0 {
			t.Errorf("of a contract that nobody agreed to: %d", n)
		}
		h.must(h.AnswerProject(ctx, h.c1, h.actor("wang"), at, project.Agreed, ""))
		if early, late := reminded(due-1), reminded(due); early != 0 || late != 1 {
			t.Errorf("%d before the day, %d on it", early, late)
		}
		h.must(h.ReportProject(ctx, h.c1, h.actor("min"), at, month, ""))
		h.must(h.JudgeProject(ctx, h.c1, h.actor("wang"), at, month, 1, project.Accepted, ""))
		if n := reminded(due + 1); n != 1 {
			t.Errorf("of what is reported: %d", n)
		}
		h.whole()
		for _, change := range []string{
			"UPDATE project_step SET amount = amount + 1 WHERE what = 'accepted' AND community_id = ?",
			"UPDATE project_contract SET ceiling = ceiling + 1 WHERE community_id = ?",
			"DELETE FROM project_step WHERE what = 'accepted' AND community_id = ?",
		} {
			h.must(h.DB.Update(ctx, h.c1, db.System, func(tx *db.Tx) error { _, err := tx.Exec(ctx, change, h.c1[:]); return err }))
			report, err := h.Verify(ctx, h.c1, flow.VerifyOptions{})
			h.must(err)
			if !slices.ContainsFunc(report.Findings, func(f flow.Finding) bool { return f.Code == "verify.project_differs" }) {
				t.Errorf("nothing was found after %s", change)
			}
		}
	})
}
