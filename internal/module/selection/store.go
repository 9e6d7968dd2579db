package selection

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

func first[T any](all []T, err, none error) (one T, _ error) {
	if err == nil && len(all) == 0 {
		err = none
	}
	if err != nil {
		return one, err
	}
	return all[0], nil
}

// MeetingByID finds a meeting.
func (s *Service) MeetingByID(ctx context.Context, r db.Reader, community, meeting id.ID) (*Meeting, error) {
	all, err := meetings(ctx, r, community, " AND m.id = ?", meeting[:])
	return first(all, err, ErrNoMeeting)
}

// From lists the meetings that begin after an instant or whose vote is still open
// then, the nearest first.
func (s *Service) From(ctx context.Context, r db.Reader, community id.ID, at time.Time) ([]*Meeting, error) {
	return meetings(ctx, r, community, " AND (m.begins_at >= ? OR m.votes_until >= ?) ORDER BY m.begins_at, m.id LIMIT 200", at.UnixMicro(), at.UnixMicro())
}

// Latest lists meetings, the latest first.
func (s *Service) Latest(ctx context.Context, r db.Reader, community id.ID, limit int) ([]*Meeting, error) {
	return meetings(ctx, r, community, " ORDER BY m.begins_at DESC, m.id DESC LIMIT ?", limit)
}

func meetings(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Meeting, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		m := &Meeting{}
		var begins, votes, leaders, at int64
		var words *string
		var offAt *int64
		if err := rows.Scan(&m.ID, &m.Title, &m.Agenda, &m.Place, &begins, &votes, &leaders, &m.Seats, &at, &m.By, &words, &offAt); err != nil {
			return err
		}
		m.Begins, m.VotesUntil, m.LeadersUntil, m.At = micros(begins), micros(votes), micros(leaders), micros(at)
		if words != nil {
			m.Off = &Off{*words, micros(*offAt)}
		}
		all = append(all, m)
		return nil
	}, `SELECT m.id, m.title, m.agenda, m.place, m.begins_at, m.votes_until, m.leaders_until, m.seats, m.made_at, m.made_by, o.words, o.off_at FROM selection_meeting m
		LEFT JOIN selection_off o ON o.community_id = m.community_id AND o.meeting_id = m.id WHERE m.community_id = ?`+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Guests are those who come, in the order in which they said so.
func (s *Service) Guests(ctx context.Context, r db.Reader, community, meeting id.ID) (all []Guest, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Guest
		var leader, at int64
		if err := rows.Scan(&g.N, &g.Member, &leader, &at); err != nil {
			return err
		}
		g.Leader, g.At = leader == 1, micros(at)
		all = append(all, g)
		return nil
	}, `SELECT g.n, g.member_id, g.leader, g.came_at FROM selection_guest g
		LEFT JOIN selection_guest_off f ON f.community_id = g.community_id AND f.meeting_id = g.meeting_id AND f.n = g.n
		WHERE g.community_id = ? AND g.meeting_id = ? AND f.left_at IS NULL ORDER BY g.n`, community[:], meeting[:])
	return all, err
}

// latest leaves each member's latest vote.
const latest = ` FROM selection_vote v LEFT JOIN selection_vote l ON l.community_id = v.community_id AND l.meeting_id = v.meeting_id
	AND l.member_id = v.member_id AND l.voted_at > v.voted_at WHERE v.community_id = ? AND l.voted_at IS NULL`

// VoteOf is the proposal to which a member gives her voice at a meeting; voted is
// false if she never did.
func (s *Service) VoteOf(ctx context.Context, r db.Reader, community, meeting, member id.ID) (proposal id.ID, voted bool, err error) {
	var all []id.ID
	err = db.All(ctx, r, &all, "SELECT v.proposal_id"+latest+" AND v.meeting_id = ? AND v.member_id = ?", community[:], meeting[:], member[:])
	if len(all) > 0 {
		proposal, voted = all[0], !all[0].IsZero()
	}
	return proposal, voted, err
}

// ProposalByID finds a proposal.
func (s *Service) ProposalByID(ctx context.Context, r db.Reader, community, proposal id.ID) (*Proposal, error) {
	all, err := s.proposals(ctx, r, community, " AND p.id = ?", proposal)
	return first(all, err, ErrNoProposal)
}

// Proposals are those of a meeting in the order in which they came, withdrawn ones
// too, with their seconds and votes counted.
func (s *Service) Proposals(ctx context.Context, r db.Reader, community, meeting id.ID) ([]*Proposal, error) {
	return s.proposals(ctx, r, community, " AND p.meeting_id = ? ORDER BY p.proposed_at, p.id", meeting)
}

// By are the proposals of a member, the latest first.
func (s *Service) By(ctx context.Context, r db.Reader, community, member id.ID) ([]*Proposal, error) {
	return s.proposals(ctx, r, community, " AND p.member_id = ? ORDER BY p.proposed_at DESC, p.id", member)
}

func (s *Service) proposals(ctx context.Context, r db.Reader, community id.ID, where string, arg id.ID) (all []*Proposal, err error) {
	byID, meetings := make(map[id.ID]*Proposal), make(map[id.ID]bool)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		p := &Proposal{}
		var at int64
		var withdrawn *int64
		if err := rows.Scan(&p.ID, &p.Meeting, &p.Member, &p.Kind, &p.Title, &p.Words, &at, &withdrawn); err != nil {
			return err
		}
		p.At, p.Withdrawn = micros(at), withdrawn != nil
		all, byID[p.ID], meetings[p.Meeting] = append(all, p), p, true
		return nil
	}, `SELECT p.id, p.meeting_id, p.member_id, p.kind, p.title, p.words, p.proposed_at, w.withdrawn_at FROM selection_proposal p
		LEFT JOIN selection_withdrawal w ON w.community_id = p.community_id AND w.proposal_id = p.id WHERE p.community_id = ?`+where, community[:], arg[:])
	for meeting := range meetings {
		if err == nil {
			err = s.count(ctx, r, community, meeting, byID)
		}
	}
	return all, err
}

// count fills in the seconds, votes and outcomes of a meeting's proposals.
func (s *Service) count(ctx context.Context, r db.Reader, community, meeting id.ID, byID map[id.ID]*Proposal) error {
	numbers := func(into func(p *Proposal, n int), query string) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var proposal id.ID
			var n int
			if err := rows.Scan(&proposal, &n); err != nil {
				return err
			}
			if p := byID[proposal]; p != nil {
				into(p, n)
			}
			return nil
		}, query, community[:], meeting[:])
	}
	err := numbers(func(p *Proposal, n int) { p.Seconds = n }, `SELECT s.proposal_id, COUNT(*) FROM selection_second s
		JOIN selection_proposal p ON p.community_id = s.community_id AND p.id = s.proposal_id WHERE s.community_id = ? AND p.meeting_id = ? GROUP BY s.proposal_id`)
	if err != nil {
		return err
	}
	if err := numbers(func(p *Proposal, n int) { p.Votes = n }, "SELECT v.proposal_id, COUNT(*)"+latest+" AND v.meeting_id = ? GROUP BY v.proposal_id"); err != nil {
		return err
	}
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var proposal id.ID
		var o Outcome
		var at int64
		if err := rows.Scan(&proposal, &o.Result, &o.Shop, &o.Owner, &o.Words, &at, &o.By); err != nil {
			return err
		}
		if o.At = micros(at); byID[proposal] != nil {
			byID[proposal].Outcome = &o // the latest comes last
		}
		return nil
	}, `SELECT o.proposal_id, o.result, o.shop_id, o.owner, o.words, o.decided_at, o.decided_by FROM selection_outcome o
		JOIN selection_proposal p ON p.community_id = o.community_id AND p.id = o.proposal_id WHERE o.community_id = ? AND p.meeting_id = ? ORDER BY o.decided_at`, community[:], meeting[:])
}

// Notes are what members wrote of a proposal, the latest first.
func (s *Service) Notes(ctx context.Context, r db.Reader, community, proposal id.ID) ([]Note, error) {
	return notes(ctx, r, " AND proposal_id = ? ORDER BY noted_at DESC, member_id", community[:], proposal[:])
}

// NotesBy are what a member wrote.
func (s *Service) NotesBy(ctx context.Context, r db.Reader, community, member id.ID) ([]Note, error) {
	return notes(ctx, r, " AND member_id = ? ORDER BY noted_at DESC, proposal_id", community[:], member[:])
}

func notes(ctx context.Context, r db.Reader, where string, args ...any) (all []Note, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n Note
		var at int64
		if err := rows.Scan(&n.Member, &n.Stars, &n.Words, &at); err != nil {
			return err
		}
		n.At = micros(at)
		all = append(all, n)
		return nil
	}, "SELECT member_id, stars, words, noted_at FROM selection_note WHERE community_id = ?"+where, args...)
	return all, err
}

// Seconded are the proposals of a meeting that a member seconded.
func (s *Service) Seconded(ctx context.Context, r db.Reader, community, meeting, member id.ID) (map[id.ID]bool, error) {
	var all []id.ID
	err := db.All(ctx, r, &all, `SELECT s.proposal_id FROM selection_second s JOIN selection_proposal p ON p.community_id = s.community_id AND p.id = s.proposal_id
		WHERE s.community_id = ? AND p.meeting_id = ? AND s.member_id = ?`, community[:], meeting[:], member[:])
	in := make(map[id.ID]bool, len(all))
	for _, p := range all {
		in[p] = true
	}
	return in, err
}
