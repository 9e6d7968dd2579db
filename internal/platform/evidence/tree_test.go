package evidence

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// leafAt is the leaf of entry n in every test.
func leafAt(n int64) Leaf {
	return LeafOf(binary.BigEndian.AppendUint64([]byte("entry"), uint64(n)))
}

func leavesFrom(from, to int64) []Leaf {
	all := make([]Leaf, 0, to-from)
	for n := from; n < to; n++ {
		all = append(all, leafAt(n))
	}
	return all
}

// rows is a database of leaves; changed ones stand in the map.
type rows struct {
	mu      sync.Mutex
	changed map[int64]Leaf
	reads   int
}

func (r *rows) Leaves(_ context.Context, from, to int64) ([]Leaf, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	all := leavesFrom(from, to)
	for n, leaf := range r.changed {
		if from <= n && n < to {
			all[n-from] = leaf
		}
	}
	return all, nil
}

// reference is tlog's own storage of the same leaves.
type reference []Hash

func (r *reference) add(t testing.TB, n int64) {
	leaf := leafAt(n)
	hashes, err := tlog.StoredHashes(n, leaf[:], r)
	if err != nil {
		t.Fatal(err)
	}
	*r = append(*r, hashes...)
}

func (r *reference) ReadHashes(indexes []int64) ([]Hash, error) {
	all := make([]Hash, len(indexes))
	for i, x := range indexes {
		all[i] = (*r)[x]
	}
	return all, nil
}

func newReference(t testing.TB, size int64) *reference {
	r := new(reference)
	for n := range size {
		r.add(t, n)
	}
	return r
}

// grow applies leaves up to size in batches of the given length and returns
// every node that was to be stored.
func grow(t *Tree, size, batch int64) (nodes []Node) {
	for at := t.Size(); at < size; at = t.Size() {
		s := t.Stage(leavesFrom(at, min(at+batch, size)))
		nodes = append(nodes, s.Nodes...)
		t.Apply(s)
	}
	return nodes
}

func openEmpty(t testing.TB) *Tree {
	tree, err := Open(0, nil, nil, &rows{})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestEverySizeHasTheReferenceRootAndProofs(t *testing.T) {
	const sizes = 1500
	ctx := t.Context()
	ref, tree := new(reference), openEmpty(t)
	random := rand.New(rand.NewPCG(1, 2))
	for size := int64(1); size <= sizes; size++ {
		ref.add(t, size-1)
		tree.Apply(tree.Stage(leavesFrom(size-1, size)))
		want, err := tlog.TreeHash(size, ref)
		if err != nil {
			t.Fatal(err)
		}
		if _, root := tree.Head(); root != want {
			t.Fatalf("root at %d is %v, want %v", size, root, want)
		}
		for _, index := range []int64{0, size - 1, random.Int64N(size)} {
			got, err := tree.Prove(ctx, index, size)
			if err != nil {
				t.Fatal(err)
			}
			leaf := leafAt(index)
			if err := tlog.CheckRecord(got, size, want, index, tlog.RecordHash(leaf[:])); err != nil {
				t.Fatalf("leaf %d in %d: %v", index, size, err)
			}
		}
	}
	// The finished tree still proves every earlier one.
	for older := int64(1); older <= sizes; older++ {
		newer := older + random.Int64N(sizes-older+1)
		checkGrowth(t, tree, ref, older, newer)
	}
}

// checkGrowth compares the past roots and the consistency proof with tlog's.
func checkGrowth(t interface {
	Helper()
	Fatalf(string, ...any)
}, tree *Tree, ref *reference, older, newer int64) {
	t.Helper()
	ctx := context.Background()
	was, err1 := tlog.TreeHash(older, ref)
	is, err2 := tlog.TreeHash(newer, ref)
	gotWas, err3 := tree.Root(ctx, older)
	gotIs, err4 := tree.Root(ctx, newer)
	proof, err5 := tree.ProveTree(ctx, older, newer)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatalf("%d → %d: %v", older, newer, err)
	}
	if gotWas != was || gotIs != is {
		t.Fatalf("roots at %d and %d are not the reference's", older, newer)
	}
	if err := tlog.CheckTree(proof, newer, is, older, was); err != nil {
		t.Fatalf("%d → %d: %v", older, newer, err)
	}
}

func TestLargerTreesInAnyBatchesReopened(t *testing.T) {
	const largest = 70_000
	ref := newReference(t, largest)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, largest).Draw(t, "size")
		stop := rapid.Int64Range(0, size).Draw(t, "stop")
		batch := rapid.Int64Range(1, 3000).Draw(t, "batch")
		tree, err := Open(0, nil, nil, &rows{})
		if err != nil {
			t.Fatal(err)
		}
		nodes := grow(tree, stop, batch)
		if tree, err = Open(stop, nodes, leavesFrom(stop/tileWidth*tileWidth, stop), &rows{}); err != nil {
			t.Fatal(err)
		}
		grow(tree, size, batch)
		older := rapid.Int64Range(1, size).Draw(t, "older")
		checkGrowth(t, tree, ref, older, size)
		index := rapid.Int64Range(0, older-1).Draw(t, "index")
		got, err := tree.Prove(context.Background(), index, older)
		if err != nil {
			t.Fatal(err)
		}
		want, err := tlog.ProveRecord(older, index, ref)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Hash(want), got); diff != "" {
			t.Fatalf("proof of %d in %d (-want +got):\n%s", index, older, diff)
		}
	})
}

func TestStagingChangesNothing(t *testing.T) {
	tree := openEmpty(t)
	grow(tree, 1000, 100)
	size, root := tree.Head()
	dropped := tree.Stage(leavesFrom(5000, 5600))
	if gotSize, gotRoot := tree.Head(); gotSize != size || gotRoot != root {
		t.Fatalf("a staged batch moved the tree to %d", gotSize)
	}
	tree.Apply(tree.Stage(leavesFrom(1000, 1400)))
	want := openEmpty(t)
	grow(want, 1400, 1400)
	if _, root := tree.Head(); root != want.root {
		t.Error("a dropped batch left something behind")
	}
	defer func() {
		if recover() == nil {
			t.Error("a batch that was staged on an older tree was applied")
		}
	}()
	tree.Apply(dropped)
}

func TestEmptyTree(t *testing.T) {
	tree := openEmpty(t)
	size, root := tree.Head()
	if want, _ := tlog.TreeHash(0, nil); size != 0 || root != want {
		t.Errorf("empty tree is %d %v", size, root)
	}
	if s := tree.Stage(nil); s.Root != root || s.Size != 0 {
		t.Errorf("an empty batch makes %d %v", s.Size, s.Root)
	}
	if _, err := tree.Prove(t.Context(), 0, 1); !errors.Is(err, ErrBeyondLog) {
		t.Errorf("proof in an empty tree: %v", err)
	}
}

func TestOpenRefusesDamagedTables(t *testing.T) {
	tree := openEmpty(t)
	const size = 1100
	nodes := grow(tree, size, 300)
	tail := leavesFrom(1024, size)
	edit := func(f func(n []Node) []Node) []Node { return f(append([]Node(nil), nodes...)) }
	for name, c := range map[string]struct {
		nodes []Node
		tail  []Leaf
		want  error
	}{
		"a node is missing":     {nodes[1:], tail, ErrNodesDamaged},
		"a node is there twice": {edit(func(n []Node) []Node { n[1] = n[0]; return n }), tail, ErrNodesDamaged},
		"a parent is different": {edit(func(n []Node) []Node { n[len(n)-1].Hash[0] ^= 1; return n }), tail, ErrNodesDamaged},
		"a child is different":  {edit(func(n []Node) []Node { n[0].Hash[0] ^= 1; return n }), tail, ErrNodesDamaged},
		"the tail is short":     {nodes, tail[1:], ErrLeavesDamaged},
	} {
		if _, err := Open(size, c.nodes, c.tail, &rows{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := Open(size, nodes, tail, &rows{}); err != nil {
		t.Errorf("nothing is wrong: %v", err)
	}
}

func TestChangedRowProvesNothing(t *testing.T) {
	nodes := grow(openEmpty(t), 20_000, 1000)
	source := &rows{changed: map[int64]Leaf{300: leafAt(301)}}
	tree, err := Open(20_000, nodes, leavesFrom(19_968, 20_000), source)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Prove(t.Context(), 400, 20_000); !errors.Is(err, ErrLeavesDamaged) {
		t.Errorf("a proof from a changed tile: %v", err)
	}
	if _, err := tree.Prove(t.Context(), 700, 20_000); err != nil {
		t.Errorf("a proof from the next tile: %v", err)
	}
}

func TestWarmTilesAreNotReadAgain(t *testing.T) {
	source := &rows{}
	tree, err := Open(0, nil, nil, source)
	if err != nil {
		t.Fatal(err)
	}
	grow(tree, 4000, 100)
	for range 3 {
		if _, err := tree.Prove(t.Context(), 3000, 4000); err != nil {
			t.Fatal(err)
		}
	}
	if source.reads != 0 {
		t.Errorf("recent leaves were read %d times from the source", source.reads)
	}
}

// Readers take heads and proofs while the writer grows the tree: each head that
// they see is one that was committed.
func TestReadersSeeWholeTrees(t *testing.T) {
	tree := openEmpty(t)
	const size, batch = 20_000, 77
	ctx, done := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for seed := range uint64(4) {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 9))
			for ctx.Err() == nil && !t.Failed() {
				if at, root := tree.Head(); at > 0 {
					checkHead(t, tree, at, root, random)
				}
			}
		})
	}
	grow(tree, size, batch)
	done()
	readers.Wait()
}

func checkHead(t *testing.T, tree *Tree, at int64, root Hash, random *rand.Rand) {
	ctx, index, older := context.Background(), random.Int64N(at), 1+random.Int64N(at)
	proof, err1 := tree.Prove(ctx, index, at)
	was, err2 := tree.Root(ctx, older)
	grown, err3 := tree.ProveTree(ctx, older, at)
	if err := errors.Join(err1, err2, err3, tlog.CheckRecord(proof, at, root, index, LeafHash(leafAt(index))),
		tlog.CheckTree(grown, at, root, older, was)); err != nil {
		t.Errorf("head of %d: %v", at, err)
	}
}

func TestMemoryALeaf(t *testing.T) {
	const size = 1 << 20
	tree := openEmpty(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	grow(tree, size, 5000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	const constant = warmTiles*2*tileWidth*32 + 64<<10
	if got := float64(after.HeapAlloc) - float64(before.HeapAlloc) - constant; got > 0.4*size {
		t.Errorf("%.2f bytes a leaf beyond the constant part", got/size)
	}
	runtime.KeepAlive(tree)
}
