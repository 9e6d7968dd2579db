package ledger

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/platform/db"
)

// sideRecords are the ledger's records beside the entries: holds and what became
// of them, reversals. An entry of theirs has no facts to be replayed from; its
// legs follow from its kind and the record (invariant 7).
type sideRecords struct {
	holds    map[id.ID]*auditHold
	placed   map[int64]*auditHold // by the entry that placed it
	reverses map[int64]int64      // reversal → reversed
	met      map[int64]bool       // reversals whose entry was met
}

type auditHold struct {
	id                  id.ID
	seq, source         int64
	asset               money.Asset
	amount              money.Amount
	expires             time.Time
	endSeq              int64 // −1 while it is open
	how                 string
	wasPlaced, wasEnded bool
}

func (d *sideRecords) load(ctx context.Context, a *auditor) error {
	d.holds, d.placed = make(map[id.ID]*auditHold), make(map[int64]*auditHold)
	d.reverses, d.met = make(map[int64]int64), make(map[int64]bool)
	err := db.Each(ctx, a.r, func(rows *sql.Rows) error {
		h := &auditHold{endSeq: -1}
		var expires int64
		err := rows.Scan(&h.id, &h.seq, &h.source, &h.asset, &h.amount, &expires)
		h.expires = time.UnixMicro(expires).UTC()
		d.holds[h.id], d.placed[h.seq] = h, h
		return err
	}, "SELECT id, seq, source_no, asset, amount, expires_at FROM ledger_hold WHERE community_id = ?", a.community[:])
	if err != nil {
		return err
	}
	err = db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var hold id.ID
		var seq int64
		var how string
		if err := rows.Scan(&hold, &seq, &how); err != nil {
			return err
		}
		if h := d.holds[hold]; h == nil {
			a.flaw(0, "end_of_no_hold", seq, escrowOf(hold), nil, how)
		} else {
			h.endSeq, h.how = seq, how
		}
		return nil
	}, "SELECT hold_id, seq, how FROM ledger_hold_end WHERE community_id = ?", a.community[:])
	if err != nil {
		return err
	}
	return db.Each(ctx, a.r, func(rows *sql.Rows) error {
		var seq, by int64
		err := rows.Scan(&seq, &by)
		if other, twice := d.reverses[by]; twice {
			a.flaw(0, "reversal_of_two", by, "", other, seq)
		}
		d.reverses[by] = seq
		return err
	}, "SELECT seq, by_seq FROM ledger_reversal WHERE community_id = ?", a.community[:])
}

func escrowOf(hold id.ID) string { return party.Owner{Kind: party.Hold, ID: hold}.String() + "/escrow" }

// add checks an entry of the ledger's own kinds against its record.
func (d *sideRecords) add(a *auditor, e *auditEntry) {
	switch e.Kind {
	case HoldPlaced:
		d.placedBy(a, e)
	case HoldSpent, HoldEnded:
		d.movedBy(a, e)
	case Reversal:
		d.reversedBy(a, e)
	case Record:
		if len(e.Legs) > 0 {
			a.flaw(7, "record_moves_value", e.Seq, "", 0, len(e.Legs))
		}
	}
}

func (d *sideRecords) placedBy(a *auditor, e *auditEntry) {
	h := d.placed[e.Seq]
	if h == nil {
		a.flaw(0, "hold_missing", e.Seq, "", nil, legText(e.Legs, 0))
		return
	}
	h.wasPlaced = true
	source := a.books.slot(h.source)
	if source == nil || source.account.Asset != h.asset {
		a.flaw(0, "hold_differs", e.Seq, escrowOf(h.id), legText(e.Legs, 0), h.source)
		return
	}
	want := Leg{RuleHold, source.account, Hold{ID: h.id, Source: source.account}.Escrow(), h.amount}
	d.expectLegs(a, e, want)
}

// movedBy: what is spent or given back comes from a hold that was placed before
// and is not yet over.
func (d *sideRecords) movedBy(a *auditor, e *auditEntry) {
	if len(e.Legs) != 1 || d.holds[e.Legs[0].From.Owner.ID] == nil {
		a.flaw(7, "hold_missing", e.Seq, "", nil, legText(e.Legs, 0))
		return
	}
	h, leg := d.holds[e.Legs[0].From.Owner.ID], e.Legs[0]
	source := a.books.slot(h.source)
	if source == nil {
		return // said when it was placed
	}
	escrow := Hold{ID: h.id, Source: source.account}.Escrow()
	left := a.Balance(escrow) // after this entry
	if !h.wasPlaced || h.wasEnded {
		a.flaw(7, "hold_not_open", e.Seq, escrowOf(h.id), h.seq, h.how)
	}
	want := Leg{RuleSpend, escrow, leg.To, leg.Amount}
	if e.Kind == HoldEnded {
		want = Leg{RuleRelease, escrow, source.account, leg.Amount}
	} else if !e.PostedAt.Before(h.expires) {
		a.flaw(7, "hold_spent_late", e.Seq, escrowOf(h.id), h.expires, e.PostedAt)
	}
	d.expectLegs(a, e, want)
	if ends := left == 0; ends != (h.endSeq == e.Seq) || e.Kind == HoldEnded && !ends {
		a.flaw(0, "hold_end_differs", e.Seq, escrowOf(h.id), left.Decimal(h.asset), h.endSeq)
	}
	if h.endSeq == e.Seq {
		h.wasEnded = true
		if fits := h.how == "spent" && e.Kind == HoldSpent || (h.how == "released" || h.how == "expired") && e.Kind == HoldEnded; !fits {
			a.flaw(0, "hold_end_differs", e.Seq, escrowOf(h.id), e.Kind, h.how)
		}
	}
}

func (d *sideRecords) reversedBy(a *auditor, e *auditEntry) {
	d.met[e.Seq] = true
	if _, known := d.reverses[e.Seq]; !known {
		a.flaw(0, "reversal_missing", e.Seq, "", nil, nil)
		return
	}
	if e.original == nil {
		a.flaw(7, "reversal_of_nothing", e.Seq, "", d.reverses[e.Seq], nil)
		return
	}
	want := make([]Leg, 0, len(e.original.Legs))
	for _, l := range slices.Backward(e.original.Legs) {
		want = append(want, l.Reversed())
	}
	d.expectLegs(a, e, want...)
	if e.Subject != e.original.Subject {
		a.flaw(7, "subject_differs", e.Seq, "", e.original.Subject, e.Subject)
	}
}

func (d *sideRecords) expectLegs(a *auditor, e *auditEntry, want ...Leg) {
	for i := range max(len(want), len(e.Legs)) {
		if i >= len(want) || i >= len(e.Legs) || want[i] != e.Legs[i] {
			a.flaw(7, "legs_differ", e.Seq, "", legText(want, i), legText(e.Legs, i))
			return
		}
	}
}

// compare looks for records whose entry was not met.
func (d *sideRecords) compare(_ context.Context, a *auditor) error {
	for _, h := range d.holds {
		switch {
		case !h.wasPlaced && !a.books.lost[h.seq]:
			a.flaw(0, "hold_of_no_entry", h.seq, escrowOf(h.id), nil, nil)
		case h.endSeq >= 0 && !h.wasEnded && !a.books.lost[h.endSeq]:
			a.flaw(0, "hold_end_of_no_entry", h.endSeq, escrowOf(h.id), nil, h.how)
		}
	}
	for by := range d.reverses {
		if !d.met[by] && !a.books.lost[by] {
			a.flaw(0, "reversal_of_no_entry", by, "", nil, d.reverses[by])
		}
	}
	return nil
}
