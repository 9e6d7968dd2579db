package basemap

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
)

// Options of an import.
type Options struct {
	Bounds   geo.Box // what is cut out; the zero box: all of the file
	Limits   Limits  // DefaultLimits if zero
	Now      time.Time
	Progress func(step Step, done, total int64)
}

// Step is a part of an import that takes time.
type Step string

// The steps, in order. Reading counts bytes over three passes, drawing counts
// squares of the map.
const (
	Reading Step = "reading"
	Drawing Step = "drawing"
)

// Summary says what an import took over.
type Summary struct {
	Source     string         `json:"source"`   // name of the extract
	Version    string         `json:"version"`  // changes with the tiles
	Imported   time.Time      `json:"imported"` // when
	Bounds     string         `json:"bounds"`   // west,south,east,north
	Features   map[string]int `json:"features"` // by layer
	Incomplete int            `json:"incomplete"`
	Tiles      int            `json:"tiles"`
	Bytes      int64          `json:"bytes"` // of the file of tiles
}

// Import makes a file of tiles from an extract (.osm or .osm.pbf; its content
// decides). It refuses what is no extract, is broken, passes a limit, or holds
// nothing inside the bounds; target is replaced only by a whole one.
func Import(ctx context.Context, source, target string, o Options) (s *Summary, err error) {
	defer fault.Wrap(&err, "basemap: import %s", filepath.Base(source))
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Progress == nil {
		o.Progress = func(Step, int64, int64) {}
	}
	if o.Bounds != (geo.Box{}) && !o.Bounds.Valid() {
		return nil, geo.ErrBadBox.With("box", o.Bounds.String())
	}
	if err := o.Limits.wide(o.Bounds); err != nil {
		return nil, err
	}
	f, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	x, err := openExtract(f, info.Size())
	if err != nil {
		return nil, err
	}
	c := &collector{limits: o.Limits, cut: o.Bounds}
	size := info.Size()
	if err := c.collect(ctx, x, func(pass int, read int64) { o.Progress(Reading, int64(pass)*size+read, 3*size) }); err != nil {
		return nil, err
	}
	all, incomplete := c.features()
	box, all, err := cover(x, o, all)
	if err != nil {
		return nil, err
	}
	s = &Summary{Source: filepath.Base(source), Imported: o.Now.UTC(), Bounds: box.String(), Incomplete: incomplete, Features: make(map[string]int)}
	for _, f := range all {
		s.Features[layerNames[c.looks[f.look].layer]]++
	}
	return s, build(ctx, c, all, box, target, o, s)
}

// cover is what the map covers, and the features that lie there.
func cover(x extract, o Options, all []feature) (geo.Box, []feature, error) {
	box := o.Bounds
	if !box.Valid() {
		box, _ = x.bounds()
	}
	if !box.Valid() && len(all) > 0 {
		around := all[0].box
		for _, f := range all {
			around = around.Union(f.box)
		}
		a, b := unproject(around.Min), unproject(around.Max)
		box = geo.Around(a, b, geo.Point{Lat: a.Lat + 1, Lon: a.Lon + 1}) // of one point too
	}
	b := worldBox(box)
	all = slices.DeleteFunc(all, func(f feature) bool { return !f.box.Intersects(b) })
	if len(all) == 0 {
		return box, nil, ErrNothingInside
	}
	return box, all, o.Limits.wide(box)
}

// wide refuses a map that is larger than a region.
func (l Limits) wide(b geo.Box) error {
	if b.Max.Lat-b.Min.Lat > l.Span || b.Max.Lon-b.Min.Lon > l.Span {
		return tooLarge("degrees", int(l.Span/geo.Degree))
	}
	return nil
}

// build draws the tiles and writes them.
func build(ctx context.Context, c *collector, all []feature, box geo.Box, target string, o Options, s *Summary) error {
	w, err := newWriter(target, o.Limits)
	if err != nil {
		return err
	}
	defer w.abandon()
	jobs := plan(c, all, box)
	done := int64(0)
	if err := inOrder(ctx, jobs, func(j job) ([]made, error) { return j.run(ctx, c, all, box) }, func(tiles []made) error {
		for _, t := range tiles {
			if err := w.add(t.tile, t.packed); err != nil {
				return err
			}
		}
		done++
		o.Progress(Drawing, done, int64(len(jobs)))
		return nil
	}); err != nil {
		return err
	}
	if len(w.entries) == 0 {
		return ErrNothingInside
	}
	s.Version, s.Tiles = w.version(), len(w.entries)
	if err := w.finish(box, s); err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err == nil {
		s.Bytes = info.Size()
	}
	return err
}

// splitZoom is where the work is divided: above, each square is drawn by itself
// from what is seen from afar; below, with everything under it.
const splitZoom = 13

// job is one square with the levels that are drawn from it.
type job struct {
	tile    Tile
	deepest uint8
	in      []int32 // features
}

// made is one packed tile.
type made struct {
	tile   Tile
	packed []byte
}

// plan divides the features among squares, so that only those of a few squares
// are on the map at a time.
func plan(c *collector, all []feature, box geo.Box) (jobs []job) {
	cover := worldBox(box)
	squares := make(map[Tile][]int32)
	divide := func(zoom, shown uint8) {
		size := Tile{Z: zoom}.size()
		last := uint32(1)<<zoom - 1
		index := func(v float64) uint32 { return min(uint32(max(v/size, 0)), last) }
		for n, f := range all {
			if c.looks[f.look].zoom > shown {
				continue
			}
			margin := size * beyond
			x0, x1 := index(max(f.box.Min[0], cover.Min[0])-margin), index(min(f.box.Max[0], cover.Max[0])+margin)
			y0, y1 := index(max(f.box.Min[1], cover.Min[1])-margin), index(min(f.box.Max[1], cover.Max[1])+margin)
			for x := x0; x <= x1; x++ {
				for y := y0; y <= y1; y++ {
					t := Tile{zoom, x, y}
					squares[t] = append(squares[t], int32(n))
				}
			}
		}
	}
	divide(MinZoom, splitZoom-1)
	divide(splitZoom, MaxZoom)
	for t, in := range squares {
		j := job{tile: t, deepest: splitZoom - 1, in: in}
		if t.Z == splitZoom {
			j.deepest = MaxZoom
		}
		jobs = append(jobs, j)
	}
	slices.SortFunc(jobs, func(a, b job) int { return cmp.Compare(a.tile.number(), b.tile.number()) })
	return jobs
}

func (j job) run(ctx context.Context, c *collector, all []feature, box geo.Box) (tiles []made, err error) {
	pieces := make([]piece, 0, len(j.in))
	for _, n := range j.in {
		if shape := c.shape(all[n]); shape != nil {
			pieces = append(pieces, piece{all[n].look, shape, all[n].box})
		}
	}
	s := slicer{looks: c.looks, cover: worldBox(box), emit: func(t Tile, data []byte) error {
		tiles = append(tiles, made{t, packed(data)})
		return nil
	}}
	err = s.slice(ctx, j.tile, j.deepest, pieces)
	return tiles, err
}

// inOrder works on several jobs at once and hands over what they made in the
// order of the jobs, so that the same extract always makes the same file.
func inOrder[J, R any](ctx context.Context, jobs []J, work func(J) (R, error), take func(R) error) error {
	type result struct {
		r   R
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chan result, runtime.GOMAXPROCS(0))
	go func() {
		defer close(queue)
		for _, j := range jobs {
			answer := make(chan result, 1)
			select {
			case queue <- answer:
			case <-ctx.Done():
				return
			}
			go func() {
				r, err := work(j)
				answer <- result{r, err}
			}()
		}
	}()
	for answer := range queue {
		got := <-answer
		if got.err == nil {
			got.err = take(got.r)
		}
		if got.err != nil {
			return got.err
		}
	}
	return ctx.Err()
}
