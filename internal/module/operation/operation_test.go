package operation

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

func TestWhoRunsThePlatform(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, home, s := context.Background(), id.ID{1}, New()
		update := func(fn func(tx *db.Tx) error) error {
			env.Clock.Advance(time.Second)
			return env.Update(ctx, home, db.System, fn)
		}
		refused := func(says string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", says, err, want)
			}
		}
		body := Body{Kind: Professional, Name: "竹溪社区服务中心", Charter: "第一条　为居民服务", Contact: "竹溪路 1 号"}
		declare := func(b Body) error { return update(func(tx *db.Tx) error { return s.Declare(ctx, tx, b) }) }
		for says, edit := range map[string]struct {
			do   func(b *Body)
			want error
		}{
			"of no kind": {func(b *Body) { b.Kind = "" }, ErrBadKind}, "without a name": {func(b *Body) { b.Name = "" }, ErrBadName}, "without a charter": {func(b *Body) { b.Charter = "" }, ErrBadCharter}, "nobody can be reached": {func(b *Body) { b.Contact = "" }, ErrBadContact},
		} {
			b := body
			edit.do(&b)
			refused(says, declare(b), edit.want)
		}
		refused("", declare(body), nil)
		refused("nothing new", declare(body), ErrSame)
		body.Kind = Foundation
		refused("", declare(body), nil)
		if err := env.View(ctx, home, func(r db.Reader) error {
			all, err := s.Versions(ctx, r, home)
			if len(all) != 2 || all[0].Kind != Foundation || all[1].Kind != Professional {
				t.Errorf("%+v", all)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTeamAndPapers(t *testing.T) {
	dbtest.Each(t, []db.Schema{db.Own, Schema}, func(t *testing.T, env dbtest.Env) {
		ctx, home, s, today := context.Background(), id.ID{1}, New(), period.Date(2025, 10, 15)
		update := func(fn func(tx *db.Tx) error) error {
			env.Clock.Advance(time.Second)
			return env.Update(ctx, home, db.System, fn)
		}
		refused := func(says string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", says, err, want)
			}
		}
		seat := func(p Person) error { return update(func(tx *db.Tx) error { return s.Seat(ctx, tx, p) }) }
		refused("no duty", seat(Person{Name: "沈立新", From: today, Until: None}), ErrBadDuty)
		refused("until before she began", seat(Person{Name: "沈立新", Duty: "负责人", From: today, Until: today - 1}), ErrBadTerm)
		for range 2 {
			refused("", seat(Person{Name: "沈立新", Duty: "负责人", From: today, Until: None}), nil)
		}
		refused("", seat(Person{Name: "何静", Duty: "财务", From: today - 100, Until: today + 265}), nil)
		file := func(title string) error {
			return update(func(tx *db.Tx) error { return s.File(ctx, tx, Document{Title: title, File: id.ID{7}}) })
		}
		refused("no title", file(""), ErrBadTitle)
		refused("", file("成立批复"), nil)
		var team []Person
		var papers []Document
		read := func() {
			if err := env.View(ctx, home, func(r db.Reader) (err error) {
				if team, err = s.Team(ctx, r, home); err != nil {
					return err
				}
				papers, err = s.Documents(ctx, r, home)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		read()
		if len(team) != 2 || team[0].Name != "何静" || !team[1].Holds(today+9_000) || len(papers) != 1 {
			t.Fatalf("%+v, %+v", team, papers)
		}
		unseat := func(who id.ID, last period.Day) error {
			return update(func(tx *db.Tx) error { return s.Unseat(ctx, tx, who, last) })
		}
		refused("nobody", unseat(id.ID{9}, today), ErrNoPerson)
		refused("", unseat(team[1].ID, today+10), nil)
		refused("after that", unseat(team[1].ID, today+20), ErrEnded)
		unfile := func(words string) error {
			return update(func(tx *db.Tx) error { return s.Unfile(ctx, tx, papers[0].ID, words) })
		}
		refused("without a word", unfile(""), ErrNoWords)
		refused("", unfile("换了新的批复"), nil)
		refused("twice", unfile("x"), ErrNoPaper)
		read()
		if len(papers) != 0 || team[1].Holds(today+11) || !team[1].Holds(today+10) {
			t.Errorf("%+v, %+v", team, papers)
		}
	})
}
