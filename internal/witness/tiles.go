package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"strconv"
)

type hash [sha256.Size]byte

func leafHash(leaf []byte) hash { return sha256.Sum256(append([]byte{0}, leaf...)) }

func nodeHash(l, r hash) hash { return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...)) }

// tree hashes all entries again, from the first to the last.
type tree struct {
	tiles fs.FS
	rows  [][]hash // of each tile level: the hashes of its unfinished tile
	done  []int64  // and how many tiles are finished
	edge  []hash   // the whole subtrees of what was read, the largest first
}

// walk reads the whole log from its entries up. It compares every tile with what
// the entries make of it, the entry at index with leaf, and the root at the size
// of each head with that head: one log stands behind all of them.
func walk(tiles fs.FS, size, index int64, leaf hash, heads []Head) error {
	t := tree{tiles: tiles}
	var entries [][]byte
	for n := int64(0); ; n++ {
		for _, h := range heads {
			if h.Size > size {
				return fmt.Errorf("%d entries were signed, but only %d are published", h.Size, size)
			}
			if h.Size == n && h.Root != t.root() {
				return fmt.Errorf("the tiles do not make the root that was signed for %d entries", n)
			}
		}
		if n == size {
			return t.finish()
		}
		if n%256 == 0 {
			name := path("entries", n/256, int(min(256, size-n)))
			b, err := fs.ReadFile(tiles, name)
			if err != nil {
				return err
			}
			if entries = bundle(b); int64(len(entries)) != min(256, size-n) {
				return fmt.Errorf("%s is not whole", name)
			}
		}
		if entry := entries[n%256]; n == index && !bytes.Equal(entry, leaf[:]) {
			return fmt.Errorf("the published entry %d is not the receipt's", n)
		}
		h := leafHash(entries[n%256])
		if err := t.add(0, h); err != nil {
			return err
		}
		for m := n; m&1 == 1; m >>= 1 { // two equal subtrees make one
			h = nodeHash(t.edge[len(t.edge)-1], h)
			t.edge = t.edge[:len(t.edge)-1]
		}
		t.edge = append(t.edge, h)
	}
}

// root folds the edge, the smallest subtree first.
func (t *tree) root() hash {
	if len(t.edge) == 0 {
		return sha256.Sum256(nil)
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = nodeHash(t.edge[i], h)
	}
	return h
}

// add puts a hash into its level's tile; a tile that is full is compared and
// stands as one hash in the level above.
func (t *tree) add(level int, h hash) error {
	if level == len(t.rows) {
		t.rows, t.done = append(t.rows, nil), append(t.done, 0)
	}
	t.rows[level] = append(t.rows[level], h)
	if len(t.rows[level]) < 256 {
		return nil
	}
	if err := t.compare(level); err != nil {
		return err
	}
	row := t.rows[level]
	for n := len(row) / 2; n > 0; n /= 2 {
		for i := range n {
			row[i] = nodeHash(row[2*i], row[2*i+1])
		}
	}
	t.rows[level], t.done[level] = nil, t.done[level]+1
	return t.add(level+1, row[0])
}

// finish compares the tiles that are not full.
func (t *tree) finish() error {
	for level := range t.rows {
		if err := t.compare(level); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) compare(level int) error {
	if len(t.rows[level]) == 0 {
		return nil
	}
	name := path(strconv.Itoa(level), t.done[level], len(t.rows[level]))
	b, err := fs.ReadFile(t.tiles, name)
	if err != nil {
		return err
	}
	var want []byte
	for _, h := range t.rows[level] {
		want = append(want, h[:]...)
	}
	if !bytes.Equal(b, want) {
		return fmt.Errorf("%s is not what the entries make", name)
	}
	return nil
}

// bundle splits a file of entries, each after its length in two bytes.
func bundle(b []byte) (all [][]byte) {
	for len(b) >= 2 {
		n := 2 + int(binary.BigEndian.Uint16(b))
		if n > len(b) {
			return nil
		}
		all, b = append(all, b[2:n]), b[n:]
	}
	if len(b) > 0 {
		return nil
	}
	return all
}

// path is a tile's name: "tile/0/x001/234.p/5".
func path(level string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name = fmt.Sprintf("%s.p/%d", name, width)
	}
	return "tile/" + level + "/" + name
}
