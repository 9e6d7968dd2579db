package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// auditLog makes the evidence log again: each leaf from the entry's text, each
// stretch of 256 leaves and every node above it, and the root over all
// (invariant 5). A stretch with an entry missing is believed as it is stored, so
// that damage stays where it is.
type auditLog struct {
	secrets   map[id.ID][16]byte
	forgotten map[id.ID]bool
	erased    int64
	root      evidence.Hash

	text   []byte
	leaves []evidence.Leaf // of the running stretch
	next   int64           // the entry that the stretch needs next
	tiles  []evidence.Hash // the nodes of level 8; zero where unknown
}

const stretch = 256

func (l *auditLog) load(ctx context.Context, a *auditor) (err error) {
	b := &book{community: a.community, secrets: make(map[id.ID][16]byte), forgotten: make(map[id.ID]bool)}
	if err := b.loadSecrets(ctx, a.r); err != nil {
		return err
	}
	l.secrets, l.forgotten = b.secrets, b.forgotten
	return nil
}

// add is what the third goroutine does with a chunk.
func (l *auditLog) add(a *auditor, c *auditChunk) {
	for i := range c.entries {
		e := &c.entries[i]
		if !e.unread {
			l.checkLeaf(a, e)
		}
		for ; l.next < e.Seq; l.next++ { // missing entries: the stretch cannot be made
			l.close(l.next, false)
		}
		if l.next == e.Seq {
			l.leaves = append(l.leaves, e.Leaf)
			l.close(l.next, true)
			l.next++
		}
	}
}

// close ends a stretch at its last entry.
func (l *auditLog) close(seq int64, there bool) {
	if !there {
		l.leaves = l.leaves[:0]
	}
	if seq%stretch != stretch-1 {
		return
	}
	node := evidence.Hash{}
	if len(l.leaves) == stretch {
		node = perfect(l.leaves)
	}
	l.tiles = append(l.tiles, node)
	l.leaves = l.leaves[:0]
}

// checkLeaf makes the leaf from the entry's text.
func (l *auditLog) checkLeaf(a *auditor, e *auditEntry) {
	secret, ok := l.secrets[e.Subject]
	if !ok {
		l.erased++
		if !l.forgotten[e.Subject] {
			a.flaw(5, "secret_missing", e.Seq, "", nil, e.Subject)
			l.forgotten[e.Subject] = true // said once
		}
		return
	}
	l.text = appendCanonical(l.text[:0], &e.Entry, Seal(EntryKey(secret, a.community, e.Seq), e.Key, e.Content))
	if leaf := sha256.Sum256(l.text); leaf != e.Leaf {
		a.flaw(5, "leaf_differs", e.Seq, "", evidence.Hash(leaf), evidence.Hash(e.Leaf))
	}
}

// compare sets the nodes and the head against the stored ones.
func (l *auditLog) compare(ctx context.Context, a *auditor) error {
	size, root, err := a.svc.head(ctx, a.r, a.community)
	if err != nil {
		return err
	}
	if size != a.size {
		a.flaw(5, "log_size_differs", -1, "", a.size, size)
	}
	for seq := a.size; seq < min(size, a.size+1000); seq++ { // the last ones are gone
		a.flaw(5, "entry_missing", seq, "", nil, nil)
	}
	made, stored, err := l.compareNodes(ctx, a)
	if err != nil || int64(len(l.leaves)) != a.size%stretch {
		return err // entries of the last stretch are missing: there is no root
	}
	l.root = rootOf(made, l.leaves)
	if a.size > 0 && root != l.root && root != rootOf(stored, l.leaves) {
		a.flaw(5, "root_differs", -1, "", l.root, root)
	}
	return nil
}

// edgeNodes are the completed subtrees at the right edge, by level: those that no
// node stands above.
type edgeNodes map[int]evidence.Hash

// compareNodes makes the nodes of every level. A node that differs is reported
// where it stands; above it goes on whichever of the two the node above confirms,
// so that a wrong leaf and a wrong node are one finding each.
func (l *auditLog) compareNodes(ctx context.Context, a *auditor) (made, stored edgeNodes, err error) {
	rows, err := l.readNodes(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	made, stored = make(edgeNodes), make(edgeNodes)
	level := l.tiles
	for n := 8; len(level) > 0; n++ {
		have := make([]evidence.Hash, len(level))
		for i := range level {
			have[i] = l.compareNode(a, rows, n, int64(i), &level[i])
		}
		if last := len(level) - 1; last%2 == 0 {
			made[n], stored[n] = level[last], have[last]
		}
		above := make([]evidence.Hash, len(level)/2)
		for i := range above {
			above[i] = tlog.NodeHash(level[2*i], level[2*i+1])
			if other := tlog.NodeHash(have[2*i], have[2*i+1]); other == rows[nodeKey{n + 1, int64(i)}] {
				above[i] = other
			}
		}
		level = above
	}
	for key := range rows {
		a.flaw(5, "node_extra", -1, "", nil, fmt.Sprintf("%d/%d", key.level, key.index))
	}
	return made, stored, nil
}

type nodeKey struct {
	level int
	index int64
}

// compareNode compares one node and returns the stored one; one that could not be
// made is believed.
func (l *auditLog) compareNode(a *auditor, rows map[nodeKey]evidence.Hash, level int, index int64, made *evidence.Hash) evidence.Hash {
	key := nodeKey{level, index}
	have, there := rows[key]
	delete(rows, key)
	first := index << level
	if *made == (evidence.Hash{}) {
		*made = have
	}
	switch {
	case !there:
		a.flaw(5, "node_missing", first, "", *made, level)
		have = *made
	case have != *made:
		a.flaw(5, "node_differs", first, "", *made, have)
	}
	return have
}

func (l *auditLog) readNodes(ctx context.Context, a *auditor) (map[nodeKey]evidence.Hash, error) {
	rows := make(map[nodeKey]evidence.Hash)
	return rows, db.Each(ctx, a.r, func(r *sql.Rows) error {
		var key nodeKey
		var hash []byte
		err := r.Scan(&key.level, &key.index, &hash)
		var h evidence.Hash
		copy(h[:], hash)
		rows[key] = h
		return err
	}, "SELECT level, idx, hash FROM ledger_node WHERE community_id = ?", a.community[:])
}

// rootOf folds the edge and the leaves of the last stretch.
func rootOf(edge edgeNodes, leaves []evidence.Leaf) evidence.Hash {
	var subtrees []evidence.Hash // the largest first
	for n := 62; n >= 8; n-- {
		if h, there := edge[n]; there {
			subtrees = append(subtrees, h)
		}
	}
	for n := stretch / 2; n > 0; n /= 2 {
		if len(leaves)&n != 0 {
			subtrees = append(subtrees, perfect(leaves[:n]))
			leaves = leaves[n:]
		}
	}
	if len(subtrees) == 0 {
		return sha256.Sum256(nil)
	}
	h := subtrees[len(subtrees)-1]
	for i := len(subtrees) - 2; i >= 0; i-- {
		h = tlog.NodeHash(subtrees[i], h)
	}
	return h
}

// perfect is the root over a power of two of leaves.
func perfect(leaves []evidence.Leaf) evidence.Hash {
	if n := len(leaves); n > 1 {
		return tlog.NodeHash(perfect(leaves[:n/2]), perfect(leaves[n/2:]))
	}
	return evidence.LeafHash(leaves[0])
}
