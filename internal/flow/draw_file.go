package flow

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
)

// DrawRecords are what anybody needs who does a draw again: its three entries and the list.
type DrawRecords struct {
	Draw                  *draw.Draw
	Opened, Closed, Drawn ledger.Sealed
	List                  []byte
}

// DrawRecords reads them. A draw that was not drawn has none yet: draw.ErrNotDrawn.
func (f *Flows) DrawRecords(ctx context.Context, community, at id.ID) (rec DrawRecords, err error) {
	defer fault.Wrap(&err, "records of draw %s", at)
	err = f.DB.View(ctx, community, func(r db.Reader) error {
		d, err := f.Draws.ByID(ctx, r, community, at)
		if err != nil {
			return err
		}
		if d.Outcome == nil {
			return draw.ErrNotDrawn
		}
		entries, err := f.Draws.Entries(ctx, r, community, at)
		if err != nil {
			return err
		}
		rec.Draw, rec.List = d, draw.ListText(draw.Lines(entries))
		for seq, into := range map[int64]*ledger.Sealed{d.Seq: &rec.Opened, d.End.Seq: &rec.Closed, d.Outcome.Seq: &rec.Drawn} {
			if *into, err = f.sealed(ctx, r, community, seq); err != nil {
				return err
			}
		}
		return nil
	})
	return rec, err
}
