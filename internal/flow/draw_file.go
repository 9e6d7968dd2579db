package flow

import (
	"context"
	"crypto/sha256"
	"slices"

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
	Entries               []draw.Entry
	List                  []byte // as it was published
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
		rec.Draw, rec.Entries, rec.List = d, entries, draw.ListText(draw.Lines(entries))
		for seq, into := range map[int64]*ledger.Sealed{d.Seq: &rec.Opened, d.End.Seq: &rec.Closed, d.Outcome.Seq: &rec.Drawn} {
			if *into, err = f.sealed(ctx, r, community, seq); err != nil {
				return err
			}
		}
		return nil
	})
	return rec, err
}

// DrawChecks are what holds of a draw that was held again.
type DrawChecks struct {
	Seed    bool // it is the promised one
	List    bool // it is the one whose hash was published
	Root    bool // it is the log's when the list was ended
	Winners bool // they are the ones that these three make
}

// DrawAgain holds a draw again from what is kept. `gongyi draw verify` does it without
// believing what is kept.
func (f *Flows) DrawAgain(ctx context.Context, community, at id.ID) (rec DrawRecords, c DrawChecks, err error) {
	if rec, err = f.DrawRecords(ctx, community, at); err != nil {
		return rec, c, err
	}
	log, err := f.Ledger.Log(ctx, community)
	if err != nil {
		return rec, c, err
	}
	o := rec.Draw.Outcome
	root, err := log.Root(ctx, rec.Draw.End.Seq+1)
	if err != nil {
		return rec, c, err
	}
	won := draw.Winners(draw.Mix(o.Seed, rec.Draw.End.List, root), draw.Tickets(rec.Entries), rec.Draw.Count())
	c = DrawChecks{Seed: draw.Commit(o.Seed) == rec.Draw.SeedHash, List: sha256.Sum256(rec.List) == rec.Draw.End.List, Root: root == o.Root && o.Size == rec.Draw.End.Seq+1,
		Winners: slices.EqualFunc(won, o.Wins, func(ticket string, w draw.Win) bool { return ticket == w.Ticket })}
	return rec, c, nil
}
