package committee

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Open opens a ballot in tx's community, from now until its To. One about a subject
// that another one runs about is refused, and one that nobody could decide.
func (s *Service) Open(ctx context.Context, tx *db.Tx, b Ballot) (_ *Ballot, err error) {
	defer fault.Wrap(&err, "committee: open a ballot on %s", b.Subject.Kind)
	b.From, b.By, b.Round = tx.Now, tx.Actor.ID, max(1, b.Round)
	same, err := s.BallotsOn(ctx, tx, tx.Community, b.Subject)
	if err != nil {
		return nil, err
	}
	for _, x := range same {
		if x.Tally == nil {
			return x, ErrRuns
		}
	}
	if b.Question == "" || len(b.Options) < 2 || !b.To.After(b.From) || b.Quorum <= 0 || b.Quorum > money.One {
		return nil, ErrBadQuestion
	}
	if b.Eligible() == 0 {
		return nil, ErrNoElectors
	}
	b.ID = tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO committee_ballot (community_id, id, subject_kind, subject_id, question, about, about_en, round, previous_id, opens_at, closes_at, quorum, opened_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], b.ID[:], b.Subject.Kind, b.Subject.ID[:], b.Question, b.About, b.AboutEn, b.Round, b.Previous,
		b.From.UnixMicro(), b.To.UnixMicro(), int64(b.Quorum), tx.Actor.ID); err != nil {
		return nil, err
	}
	for i := range b.Options {
		o := &b.Options[i]
		o.Number = i + 1
		since := int64(0)
		if !o.Since.IsZero() {
			since = o.Since.UnixMicro()
		}
		if _, err := tx.Exec(ctx, "INSERT INTO committee_option (community_id, ballot_id, number, key_id, label, small, since, yields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			tx.Community[:], b.ID[:], o.Number, o.Key, o.Label, o.Small, since, o.Yields); err != nil {
			return nil, err
		}
	}
	for _, e := range b.Electors {
		if _, err := tx.Exec(ctx, "INSERT INTO committee_elector (community_id, ballot_id, person_id, seat, rule) VALUES (?, ?, ?, ?, ?)",
			tx.Community[:], b.ID[:], e.Person[:], string(e.Seat), e.Rule); err != nil {
			return nil, err
		}
	}
	for i, c := range b.Concerns {
		if _, err := tx.Exec(ctx, "INSERT INTO committee_concern (community_id, ballot_id, number, person_id, merchant_id, trade) VALUES (?, ?, ?, ?, ?, ?)",
			tx.Community[:], b.ID[:], i, c.Person, c.Shop, c.Trade); err != nil {
			return nil, err
		}
	}
	return &b, nil
}

// Vote casts a person's vote, once. It answers with the random number of her paper,
// which nothing leads to from her, and whether everybody who may has voted now.
func (s *Service) Vote(ctx context.Context, tx *db.Tx, ballot, person id.ID, option int) (number int64, all bool, err error) {
	defer fault.Wrap(&err, "committee: vote")
	b, err := s.BallotByID(ctx, tx, tx.Community, ballot)
	if err != nil {
		return 0, false, err
	}
	e := b.Elector(person)
	switch {
	case e == nil:
		return 0, false, ErrNoVoter
	case !e.May():
		return 0, false, ErrRecused.With("rule", e.Rule)
	case b.HasVoted(person):
		return 0, false, ErrVoted
	case !b.Runs(tx.Now):
		return 0, false, ErrOver
	case b.Option(option) == nil:
		return 0, false, ErrNoOption.On("option")
	}
	if e.Seat == AsMember { // the electorate was fixed, yet who left meanwhile is no member
		body, err := s.Body(ctx, tx, tx.Community)
		if err != nil {
			return 0, false, err
		}
		if body.Of(person, tx.Now) == nil {
			return 0, false, ErrTermOver
		}
	}
	if _, err := tx.Exec(ctx, "INSERT INTO committee_vote (community_id, ballot_id, person_id) VALUES (?, ?, ?)", tx.Community[:], ballot[:], person[:]); err != nil {
		return 0, false, err
	}
	papers, err := papersOf(ctx, tx, ballot)
	if err != nil {
		return 0, false, err
	}
	for number = 0; number == 0 || slices.ContainsFunc(papers, func(p Paper) bool { return p.Number == number }); {
		number = random(tx)
	}
	papers = append(papers, Paper{number, option})
	return number, len(b.Voted)+1 == b.Eligible(), s.lay(ctx, tx, ballot, papers)
}

// random is a number of twelve digits that tells nothing.
func random(tx *db.Tx) int64 {
	secret := tx.NewSecret()
	return int64(binary.BigEndian.Uint64(secret[:8])%900_000_000_000) + 100_000_000_000
}

// lay lays all papers of a ballot anew, in the order of their numbers, so that the last
// row is not the last vote's.
func (s *Service) lay(ctx context.Context, tx *db.Tx, ballot id.ID, papers []Paper) error {
	slices.SortFunc(papers, func(x, y Paper) int { return cmp.Compare(x.Number, y.Number) })
	if _, err := tx.Exec(ctx, "DELETE FROM committee_paper WHERE community_id = ? AND ballot_id = ?", tx.Community[:], ballot[:]); err != nil {
		return err
	}
	for _, p := range papers {
		if _, err := tx.Exec(ctx, "INSERT INTO committee_paper (community_id, ballot_id, number, choice) VALUES (?, ?, ?, ?)", tx.Community[:], ballot[:], p.Number, p.Choice); err != nil {
			return err
		}
	}
	return nil
}

// Close counts a ballot of tx's community whose time is over or in which everybody has
// voted; before that nobody learns how it stands.
func (s *Service) Close(ctx context.Context, tx *db.Tx, ballot id.ID) (_ *Ballot, err error) {
	defer fault.Wrap(&err, "committee: close %s", ballot)
	b, err := s.BallotByID(ctx, tx, tx.Community, ballot)
	switch {
	case err != nil:
		return nil, err
	case b.Tally != nil:
		return b, ErrOver
	case tx.Now.Before(b.To) && len(b.Voted) < b.Eligible():
		return nil, ErrStillRuns
	}
	papers, err := papersOf(ctx, tx, ballot)
	if err != nil {
		return nil, err
	}
	choices := make([]int, len(papers))
	for i, p := range papers {
		choices[i] = p.Choice
	}
	t := b.count(choices)
	t.At = tx.Now
	b.Tally = &t
	_, err = tx.Exec(ctx, "INSERT INTO committee_result (community_id, ballot_id, outcome, ranking, counts, votes, eligible, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], ballot[:], string(t.Outcome), joined(t.Ranking), joined(t.Counts), t.Cast, t.Eligible, tx.Now.UnixMicro())
	return b, err
}

// Rule notes what one side says of a ballot whose quorum failed twice. The ballot's
// Answer is there once both agree; then nothing can be said any more.
func (s *Service) Rule(ctx context.Context, tx *db.Tx, ballot id.ID, side Ruler, option int, reason string) (_ *Ballot, err error) {
	defer fault.Wrap(&err, "committee: rule on %s", ballot)
	b, err := s.BallotByID(ctx, tx, tx.Community, ballot)
	switch {
	case err != nil:
		return nil, err
	case b.Tally == nil || b.Tally.Outcome != Referred || b.Answer() != nil:
		return b, ErrNotReferred
	case b.Option(option) == nil:
		return b, ErrNoOption.On("option")
	}
	if err := reasoned(reason); err != nil {
		return b, err
	}
	n := tx.NewID()
	b.Rulings = append(b.Rulings, Ruling{side, option, reason, tx.Now, tx.Actor.ID})
	_, err = tx.Exec(ctx, "INSERT INTO committee_ruling (community_id, ballot_id, id, side, choice, reason, ruled_at, ruled_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], ballot[:], n[:], string(side), option, reason, tx.Now.UnixMicro(), tx.Actor.ID)
	return b, err
}

// Paper is one published vote.
type Paper struct {
	Number int64 `db:"number"` // its voter knows it, nobody else
	Choice int   `db:"choice"`
}

// Papers lists the papers of a ballot that is closed, by number.
func (s *Service) Papers(ctx context.Context, r db.Reader, community id.ID, ballot *Ballot) ([]Paper, error) {
	if ballot.Tally == nil {
		return nil, ErrStillRuns
	}
	return papers(ctx, r, community, ballot.ID)
}

func papersOf(ctx context.Context, tx *db.Tx, ballot id.ID) ([]Paper, error) {
	return papers(ctx, tx, tx.Community, ballot)
}

func papers(ctx context.Context, r db.Reader, community, ballot id.ID) (all []Paper, err error) {
	err = db.All(ctx, r, &all, "SELECT number, choice FROM committee_paper WHERE community_id = ? AND ballot_id = ? ORDER BY number", community[:], ballot[:])
	return all, err
}
