package activityweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"gongyi/internal/module/activity"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// unanswered is how much waits for the desk: classes that somebody proposed, and dates that
// the clock leaves to it.
func (h *Pages) unanswered(ctx context.Context, _ authz.Viewer) (n int, late bool, err error) {
	mine, err := h.Mine(ctx, "class_desk.keep")
	if err != nil {
		return 0, false, err
	}
	now := h.Flows.DB.Clock().Now()
	for _, c := range mine {
		if err := h.view(ctx, c.ID, func(rd db.Reader) error {
			all, err := h.svc().Unanswered(ctx, rd, c.ID)
			if err != nil {
				return err
			}
			for _, a := range all {
				n++
				late = late || !a.Sessions[0].Begins.After(now)
			}
			left, err := h.svc().Unsettled(ctx, rd, c.ID, now.Add(-activity.LeftOpen))
			n += len(left)
			return err
		}); err != nil {
			return 0, false, err
		}
	}
	return n, late, nil
}

// deskView are a community's classes and activities for the desk.
type deskView struct {
	portal.Room
	Waiting, Ahead, Over []ui.Row
	More                 string // earlier ones
	Earlier              bool   // those only
	May                  bool
	Sent                 portal.Sent
	Form                 ui.Form
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
	base := room.Desk("classes", "")
	v := deskView{Room: room, Sent: sent, May: h.MayIn(ctx, "class_desk.call", room.ID), Form: sent.Once("call", base)}
	key := activity.ParseKey(r.URL.Query().Get("before"))
	v.Earlier = key != (activity.Key{})
	if err := h.view(ctx, room.ID, func(rd db.Reader) error {
		over, err := h.svc().Over(ctx, rd, room.ID, key, listed+1)
		if err != nil {
			return err
		}
		if len(over) > listed {
			over = over[:listed]
			v.More = base + asked("", "", 0, "before", activity.KeyOf(over[listed-1]).String()) + "#past"
		}
		at, to := where{room.ID, &room.Standing}, func(a *activity.Activity) string { return base + "/" + a.ID.String() }
		if v.Over, err = h.rows(ctx, rd, at, over, to); err != nil || v.Earlier {
			return err
		}
		return h.fillDesk(ctx, rd, at, &v, to)
	}); err != nil {
		return err
	}
	return h.ShowSent(w, r, sent, h.DeskShell(ctx, "classes", i18n.T(ctx, "课和活动")), deskPage(v))
}

// fillDesk reads what waits for the desk and what goes on, by the next date.
func (h *Pages) fillDesk(ctx context.Context, rd db.Reader, at where, v *deskView, to func(a *activity.Activity) string) error {
	waiting, err := h.svc().Unanswered(ctx, rd, at.ID)
	if err != nil {
		return err
	}
	left, err := h.svc().Unsettled(ctx, rd, at.ID, at.Now)
	if err != nil {
		return err
	}
	ahead, err := h.svc().Ahead(ctx, rd, at.ID, at.Now)
	if err != nil {
		return err
	}
	for _, a := range ahead {
		if a.State() == activity.Open && unsettled(a) && !slices.ContainsFunc(left, func(b *activity.Activity) bool { return a.ID == b.ID }) {
			left = append(left, a)
		}
	}
	slices.SortStableFunc(left, func(a, b *activity.Activity) int { return next(a, at.Now).Compare(next(b, at.Now)) })
	if v.Waiting, err = h.rows(ctx, rd, at, waiting, to); err != nil {
		return err
	}
	v.Ahead, err = h.rows(ctx, rd, at, left, to)
	for i, a := range left {
		if a.Next(at.Now) == nil {
			v.Ahead[i].Tone, v.Ahead[i].Tag = ui.Soon, i18n.T(ctx, "等结清")
		}
	}
	return err
}

// next is when an activity goes on, or went on last.
func next(a *activity.Activity, now time.Time) time.Time {
	if s := a.Next(now); s != nil {
		return s.Begins
	}
	return a.Last()
}

// unsettled reports whether a date is to come, or waits to be settled.
func unsettled(a *activity.Activity) bool {
	return slices.ContainsFunc(a.Sessions, func(s activity.Session) bool { return s.End == nil })
}

func (h *Pages) call(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	to := room.Desk("classes", "")
	a, err := typed(r, room.Now.Location())
	if err == nil {
		var made *activity.Activity
		if made, err = h.Flows.CallActivity(ctx, room.ID, actor(ctx), a, r.FormValue(ui.TokenName)); err == nil && made != nil {
			to += "/" + made.ID.String()
		}
	}
	return portal.Done(w, r, err, to, "call", func(s portal.Sent) error { return h.showDesk(w, r, s) })
}
