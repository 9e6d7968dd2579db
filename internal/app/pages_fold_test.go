package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger/ledgerweb"
	"gongyi/internal/module/openbooks"
	"gongyi/internal/platform/derived"
)

// someDays are days on which few or many bought, some of them strangers, and days
// on which something was only refunded.
func someDays(t *rapid.T) ([]openbooks.Day, []openbooks.Visit) {
	var days []openbooks.Day
	var visits []openbooks.Visit
	seq := int64(0)
	for i := range rapid.IntRange(0, 30).Draw(t, "days") {
		d := openbooks.Day{Day: period.Date(2025, 10, 15) + period.Day(i), First: -1, Last: -1}
		sum := money.Amount(rapid.IntRange(-5_000, 50_000).Draw(t, "sum"))
		d.Held, d.Net, d.Welfare = sum, sum-sum/200, sum/200
		switch buyers := rapid.SliceOfN(rapid.IntRange(0, 14), 0, 14).Draw(t, "buyers"); {
		case rapid.IntRange(0, 4).Draw(t, "kind") == 0:
			d.Refunds = 1
		case len(buyers) > 0:
			d.Purchases, d.First, d.Last = int64(len(buyers)), seq, seq+int64(len(buyers))-1
			seq += d.Purchases
			for part := range 2 { // the same buyer may stand in both stretches of a day
				v := openbooks.Visit{Day: d.Day, Part: int64(part), Shops: []id.ID{{1}}}
				for _, who := range buyers[part*len(buyers)/2 : (part+1)*len(buyers)/2] {
					if who > 0 {
						v.Buyers = append(v.Buyers, id.ID{2, byte(who)})
					}
				}
				visits = append(visits, v)
			}
		default:
			continue
		}
		days = append(days, d)
	}
	return days, visits
}

// buyersIn counts the different buyers of a span.
func buyersIn(visits []openbooks.Visit, from, to period.Day) int {
	who := make(map[id.ID]bool)
	for _, v := range visits {
		for _, b := range v.Buyers {
			if v.Day >= from && v.Day <= to {
				who[b] = true
			}
		}
	}
	return len(who)
}

// Nothing that is shown, and no difference of two things that are shown, tells of
// fewer than booksK buyers (K3).
func TestNoGroupAndNoDifferenceShowsTheFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days, visits := someDays(t)
		s := newShopping(days, visits)
		page, file, pageWaits, fileWaits := s.fold()
		for k, groups := range map[int][]booksGroup{booksK: page, booksExportK: file} {
			for i, g := range groups {
				if n := buyersIn(visits, g.From, g.To); n < k || n != g.Buyers {
					t.Fatalf("a group of %d: %s – %s has %d buyers and says %d", k, g.From, g.To, n, g.Buyers)
				}
				if i > 0 && g.From <= groups[i-1].To {
					t.Fatalf("%s – %s begins before the last one ended", g.From, g.To)
				}
				if g.flow.Given() != g.Spent || g.flow.Welfare != g.Fund || g.flow.Net != g.Shops {
					t.Fatalf("%s – %s: sums %+v, shown %+v", g.From, g.To, g.flow, g.Group)
				}
			}
		}
		// Every group of the file is a run of whole groups of the page: what one looks
		// at beside the other differs by whole groups.
		at := 0
		for _, g := range file {
			if at >= len(page) || page[at].From != g.From {
				t.Fatalf("the file's group %s – %s begins inside a group of the page", g.From, g.To)
			}
			for at < len(page) && page[at].To <= g.To {
				at++
			}
			if page[at-1].To != g.To {
				t.Fatalf("the file's group %s – %s ends inside a group of the page", g.From, g.To)
			}
		}
		// What is in no group waits, and is too few. A file may wait for whole groups of
		// the page only.
		rest := func(groups []booksGroup, waits *ledgerweb.Span, k int, until period.Day) {
			last := derived.NeverClosed
			if len(groups) > 0 {
				last = groups[len(groups)-1].To
			}
			var bought bool
			for _, d := range days {
				if d.Day > last && d.Purchases > 0 {
					bought = true
					if waits == nil || d.Day < waits.From || d.Day > waits.To {
						t.Fatalf("%s is in no group and does not wait in %v", d.Day, waits)
					}
				}
			}
			if bought != (waits != nil) || waits != nil && buyersIn(visits, waits.From, until) >= k {
				t.Fatalf("waiting %v though %d bought", waits, buyersIn(visits, last+1, 1<<31-1))
			}
		}
		rest(page, pageWaits, booksK, 1<<31-1)
		whole := derived.NeverClosed
		if len(page) > 0 {
			whole = page[len(page)-1].To
		}
		rest(file, fileWaits, booksExportK, whole)
	})
}

// A month is put together from behind a day on which at least booksExportK bought:
// the groups are the same as if all days had been folded from the first.
func TestFoldingMayBeginBehindACrowdedDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days, visits := someDays(t)
		page, file, pageWaits, fileWaits := newShopping(days, visits).fold()
		for _, d := range days {
			if buyersIn(visits, d.Day, d.Day) < booksExportK {
				continue
			}
			var later []openbooks.Day
			var seen []openbooks.Visit
			for _, x := range days {
				if x.Day > d.Day {
					later = append(later, x)
				}
			}
			for _, x := range visits {
				if x.Day > d.Day {
					seen = append(seen, x)
				}
			}
			gotPage, gotFile, waitsPage, waitsFile := newShopping(later, seen).fold()
			wantPage, _ := since(page, d.Day+1, 0)
			wantFile, _ := since(file, d.Day+1, 0)
			opt := cmp.AllowUnexported(booksGroup{})
			for _, diff := range []string{cmp.Diff(groupsOrNone(wantPage), groupsOrNone(gotPage), opt), cmp.Diff(groupsOrNone(wantFile), groupsOrNone(gotFile), opt),
				cmp.Diff(pageWaits, waitsPage), cmp.Diff(fileWaits, waitsFile)} {
				if diff != "" {
					t.Fatalf("behind %s:\n%s", d.Day, diff)
				}
			}
		}
	})
}

func groupsOrNone(g []booksGroup) []booksGroup {
	if len(g) == 0 {
		return nil
	}
	return g
}

// TestAFileWouldTellOfOneBuyer is the case for which a file is not folded from the
// days: nine on the first day, a tenth on the second, four more on the third.
func TestAFileWouldTellOfOneBuyer(t *testing.T) {
	var visits []openbooks.Visit
	var days []openbooks.Day
	for day, buyers := range [][2]byte{{1, 9}, {10, 10}, {11, 14}} {
		v := openbooks.Visit{Day: period.Day(day)}
		for who := buyers[0]; who <= buyers[1]; who++ {
			v.Buyers = append(v.Buyers, id.ID{who})
		}
		visits = append(visits, v)
		days = append(days, openbooks.Day{Day: v.Day, Purchases: int64(len(v.Buyers))})
	}
	page, file, _, _ := newShopping(days, visits).fold()
	if len(page) != 2 || page[0].To != 0 || len(file) != 1 || file[0].To != 2 {
		t.Errorf("page %+v\nfile %+v", page, file)
	}
}
