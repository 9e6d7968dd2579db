package committee

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// BallotByID finds a ballot.
func (s *Service) BallotByID(ctx context.Context, r db.Reader, community, ballot id.ID) (*Ballot, error) {
	all, err := ballots(ctx, r, " AND b.id = ?", community[:], ballot[:])
	if err == nil && len(all) == 0 {
		err = ErrNoBallot
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// BallotsOn lists the ballots about a subject, the oldest first.
func (s *Service) BallotsOn(ctx context.Context, r db.Reader, community id.ID, on Subject) ([]*Ballot, error) {
	return ballots(ctx, r, " AND b.subject_kind = ? AND b.subject_id = ?", community[:], on.Kind, on.ID[:])
}

// Ballots lists the ballots of a community, the oldest first.
func (s *Service) Ballots(ctx context.Context, r db.Reader, community id.ID) ([]*Ballot, error) {
	return ballots(ctx, r, "", community[:])
}

// Running lists the ballots of a community that are not closed, the oldest first.
func (s *Service) Running(ctx context.Context, r db.Reader, community id.ID) ([]*Ballot, error) {
	return ballots(ctx, r, " AND t.closed_at IS NULL", community[:])
}

func ballots(ctx context.Context, r db.Reader, where string, args ...any) (all []*Ballot, err error) {
	byID := make(map[id.ID]*Ballot)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		b := &Ballot{}
		var from, to, quorum, closed int64
		var outcome, ranking, counts string
		var cast, eligible int
		if err := rows.Scan(&b.ID, &b.Subject.Kind, &b.Subject.ID, &b.Question, &b.About, &b.AboutEn, &b.Round, &b.Previous, &from, &to, &quorum, &b.By, &outcome, &ranking, &counts, &cast, &eligible, &closed); err != nil {
			return err
		}
		b.From, b.To, b.Quorum = micros(from), micros(to), money.Rate(quorum)
		if closed != 0 {
			b.Tally = &Tally{Outcome(outcome), split(ranking), split(counts), cast, eligible, micros(closed)}
		}
		all, byID[b.ID] = append(all, b), b
		return nil
	}, `SELECT b.id, b.subject_kind, b.subject_id, b.question, b.about, b.about_en, b.round, b.previous_id, b.opens_at, b.closes_at, b.quorum, b.opened_by,
			COALESCE(t.outcome, ''), COALESCE(t.ranking, ''), COALESCE(t.counts, ''), COALESCE(t.votes, 0), COALESCE(t.eligible, 0), COALESCE(t.closed_at, 0)
		FROM committee_ballot b LEFT JOIN committee_result t ON t.community_id = b.community_id AND t.ballot_id = b.id
		WHERE b.community_id = ?`+where+" ORDER BY b.opens_at, b.id", args...)
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, db.EachSomeOf(all, func(b *Ballot) any { return b.ID[:] }, func(in string, some []any) error {
		return fill(ctx, r, " AND ballot_id IN "+in, some, byID)
	}, args[0])
}

// fill reads what belongs to ballots.
func fill(ctx context.Context, r db.Reader, in string, args []any, byID map[id.ID]*Ballot) error {
	var of id.ID
	for _, part := range []struct {
		query string
		scan  func(rows *sql.Rows) error
	}{
		{"SELECT ballot_id, number, key_id, label, small, since, yields FROM committee_option WHERE community_id = ?" + in + " ORDER BY number", func(rows *sql.Rows) error {
			var o Option
			var since int64
			err := rows.Scan(&of, &o.Number, &o.Key, &o.Label, &o.Small, &since, &o.Yields)
			o.Since = micros(since)
			byID[of].Options = append(byID[of].Options, o)
			return err
		}},
		{"SELECT ballot_id, person_id, seat, rule FROM committee_elector WHERE community_id = ?" + in + " ORDER BY person_id", func(rows *sql.Rows) error {
			var e Elector
			err := rows.Scan(&of, &e.Person, &e.Seat, &e.Rule)
			byID[of].Electors = append(byID[of].Electors, e)
			return err
		}},
		{"SELECT ballot_id, person_id, merchant_id, trade FROM committee_concern WHERE community_id = ?" + in + " ORDER BY number", func(rows *sql.Rows) error {
			var c Concern
			err := rows.Scan(&of, &c.Person, &c.Shop, &c.Trade)
			byID[of].Concerns = append(byID[of].Concerns, c)
			return err
		}},
		{"SELECT ballot_id, person_id FROM committee_vote WHERE community_id = ?" + in + " ORDER BY person_id", func(rows *sql.Rows) error {
			var who id.ID
			err := rows.Scan(&of, &who)
			byID[of].Voted = append(byID[of].Voted, who)
			return err
		}},
		{"SELECT ballot_id, side, choice, reason, ruled_at, ruled_by FROM committee_ruling WHERE community_id = ?" + in + " ORDER BY ruled_at, id", func(rows *sql.Rows) error {
			var x Ruling
			var at int64
			err := rows.Scan(&of, &x.Side, &x.Choice, &x.Reason, &at, &x.By)
			x.At = micros(at)
			byID[of].Rulings = append(byID[of].Rulings, x)
			return err
		}},
	} {
		if err := db.Each(ctx, r, part.scan, part.query, args...); err != nil {
			return err
		}
	}
	return nil
}

// joined writes whole numbers one behind the other.
func joined(numbers []int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, " ")
}

func split(text string) (numbers []int) {
	for w := range strings.FieldsSeq(text) {
		n, _ := strconv.Atoi(w) // written by joined alone
		numbers = append(numbers, n)
	}
	return numbers
}

// Turnout is in how many ballots of a community a person could vote, and in how many she
// did.
func (s *Service) Turnout(ctx context.Context, r db.Reader, community, person id.ID) (asked, voted int, err error) {
	if err := db.One(ctx, r, &asked, "SELECT COUNT(*) FROM committee_elector WHERE community_id = ? AND person_id = ? AND rule = ''", community[:], person[:]); err != nil {
		return 0, 0, err
	}
	err = db.One(ctx, r, &voted, "SELECT COUNT(*) FROM committee_vote WHERE community_id = ? AND person_id = ?", community[:], person[:])
	return asked, voted, err
}
