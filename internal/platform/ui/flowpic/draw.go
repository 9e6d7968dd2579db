package flowpic

import (
	"strconv"

	"gongyi/internal/kernel/money"
)

// The two drawings differ only in direction: along is the way of the flow,
// across is where bands lie side by side. Wide runs left to right for desks,
// tall runs top to bottom for phones.

// drawing is a picture laid out: shapes in painting order.
type drawing struct {
	width, height px
	bands         []band
	bars          []bar
	texts         []text
}

// band is a path that leads somewhere.
type band struct {
	path, class, href, hint string
}

// bar is a node.
type bar struct {
	x, y, w, h px
	class      string
}

// text is a label; class says weight and direction.
type text struct {
	x, y   px
	anchor string
	class  string
	words  string
}

// frame is what a direction fixes before anything is laid out.
type frame struct {
	tall             bool
	along            px // how long the picture is along the flow
	across           px // margin before the first band, and after the last
	pot, room        px // across: length of the pot, and of what the lens shows at most
	slot, gap        px // across: least room of a use, least room between two
	srcSlot, srcGap  px // the same for sources
	between          px // across: from the main uses to the small ones
	src, potAt, lens step
	use              step
}

// step is where a thing begins and ends along the flow.
type step struct{ from, to px }

// laid is the layout before it is turned into shapes.
type laid struct {
	frame
	times                       int
	from, mainParts, smallParts []Part
	sources, sourcesAtPot       []span
	pot, thin, lensAt           span
	mainAtPot, main             []span
	smallAtLens, small          []span
	hasLens                     bool
	end                         px // across: where everything ends
}

// lay decides every position of a picture in a frame.
func lay(p Picture, f frame) laid {
	l := laid{frame: f, times: 1, from: drawn(p.From), mainParts: drawn(p.Main), smallParts: drawn(p.Small)}
	whole := p.Total()
	small := sum(l.smallParts)
	l.times = magnify(small, whole, f.pot, f.room)
	l.hasLens = l.times > 1
	if !l.hasLens {
		l.mainParts, l.smallParts = append(l.mainParts, l.smallParts...), nil
	}

	mainSizes := stack(l.mainParts, whole, f.pot, 0)
	l.main = spread(mainSizes, f.across, f.slot, f.gap)
	mainEnd := f.across + length(mainSizes, f.slot, f.gap)
	l.end = mainEnd

	srcSizes := stack(l.from, whole, f.pot, 0)
	srcLength := length(srcSizes, f.srcSlot, f.srcGap)
	l.pot = span{f.across + max(0, min(srcLength, mainEnd)-f.pot)/2, f.pot}
	l.sources = spread(srcSizes, max(0, l.pot.middle()-srcLength/2), f.srcSlot, f.srcGap)
	l.sourcesAtPot = stack(l.from, whole, f.pot, l.pot.at)
	l.mainAtPot = stack(l.mainParts, whole, f.pot, l.pot.at)

	if l.hasLens {
		size := scaled(small, whole, f.pot*px(l.times))
		sizes := stack(l.smallParts, small, size, 0)
		start, need := mainEnd+f.between, length(sizes, f.slot, f.gap)
		l.small = spread(sizes, start, f.slot, f.gap)
		l.lensAt = span{start + max(0, need-size)/2, size}
		l.smallAtLens = stack(l.smallParts, small, size, l.lensAt.at)
		thin := max(scaled(small, whole, f.pot), least)
		l.thin = span{l.pot.end() - thin, thin}
		l.end = max(start+need, l.lensAt.end())
	}
	if n := len(l.sources); n > 0 {
		l.end = max(l.end, l.sources[n-1].end())
	}
	l.end = max(l.end, l.pot.end()) + f.across
	return l
}

// path writes a shape whose two sides run from one span to another in an S.
func (l laid) path(from px, a span, to px, b span) string {
	mid := (from + to) / 2
	return "M" + l.at(from, a.at) +
		"C" + l.at(mid, a.at) + " " + l.at(mid, b.at) + " " + l.at(to, b.at) +
		"L" + l.at(to, b.end()) +
		"C" + l.at(mid, b.end()) + " " + l.at(mid, a.end()) + " " + l.at(from, a.end()) + "Z"
}

// wedge writes the opening of the lens, with straight sides.
func (l laid) wedge(from px, a span, to px, b span) string {
	return "M" + l.at(from, a.at) + "L" + l.at(to, b.at) + "L" + l.at(to, b.end()) + "L" + l.at(from, a.end()) + "Z"
}

// at writes a point given along and across.
func (l laid) at(along, across px) string {
	if l.tall {
		along, across = across, along
	}
	return along.String() + " " + across.String()
}

// String writes a length in pixels.
func (v px) String() string {
	s := ""
	if v < 0 {
		s, v = "-", -v
	}
	s += strconv.FormatInt(int64(v/10), 10)
	if v%10 != 0 {
		s += "." + strconv.FormatInt(int64(v%10), 10)
	}
	return s
}

func hue(n int) string { return "c" + strconv.Itoa(min(max(n, 0), 6)) }

func words(p Part, asset money.Asset) string { return p.Name + " " + p.Amount.Grouped(asset) }
