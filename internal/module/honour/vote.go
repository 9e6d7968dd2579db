package honour

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Vote is the latest vote of somebody in a call.
type Vote struct {
	Call    id.ID
	Voter   id.ID // a member; of the jury a person
	Nominee id.ID
	Jury    bool
	At      time.Time
}

// Result is what the count found for a nominee.
type Result struct {
	Nominee  id.ID
	Place    int // from 1
	Votes    int
	Jury     int
	Score    money.Rate // of all: the members' part and the jury's
	Honoured bool
}

// Votes lists the votes that count in a call.
func (s *Service) Votes(ctx context.Context, r db.Reader, community, call id.ID) ([]Vote, error) {
	return readVotes(ctx, r, "call_id = ?", community[:], call[:])
}

// VotesBy lists the votes of a member that count.
func (s *Service) VotesBy(ctx context.Context, r db.Reader, community, voter id.ID) ([]Vote, error) {
	return readVotes(ctx, r, "voter_id = ?", community[:], voter[:])
}

func readVotes(ctx context.Context, r db.Reader, where string, args ...any) (all []Vote, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var v Vote
		var at int64
		if err := rows.Scan(&v.Call, &v.Voter, &v.Nominee, &v.Jury, &at); err != nil {
			return err
		}
		v.At = micros(at)
		if n := len(all); n > 0 && all[n-1].Voter == v.Voter && all[n-1].Call == v.Call {
			all[n-1] = v // changed
			return nil
		}
		all = append(all, v)
		return nil
	}, "SELECT call_id, voter_id, nominee_id, jury = 1, voted_at FROM honour_vote WHERE community_id = ? AND "+where+" ORDER BY call_id, voter_id, no", args...)
	return all, err
}

// Cast notes a vote; one voter has one, which she may change until the close. Nobody
// votes for herself.
func (s *Service) Cast(ctx context.Context, tx *db.Tx, c *Call, n *Nominee, voter id.ID, jury bool) (err error) {
	defer fault.Wrap(&err, "honour: vote")
	switch p := c.Phase(tx.Now); {
	case p == Off:
		return ErrEnded
	case p == Nominating:
		return ErrNotOpen
	case p != Voting:
		return ErrLate
	case !n.OnBallot():
		return ErrNotStanding
	case n.ID == voter:
		return ErrSelf
	}
	if jury {
		jurors, err := s.Jurors(ctx, tx, tx.Community, c.ID)
		if err != nil {
			return err
		}
		if !slices.Contains(jurors, voter) {
			return ErrNotJuror
		}
	}
	var no int
	if err := db.One(ctx, tx, &no, "SELECT count(*) FROM honour_vote WHERE community_id = ? AND call_id = ? AND voter_id = ?", tx.Community[:], c.ID[:], voter[:]); err != nil {
		return err
	}
	side := 0
	if jury {
		side = 1
	}
	_, err = tx.Exec(ctx, "INSERT INTO honour_vote (community_id, call_id, voter_id, no, nominee_id, jury, voted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], voter[:], no, n.ID[:], side, tx.Now.UnixMicro())
	return err
}

// Count is the result of a call, a pure function of its ballot and votes: the members'
// share of the votes and the jury's, weighed as the call says; where the jury has not
// voted, the members decide alone. Equal scores go by the members' votes, then by the
// number of nominations, then by who was nominated first.
func Count(c *Call, ballot []*Nominee, votes []Vote) (results []Result) {
	members, jury := 0, 0
	for _, v := range votes {
		if v.Jury {
			jury++
		} else {
			members++
		}
	}
	weight := c.JuryRate
	if jury == 0 {
		weight = 0
	}
	order := make(map[id.ID]*Nominee)
	for _, n := range ballot {
		if !n.OnBallot() {
			continue
		}
		r := Result{Nominee: n.ID}
		for _, v := range votes {
			switch {
			case v.Nominee != n.ID:
			case v.Jury:
				r.Jury++
			default:
				r.Votes++
			}
		}
		if members > 0 {
			r.Score += (money.One - weight) * money.Rate(r.Votes) / money.Rate(members)
		}
		if jury > 0 {
			r.Score += weight * money.Rate(r.Jury) / money.Rate(jury)
		}
		order[n.ID] = n
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b Result) int {
		x, y := order[a.Nominee], order[b.Nominee]
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Votes, a.Votes), cmp.Compare(y.Nominated(), x.Nominated()), cmp.Compare(x.No, y.No))
	})
	for i := range results {
		results[i].Place, results[i].Honoured = i+1, i < c.Winners && results[i].Score > 0
	}
	return results
}

// Close counts a call whose time to vote is over, once.
func (s *Service) Close(ctx context.Context, tx *db.Tx, c *Call) (results []Result, err error) {
	defer fault.Wrap(&err, "honour: count")
	switch p := c.Phase(tx.Now); {
	case p == Off || p == Over:
		return nil, ErrEnded
	case p != Counting:
		return nil, ErrNotYet
	}
	ballot, err := s.Nominees(ctx, tx, tx.Community, c.ID)
	if err != nil {
		return nil, err
	}
	votes, err := s.Votes(ctx, tx, tx.Community, c.ID)
	if err != nil {
		return nil, err
	}
	results = Count(c, ballot, votes)
	for _, r := range results {
		honoured := "no"
		if r.Honoured {
			honoured = "yes"
		}
		if _, err := tx.Exec(ctx, "INSERT INTO honour_result (community_id, call_id, nominee_id, place, votes, jury_votes, score, honoured) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], c.ID[:], r.Nominee[:], r.Place, r.Votes, r.Jury, int64(r.Score), honoured); err != nil {
			return nil, err
		}
	}
	return results, s.end(ctx, tx, c, Counted, "")
}

// Results reads what the count found, by place.
func (s *Service) Results(ctx context.Context, r db.Reader, community, call id.ID) (all []Result, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var v Result
		err := rows.Scan(&v.Nominee, &v.Place, &v.Votes, &v.Jury, &v.Score, &v.Honoured)
		all = append(all, v)
		return err
	}, "SELECT nominee_id, place, votes, jury_votes, score, honoured = 'yes' FROM honour_result WHERE community_id = ? AND call_id = ? ORDER BY place", community[:], call[:])
	return all, err
}
