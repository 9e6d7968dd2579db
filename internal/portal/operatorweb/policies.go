package operatorweb

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/module/community"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// errNoVersion refuses a number under which no version stands.
var errNoVersion = fault.New(fault.NotFound, "operatorweb.no_such_version")

func (d *Desk) policyRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/policies", Action: "proposal.read", On: d.somewhere("proposal.read"), Do: func(w http.ResponseWriter, r *http.Request) error {
			return d.choose(w, r, "proposal.read", "policies", i18n.T(r.Context(), "规则版本"))
		}},
		httpkit.Route{Pattern: "GET /desk/policies/{community}", Action: "proposal.read", On: d.inCommunity, Do: d.policies},
		httpkit.Route{Pattern: "GET /desk/policies/{community}/versions/{number}", Action: "proposal.read", On: d.inCommunity, Do: d.version},
		httpkit.Route{Pattern: "GET /desk/policies/{community}/proposal", Action: "proposal.read", On: d.inCommunity, Do: d.proposal},
		httpkit.Route{Pattern: "POST /desk/policies/{community}/proposal", Action: "policy.propose", On: d.inCommunity, Do: d.propose},
	)
}

func versionPath(p community.Place, n int) string {
	return path("policies", p.Ref, "versions", strconv.Itoa(n))
}

// versions are the community in the address and its versions.
func (d *Desk) versions(r *http.Request) (p community.Place, versions []policy.Version, zone *time.Location, err error) {
	ctx := r.Context()
	if p, err = d.place(r); err != nil {
		return p, nil, nil, err
	}
	zone = d.Zone
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		if versions, err = d.Flows.Policies.List(ctx, rd, p.ID); err != nil || len(versions) == 0 {
			return err
		}
		zone, err = d.Flows.Zone(ctx, rd, p.ID, d.now())
		return err
	})
	return p, versions, zone, err
}

// policiesView are the versions of a community, the newest first.
type policiesView struct {
	Place community.Place
	Table ui.Table
	May   bool // propose another
}

func (d *Desk) policies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, versions, zone, err := d.versions(r)
	if err != nil {
		return err
	}
	v := policiesView{Place: p, May: d.may(ctx, "policy.propose", p.ID)}
	v.Table = ui.Table{
		ID: "versions", Caption: i18n.T(ctx, "规则版本"), Path: path("policies", p.Ref), Total: len(versions), Ask: ui.TableAsk{Page: 1, Size: len(versions)},
		Columns: []ui.Column{{Text: i18n.T(ctx, "版本"), Title: true}, {Text: i18n.T(ctx, "现在")}, {Text: i18n.T(ctx, "从哪天起")}, {Text: i18n.T(ctx, "谁提的"), Rare: true}, {Text: i18n.T(ctx, "为什么")}},
		Empty:   ui.EmptyView{Icon: "sliders", Title: i18n.T(ctx, "还没有规则"), Text: i18n.T(ctx, "社区建好时会有第一版。")},
	}
	in := policy.InForce(versions, d.now())
	for i := len(versions) - 1; i >= 0; i-- {
		x := versions[i]
		state, tone := versionState(ctx, &x, in, d.now())
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: versionPath(p, x.Number), Cells: []ui.Cell{
			{Text: i18n.T(ctx, "第 %d 版", x.Number), Sub: x.Code}, {Text: state, Tone: tone}, {Text: from(ctx, &x, zone)}, {Text: x.Author}, {Text: x.Reason},
		}})
	}
	return d.Portal.Show(w, r, d.shell(r, "policies", i18n.T(ctx, "规则版本")), policiesPage(v))
}

func versionState(ctx context.Context, v, in *policy.Version, now time.Time) (string, ui.Tone) {
	switch {
	case in != nil && v.Number == in.Number:
		return i18n.T(ctx, "现行"), ui.OK
	case v.EffectiveFrom.After(now):
		return i18n.T(ctx, "公示中"), ui.Soon
	}
	return i18n.T(ctx, "过去的"), ui.Tell
}

// from is when a version takes effect; the first holds for all time before.
func from(ctx context.Context, v *policy.Version, zone *time.Location) string {
	if v.Number == 1 {
		return i18n.T(ctx, "从头起")
	}
	return ui.Moment(ctx, v.EffectiveFrom.In(zone))
}

// versionView is a version beside another one.
type versionView struct {
	Place    community.Place
	Version  *policy.Version
	Other    *policy.Version // nil: there is none to compare with
	State    string
	Tone     ui.Tone
	Facts    []ui.Fact
	Against  []ui.Tab
	Chapters []chapterView
	Changed  int
}

// chapterView is a chapter of the rules in words.
type chapterView struct {
	Title string
	Rows  []ui.TableRow
}

func (d *Desk) version(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, versions, zone, err := d.versions(r)
	if err != nil {
		return err
	}
	v := versionView{Place: p, Version: numbered(versions, r.PathValue("number"))}
	if v.Version == nil {
		return errNoVersion
	}
	v.Other = numbered(versions, r.FormValue("with"))
	if v.Other == nil && v.Version.Number > 1 {
		v.Other = &versions[v.Version.Number-2]
	}
	v.State, v.Tone = versionState(ctx, v.Version, policy.InForce(versions, d.now()), d.now())
	v.Facts = []ui.Fact{
		{Name: i18n.T(ctx, "从哪天起"), Text: from(ctx, v.Version, zone)}, {Name: i18n.T(ctx, "谁提的"), Text: v.Version.Author},
		{Name: i18n.T(ctx, "什么时候提的"), Text: ui.Moment(ctx, v.Version.ProposedAt.In(zone))}, {Name: i18n.T(ctx, "为什么"), Text: v.Version.Reason},
	}
	for i := range versions {
		if o := &versions[i]; o.Number != v.Version.Number {
			v.Against = append(v.Against, ui.Tab{Key: strconv.Itoa(o.Number), Href: versionPath(p, v.Version.Number) + "?with=" + strconv.Itoa(o.Number), Text: i18n.T(ctx, "和第 %d 版比", o.Number)})
		}
	}
	v.Chapters, v.Changed = chapters(ctx, &v.Version.Params, otherParams(v.Other))
	return d.Portal.Show(w, r, d.shell(r, "policies", i18n.T(ctx, "第 %d 版规则", v.Version.Number)), versionPage(v))
}

func numbered(versions []policy.Version, text string) *policy.Version {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > len(versions) {
		return nil
	}
	return &versions[n-1]
}

func otherParams(v *policy.Version) *policy.Params {
	if v == nil {
		return nil
	}
	return &v.Params
}

// chapters put the numbers of a version into words, beside those of another one.
func chapters(ctx context.Context, p, other *policy.Params) (all []chapterView, changed int) {
	for _, c := range contents {
		v := chapterView{Title: c.title.In(ctx)}
		for _, n := range c.numbers {
			row := ui.TableRow{Cells: []ui.Cell{{Text: n.label.In(ctx)}, {Text: n.rule}, {Text: n.say(ctx, p)}}}
			if other != nil {
				was := ui.Cell{Text: n.say(ctx, other)}
				if n.write(p) != n.write(other) {
					changed++
					row.Cells[2] = ui.Cell{Text: n.say(ctx, p), Tone: ui.Tell}
				}
				row.Cells = append(row.Cells, was)
			}
			v.Rows = append(v.Rows, row)
		}
		all = append(all, v)
	}
	return all, changed
}

// differences are the numbers that differ, as lines "was → will be".
func differences(ctx context.Context, p, was *policy.Params) (lines []ui.Line) {
	for _, c := range contents {
		for _, n := range c.numbers {
			if n.write(p) != n.write(was) {
				lines = append(lines, ui.Line{Text: n.label.In(ctx), Note: n.rule, Num: n.say(ctx, was) + " → " + n.say(ctx, p)})
			}
		}
	}
	return lines
}
