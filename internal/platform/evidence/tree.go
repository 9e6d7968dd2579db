package evidence

import (
	"context"
	"fmt"
	"math/bits"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/kernel/fault"
)

// Faults of the stored log: somebody or something changed rows of the database.
var (
	ErrNodesDamaged  = fault.New(fault.Conflict, "evidence.nodes_damaged")
	ErrLeavesDamaged = fault.New(fault.Conflict, "evidence.leaves_damaged")
)

const (
	tileHeight = 8               // a tile is eight levels of the tree
	tileWidth  = 1 << tileHeight // and lists 256 hashes
	maxLevel   = 62              // sizes are int64
	warmTiles  = 8               // leaf tiles kept for proofs, 16 KiB each
)

// Source reads leaf data that was committed, [from, to).
type Source interface {
	Leaves(ctx context.Context, from, to int64) ([]Leaf, error)
}

// Node is one completed node: its subtree holds 2^Level leaves, all of them
// there, and stands at Index among its level.
type Node struct {
	Level int
	Index int64
	Hash  Hash
}

// Staged is the tree that a batch would make: store Nodes with the batch, then
// Apply it after the commit, or drop it.
type Staged struct {
	Size  int64
	Root  Hash
	Nodes []Node // the newly completed nodes of level ≥ 8

	from   int64
	edge   []Hash
	hashes []Hash // leaf hashes of the batch
}

// tile is the subtree over 256 neighbouring leaves, laid out as a heap: the root
// at 1, the children of p at 2p and 2p+1, leaf i at 256+i. Of the last tile only
// what is complete is set; that never changes, so that readers need no lock for
// it, and a proof looks its nodes up instead of hashing them again.
type tile [2 * tileWidth]Hash

// set places a leaf hash and completes the nodes that it is the last leaf of.
// Leaves are set in order.
func (t *tile) set(i int, h Hash) {
	p := tileWidth + i
	t[p] = h
	for ; p > 1 && p&1 == 1; p /= 2 {
		t[p/2] = tlog.NodeHash(t[p-1], t[p])
	}
}

// at is the node of a level below the tile's root, counted among its level.
func (t *tile) at(level int, i int64) Hash { return t[tileWidth>>level+int(i)] }

// root is the hash of the whole tile, once it is complete.
func (t *tile) root() Hash { return t[1] }

// Tree is one community's log in memory: every completed node of level 8 and
// above (a quarter of a byte a leaf), the last leaf tile and a few warm ones.
// One writer calls Stage and Apply; everybody else may read at any time.
type Tree struct {
	source Source
	warm   *lru.Cache[int64, *tile]

	mu    sync.RWMutex
	size  int64
	root  Hash
	edge  edge
	nodes [maxLevel - tileHeight + 1][]Hash // [level − 8][index]
	last  *tile
}

// edge is the right edge of a tree: the completed subtree of 2^level leaves
// stands at level if the size has that bit.
type edge [maxLevel + 1]Hash

// add grows the tree of a size by one leaf hash and tells done about every
// completed node.
func (e *edge) add(size int64, h Hash, done func(level int, h Hash)) {
	for level := 0; ; level++ {
		if level >= tileHeight {
			done(level, h)
		}
		if size>>level&1 == 0 {
			e[level] = h
			return
		}
		h = tlog.NodeHash(e[level], h)
	}
}

// root folds the edge, the smallest subtree first.
func (e *edge) root(size int64) Hash {
	if size == 0 {
		return emptyRoot
	}
	level := bits.TrailingZeros64(uint64(size))
	h := e[level]
	for level++; size>>level > 0; level++ {
		if size>>level&1 == 1 {
			h = tlog.NodeHash(e[level], h)
		}
	}
	return h
}

// Open rebuilds the tree of a size from its stored nodes and the leaf data of
// its last, incomplete tile. It recomputes what the nodes say of each other, so
// that a damaged table is found here and not in somebody's receipt.
func Open(size int64, nodes []Node, tail []Leaf, source Source) (*Tree, error) {
	warm, err := lru.New[int64, *tile](warmTiles)
	if err != nil {
		return nil, err
	}
	t := &Tree{source: source, warm: warm, size: size, last: new(tile)}
	if size < 0 || int64(len(tail)) != size%tileWidth {
		return nil, ErrLeavesDamaged.With("size", size).With("tail", len(tail))
	}
	if err := t.setNodes(nodes); err != nil {
		return nil, err
	}
	for level := tileHeight; level <= maxLevel; level++ {
		if n := size >> level; n&1 == 1 {
			t.edge[level] = t.nodes[level-tileHeight][n-1]
		}
	}
	for i, leaf := range tail {
		h := LeafHash(leaf)
		t.last.set(i, h)
		t.edge.add(int64(i), h, func(int, Hash) {})
	}
	t.root = t.edge.root(size)
	return t, nil
}

// setNodes places the stored nodes and checks that none is missing, doubled or
// different from what its children make.
func (t *Tree) setNodes(nodes []Node) error {
	total := int64(0)
	for i := range t.nodes {
		n := t.size >> (i + tileHeight)
		t.nodes[i] = make([]Hash, n)
		total += n
	}
	if int64(len(nodes)) != total {
		return ErrNodesDamaged.With("have", len(nodes)).With("want", total)
	}
	for _, n := range nodes {
		if n.Level < tileHeight || n.Level > maxLevel || n.Index < 0 || n.Index >= t.size>>n.Level {
			return ErrNodesDamaged.With("level", n.Level).With("index", n.Index)
		}
		t.nodes[n.Level-tileHeight][n.Index] = n.Hash
	}
	for i := range t.nodes {
		for k, h := range t.nodes[i] {
			// A slot that no node filled stays zero, which nothing hashes to.
			if h == (Hash{}) || i > 0 && h != tlog.NodeHash(t.nodes[i-1][2*k], t.nodes[i-1][2*k+1]) {
				return ErrNodesDamaged.With("level", i+tileHeight).With("index", k)
			}
		}
	}
	return nil
}

// Stage computes the tree that the leaves would make and changes nothing. It
// costs two hashes a leaf.
func (t *Tree) Stage(leaves []Leaf) Staged {
	t.mu.RLock()
	at, e := t.size, t.edge
	t.mu.RUnlock()
	s := Staged{from: at, hashes: make([]Hash, len(leaves))}
	if n := (at%tileWidth + int64(len(leaves))) / tileWidth; n > 0 {
		s.Nodes = make([]Node, 0, 2*n+int64(bits.Len64(uint64(at))))
	}
	complete := func(level int, h Hash) {
		s.Nodes = append(s.Nodes, Node{Level: level, Index: at >> level, Hash: h})
	}
	for i, leaf := range leaves {
		s.hashes[i] = LeafHash(leaf)
		e.add(at, s.hashes[i], complete)
		at++
	}
	s.Size, s.Root = at, e.root(at)
	s.edge = append(s.edge, e[:bits.Len64(uint64(at))]...)
	return s
}

// Apply makes a staged batch part of the tree, after its commit. A batch that
// was staged on another tree is a mistake of the program, not of a person.
func (t *Tree) Apply(s Staged) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.from != t.size {
		panic(fmt.Sprintf("evidence: a batch on %d leaves applied to %d", s.from, t.size))
	}
	for _, n := range s.Nodes {
		t.nodes[n.Level-tileHeight] = append(t.nodes[n.Level-tileHeight], n.Hash)
	}
	for i, h := range s.hashes {
		at := s.from + int64(i)
		t.last.set(int(at%tileWidth), h)
		if at++; at%tileWidth == 0 {
			t.warm.Add(at/tileWidth-1, t.last)
			t.last = new(tile)
		}
	}
	copy(t.edge[:], s.edge)
	t.size, t.root = s.Size, s.Root
}
