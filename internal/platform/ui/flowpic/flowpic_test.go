package flowpic

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/money"
)

// picture draws a picture whose two sides agree.
func picture(t *rapid.T) Picture {
	parts := func(label string, n int, total money.Amount) []Part {
		weights := make([]money.Amount, n)
		for i := range weights {
			weights[i] = money.Amount(rapid.IntRange(0, 1000).Draw(t, label))
		}
		weights[0]++
		out := make([]Part, n)
		for i, v := range money.Allot(total, weights) {
			out[i] = Part{Name: fmt.Sprint(label, i), Amount: v, Hue: i, Href: "#"}
		}
		return out
	}
	total := money.Amount(rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "total"))
	small := money.Amount(rapid.Int64Range(0, int64(total)).Draw(t, "small"))
	if rapid.Bool().Draw(t, "usual") {
		small = total / 25
	}
	return Picture{
		Title: "t", Pot: "pot", Asset: money.CNY, Share: "shared", Lens: func(n int) string { return fmt.Sprint("x", n) },
		From:  parts("from", rapid.IntRange(1, 5).Draw(t, "sources"), total),
		Main:  parts("main", rapid.IntRange(1, 3).Draw(t, "uses"), total-small),
		Small: parts("small", rapid.IntRange(1, 5).Draw(t, "shares"), small),
	}
}

var frames = map[string]frame{"wide": wide, "tall": tall}

// Bands leave and enter the pot side by side: no gap, no overlap, nothing lost.
func TestBandsFillThePot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := picture(t)
		for name, f := range frames {
			l := lay(p, f)
			if end := chain(t, l.pot.at, l.sourcesAtPot); end != l.pot.end() {
				t.Fatalf("%s: the sources end at %v, the pot at %v", name, end, l.pot.end())
			}
			end := chain(t, l.pot.at, l.mainAtPot)
			if l.hasLens {
				if got := chain(t, l.lensAt.at, l.smallAtLens); got != l.lensAt.end() {
					t.Fatalf("%s: the bands behind the lens end at %v, the lens at %v", name, got, l.lensAt.end())
				}
				end += scaled(sum(l.smallParts), p.Total(), f.pot)
			}
			if end < l.pot.end()-1 || end > l.pot.end() { // a tenth of a pixel may be rounded away
				t.Fatalf("%s: the uses end at %v, the pot at %v", name, end, l.pot.end())
			}
		}
	})
}

// chain checks that spans follow each other and returns where they end.
func chain(t *rapid.T, at px, spans []span) px {
	for i, s := range spans {
		if s.at != at {
			t.Fatalf("band %d begins at %v, the one before ends at %v", i, s.at, at)
		}
		at = s.end()
	}
	return at
}

// Everything that is drawn lies within the picture, and no two nodes touch.
func TestEverythingLiesInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := picture(t)
		for name, f := range frames {
			d := draw(p, f)
			for _, b := range d.bars {
				if b.x < 0 || b.y < 0 || b.x+b.w > d.width || b.y+b.h > d.height || b.w < least || b.h < least {
					t.Fatalf("%s: bar %+v outside of %v × %v, or too thin to see", name, b, d.width, d.height)
				}
			}
			l := lay(p, f)
			for _, column := range [][]span{l.sources, append(append([]span(nil), l.main...), l.small...)} {
				for i := 1; i < len(column); i++ {
					if column[i].at < column[i-1].end() {
						t.Fatalf("%s: node %d overlaps the one before", name, i)
					}
				}
			}
		}
	})
}

// The lens enlarges by what it says: this is the one place where thickness is
// not to the picture's scale.
func TestLensKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := picture(t)
		for name, f := range frames {
			l := lay(p, f)
			if !l.hasLens {
				continue
			}
			want := px(money.MulDiv(sum(p.Small), money.Amount(f.pot)*money.Amount(l.times), p.Total()))
			if l.lensAt.size != want || want > f.room {
				t.Fatalf("%s: %d times larger is %v, drawn is %v, room is %v", name, l.times, want, l.lensAt.size, f.room)
			}
		}
	})
}

func TestLensOnlyWhereItHelps(t *testing.T) {
	for _, c := range []struct {
		small money.Amount
		want  int
	}{{0, 1}, {1, 500}, {3, 200}, {50, 10}, {500, 1}, {1000, 1}} { // out of 1000
		if got := magnify(c.small, 1000, 2200, 1900); got != c.want {
			t.Errorf("%d thousandths are magnified %d times, want %d", c.small, got, c.want)
		}
	}
}

func TestBandsAreLinksWithTheirSum(t *testing.T) {
	p := Picture{
		Title: "T<", Pot: "pot", Asset: money.CNY, Share: "shared", Lens: func(n int) string { return fmt.Sprint("x", n) },
		From:  []Part{{Name: "held", Amount: 45_00, Href: "/held"}, {Name: "none", Amount: 0, Href: "/none"}, {Name: "coins", Amount: 15_00, Href: "/coins"}},
		Main:  []Part{{Name: "shops", Amount: 57_00, Href: "/shops"}},
		Small: []Part{{Name: "fund", Amount: 3_00, Href: "/fund"}},
	}
	for _, page := range []struct {
		name string
		html string
	}{{"wide", render(t, p, true)}, {"tall", render(t, p, false)}} {
		for _, want := range []string{`href="/held"`, "held 45.00", `href="/fund"`, "fund 3.00", "60.00", "x10", "T&lt;"} {
			if !strings.Contains(page.html, want) {
				t.Errorf("%s lacks %q", page.name, want)
			}
		}
		if strings.Contains(page.html, "/none") {
			t.Errorf("%s draws a source of nothing", page.name)
		}
	}
}

func render(t *testing.T, p Picture, desk bool) string {
	t.Helper()
	c := Tall("id", p)
	if desk {
		c = Wide("id", p)
	}
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPixelsAreWrittenInTenths(t *testing.T) {
	for v, want := range map[px]string{0: "0", 5: "0.5", 10: "1", 123: "12.3", -7: "-0.7", -120: "-12"} {
		if got := v.String(); got != want {
			t.Errorf("px(%d) = %q, want %q", int64(v), got, want)
		}
	}
}
