package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
)

// SweepDraws does what is due: ends entries, draws, tells, gives bags, lets bags lapse. It is a
// sweeper's work and may be cut short.
func (f *Flows) SweepDraws(ctx context.Context, community id.ID) (err error) {
	defer fault.Wrap(&err, "draws")
	for _, step := range []func(context.Context, id.ID) error{f.closeDraws, f.holdDraws, f.tellWinners, f.giveBags, f.lapseBags} {
		if err := step(ctx, community); err != nil {
			return err
		}
	}
	return nil
}

var drawJob = db.Actor{Kind: "job"}

// closeDraws publishes the hash of the list of every draw whose time is over. The root of
// the log with this record in it is what the drawing waits for.
func (f *Flows) closeDraws(ctx context.Context, community id.ID) error {
	var due []*draw.Draw
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		due, err = f.Draws.ToClose(ctx, r, community, f.DB.Clock().Now())
		return err
	})
	for _, x := range due {
		if err != nil {
			return err
		}
		err = f.DB.Update(ctx, community, drawJob, func(tx *db.Tx) error {
			d, err := f.Draws.ByID(ctx, tx, community, x.ID)
			if err != nil || d.End != nil {
				return err
			}
			entries, err := f.Draws.Entries(ctx, tx, community, d.ID)
			if err != nil {
				return err
			}
			list := sha256.Sum256(draw.ListText(draw.Lines(entries)))
			seq, err := f.attestAt(ctx, tx, drawKey(d.ID, "list"), DrawList{d.ID, len(entries), hex.EncodeToString(list[:])})
			if err != nil {
				return err
			}
			return f.Draws.Close(ctx, tx, d, len(entries), list, seq)
		})
	}
	return err
}

// holdDraws draws: seed, list and the root of the log decide, and all three are published
// with the winners.
func (f *Flows) holdDraws(ctx context.Context, community id.ID) error {
	var due []*draw.Draw
	err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
		due, err = f.Draws.ToDraw(ctx, r, community)
		return err
	})
	for _, x := range due {
		if err != nil {
			return err
		}
		err = f.holdDraw(ctx, community, x)
	}
	return err
}

func (f *Flows) holdDraw(ctx context.Context, community id.ID, x *draw.Draw) error {
	log, err := f.Ledger.Log(ctx, community)
	if err != nil {
		return err
	}
	o := draw.Outcome{Size: x.End.Seq + 1}
	if o.Root, err = log.Root(ctx, o.Size); err != nil {
		return err
	}
	return f.DB.Update(ctx, community, drawJob, func(tx *db.Tx) error {
		d, err := f.Draws.ByID(ctx, tx, community, x.ID)
		if err != nil || d.Outcome != nil {
			return err
		}
		entries, err := f.Draws.Entries(ctx, tx, community, d.ID)
		if err != nil {
			return err
		}
		held := o
		if held.Seed, err = f.Draws.SeedOf(ctx, tx, community, d.ID); err != nil {
			return err
		}
		won := draw.Winners(draw.Mix(held.Seed, d.End.List, held.Root), draw.Tickets(entries), d.Count())
		held.Seq, err = f.attestAt(ctx, tx, drawKey(d.ID, "drawn"), DrawDrawn{d.ID, hex.EncodeToString(held.Seed[:]), held.Size, hex.EncodeToString(held.Root[:]), won})
		if err != nil {
			return err
		}
		return f.Draws.Draw(ctx, tx, d, held, won)
	})
}

// bagsAtOnce is how many bags one transaction gives, or tells of.
const bagsAtOnce = 50

// tellWinners tells everybody who drew a bag, each once.
func (f *Flows) tellWinners(ctx context.Context, community id.ID) error {
	for {
		var next *draw.Draw
		var upto int
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			next, upto, err = f.Draws.ToTell(ctx, r, community)
			return err
		})
		if err != nil || next == nil {
			return err
		}
		err = f.DB.Update(ctx, community, drawJob, func(tx *db.Tx) error {
			d, err := f.Draws.ByID(ctx, tx, community, next.ID)
			if err != nil {
				return err
			}
			end := min(upto+bagsAtOnce, len(d.Outcome.Wins))
			for i := upto; i < end; i++ {
				if err := f.tellWinner(ctx, tx, d, &d.Outcome.Wins[i]); err != nil {
					return err
				}
			}
			return f.Draws.Told(ctx, tx, d, end)
		})
		if err != nil {
			return err
		}
	}
}

func (f *Flows) tellWinner(ctx context.Context, tx *db.Tx, d *draw.Draw, w *draw.Win) error {
	who, err := f.holderOf(ctx, tx, d, w)
	if err != nil || who == nil {
		return err
	}
	return f.tellMember(ctx, tx, who.ID, notice.Notice{Kind: notice.DrawWon, Cause: "draw/" + d.ID.String(), Link: "/me/draws",
		Args: []notice.Arg{notice.Text(d.Bags[w.Bag].Name, ""), notice.Text(d.Title, "")}})
}

// giveBags gives what needs no counter.
func (f *Flows) giveBags(ctx context.Context, community id.ID) error {
	list := func(r db.Reader) ([]draw.Win, error) {
		return f.Draws.Ungiven(ctx, r, community, []draw.BagKind{draw.Points}, bagsAtOnce)
	}
	return f.eachBag(ctx, community, list, func(tx *db.Tx, d *draw.Draw, w *draw.Win) error {
		who, err := f.holderOf(ctx, tx, d, w)
		if err != nil {
			return err
		}
		if who == nil { // forgotten meanwhile
			return f.Draws.Give(ctx, tx, w, draw.Lapsed, -1)
		}
		posted, err := f.Move(ctx, tx, drawKey(d.ID, "bag:"+w.Ticket), charter.PointsGiven{Member: who.ID, Why: forDraw, Cause: d.ID, Points: d.Bags[w.Bag].Points})
		if err != nil {
			return err
		}
		return f.Draws.Give(ctx, tx, w, draw.AtOnce, posted.Seq)
	})
}

// lapseBags lets bags lapse that nobody collected in time.
func (f *Flows) lapseBags(ctx context.Context, community id.ID) error {
	list := func(r db.Reader) ([]draw.Win, error) {
		return f.Draws.Overdue(ctx, r, community, f.DB.Clock().Now(), bagsAtOnce)
	}
	return f.eachBag(ctx, community, list, func(tx *db.Tx, d *draw.Draw, w *draw.Win) error {
		if tx.Now.Before(d.CollectUntil()) {
			return nil
		}
		return f.Draws.Give(ctx, tx, w, draw.Lapsed, -1)
	})
}

// eachBag does something with every bag that is listed, some at once, until none is.
func (f *Flows) eachBag(ctx context.Context, community id.ID, list func(r db.Reader) ([]draw.Win, error), do func(tx *db.Tx, d *draw.Draw, w *draw.Win) error) error {
	for {
		var waiting []draw.Win
		err := f.DB.View(ctx, community, func(r db.Reader) (err error) {
			waiting, err = list(r)
			return err
		})
		if err != nil || len(waiting) == 0 {
			return err
		}
		given := 0
		err = f.DB.Update(ctx, community, drawJob, func(tx *db.Tx) (err error) {
			given, err = f.doBags(ctx, tx, waiting, do)
			return err
		})
		if err != nil || given == 0 {
			return err
		}
	}
}

// doBags does something with bags that still wait, and tells of how many something
// became.
func (f *Flows) doBags(ctx context.Context, tx *db.Tx, waiting []draw.Win, do func(tx *db.Tx, d *draw.Draw, w *draw.Win) error) (given int, err error) {
	draws := make(map[id.ID]*draw.Draw)
	for i := range waiting {
		d := draws[waiting[i].Draw]
		if d == nil {
			if d, err = f.Draws.ByID(ctx, tx, tx.Community, waiting[i].Draw); err != nil {
				return 0, err
			}
			draws[d.ID] = d
		}
		w := &d.Outcome.Wins[waiting[i].Place]
		if w.Given != nil {
			continue
		}
		if err := do(tx, d, w); err != nil {
			return 0, err
		}
		if w.Given != nil {
			given++
		}
	}
	return given, nil
}
