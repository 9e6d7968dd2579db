package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/platform/basemap"
)

type mapCmd struct {
	Import mapImportCmd `cmd:"" help:"Take streets from an OpenStreetMap extract (.osm.pbf or .osm); replaces the map before it, also beside a running server."`
	Info   mapInfoCmd   `cmd:"" help:"Say which map is there."`
}

type mapImportCmd struct {
	File   string `arg:"" help:"The extract; its content decides what it is." type:"existingfile"`
	Bounds string `help:"Cut out this part only, in degrees of WGS-84 (not GCJ-02): west,south,east,north." placeholder:"W,S,E,N"`
	JSON   bool   `help:"Print the outcome as JSON."`
}

// Run imports; the map in use stays until the new one is whole.
func (m *mapImportCmd) Run(ctx context.Context, c *cli) error {
	o := basemap.Options{Now: time.Now()}
	if m.Bounds != "" {
		var err error
		if o.Bounds, err = geo.ParseBox(m.Bounds); err != nil {
			return err
		}
	}
	cfg := c.config()
	target, err := cfg.MapFile()
	if err != nil {
		return err
	}
	var done func()
	o.Progress, done = mapBars()
	began := time.Now()
	s, err := basemap.Import(ctx, m.File, target, o)
	done()
	if err != nil {
		return err
	}
	if err := tellMap(s, target, m.JSON); err != nil || m.JSON {
		return err
	}
	fmt.Printf("took        %.1f s\n", time.Since(began).Seconds())
	return nil
}

// mapBars draws a bar a step, if somebody is looking.
func mapBars() (progress func(basemap.Step, int64, int64), done func()) {
	if info, err := os.Stderr.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil, func() {}
	}
	p := mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(48))
	all := make(map[basemap.Step]*mpb.Bar)
	return func(step basemap.Step, n, total int64) {
			b := all[step]
			if b == nil {
				b = p.AddBar(total, mpb.PrependDecorators(decor.Name(string(step)+" ", decor.WCSyncSpaceR)), mpb.AppendDecorators(decor.Percentage()))
				all[step] = b
			}
			b.SetCurrent(n)
		}, func() {
			for _, b := range all {
				b.Abort(false)
			}
			p.Wait()
		}
}

type mapInfoCmd struct {
	JSON bool `help:"Print it as JSON."`
}

// Run tells which map is there.
func (m *mapInfoCmd) Run(c *cli) error {
	cfg := c.config()
	file, err := cfg.MapFile()
	if err != nil {
		return err
	}
	i, err := basemap.Read(file)
	if err != nil {
		return err
	}
	return tellMap(i.Summary, file, m.JSON)
}

func tellMap(s *basemap.Summary, file string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	var features []string
	for _, name := range slices.Sorted(maps.Keys(s.Features)) {
		features = append(features, fmt.Sprintf("%s %d", name, s.Features[name]))
	}
	fmt.Printf("map         %s\nsource      %s, imported %s\nbounds      %s (west,south,east,north, WGS-84)\nshows       %s\n",
		file, s.Source, s.Imported.Format("2006-01-02T15:04:05Z"), s.Bounds, strings.Join(features, ", "))
	if s.Incomplete > 0 {
		fmt.Printf("left out    %d shapes of which the extract lacks a part\n", s.Incomplete)
	}
	fmt.Printf("tiles       %d, %.1f MB, zoom %d to %d\nversion     %s\ncredit      %s (shown on every map)\n",
		s.Tiles, float64(s.Bytes)/1e6, basemap.MinZoom, basemap.MaxZoom, s.Version, basemap.Attribution)
	return nil
}
