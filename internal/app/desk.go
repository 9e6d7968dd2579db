package app

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/jobs"
	"gongyi/internal/portal/operatorweb"
)

// deskHouse is what the operator's desk sees of the running program.
type deskHouse struct {
	app *App

	mu    sync.Mutex
	bytes map[id.ID]publishedBytes
}

// publishedBytes is how much a log's files hold at a size of the log: files are
// only ever added.
type publishedBytes struct{ size, bytes int64 }

// Jobs is how the work beside the web stands, false while none runs here.
func (h *deskHouse) Jobs() (jobs.Status, bool) {
	if h.app.jobs == nil {
		return jobs.Status{}, false
	}
	return h.app.jobs.Status(), true
}

// Retry has a job done now that failed before.
func (h *deskHouse) Retry(ctx context.Context, community, note id.ID) error {
	if h.app.jobs == nil {
		return jobs.ErrNoNote
	}
	return h.app.jobs.Retry(ctx, community, note)
}

// Drop gives a job up for good and keeps who decided that and why.
func (h *deskHouse) Drop(ctx context.Context, actor db.Actor, community, note id.ID, reason string) error {
	if h.app.jobs == nil {
		return jobs.ErrNoNote
	}
	dropped, err := h.app.jobs.Drop(ctx, actor, community, note)
	if err != nil {
		return err
	}
	detail, err := json.Marshal(operatorweb.Dropped{Payload: dropped.Payload, Reason: reason})
	if err != nil {
		return err
	}
	return h.app.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		c, err := h.app.Flows.Chores.Ask(ctx, tx, chore.Chore{Kind: chore.Drop, Subject: community, Title: dropped.Kind, Detail: string(detail)})
		if err == nil {
			_, err = h.app.Flows.Chores.Reach(ctx, tx, c.ID, chore.Finished, "")
		}
		return err
	})
}

// Log is how a community's evidence log stands.
func (h *deskHouse) Log(ctx context.Context, community id.ID) (l operatorweb.Log, err error) {
	a := h.app
	if s, ok := a.Proof.Published(community); ok {
		l.Published, l.Building = max(0, s.Published), s.Building
		if s.Err != nil {
			l.Fault = s.Err.Error()
		}
	} else if c, err := a.Proof.publishedCheckpoint(ctx, community, -1); err == nil { // another instance publishes
		l.Published = c.Size
	} else if fault.Of(err) == nil {
		return l, err
	}
	l.Since = a.Proof.since
	if err := a.Proof.Fault(community); err != nil {
		l.Fault = err.Error()
	}
	o, verifier, err := a.Proof.Origin(ctx, community)
	if err != nil {
		return l, err
	}
	l.Origin, l.Verifier = o.String(), verifier
	err = a.DB.View(ctx, community, func(r db.Reader) error {
		all, err := a.Flows.Ledger.Generations(ctx, r, community)
		if err != nil {
			return err
		}
		for _, g := range all {
			l.Generations = append(l.Generations, operatorweb.Generation{Number: g.Number, Origin: g.Origin, Verifier: g.Verifier, BegunAt: time.UnixMicro(g.BegunAt).UTC()})
		}
		if l.Size, err = a.Flows.Ledger.Size(ctx, r, community); err != nil {
			return err
		}
		if l.LastEntry, err = h.postedAt(ctx, r, community, l.Size-1); err != nil {
			return err
		}
		l.SignedAt, err = h.postedAt(ctx, r, community, min(l.Published, l.Size)-1)
		return err
	})
	if err == nil {
		l.Bytes, err = h.published(community, filepath.Join(a.TileDir(), o.Dir()), l.Published)
	}
	return l, err
}

// postedAt is when an entry was written, the zero time for none.
func (h *deskHouse) postedAt(ctx context.Context, r db.Reader, community id.ID, seq int64) (time.Time, error) {
	if seq < 0 {
		return time.Time{}, nil
	}
	e, err := h.app.Flows.Ledger.Entry(ctx, r, community, seq)
	if err != nil {
		return time.Time{}, err
	}
	return e.PostedAt, nil
}

// published is how many bytes a log's files hold. They are counted anew only when
// the log has grown by a tile.
func (h *deskHouse) published(community id.ID, dir string, size int64) (int64, error) {
	h.mu.Lock()
	kept, ok := h.bytes[community]
	h.mu.Unlock()
	if ok && kept.size/256 == size/256 {
		return kept.bytes, nil
	}
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // a file may be replaced while we look; nothing is published yet
		}
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	h.mu.Lock()
	h.bytes[community] = publishedBytes{size, sum}
	h.mu.Unlock()
	return sum, err
}

// deskPages are the pages of the operator.
func (a *App) deskPages() *operatorweb.Desk {
	return &operatorweb.Desk{Portal: a.portal, Flows: a.Flows, Imports: a.Desk, House: &deskHouse{app: a, bytes: make(map[id.ID]publishedBytes)}, Zone: a.Desk.Zone, Sources: []operatorweb.Source{a.breachSource(), a.payoutSource(), a.differenceSource(), a.failedRefundSource()}}
}
