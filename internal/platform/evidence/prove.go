package evidence

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/kernel/fault"
)

// ErrBeyondLog refuses a proof about entries that the log does not have.
var ErrBeyondLog = fault.New(fault.NotFound, "evidence.beyond_log")

// Size is how many leaves the log has.
func (t *Tree) Size() int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.size
}

// Head is the log's size and root of one moment.
func (t *Tree) Head() (int64, Hash) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.size, t.root
}

// Leaves reads leaf data of the log, [from, to).
func (t *Tree) Leaves(ctx context.Context, from, to int64) ([]Leaf, error) {
	if from < 0 || from > to || to > t.Size() {
		return nil, ErrBeyondLog.With("from", from).With("to", to)
	}
	leaves, err := t.source.Leaves(ctx, from, to)
	if err == nil && int64(len(leaves)) != to-from {
		return nil, ErrLeavesDamaged.With("from", from).With("to", to).With("found", len(leaves))
	}
	return leaves, err
}

// Root is the root that the log had, or has, at a size.
func (t *Tree) Root(ctx context.Context, size int64) (h Hash, err error) {
	defer fault.Wrap(&err, "evidence: root at %d", size)
	now, root := t.Head()
	switch {
	case size < 0 || size > now:
		return Hash{}, ErrBeyondLog.With("size", size)
	case size == now:
		return root, nil
	}
	return tlog.TreeHash(size, t.reader(ctx))
}

// Prove is the proof that the tree of a size holds the leaf at index.
func (t *Tree) Prove(ctx context.Context, index, size int64) (p []Hash, err error) {
	defer fault.Wrap(&err, "evidence: prove %d in %d", index, size)
	if index < 0 || index >= size || size > t.Size() {
		return nil, ErrBeyondLog.With("index", index).With("size", size)
	}
	return tlog.ProveRecord(size, index, t.reader(ctx))
}

// ProveTree is the proof that the tree of size newer grew out of that of size
// older. Every tree grew out of the empty one, which needs no proof.
func (t *Tree) ProveTree(ctx context.Context, older, newer int64) (p []Hash, err error) {
	defer fault.Wrap(&err, "evidence: prove that %d grew to %d", older, newer)
	if older < 0 || older > newer || newer > t.Size() {
		return nil, ErrBeyondLog.With("older", older).With("newer", newer)
	}
	if older == 0 {
		return nil, nil
	}
	return tlog.ProveTree(newer, older, t.reader(ctx))
}

// reader gives tlog the completed nodes that it asks for.
func (t *Tree) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) {
		hashes := make([]Hash, len(indexes))
		for i, x := range indexes {
			level, n := tlog.SplitStoredHashIndex(x)
			h, err := t.node(ctx, level, n)
			if err != nil {
				return nil, err
			}
			hashes[i] = h
		}
		return hashes, nil
	})
}

// node is a completed node of any level.
func (t *Tree) node(ctx context.Context, level int, n int64) (Hash, error) {
	if level >= tileHeight {
		t.mu.RLock()
		defer t.mu.RUnlock()
		if of := t.nodes[level-tileHeight]; n < int64(len(of)) {
			return of[n], nil
		}
		return Hash{}, ErrBeyondLog.With("level", level).With("index", n)
	}
	leaves, err := t.leafTile(ctx, n>>(tileHeight-level))
	if err != nil {
		return Hash{}, err
	}
	return leaves.at(level, n%(tileWidth>>level)), nil
}

// leafTile finds a tile of leaf hashes: the last one, a warm one, or from the
// source. What the source says must hash to the stored node: a row that was
// changed later proves nothing and is reported.
func (t *Tree) leafTile(ctx context.Context, n int64) (*tile, error) {
	t.mu.RLock()
	last, at := t.last, t.size/tileWidth
	t.mu.RUnlock()
	if n == at {
		return last, nil
	}
	if got, ok := t.warm.Get(n); ok {
		return got, nil
	}
	leaves, err := t.Leaves(ctx, n*tileWidth, (n+1)*tileWidth)
	if err != nil {
		return nil, err
	}
	got := new(tile)
	for i, leaf := range leaves {
		got.set(i, LeafHash(leaf))
	}
	want, err := t.node(ctx, tileHeight, n)
	if err != nil {
		return nil, err
	}
	if got.root() != want {
		return nil, fmt.Errorf("leaf tile: %w", ErrLeavesDamaged.With("from", n*tileWidth).With("to", (n+1)*tileWidth))
	}
	t.warm.Add(n, got)
	return got, nil
}
