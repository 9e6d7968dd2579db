package alliance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/dbtest"
)

var (
	ctx     = context.Background()
	schemas = []db.Schema{db.Own, alliance.Schema}
	tree    = alliance.NewTree(alliance.Seed())
)

// guild is an alliance on one engine.
type guild struct {
	*alliance.Service
	t   testing.TB
	env dbtest.Env
}

func (g guild) do(home id.ID, fn func(tx *db.Tx) error) error {
	return g.env.Update(ctx, home, db.System, fn)
}

func (g guild) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g guild) seat(home id.ID, trade string) (seat *alliance.Seat) {
	g.t.Helper()
	x, err := tree.Find(trade)
	g.must(err)
	g.must(g.do(home, func(tx *db.Tx) (err error) {
		seat, err = g.OpenSeat(ctx, tx, x, 1000, alliance.Demand{}, "")
		return err
	}))
	return seat
}

func (g guild) take(home id.ID, seat, shop id.ID, months int) (t *alliance.Tenure, err error) {
	err = g.do(home, func(tx *db.Tx) (err error) {
		t, err = g.Take(ctx, tx, alliance.Tenure{Seat: seat, Merchant: shop, Until: alliance.MonthsFrom(tx.Now, months, time.UTC), Basis: alliance.Existing})
		return err
	})
	return t, err
}

func (g guild) vacate(home, tenure id.ID, why alliance.Why) error {
	return g.do(home, func(tx *db.Tx) error { _, err := g.Vacate(ctx, tx, tenure, why, "缘由"); return err })
}

func (g guild) tenures(home id.ID) (all []*alliance.Tenure) {
	g.t.Helper()
	g.must(g.env.View(ctx, home, func(r db.Reader) (err error) { all, err = g.Tenures(ctx, r, home); return err }))
	return all
}

// sound fails where a seat has two shops at one moment, or a shop two seats.
func sound(t interface{ Errorf(string, ...any) }, all []*alliance.Tenure) {
	for i, x := range all {
		for _, y := range all[:i] {
			if overlap := x.From.Before(y.Over()) && y.From.Before(x.Over()); overlap && (x.Seat == y.Seat || x.Merchant == y.Merchant) {
				t.Errorf("two at a time: %+v and %+v", x, y)
			}
		}
	}
}

func inGuild(t *testing.T, fn func(g guild)) {
	dbtest.Each(t, schemas, func(t *testing.T, env dbtest.Env) { fn(guild{alliance.New(), t, env}) })
}

// TestASeatHoldsOneShopUnderARace lets a crowd want one seat at once, and take it the
// moment it is freed.
func TestASeatHoldsOneShopUnderARace(t *testing.T) {
	inGuild(t, func(g guild) {
		home := id.ID{1}
		seat := g.seat(home, "bakery")
		const crowd = 96
		for round := range 3 {
			var wg sync.WaitGroup
			var mu sync.Mutex
			var won []*alliance.Tenure
			for i := range crowd {
				wg.Go(func() {
					got, err := g.take(home, seat.ID, id.ID{2, byte(i)}, 12)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won = append(won, got)
					} else if !errors.Is(err, alliance.ErrSeatTaken) {
						t.Error(err)
					}
				})
				if round > 0 && i == crowd/2 { // freed and taken in the same second
					wg.Go(func() {
						if err := g.vacate(home, alliance.Holding(g.tenures(home), g.env.Clock.Now())[0].ID, alliance.Resigned); err != nil {
							t.Error(err)
						}
					})
				}
			}
			wg.Wait()
			if round > 0 && len(won) == 0 { // all of them came before it was free
				got, err := g.take(home, seat.ID, id.ID{3}, 12)
				g.must(err)
				won = append(won, got)
			}
			if holding := alliance.Holding(g.tenures(home), g.env.Clock.Now()); len(won) != 1 || len(holding) != 1 || holding[0].Merchant != won[0].Merchant {
				t.Errorf("round %d: %d of %d won, %d hold", round, len(won), crowd, len(holding))
			}
			sound(t, g.tenures(home))
			g.env.Clock.Advance(time.Hour)
		}
	})
}

// TestTheDatabaseItselfRefusesASecondShop goes round the service.
func TestTheDatabaseItselfRefusesASecondShop(t *testing.T) {
	inGuild(t, func(g guild) {
		home := id.ID{1}
		seat, other := g.seat(home, "bakery"), g.seat(home, "deli")
		_, err := g.take(home, seat.ID, id.ID{2}, 12)
		g.must(err)
		force := func(seat, shop id.ID) error {
			return g.do(home, func(tx *db.Tx) error {
				n := tx.NewID()
				_, err := tx.Exec(ctx, "INSERT INTO alliance_tenure (community_id, id, seat_id, merchant_id, held_from, held_until, basis, application_id, ended_at, noted_at, noted_by) VALUES (?, ?, ?, ?, 1, 2, 'existing', ?, 0, 1, ?)",
					home[:], n[:], seat[:], shop[:], id.ID{}, id.ID{})
				return err
			})
		}
		if err := force(seat.ID, id.ID{3}); !db.IsDuplicate(err) {
			t.Errorf("a second shop on a seat: %v", err)
		}
		if err := force(other.ID, id.ID{2}); !db.IsDuplicate(err) {
			t.Errorf("a second seat of a shop: %v", err)
		}
		if err := force(other.ID, id.ID{3}); err != nil {
			t.Errorf("another shop on another seat: %v", err)
		}
	})
}

// TestSeatsAreSoundInEveryHistory plays random takings, vacancies and passing time.
func TestSeatsAreSoundInEveryHistory(t *testing.T) {
	inGuild(t, func(g guild) {
		run := byte(0)
		rapid.Check(t, func(t *rapid.T) {
			run++
			home := id.ID{run, 9}
			seats := []*alliance.Seat{g.seat(home, "bakery"), g.seat(home, "deli"), g.seat(home, "butcher")}
			for range rapid.IntRange(1, 14).Draw(t, "steps") {
				switch rapid.IntRange(0, 3).Draw(t, "what") {
				case 0, 1:
					seat, shop := seats[rapid.IntRange(0, 2).Draw(t, "seat")], id.ID{7, byte(rapid.IntRange(1, 4).Draw(t, "shop"))}
					before := g.tenures(home)
					_, err := g.take(home, seat.ID, shop, rapid.IntRange(1, 3).Draw(t, "months"))
					free := !slices.ContainsFunc(before, func(x *alliance.Tenure) bool {
						return x.Holds(g.env.Clock.Now()) && (x.Seat == seat.ID || x.Merchant == shop)
					})
					if free != (err == nil) {
						t.Fatalf("free %v, taken %v", free, err)
					}
				case 2:
					all := g.tenures(home)
					if len(all) == 0 {
						continue
					}
					x := all[rapid.IntRange(0, len(all)-1).Draw(t, "tenure")]
					over := !x.Ended.IsZero()
					if err := g.vacate(home, x.ID, alliance.Resigned); over != errors.Is(err, alliance.ErrTenureOver) {
						t.Fatalf("over %v: %v", over, err)
					}
				case 3:
					g.env.Clock.Advance(time.Duration(rapid.IntRange(1, 60).Draw(t, "days")) * 24 * time.Hour)
				}
			}
			sound(t, g.tenures(home))
		})
	})
}

func TestASecondSeatNeedsMeasuredDemand(t *testing.T) {
	inGuild(t, func(g guild) {
		home, bakery := id.ID{1}, tree.All()[0]
		bakery, _ = tree.Find("bakery")
		g.seat(home, "bakery")
		for _, c := range []struct {
			demand alliance.Demand
			reason string
			want   error
		}{
			{alliance.Demand{}, "居民说买不到", alliance.ErrSecondSeat},
			{alliance.Demand{Asked: 10, Unmet: 11, Days: 90, Source: "服务台"}, "居民说买不到", alliance.ErrBadDemand},
			{alliance.Demand{Asked: 10, Unmet: 4, Days: 90}, "居民说买不到", alliance.ErrBadDemand},
			{alliance.Demand{Asked: 120, Unmet: 48, Days: 90, Source: "服务台三季度记录"}, "", alliance.ErrNoReason},
			{alliance.Demand{Asked: 120, Unmet: 48, Days: 90, Source: "服务台三季度记录"}, "早高峰排队四十分钟", nil},
		} {
			err := g.do(home, func(tx *db.Tx) error {
				_, err := g.OpenSeat(ctx, tx, bakery, 1000, c.demand, c.reason)
				return err
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%+v %q: %v, want %v", c.demand, c.reason, err, c.want)
			}
		}
	})
}

// TestTermsEndOnTheDayThatTheLawSays: the first day is not counted, the last one runs to
// its midnight, and a month without that day ends it on its last (Civil Code art. 201,
// 202) — over year end and 29 February too.
func TestTermsEndOnTheDayThatTheLawSays(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		from   string
		months int
		until  string
	}{
		{"2025-10-15 10:24", 12, "2026-10-16 00:00"},
		{"2024-02-29 09:00", 12, "2025-03-01 00:00"}, // no 29 February: the 28th, to its midnight
		{"2023-02-28 09:00", 12, "2024-02-29 00:00"},
		{"2025-11-30 23:59", 3, "2026-03-01 00:00"}, // no 30 February
		{"2025-12-31 00:00", 1, "2026-02-01 00:00"},
		{"2025-08-31 12:00", 1, "2025-10-01 00:00"},
		{"2024-12-31 23:00", 2, "2025-03-01 00:00"},
	} {
		if got := alliance.MonthsFrom(at(c.from), c.months, zone); !got.Equal(at(c.until)) {
			t.Errorf("%d months from %s: %s, want %s", c.months, c.from, got.In(zone), c.until)
		}
	}
	for _, c := range []struct {
		from  string
		days  int
		until string
	}{
		{"2025-12-28 10:00", 7, "2026-01-05 00:00"}, {"2024-02-25 00:00", 4, "2024-03-01 00:00"}, {"2024-02-25 23:59", 5, "2024-03-02 00:00"},
	} {
		if got := alliance.DaysFrom(at(c.from), c.days, zone); !got.Equal(at(c.until)) {
			t.Errorf("%d days from %s: %s, want %s", c.days, c.from, got.In(zone), c.until)
		}
	}
}

func TestTradesCompete(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want alliance.Clash
	}{
		{"bakery", "bakery", alliance.Same}, {"bakery", "eating", alliance.Broader}, {"eating", "bakery", alliance.Broader},
		{"barber", "hair-salon", alliance.Rival}, {"steamed-buns", "soy-milk", alliance.Rival}, {"bakery", "deli", alliance.None},
		{"greengrocer", "fruit", alliance.Rival}, {"greengrocer", "butcher", alliance.None}, {"bakery", "pharmacy", alliance.None}, {"bakery", "nothing", alliance.None},
	} {
		if got := tree.Clash(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %q, want %q", c.a, c.b, got, c.want)
		}
		if tree.Clash(c.a, c.b) != tree.Clash(c.b, c.a) {
			t.Errorf("%s and %s: not the same both ways", c.a, c.b)
		}
	}
}

// TestTheSeedIsATree looks at the trades that the house comes with.
func TestTheSeedIsATree(t *testing.T) {
	seen := make(map[string]bool)
	need := make(map[alliance.Need]bool)
	names := make(map[string]string)
	for _, x := range alliance.Seed() {
		if seen[x.Code] || x.Zh == "" || x.En == "" || x.Parent != "" && !seen[x.Parent] {
			t.Errorf("%+v", x)
		}
		if names[x.Zh] != "" {
			t.Errorf("%s and %s have one name", names[x.Zh], x.Code)
		}
		seen[x.Code], need[x.Need], names[x.Zh] = true, true, x.Code
	}
	if len(tree.All()) != len(alliance.Seed()) || len(tree.Leaves()) < 60 {
		t.Errorf("%d trades in the tree, %d leaves", len(tree.All()), len(tree.Leaves()))
	}
	for _, n := range alliance.Needs {
		if !need[n] {
			t.Errorf("no trade serves %s", n)
		}
	}
	for _, code := range []string{"bakery", "butcher", "cosmetics", "deli", "fishmonger", "florist", "fuel", "general", "greengrocer", "health-food", "pharmacy", "restaurant", "supermarket", "wine"} {
		if x := tree.Lookup(code, ""); x == nil || len(tree.Below(code)) > 0 {
			t.Errorf("the journey's trade %s is no leaf", code)
		}
	}
}

func TestEditionsOfATradeAreKept(t *testing.T) {
	inGuild(t, func(g guild) {
		change := func(x alliance.Trade, add bool) error {
			return g.do(id.Tilde, func(tx *db.Tx) error { _, err := g.ChangeTrade(ctx, tx, x, add, "街道统一叫法"); return err })
		}
		g.must(change(alliance.Trade{Code: "dumplings", Parent: "eating", Zh: "饺子馆", En: "Dumplings"}, true))
		g.must(change(alliance.Trade{Code: "dumplings", Parent: "eating", Zh: "水饺店", En: "Dumplings"}, false))
		g.must(change(alliance.Trade{Code: "bakery", Parent: "eating", Zh: "烘焙店", En: "Bakery", Retired: true}, false))
		for _, c := range []struct {
			trade alliance.Trade
			add   bool
			want  error
		}{
			{alliance.Trade{Code: "dumplings", Parent: "eating", Zh: "水饺店", En: "Dumplings"}, true, alliance.ErrTradeExists},
			{alliance.Trade{Code: "dumplings", Parent: "eating", Zh: "水饺店", En: "Dumplings"}, false, alliance.ErrTradeSame},
			{alliance.Trade{Code: "Dumplings", Parent: "eating", Zh: "水饺店", En: "Dumplings"}, true, alliance.ErrBadCode},
			{alliance.Trade{Code: "nothing", Zh: "没有", En: "None"}, false, alliance.ErrNoTrade},
			{alliance.Trade{Code: "eating", Parent: "breakfast", Zh: "餐饮", En: "Eating"}, false, alliance.ErrBadParent},
			{alliance.Trade{Code: "eating", Zh: "餐饮", En: "Eating", Retired: true}, false, alliance.ErrTradeLeaves},
			{alliance.Trade{Code: "fish", Parent: "food", Zh: "鱼", En: "Fish", Need: "fish"}, true, alliance.ErrBadNeed},
		} {
			if err := change(c.trade, c.add); !errors.Is(err, c.want) {
				t.Errorf("%+v: %v, want %v", c.trade, err, c.want)
			}
		}
		g.must(g.env.View(ctx, id.Tilde, func(r db.Reader) error {
			versions, err := g.Versions(ctx, r, "dumplings")
			if len(versions) != 2 || versions[0].Zh != "饺子馆" || versions[1].Zh != "水饺店" || versions[1].Version != 2 {
				t.Errorf("%+v", versions)
			}
			now, err2 := g.Tree(ctx, r)
			if x, _ := now.Find("bakery"); !x.Retired || slices.ContainsFunc(now.Leaves(), func(x *alliance.Trade) bool { return x.Code == "bakery" }) {
				t.Errorf("%+v", x)
			}
			return errors.Join(err, err2)
		}))
	})
}

// TestStatesLeadToAnEnd walks through the states at random: every path ends in a final
// one, and every state that is not has a way on which somebody or the clock opens.
func TestStatesLeadToAnEnd(t *testing.T) {
	for _, s := range alliance.States {
		if to := s.Overdue(); to != "" && !s.May(to) {
			t.Errorf("%s lapses into %s, which may not follow", s, to)
		}
		for _, n := range s.Next() {
			if !slices.Contains(alliance.States, n) {
				t.Errorf("%s leads to %s, which is no state", s, n)
			}
		}
		if alliance.StateName(s).Key == "" || alliance.NextWords(s).Key == "" {
			t.Errorf("%s has no words", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := alliance.Draft
		for step := 0; !s.Final(); step++ {
			next := s.Next()
			pick := rapid.IntRange(0, len(next)-1).Draw(t, fmt.Sprint(s))
			if step > 40 { // who mends or appeals for ever gets tired of it
				pick = len(next) - 1
			}
			if s = next[pick]; step > 80 {
				t.Fatalf("no end is in sight at %s", s)
			}
		}
	})
	reached := []alliance.State{alliance.Draft}
	for i := 0; i < len(reached); i++ {
		for _, n := range reached[i].Next() {
			if !slices.Contains(reached, n) {
				reached = append(reached, n)
			}
		}
	}
	if len(reached) != len(alliance.States) {
		t.Errorf("only %v can be reached", reached)
	}
}
