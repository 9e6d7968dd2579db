package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
)

var origin = Origin{Installation: "test.example", Community: id.ID{1, 2, 3}, Generation: 1}

// letters gives the same endless bytes to every key that is made from it.
type letters byte

func (l letters) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(l)
	}
	return len(b), nil
}

func newAuthority(t testing.TB, dir string) *Authority {
	t.Helper()
	keys, err := OpenKeyring(dir, letters('k'))
	if err != nil {
		t.Fatal(err)
	}
	a := NewAuthority(keys)
	t.Cleanup(func() { a.Close() })
	return a
}

// treeOf is a tree of a size over the test's leaves, except the changed ones.
func treeOf(t interface{ Fatal(...any) }, size int64, changed map[int64]Leaf) *Tree {
	source := &rows{changed: changed}
	tree, err := Open(0, nil, nil, source)
	if err != nil {
		t.Fatal(err)
	}
	leaves, _ := source.Leaves(context.Background(), 0, size)
	tree.Apply(tree.Stage(leaves))
	return tree
}

func resumed(t testing.TB, a *Authority, tree *Tree) string {
	t.Helper()
	verifier, err := a.Resume(t.Context(), origin, "", tree)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func TestNewLogGetsAKey(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t, dir)
	verifier := resumed(t, a, treeOf(t, 3, nil))
	if !strings.HasPrefix(verifier, origin.String()+"+") {
		t.Errorf("verifier string %q does not begin with the origin", verifier)
	}
	if got, err := a.keys.Verifier(origin); err != nil || got != verifier {
		t.Errorf("Verifier = %q, %v; want %q", got, err, verifier)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		if info, _ := d.Info(); d.Type().IsRegular() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	c, err := a.Receipt(t.Context(), origin, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenCheckpoint(c.Note, verifier)
	if err != nil || got.Size != 3 {
		t.Errorf("the receipt's checkpoint is of %d entries: %v", got.Size, err)
	}
	if n := strings.Count(strings.SplitAfter(string(c.Note), "\n\n")[0], "\n"); n != 4 {
		t.Errorf("the checkpoint's text has %d lines, want three and an empty one", n)
	}
}

func TestKeyRefusals(t *testing.T) {
	other, err := OpenKeyring(t.TempDir(), letters('x'))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := other.open(origin, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil  func(k *Keyring)
		expect string // "" for the log's own
		want   error
	}{
		"all is well":        {func(k *Keyring) {}, "", nil},
		"the key is gone":    {func(k *Keyring) { os.Remove(k.path(origin, ".key")) }, "", ErrKeyMissing},
		"all files are gone": {func(k *Keyring) { os.RemoveAll(k.dir); os.Mkdir(k.dir, 0o700) }, "", ErrKeyMissing},
		"a different key":    {func(k *Keyring) {}, stranger.verifier, ErrKeyDiffers},
		"readable by others": {func(k *Keyring) { os.Chmod(k.path(origin, ".key"), 0o644) }, "", ErrKeyExposed},
		"not a key":          {func(k *Keyring) { os.WriteFile(k.path(origin, ".key"), []byte("?"), 0o600) }, "", ErrKeyDamaged},
		"the mark is gone":   {func(k *Keyring) { os.Remove(k.path(origin, ".mark")) }, "", ErrMarkDamaged},
		"the mark is forged": {func(k *Keyring) {
			low, _ := stranger.sign(Checkpoint{Origin: origin.String(), Root: emptyRoot})
			os.WriteFile(k.path(origin, ".mark"), low.Note, 0o600)
		}, "", ErrMarkDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, t.TempDir())
			tree := treeOf(t, 5, nil)
			verifier := resumed(t, a, tree)
			if _, err := a.Receipt(t.Context(), origin, 4); err != nil {
				t.Fatal(err)
			}
			c.spoil(a.keys)
			if c.expect != "" {
				verifier = c.expect
			}
			if _, err := a.Resume(t.Context(), origin, verifier, tree); !errors.Is(err, c.want) {
				t.Errorf("resumed with %v, want %v", err, c.want)
			}
			if _, err := a.Receipt(t.Context(), origin, 4); !errors.Is(err, c.want) {
				t.Errorf("then signed with %v, want %v", err, c.want)
			}
		})
	}
}

// A database that was lost and begun anew, beside a key directory that was not,
// must not get a second key; nor one that lost its key but kept its mark.
func TestLostDatabaseIsNoNewLog(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	resumed(t, a, treeOf(t, 5, nil))
	if _, err := a.Receipt(t.Context(), origin, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Resume(t.Context(), origin, "", treeOf(t, 0, nil)); !errors.Is(err, ErrLogBehind) {
		t.Errorf("an empty database was taken up: %v", err)
	}
	os.Remove(a.keys.path(origin, ".key"))
	if _, err := a.Resume(t.Context(), origin, "", treeOf(t, 0, nil)); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("a second key was made: %v", err)
	}
}

func TestCheckpointRefusals(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	tree := treeOf(t, 300, nil)
	resumed(t, a, tree)
	_, head := tree.Head()
	early, err := tree.Root(t.Context(), 200)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Checkpoint(t.Context(), Receipts, origin, 300, head); err != nil {
		t.Fatal(err)
	}
	// The publisher lags behind the receipts, and may.
	if _, err := a.Checkpoint(t.Context(), Publication, origin, 200, early); err != nil {
		t.Errorf("a smaller tree that the outlet has not passed: %v", err)
	}
	for name, c := range map[string]struct {
		out  Outlet
		o    Origin
		size int64
		root Hash
		want error
	}{
		"smaller than before": {Receipts, origin, 200, early, ErrBackwards},
		"a different root":    {Publication, origin, 250, early, ErrRootDiffers},
		"larger than the log": {Receipts, origin, 301, head, ErrBeyondLog},
		"nobody resumed it":   {Receipts, origin.Next(), 300, head, ErrNotSigningHere},
	} {
		if _, err := a.Checkpoint(t.Context(), c.out, c.o, c.size, c.root); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestNothingLeavesWithoutItsMark(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	tree := treeOf(t, 10, nil)
	resumed(t, a, tree)
	c, err := a.Receipt(t.Context(), origin, 9)
	if err != nil {
		t.Fatal(err)
	}
	if mark, _ := os.ReadFile(a.keys.path(origin, ".mark")); string(mark) != string(c.Note) {
		t.Errorf("the mark is %q", mark)
	}
	os.RemoveAll(a.keys.dir)
	grow(tree, 20, 20)
	if c, err := a.Receipt(t.Context(), origin, 19); err == nil {
		t.Errorf("signed %d entries although the mark cannot be written", c.Size)
	}
	size, root := tree.Head()
	if _, err := a.Checkpoint(t.Context(), Publication, origin, size, root); err == nil {
		t.Error("published although the mark cannot be written")
	}
	if c, err := a.Receipt(t.Context(), origin, 9); err != nil || c.Size != 10 {
		t.Errorf("what is marked can still be shown: %v", err)
	}
}

// Restored databases: what was signed decides, not what was lost after it.
func TestRestoredDatabase(t *testing.T) {
	other := map[int64]Leaf{60: leafAt(-1)}
	for name, c := range map[string]struct {
		signed, size int64
		changed      map[int64]Leaf
		want         error
	}{
		"nothing was lost":                  {80, 100, nil, nil},
		"only unsigned entries were lost":   {80, 80, nil, nil},
		"a signed entry was lost":           {80, 79, nil, ErrLogBehind},
		"lost, and others took their place": {80, 100, other, ErrLogForked},
		"an unsigned entry was replaced":    {60, 100, other, nil},
		"never signed":                      {0, 0, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			before := newAuthority(t, dir)
			tree := treeOf(t, c.signed, nil)
			verifier := resumed(t, before, tree)
			if c.signed > 0 {
				if _, err := before.Receipt(t.Context(), origin, c.signed-1); err != nil {
					t.Fatal(err)
				}
			}
			before.Close()
			after := newAuthority(t, dir)
			if _, err := after.Resume(t.Context(), origin, verifier, treeOf(t, c.size, c.changed)); !errors.Is(err, c.want) {
				t.Errorf("resumed with %v, want %v", err, c.want)
			}
		})
	}
}

func TestNewGeneration(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t, dir)
	verifier := resumed(t, a, treeOf(t, 80, nil))
	if _, err := a.Receipt(t.Context(), origin, 79); err != nil {
		t.Fatal(err)
	}
	restored := treeOf(t, 50, nil)
	if _, err := a.Resume(t.Context(), origin, verifier, restored); !errors.Is(err, ErrLogBehind) {
		t.Fatalf("resumed with %v", err)
	}
	next, key, err := a.NewGeneration(origin)
	if err != nil {
		t.Fatal(err)
	}
	if next.String() != origin.String()+"/g2" || next.Dir() != origin.Dir()+"-g2" || key == verifier {
		t.Errorf("the next generation is %s in %s, key %s", next, next.Dir(), key)
	}
	if _, err := a.Resume(t.Context(), next, key, restored); err != nil {
		t.Fatal(err)
	}
	c, err := a.Receipt(t.Context(), next, 49)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(c.Note, key); err != nil {
		t.Error(err)
	}
	// An even older database still believes in the first generation.
	a.Close()
	again := newAuthority(t, dir)
	if _, err := again.Resume(t.Context(), origin, verifier, treeOf(t, 80, nil)); !errors.Is(err, ErrGenerationEnded) {
		t.Errorf("the ended generation was resumed: %v", err)
	}
	third, thirdKey, err := again.NewGeneration(origin)
	if err != nil || third != next.Next() {
		t.Errorf("the generation after the signed one is %s: %v", third, err)
	}
	// Nobody noted the answer: the same question gets the same answer.
	if got, gotKey, err := again.NewGeneration(origin); err != nil || got != third || gotKey != thirdKey {
		t.Errorf("asked again: %s %s, %v", got, gotKey, err)
	}
	if _, err := again.Resume(t.Context(), next, key, restored); !errors.Is(err, ErrGenerationEnded) {
		t.Errorf("the second generation was resumed: %v", err)
	}
	// A generation whose key was lost is passed over.
	if _, err := again.Resume(t.Context(), third, thirdKey, restored); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Receipt(t.Context(), third, 49); err != nil {
		t.Fatal(err)
	}
	os.Remove(again.keys.path(third, ".key"))
	if got, _, err := again.NewGeneration(origin); err != nil || got != third.Next() {
		t.Errorf("the generation after the lost key is %s: %v", got, err)
	}
}

func TestOneSignerALog(t *testing.T) {
	dir := t.TempDir()
	first, second := newAuthority(t, dir), newAuthority(t, dir)
	tree := treeOf(t, 5, nil)
	verifier := resumed(t, first, tree)
	if _, err := second.Resume(t.Context(), origin, verifier, tree); !errors.Is(err, ErrNotSigningHere) {
		t.Errorf("two processes sign one log: %v", err)
	}
	if err := first.Release(origin); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Resume(t.Context(), origin, verifier, tree); err != nil {
		t.Errorf("after the first let go: %v", err)
	}
	if _, err := first.Receipt(t.Context(), origin, 1); !errors.Is(err, ErrNotSigningHere) {
		t.Errorf("the first still signs: %v", err)
	}
}

// A shop that opens the receipt of every sale at once costs a bounded number of
// marks, and everybody still gets a checkpoint that covers the sale.
func TestReceiptsShareSignatures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAuthority(t, t.TempDir())
		tree := treeOf(t, 1, nil)
		resumed(t, a, tree)
		var mu sync.Mutex
		notes := make(map[string]bool)
		var asking sync.WaitGroup
		for n := int64(1); n <= 1000; n++ { // a sale a millisecond
			grow(tree, n+1, 1)
			asking.Go(func() {
				c, err := a.Receipt(t.Context(), origin, n)
				if err != nil || c.Size <= n {
					t.Errorf("entry %d: a checkpoint of %d entries, %v", n, c.Size, err)
				}
				mu.Lock()
				notes[string(c.Note)] = true
				mu.Unlock()
			})
			time.Sleep(time.Millisecond)
		}
		asking.Wait()
		if len(notes) > 12 || len(notes) < 9 {
			t.Errorf("1000 receipts in a second took %d signatures, want about ten", len(notes))
		}
	})
}

func TestReceiptGivesUpWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAuthority(t, t.TempDir())
		tree := treeOf(t, 1, nil)
		resumed(t, a, tree)
		if _, err := a.Receipt(t.Context(), origin, 0); err != nil {
			t.Fatal(err)
		}
		grow(tree, 2, 1)
		ctx, cancel := context.WithTimeout(t.Context(), markPace/2)
		defer cancel()
		if _, err := a.Receipt(ctx, origin, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited past its deadline: %v", err)
		}
	})
}

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

func TestOrigins(t *testing.T) {
	for _, o := range []Origin{origin, origin.Next(), origin.Next().Next()} {
		if got, err := ParseOrigin(o.String()); err != nil || got != o {
			t.Errorf("%s is read as %v: %v", o, got, err)
		}
	}
	hex := origin.Community.String()
	for _, s := range []string{"", "gongyi/a/" + hex + "/g1", "gongyi/a/" + hex + "/g02", "gongyi/a/" + hex + "/", "gongyi/A/" + hex,
		"gongyi/a_b/" + hex, "gongyi/../" + hex + "0", "gongyi/a/" + strings.ToUpper(hex[:2]) + "zz", "gongyi/a+b/" + hex} {
		if o, err := ParseOrigin(s); !errors.Is(err, ErrOriginMalformed) {
			t.Errorf("%q is read as %v: %v", s, o, err)
		}
	}
	bad := Origin{Installation: "a/b", Community: origin.Community, Generation: 1}
	if _, err := newAuthority(t, t.TempDir()).Resume(t.Context(), bad, "", treeOf(t, 0, nil)); !errors.Is(err, ErrOriginMalformed) {
		t.Errorf("resumed %s: %v", bad, err)
	}
}

func TestCheckConsistency(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	tree := treeOf(t, 0, nil)
	verifier := resumed(t, a, tree)
	notes := make(map[int64][]byte)
	for _, size := range []int64{0, 7, 300} {
		grow(tree, size, 300)
		_, root := tree.Head()
		c, err := a.Checkpoint(t.Context(), Publication, origin, size, root)
		if err != nil {
			t.Fatal(err)
		}
		notes[size] = c.Note
	}
	proof, err := tree.ProveTree(t.Context(), 7, 300)
	if err != nil {
		t.Fatal(err)
	}
	k, err := a.keys.read(origin)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := k.sign(Checkpoint{Origin: origin.String(), Size: 300, Root: Hash{1}})
	if err != nil {
		t.Fatal(err)
	}
	wrong := append([]Hash(nil), proof...)
	wrong[0][0] ^= 1
	for name, c := range map[string]struct {
		older, newer []byte
		proof        []Hash
		want         error
	}{
		"grown":           {notes[7], notes[300], proof, nil},
		"the same":        {notes[300], notes[300], nil, nil},
		"from nothing":    {notes[0], notes[7], nil, nil},
		"shrunk":          {notes[300], notes[7], proof, ErrShrunk},
		"a wrong proof":   {notes[7], notes[300], wrong, ErrProofWrong},
		"no proof":        {notes[7], notes[300], nil, ErrProofWrong},
		"grown elsewhere": {notes[7], twin.Note, proof, ErrProofWrong},
		"two trees":       {notes[300], twin.Note, nil, ErrSplitView},
		"no signature":    {[]byte("x\n1\n"), notes[300], proof, ErrCheckpointMalformed},
	} {
		if err := CheckConsistency(c.older, c.newer, c.proof, verifier); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// unjoin finds every fault in an error.
func unjoin(err error) (all []*fault.Fault) {
	switch e := err.(type) {
	case nil:
	case *fault.Fault:
		all = append(all, e)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			all = append(all, unjoin(err)...)
		}
	default:
		all = unjoin(errors.Unwrap(err))
	}
	return all
}
