package community_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
	"gongyi/internal/platform/spot"
)

var ctx = context.Background()

func TestALaterPositionCounts(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, community.Schema}, func(t *testing.T, env dbtest.Env) {
		s := community.New()
		officer := db.Actor{Kind: "person", ID: id.ID{7}}
		var street, home community.Place
		if err := env.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
			if street, err = s.Add(ctx, tx, community.Place{Kind: community.Street, Ref: "S1", Name: "竹园街道"}); err != nil {
				return err
			}
			home, err = s.Add(ctx, tx, community.Place{Parent: street.ID, Kind: community.Community, Ref: "C1", Name: "竹园社区"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		set := func(place id.ID, at geo.Point) error {
			return env.Update(ctx, id.Tilde, officer, func(tx *db.Tx) error { return s.SetPosition(ctx, tx, place, at) })
		}
		first, second := geo.Point{Lat: 31_230_000, Lon: 121_480_000}, geo.Point{Lat: 31_240_000, Lon: 121_470_000}
		if err := errors.Join(set(home.ID, first), set(street.ID, first)); err != nil {
			t.Fatal(err)
		}
		env.Clock.Advance(time.Hour)
		moved := env.Clock.Now()
		if err := set(home.ID, second); err != nil {
			t.Fatal(err)
		}
		env.Clock.Advance(time.Hour)
		if err := set(home.ID, second); err != nil {
			t.Fatal(err)
		}
		if err := set(id.ID{9}, first); !errors.Is(err, community.ErrNotFound) {
			t.Error(err)
		}
		if err := set(home.ID, geo.Point{Lat: 91_000_000}); !errors.Is(err, geo.ErrBadPoint) {
			t.Error(err)
		}
		if err := env.View(ctx, id.Tilde, func(r db.Reader) error {
			all, err := s.Positions(ctx, r)
			if len(all) != 2 || all[home.ID] != (spot.Position{Thing: home.ID, At: second, By: officer, Since: moved}) || all[street.ID].At != first {
				t.Errorf("%+v", all)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
