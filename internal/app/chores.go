package app

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/sheet"
)

// verifyMost is how long verifying one community may take.
const verifyMost = 30 * time.Minute

// uploadMost is the largest file that is taken in by a browser: a year of a big
// till's purchases.
const uploadMost = 128 << 20

// newDesk is where files come in by a browser. Times in them are those of the
// house's people.
func newDesk(a *App) (*importing.Desk, error) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	limits := sheet.DefaultLimits
	limits.File, limits.Unpack = uploadMost, 8*uploadMost
	return &importing.Desk{Flows: a.Flows, Dir: filepath.Join(a.State, "uploads"), Limit: limits, Zone: zone}, err
}

// compareTiles compares what is published of a community with the database.
func (a *App) compareTiles(ctx context.Context, community id.ID) (files int, size int64, wrong string, err error) {
	checks, err := a.CheckTiles(ctx, community, community.String())
	for _, c := range checks {
		files, size, wrong = files+c.Files, size+c.Size, c.Wrong
	}
	return files, size, wrong, err
}

var tidying sync.Mutex

// tidyUploads is asked for every community; the files belong to all of them, so the
// first one who comes does it.
func (a *App) tidyUploads(ctx context.Context, _ id.ID) error {
	if !tidying.TryLock() {
		return nil
	}
	defer tidying.Unlock()
	return a.Desk.Tidy(ctx)
}
