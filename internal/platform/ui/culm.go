package ui

import (
	"context"
	"fmt"
	"time"

	"gongyi/internal/platform/i18n"
)

// Node is one segment of a culm: a real step, tier, share or quarter of a limit.
type Node struct {
	Fill int  // 0–100
	Goal bool // not yet reached, and meant to be
}

// Culm is progress in honest segments (look §5). Label says it in words.
type Culm struct {
	Label string
	Tone  Tone // OK by default; Soon, Bad
	Nodes []Node
}

// CulmOf shows how many of some steps are done.
func CulmOf(label string, done, of int) Culm {
	c := Culm{Label: label, Nodes: make([]Node, of)}
	for i := range min(done, of) {
		c.Nodes[i].Fill = 100
	}
	return c
}

// CulmTiers shows how far a number has come on its way through rising tiers:
// 88 of 50, 100, 150 fills the first segment and three quarters of the second.
func CulmTiers(label string, n int, tiers ...int) Culm {
	c := Culm{Label: label, Nodes: make([]Node, len(tiers))}
	from := 0
	for i, to := range tiers {
		if n > from && to > from {
			c.Nodes[i].Fill = min(100, (n-from)*100/(to-from))
		}
		from = to
	}
	return c
}

// CulmLeft shows what is left of a time limit in quarters; over it, all are madder.
func CulmLeft(label string, left, limit time.Duration) Culm {
	c := Culm{Label: label, Tone: Urgency(left, limit), Nodes: make([]Node, 4)}
	for i := range c.Nodes {
		part := int(left*400/max(limit, 1)) - 100*i
		if left <= 0 {
			part = 100
		}
		c.Nodes[i].Fill = min(100, max(0, part))
	}
	return c
}

// Urgency is the colour of a clock: ochre with 15 minutes or a quarter of the
// limit left, madder when it is over (look §8).
func Urgency(left, limit time.Duration) Tone {
	switch {
	case left <= 0:
		return Bad
	case left <= 15*time.Minute || left <= limit/4:
		return Soon
	}
	return OK
}

// Left says how long a limit still runs, or by how much it is over: 还剩 12 分,
// 超 18 分. Minutes under an hour, hours under a day, then days.
func Left(ctx context.Context, left time.Duration) string {
	if left < 0 {
		return i18n.T(ctx, "超 %s", span(ctx, -left))
	}
	return i18n.T(ctx, "还剩 %s", span(ctx, left))
}

// Ago says how long ago something was: 3 分前.
func Ago(ctx context.Context, d time.Duration) string {
	if d < time.Minute {
		return i18n.T(ctx, "刚刚")
	}
	return i18n.T(ctx, "%s前", span(ctx, d))
}

// span is rounded down, so that nobody is promised a minute too much.
func span(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Hour:
		return i18n.T(ctx, "%d 分", int(d/time.Minute))
	case d < 24*time.Hour:
		return i18n.T(ctx, "%d 时", int(d/time.Hour))
	}
	return i18n.T(ctx, "%d 天", int(d/(24*time.Hour)))
}

// Distance writes metres to the nearest ten, from a kilometre on with one decimal:
// 80 米, 1.2 公里.
func Distance(ctx context.Context, metres int) string {
	if metres < 995 {
		return i18n.T(ctx, "%d 米", max(10, (metres+5)/10*10))
	}
	tenths := (metres + 50) / 100
	if tenths%10 == 0 {
		return i18n.T(ctx, "%s 公里", fmt.Sprint(tenths/10))
	}
	return i18n.T(ctx, "%s 公里", fmt.Sprintf("%d.%d", tenths/10, tenths%10))
}

// Percent writes a share with one decimal at most, half up: 96.4%, 33%. Of
// nothing there is no share.
func Percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	sign := ""
	if (part < 0) != (whole < 0) && part != 0 {
		sign = "−"
	}
	abs := func(n int) int { return max(n, -n) }
	tenths := (2*1000*abs(part) + abs(whole)) / (2 * abs(whole))
	if tenths%10 == 0 {
		return fmt.Sprintf("%s%d%%", sign, tenths/10)
	}
	return fmt.Sprintf("%s%d.%d%%", sign, tenths/10, tenths%10)
}

// path is a segment's fill as a path on 100 × 10.
func (n Node) path() string { return fmt.Sprintf("M0 0h%dv10h-%dz", n.Fill, n.Fill) }

func (n Node) class() string {
	switch {
	case n.Fill >= 100:
		return "on"
	case n.Goal:
		return "goal"
	}
	return ""
}

// words reads a culm out: its label, or how many segments are full.
func (c Culm) words(ctx context.Context) string {
	if c.Label != "" {
		return c.Label
	}
	full := 0
	for _, n := range c.Nodes {
		if n.Fill >= 100 {
			full++
		}
	}
	return i18n.T(ctx, "%d 节，满 %d 节", len(c.Nodes), full)
}
