package basemap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
)

// block is an extract of one block after a good header.
func block(content []byte) []byte {
	return append(fileBlob("OSMHeader", header("OsmSchema-V0.6", "DenseNodes"), true), fileBlob("OSMData", content, true)...)
}

func group(num protowire.Number, m message) []byte {
	words := message{}.bytes(1, nil).bytes(1, []byte("highway")).bytes(1, []byte("primary"))
	return block(message{}.bytes(1, words).bytes(2, message{}.bytes(num, m)))
}

func TestHostileFilesAreRefused(t *testing.T) {
	bomb := message{}.number(2, 40<<20).bytes(3, make([]byte, 64))
	liar := func() []byte { // unpacks to more than it says
		b := fileBlob("OSMData", make([]byte, 4<<20), true)
		return bytes.Replace(b, message{}.number(2, 4<<20), message{}.number(2, 3<<20), 1)
	}()
	good := fileBlob("OSMHeader", header("OsmSchema-V0.6"), true)
	after := func(b []byte) []byte { return append(bytes.Clone(good), b...) }
	node := func(lat, lon string) []byte {
		return []byte(`<osm><node id="1" lat="` + lat + `" lon="` + lon + `"/></osm>`)
	}
	for name, c := range map[string]struct {
		extract []byte
		want    error
	}{
		"empty":                       {nil, ErrNotOSM},
		"another XML":                 {[]byte(`<?xml version="1.0"?><html><node/></html>`), ErrNotOSM},
		"XML without end":             {[]byte(`<osm version="0.6"><node id="1" lat="1" lon="1"/>`), ErrBroken},
		"XML cut in a tag":            {[]byte(`<osm version="0.6"><node id="1" l`), ErrBroken},
		"elements in each other":      {[]byte(`<osm><way id="1"><node id="2" lat="1" lon="1"/></way></osm>`), ErrBroken},
		"a document type":             {[]byte(`<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaa">]><osm></osm>`), ErrBroken},
		"an endless name":             {[]byte(`<osm><node id="1" lat="1" lon="1"><tag k="name" v="` + strings.Repeat("a", 2*maxToken) + `"/></node></osm>`), ErrBroken},
		"an endless way":              {[]byte(`<osm><way id="1">` + strings.Repeat(`<nd ref="1"/>`, maxRefs+1) + `</way></osm>`), ErrBroken},
		"a node nowhere":              {node("91", "0"), ErrBroken},
		"a node that is no number":    {node("NaN", "0"), ErrBroken},
		"a node at infinity":          {node("0", "1e300"), ErrBroken},
		"another charset":             {[]byte(`<?xml version="1.0" encoding="UTF-7"?><osm></osm>`), ErrBroken},
		"a header that is cut":        {good[:len(good)-3], ErrBroken},
		"a feature nobody knows":      {fileBlob("OSMHeader", header("HistoricalInformation"), true), ErrBroken},
		"two headers":                 {after(good), ErrBroken},
		"garbage behind":              {after([]byte("garbage that goes on and on")), ErrBroken},
		"a blob that is cut":          {after([]byte{0, 0, 0, 200, 1, 2}), ErrBroken},
		"a blob of another packing":   {after(rawBlob("OSMData", message{}.number(2, 10).bytes(7, []byte("zstd")))), ErrBroken},
		"a blob too large":            {after(rawBlob("OSMData", bomb)), ErrBroken},
		"a blob that lies":            {after(liar), ErrBroken},
		"a blob that cannot unpack":   {after(rawBlob("OSMData", message{}.number(2, 10).bytes(3, []byte("no zlib at all")))), ErrBroken},
		"a block that is none":        {block([]byte{0xff, 0xff, 0xff}), ErrBroken},
		"a word not in the table":     {group(3, message{}.number(1, 1).bytes(2, []byte{1}).bytes(3, []byte{9}).bytes(8, []byte{2, 2})), ErrBroken},
		"a key not in the table":      {group(3, message{}.number(1, 1).bytes(2, []byte{9}).bytes(3, []byte{1})), ErrBroken},
		"more values than keys":       {group(3, message{}.number(1, 1).bytes(2, []byte{1}).bytes(3, []byte{2, 2})), ErrBroken},
		"a role not in the table":     {group(4, message{}.number(1, 1).bytes(8, []byte{9})), ErrBroken},
		"dense nodes of two lengths":  {group(2, message{}.bytes(1, []byte{2, 2}).bytes(8, []byte{2}).bytes(9, []byte{2, 2})), ErrBroken},
		"dense nodes nowhere":         {group(2, message{}.bytes(1, []byte{2}).bytes(8, deltas([]int64{2e9})).bytes(9, []byte{2})), ErrBroken},
		"dense tags that are cut":     {group(2, message{}.bytes(1, []byte{2}).bytes(8, []byte{2}).bytes(9, []byte{2}).bytes(10, []byte{1})), ErrBroken},
		"numbers that never end":      {group(3, message{}.number(1, 1).bytes(8, bytes.Repeat([]byte{0xff}, 30))), ErrBroken},
		"an extract without anything": {block(nil), ErrNothingInside},
		"an XML without anything":     {[]byte(`<osm version="0.6"></osm>`), ErrNothingInside},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := importing(t, c.extract, filepath.Join(t.TempDir(), "t"), Options{})
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestLimitsHold(t *testing.T) {
	least := DefaultLimits
	for name, change := range map[string]func(*Limits){
		"ways": func(l *Limits) { l.Ways = 2 }, "points": func(l *Limits) { l.Points = 5 }, "spots": func(l *Limits) { l.Spots = 1 },
		"tiles": func(l *Limits) { l.Tiles = 3 }, "bytes": func(l *Limits) { l.Bytes = 100 }, "degrees": func(l *Limits) { l.Span = 10_000 },
	} {
		l := least
		change(&l)
		target := filepath.Join(t.TempDir(), "t")
		_, err := importing(t, asPBF(town(), true), target, Options{Limits: l})
		if f := fault.Of(err); !errors.Is(err, ErrTooLarge) || f.Details["what"] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	box, _ := geo.ParseBox("100,20,120,40")
	if _, err := importing(t, asXML(town()), filepath.Join(t.TempDir(), "t"), Options{Bounds: box}); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := importing(t, asPBF(town(), true), filepath.Join(t.TempDir(), "t"), Options{Bounds: geo.Box{Min: geo.Point{Lat: 1}}}); !errors.Is(err, geo.ErrBadBox) {
		t.Error(err)
	}
}

// Whatever the bytes are, reading them ends with elements or with a refusal.
func FuzzExtract(f *testing.F) {
	f.Add(asXML(town()))
	f.Add(asPBF(town(), true))
	f.Add(asPBF(town(), false))
	f.Add(group(3, message{}.number(1, 1).bytes(2, []byte{1}).bytes(3, []byte{2}).bytes(8, []byte{2, 2})))
	f.Add(group(4, message{}.number(1, 1).bytes(8, []byte{1}).bytes(9, []byte{2, 2}).bytes(10, []byte{1, 1})))
	box, _ := geo.ParseBox(townBounds)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, cut := range []geo.Box{{}, box} {
			x, err := openExtract(bytes.NewReader(b), int64(len(b)))
			if err == nil {
				c := &collector{limits: Limits{Ways: 1000, Points: 20_000, Spots: 1000}, cut: cut}
				if err = c.collect(context.Background(), x, func(int, int64) {}); err == nil {
					c.features()
				}
			}
			if err != nil && fault.Of(err) == nil {
				t.Fatalf("no refusal: %v", err)
			}
		}
	})
}

// The content of a block is what the packing hides from a fuzzer.
func FuzzBlock(f *testing.F) {
	f.Add([]byte(message{}.bytes(1, message{}.bytes(1, nil).bytes(1, []byte("a"))).bytes(2, message{}.bytes(2, message{}.bytes(1, []byte{2}).bytes(8, []byte{2}).bytes(9, []byte{2}).bytes(10, []byte{1, 1, 0})))))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := pbfScan{want: everything, visit: func(e *element) error {
			if !onMap(int64(e.lat), int64(e.lon)) {
				return fmt.Errorf("a node nowhere: %v", e)
			}
			return nil
		}}
		if err := s.block(b); err != nil && fault.Of(err) == nil {
			t.Fatal(err)
		}
	})
}
