package activityweb

import (
	"net/http"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/activity"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// doorView is the sheet that hangs at the door: digits and code of one date.
type doorView struct {
	A           *activity.Activity
	S           *activity.Session
	When, Link  string
	Place, Back string
}

// door is the sheet for the teacher.
func (h *Pages) door(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, a, err := h.taughtIn(r)
	if err != nil {
		return err
	}
	v, err := h.doorOf(r, at.ID, a, at.Now.Location())
	if err != nil {
		return err
	}
	v.Place = portal.PlaceName(at.Place)
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "门口的码"))
	s.Back = ui.Link{Href: taughtHref(at.ID, a.ID), Text: a.Title}
	return h.Show(w, r, s, doorPage(v))
}

func (h *Pages) doorOf(r *http.Request, place id.ID, a *activity.Activity, zone *time.Location) (v doorView, err error) {
	session, err := portal.IDIn(r, "session")
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(a.Sessions, func(s activity.Session) bool { return s.ID == session })
	if i < 0 {
		return v, activity.ErrNoSession
	}
	v.A, v.S = a, &a.Sessions[i]
	v.When = span(r.Context(), zone, v.S)
	v.Link = h.Base(r.Context()) + href(place, a.ID) + "?code=" + v.S.Code
	return v, nil
}
