package ui

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// pair is a colour on a ground, and how much they must differ.
type pair struct {
	on, ground string
	least      float64 // in the themes for everybody
	elder      float64
}

// pairs are what parts.css and its sisters put on each other.
func pairs() (all []pair) {
	text := func(on string, grounds ...string) {
		for _, g := range grounds {
			all = append(all, pair{on, g, 4.5, 7})
		}
	}
	text("ink", "paper", "sheet", "sunk", "bamboo-soft")
	text("ink-2", "paper", "sheet", "sunk")
	text("ink-3", "paper", "sheet", "sunk")
	for _, hue := range []string{"bamboo-ink", "persimmon-ink", "madder", "ochre", "indigo"} {
		text(hue, "paper", "sheet", strings.TrimSuffix(hue, "-ink")+"-soft")
	}
	for _, hue := range []string{"bamboo", "persimmon", "madder", "ochre", "indigo"} {
		text("on-"+hue, hue)
	}
	for _, control := range []string{"edge", "bamboo", "persimmon", "focus", "madder"} { // borders, rings, marks
		all = append(all, pair{control, "paper", 3, 3}, pair{control, "sheet", 3, 3})
	}
	for _, mark := range []string{"c1", "c2", "c3", "c4", "c5", "c6", "c0"} {
		all = append(all, pair{mark, "paper", 3, 3}, pair{mark, "sheet", 3, 3})
	}
	return all
}

func TestEveryTextCanBeRead(t *testing.T) {
	light := tokens(t, `:root,\[data-theme=gongyi\]\{`)
	dark := tokens(t, `\[data-theme=gongyi-dark\]\{|:root\[data-theme=gongyi-dark\]\{|:root:is\(\[data-theme=gongyi-dark\]\)\{`)
	elder := tokens(t, `\[data-theme=gongyi-elder\]\{`)
	for name, theme := range map[string]map[string]string{"gongyi": light, "gongyi-dark": merged(light, dark), "gongyi-elder": merged(light, elder)} {
		for _, p := range pairs() {
			on, ground := theme[p.on], theme[p.ground]
			if on == "" || ground == "" {
				t.Fatalf("%s has no colour %s or %s", name, p.on, p.ground)
			}
			least := p.least
			if name == "gongyi-elder" {
				least = p.elder
			}
			if got := contrast(t, on, ground); got < least {
				t.Errorf("%s: %s %s on %s %s has %.2f, needs %.1f", name, p.on, on, p.ground, ground, got, least)
			}
		}
	}
}

func TestContrastIsWCAGs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000", "#ffffff", 21}, {"#777777", "#fff", 4.48}, {"#1f5a3f", "#fffcf6", 7.9}} {
		if got := contrast(t, c.a, c.b); math.Abs(got-c.want) > 0.05 {
			t.Errorf("%s on %s: got %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

var token = regexp.MustCompile(`--gy-([a-z0-9-]+):(#[0-9a-f]{3,6})\b`)

// tokens are the colours in the first block of the built sheet after start that
// names the paper.
func tokens(t *testing.T, start string) map[string]string {
	t.Helper()
	css := string(assets["gongyi.css"].plain)
	for _, at := range regexp.MustCompile(start).FindAllStringIndex(css, -1) {
		block, _, _ := strings.Cut(css[at[1]:], "}")
		if !strings.Contains(block, "--gy-paper:") {
			continue
		}
		found := make(map[string]string)
		for _, m := range token.FindAllStringSubmatch(block, -1) {
			found[m[1]] = m[2]
		}
		return found
	}
	t.Fatalf("the built sheet has no block %s", start)
	return nil
}

func merged(base, over map[string]string) map[string]string {
	all := make(map[string]string, len(base))
	for k, v := range base {
		all[k] = v
	}
	for k, v := range over {
		all[k] = v
	}
	return all
}

// contrast is WCAG's ratio of two colours, from 1 to 21.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = fmt.Sprintf("%c%c%c%c%c%c", hex[0], hex[0], hex[1], hex[1], hex[2], hex[2])
	}
	part := func(i int) float64 {
		v, err := strconv.ParseUint(hex[i:i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*part(0) + 0.7152*part(2) + 0.0722*part(4)
}
