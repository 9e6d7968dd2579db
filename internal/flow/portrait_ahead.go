package flow

import (
	"context"
	"errors"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/trade"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/derived"
)

// portraitsAtOnce is how many one step makes: some tens of milliseconds beside the
// writer.
const portraitsAtOnce = 4

// MakePortraits makes a few of the portraits of the last finished quarter that were
// not looked at yet, so that shopkeepers find them ready. A step of the derivations
// (app/derive.go); it counts no entries.
func (f *Flows) MakePortraits(ctx context.Context, community id.ID, _ int) (_ int, err error) {
	defer fault.Wrap(&err, "portraits of %s", community)
	var shops []id.ID
	var at derived.Position
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		if at, err = f.Trade.Position(ctx, r, community); err != nil || at.Closed == derived.NeverClosed {
			return err
		}
		if done, known := f.portrayed.Load(community); known && done == trade.Finished(at.Closed) {
			return nil
		}
		shops, err = f.Trade.Unportrayed(ctx, r, community, trade.Finished(at.Closed), portraitsAtOnce)
		if err == nil && len(shops) == 0 {
			f.portrayed.Store(community, trade.Finished(at.Closed))
		}
		return err
	})
	for _, shop := range shops {
		t, err := f.TillOf(ctx, community, shop)
		if err != nil {
			return 0, err
		}
		if _, err := f.Portrait(ctx, db.System, t, trade.Finished(at.Closed)); errors.Is(err, ErrQuarterOpen) {
			return 0, nil // the index of entries lags
		} else if err != nil {
			return 0, err
		}
	}
	return 0, err
}
