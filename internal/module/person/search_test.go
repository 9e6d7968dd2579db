package person_test

import (
	"context"
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestSearchFindsWhomSomebodyAtADeskMeans(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, person.Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, s := context.Background(), person.New()
		c1, c2 := id.ID{15: 1}, id.ID{15: 2}
		err := env.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
			for _, p := range []struct {
				name, phone string
				home        id.ID
			}{{"陈秀英", "+8613800136120", c1}, {"陈建国", "+8613900136120", c2}, {"Anna Chen", "+8613700000001", c1}, {"100%好人", "", c1}} {
				added, err := s.Register(ctx, tx, person.Person{Name: p.name, Phone: p.phone})
				if err != nil {
					return err
				}
				if err := s.Link(ctx, tx, added.ID, p.name, p.home); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]struct{ all, in1 int }{
			"": {0, 0}, "  ": {0, 0}, "138 0013 6120": {1, 1}, "13900136120": {1, 0}, "6120": {2, 1}, "120": {0, 0}, "陈": {2, 1}, "秀": {1, 1}, "chen": {1, 1},
			"%": {1, 1}, "_": {0, 0}, `\`: {0, 0}, "'": {0, 0}, "nobody": {0, 0},
		} {
			err := env.DB.View(ctx, id.Tilde, func(r db.Reader) error {
				all, err := s.Search(ctx, r, person.Query{Text: text, Limit: 10})
				if err != nil {
					return err
				}
				in1, err := s.Search(ctx, r, person.Query{Text: text, Homes: []id.ID{c1}, Limit: 10})
				if err != nil {
					return err
				}
				nowhere, err := s.Search(ctx, r, person.Query{Text: text, Homes: []id.ID{}, Limit: 10})
				if len(all) != want.all || len(in1) != want.in1 || len(nowhere) != 0 {
					t.Errorf("%q: %d, %d in C1, %d nowhere; want %+v", text, len(all), len(in1), len(nowhere), want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err = env.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			all, err := s.Search(ctx, r, person.Query{Text: "陈", Limit: 1})
			if len(all) != 1 {
				t.Errorf("a limit of one gives %d", len(all))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
