package projectweb

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"gongyi/internal/kernel/period"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// deskView are a community's contracts, with the form that proposes one.
type deskView struct {
	portal.Room
	Rows  []ui.Row
	Kinds []ui.Option // that ask for proof
	Keep  bool
	Form  ui.Form
	Sent  portal.Sent
}

func (h *Pages) desk(w http.ResponseWriter, r *http.Request) error {
	return h.showDesk(w, r, portal.Sent{})
}

func (h *Pages) showDesk(w http.ResponseWriter, r *http.Request, sent portal.Sent) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := deskView{Room: room, Sent: sent, Keep: h.MayIn(ctx, deskKeep, room.ID), Form: sent.Once("propose", room.Desk("projects", ""))}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Projects.All(ctx, rd, room.ID)
		for _, c := range all {
			v.Rows = append(v.Rows, row(ctx, c, room.Desk("projects", "/"+c.ID.String())))
		}
		if err != nil {
			return err
		}
		kinds, err := h.Flows.TimeBank.Kinds(ctx, rd, room.ID)
		for _, k := range kinds {
			if k.Proof && !k.Off {
				v.Kinds = append(v.Kinds, ui.Option{Value: k.Key, Text: kindName(ctx, k.Name)})
			}
		}
		return err
	}); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "projects", i18n.T(ctx, "民生项目")), deskPage(v))
}

func (h *Pages) propose(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	f := portal.Type(r)
	c := project.Contract{Title: f.Line("title"), Orderer: f.Line("orderer"), Scope: portal.Prose(r, "scope"), Standard: portal.Prose(r, "standard"), People: f.Number("people"),
		First: f.Day("first"), Last: f.Day("last"), Ceiling: f.Yuan("ceiling"), ReportDays: f.Number("report_days"), Lines: pricesIn(r, f)}
	if err = f.Err; err == nil {
		err = h.Flows.ProposeProject(ctx, room.ID, actor(ctx), c, r.FormValue(ui.TokenName))
	}
	return portal.Done(w, r, err, room.Desk("projects", ""), "propose", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}

// pricesIn are the kinds for which a price was typed. Whether there are such kinds is asked
// of the catalogue by who proposes.
func pricesIn(r *http.Request, f *portal.Typing) (lines []project.Line) {
	for _, field := range slices.Sorted(maps.Keys(r.PostForm)) {
		kind, ok := strings.CutPrefix(field, project.PriceOf(""))
		if ok && f.Line(field) != "" {
			lines = append(lines, project.Line{Kind: kind, Price: f.Yuan(field)})
		}
	}
	return lines
}

// officeView are the contracts of the communities of a street.
type officeView struct{ Rows []ui.Row }

func (h *Pages) office(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	places, err := h.Mine(ctx, officeRead)
	if err != nil {
		return err
	}
	var v officeView
	for _, p := range places {
		if err := h.view(ctx, p.ID, func(rd db.Reader) error {
			all, err := h.Flows.Projects.All(ctx, rd, p.ID)
			for _, c := range all {
				x := row(ctx, c, "/office/projects/"+p.Ref+"/"+c.ID.String())
				x.Text = strings.TrimSpace(portal.PlaceName(p) + " · " + c.Orderer)
				v.Rows = append(v.Rows, x)
			}
			return err
		}); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.OfficerFrame, "projects", i18n.T(ctx, "民生项目"))
	return h.Show(w, r, s, officePage(v))
}

// publicView is what everybody may know of the contracts of a community.
type publicView struct {
	portal.Room
	Projects []publicProject
}

// publicProject is one of them.
type publicProject struct {
	Title string
	Key   string
	Facts []ui.Fact
	Lines []ui.Line
}

// public shows what was ordered, how much was delivered in accepted months, and what was
// paid. Nobody stands in it; of a month in which fewer than k people were meant or served
// no figure is told.
func (h *Pages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := publicView{Room: room}
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		all, err := h.Flows.Projects.All(ctx, rd, room.ID)
		for _, c := range all {
			if s := c.State(); s != project.Agreed && s != project.Ended {
				continue
			}
			p := publicProject{Title: c.Title, Key: c.ID.String(), Facts: terms(ctx, c)}
			for _, m := range c.Months(room.Today, room.Now.Location()) {
				if m.State != project.Accepted {
					continue
				}
				x := ui.Line{Text: ui.Month(ctx, m.Month), Note: i18n.T(ctx, "人数少，不公布")}
				if c.Told(&m, room.Rules.PortraitK) {
					x.Note, x.Num = i18n.T(ctx, "%s，付了 %s 元", i18n.T(ctx, "%d 次", m.Count), ui.Yuan(m.Paid)), ui.Yuan(m.Amount)
				}
				p.Lines = append(p.Lines, x)
			}
			v.Projects = append(v.Projects, p)
		}
		return err
	}); err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "民生项目"), "projects")
	s.Back = ui.Link{Href: room.Path("/help"), Text: i18n.T(ctx, "互助的数字")}
	return h.Show(w, r, s, publicPage(v))
}

// firstOf is the day that a form offers as the first.
func (v *deskView) firstOf() period.Day { return (v.Today.Month() + 1).First() }
