package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ErrReversed refuses to undo an entry twice.
var ErrReversed = fault.New(fault.Conflict, "ledger.already_reversed")

// Reverse posts the exact inverse of an entry under its rules' reversals. The
// entry stays; a purchase is undone by its refund instead, which knows the
// exceptions (D3). The posting's key, content, day and facts are the caller's.
func (s *Service) Reverse(ctx context.Context, tx *db.Tx, seq int64, p Posting) (posted Posted, err error) {
	defer fault.Wrap(&err, "ledger: reverse entry %d", seq)
	if found, ok, err := s.Find(ctx, tx, p.Key, p.Content); ok || err != nil {
		return found, err
	}
	if posted, err = s.reverse(ctx, tx, seq, p); err != nil {
		return s.Recall(ctx, tx, p.Key, p.Content, err)
	}
	return posted, nil
}

func (s *Service) reverse(ctx context.Context, tx *db.Tx, seq int64, p Posting) (posted Posted, err error) {
	var by int64
	switch err := db.One(ctx, tx, &by, "SELECT by_seq FROM ledger_reversal WHERE community_id = ? AND seq = ?", tx.Community[:], seq); {
	case err == nil:
		return Posted{}, ErrReversed.With("by", by)
	case !errors.Is(err, sql.ErrNoRows):
		return Posted{}, err
	}
	e, err := s.Posted(ctx, tx, seq)
	if err != nil {
		return Posted{}, err
	}
	p.Kind, p.Subject, p.Legs = Reversal, e.Subject, make([]Leg, len(e.Legs))
	for i, l := range e.Legs {
		p.Legs[len(e.Legs)-1-i] = l.Reversed()
	}
	if posted, err = s.Post(ctx, tx, p); err != nil || posted.Replayed {
		return posted, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO ledger_reversal (community_id, seq, by_seq) VALUES (?, ?, ?)", tx.Community[:], seq, posted.Seq)
	return posted, err
}

// Posted reads an entry inside a transaction: one that the running batch has
// staged, or one in the table.
func (s *Service) Posted(ctx context.Context, tx *db.Tx, seq int64) (*Entry, error) {
	b, err := s.book(ctx, tx)
	if err != nil {
		return nil, err
	}
	if first := b.next - int64(b.staged.size()); seq >= first {
		return b.stagedEntry(int(seq - first))
	}
	return s.Entry(ctx, tx, tx.Community, seq)
}

// stagedEntry is the i-th entry of the running batch.
func (b *book) stagedEntry(i int) (*Entry, error) {
	st := &b.staged
	if i >= st.size() {
		return nil, ErrNoEntry
	}
	var raw rawBody
	if err := decodeBody(st.bodies[st.bodyStart(i):st.ends[i]], st.seq[i], &raw); err != nil {
		return nil, err
	}
	names := &accountNames{byNo: make([]Account, len(b.numbered))}
	for _, t := range raw.touches {
		names.byNo[t.no] = b.numbered[t.no].account
	}
	e := &Entry{Community: b.community, Seq: st.seq[i], PostedAt: time.UnixMicro(st.postedAt[i]).UTC(), BookedOn: period.Day(st.bookedOn[i]),
		Kind: Kind(st.kind[i]), Key: st.keys[i], Content: st.content[i], Leaf: st.leaf[i]}
	return e, names.resolve(e, &raw)
}
