package committee

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals of a hand-over, in the order in which they are checked.
var (
	ErrNoHandover = fault.New(fault.NotFound, "committee.no_handover")
	ErrNotHers    = fault.New(fault.Forbidden, "committee.not_her_handover")
	ErrWritten    = fault.New(fault.Conflict, "committee.handover_confirmed")
	ErrBadText    = fault.New(fault.Invalid, "committee.bad_text")
	ErrNotWritten = fault.New(fault.Conflict, "committee.handover_not_written")
)

// Side is a side of a hand-over.
type Side string

// The sides.
const (
	Outgoing Side = "out"
	Incoming Side = "in"
)

// Text is what one chair hands over to the next.
type Text struct {
	Matters string // what is open
	Notes   string
	Keys    string // keys, seals and passwords by name, never themselves
	At      time.Time
	By      id.ID
}

// Handover is the hand-over from one chair to the next. The chair goes round by the
// clock; the hand-over is late if both have not confirmed it by its time.
type Handover struct {
	ID       id.ID
	From, To id.ID // chair terms
	Opened   time.Time
	Due      time.Time
	Text     *Text     // nil: not written
	Given    time.Time // zero: the outgoing chair has not confirmed
	Taken    time.Time // zero: the incoming chair has not
}

// Done reports whether both have confirmed.
func (h *Handover) Done() bool { return !h.Given.IsZero() && !h.Taken.IsZero() }

// Late reports whether it should be done by now.
func (h *Handover) Late(now time.Time) bool { return !h.Done() && !now.Before(h.Due) }

// Write writes what is handed over; until somebody has confirmed it may be written
// anew. side is the writer's: the outgoing chair, or who stands in for one who is gone.
func (s *Service) Write(ctx context.Context, tx *db.Tx, handover id.ID, t Text) (_ *Handover, err error) {
	defer fault.Wrap(&err, "committee: write hand-over %s", handover)
	h, err := s.HandoverByID(ctx, tx, tx.Community, handover)
	switch {
	case err != nil:
		return nil, err
	case !h.Given.IsZero() || !h.Taken.IsZero():
		return h, ErrWritten
	case !legible(t.Matters, 1, 2000):
		return h, ErrBadText.On("matters")
	case !legible(t.Notes, 0, 2000):
		return h, ErrBadText.On("notes")
	case !legible(t.Keys, 0, 500):
		return h, ErrBadText.On("keys")
	}
	n := tx.NewID()
	t.At, t.By = tx.Now, tx.Actor.ID
	h.Text = &t
	_, err = tx.Exec(ctx, "INSERT INTO committee_handover_text (community_id, handover_id, id, matters, notes, keys, written_at, written_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], handover[:], n[:], t.Matters, t.Notes, t.Keys, tx.Now.UnixMicro(), tx.Actor.ID)
	return h, err
}

// Confirm confirms a written hand-over for a side, once.
func (s *Service) Confirm(ctx context.Context, tx *db.Tx, handover id.ID, side Side) (_ *Handover, err error) {
	defer fault.Wrap(&err, "committee: confirm hand-over %s", handover)
	h, err := s.HandoverByID(ctx, tx, tx.Community, handover)
	switch {
	case err != nil:
		return nil, err
	case h.Text == nil, side == Incoming && h.Given.IsZero():
		return h, ErrNotWritten
	case side == Outgoing && !h.Given.IsZero(), side == Incoming && !h.Taken.IsZero():
		return h, ErrWritten
	}
	if side == Outgoing {
		h.Given = tx.Now
	} else {
		h.Taken = tx.Now
	}
	_, err = tx.Exec(ctx, "INSERT INTO committee_handover_sign (community_id, handover_id, side, person_id, signed_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], handover[:], string(side), tx.Actor.ID, tx.Now.UnixMicro())
	return h, err
}

// Handovers lists the hand-overs of a community, the latest first.
func (s *Service) Handovers(ctx context.Context, r db.Reader, community id.ID) ([]*Handover, error) {
	return handovers(ctx, r, "", community[:])
}

// HandoverByID finds a hand-over.
func (s *Service) HandoverByID(ctx context.Context, r db.Reader, community, handover id.ID) (*Handover, error) {
	all, err := handovers(ctx, r, " AND h.id = ?", community[:], handover[:])
	if err == nil && len(all) == 0 {
		err = ErrNoHandover
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func handovers(ctx context.Context, r db.Reader, where string, args ...any) (all []*Handover, err error) {
	byID := make(map[id.ID]*Handover)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		h := &Handover{}
		var opened, due, given, taken int64
		if err := rows.Scan(&h.ID, &h.From, &h.To, &opened, &due, &given, &taken); err != nil {
			return err
		}
		h.Opened, h.Due, h.Given, h.Taken = micros(opened), micros(due), micros(given), micros(taken)
		all, byID[h.ID] = append(all, h), h
		return nil
	}, `SELECT h.id, h.from_chair, h.to_chair, h.opened_at, h.due_at, COALESCE(o.signed_at, 0), COALESCE(i.signed_at, 0) FROM committee_handover h
		LEFT JOIN committee_handover_sign o ON o.community_id = h.community_id AND o.handover_id = h.id AND o.side = 'out'
		LEFT JOIN committee_handover_sign i ON i.community_id = h.community_id AND i.handover_id = h.id AND i.side = 'in'
		WHERE h.community_id = ?`+where+" ORDER BY h.opened_at DESC, h.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var of id.ID
		var t Text
		var at int64
		if err := rows.Scan(&of, &t.Matters, &t.Notes, &t.Keys, &at, &t.By); err != nil {
			return err
		}
		t.At = micros(at)
		if h := byID[of]; h != nil { // later ones stand behind earlier ones
			h.Text = &t
		}
		return nil
	}, "SELECT handover_id, matters, notes, keys, written_at, written_by FROM committee_handover_text WHERE community_id = ? ORDER BY written_at, id", args[0])
	return all, err
}
