package operatorweb

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// How long matters have, by their kind.
const (
	confirmIn = 24 * time.Hour      // a file that was looked at
	mendIn    = 7 * 24 * time.Hour  // rows that were not taken
	lapseIn   = 14 * 24 * time.Hour // a role that ends by itself
	noticeIn  = flow.NoticeDays * 24 * time.Hour
	publishIn = time.Minute // an entry of the books
	repairIn  = time.Hour   // a job that was given up
)

// importMatters are files that wait for a confirmation, and rows that wait to be
// mended.
func (d *Desk) importMatters(ctx context.Context) (all []Matter, err error) {
	var chores []*chore.Chore
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		chores, err = d.Flows.Chores.List(ctx, r, chore.Import, 100)
		return err
	}); err != nil {
		return nil, err
	}
	for _, c := range chores {
		counts := importing.CountsOf(c.Progress.Counts)
		m := Matter{Key: "import-" + c.ID.String(), Title: c.Title, Do: ui.Link{Href: path("imports", c.ID.String())}}
		checked, end := c.At(chore.Checked), c.Ended()
		switch {
		case checked != nil && c.At(chore.Confirmed) == nil && end == nil:
			m.Note = i18n.T(ctx, "能收 %d 行，收不了 %d 行", counts.Added+counts.Known, counts.Rejected)
			m.Stage, m.Do.Text = i18n.T(ctx, "等确认"), i18n.T(ctx, "看结果，确认")
			m.Due, m.Limit = checked.At.Add(confirmIn), confirmIn
		case end != nil && end.Stage == chore.Finished && counts.Rejected > 0 && c.At(chore.Attended) == nil:
			m.Note = i18n.T(ctx, "有 %d 行没收，改好可以再传", counts.Rejected)
			m.Stage, m.Do.Text = i18n.T(ctx, "等改错"), i18n.T(ctx, "看没收的行")
			m.Due, m.Limit = end.At.Add(mendIn), mendIn
		case end != nil && end.Stage == chore.Failed && c.At(chore.Attended) == nil:
			m.Note, m.Stage, m.Do.Text = i18n.T(ctx, "文件没能读完"), i18n.T(ctx, "等处理"), i18n.T(ctx, "看原因")
			m.Due, m.Limit = end.At.Add(confirmIn), confirmIn
		default:
			continue
		}
		kind, format, bytes := importing.Upload(c)
		m.Facts = []ui.Fact{
			{Name: i18n.T(ctx, "内容"), Text: kindName(ctx, kind)}, {Name: i18n.T(ctx, "文件"), Text: format + " · " + size(bytes)},
			{Name: i18n.T(ctx, "行数"), Text: count(counts.Rows)},
		}
		m.Past = d.stagesOf(ctx, c)
		all = append(all, m)
	}
	return all, nil
}

// grantMatters are roles that end by themselves within two weeks.
func (d *Desk) grantMatters(ctx context.Context) (all []Matter, err error) {
	var grants []*access.Grant
	var people map[id.ID]*person.Person
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		now := d.now()
		if grants, err = d.Flows.Access.Lapsing(ctx, r, now, now.Add(lapseIn)); err != nil {
			return err
		}
		grants = slices.DeleteFunc(grants, flow.ByAlliance)
		var ids []id.ID
		for _, g := range grants {
			ids = append(ids, g.Person)
		}
		people, err = d.Flows.People.ByIDs(ctx, r, ids)
		return err
	}); err != nil {
		return nil, err
	}
	for _, g := range grants {
		name := ""
		if p := people[g.Person]; p != nil {
			name = p.Name
		}
		m := Matter{
			Key: "grant-" + g.ID.String(), Place: g.Place, Title: i18n.T(ctx, "%s的%s身份到期", name, access.Name(g.Role)),
			Note: i18n.T(ctx, "到 %s 自动结束", d.day(ctx, g.Until)), Stage: i18n.T(ctx, "等续任"), Due: g.Until, Limit: lapseIn,
			Do:    ui.Link{Href: path("people", g.Person.String()), Text: i18n.T(ctx, "看身份，续任")},
			Facts: []ui.Fact{{Name: i18n.T(ctx, "给的时候"), Text: d.day(ctx, g.GrantedAt)}, {Name: i18n.T(ctx, "理由"), Text: g.Reason}},
		}
		all = append(all, m)
	}
	return all, nil
}

// policyMatters are versions that are announced and not yet in force.
func (d *Desk) policyMatters(ctx context.Context) (all []Matter, err error) {
	places, err := d.Flows.Communities.List(ctx, d.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	now := d.now()
	for _, p := range places {
		if err := d.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
			versions, err := d.Flows.Policies.List(ctx, r, p.ID)
			for _, v := range versions {
				if !v.EffectiveFrom.After(now) || v.Number == 1 {
					continue
				}
				all = append(all, Matter{
					Key: "policy-" + p.Ref + "-" + count(v.Number), Place: p.ID, Title: i18n.T(ctx, "%s的第 %d 版规则", named(p), v.Number),
					Note: i18n.T(ctx, "%s 起生效，正在公示", d.day(ctx, v.EffectiveFrom)), Stage: i18n.T(ctx, "公示中"), Due: v.EffectiveFrom, Limit: noticeIn,
					Do:    ui.Link{Href: versionPath(p, v.Number), Text: i18n.T(ctx, "看改了什么")},
					Facts: []ui.Fact{{Name: i18n.T(ctx, "谁提的"), Text: v.Author}, {Name: i18n.T(ctx, "为什么"), Text: v.Reason}},
				})
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// evidenceMatters are logs that fall behind, and verifications that found something.
func (d *Desk) evidenceMatters(ctx context.Context) (all []Matter, err error) {
	places, err := d.Flows.Communities.List(ctx, d.Flows.DB, community.Community)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		l, err := d.House.Log(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		if !l.Late(d.now()) {
			continue
		}
		m := Matter{
			Key: "log-" + p.Ref, Place: p.ID, Title: i18n.T(ctx, "%s的存证没有跟上", named(p)), Note: i18n.T(ctx, "还有 %d 条没有公开", l.Size-max(0, l.Published)),
			Stage: i18n.T(ctx, "等公开"), Due: l.LastEntry.Add(publishIn), Limit: publishIn, Do: ui.Link{Href: path("evidence", p.Ref), Text: i18n.T(ctx, "看存证")},
		}
		if l.Fault != "" {
			m.Facts = []ui.Fact{{Name: i18n.T(ctx, "原因"), Text: l.Fault}}
		}
		all = append(all, m)
	}
	var checks []*chore.Chore
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		checks, err = d.Flows.Chores.List(ctx, r, chore.Verify, 50)
		return err
	}); err != nil {
		return nil, err
	}
	for _, c := range checks {
		v := verifiedOf(c)
		if end := c.At(chore.Finished); end != nil && (v.Findings > 0 || v.Tiles != "") && c.At(chore.Attended) == nil {
			all = append(all, Matter{
				Key: "verify-" + c.ID.String(), Place: c.Subject, Title: i18n.T(ctx, "%s核验出问题", nameIn(places, c.Subject)), Note: i18n.T(ctx, "查出 %d 处", v.Findings),
				Stage: i18n.T(ctx, "等查明"), Due: end.At.Add(repairIn), Limit: repairIn, Do: ui.Link{Href: path("evidence", "checks", c.ID.String()), Text: i18n.T(ctx, "看查出什么")},
				Past: d.stagesOf(ctx, c),
			})
		}
	}
	return all, nil
}

// jobMatters are jobs that were given up, and those that failed several times.
func (d *Desk) jobMatters(ctx context.Context) (all []Matter, err error) {
	status, ok := d.House.Jobs()
	if !ok {
		return nil, nil
	}
	for _, f := range status.Failing {
		if !f.GivenUp && f.Times < 3 {
			continue
		}
		m := Matter{
			Key: "job-" + f.Note.String(), Title: i18n.T(ctx, "后台任务 %s 一直没成", f.Kind), Note: i18n.T(ctx, "试过 %d 次", f.Times),
			Stage: i18n.T(ctx, "还会再试"), Due: d.now().Add(repairIn), Limit: repairIn, Do: ui.Link{Href: path("jobs"), Text: i18n.T(ctx, "看原因，重试")},
			Facts: []ui.Fact{{Name: i18n.T(ctx, "最近的原因"), Text: f.Last}},
		}
		if f.GivenUp {
			m.Stage, m.Due = i18n.T(ctx, "已经不再试"), d.now()
		}
		all = append(all, m)
	}
	return all, nil
}
