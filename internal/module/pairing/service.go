package pairing

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Service is the door to agreements. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Propose proposes an agreement with another community; most are the limits that tx's
// community allows. The id is made with the form: the same form again proposes nothing more.
//
// Refusals: ErrNobody, ErrBadLimit, ErrBadMonth, ErrBadWords, ErrThere while one is
// proposed or in force.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, which, other id.ID, t, most Terms, words string) (p *Pairing, said Step, err error) {
	defer fault.Wrap(&err, "propose a pairing")
	if other.IsZero() || other == tx.Community {
		return nil, said, ErrNobody.On("other")
	}
	if err := t.validate(most); err != nil {
		return nil, said, err
	}
	if words, err = cleaned(Proposed, words); err != nil {
		return nil, said, err
	}
	all, err := s.All(ctx, tx, tx.Community)
	if err != nil {
		return nil, said, err
	}
	for _, o := range all {
		switch {
		case o.ID == which:
			return o, *o.said(Proposed), nil
		case o.Other == other && o.Live():
			return nil, said, ErrThere.On("other")
		}
	}
	p = &Pairing{ID: which, Other: other, Proposer: tx.Community, Terms: t}
	if err := insert(ctx, tx, p); err != nil {
		return nil, said, err
	}
	said, err = s.step(ctx, tx, p, Proposed, words)
	return p, said, err
}

// Say adds what tx's community says of an agreement; most are the limits that it allows,
// which accepting keeps to.
//
// Refusals: ErrNoWay, ErrBadWords, ErrNoReason, ErrBadLimit and ErrBadMonth where the
// terms are beyond what it allows, ErrThere where another one with the same is in force.
func (s *Service) Say(ctx context.Context, tx *db.Tx, p *Pairing, w What, words string, most Terms) (said Step, err error) {
	defer fault.Wrap(&err, "say of a pairing")
	if err := p.may(tx.Community, w); err != nil {
		return said, err
	}
	if words, err = cleaned(w, words); err != nil {
		return said, err
	}
	if w == Accepted {
		if err := p.Terms.validate(most); err != nil {
			return said, err
		}
		other, err := s.With(ctx, tx, tx.Community, p.Other)
		if err != nil {
			return said, err
		}
		if other != nil {
			return said, ErrThere
		}
	}
	return s.step(ctx, tx, p, w, words)
}

// Settle keeps one agreement in force with another community. Two communities have no
// transaction in common: each may accept what the other proposed at the same moment. Then the
// stricter one stays, and each community says of the other that it was replaced (Replaced),
// which holds whatever becomes of the one that stays.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, other id.ID) (replaced []*Pairing, err error) {
	defer fault.Wrap(&err, "settle pairings")
	all, err := find(ctx, tx, tx.Community, " AND p.other_id = ?", other[:])
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p *Pairing) bool { return !p.InForce() })
	slices.SortFunc(all, (*Pairing).before)
	for _, p := range all[min(1, len(all)):] {
		if _, err := s.step(ctx, tx, p, Replaced, ""); err != nil {
			return nil, err
		}
		replaced = append(replaced, p)
	}
	return replaced, nil
}

func (s *Service) step(ctx context.Context, tx *db.Tx, p *Pairing, w What, words string) (Step, error) {
	said := Step{What: w, Side: tx.Community, Words: words, At: tx.Now, By: tx.Actor.ID}
	p.Steps = append(p.Steps, said)
	_, err := insertStep(ctx, tx, p.ID, &said)
	return said, err
}

// Learn notes what the other side said. first is false for what was known.
func (s *Service) Learn(ctx context.Context, tx *db.Tx, n News) (p *Pairing, first bool, err error) {
	defer fault.Wrap(&err, "learn of a pairing")
	p = &Pairing{ID: n.Pairing, Other: n.From, Proposer: n.Proposer, Terms: n.Terms}
	if err := insert(ctx, tx, p); err != nil {
		return nil, false, err
	}
	if first, err = insertStep(ctx, tx, p.ID, &Step{What: n.What, Side: n.From, Words: n.Words, At: n.At}); err != nil {
		return nil, false, err
	}
	p, err = s.ByID(ctx, tx, tx.Community, n.Pairing)
	return p, first, err
}

// All are a community's agreements; that of which something was said last stands first.
func (s *Service) All(ctx context.Context, r db.Reader, community id.ID) (all []*Pairing, err error) {
	return find(ctx, r, community, "")
}

// ByID finds one.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, which id.ID) (*Pairing, error) {
	all, err := find(ctx, r, community, " AND p.id = ?", which[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// InForce are the agreements under which hours may cross now.
func (s *Service) InForce(ctx context.Context, r db.Reader, community id.ID) (some []*Pairing, err error) {
	all, err := s.All(ctx, r, community)
	for _, p := range all {
		if p.InForce() {
			some = append(some, p)
		}
	}
	return some, err
}

// With is the agreement in force with another community, nil if there is none.
func (s *Service) With(ctx context.Context, r db.Reader, community, other id.ID) (*Pairing, error) {
	all, err := find(ctx, r, community, " AND p.other_id = ?", other[:])
	for _, p := range all {
		if p.InForce() {
			return p, err
		}
	}
	return nil, err
}

// Partners are the communities with which an agreement was ever accepted.
func (s *Service) Partners(ctx context.Context, r db.Reader, community id.ID) (others []id.ID, err error) {
	err = db.All(ctx, r, &others, `SELECT DISTINCT p.other_id FROM pairing p JOIN pairing_step s ON s.community_id = p.community_id AND s.pairing_id = p.id
		WHERE p.community_id = ? AND s.what = ? ORDER BY p.other_id`, community[:], string(Accepted))
	return others, err
}

const pairings = `SELECT p.id, p.other_id, p.proposer_id, p.limit_coins, p.month_coins, s.what, s.side_id, s.words, s.step_at, s.step_by
	FROM pairing p JOIN pairing_step s ON s.community_id = p.community_id AND s.pairing_id = p.id WHERE p.community_id = ?`

// find reads agreements with their steps.
func find(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Pairing, err error) {
	by := make(map[id.ID]*Pairing)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Pairing
		var s Step
		var at int64
		if err := rows.Scan(&p.ID, &p.Other, &p.Proposer, &p.Limit, &p.Month, &s.What, &s.Side, &s.Words, &at, &s.By); err != nil {
			return err
		}
		s.At = time.UnixMicro(at).UTC()
		one := by[p.ID]
		if one == nil {
			one = &p
			by[p.ID], all = one, append(all, one)
		}
		one.Steps = append(one.Steps, s)
		return nil
	}, pairings+where+" ORDER BY s.step_at DESC, p.id, s.what", append([]any{community[:]}, args...)...)
	for _, p := range all {
		slices.Reverse(p.Steps)
	}
	return all, err
}

func insert(ctx context.Context, tx *db.Tx, p *Pairing) error {
	_, err := tx.Exec(ctx, `INSERT INTO pairing (community_id, id, other_id, proposer_id, limit_coins, month_coins) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, id) DO NOTHING`, tx.Community[:], p.ID[:], p.Other[:], p.Proposer[:], int64(p.Limit), int64(p.Month))
	return err
}

// insertStep is false for a step that was there.
func insertStep(ctx context.Context, tx *db.Tx, pairing id.ID, s *Step) (first bool, err error) {
	n, err := tx.Exec(ctx, `INSERT INTO pairing_step (community_id, pairing_id, what, side_id, words, step_at, step_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, pairing_id, what, side_id) DO NOTHING`, tx.Community[:], pairing[:], string(s.What), s.Side[:], s.Words, s.At.UnixMicro(), s.By[:])
	return n > 0, err
}
