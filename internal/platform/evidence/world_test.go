package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// Whatever happens to process and database, the checkpoints that left under one
// origin are all prefixes of the largest of them.
func TestWhatLeftIsOneTree(t *testing.T) {
	root := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		w := &world{t: t, dir: filepath.Join(root, fmt.Sprint(runs)), left: make(map[Origin]map[int64]Hash), origin: origin}
		w.start(nil)
		t.Repeat(map[string]func(*rapid.T){
			"grow":    w.grow,
			"receipt": func(*rapid.T) { w.show(Receipts, w.tree.Size()) },
			"publish": func(t *rapid.T) { w.show(Publication, rapid.Int64Range(0, w.tree.Size()).Draw(t, "size")) },
			"restart": w.start,
			"restore": w.restore,
			"give up": w.giveUp,
			"":        func(*rapid.T) {},
		})
		w.authority.Close()
	})
}

type world struct {
	t         *rapid.T
	dir       string
	authority *Authority
	tree      *Tree
	leaves    []Leaf
	salt      int64
	origin    Origin
	keys      map[Origin]string
	left      map[Origin]map[int64]Hash
	last      [outlets]int64 // of the current origin
}

// grow commits leaves that no other history had.
func (w *world) grow(t *rapid.T) {
	w.salt++
	for range rapid.IntRange(1, 300).Draw(t, "leaves") {
		w.leaves = append(w.leaves, leafAt(-w.salt<<20-int64(len(w.leaves))))
	}
	w.tree.Apply(w.tree.Stage(w.leaves[w.tree.Size():]))
}

// show signs a size, and remembers every pair of size and root that left.
func (w *world) show(out Outlet, size int64) {
	root, err := w.tree.Root(context.Background(), size)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := w.authority.Checkpoint(context.Background(), out, w.origin, size, root)
	if err != nil {
		return
	}
	if w.left[w.origin] == nil {
		w.left[w.origin], w.last = make(map[int64]Hash), [outlets]int64{}
	}
	if size < w.last[out] {
		w.t.Fatalf("outlet %d went back from %d to %d", out, w.last[out], size)
	}
	w.last[out] = size
	w.left[w.origin][c.Size] = c.Root
	for size, root := range w.left[w.origin] {
		if size > w.tree.Size() {
			w.t.Fatalf("%d entries were signed after %d", w.tree.Size(), size)
		}
		if has, err := w.tree.Root(context.Background(), size); err != nil || has != root {
			w.t.Fatalf("signed %d on another tree of %d: %v", c.Size, size, err)
		}
	}
}

// start kills the process, if any, and starts it on the database as it is.
func (w *world) start(*rapid.T) {
	if w.authority != nil {
		w.authority.Close()
	}
	keys, err := OpenKeyring(w.dir, rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	w.authority = NewAuthority(keys)
	nodes, size := []Node(nil), int64(len(w.leaves))
	if tree, err := Open(0, nil, nil, memory(w.leaves)); err == nil {
		nodes = tree.Stage(w.leaves).Nodes
	}
	if w.tree, err = Open(size, nodes, w.leaves[size/tileWidth*tileWidth:], (*database)(w)); err != nil {
		w.t.Fatal(err)
	}
	w.resume()
}

func (w *world) resume() {
	verifier, err := w.authority.Resume(context.Background(), w.origin, w.keys[w.origin], w.tree)
	if err == nil {
		if w.keys == nil {
			w.keys = make(map[Origin]string)
		}
		w.keys[w.origin] = verifier
	}
}

// restore goes back to an earlier state of the database.
func (w *world) restore(t *rapid.T) {
	w.leaves = w.leaves[:rapid.IntRange(0, len(w.leaves)).Draw(t, "back to")]
	w.start(t)
}

func (w *world) giveUp(t *rapid.T) {
	if _, err := w.authority.Tree(w.origin); err == nil {
		t.Skip("nothing is wrong")
	}
	next, verifier, err := w.authority.NewGeneration(w.origin)
	if err != nil {
		t.Fatal(err)
	}
	w.origin, w.keys[next] = next, verifier
	w.resume()
	if _, err := w.authority.Tree(next); err != nil {
		t.Fatal(err)
	}
}

type database world

func (d *database) Leaves(_ context.Context, from, to int64) ([]Leaf, error) {
	return d.leaves[from:to:to], nil
}

type memory []Leaf

func (m memory) Leaves(_ context.Context, from, to int64) ([]Leaf, error) {
	return m[from:to:to], nil
}
