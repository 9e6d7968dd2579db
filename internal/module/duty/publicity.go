package duty

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Said is what a public notice says of a breach 公示.
type Said string

// What notices say.
const (
	SaidFound   Said = "found"   // decided; an appeal may come
	SaidStands  Said = "stands"  // an appeal did not change it
	SaidReduced Said = "reduced" // corrected: something milder holds
	SaidLifted  Said = "lifted"  // corrected: nothing of it holds
)

// Correction reports whether a notice puts an earlier one right: it stands in the same
// place, as large and as long.
func (s Said) Correction() bool { return s == SaidReduced || s == SaidLifted }

// Notice is one public notice.
type Notice struct {
	Breach id.ID
	Number int // of the step that it tells of
	Said   Said
	Words  string
	From   time.Time
	Until  time.Time // stands in front until then; afterwards in the list of a year
}

// InFront reports whether a notice still stands in front.
func (n *Notice) InFront(now time.Time) bool { return now.Before(n.Until) }

// tell makes public what a step decided. A finding nobody appealed against is public
// already.
func (s *Service) tell(ctx context.Context, tx *db.Tx, b *Breach, step *Step, rules Rules) error {
	n := Notice{Breach: b.ID, Number: step.Number, Words: step.Wording, From: tx.Now, Until: Deadline(tx.Now, rules.AppealDays, rules.Zone)}
	switch step.State {
	case Found:
		n.Said = SaidFound
	case Reduced:
		n.Said = SaidReduced
	case Lifted:
		n.Said = SaidLifted
	case Stands:
		if n.Said = SaidStands; step.Wording == "" {
			return nil
		}
	default:
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO duty_notice (community_id, breach_id, number, kind, words, shown_from, shown_until) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], n.Number, string(n.Said), n.Words, n.From.UnixMicro(), n.Until.UnixMicro())
	return err
}

// Notices lists what was said in public since an instant, the latest first.
func (s *Service) Notices(ctx context.Context, r db.Reader, community id.ID, since time.Time) (all []Notice, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Notice
		var from, until int64
		err := rows.Scan(&n.Breach, &n.Number, &n.Said, &n.Words, &from, &until)
		n.From, n.Until = micros(from), micros(until)
		all = append(all, n)
		return err
	}, "SELECT breach_id, number, kind, words, shown_from, shown_until FROM duty_notice WHERE community_id = ? AND shown_from >= ? ORDER BY shown_from DESC, breach_id, number DESC",
		community[:], stamp(since))
	return all, err
}

// Side is who gave a piece of evidence.
type Side string

// The sides.
const (
	Against Side = "against" // with the breach
	For     Side = "for"     // from the shop
)

// EvidenceKind is what a piece of evidence is.
type EvidenceKind string

// The kinds of evidence.
const (
	Text  EvidenceKind = "text"
	Entry EvidenceKind = "entry" // of the books
	Photo EvidenceKind = "photo"
)

// Evidence is what speaks for or against a shop.
type Evidence struct {
	ID     id.ID
	Breach id.ID
	Side   Side
	Kind   EvidenceKind
	Words  string
	Seq    int64 // of Entry
	File   id.ID // of Photo, an attachment
	At     time.Time
	By     id.ID
}

// evidenceMost is how many pieces one side gives.
const evidenceMost = 20

// Show adds a piece of evidence to a breach of tx's community that still waits.
func (s *Service) Show(ctx context.Context, tx *db.Tx, e Evidence) (_ *Evidence, err error) {
	defer fault.Wrap(&err, "duty: show evidence")
	b, err := s.BreachByID(ctx, tx, tx.Community, e.Breach)
	if err != nil {
		return nil, err
	}
	there, err := s.EvidenceOf(ctx, tx, tx.Community, e.Breach)
	if err != nil {
		return nil, err
	}
	mine := 0
	for i := range there {
		if there[i].Side == e.Side {
			mine++
		}
	}
	switch {
	case b.State().AtRest():
		return nil, ErrClosed
	case e.Kind == Text && !words(e.Words, 2, 1000, true), e.Kind != Text && !words(e.Words, 0, 200, true),
		e.Kind == Entry && e.Seq < 0, e.Kind == Photo && e.File.IsZero(), e.Kind != Text && e.Kind != Entry && e.Kind != Photo, mine >= evidenceMost:
		return nil, ErrBadEvidence.On("evidence").With("most", evidenceMost)
	}
	e.ID, e.At, e.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, "INSERT INTO duty_evidence (community_id, breach_id, id, side, kind, words, seq, file_id, given_at, given_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], e.Breach[:], e.ID[:], string(e.Side), string(e.Kind), e.Words, e.Seq, e.File, tx.Now.UnixMicro(), tx.Actor.ID)
	return &e, err
}

// EvidenceOf lists what was shown of a breach, in order.
func (s *Service) EvidenceOf(ctx context.Context, r db.Reader, community, breach id.ID) (all []Evidence, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var e Evidence
		var at int64
		err := rows.Scan(&e.Breach, &e.ID, &e.Side, &e.Kind, &e.Words, &e.Seq, &e.File, &at, &e.By)
		e.At = micros(at)
		all = append(all, e)
		return err
	}, "SELECT breach_id, id, side, kind, words, seq, file_id, given_at, given_by FROM duty_evidence WHERE community_id = ? AND breach_id = ? ORDER BY given_at, id",
		community[:], breach[:])
	return all, err
}
