package selection

import (
	"context"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Service is the door to selection.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Call calls a meeting; for a time only leaders sign up for it.
func (s *Service) Call(ctx context.Context, tx *db.Tx, m Meeting, leadersFirst time.Duration) (_ *Meeting, err error) {
	defer fault.Wrap(&err, "selection: call")
	if err := m.validate(tx.Now); err != nil {
		return nil, err
	}
	others, err := s.From(ctx, tx, tx.Community, tx.Now)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if o.Off == nil && o.Begins.Equal(m.Begins) && o.Title == m.Title {
			return nil, ErrThere.On("title")
		}
	}
	m.ID, m.At, m.By, m.Off, m.LeadersUntil = tx.NewID(), tx.Now, tx.Actor.ID, nil, tx.Now.Add(leadersFirst)
	_, err = tx.Exec(ctx, `INSERT INTO selection_meeting (community_id, id, title, agenda, place, begins_at, votes_until, leaders_until, seats, made_at, made_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], m.ID[:], m.Title, m.Agenda, m.Place, m.Begins.UnixMicro(), m.VotesUntil.UnixMicro(),
		m.LeadersUntil.UnixMicro(), m.Seats, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return &m, err
}

// CallOff calls a meeting off that has not begun.
func (s *Service) CallOff(ctx context.Context, tx *db.Tx, meeting id.ID, words string) (m *Meeting, err error) {
	defer fault.Wrap(&err, "selection: call off")
	if m, err = s.ahead(ctx, tx, meeting); err != nil {
		return nil, err
	}
	if !text.Line(words, 200) {
		return nil, ErrNoWords.On("words")
	}
	m.Off = &Off{words, tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO selection_off (community_id, meeting_id, words, off_at, off_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], meeting[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return m, err
}

func (s *Service) ahead(ctx context.Context, tx *db.Tx, meeting id.ID) (*Meeting, error) {
	m, err := s.MeetingByID(ctx, tx, tx.Community, meeting)
	switch {
	case err != nil:
		return nil, err
	case m.Off != nil:
		return m, ErrOff
	case !tx.Now.Before(m.Begins):
		return m, ErrBegun
	}
	return m, nil
}

// Come gives a member a seat at the table. Who has one keeps it.
func (s *Service) Come(ctx context.Context, tx *db.Tx, meeting, member id.ID, leader bool) (err error) {
	defer fault.Wrap(&err, "selection: come")
	m, err := s.ahead(ctx, tx, meeting)
	if err != nil {
		return err
	}
	guests, err := s.Guests(ctx, tx, tx.Community, meeting)
	switch {
	case err != nil:
		return err
	case slices.ContainsFunc(guests, func(g Guest) bool { return g.Member == member }):
		return nil
	case !leader && tx.Now.Before(m.LeadersUntil):
		return ErrLeaders
	case len(guests) >= m.Seats:
		return ErrFull
	}
	var last int64
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(n), 0) FROM selection_guest WHERE community_id = ? AND meeting_id = ?", tx.Community[:], meeting[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO selection_guest (community_id, meeting_id, n, member_id, leader, came_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], meeting[:], last+1, member[:], flag(leader), tx.Now.UnixMicro())
	return err
}

// Leave gives a seat back before the meeting begins.
func (s *Service) Leave(ctx context.Context, tx *db.Tx, meeting, member id.ID) (err error) {
	defer fault.Wrap(&err, "selection: leave")
	if _, err := s.ahead(ctx, tx, meeting); err != nil {
		return err
	}
	guests, err := s.Guests(ctx, tx, tx.Community, meeting)
	if err != nil {
		return err
	}
	for _, g := range guests {
		if g.Member == member {
			_, err = tx.Exec(ctx, "INSERT INTO selection_guest_off (community_id, meeting_id, n, left_at) VALUES (?, ?, ?, ?)", tx.Community[:], meeting[:], g.N, tx.Now.UnixMicro())
			return err
		}
	}
	return ErrNotGuest
}

// Propose proposes something for a meeting while its vote is open. The same by the
// same member is the same proposal.
func (s *Service) Propose(ctx context.Context, tx *db.Tx, p Proposal) (_ *Proposal, err error) {
	defer fault.Wrap(&err, "selection: propose")
	if err := p.validate(); err != nil {
		return nil, err
	}
	if _, err := s.voting(ctx, tx, p.Meeting); err != nil {
		return nil, err
	}
	all, err := s.Proposals(ctx, tx, tx.Community, p.Meeting)
	if err != nil {
		return nil, err
	}
	mine := 0
	for _, o := range all {
		if o.Member != p.Member || o.Withdrawn {
			continue
		}
		if o.Kind == p.Kind && o.Title == p.Title {
			return o, nil
		}
		mine++
	}
	if mine >= EachMost {
		return nil, ErrTooMany.With("most", EachMost)
	}
	p.ID, p.At = tx.NewID(), tx.Now
	_, err = tx.Exec(ctx, "INSERT INTO selection_proposal (community_id, id, meeting_id, member_id, kind, title, words, proposed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], p.Meeting[:], p.Member[:], string(p.Kind), p.Title, p.Words, tx.Now.UnixMicro())
	return &p, err
}

func (s *Service) voting(ctx context.Context, tx *db.Tx, meeting id.ID) (*Meeting, error) {
	m, err := s.MeetingByID(ctx, tx, tx.Community, meeting)
	switch {
	case err != nil:
		return nil, err
	case m.Off != nil:
		return m, ErrOff
	case !m.Voting(tx.Now):
		return m, ErrClosed
	}
	return m, nil
}

// standing is a proposal that can be seconded and voted for.
func (s *Service) standing(ctx context.Context, tx *db.Tx, proposal id.ID) (*Proposal, error) {
	p, err := s.ProposalByID(ctx, tx, tx.Community, proposal)
	if err != nil {
		return nil, err
	}
	if _, err := s.voting(ctx, tx, p.Meeting); err != nil {
		return nil, err
	}
	if p.Withdrawn {
		return nil, ErrWithdrawn
	}
	return p, nil
}

// Withdraw takes a proposal off: its member while the vote is open, or, with words,
// the operator at any time (a zero member).
func (s *Service) Withdraw(ctx context.Context, tx *db.Tx, proposal, member id.ID, words string) (p *Proposal, err error) {
	defer fault.Wrap(&err, "selection: withdraw")
	p, err = s.ProposalByID(ctx, tx, tx.Community, proposal)
	switch {
	case err != nil:
		return nil, err
	case !member.IsZero() && p.Member != member:
		return nil, ErrNotYours
	case p.Withdrawn:
		return nil, ErrWithdrawn
	case member.IsZero() && words == "" || !text.ShortLine(words, 200):
		return nil, ErrNoWords.On("words")
	}
	if !member.IsZero() {
		if _, err := s.voting(ctx, tx, p.Meeting); err != nil {
			return nil, err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO selection_withdrawal (community_id, proposal_id, withdrawn_at, withdrawn_by, words) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], proposal[:], tx.Now.UnixMicro(), tx.Actor.ID[:], words)
	return p, err
}

// Second notes that another member wants it on the list; twice is once.
func (s *Service) Second(ctx context.Context, tx *db.Tx, proposal, member id.ID) (err error) {
	defer fault.Wrap(&err, "selection: second")
	p, err := s.standing(ctx, tx, proposal)
	if err != nil {
		return err
	}
	if p.Member == member {
		return ErrOwn
	}
	_, err = tx.Exec(ctx, `INSERT INTO selection_second (community_id, proposal_id, member_id, seconded_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (community_id, proposal_id, member_id) DO NOTHING`, tx.Community[:], proposal[:], member[:], tx.Now.UnixMicro())
	return err
}

// Vote gives a member's one voice to a proposal of a meeting: what she said before
// counts no more. The zero proposal takes it back.
func (s *Service) Vote(ctx context.Context, tx *db.Tx, meeting, proposal, member id.ID) (err error) {
	defer fault.Wrap(&err, "selection: vote")
	if _, err := s.voting(ctx, tx, meeting); err != nil {
		return err
	}
	if !proposal.IsZero() {
		p, err := s.standing(ctx, tx, proposal)
		switch {
		case err != nil:
			return err
		case p.Meeting != meeting:
			return ErrNoProposal
		case !p.OnTheList():
			return ErrNoSecond
		}
	}
	held, voted, err := s.VoteOf(ctx, tx, tx.Community, meeting, member)
	if err != nil || held == proposal && (voted || proposal.IsZero()) {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO selection_vote (community_id, meeting_id, member_id, voted_at, proposal_id) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, meeting_id, member_id, voted_at) DO UPDATE SET proposal_id = excluded.proposal_id`,
		tx.Community[:], meeting[:], member[:], tx.Now.UnixMicro(), proposal[:])
	return err
}

// Taste notes how a guest of the meeting found something, once, from its beginning
// until a month after.
func (s *Service) Taste(ctx context.Context, tx *db.Tx, proposal id.ID, n Note) (err error) {
	defer fault.Wrap(&err, "selection: note")
	p, err := s.ProposalByID(ctx, tx, tx.Community, proposal)
	if err != nil {
		return err
	}
	m, err := s.MeetingByID(ctx, tx, tx.Community, p.Meeting)
	if err != nil {
		return err
	}
	guests, err := s.Guests(ctx, tx, tx.Community, m.ID)
	switch {
	case err != nil:
		return err
	case m.Off != nil:
		return ErrOff
	case tx.Now.Before(m.Begins):
		return ErrNotBegun
	case tx.Now.After(m.Begins.Add(NotesFor)):
		return ErrClosed
	case p.Withdrawn:
		return ErrWithdrawn
	case !slices.ContainsFunc(guests, func(g Guest) bool { return g.Member == n.Member }):
		return ErrNotGuest
	case n.Stars < 1 || n.Stars > 5:
		return ErrBadStars.On("stars")
	case !text.ShortProse(n.Words, 300):
		return ErrBadWhy.On("words")
	}
	rows, err := tx.Exec(ctx, `INSERT INTO selection_note (community_id, proposal_id, member_id, stars, words, noted_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, proposal_id, member_id) DO NOTHING`, tx.Community[:], proposal[:], n.Member[:], n.Stars, n.Words, tx.Now.UnixMicro())
	if err == nil && rows == 0 {
		err = ErrNoted
	}
	return err
}

// Decide says what becomes of a proposal once the vote is closed, and who sees to it. A
// later word takes the place of an earlier one.
func (s *Service) Decide(ctx context.Context, tx *db.Tx, proposal id.ID, o Outcome) (p *Proposal, err error) {
	defer fault.Wrap(&err, "selection: decide")
	if err := o.validate(); err != nil {
		return nil, err
	}
	if p, err = s.ProposalByID(ctx, tx, tx.Community, proposal); err != nil {
		return nil, err
	}
	m, err := s.MeetingByID(ctx, tx, tx.Community, p.Meeting)
	switch {
	case err != nil:
		return nil, err
	case m.Voting(tx.Now):
		return nil, ErrNotBegun
	case p.Withdrawn:
		return nil, ErrWithdrawn
	}
	o.At, o.By = tx.Now, tx.Actor.ID
	p.Outcome = &o
	_, err = tx.Exec(ctx, `INSERT INTO selection_outcome (community_id, proposal_id, decided_at, result, shop_id, owner, words, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, proposal_id, decided_at) DO NOTHING`, tx.Community[:], proposal[:], tx.Now.UnixMicro(), string(o.Result), o.Shop[:], o.Owner, o.Words, tx.Actor.ID[:])
	return p, err
}

// Forget takes the words of a member out: her proposals stay with what they are about,
// since others voted for them; what she wrote of how things tasted goes (A7).
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "selection: forget")
	if _, err := tx.Exec(ctx, "UPDATE selection_proposal SET words = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE selection_note SET words = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
