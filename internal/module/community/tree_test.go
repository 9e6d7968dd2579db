package community_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	bg      = context.Background()
	schemas = []db.Schema{db.Own, community.Schema}
)

// grown draws a tree and changes: whatever is tried, no place lies below itself,
// every place has one path whose levels fall, nothing leaves its community, and a
// closed place takes in nothing new.
func TestWhateverIsDoneTheTreeStaysATree(t *testing.T) {
	env := dbtest.SQLite(t, schemas, func(o *db.Options) { o.Rehearse = false })
	s, n := community.New(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		var all []community.Place
		home, closed := make(map[id.ID]id.ID), make(map[id.ID]bool)
		pick := func(name string) community.Place {
			return all[rapid.IntRange(0, len(all)-1).Draw(t, name)]
		}
		for i := range rapid.IntRange(5, 40).Draw(t, "steps") {
			err := env.Update(bg, id.Tilde, db.System, func(tx *db.Tx) error {
				switch rapid.SampledFrom([]string{"add", "add", "add", "root", "move", "close"}).Draw(t, "what") {
				case "root":
					p, err := s.Add(bg, tx, community.Place{Kind: community.Street, Ref: fmt.Sprintf("%d-%d", n, i)})
					if err == nil {
						all = append(all, p)
					}
					return err
				case "move":
					if len(all) == 0 {
						return nil
					}
					return s.Move(bg, tx, pick("moved").ID, pick("to").ID, "drawn")
				case "close":
					if len(all) == 0 {
						return nil
					}
					which := pick("closed").ID
					err := s.Close(bg, tx, which, "drawn")
					closed[which] = closed[which] || err == nil
					return err
				}
				if len(all) == 0 {
					return nil
				}
				under := pick("parent")
				p, err := s.Add(bg, tx, community.Place{Parent: under.ID, Kind: rapid.SampledFrom(community.Kinds).Draw(t, "kind"), Ref: fmt.Sprintf("%d-%d", n, i)})
				if err != nil {
					return err
				}
				if closed[under.ID] {
					t.Fatalf("%s was closed and took in %s", under.Ref, p.Ref)
				}
				all = append(all, p)
				return nil
			})
			if err != nil && fault.Of(err) == nil {
				t.Fatal(err)
			}
		}
		err := env.View(bg, id.Tilde, func(r db.Reader) error {
			for _, p := range all {
				path, err := s.Up(bg, r, p.ID)
				if err != nil {
					return err
				}
				if path[len(path)-1].ID != p.ID || !path[0].Parent.IsZero() {
					t.Fatalf("%s has the path %v", p.Ref, path)
				}
				for i := 1; i < len(path); i++ {
					if len(path[i-1].Kind.Below()) <= len(path[i].Kind.Below()) {
						t.Fatalf("%s stands under %s", path[i].Kind, path[i-1].Kind)
					}
				}
				at, found := community.HomeOn(path)
				if p.Kind.Within() && found {
					if was, known := home[p.ID]; known && was != at.ID {
						t.Fatalf("%s left its community", p.Ref)
					}
					home[p.ID] = at.ID
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A1: what is changed in the tree, refused, found, counted and remembered.
func TestPlacesAreChangedAndRemembered(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		s, other, at := community.New(), community.New(), make(map[string]community.Place)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		do := func(fn func(tx *db.Tx) error) error { return env.Update(bg, id.Tilde, db.System, fn) }
		add := func(kind community.Kind, under, ref, name string) {
			t.Helper()
			must(do(func(tx *db.Tx) (err error) {
				at[ref], err = s.Add(bg, tx, community.Place{Parent: at[under].ID, Kind: kind, Ref: ref, Name: name})
				return err
			}))
		}
		add(community.Street, "", "S", "柳园街道")
		add(community.Community, "S", "C1", "竹溪社区")
		add(community.Community, "S", "C2", "桥头社区")
		add(community.Grid, "C1", "G1", "第一网格")
		add(community.Grid, "C1", "G2", "第二网格")
		add(community.Building, "G1", "B1", "1 号楼")
		refused := func(what string, err error, want *fault.Fault) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %s", what, err, want.Code)
			}
		}
		move := func(what, to string) error {
			return do(func(tx *db.Tx) error { return s.Move(bg, tx, at[what].ID, at[to].ID, "because") })
		}
		refused("a grid into another community", move("G1", "C2"), community.ErrOtherCommunity)
		refused("a street under its building", move("S", "B1"), community.ErrBadParent)
		must(move("B1", "G2"))
		refused("without a reason", do(func(tx *db.Tx) error { return s.Rename(bg, tx, at["C1"].ID, "新名", " ") }), community.ErrNoReason)
		refused("a name with a line break", do(func(tx *db.Tx) error { return s.Rename(bg, tx, at["C1"].ID, "新\n名", "x") }), community.ErrBadName)

		for _, svc := range []*community.Service{s, other} { // both remember the old name
			if p, err := svc.ByRef(bg, env.DB, "C1"); err != nil || p.Name != "竹溪社区" {
				t.Fatal(p, err)
			}
		}
		env.Clock.Advance(time.Second)
		must(do(func(tx *db.Tx) error { return s.Rename(bg, tx, at["C1"].ID, "竹溪新村", "并村") }))
		if p, _ := s.ByRef(bg, env.DB, "C1"); p.Name != "竹溪新村" {
			t.Errorf("here it is still called %s", p.Name)
		}
		env.Clock.Advance(5 * time.Second)
		if p, _ := other.ByID(bg, env.DB, at["C1"].ID); p.Name != "竹溪新村" {
			t.Errorf("elsewhere, after five seconds, it is still called %s", p.Name)
		}

		refused("with grids below", do(func(tx *db.Tx) error { return s.Close(bg, tx, at["C1"].ID, "x") }), community.ErrHasPlaces)
		must(do(func(tx *db.Tx) error { return s.Close(bg, tx, at["G1"].ID, "并入第二网格") }))
		refused("into what is closed", do(func(tx *db.Tx) error {
			_, err := s.Add(bg, tx, community.Place{Parent: at["G1"].ID, Kind: community.Building, Ref: "B9"})
			return err
		}), community.ErrParentClosed)
		refused("closed twice", do(func(tx *db.Tx) error { return s.Close(bg, tx, at["G1"].ID, "x") }), community.ErrClosed)
		must(env.View(bg, id.Tilde, func(r db.Reader) error {
			found, more, err := s.Find(bg, r, community.Query{Text: "网格", Closed: true, Limit: 1})
			if len(found) != 1 || !more || !found[0].Closed() {
				t.Errorf("found %v, more %v", found, more)
			}
			if none, _, _ := s.Find(bg, r, community.Query{Text: "%"}); len(none) != 0 {
				t.Errorf("a sign of the search language found %v", none)
			}
			counts, _ := s.Counts(bg, r, []community.Place{at["C1"]})
			if counts[at["C1"].ID][community.Grid] != 1 {
				t.Errorf("counted %v", counts)
			}
			log, _ := s.History(bg, r, at["C1"].ID, 10)
			if len(log) != 2 || log[0].Kind != community.Renamed || log[0].Reason != "并村" {
				t.Errorf("its history is %v", log)
			}
			return err
		}))
	})
}

// A10: a capability is on by default, switched from a day, and rolled out.
func TestACapabilityIsSwitchedFromADay(t *testing.T) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) {
		s, home := community.New(), id.ID{7}
		now := env.Clock.Now()
		decide := func(w community.Switch) error {
			return env.Update(bg, home, db.System, func(tx *db.Tx) error { _, err := s.Decide(bg, tx, w); return err })
		}
		on := func(c community.Capability, at time.Time) (on bool) {
			t.Helper()
			if err := env.View(bg, home, func(r db.Reader) (err error) { on, err = s.Enabled(bg, r, home, c, at); return err }); err != nil {
				t.Fatal(err)
			}
			return on
		}
		if !on(community.AssistedSessions, now) || on(community.TimeBank, now) {
			t.Error("the defaults are not the defaults")
		}
		tomorrow := now.AddDate(0, 0, 1)
		if err := decide(community.Switch{Capability: community.TimeBank, On: true, From: tomorrow, Reason: "试点"}); err != nil {
			t.Fatal(err)
		}
		if on(community.TimeBank, now) || !on(community.TimeBank, tomorrow) {
			t.Error("it does not begin tomorrow")
		}
		for _, c := range []struct {
			w    community.Switch
			want *fault.Fault
		}{
			{community.Switch{Capability: "magic", On: true, Reason: "x"}, community.ErrBadCapability},
			{community.Switch{Capability: community.Live, On: true}, community.ErrNoReason},
			{community.Switch{Capability: community.Live, Reason: "x"}, community.ErrSwitched},
			{community.Switch{Capability: community.TimeBank, On: true, From: tomorrow, Reason: "x"}, community.ErrSwitched},
		} {
			if err := decide(c.w); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v, want %s", c.w, err, c.want.Code)
			}
		}
	})
}
