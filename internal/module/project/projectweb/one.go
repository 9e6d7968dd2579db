package projectweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// oneView is a contract, for one of its sides.
type oneView struct {
	portal.Room
	side
	C      *project.Contract
	Base   string
	Crumbs []ui.Link
	State  string
	Tone   ui.Tone
	Facts  []ui.Fact
	Months []ui.Row
	Steps  []ui.Row
	Sent   portal.Sent
	Agree  ui.Form
	Refuse ui.Form
	Stop   ui.Form
	Stats  []ui.Stat
	plans
}

func (h *Pages) deskOne(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, false, portal.Sent{})
}

func (h *Pages) officeOne(w http.ResponseWriter, r *http.Request) error {
	return h.showOne(w, r, true, portal.Sent{})
}

// sideOf is from which side a page is looked at, and whether the viewer may act for it.
func (h *Pages) sideOf(ctx context.Context, office bool, place id.ID) side {
	if office {
		return side{Office: true, Keep: h.MayIn(ctx, officeSign, place)}
	}
	return side{Keep: h.MayIn(ctx, deskKeep, place)}
}

func (h *Pages) shellOf(ctx context.Context, s side) ui.Shell {
	if s.Office {
		return h.Shell(ctx, ui.OfficerFrame, "projects", i18n.T(ctx, "民生项目"))
	}
	return h.DeskShell(ctx, "projects", i18n.T(ctx, "民生项目"))
}

// listOf is where a side's contracts are listed.
func (s side) listOf(room *portal.Room) string {
	if s.Office {
		return "/office/projects"
	}
	return room.Desk("projects", "")
}

func (h *Pages) showOne(w http.ResponseWriter, r *http.Request, office bool, sent portal.Sent) error {
	ctx := r.Context()
	room, c, err := h.contractIn(r)
	if err != nil {
		return err
	}
	v := oneView{Room: room, side: h.sideOf(ctx, office, room.ID), C: c, Sent: sent, Facts: terms(ctx, c)}
	v.Base = v.base(&room) + "/" + c.ID.String()
	v.Crumbs = []ui.Link{{Href: v.listOf(&room), Text: i18n.T(ctx, "民生项目")}, {Text: c.Title}}
	state := stateNames[c.State()]
	v.State, v.Tone = state.name.In(ctx), state.tone
	v.Agree, v.Refuse = sent.Ask("agree", v.Base+"/agreement"), sent.Ask("refuse", v.Base+"/refusal")
	v.Bind, v.Release, v.Stop = sent.Ask("bind", v.Base+"/plans"), sent.Ask("release", v.Base+"/plans/release"), sent.Ask("end", v.Base+"/end")
	v.Stats = []ui.Stat{{Name: i18n.T(ctx, "总额上限"), Number: ui.Yuan(c.Ceiling)}, {Name: i18n.T(ctx, "报了的"), Number: ui.Yuan(c.Bound(0))}, {Name: i18n.T(ctx, "付了的"), Number: ui.Yuan(paidSum(c))}}
	if c.State() == project.Agreed || c.State() == project.Ended {
		for _, m := range c.Months(room.Today, room.Now.Location()) {
			v.Months = append(v.Months, monthRow(ctx, &m, v.Base, room.Today, c.Due(m.Month, room.Now.Location())))
		}
	}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		v.Steps = append(v.Steps, stepRow(ctx, &room, &c.Steps[i]))
	}
	if err := h.fillPlans(ctx, &v); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.shellOf(ctx, v.side), onePage(v))
}

// monthRow is a month in a contract's list, to be reported by a day.
func monthRow(ctx context.Context, m *project.Month, base string, today, due period.Day) ui.Row {
	state := monthNames[m.State]
	x := ui.Row{Href: base + "/months/" + m.Month.String(), Icon: "calendar", Title: ui.Month(ctx, m.Month), Tag: state.name.In(ctx), Tone: state.tone}
	switch {
	case m.State != "":
		x.Text = i18n.T(ctx, "%d 次，%s 元，付了 %s 元", m.Count, ui.Yuan(m.Amount), ui.Yuan(m.Paid))
	case today > due:
		x.Text, x.Tone = i18n.T(ctx, "最晚 %s 报，已经过了", ui.Day(ctx, due)), ui.Bad
	default:
		x.Text = i18n.T(ctx, "最晚 %s 报", ui.Day(ctx, due))
	}
	return x
}

func stepRow(ctx context.Context, room *portal.Room, s *project.Step) ui.Row {
	x := ui.Row{Title: stepNames[s.What].In(ctx), Text: ui.Moment(ctx, room.Local(s.At))}
	if s.Month != 0 {
		x.Notes = append(x.Notes, ui.Month(ctx, s.Month))
	}
	if s.Amount != 0 {
		x.End = ui.Yuan(s.Amount)
	}
	for _, words := range []string{s.Ref, s.Words} {
		if words != "" {
			x.Notes = append(x.Notes, words)
		}
	}
	return x
}

// on does something with the contract of an address, and leads back to it.
func (h *Pages) on(w http.ResponseWriter, r *http.Request, office bool, form string, do func(ctx context.Context, place, at id.ID) error) error {
	room, c, err := h.contractIn(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), room.ID, c.ID)
	return portal.Done(w, r, err, side{Office: office}.base(&room)+"/"+c.ID.String(), form, func(s portal.Sent) error { return h.showOne(w, r, office, s) })
}

func (h *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	return h.on(w, r, true, "agree", func(ctx context.Context, place, at id.ID) error {
		return h.Flows.AnswerProject(ctx, place, actor(ctx), at, project.Agreed, "")
	})
}

func (h *Pages) decline(w http.ResponseWriter, r *http.Request) error {
	return h.on(w, r, true, "refuse", func(ctx context.Context, place, at id.ID) error {
		return h.Flows.AnswerProject(ctx, place, actor(ctx), at, project.Declined, portal.Prose(r, "words"))
	})
}

// stop ends a contract, from one of its sides.
func (h *Pages) stop(office bool) httpkit.Func {
	return func(w http.ResponseWriter, r *http.Request) error {
		return h.on(w, r, office, "end", func(ctx context.Context, place, at id.ID) error {
			return h.Flows.StopProject(ctx, place, actor(ctx), at, portal.Prose(r, "words"))
		})
	}
}
