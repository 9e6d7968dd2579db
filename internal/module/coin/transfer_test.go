package coin_test

import (
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/coin"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

// TestTransfersByPage: what crossed is read a page at a time, and whole to be taken along.
func TestTransfersByPage(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, coin.Schema}, func(t *testing.T, env dbtest.Env) {
		here, there := id.ID{1}, id.ID{2}
		s := coin.New()
		for i := range byte(7) {
			env.Clock.Advance(time.Second)
			if err := env.Update(ctx, here, db.System, func(tx *db.Tx) error {
				x := coin.Transfer{ID: id.ID{i}, Member: id.ID{9}, Other: there, Coins: money.Amount(i) + 1, Seq: int64(i)}
				if i%2 == 0 {
					return s.Arrive(ctx, tx, x, nil)
				}
				return s.Send(ctx, tx, x)
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := env.View(ctx, here, func(r db.Reader) error {
			n, err := s.CountTransfers(ctx, r, here, there)
			if err != nil || n != 7 {
				t.Errorf("%d of 7 are counted: %v", n, err)
			}
			page, err := s.Transfers(ctx, r, here, there, 3, 3)
			if err != nil || len(page) != 3 || page[0].Coins != 4 || page[2].Coins != 2 {
				t.Errorf("the second page: %+v %v", page, err)
			}
			all := 0
			err = s.EachTransfer(ctx, r, here, there, func(*coin.Transfer) { all++ })
			if all != 7 {
				t.Errorf("%d of 7 are taken along", all)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
