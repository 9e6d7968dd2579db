package committeeweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/committee"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// meetingRow is a meeting in a list.
func (v room) meetingRow(ctx context.Context, m *committee.Meeting) ui.Row {
	row := ui.Row{Href: v.href("/meetings/" + m.ID.String()), Icon: "calendar", Title: ui.Moment(ctx, m.At.In(v.Zone)), Text: m.Place}
	switch {
	case m.Minutes != nil:
		row.Tag, row.Tone = i18n.T(ctx, "有纪要"), ui.OK
	case m.At.After(v.Now):
		row.Tag, row.Tone = i18n.T(ctx, "%d 个议题", len(m.Items)), ui.Tell
	default:
		row.Tag, row.Tone = i18n.T(ctx, "等纪要"), ui.Soon
	}
	return row
}

// meetingView is one meeting.
type meetingView struct {
	room
	Meeting *committee.Meeting
	Met     bool
	Form    string
	Wrong   []ui.Wrong
	Typed   map[string]string
	Present []string
	People  []ui.Option // who sat at the time
}

func (v meetingView) form(name, rest string) ui.Form {
	f := ui.Form{ID: "form-" + name, In: name, Action: v.href("/meetings/" + v.Meeting.ID.String() + rest)}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

func (p *Pages) meeting(w http.ResponseWriter, r *http.Request) error {
	return p.showMeeting(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showMeeting(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	shared, err := p.enterRoom(r)
	if err != nil {
		return err
	}
	n, err := id.Parse(r.PathValue("meeting"))
	if err != nil {
		return committee.ErrNoMeeting
	}
	v := meetingView{room: shared, Form: form, Wrong: wrong, Typed: make(map[string]string), Present: r.Form["present"]}
	for name := range r.Form {
		v.Typed[name] = r.FormValue(name)
	}
	err = p.Flows.DB.View(ctx, v.At.ID, func(rd db.Reader) error {
		v.Meeting, err = p.Flows.Committee.MeetingByID(ctx, rd, v.At.ID, n)
		return err
	})
	if err != nil {
		return err
	}
	v.Met = !v.Now.Before(v.Meeting.At)
	var who []id.ID
	for _, x := range v.Meeting.Items {
		who = append(who, x.By)
	}
	if err := p.name(ctx, &v.room, who); err != nil {
		return err
	}
	for _, m := range v.Body.Sitting(v.Meeting.At) {
		v.People = append(v.People, ui.Option{Value: m.ID.String(), Text: v.called(m)})
	}
	shell := p.frame(ctx, i18n.T(ctx, "委员会开会"))
	shell.Back = ui.Link{Href: v.href(""), Text: i18n.T(ctx, "联盟委员会")}
	return p.ShowAs(w, r, status, httpkit.Private, shell, meetingPage(v))
}

// atMeeting does something with the meeting of an address and leads back to it.
func (p *Pages) atMeeting(w http.ResponseWriter, r *http.Request, form string, do func(at, meeting id.ID, actor db.Actor, office bool) error) error {
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	n, err := id.Parse(r.PathValue("meeting"))
	if err != nil {
		return committee.ErrNoMeeting
	}
	if err := do(at.ID, n, authz.Of(r.Context()).Actor(), p.office(r, at.ID)); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showMeeting(w, r, status, form, wrong)
	}
	http.Redirect(w, r, href(at.ID, "/meetings/"+n.String()), http.StatusSeeOther)
	return nil
}

func (p *Pages) put(w http.ResponseWriter, r *http.Request) error {
	return p.atMeeting(w, r, "item", func(at, meeting id.ID, actor db.Actor, office bool) error {
		x := committee.Item{Title: strings.TrimSpace(r.FormValue("title")), Words: strings.TrimSpace(r.FormValue("words"))}
		return p.Flows.PutItem(r.Context(), at, actor, meeting, x, office)
	})
}

func (p *Pages) minutes(w http.ResponseWriter, r *http.Request) error {
	return p.atMeeting(w, r, "minutes", func(at, meeting id.ID, actor db.Actor, office bool) error {
		m := committee.Minutes{Words: strings.TrimSpace(r.FormValue("words")), Decisions: make(map[id.ID]string)}
		for _, text := range r.Form["present"] {
			if n, err := id.Parse(text); err == nil {
				m.Present = append(m.Present, n)
			}
		}
		for name := range r.Form {
			if item, ok := strings.CutPrefix(name, "decision-"); ok {
				if n, err := id.Parse(item); err == nil {
					m.Decisions[n] = r.FormValue(name)
				}
			}
		}
		return p.Flows.RecordMinutes(r.Context(), at, actor, meeting, m, office)
	})
}

// presentNames are who was at a meeting.
func (v meetingView) presentNames() (rows []ui.Row) {
	for _, n := range v.Meeting.Minutes.Present {
		if m := v.Body.Member(n); m != nil {
			rows = append(rows, ui.Row{Icon: "person", Title: v.called(m)})
		}
	}
	return rows
}
