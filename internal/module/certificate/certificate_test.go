package certificate_test

import (
	"context"
	"errors"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestHowAHolderIsCalled(t *testing.T) {
	for _, c := range []struct {
		naming     certificate.Naming
		name, want string
	}{
		{certificate.InFull, "王秀英", "王秀英"}, {certificate.Masked, "王秀英", "王＊＊"}, {certificate.Masked, "李明", "李＊"}, {certificate.Masked, "李", "李＊"},
		{certificate.Masked, "", ""}, {certificate.Anonymous, "王秀英", ""},
	} {
		if got := c.naming.Of(c.name); got != c.want {
			t.Errorf("%s of %q is %q, want %q", c.naming, c.name, got, c.want)
		}
	}
}

func TestDaysThatCanBeCertified(t *testing.T) {
	today := period.Date(2026, 3, 10)
	for _, c := range []struct {
		first, last period.Day
		good        bool
	}{
		{today, today, true}, {today - 9, today, true}, {today, today + 1, false}, {today, today - 1, false}, {0, today, false},
		{today.Plus(-12 * certificate.YearsMost), today, true}, {today.Plus(-12*certificate.YearsMost) - 1, today, false},
	} {
		if err := certificate.Validate(c.first, c.last, today); (err == nil) != c.good {
			t.Errorf("%s to %s: %v", c.first, c.last, err)
		}
	}
}

// What was given is read back to the letter: the digest is the same; numbers go up.
func TestACertificateIsKept(t *testing.T) {
	ctx, home, her := context.Background(), id.ID{1}, id.ID{3}
	dbtest.Each(t, []db.Schema{db.Own, certificate.Schema}, func(t *testing.T, env dbtest.Env) {
		s := certificate.New()
		var given []*certificate.Certificate
		for range 2 {
			if err := env.Update(ctx, home, db.Actor{Kind: "person", ID: her}, func(tx *db.Tx) error {
				c, err := s.Draw(ctx, tx, certificate.Certificate{Member: her, Issuer: "和平里", Name: "王＊", First: 9, Last: 12, Seq: 5,
					Lines: []certificate.Line{{Assignment: id.ID{8}, Day: 10, Name: "送餐", Minutes: 30, Credited: true}, {Assignment: id.ID{9}, Day: 11, Name: "取药", Minutes: 45}}})
				if err != nil {
					return err
				}
				given = append(given, c)
				return s.Issue(ctx, tx, c)
			}); err != nil {
				t.Fatal(err)
			}
		}
		last := given[len(given)-1]
		if err := env.View(ctx, home, func(r db.Reader) error {
			all, err := s.Of(ctx, r, home, her)
			if err != nil || len(all) != 2 || all[0].Number != 2 || all[0].Digest() != last.Digest() || all[0].Minutes() != 75 {
				t.Errorf("read back %+v: %v", all, err)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error { return s.Revoke(ctx, tx, id.ID{77}, "没有这一份") }); !errors.Is(err, certificate.ErrNotFound) {
			t.Errorf("revoked what is not there: %v", err)
		}
		if err := env.Update(ctx, home, db.System, func(tx *db.Tx) error {
			if err := s.Forget(ctx, tx, her); err != nil {
				return err
			}
			c, err := s.Draw(ctx, tx, certificate.Certificate{Member: id.ID{4}, Lines: last.Lines})
			if err == nil && c.Number != 3 {
				t.Errorf("after the newest was forgotten number %d is given", c.Number)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
