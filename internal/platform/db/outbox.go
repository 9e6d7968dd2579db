package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
)

// Emit leaves a note that derived work is due: a notice, a copy to another
// community, a web hook. The note commits with the closure and is delivered at
// least once afterwards; money and primary state never travel this way.
// payload must be text that the kind's worker understands, usually JSON.
func (tx *Tx) Emit(ctx context.Context, kind, payload string) error {
	o, err := OverlayOf(ctx, tx, outboxKey{}, func(context.Context, *Tx) (*outbox, error) {
		return &outbox{db: tx.batch.lane.db}, nil
	})
	if err != nil {
		return err
	}
	o.notes = append(o.notes, note{tx.Community, tx.NewID(), kind, payload, tx.Now.UnixMicro()})
	return nil
}

// OnEmitted sets who hears, after the commit, that a community's outbox grew; nil
// ends it. fn runs in the writer's goroutine and must not wait for anything.
func (d *DB) OnEmitted(fn func(community id.ID)) {
	if fn == nil {
		d.emitted.Store(nil)
		return
	}
	d.emitted.Store(&fn)
}

// outbox stages notes until the batch is flushed.
type outbox struct {
	db    *DB
	notes []note
}

type outboxKey struct{}

type note struct {
	community id.ID
	id        id.ID
	kind      string
	payload   string
	at        int64
}

// Mark implements Overlay.
func (o *outbox) Mark() int { return len(o.notes) }

// Revert implements Overlay.
func (o *outbox) Revert(mark int) { o.notes = o.notes[:mark] }

// Committed implements Overlay.
func (o *outbox) Committed() {
	if len(o.notes) == 0 {
		return
	}
	community := o.notes[0].community // a memory belongs to one community
	o.notes = o.notes[:0]
	if fn := o.db.emitted.Load(); fn != nil {
		(*fn)(community)
	}
}

// Flush implements Overlay.
func (o *outbox) Flush(_ context.Context, f *Flush) error {
	n := len(o.notes)
	if n == 0 {
		return nil
	}
	communities, ids := make([][]byte, n), make([][]byte, n)
	kinds, payloads, at := make([]string, n), make([]string, n), make([]int64, n)
	for i := range o.notes {
		x := &o.notes[i]
		communities[i], ids[i], kinds[i], payloads[i], at[i] = x.community[:], x.id[:], x.kind, x.payload, x.at
	}
	f.Insert(&Bulk{Table: "outbox", Conflict: "ON CONFLICT (community_id, id) DO NOTHING", Columns: []Column{
		{Name: "community_id", Bytes: communities}, {Name: "id", Bytes: ids},
		{Name: "kind", Texts: kinds}, {Name: "payload", Texts: payloads}, {Name: "created_at", Ints: at},
	}})
	return nil
}

// Note is work that waits in the outbox.
type Note struct {
	ID      id.ID  `db:"id"`
	Kind    string `db:"kind"`
	Payload string `db:"payload"`
	At      int64  `db:"created_at"` // when it was left, in microseconds
}

const noteColumns = "id, kind, payload, created_at"

// Waiting lists the oldest notes of a community.
func Waiting(ctx context.Context, r Reader, community id.ID, limit int) ([]Note, error) {
	return WaitingAfter(ctx, r, community, id.ID{}, limit)
}

// WaitingAfter lists the notes behind one, oldest first. Notes of one millisecond
// have no order among them.
func WaitingAfter(ctx context.Context, r Reader, community, after id.ID, limit int) ([]Note, error) {
	var notes []Note
	err := All(ctx, r, &notes, "SELECT "+noteColumns+" FROM outbox WHERE community_id = ? AND id > ? ORDER BY id LIMIT ?", community[:], after[:], limit)
	return notes, err
}

// FindNote is a note that may have been delivered already.
func FindNote(ctx context.Context, r Reader, community, note id.ID) (n Note, found bool, err error) {
	err = One(ctx, r, &n, "SELECT "+noteColumns+" FROM outbox WHERE community_id = ? AND id = ?", community[:], note[:])
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, false, nil
	}
	return n, err == nil, err
}

// Delivered takes notes off the outbox.
func Delivered(ctx context.Context, tx *Tx, notes ...id.ID) error {
	for some := range slices.Chunk(notes, 64) { // few lengths, so few statements
		args := []any{tx.Community[:]}
		for i := range some {
			args = append(args, some[i][:])
		}
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(some)), ", ")
		if _, err := tx.Exec(ctx, "DELETE FROM outbox WHERE community_id = ? AND id IN ("+marks+")", args...); err != nil {
			return err
		}
	}
	return nil
}
