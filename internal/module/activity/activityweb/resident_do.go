package activityweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// act does something with the activity in an address for the viewer, or whom she helps.
func (h *Pages) act(w http.ResponseWriter, r *http.Request, form string, do func(ctx context.Context, at *portal.Spot, activity, seat id.ID) error) error {
	at, err := h.SpotIn(r)
	if err != nil {
		return err
	}
	one, err := portal.IDIn(r, "activity")
	if err != nil {
		return err
	}
	var seat id.ID
	if r.PathValue("seat") != "" {
		if seat, err = portal.IDIn(r, "seat"); err != nil {
			return err
		}
	}
	return portal.Done(w, r, do(r.Context(), &at, one, seat), href(at.ID, one), form, func(s portal.Sent) error { return h.showOne(w, r, s) })
}

func (h *Pages) join(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "join", func(ctx context.Context, at *portal.Spot, one, _ id.ID) error {
		people, err := peopleIn(r)
		if err == nil {
			_, err = h.Flows.JoinClass(ctx, at.ID, actor(ctx), one, at.Me.ID, people, r.FormValue(ui.TokenName))
		}
		return err
	})
}

// peopleIn is for how many somebody signs up; one where nothing is asked.
func peopleIn(r *http.Request) (int, error) {
	if strings.TrimSpace(r.FormValue("people")) == "" {
		return 1, nil
	}
	t := portal.Type(r)
	return t.Number("people"), t.Err
}

func (h *Pages) yes(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "yes", func(ctx context.Context, at *portal.Spot, _, seat id.ID) error {
		return h.Flows.TakeSeat(ctx, at.ID, actor(ctx), at.Me.ID, seat)
	})
}

func (h *Pages) leave(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "leave", func(ctx context.Context, at *portal.Spot, _, seat id.ID) error {
		return h.Flows.LeaveClass(ctx, at.ID, actor(ctx), &at.Me.ID, seat)
	})
}

func (h *Pages) excuse(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "excuse", func(ctx context.Context, at *portal.Spot, _, seat id.ID) error {
		session, err := id.Parse(r.FormValue("session"))
		if err != nil {
			return activity.ErrNoSession
		}
		return h.Flows.ExcuseSeat(ctx, at.ID, actor(ctx), at.Me.ID, seat, session)
	})
}

func (h *Pages) here(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "here", func(ctx context.Context, at *portal.Spot, one, _ id.ID) error {
		return h.Flows.CheckInClass(ctx, at.ID, actor(ctx), at.Me.ID, one, strings.TrimSpace(r.FormValue("code")))
	})
}

func (h *Pages) thank(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "thank", func(ctx context.Context, at *portal.Spot, _, seat id.ID) error {
		return h.Flows.ThankTeacher(ctx, at.ID, actor(ctx), at.Me.ID, seat, portal.Prose(r, "words"))
	})
}
