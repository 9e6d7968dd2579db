package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/witness"
)

// drawFormat is the format of a draw's file.
const drawFormat = "gongyi-draw/1"

// drawFile is what anybody needs who does a draw again (E5): the three entries, proven,
// the list, and that the log grew out of what it was when the list was ended. It names
// nobody: who entered stands in it under the number of her ticket.
type drawFile struct {
	Format string           `json:"format"`
	Opened *evidence.Bundle `json:"opened"`
	Closed *evidence.Bundle `json:"closed"`
	Drawn  *evidence.Bundle `json:"drawn"`
	List   string           `json:"list"`
	Grew   []evidence.Hash  `json:"grew"`
}

// DrawFile is the file of a draw that was drawn, and its name. It is verified before
// anybody gets it. ErrNotSigned while no checkpoint covers the drawing.
func (r *Receipts) DrawFile(ctx context.Context, community, at id.ID) (name string, file []byte, err error) {
	defer fault.Wrap(&err, "file of draw %s", at)
	rec, err := r.app.Flows.DrawRecords(ctx, community, at)
	if err != nil {
		return "", nil, err
	}
	b, err := r.bundlerAt(ctx, community, rec.Draw.Outcome.Seq)
	if err != nil {
		return "", nil, err
	}
	f := drawFile{Format: drawFormat, List: string(rec.List)}
	for _, part := range []struct {
		into **evidence.Bundle
		of   ledger.Sealed
	}{{&f.Opened, rec.Opened}, {&f.Closed, rec.Closed}, {&f.Drawn, rec.Drawn}} {
		if *part.into, err = b.bundle(ctx, part.of.Entry, part.of.Seal); err != nil {
			return "", nil, err
		}
	}
	if f.Grew, err = b.tree.ProveTree(ctx, rec.Draw.Outcome.Size, b.checkpoint.Size); err != nil {
		return "", nil, err
	}
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return "", nil, err
	}
	if err := witness.CheckDraw(io.Discard, w.Bytes(), []string{b.verifier}, witness.Entrant{}); err != nil {
		return "", nil, fmt.Errorf("app: the file does not verify: %w", err)
	}
	return fmt.Sprintf("gongyi-draw-%s.json", at), w.Bytes(), nil
}

// Signed reports whether a signed checkpoint covers an entry.
func (r *Receipts) Signed(ctx context.Context, community id.ID, seq int64) (bool, error) {
	c, err := r.app.Proof.Checkpoint(ctx, community, seq)
	return seq < c.Size, unsigned(err)
}

// LogKey is the public key of a community's log.
func (r *Receipts) LogKey(ctx context.Context, community id.ID) (string, error) {
	_, key, err := r.app.Proof.Origin(ctx, community)
	return key, err
}
