package marketdayweb

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/marketday"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// openView are a community's market days for everybody.
type openView struct {
	portal.Room
	Ahead, Past []ui.Row
}

func (h *Pages) open(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	room, err := h.Room(r)
	if err != nil {
		return err
	}
	v := openView{Room: room}
	err = h.view(ctx, room.ID, func(rd db.Reader) error {
		v.Ahead, v.Past, err = h.dayRows(ctx, rd, &room, func(day id.ID) string { return openHref(room.Ref, day) })
		return err
	})
	if err != nil {
		return err
	}
	s := h.OpenShell(ctx, &room, i18n.T(ctx, "开市"), "market")
	s.Back = ui.Link{Href: room.Path("/help"), Text: i18n.T(ctx, "互助的数字")}
	return h.Show(w, r, s, openPage(v))
}

// dayRows are a community's days: those that are not over, and those that are.
func (h *Pages) dayRows(ctx context.Context, rd db.Reader, room *portal.Room, href func(day id.ID) string) (ahead, past []ui.Row, err error) {
	all, err := h.svc().Past(ctx, rd, room.ID, room.Now.AddDate(2, 0, 0), listed)
	for _, d := range all {
		row := dayRow(ctx, href(d.ID), room.Now.Location(), d)
		if d.Over() {
			past = append(past, row)
		} else {
			ahead = append([]ui.Row{row}, ahead...)
		}
	}
	return ahead, past, err
}

// listed is how many days a list holds.
const listed = 60

// reportView is one day for everybody: its plan, how it goes, its report.
type reportView struct {
	portal.Room
	Day    *marketday.Day
	When   string
	Tag    string
	Tone   ui.Tone
	Words  string
	Tally  marketday.Tally
	Stats  []ui.Stat
	Rows   []ui.Row
	Base   string
	Link   string // for those who stand on the square, as a code
	Closed string
}

func (h *Pages) reportOf(r *http.Request) (v reportView, err error) {
	ctx := r.Context()
	if v.Room, err = h.Room(r); err != nil {
		return v, err
	}
	if v.Day, err = h.dayIn(r, v.ID); err != nil {
		return v, err
	}
	if err := h.view(ctx, v.ID, func(rd db.Reader) error { v.Tally, err = h.Flows.MarketTally(ctx, rd, v.ID, v.Day.ID); return err }); err != nil {
		return v, err
	}
	v.When, v.Base, v.Words = when(ctx, v.Now.Location(), v.Day), openHref(v.Ref, v.Day.ID), offWords(v.Day)
	v.Tone, v.Tag = stateTag(ctx, v.Day)
	v.Stats = stats(ctx, &v.Tally, v.Rules.CoinsPerHour)
	v.Link = h.Base(ctx) + dayHref(v.ID, v.Day.ID)
	for i := range v.Tally.Stalls {
		if x := &v.Tally.Stalls[i]; x.End == nil {
			v.Rows = append(v.Rows, stallRow(ctx, "", x, v.Rules.CoinsPerHour))
		}
	}
	if at := v.Day.When(marketday.Closed); !at.IsZero() {
		v.Closed = ui.Exact(ctx, v.Local(at))
	}
	return v, nil
}

func (h *Pages) openDay(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reportOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	s := h.OpenShell(ctx, &v.Room, v.Day.Title, "market")
	s.Back = ui.Link{Href: v.Path("/market"), Text: i18n.T(ctx, "开市")}
	return h.Show(w, r, s, reportPage(v))
}

// screen is the big screen on the square: readable from afar, it keeps itself up to date.
func (h *Pages) screen(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reportOf(r)
	if err != nil {
		return err
	}
	s := ui.Shell{Kind: ui.TaskFrame, Title: v.Day.Title, Back: ui.Link{Href: v.Base, Text: i18n.T(r.Context(), "开市")}, Class: "square", Wide: true}
	return h.Show(w, r, s, screenPage(v))
}

// How long a stream waits for news in one turn, how often it looks for what another
// instance did, and how many turns one stream lives: the page opens the next.
const (
	waitMost    = 20 * time.Second
	waitOften   = 2 * time.Second
	streamTurns = 30
)

// stream tells the pages of a day that something changed, as server-sent events; they read
// themselves again.
func (h *Pages) stream(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := h.CommunityIn(r)
	if err != nil {
		return err
	}
	d, err := h.dayIn(r, c.ID)
	if err != nil {
		return err
	}
	out := http.NewResponseController(w)
	held := out.SetWriteDeadline(time.Time{}) == nil // else one event and the end: the page asks again by itself
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	seen, err := h.signature(ctx, c.ID, d.ID)
	if err != nil {
		return nil // the answer has begun: the page asks again by itself
	}
	for range streamTurns {
		if _, err := fmt.Fprintf(w, "data: %s\n\n", seen); err != nil || out.Flush() != nil || !held {
			return nil
		}
		changed, err := h.Flows.Live.Until(ctx, d.ID, waitMost, waitOften, func(ctx context.Context) (bool, error) {
			now, err := h.signature(ctx, c.ID, d.ID)
			is := now != seen
			seen = now
			return is, err
		})
		if err != nil || !changed && ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// signature changes whenever a day does.
func (h *Pages) signature(ctx context.Context, community, day id.ID) (text string, err error) {
	err = h.view(ctx, community, func(rd db.Reader) error {
		d, err := h.svc().DayByID(ctx, rd, community, day)
		if err != nil {
			return err
		}
		t, err := h.Flows.MarketTally(ctx, rd, community, day)
		standing := 0
		for _, x := range t.Stalls {
			if x.End == nil {
				standing++
			}
		}
		text = string(d.State())
		for _, n := range []int{t.Services, t.Minutes, t.Undone, t.Pieces.All(), standing, len(t.Stalls)} {
			text += "." + strconv.Itoa(n)
		}
		return err
	})
	return text, err
}
