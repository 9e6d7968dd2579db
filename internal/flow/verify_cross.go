package flow

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
)

// crossed compares what crossed between a community and others of this installation (F5):
// the sums with each other community are those of the transfers; whatever arrived has left,
// the same and from there; whatever left and is there has arrived as it left. What has left
// and is not there yet is on its way. No two communities share a snapshot: what arrived is
// read first, and what left, which was there before it, afterwards.
func (f *Flows) crossed(ctx context.Context, at id.ID, flaw func(Finding)) error {
	sent, arrived, err := f.sums(ctx, at, flaw)
	if err != nil {
		return err
	}
	others := make(map[id.ID]bool)
	for _, t := range sent {
		others[t.Other] = true
	}
	for _, t := range arrived {
		others[t.Other] = true
	}
	for other := range others {
		if _, err := f.Communities.ByID(ctx, f.DB, other); errors.Is(err, community.ErrNotFound) {
			continue // of another installation, which keeps its own records
		} else if err != nil {
			return err
		}
		var left, came map[id.ID]*coin.Transfer
		if err := f.DB.View(ctx, other, func(r db.Reader) (err error) {
			left, came, err = f.Coins.AllTransfers(ctx, r, other)
			return err
		}); err != nil {
			return err
		}
		for _, t := range arrived {
			if t.Other == other {
				compareCrossing(at, t, left[t.ID], flaw)
			}
		}
		for _, t := range sent {
			if there := came[t.ID]; t.Other == other && there != nil {
				compareCrossing(at, t, there, flaw)
			}
		}
	}
	return nil
}

// compareCrossing compares one side of a transfer with the other's.
func compareCrossing(at id.ID, ours, theirs *coin.Transfer, flaw func(Finding)) {
	want, got := says(ours.Other, at, ours.Coins), ""
	if theirs != nil {
		got = says(ours.Other, theirs.Other, theirs.Coins)
	}
	if want != got {
		flaw(Finding{Code: "verify.hours_crossed_differ", Entry: ours.Seq, Account: ours.ID.String(), Expected: want, Found: got})
	}
}

// says is one side of a transfer: where it is noted, with which community, how much.
func says(at, with id.ID, coins money.Amount) string {
	return fmt.Sprint(at, " ", with, " ", int64(coins))
}

// sums compares a community's sums with its transfers, which it returns by number.
func (f *Flows) sums(ctx context.Context, at id.ID, flaw func(Finding)) (sent, arrived map[id.ID]*coin.Transfer, err error) {
	var kept map[id.ID]coin.Cleared
	if err := f.DB.View(ctx, at, func(r db.Reader) error {
		if kept, err = f.Coins.Clearings(ctx, r, at); err == nil {
			sent, arrived, err = f.Coins.AllTransfers(ctx, r, at)
		}
		return err
	}); err != nil {
		return nil, nil, err
	}
	made := make(map[id.ID]coin.Cleared)
	add := func(other id.ID, sent, arrived money.Amount) {
		c := made[other]
		made[other] = coin.Cleared{Other: other, Sent: c.Sent + sent, Arrived: c.Arrived + arrived}
	}
	for _, t := range sent {
		add(t.Other, t.Coins, 0)
	}
	for _, t := range arrived {
		add(t.Other, 0, t.Coins)
	}
	if !maps.Equal(kept, made) {
		flaw(Finding{Code: "verify.hours_clearing_differs", Entry: -1, Expected: fmt.Sprint(net(made)), Found: fmt.Sprint(net(kept))})
	}
	return sent, arrived, nil
}

func net(all map[id.ID]coin.Cleared) (sum money.Amount) {
	for _, c := range all {
		sum += c.Net()
	}
	return sum
}
