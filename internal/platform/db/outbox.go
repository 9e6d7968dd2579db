package db

import (
	"context"

	"gongyi/internal/kernel/id"
)

// Emit leaves a note that derived work is due: a notice, a copy to another
// community, a web hook. The note commits with the closure and is delivered at
// least once afterwards; money and primary state never travel this way.
// payload must be text that the kind's worker understands, usually JSON.
func (tx *Tx) Emit(ctx context.Context, kind, payload string) error {
	o, err := OverlayOf(ctx, tx, outboxKey{}, func(context.Context, *Tx) (*outbox, error) { return &outbox{}, nil })
	if err != nil {
		return err
	}
	o.notes = append(o.notes, note{tx.Community, tx.NewID(), kind, payload, tx.Now.UnixMicro()})
	return nil
}

// outbox stages notes until the batch is flushed.
type outbox struct{ notes []note }

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
func (o *outbox) Committed() { o.notes = o.notes[:0] }

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
}

// Waiting lists the oldest notes of a community.
func Waiting(ctx context.Context, r Reader, community id.ID, limit int) ([]Note, error) {
	var notes []Note
	err := All(ctx, r, &notes, "SELECT id, kind, payload FROM outbox WHERE community_id = ? ORDER BY id LIMIT ?", community[:], limit)
	return notes, err
}

// Delivered takes a note off the outbox.
func Delivered(ctx context.Context, tx *Tx, note id.ID) error {
	_, err := tx.Exec(ctx, "DELETE FROM outbox WHERE community_id = ? AND id = ?", tx.Community[:], note[:])
	return err
}
