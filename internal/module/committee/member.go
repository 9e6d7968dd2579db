package committee

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Body reads who sits in a community's committee, and sat.
func (s *Service) Body(ctx context.Context, r db.Reader, community id.ID) (*Body, error) {
	b := &Body{}
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		m := &Member{}
		var from, until, ended int64
		if err := rows.Scan(&m.ID, &m.Person, &m.Merchant, &m.Turn, &from, &until, &m.Reason, &ended); err != nil {
			return err
		}
		m.From, m.Until, m.Ended = micros(from), micros(until), micros(ended)
		b.Members = append(b.Members, m)
		return nil
	}, `SELECT m.id, m.person_id, m.merchant_id, m.turn, m.sits_from, m.sits_until, m.reason, COALESCE(e.ended_at, 0)
		FROM committee_member m LEFT JOIN committee_member_end e ON e.community_id = m.community_id AND e.member_id = m.id
		WHERE m.community_id = ? ORDER BY m.turn, m.sits_from`, community[:])
	if err != nil {
		return nil, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Chair
		var from, until int64
		err := rows.Scan(&c.ID, &c.Member, &from, &until)
		c.From, c.Until = micros(from), micros(until)
		b.Chairs = append(b.Chairs, c)
		return err
	}, "SELECT id, member_id, chairs_from, chairs_until FROM committee_chair WHERE community_id = ? ORDER BY number", community[:])
	if err != nil {
		return nil, err
	}
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var a Absence
		var from, until int64
		err := rows.Scan(&a.ID, &a.Member, &from, &until, &a.Reason)
		a.From, a.Until = micros(from), micros(until)
		b.Absences = append(b.Absences, a)
		return err
	}, "SELECT id, member_id, away_from, away_until, reason FROM committee_absence WHERE community_id = ? ORDER BY away_from, id", community[:])
	return b, err
}

// Seat gives somebody a seat in the committee of tx's community from now on. Nobody and
// no shop has two. Her turn comes behind everybody else's.
func (s *Service) Seat(ctx context.Context, tx *db.Tx, m Member) (_ *Member, err error) {
	defer fault.Wrap(&err, "committee: seat %s", m.Person)
	b, err := s.Body(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	if m.From = tx.Now; !m.Until.After(m.From) {
		return nil, ErrBadTerm.On("until")
	}
	if err := reasoned(m.Reason); err != nil {
		return nil, err
	}
	m.Turn = 1
	for _, x := range b.Members {
		m.Turn = max(m.Turn, x.Turn+1)
		switch {
		case !x.Sits(tx.Now):
		case x.Person == m.Person:
			return x, ErrSits.On("person")
		case !m.Merchant.IsZero() && x.Merchant == m.Merchant:
			return x, ErrShopSits.On("shop")
		}
	}
	m.ID, m.Ended = tx.NewID(), time.Time{}
	_, err = tx.Exec(ctx, `INSERT INTO committee_member (community_id, id, person_id, merchant_id, turn, sits_from, sits_until, reason, noted_at, noted_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], m.ID[:], m.Person[:], m.Merchant, m.Turn, m.From.UnixMicro(), m.Until.UnixMicro(), m.Reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return &m, err
}

// Unseat ends a seat in the committee of tx's community.
func (s *Service) Unseat(ctx context.Context, tx *db.Tx, member id.ID, reason string) (_ *Member, err error) {
	defer fault.Wrap(&err, "committee: unseat %s", member)
	b, err := s.Body(ctx, tx, tx.Community)
	if err != nil {
		return nil, err
	}
	m := b.Member(member)
	switch {
	case m == nil:
		return nil, ErrNoMember
	case !m.Sits(tx.Now):
		return m, ErrMemberOver
	}
	if err := reasoned(reason); err != nil {
		return m, err
	}
	m.Ended = tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO committee_member_end (community_id, member_id, reason, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], member[:], reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return m, err
}

// Away notes that a member of tx's community will not be there for a time.
func (s *Service) Away(ctx context.Context, tx *db.Tx, a Absence) (err error) {
	defer fault.Wrap(&err, "committee: away %s", a.Member)
	b, err := s.Body(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	m := b.Member(a.Member)
	switch {
	case m == nil:
		return ErrNoMember
	case !m.Sits(tx.Now):
		return ErrMemberOver
	case !a.Until.After(a.From) || !a.Until.After(tx.Now):
		return ErrBadAbsence.On("until")
	}
	if err := reasoned(a.Reason); err != nil {
		return err
	}
	n := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO committee_absence (community_id, id, member_id, away_from, away_until, reason, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], n[:], a.Member[:], a.From.UnixMicro(), a.Until.UnixMicro(), a.Reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return err
}

// Rotate gives the chair of tx's community to the next in turn until an instant, if
// nobody holds it; it tells which hand-over that begins, nil if none. Nothing changes
// while somebody chairs or nobody sits.
func (s *Service) Rotate(ctx context.Context, tx *db.Tx, until, due time.Time) (_ *Chair, _ *Handover, err error) {
	defer fault.Wrap(&err, "committee: rotate")
	b, err := s.Body(ctx, tx, tx.Community)
	if err != nil || b.Current(tx.Now) != nil {
		return nil, nil, err
	}
	m := b.Next(tx.Now)
	if m == nil {
		return nil, nil, nil
	}
	if until.After(m.Until) {
		until = m.Until
	}
	c := Chair{ID: tx.NewID(), Member: m.ID, From: tx.Now, Until: until}
	if _, err := tx.Exec(ctx, "INSERT INTO committee_chair (community_id, id, member_id, number, chairs_from, chairs_until, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], m.ID[:], len(b.Chairs)+1, c.From.UnixMicro(), c.Until.UnixMicro(), tx.Now.UnixMicro()); err != nil {
		return nil, nil, err
	}
	if len(b.Chairs) == 0 {
		return &c, nil, nil
	}
	before := b.Chairs[len(b.Chairs)-1]
	if before.Member == m.ID { // nobody else sits: she goes on
		return &c, nil, nil
	}
	h := &Handover{ID: tx.NewID(), From: before.ID, To: c.ID, Opened: tx.Now, Due: due}
	_, err = tx.Exec(ctx, "INSERT INTO committee_handover (community_id, id, from_chair, to_chair, opened_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], h.ID[:], h.From[:], h.To[:], h.Opened.UnixMicro(), due.UnixMicro())
	return &c, h, err
}
