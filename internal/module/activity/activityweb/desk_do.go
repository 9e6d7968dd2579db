package activityweb

import (
	"context"
	"net/http"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// do does something at the desk with the activity in an address, and with its date or
// sign-up.
func (h *Pages) do(w http.ResponseWriter, r *http.Request, form string, fn func(ctx context.Context, community, activity, part id.ID) error) error {
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	one, err := portal.IDIn(r, "activity")
	if err != nil {
		return err
	}
	var part id.ID
	for _, name := range []string{"session", "seat"} {
		if r.PathValue(name) == "" {
			continue
		}
		at, err := portal.IDIn(r, name)
		if err != nil {
			return err
		}
		if form += "-" + at.String(); part.IsZero() {
			part = at
		}
	}
	to := "/desk/classes/" + r.PathValue("community") + "/" + one.String()
	return portal.Done(w, r, fn(r.Context(), c.ID, one, part), to, form, func(s portal.Sent) error { return h.showDeskOne(w, r, s) })
}

func (h *Pages) agree(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "agree", func(ctx context.Context, community, one, _ id.ID) error {
		return h.Flows.AgreeClass(ctx, community, actor(ctx), one)
	})
}

func (h *Pages) refuse(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "refuse", func(ctx context.Context, community, one, _ id.ID) error {
		return h.Flows.RefuseClass(ctx, community, actor(ctx), one, portal.Prose(r, "words"))
	})
}

func (h *Pages) deskOff(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "off", func(ctx context.Context, community, one, _ id.ID) error {
		return h.Flows.CallOffActivity(ctx, community, actor(ctx), nil, one, portal.Prose(r, "words"))
	})
}

// enter signs somebody up who telephones or comes by.
func (h *Pages) enter(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "seat", func(ctx context.Context, community, one, _ id.ID) error {
		m, err := h.MemberBy(ctx, community, "who", r.FormValue("who"))
		if err != nil {
			return err
		}
		people, err := peopleIn(r)
		if err != nil {
			return err
		}
		_, err = h.Flows.EnterClass(ctx, community, actor(ctx), one, m.ID, people, r.FormValue(ui.TokenName))
		return err
	})
}

func (h *Pages) deskLeave(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "end", func(ctx context.Context, community, _, seat id.ID) error {
		return h.Flows.LeaveClass(ctx, community, actor(ctx), nil, seat)
	})
}

func (h *Pages) deskCame(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "came", func(ctx context.Context, community, one, session id.ID) error {
		return h.Flows.MarkCame(ctx, community, actor(ctx), nil, one, session, portal.Type(r).IDs("there"), portal.Type(r).IDs("shown"))
	})
}

func (h *Pages) deskHeld(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "held", func(ctx context.Context, community, one, session id.ID) error {
		return h.Flows.HoldClass(ctx, community, actor(ctx), nil, one, session)
	})
}

func (h *Pages) deskSessionOff(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "off", func(ctx context.Context, community, one, session id.ID) error {
		return h.Flows.CallOffDate(ctx, community, actor(ctx), nil, one, session, portal.Prose(r, "words"))
	})
}

// thankAll gives points to those who came (F12).
func (h *Pages) thankAll(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "thanks", func(ctx context.Context, community, one, session id.ID) error {
		rule, err := id.Parse(r.FormValue("rule"))
		if err != nil {
			return points.ErrNoRule.On("rule")
		}
		_, err = h.Flows.ThankAttendance(ctx, community, actor(ctx), one, session, rule)
		return err
	})
}

func (h *Pages) undo(w http.ResponseWriter, r *http.Request) error {
	return h.do(w, r, "undo", func(ctx context.Context, community, one, session id.ID) error {
		seat, err := portal.IDIn(r, "seat")
		if err != nil {
			return err
		}
		return h.Flows.UndoClassHours(ctx, community, actor(ctx), one, session, seat, portal.Prose(r, "words"))
	})
}

// deskDoor is the sheet that hangs at the door.
func (h *Pages) deskDoor(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	a, err := h.activityIn(r, room.ID)
	if err != nil {
		return err
	}
	v, err := h.doorOf(r, room.ID, a, room.Now.Location())
	if err != nil {
		return err
	}
	v.Place = portal.PlaceName(room.Place)
	return h.Show(w, r, h.DeskShell(ctx, "classes", i18n.T(ctx, "门口的码")), deskDoorPage(room, v))
}

// posterView is a sheet for the wall.
type posterView struct {
	portal.Room
	A     *activity.Activity
	Dates []string
	Price string
	Link  string
}

func (h *Pages) poster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := posterView{Room: room}
	if v.A, err = h.activityIn(r, room.ID); err != nil {
		return err
	}
	for i := range v.A.Sessions {
		if s := &v.A.Sessions[i]; s.End == nil {
			v.Dates = append(v.Dates, span(ctx, room.Now.Location(), s))
		}
	}
	v.Price, v.Link = price(ctx, v.A, room.Rules.CoinsPerHour), h.Base(ctx)+openHref(room.Ref, v.A.ID)
	return h.Show(w, r, h.DeskShell(ctx, "classes", i18n.T(ctx, "海报")), posterPage(v))
}

// sheetView is the list on paper that people sign.
type sheetView struct {
	portal.Room
	A    *activity.Activity
	Base string
	Date dateView
}

func (h *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, err := h.deskOneOf(r, portal.Sent{})
	if err != nil {
		return err
	}
	session, err := portal.IDIn(r, "session")
	if err != nil {
		return err
	}
	for _, d := range one.Dates {
		if d.ID == session {
			return h.Show(w, r, h.DeskShell(ctx, "classes", i18n.T(ctx, "签到表")), sheetPage(sheetView{Room: one.Room, A: one.A, Base: one.Base, Date: d.dateView}))
		}
	}
	return activity.ErrNoSession
}
