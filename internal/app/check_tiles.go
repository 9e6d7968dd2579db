package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/evidence"
)

// TileCheck is what comparing a published log with the database found.
type TileCheck struct {
	Community string `json:"community"`
	Size      int64  `json:"size"`
	Files     int    `json:"files"`
	Wrong     string `json:"wrong,omitempty"` // the first thing that is not right
}

// CheckTiles compares a community's published log with the database, byte by byte.
// A log that was never published here is no finding.
func (a *App) CheckTiles(ctx context.Context, community id.ID, ref string) ([]TileCheck, error) {
	o, verifier, err := a.Proof.Origin(ctx, community)
	if err != nil || verifier == "" {
		return nil, err
	}
	dir := filepath.Join(a.TileDir(), o.Dir())
	if _, err := os.Stat(filepath.Join(dir, "checkpoint")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	done, err := evidence.CheckTiles(ctx, dir, verifier, func(ctx context.Context) (*evidence.Tree, error) {
		return a.Flows.Ledger.Log(ctx, community)
	})
	check := TileCheck{Community: ref, Size: done.Checkpoint.Size, Files: done.Files}
	if err != nil {
		if fault.Of(err) == nil {
			return nil, err
		}
		check.Wrong = err.Error()
	}
	return []TileCheck{check}, nil
}
