package pointsweb

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/points"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// onGood does something to a good and leads back to its page.
func (p *Pages) onGood(w http.ResponseWriter, r *http.Request, which string, do func(ctx context.Context, at, good id.ID) error) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	good, err := key(r, "good", points.ErrNoGood)
	if err != nil {
		return err
	}
	if err := do(ctx, at.ID, good); err != nil {
		return again(ctx, err, func(status int, wrong []ui.Wrong) error { return p.showGoodDesk(w, r, status, which, wrong) })
	}
	return see(w, r, deskGood(at, good))
}

// change is onGood in one transaction.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, which string, do func(ctx context.Context, tx *db.Tx, good id.ID) error) error {
	return p.onGood(w, r, which, func(ctx context.Context, at, good id.ID) error {
		return p.update(ctx, at, func(tx *db.Tx) error { return do(ctx, tx, good) })
	})
}

func (p *Pages) setTerms(w http.ResponseWriter, r *http.Request) error {
	return p.onGood(w, r, "terms", func(ctx context.Context, at, good id.ID) error {
		picture, err := portal.PictureIn(r, "picture")
		if err != nil {
			return err
		}
		t, err := terms(r)
		if err != nil {
			return err
		}
		return p.Flows.SetTerms(ctx, at, authz.Of(ctx).Actor(), good, t, picture)
	})
}

func (p *Pages) endGood(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "end", func(ctx context.Context, tx *db.Tx, good id.ID) error {
		return p.Flows.Points.EndGood(ctx, tx, good, strings.TrimSpace(r.FormValue("reason")))
	})
}

func (p *Pages) deliver(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "batch", func(ctx context.Context, tx *db.Tx, good id.ID) error {
		n, err := number(r, "quantity", points.ErrBadBatch)
		if err != nil {
			return err
		}
		_, err = p.Flows.Points.Deliver(ctx, tx, points.Batch{Good: good, Quantity: n, Document: strings.TrimSpace(r.FormValue("document"))})
		return err
	})
}

func (p *Pages) writeOff(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "writeoff", func(ctx context.Context, tx *db.Tx, good id.ID) error {
		n, err := number(r, "quantity", points.ErrBadBatch)
		if err != nil {
			return err
		}
		return p.Flows.Points.WriteOff(ctx, tx, good, n, strings.TrimSpace(r.FormValue("reason")))
	})
}

// inspect notes how a batch was found.
func (p *Pages) inspect(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	batch, err := key(r, "batch", points.ErrNoBatch)
	if err != nil {
		return err
	}
	var of points.Batch
	if err := p.view(ctx, at.ID, func(rd db.Reader) error { of, err = p.Flows.Points.Batch(ctx, rd, at.ID, batch); return err }); err != nil {
		return err
	}
	r.SetPathValue("good", of.Good.String())
	return p.onGood(w, r, "check", func(ctx context.Context, at, _ id.ID) error {
		picture, err := portal.PictureIn(r, "picture")
		if err != nil {
			return err
		}
		c := points.Check{Passed: r.FormValue("result") == "passed", Note: strings.TrimSpace(r.FormValue("note"))}
		if c.Sample, err = number(r, "sample", points.ErrBadCheck); err != nil {
			return err
		}
		if c.Faulty, err = number(r, "faulty", points.ErrBadCheck); err != nil {
			return err
		}
		return p.Flows.CheckBatch(ctx, at, authz.Of(ctx).Actor(), batch, c, picture)
	})
}
