package db

import (
	"context"

	"gongyi/internal/kernel/id"
)

// Memory is what a community's writer remembers between closures: hot balances,
// rows that every purchase reads, and what the running batch has staged.
type Memory struct {
	community id.ID
	overlays  map[any]Overlay
	order     []Overlay // in the order of first use: they are flushed so
	marks     []int
}

func newMemory(community id.ID) *Memory {
	return &Memory{community: community, overlays: make(map[any]Overlay)}
}

// Overlay is a module's part of the memory. The writer marks it before each
// closure and reverts it to the mark if the closure refuses; before the commit it
// flushes what was staged, afterwards it says so.
type Overlay interface {
	// Mark says where the journal of changes stands.
	Mark() int
	// Revert undoes the changes made since the mark; Revert(0) those of the batch.
	Revert(mark int)
	// Flush writes what is staged, one statement a table.
	Flush(ctx context.Context, f *Flush) error
	// Committed forgets the journal: the batch is durable.
	Committed()
}

// OverlayOf is the overlay under a key in tx's community, made and loaded at its
// first use. Loading takes the time it takes: the closure's budget waits.
func OverlayOf[T Overlay](ctx context.Context, tx *Tx, key any, load func(ctx context.Context, tx *Tx) (T, error)) (T, error) {
	if o, ok := tx.memory.overlays[key]; ok {
		return o.(T), nil
	}
	o, err := remembering(ctx, tx, load)
	if err != nil {
		return o, err
	}
	tx.memory.overlays[key] = o
	tx.memory.order = append(tx.memory.order, o)
	tx.memory.marks = append(tx.memory.marks, o.Mark())
	return o, nil
}

// remembering runs a load; the closure's time waits meanwhile, for the next one
// will find what was loaded.
func remembering[T any](ctx context.Context, tx *Tx, load func(ctx context.Context, tx *Tx) (T, error)) (T, error) {
	if tx.loading { // a load inside of a load
		return load(ctx, tx)
	}
	began := tx.elapsed()
	tx.loading = true
	v, err := load(ctx, tx)
	tx.loading = false
	tx.allowed += tx.elapsed() - began
	return v, err
}

func (m *Memory) mark() {
	for i, o := range m.order {
		m.marks[i] = o.Mark()
	}
}

func (m *Memory) revert() {
	for i, o := range m.order {
		o.Revert(m.marks[i])
	}
}

func (m *Memory) revertBatch() {
	for _, o := range m.order {
		o.Revert(0)
	}
}

func (m *Memory) flush(ctx context.Context, f *Flush) error {
	for _, o := range m.order {
		if err := o.Flush(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (m *Memory) committed() {
	for _, o := range m.order {
		o.Committed()
	}
}

// Memo remembers rows by key in the memory of a community's writer, so that the
// hot path reads no table. Every write of such a row goes through the same
// writer, which is what keeps a memo true: whoever changes the row calls Put.
type Memo[K comparable, V any] struct {
	load  func(ctx context.Context, tx *Tx, key K) (V, error)
	write func(community id.ID, keys []K, values []V) *Bulk // nil: whoever calls Put has written the row
	max   int
}

// NewMemo makes a memo that reads a missing row with load. It keeps up to max
// rows for each community and starts afresh when they are exceeded.
func NewMemo[K comparable, V any](max int, load func(ctx context.Context, tx *Tx, key K) (V, error)) *Memo[K, V] {
	return &Memo[K, V]{load: load, max: max}
}

// WriteBehind makes Put enough: the rows that a batch has put are written when it
// is flushed, with one statement. It is for rows that the hot path changes.
func (m *Memo[K, V]) WriteBehind(write func(community id.ID, keys []K, values []V) *Bulk) *Memo[K, V] {
	m.write = write
	return m
}

// Get is the row under key as tx sees it.
func (m *Memo[K, V]) Get(ctx context.Context, tx *Tx, key K) (V, error) {
	rows, err := m.rows(ctx, tx)
	if err != nil {
		var zero V
		return zero, err
	}
	if v, ok := rows.kept[key]; ok {
		return v, nil
	}
	v, err := remembering(ctx, tx, func(ctx context.Context, tx *Tx) (V, error) { return m.load(ctx, tx, key) })
	if err != nil {
		return v, err
	}
	if tx.batch.dirty { // it may have read what a rollback takes back
		rows.note(key, false)
	}
	if len(rows.kept) >= m.max && len(rows.journal) == 0 {
		clear(rows.kept)
	}
	rows.kept[key] = v
	return v, nil
}

// Put says that v is under key from now on: tx has written it, or, in a memo
// that writes behind, the batch will.
func (m *Memo[K, V]) Put(ctx context.Context, tx *Tx, key K, v V) error {
	rows, err := m.rows(ctx, tx)
	if err != nil {
		return err
	}
	rows.note(key, true)
	rows.kept[key] = v
	return nil
}

func (m *Memo[K, V]) rows(ctx context.Context, tx *Tx) (*memoRows[K, V], error) {
	return OverlayOf(ctx, tx, m, func(context.Context, *Tx) (*memoRows[K, V], error) {
		return &memoRows[K, V]{memo: m, community: tx.Community, kept: make(map[K]V)}, nil
	})
}

// memoRows is one community's part of a memo, with a journal to revert by.
type memoRows[K comparable, V any] struct {
	memo      *Memo[K, V]
	community id.ID
	kept      map[K]V
	journal   []memoChange[K, V]
}

type memoChange[K comparable, V any] struct {
	key  K
	old  V
	held bool
	put  bool // else it was only read
}

func (r *memoRows[K, V]) note(key K, put bool) {
	old, held := r.kept[key]
	r.journal = append(r.journal, memoChange[K, V]{key, old, held, put})
}

// Mark implements Overlay.
func (r *memoRows[K, V]) Mark() int { return len(r.journal) }

// Revert implements Overlay.
func (r *memoRows[K, V]) Revert(mark int) {
	for i := len(r.journal) - 1; i >= mark; i-- {
		if c := r.journal[i]; c.held {
			r.kept[c.key] = c.old
		} else {
			delete(r.kept, c.key)
		}
	}
	clear(r.journal[mark:])
	r.journal = r.journal[:mark]
}

// Flush implements Overlay: it writes what was put, each row once, if the memo
// writes behind.
func (r *memoRows[K, V]) Flush(_ context.Context, f *Flush) error {
	if r.memo.write == nil || len(r.journal) == 0 {
		return nil
	}
	var keys []K
	var values []V
	seen := make(map[K]bool, len(r.journal))
	for _, c := range r.journal {
		if c.put && !seen[c.key] {
			seen[c.key] = true
			keys, values = append(keys, c.key), append(values, r.kept[c.key])
		}
	}
	if len(keys) > 0 {
		f.Insert(r.memo.write(r.community, keys, values))
	}
	return nil
}

// Committed implements Overlay.
func (r *memoRows[K, V]) Committed() {
	clear(r.journal)
	r.journal = r.journal[:0]
}
