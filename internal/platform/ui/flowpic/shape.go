package flowpic

import "gongyi/internal/kernel/money"

// wide runs left to right, with sums; for desks.
var wide = frame{
	along: 8600, across: 40, pot: 2200, room: 1900, slot: 340, gap: 100, srcSlot: 420, srcGap: 180, between: 220,
	src: step{1680, 1780}, potAt: step{4120, 4220}, lens: step{5040, 5440}, use: step{6760, 6860},
}

// tall runs top to bottom, the sums stand in the table beneath; for phones.
var tall = frame{
	tall: true, along: 4960, across: 0, pot: 2000, room: 1300, slot: 250, gap: 60, srcSlot: 250, srcGap: 100, between: 200,
	src: step{1220, 1300}, potAt: step{2200, 2680}, lens: step{3050, 3350}, use: step{3900, 3980},
}

// draw turns a picture into shapes.
func draw(p Picture, f frame) drawing {
	l := lay(p, f)
	d := drawing{width: f.along, height: l.end}
	if f.tall {
		d.width, d.height = max(3500, l.end), f.along
	}
	asset := p.Asset
	for i, part := range l.from {
		d.bands = append(d.bands, band{l.path(f.src.to, l.sources[i], f.potAt.from, l.sourcesAtPot[i]), hue(part.Hue), part.Href, words(part, asset)})
		d.bars = append(d.bars, l.bar(f.src, l.sources[i], hue(part.Hue)))
		d.texts = append(d.texts, l.sourceText(l.sources[i], part, asset)...)
	}
	for i, part := range l.mainParts {
		d.bands = append(d.bands, band{l.path(f.potAt.to, l.mainAtPot[i], f.use.from, l.main[i]), hue(part.Hue), part.Href, words(part, asset)})
		d.bars = append(d.bars, l.bar(f.use, l.main[i], hue(part.Hue)))
		d.texts = append(d.texts, l.useText(l.main[i], part, asset)...)
	}
	if l.hasLens {
		d.through(l, p)
	}
	d.bars = append(d.bars, l.bar(f.potAt, l.pot, hue(p.Hue)))
	d.texts = append(d.texts, l.potText(p)...)
	return d
}

// through draws what is seen through the lens.
func (d *drawing) through(l laid, p Picture) {
	entry := span{l.lensAt.middle() - l.thin.size/2, l.thin.size}
	d.bands = append(d.bands,
		band{path: l.path(l.potAt.to, l.thin, l.lens.from, entry), class: hue(p.Hue)},
		band{path: l.wedge(l.lens.from, entry, l.lens.to, l.lensAt), class: "lens"})
	out := l.lens.to + 60
	d.bars = append(d.bars, l.bar(step{l.lens.to, out}, l.lensAt, hue(p.Hue)))
	for i, part := range l.smallParts {
		d.bands = append(d.bands, band{l.path(out, l.smallAtLens[i], l.use.from, l.small[i]), hue(part.Hue), part.Href, words(part, p.Asset)})
		d.bars = append(d.bars, l.bar(l.use, l.small[i], hue(part.Hue)))
		d.texts = append(d.texts, l.useText(l.small[i], part, p.Asset)...)
	}
	d.texts = append(d.texts, l.lensText(p)...)
}

// lensText says what is seen through the lens and how much larger, where
// nothing else stands: before the lens, at its lower end; on phones beside the pot.
func (l laid) lensText(p Picture) []text {
	x, y := l.lens.from, l.lensAt.end()-200
	if l.tall {
		x, y = max(3500, l.end), l.potAt.from+200
	}
	small := Part{Name: p.Share, Amount: sum(l.smallParts)}
	return []text{
		{x, y, "end", "", words(small, p.Asset)},
		{x, y + 190, "end", "soft", p.Lens(l.times)},
	}
}

func (l laid) bar(s step, at span, class string) bar {
	if l.tall {
		return bar{at.at, s.from, at.size, s.to - s.from, class}
	}
	return bar{s.from, at.at, s.to - s.from, at.size, class}
}

func (l laid) sourceText(at span, p Part, asset money.Asset) []text {
	if l.tall {
		return []text{{at.middle(), l.src.from - 100, "end", "up", p.Name}}
	}
	return []text{
		{l.src.from - 120, at.middle() - 40, "end", "", p.Name},
		{l.src.from - 120, at.middle() + 150, "end", "soft", p.Amount.Grouped(asset)},
	}
}

func (l laid) useText(at span, p Part, asset money.Asset) []text {
	if l.tall {
		return []text{{at.middle(), l.use.to + 100, "start", "up", p.Name}}
	}
	return []text{
		{l.use.to + 120, at.middle() + 50, "start", "", p.Name},
		{l.along, at.middle() + 50, "end", "soft", p.Amount.Grouped(asset)},
	}
}

func (l laid) potText(p Picture) []text {
	sum := p.Total().Grouped(p.Asset)
	if l.tall {
		return []text{
			{l.pot.middle(), l.potAt.from + 200, "middle", "b on", p.Pot},
			{l.pot.middle(), l.potAt.from + 390, "middle", "on", sum},
		}
	}
	return []text{
		{l.potAt.to + 120, l.pot.middle() - 60, "start", "b", p.Pot},
		{l.potAt.to + 120, l.pot.middle() + 160, "start", "b", sum},
	}
}

func (d drawing) viewBox() string { return "0 0 " + d.width.String() + " " + d.height.String() }
