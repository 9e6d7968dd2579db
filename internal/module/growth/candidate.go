package growth

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// The steps of a candidate.
const (
	Accepted  = "accepted"
	Declined  = "declined"
	Withdrawn = "withdrawn" // by herself, after she accepted; or her count fell under the condition
	Appointed = "appointed"
	Refused   = "refused"
)

// Candidate is a member who meets the condition of a level (L-01, L-07).
type Candidate struct {
	ID      id.ID
	Member  id.ID
	Level   policy.Level
	Counted int // when she was found
	FoundAt time.Time
	Steps   []Stepped // in order of time
}

// Open reports whether nothing has ended the matter.
func (c *Candidate) Open() bool {
	for _, s := range c.Steps {
		if s.Step != Accepted {
			return false
		}
	}
	return true
}

// Accepted reports whether she wants to.
func (c *Candidate) Accepted() bool { return find(c.Steps, Accepted) != nil }

// Needed is how many a level asks for: members of her own, or leaders that she raised.
func Needed(p *policy.Params, level policy.Level) int {
	if level == policy.Diamond {
		return p.DiamondTeams
	}
	return p.GoldTeam
}

// Candidates lists the candidates of a community; with a member, hers alone. The oldest
// come first.
func (s *Service) Candidates(ctx context.Context, r db.Reader, community, member id.ID) (all []*Candidate, err error) {
	where, args := "", []any{community[:]}
	if !member.IsZero() {
		where, args = " AND c.member_id = ?", append(args, member[:])
	}
	return readCandidates(ctx, r, where+" ORDER BY c.id, s.no", args...)
}

// Candidate finds one.
func (s *Service) Candidate(ctx context.Context, r db.Reader, community, candidate id.ID) (*Candidate, error) {
	all, err := readCandidates(ctx, r, " AND c.id = ? ORDER BY s.no", community[:], candidate[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func readCandidates(ctx context.Context, r db.Reader, where string, args ...any) (all []*Candidate, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Candidate
		var step, words sql.NullString
		var by []byte
		var found int64
		var at sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Member, &c.Level, &c.Counted, &found, &step, &words, &by, &at); err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1].ID != c.ID {
			c.FoundAt = micros(found)
			all = append(all, &c)
		}
		if last := all[len(all)-1]; step.Valid {
			last.Steps = append(last.Steps, Stepped{Step: step.String, Words: words.String, By: idOf(by), At: micros(at.Int64)})
		}
		return nil
	}, `SELECT c.id, c.member_id, c.level, c.counted, c.found_at, s.step, s.words, s.stepped_by, s.stepped_at
		FROM growth_candidate c LEFT JOIN growth_candidate_step s ON s.community_id = c.community_id AND s.candidate_id = c.id
		WHERE c.community_id = ?`+where, args...)
	return all, err
}

func idOf(b []byte) (v id.ID) {
	copy(v[:], b)
	return v
}

// Find notes a candidate, unless she is one for the level already, holds it, or has
// said no to it lately: who declines or withdraws is not asked again for a while.
func (s *Service) Find(ctx context.Context, tx *db.Tx, member id.ID, level policy.Level, counted int, askAgain time.Duration) (_ *Candidate, added bool, err error) {
	defer fault.Wrap(&err, "growth: candidate %s", member)
	all, err := s.Candidates(ctx, tx, tx.Community, member)
	if err != nil {
		return nil, false, err
	}
	for _, c := range all {
		if c.Level != level {
			continue
		}
		if c.Open() {
			return c, false, nil
		}
		if last := c.Steps[len(c.Steps)-1]; last.Step != Appointed && tx.Now.Before(last.At.Add(askAgain)) {
			return c, false, nil
		}
	}
	c := &Candidate{ID: tx.NewID(), Member: member, Level: level, Counted: counted, FoundAt: tx.Now}
	_, err = tx.Exec(ctx, "INSERT INTO growth_candidate (community_id, id, member_id, level, counted, found_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], member[:], int64(level), counted, tx.Now.UnixMicro())
	return c, true, err
}

// Answer notes that the candidate accepts, declines or withdraws. The same answer
// again changes nothing.
func (s *Service) Answer(ctx context.Context, tx *db.Tx, c *Candidate, step string) error {
	switch {
	case find(c.Steps, step) != nil:
		return nil
	case !c.Open(), step == Withdrawn && !c.Accepted() && !tx.Actor.ID.IsZero():
		return ErrSettled
	}
	return s.step(ctx, tx, c, step, "")
}

// Refuse notes that she was not appointed, and why.
func (s *Service) Refuse(ctx context.Context, tx *db.Tx, c *Candidate, reason string) error {
	if !c.Open() {
		return ErrSettled
	}
	if err := reasoned(reason); err != nil {
		return err
	}
	return s.step(ctx, tx, c, Refused, reason)
}

func (s *Service) step(ctx context.Context, tx *db.Tx, c *Candidate, step, words string) error {
	_, err := tx.Exec(ctx, "INSERT INTO growth_candidate_step (community_id, candidate_id, no, step, words, stepped_by, stepped_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], len(c.Steps), step, words, tx.Actor.ID[:], tx.Now.UnixMicro())
	if err == nil {
		c.Steps = append(c.Steps, Stepped{Step: step, Words: words, By: tx.Actor.ID, At: tx.Now})
	}
	return err
}
