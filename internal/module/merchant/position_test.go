package merchant_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/merchant"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/spot"
)

var ctx = context.Background()

func TestALaterPositionCounts(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, merchant.Schema}, func(t *testing.T, env dbtest.Env) {
		s := merchant.New()
		here, elsewhere := id.ID{1}, id.ID{2}
		owner := db.Actor{Kind: "person", ID: id.ID{7}}
		var shop, other *merchant.Merchant
		if err := env.Update(ctx, here, db.System, func(tx *db.Tx) (err error) {
			if shop, _, err = s.Admit(ctx, tx, merchant.Merchant{Ref: "M1", Tier: policy.Standard}); err != nil {
				return err
			}
			other, _, err = s.Admit(ctx, tx, merchant.Merchant{Ref: "M2", Tier: policy.Standard})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		set := func(community, shop id.ID, at geo.Point) error {
			return env.Update(ctx, community, owner, func(tx *db.Tx) error { return s.SetPosition(ctx, tx, shop, at) })
		}
		first, second := geo.Point{Lat: 31_230_000, Lon: 121_480_000}, geo.Point{Lat: 31_240_000, Lon: 121_470_000}
		if err := errors.Join(set(here, shop.ID, first), set(here, other.ID, first)); err != nil {
			t.Fatal(err)
		}
		env.Clock.Advance(time.Hour)
		moved := env.Clock.Now()
		if err := set(here, shop.ID, second); err != nil {
			t.Fatal(err)
		}
		env.Clock.Advance(time.Hour)
		if err := set(here, shop.ID, second); err != nil {
			t.Fatal(err)
		}
		if err := set(elsewhere, shop.ID, first); !errors.Is(err, merchant.ErrNotFound) {
			t.Errorf("a shop of another community: %v", err)
		}
		if err := set(here, shop.ID, geo.Point{Lon: 181_000_000}); !errors.Is(err, geo.ErrBadPoint) {
			t.Error(err)
		}
		if err := env.View(ctx, here, func(r db.Reader) error {
			all, err := s.Positions(ctx, r, here)
			if len(all) != 2 || all[shop.ID] != (spot.Position{Thing: shop.ID, At: second, By: owner, Since: moved}) || all[other.ID].At != first {
				t.Errorf("%+v", all)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
