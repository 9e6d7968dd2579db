package basemap

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"gongyi/internal/kernel/geo"
)

// thing is one element of an extract that a test makes up.
type thing struct {
	kind     kind
	id       int64
	lat, lon int64 // 1e-7 degrees
	tags     []tag
	refs     []int64
	members  []member
}

// town is a small place in Shanghai with one of everything.
func town() (all []thing) {
	node := func(id, lat, lon int64, tags ...tag) {
		all = append(all, thing{kind: nodes, id: id, lat: lat, lon: lon, tags: tags})
	}
	way := func(id int64, refs []int64, tags ...tag) {
		all = append(all, thing{kind: ways, id: id, refs: refs, tags: tags})
	}
	node(1, 312250000, 1214720000)
	node(2, 312251000, 1214800000)
	node(3, 312252000, 1214880000)
	node(4, 312300000, 1214800000, tag{"amenity", "toilets"})
	node(5, 312310000, 1214790000, tag{"place", "neighbourhood"}, tag{"name", "竹园"}, tag{"name:en", "Bamboo Garden"})
	node(6, 312320000, 1214810000, tag{"amenity", "bench"})
	for i, at := range [][2]int64{{312290000, 1214790000}, {312290000, 1214796000}, {312294000, 1214796000}, {312294000, 1214790000}} { // house
		node(10+int64(i), at[0], at[1])
	}
	for i, at := range [][2]int64{{312340000, 1214740000}, {312340000, 1214860000}, {312390000, 1214860000}, {312390000, 1214740000}} { // lake
		node(20+int64(i), at[0], at[1])
	}
	for i, at := range [][2]int64{{312360000, 1214790000}, {312360000, 1214810000}, {312370000, 1214810000}, {312370000, 1214790000}} { // island
		node(30+int64(i), at[0], at[1])
	}
	way(100, []int64{1, 2, 3}, tag{"highway", "residential"}, tag{"name", "竹园路"}, tag{"name:en", "Zhuyuan Road"})
	way(101, []int64{1, 20}, tag{"highway", "footway"})
	way(102, []int64{10, 11, 12, 13, 10}, tag{"building", "yes"})
	way(103, []int64{20, 21, 22})
	way(104, []int64{20, 23, 22})
	way(105, []int64{30, 31, 32, 33, 30}, tag{"leisure", "park"}, tag{"name", "小岛公园"})
	way(106, []int64{3, 999}, tag{"highway", "primary"}) // its other end is not in the extract
	way(107, []int64{10, 11, 999, 13, 10}, tag{"building", "yes"})
	all = append(all, thing{kind: relations, id: 200, tags: []tag{{"type", "multipolygon"}, {"natural", "water"}, {"name", "镜湖"}},
		members: []member{{ways, 103, "outer"}, {ways, 104, "outer"}, {ways, 105, "inner"}}})
	return all
}

const townBounds = "121.470000,31.220000,121.490000,31.240000"

func asXML(all []thing) []byte {
	var b strings.Builder
	b.WriteString("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n <bounds minlat=\"31.22\" minlon=\"121.47\" maxlat=\"31.24\" maxlon=\"121.49\"/>\n")
	names := map[kind]string{nodes: "node", ways: "way", relations: "relation"}
	for _, t := range all {
		fmt.Fprintf(&b, " <%s id=\"%d\" version=\"1\"", names[t.kind], t.id)
		if t.kind == nodes {
			fmt.Fprintf(&b, " lat=\"%d.%07d\" lon=\"%d.%07d\"", t.lat/1e7, t.lat%1e7, t.lon/1e7, t.lon%1e7)
		}
		b.WriteString(">\n")
		for _, r := range t.refs {
			fmt.Fprintf(&b, "  <nd ref=\"%d\"/>\n", r)
		}
		for _, m := range t.members {
			fmt.Fprintf(&b, "  <member type=%q ref=\"%d\" role=%q/>\n", names[m.kind], m.ref, m.role)
		}
		for _, g := range t.tags {
			fmt.Fprintf(&b, "  <tag k=%q v=%q/>\n", g.key, g.value)
		}
		fmt.Fprintf(&b, " </%s>\n", names[t.kind])
	}
	b.WriteString("</osm>\n")
	return []byte(b.String())
}

// message builds protobuf by hand.
type message []byte

func (m message) bytes(num protowire.Number, b []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, num, protowire.BytesType), b)
}

func (m message) number(num protowire.Number, v uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, num, protowire.VarintType), v)
}

// deltas packs numbers as differences.
func deltas(all []int64) (b []byte) {
	last := int64(0)
	for _, v := range all {
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(v-last))
		last = v
	}
	return b
}

func plain(all []uint64) (b []byte) {
	for _, v := range all {
		b = protowire.AppendVarint(b, v)
	}
	return b
}

// fileBlob is one blob with its head.
func fileBlob(name string, content []byte, packed bool) []byte {
	var b message
	if packed {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write(content)
		_ = w.Close()
		b = b.number(2, uint64(len(content))).bytes(3, z.Bytes())
	} else {
		b = b.bytes(1, content)
	}
	return rawBlob(name, b)
}

func rawBlob(name string, b []byte) []byte {
	head := message{}.bytes(1, []byte(name)).number(3, uint64(len(b)))
	out := binary.BigEndian.AppendUint32(nil, uint32(len(head)))
	return append(append(out, head...), b...)
}

func header(features ...string) []byte {
	box, _ := geo.ParseBox(townBounds)
	return headerOf(box, features...)
}

func headerOf(b geo.Box, features ...string) []byte {
	nano := func(v int64) uint64 { return protowire.EncodeZigZag(v * 1000) }
	m := message{}.bytes(1, message{}.number(1, nano(b.Min.Lon)).number(2, nano(b.Max.Lon)).number(3, nano(b.Max.Lat)).number(4, nano(b.Min.Lat)))
	for _, f := range features {
		m = m.bytes(4, []byte(f))
	}
	return m
}

// asPBF writes nodes, ways and relations in blobs of their own, at most 8,000 in
// one; dense or not.
func asPBF(all []thing, dense bool) []byte {
	return append(fileBlob("OSMHeader", header("OsmSchema-V0.6", "DenseNodes"), true), blobs(all, dense)...)
}

func blobs(all []thing, dense bool) (out []byte) {
	for _, k := range []kind{nodes, ways, relations} {
		some := slices.Collect(func(yield func(thing) bool) {
			for _, t := range all {
				if t.kind == k && !yield(t) {
					return
				}
			}
		})
		for part := range slices.Chunk(some, 8000) {
			out = append(out, fileBlob("OSMData", blockOf(k, part, dense), k != ways || len(all) > 100)...)
		}
	}
	return out
}

// blockOf is one block of elements of a kind.
func blockOf(k kind, all []thing, dense bool) []byte {
	table, no := [][]byte{{}}, map[string]uint64{"": 0}
	word := func(s string) uint64 {
		if _, ok := no[s]; !ok {
			no[s] = uint64(len(table))
			table = append(table, []byte(s))
		}
		return no[s]
	}
	var group, columns message
	var ids, lats, lons []int64
	var words []uint64
	for _, t := range all {
		var keys, values []uint64
		for _, g := range t.tags {
			keys, values = append(keys, word(g.key)), append(values, word(g.value))
			words = append(words, word(g.key), word(g.value))
		}
		words = append(words, 0)
		m := message{}.number(1, uint64(t.id)).bytes(2, plain(keys)).bytes(3, plain(values))
		switch k {
		case nodes:
			ids, lats, lons = append(ids, t.id), append(lats, t.lat), append(lons, t.lon)
			if !dense {
				m = message{}.number(1, protowire.EncodeZigZag(t.id)).bytes(2, plain(keys)).bytes(3, plain(values))
				m = m.number(8, protowire.EncodeZigZag(t.lat)).number(9, protowire.EncodeZigZag(t.lon))
				group = group.bytes(1, m)
			}
		case ways:
			group = group.bytes(3, m.bytes(8, deltas(t.refs)))
		case relations:
			var roles, types []uint64
			var refs []int64
			for _, p := range t.members {
				roles, types, refs = append(roles, word(p.role)), append(types, map[kind]uint64{nodes: 0, ways: 1, relations: 2}[p.kind]), append(refs, p.ref)
			}
			group = group.bytes(4, m.bytes(8, plain(roles)).bytes(9, deltas(refs)).bytes(10, plain(types)))
		}
	}
	if k == nodes && dense {
		columns = columns.bytes(1, deltas(ids)).bytes(8, deltas(lats)).bytes(9, deltas(lons)).bytes(10, plain(words))
		group = message{}.bytes(2, columns)
	}
	var strings message
	for _, w := range table {
		strings = strings.bytes(1, w)
	}
	return message{}.bytes(1, strings).bytes(2, group)
}

// importing writes an extract into a file and takes it over.
func importing(t testing.TB, extract []byte, target string, o Options) (*Summary, error) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "extract")
	if err := os.WriteFile(source, extract, 0o644); err != nil {
		t.Fatal(err)
	}
	if o.Now.IsZero() {
		o.Now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	}
	return Import(context.Background(), source, target, o)
}

// imported is a map of the town.
func imported(t testing.TB, extract []byte, o Options) *archive {
	t.Helper()
	target := filepath.Join(t.TempDir(), "map", "base.pmtiles")
	if _, err := importing(t, extract, target, o); err != nil {
		t.Fatal(err)
	}
	a, err := openArchive(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.close() })
	return a
}
