package growthweb

import (
	"context"
	"net/http"
	"slices"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/module/privacy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// levelsView is the desk's page of levels in a community.
type levelsView struct {
	Place      community.Place
	Candidates ui.Table
	Leaders    ui.Table
	Cases      []ui.Row
	Ended      int
}

func levelsHref(p community.Place) string { return "/desk/levels/" + p.Ref }

// called are how the members of a community are called at the desk; who looked is
// noted with them (A7).
func (g *Pages) called(ctx context.Context, at id.ID, members []id.ID, whyLooked string) (map[id.ID]string, error) {
	people, err := g.Flows.NeighboursBehind(ctx, at, members)
	if err != nil {
		return nil, err
	}
	names, who := make(map[id.ID]string, len(members)), make([]id.ID, 0, len(people))
	for _, m := range members {
		if p := people[m]; p != nil {
			names[m] = portal.Called(ctx, p)
			if tail := p.Tail(); tail != "" {
				names[m] += i18n.T(ctx, "，尾号 %s", tail)
			}
			who = append(who, p.ID)
		} else {
			names[m] = i18n.T(ctx, "居民 %s", m.String()[:6])
		}
	}
	return names, g.Looked(ctx, who, privacy.Profile, whyLooked)
}

func (g *Pages) levels(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := g.CommunityIn(r)
	if err != nil {
		return err
	}
	v := levelsView{Place: p}
	var asked []*growth.Candidate
	var held []*growth.Appointment
	var cases []*growth.Case
	var teams map[id.ID][]id.ID
	var raised map[id.ID]int
	err = g.Flows.DB.View(ctx, p.ID, func(rd db.Reader) (err error) {
		if asked, err = g.Flows.Growth.Candidates(ctx, rd, p.ID, id.ID{}); err != nil {
			return err
		}
		if held, err = g.Flows.Growth.Appointments(ctx, rd, p.ID, id.ID{}); err != nil {
			return err
		}
		if cases, err = g.Flows.Growth.Cases(ctx, rd, p.ID, id.ID{}); err != nil {
			return err
		}
		if teams, err = g.Flows.Growth.Teams(ctx, rd, p.ID); err != nil {
			return err
		}
		raised, err = g.Flows.Growth.Raised(ctx, rd, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	asked = slices.DeleteFunc(asked, func(c *growth.Candidate) bool { return !c.Open() })
	n := len(held)
	held = slices.DeleteFunc(held, func(a *growth.Appointment) bool { return !a.Holds() })
	v.Ended = n - len(held)
	var who []id.ID
	for _, c := range asked {
		who = append(who, c.Member)
	}
	for _, a := range held {
		who = append(who, a.Member)
	}
	names, err := g.called(ctx, p.ID, who, i18n.M("看组长和理事名单").Key)
	if err != nil {
		return err
	}
	v.Candidates = candidatesTable(ctx, p, asked, names)
	v.Leaders = leadersTable(ctx, p, held, names, teams, raised, period.DayOf(g.now(), portal.Zone))
	for _, c := range cases {
		if c.Settled() {
			continue
		}
		for _, a := range held {
			if a.ID == c.Appointment {
				v.Cases = append(v.Cases, ui.Row{Href: levelsHref(p) + "/leaders/" + a.ID.String(), Icon: "scale", Title: names[a.Member], Text: c.Allegation, Tag: drawCase(ctx, c).State, Tone: ui.Soon})
			}
		}
	}
	return g.Show(w, r, g.DeskShell(ctx, "levels", i18n.T(ctx, "组长和理事")), levelsPage(v))
}

func candidatesTable(ctx context.Context, p community.Place, asked []*growth.Candidate, names map[id.ID]string) ui.Table {
	t := ui.Table{ID: "candidates", Caption: i18n.T(ctx, "够条件的人"), Path: levelsHref(p), Total: len(asked),
		Columns: []ui.Column{{Text: i18n.T(ctx, "谁"), Title: true}, {Text: i18n.T(ctx, "可以当")}, {Text: i18n.T(ctx, "数到"), Num: true}, {Text: i18n.T(ctx, "到哪一步")}, {Text: i18n.T(ctx, "哪天发现的"), Rare: true}},
		Empty:   ui.EmptyView{Icon: "people", Title: i18n.T(ctx, "现在没有新的候选人"), Text: i18n.T(ctx, "谁的条件够了，系统每小时找一次，会出现在这里。")}}
	for _, c := range asked {
		step, tone := stepName(ctx, ""), ui.Tell
		if c.Accepted() {
			step, tone = i18n.T(ctx, "本人接受了，等任命"), ui.Act
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: levelsHref(p) + "/candidates/" + c.ID.String(), Cells: []ui.Cell{
			{Text: names[c.Member]}, {Text: i18n.T(ctx, growth.LevelName(c.Level))}, {Text: num(c.Counted)}, {Text: step, Tone: tone}, {Text: day(ctx, c.FoundAt)}}})
	}
	return t
}

func leadersTable(ctx context.Context, p community.Place, held []*growth.Appointment, names map[id.ID]string, teams map[id.ID][]id.ID, raised map[id.ID]int, today period.Day) ui.Table {
	t := ui.Table{ID: "leaders", Caption: i18n.T(ctx, "现任"), Path: levelsHref(p), Total: len(held),
		Columns: []ui.Column{{Text: i18n.T(ctx, "谁"), Title: true}, {Text: i18n.T(ctx, "级别")}, {Text: i18n.T(ctx, "团队"), Num: true}, {Text: i18n.T(ctx, "带出的组长"), Num: true, Rare: true}, {Text: i18n.T(ctx, "下次复核")}, {Text: i18n.T(ctx, "状态")}},
		Empty:   ui.EmptyView{Icon: "people", Title: i18n.T(ctx, "现在没有组长"), Text: i18n.T(ctx, "任命了第一位就会出现。")}}
	for _, a := range held {
		state, tone := i18n.T(ctx, "在任"), ui.OK
		switch {
		case !a.Paused.IsZero():
			state, tone = i18n.T(ctx, "停着：会员资格过期"), ui.Soon
		case a.Warned():
			state, tone = i18n.T(ctx, "提醒过一次"), ui.Soon
		}
		review := ui.Cell{Text: ui.Day(ctx, a.ReviewOn())}
		if a.ReviewOn() <= today+14 {
			review.Sub = i18n.T(ctx, "两周之内")
		}
		team := num(len(teams[a.Member]))
		if a.Level == policy.Diamond {
			team = "–"
		}
		t.Rows = append(t.Rows, ui.TableRow{Href: levelsHref(p) + "/leaders/" + a.ID.String(), Cells: []ui.Cell{
			{Text: names[a.Member]}, {Text: i18n.T(ctx, growth.LevelName(a.Level))}, {Text: team}, {Text: num(raised[a.Member])}, review, {Text: state, Tone: tone}}})
	}
	return t
}
