package volunteerweb

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
	"gongyi/internal/portal"
)

// except notes that she is away, for a week from now with one tap, or free besides.
func (h *Pages) except(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "except", func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error {
		e, err := readException(r, room)
		if err != nil {
			return err
		}
		return h.update(ctx, room.ID, func(tx *db.Tx) error { _, err := h.svc().Except(ctx, tx, v.Person, e); return err })
	})
}

// aWeek is how long the one tap takes her away: until the same weekday begins.
const aWeek = 7

func readException(r *http.Request, room *portal.Room) (e volunteer.Exception, err error) {
	zone := room.Now.Location()
	e = volunteer.Exception{Kind: volunteer.ExceptionKind(r.FormValue("kind")), Words: strings.TrimSpace(r.FormValue("words"))}
	if r.FormValue("week") == "yes" {
		e.Kind, e.From, e.To = volunteer.Away, room.Today.Start(zone), (room.Today + aWeek).Start(zone)
		return e, nil
	}
	if e.Kind == volunteer.Extra {
		if e.From, err = portal.MomentIn(r, "from", "from_clock", zone); err != nil {
			return e, err
		}
		until, err := time.ParseInLocation("15:04", r.FormValue("to_clock"), zone)
		if err != nil {
			return e, portal.ErrBadClock.On("to_clock")
		}
		e.To = time.Date(e.From.Year(), e.From.Month(), e.From.Day(), until.Hour(), until.Minute(), 0, 0, zone)
		return e, nil
	}
	from, err := period.ParseDay(r.FormValue("from"))
	if err != nil {
		return e, portal.ErrBadDay.On("from")
	}
	to, err := period.ParseDay(r.FormValue("to"))
	if err != nil {
		return e, portal.ErrBadDay.On("to")
	}
	e.From, e.To = from.Start(zone), (to + 1).Start(zone)
	return e, nil
}

func (h *Pages) usual(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "usual", func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error {
		at, err := id.Parse(r.PathValue("exception"))
		if err != nil {
			return volunteer.ErrNoException
		}
		return h.update(ctx, room.ID, func(tx *db.Tx) error { return h.svc().Usual(ctx, tx, v.Person, at) })
	})
}

// state pauses, goes on or stops.
func (h *Pages) state(w http.ResponseWriter, r *http.Request) error {
	return h.act(w, r, "state", func(ctx context.Context, room *portal.Room, v *volunteer.Volunteer) error {
		return h.step(ctx, room.ID, v.Person, r)
	})
}

func (h *Pages) step(ctx context.Context, at, who id.ID, r *http.Request) error {
	words := strings.TrimSpace(r.FormValue("words"))
	return h.update(ctx, at, func(tx *db.Tx) error {
		switch volunteer.State(r.FormValue("state")) {
		case volunteer.Active:
			return h.svc().Resume(ctx, tx, who)
		case volunteer.Paused:
			return h.svc().Pause(ctx, tx, who, words)
		case volunteer.Stopped:
			return h.svc().Stop(ctx, tx, who, words)
		}
		return volunteer.ErrNotThen
	})
}
