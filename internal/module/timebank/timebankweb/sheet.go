package timebankweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// sheetView is what a helper, or the desk, prints for who goes without a phone.
type sheetView struct {
	Place, Day string
	Back       string // of the desk
	Tasks      []sheetTask
}

// sheetTask is one line of it.
type sheetTask struct {
	When, What, Standard, Helper, Door, Contact, Words, Lasts string
	by                                                        id.ID // the helper
}

func (h *Pages) sheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, known, err := h.home(ctx)
	if err != nil {
		return err
	}
	var v sheetView
	if known {
		v.Place, v.Day = portal.PlaceName(at.Place), ui.FullDay(ctx, at.Today)
		if err := h.view(ctx, at.ID, func(rd db.Reader) error {
			all, err := h.svc().RunningOf(ctx, rd, at.ID, at.Me.ID)
			if err != nil {
				return err
			}
			v.Tasks, err = h.sheetTasks(ctx, rd, &at, all)
			return err
		}); err != nil {
			return err
		}
	}
	s := h.Shell(ctx, ui.ResidentFrame, "help", i18n.T(ctx, "今天的单子"))
	s.Back = ui.Link{Href: "/help/given", Text: i18n.T(ctx, "我帮的忙")}
	return h.Show(w, r, s, sheetPage(v))
}

// sheetTasks are the promises of today, with their doors: paper for who serves.
func (h *Pages) sheetTasks(ctx context.Context, rd db.Reader, at *spot, all []*timebank.Assignment) (tasks []sheetTask, err error) {
	requests, err := h.svc().ByIDs(ctx, rd, at.ID, promisedIn(all))
	if err != nil {
		return nil, err
	}
	until := (at.Today + 1).Start(at.Now.Location())
	for _, a := range all {
		q := requests[a.Request]
		if q == nil || !q.From.Before(until) || a.State() != timebank.Promised && a.State() != timebank.Begun {
			continue
		}
		d, err := h.svc().DoorOf(ctx, rd, at.ID, q.ID)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, sheetTask{by: a.Helper, When: ui.Clock(ctx, q.From.In(at.Now.Location())), What: kindName(ctx, q.Name), Standard: kindName(ctx, q.Standard), Door: d.Door,
			Contact: strings.TrimSpace(d.Contact + " " + d.Phone), Words: q.Words, Lasts: lasts(ctx, q.Minutes)})
	}
	return tasks, nil
}
