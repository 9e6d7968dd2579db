package evidence

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
