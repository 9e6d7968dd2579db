package timebankweb

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
)

// stream tells the board that something changed, as server-sent events; the board reads
// itself again.
func (h *Pages) stream(w http.ResponseWriter, r *http.Request) error {
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	ctx, out := r.Context(), http.NewResponseController(w)
	held := out.SetWriteDeadline(time.Time{}) == nil // else one event and the end: the page asks again by itself
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	seen, err := h.signature(ctx, p.ID)
	if err != nil {
		return nil // the answer has begun: the page asks again by itself
	}
	for range streamTurns {
		if _, err := fmt.Fprintf(w, "data: %s\n\n", seen); err != nil || out.Flush() != nil || !held {
			return nil
		}
		changed, err := h.Flows.Live.Until(ctx, p.ID, waitMost, waitOften, func(ctx context.Context) (bool, error) {
			now, err := h.signature(ctx, p.ID)
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

// streamTurns bounds one stream, so that none lives for ever: some ten minutes of a quiet
// board. The page opens the next.
const streamTurns = 30

// signature changes whenever the board does.
func (h *Pages) signature(ctx context.Context, community id.ID) (text string, err error) {
	err = h.view(ctx, community, func(rd db.Reader) error {
		d, err := h.deskOf(ctx, rd, community)
		if err != nil {
			return err
		}
		text = strconv.Itoa(len(d.open))
		for _, q := range d.open {
			text += "." + strconv.Itoa(d.asked[q.ID]) + strconv.Itoa(len(d.alerts[q.ID]))
			for _, a := range d.by[q.ID] {
				text += string(a.State()[:2])
			}
		}
		return nil
	})
	return text, err
}

// marks are the open requests as GeoJSON: by building, never by door.
func (h *Pages) marks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := h.placeIn(r)
	if err != nil {
		return err
	}
	var d desk
	if err := h.view(ctx, p.ID, func(rd db.Reader) error { d, err = h.deskOf(ctx, rd, p.ID); return err }); err != nil {
		return err
	}
	features := []map[string]any{}
	if err := h.view(ctx, id.Tilde, func(rd db.Reader) error {
		spots, err := h.Flows.Communities.Positions(ctx, rd)
		for _, q := range d.open {
			at, ok := spots[q.Building]
			if !ok {
				if at, ok = spots[q.Grid]; !ok {
					continue
				}
			}
			kind := "person"
			if len(timebank.Free(q, d.by[q.ID])) > 0 {
				kind = "event"
			}
			features = append(features, map[string]any{"type": "Feature",
				"properties": map[string]any{"id": q.ID.String(), "kind": kind, "name": kindName(ctx, q.Name), "note": span(ctx, p.Now, q), "href": p.request(q.ID)},
				"geometry":   map[string]any{"type": "Point", "coordinates": []float64{float64(at.At.Lon) / 1e6, float64(at.At.Lat) / 1e6}}})
		}
		return err
	}); err != nil {
		return err
	}
	b, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	return httpkit.Send(w, r, http.StatusOK, httpkit.Never, "application/json", b)
}
