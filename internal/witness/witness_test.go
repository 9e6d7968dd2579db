package witness_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/witness"
)

var origin = evidence.Origin{Installation: "test.example", Community: id.ID{5}, Generation: 1}

func entry(n int64) string {
	return fmt.Sprintf("gongyi entry 1\ncommunity %s\nentry %d\nkind purchase\nposted 2017-01-01T07:30:27.000001Z\nbooked 2017-01-01\n"+
		"leg S-01 CNY %d gateway/clearing merchant:%s/payable\nleg S-04 CNY 3 platform/commission fund/welfare\nfacts AQID\nsealed %064x\n",
		origin.Community, n, 100+n, id.ID{9}, n)
}

type entries struct{}

func (entries) Leaves(_ context.Context, from, to int64) (all []evidence.Leaf, err error) {
	for n := from; n < to; n++ {
		all = append(all, evidence.LeafOf([]byte(entry(n))))
	}
	return all, nil
}

// kept is what a reader holds: files that the writer's program made.
type kept struct {
	receipt, older []byte
	key            string
	tiles          fstest.MapFS
}

// write runs the writer: 300 entries, a checkpoint that somebody keeps, then up
// to size and a receipt for entry index.
func write(t *testing.T, size, index int64) kept {
	t.Helper()
	keys, err := evidence.OpenKeyring(t.TempDir(), strings.NewReader(strings.Repeat("k", 64)))
	if err != nil {
		t.Fatal(err)
	}
	dir, authority := t.TempDir(), evidence.NewAuthority(keys)
	defer authority.Close()
	publisher, err := evidence.NewPublisher(dir, authority, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := evidence.Open(0, nil, nil, entries{})
	if err != nil {
		t.Fatal(err)
	}
	var k kept
	if k.key, err = authority.Resume(t.Context(), origin, "", tree); err != nil {
		t.Fatal(err)
	}
	for _, until := range []int64{300, size} {
		leaves, _ := entries{}.Leaves(t.Context(), tree.Size(), until)
		tree.Apply(tree.Stage(leaves))
		c, err := authority.Receipt(t.Context(), origin, until-1)
		if err != nil {
			t.Fatal(err)
		}
		if until == 300 {
			k.older = c.Note
		}
	}
	if k.receipt, err = authority.Bundle(t.Context(), origin, index, []byte(entry(index)), nil); err != nil {
		t.Fatal(err)
	}
	publisher.Publish(origin)
	limit := time.After(30 * time.Second)
	for tick := time.Tick(5 * time.Millisecond); ; {
		if s, _ := publisher.Status(origin); s.Published == size {
			break
		}
		select {
		case <-limit:
			t.Fatal("not published")
		case <-tick:
		}
	}
	if err := publisher.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.tiles = load(t, filepath.Join(dir, origin.Dir()))
	return k
}

// load takes a directory into memory, where a test can spoil it.
func load(t *testing.T, dir string) fstest.MapFS {
	m := make(fstest.MapFS)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		m[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReadsWhatTheWriterWrote(t *testing.T) {
	for _, size := range []int64{301, 512, 1000} {
		k := write(t, size, 299)
		var out bytes.Buffer
		if err := witness.Check(&out, k.receipt, k.key, k.tiles, k.older); err != nil {
			t.Fatalf("%d entries: %v", size, err)
		}
		want := fmt.Sprintf(`signed: %s promises %d entries
proved: entry 299 is one of them
published: all %d entries are in the tiles, this one at its place, and make the promised roots
unbroken: the log grew out of the 300 entries promised earlier
S-01 CNY 399 gateway/clearing merchant:09000000000000000000000000000000/payable
S-04 CNY 3 platform/commission fund/welfare
`, origin, size, size)
		if out.String() != want {
			t.Errorf("%d entries: it says\n%s", size, &out)
		}
	}
}

// A log of more than 65,536 entries has a third level of tiles.
func TestReadsATallTree(t *testing.T) {
	k := write(t, 66_000, 65_999)
	if err := witness.Check(&bytes.Buffer{}, k.receipt, k.key, k.tiles, k.older); err != nil {
		t.Fatal(err)
	}
	if _, ok := k.tiles["tile/2/000.p/1"]; !ok {
		t.Error("there is no third level")
	}
}

func TestFindsWhatIsWrong(t *testing.T) {
	good := write(t, 1000, 299)
	other := write(t, 1000, 299) // with the same key, since the test's keys are all alike
	text := func(old, new string) func(k *kept) {
		return func(k *kept) {
			was := k.receipt
			if k.receipt = bytes.Replace(was, []byte(old), []byte(new), 1); bytes.Equal(was, k.receipt) {
				panic("the receipt has no " + old)
			}
		}
	}
	file := func(name string, f func([]byte) []byte) func(k *kept) {
		return func(k *kept) { k.tiles[name] = &fstest.MapFile{Data: f(bytes.Clone(k.tiles[name].Data))} }
	}
	flip := func(b []byte) []byte { b[len(b)-3] ^= 1; return b }
	gone := func(name string) func(k *kept) { return func(k *kept) { delete(k.tiles, name) } }
	for name, c := range map[string]struct {
		spoil func(k *kept)
		want  string // "" if all is well
	}{
		"nothing":                {func(k *kept) {}, ""},
		"nothing kept":           {func(k *kept) { k.older = nil }, ""},
		"another amount":         {text("CNY 399", "CNY 398"), "the proof does not lead"},
		"another number":         {text(`"index": 299`, `"index": 298`), "not about one entry"},
		"another community":      {text(origin.Community.String(), id.ID{6}.String()), "not about one entry"},
		"another proof":          {func(k *kept) { k.receipt = proofless(k.receipt) }, "the proof does not lead"},
		"an unknown field":       {text(`"index"`, `"index": 1, "indexx"`), "unknown field"},
		"another format":         {text("receipt/1", "receipt/9"), "format"},
		"a larger promise":       {text(`\n1000\n`, `\n1001\n`), "signature is not the log's"},
		"another key":            {func(k *kept) { k.key = strings.Replace(k.key, "+", "x+", 1) }, "not an Ed25519 public key"},
		"no key":                 {func(k *kept) { k.key = "x" }, "not a public key"},
		"no signature":           {file("checkpoint", func(b []byte) []byte { return b[:bytes.Index(b, []byte("—"))] }), "published checkpoint: the signature"},
		"an unsigned checkpoint": {file("checkpoint", func(b []byte) []byte { return bytes.Replace(b, []byte("1000"), []byte("2000"), 1) }), "signature is not"},
		"an old publication":     {func(k *kept) { k.tiles["checkpoint"] = &fstest.MapFile{Data: k.older} }, "only 300 of 1000"},
		"no publication":         {gone("checkpoint"), "checkpoint"},
		"a bundle is cut":        {file("tile/entries/000", func(b []byte) []byte { return b[:100] }), "not whole"},
		"a bundle is gone":       {gone("tile/entries/002"), "tile/entries/002"},
		"our entry, published":   {file("tile/entries/001", func(b []byte) []byte { b[43*34+5] ^= 1; return b }), "is not the receipt's"},
		"a neighbour, published": {file("tile/entries/003.p/232", flip), "do not make the root"},
		"a tile":                 {file("tile/0/001", flip), "tile/0/001"},
		"an upper tile":          {file("tile/1/000.p/3", flip), "tile/1/000.p/3"},
		"a tile is gone":         {gone("tile/0/003.p/232"), "tile/0/003.p/232"},
		"a promise of another":   {func(k *kept) { k.older = forge(t, 300) }, "do not make the root that was signed for 300"},
		"a larger older promise": {func(k *kept) { k.older = forge(t, 1001) }, "only 1000 are published"},
	} {
		t.Run(name, func(t *testing.T) {
			k := good
			k.tiles = make(fstest.MapFS)
			for name, f := range other.tiles {
				k.tiles[name] = f
			}
			c.spoil(&k)
			err := witness.Check(&bytes.Buffer{}, k.receipt, k.key, k.tiles, k.older)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("found %v, want %q", err, c.want)
			}
		})
	}
}

// forge is a checkpoint that the log's own key signed over other entries: what
// a witness is there to find.
func forge(t *testing.T, size int64) []byte {
	keys, err := evidence.OpenKeyring(t.TempDir(), strings.NewReader(strings.Repeat("k", 64)))
	if err != nil {
		t.Fatal(err)
	}
	a := evidence.NewAuthority(keys)
	defer a.Close()
	tree, err := evidence.Open(0, nil, nil, entries{})
	if err != nil {
		t.Fatal(err)
	}
	tree.Apply(tree.Stage(make([]evidence.Leaf, size)))
	if _, err := a.Resume(t.Context(), origin, "", tree); err != nil {
		t.Fatal(err)
	}
	c, err := a.Receipt(t.Context(), origin, size-1)
	if err != nil {
		t.Fatal(err)
	}
	return c.Note
}

// proofless swaps two hashes of the proof.
func proofless(receipt []byte) []byte {
	var m map[string]any
	if err := json.Unmarshal(receipt, &m); err != nil {
		panic(err)
	}
	p := m["proof"].([]any)
	p[0], p[1] = p[1], p[0]
	b, _ := json.Marshal(m)
	return b
}
